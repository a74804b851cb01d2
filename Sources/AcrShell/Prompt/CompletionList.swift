import AcrText

/// The candidates as a list for a terminal: one per line with their descriptions when they have any, in columns otherwise.
/// Of what does not fit the screen the beginning is shown; the menu has all.
struct CompletionList {
  private let candidates: [Completion.Candidate]
  private let columns: Int
  private let rows: Int

  init(_ candidates: [Completion.Candidate], columns: Int, rows: Int) {
    self.candidates = candidates
    self.columns = max(20, columns)
    self.rows = max(4, rows)
  }

  /// Lines with their ends, which fit the screen together with the line that is edited.
  func text(isColored: Bool) -> TerminalText {
    let lines = isDescribed ? described(isColored: isColored) : table()
    let limit = rows - 3
    guard lines.count > limit else { return lines.joined() }
    let note = Self.fitted("\(candidates.count) in all; Tab again opens a menu", to: columns - 1)
    return lines.prefix(limit - 1).joined() + (isColored ? "\u{1B}[2m\(note)\u{1B}[0m\n" as TerminalText : "\(note)\n")
  }

  /// Hundreds of names are easier to look over in columns than one below the other.
  private var isDescribed: Bool { candidates.count <= 200 && candidates.contains { !$0.description.isEmpty } }

  private func described(isColored: Bool) -> [TerminalText] {
    let names = candidates.map { Self.fitted(TerminalText.visible($0.display), to: columns - 1) }
    let width = min(names.map(AcrShell.columns(of:)).max() ?? 0, columns / 2)
    return zip(names, candidates).map { name, candidate in
      let padding = max(0, width - AcrShell.columns(of: name)) + 2
      let room = columns - 1 - AcrShell.columns(of: name) - padding
      let whole = TerminalText.visible(candidate.description)
      guard !whole.isEmpty, room > 8 || room >= AcrShell.columns(of: whole) else { return "\(name)\n" }
      let description = Self.fitted(whole, to: room)
      let shown: TerminalText = isColored ? "\u{1B}[2m\(description)\u{1B}[0m" : TerminalText(description)
      return "\(name)\(String(repeating: " ", count: padding))\(shown)\n"
    }
  }

  private func table() -> [TerminalText] {
    let names = candidates.map { TerminalText.visible($0.display) }
    let width = min((names.map { AcrShell.columns(of: $0) }.max() ?? 0) + 2, columns - 1)
    let perLine = max(1, (columns - 1) / width)
    // Each page is filled by itself, down its columns, as ls(1) orders names.
    let pageLines = rows - 4
    let isPaged = names.count > (rows - 3) * perLine
    let pageSize = isPaged ? pageLines * perLine : max(1, names.count)
    var lines: [TerminalText] = []
    for start in stride(from: 0, to: names.count, by: pageSize) {
      let page = names[start..<min(start + pageSize, names.count)]
      let count = isPaged ? pageLines : (page.count + perLine - 1) / perLine
      for line in 0..<min(count, page.count) {
        let cells = stride(from: page.startIndex + line, to: page.endIndex, by: count)
          .map { Self.fitted(page[$0], to: width) }
        var text = ""
        for (index, cell) in cells.enumerated() {
          text += cell
          if index < cells.count - 1 { text += String(repeating: " ", count: width - AcrShell.columns(of: cell)) }
        }
        lines.append("\(text)\n")
      }
    }
    return lines
  }

  /// The text cut to so many columns, with `…` at the end.
  static func fitted(_ text: String, to width: Int) -> String {
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
