/// The candidates as a list for a terminal: one per line with their descriptions when they have any and there is room,
/// in columns otherwise.
struct CompletionList {
  private let candidates: [Completion.Candidate]
  private let columns: Int
  private let rows: Int

  init(_ candidates: [Completion.Candidate], columns: Int, rows: Int) {
    self.candidates = candidates
    self.columns = max(20, columns)
    self.rows = max(4, rows)
  }

  /// Lines with their ends. No more than the screen holds together with the line being edited.
  func text(isColored: Bool) -> String {
    let limit = rows - 3
    if candidates.count <= limit, candidates.contains(where: { !$0.description.isEmpty }) {
      return described(isColored: isColored)
    }
    return table(limit: limit)
  }

  private func described(isColored: Bool) -> String {
    let names = candidates.map { Self.fitted(Self.shown($0.display), to: columns - 1) }
    let width = min(names.map(AcrShell.columns(of:)).max() ?? 0, columns / 2)
    return zip(names, candidates).map { name, candidate in
      let padding = max(0, width - AcrShell.columns(of: name)) + 2
      let room = columns - 1 - AcrShell.columns(of: name) - padding
      guard !candidate.description.isEmpty, room > 8 else { return name + "\n" }
      let description = Self.fitted(Self.shown(candidate.description), to: room)
      let shown = isColored ? "\u{1B}[2m\(description)\u{1B}[0m" : description
      return name + String(repeating: " ", count: padding) + shown + "\n"
    }.joined()
  }

  private func table(limit: Int) -> String {
    let width = min((candidates.map { AcrShell.columns(of: Self.shown($0.display)) }.max() ?? 0) + 2, columns - 1)
    let perLine = max(1, (columns - 1) / width)
    let shown = candidates.count > limit * perLine ? candidates.prefix((limit - 1) * perLine) : candidates[...]
    let lines = (shown.count + perLine - 1) / perLine
    var text = ""
    for line in 0..<lines {
      // Down the columns, as ls(1) orders names.
      let names = stride(from: shown.startIndex + line, to: shown.endIndex, by: lines).map {
        Self.fitted(Self.shown(shown[$0].display), to: width)
      }
      for (index, name) in names.enumerated() {
        text += name
        if index < names.count - 1 { text += String(repeating: " ", count: width - AcrShell.columns(of: name)) }
      }
      text += "\n"
    }
    return shown.count < candidates.count ? text + "… and \(candidates.count - shown.count) more\n" : text
  }

  /// Names come from servers and disks: what would steer the terminal is shown as `?`.
  private static func shown(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(scalar.properties.generalCategory == .control ? "?" : scalar) }
    return String(result)
  }

  private static func fitted(_ text: String, to width: Int) -> String {
    guard AcrShell.columns(of: text) > width else { return text }
    var result = ""
    var used = 1
    for character in text {
      used += AcrShell.columns(of: String(character))
      if used > width { break }
      result.append(character)
    }
    return result + "…"
  }
}
