import AcrSystem
import AcrCore
import AcrText

/// Lays values out for people: tables with a header, records as name and value, lists of plain values one to a line.
/// Sizes and times are rounded, digests cut in the middle; exact values are what JSON is for.
public struct TableLayout: Sendable {
  /// The columns of the terminal; nil for as wide as it takes.
  public var width: Int?
  /// The time ages are counted from.
  public var now: Timestamp
  /// Whether the header is bold and null dim.
  public var isColored: Bool

  /// Creates a layout.
  public init(width: Int? = nil, now: Timestamp = .now(), isColored: Bool = false) {
    self.width = width
    self.now = now
    self.isColored = isColored
  }

  /// The lines of a value, without line ends.
  public func lines(_ value: Value) -> [TerminalText] {
    switch value {
    case .list(let items):
      var records: [Record] = []
      for item in items {
        if case .record(let record) = item { records.append(record) }
        if case .list(let cells) = item { records.append(TableLayout.numbered(cells)) }
      }
      guard !items.isEmpty, records.count == items.count else { return items.flatMap { plainLines($0) } }
      return table(TableTree.rows(records) ?? records)
    case .record(let record):
      if let rows = TableTree.rows([record]) { return table(rows) }
      return recordLines(record)
    default: return plainLines(value)
    }
  }

  /// A row without names, as `[].[digest, os]` makes them; its columns are called as the Azure CLI does.
  private static func numbered(_ cells: [Value]) -> Record {
    Record(shape: Shape(cells.indices.map { "Column\($0 + 1)" }), values: cells)
  }

  private func plainLines(_ value: Value) -> [TerminalText] {
    if case .string(let text) = value {
      return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        .map { TerminalText(TableLayout.printable($0)) }
    }
    return [TerminalText(cell(value).text)]
  }

  /// Name and value of each field, one to a line.
  private func recordLines(_ record: Record) -> [TerminalText] {
    let nameWidth = record.shape.names.map { DisplayWidth.of(TableLayout.printable($0)) }.max() ?? 0
    return record.shape.names.enumerated().map { index, name in
      let name = TableLayout.printable(name)
      let padding = String(repeating: " ", count: nameWidth - DisplayWidth.of(name))
      // A record has room: a digest is shown whole.
      let cell = cell(record.values[index], isCut: false)
      let text = fitted(cell.text, to: width.map { max(8, $0 - nameWidth - 2) } ?? .max)
      return "\(bold(name))\(padding)  \(painted(text, cell.style))"
    }
  }

  private struct Cell {
    var text: String
    var isRight = false
    var style = Style.plain

    var isEmptyLooking: Bool { text.isEmpty || style == .absent }
  }

  /// How a value is coloured, by what it means.
  private enum Style: String {
    case plain = ""
    /// Null.
    case absent = "2"
    /// A digest.
    case digest = "33"
    /// A size, a number, a bar.
    case amount = "36"
    /// A time or an age.
    case time = "34"
    /// A word for what went well, is noteworthy, or failed.
    case good = "32"
    case notable = "93"
    case bad = "31"
  }

  /// A header and the rows.
  private func table(_ records: [Record]) -> [TerminalText] {
    let names = Table.columns(records)
    guard !names.isEmpty else { return [] }
    let bars = Set(names.filter { name in TableLayout.isShare(name, records) })
    let cells = records.map { record in
      names.map { name in record[name].map { bars.contains(name) ? bar($0) : cell($0) } ?? Cell(text: "") }
    }
    let headers = names.map(TableLayout.printable)
    let wanted = names.indices.map { column in
      cells.reduce(DisplayWidth.of(headers[column])) { max($0, DisplayWidth.of($1[column].text)) }
    }
    let widths = fit(wanted)
    let isRight = names.indices.map { column in
      cells.allSatisfy { $0[column].isRight || $0[column].isEmptyLooking }
        && cells.contains { $0[column].isRight }
    }
    var lines = [line(headers.map { Cell(text: $0) }, widths, isRight, isHeader: true)]
    for row in cells { lines.append(line(row, widths, isRight, isHeader: false)) }
    return lines
  }

  private func line(_ cells: [Cell], _ widths: [Int], _ isRight: [Bool], isHeader: Bool) -> TerminalText {
    var line = TerminalText()
    var pending = ""
    for (column, cell) in cells.enumerated() where widths[column] > 0 {
      let text = fitted(cell.text, to: widths[column])
      let space = String(repeating: " ", count: max(0, widths[column] - DisplayWidth.of(text)))
      let styled = isHeader ? bold(text) : painted(text, cell.style)
      // Spaces at the end of a line are left out.
      if text.isEmpty {
        pending += space
      } else {
        line += "\(pending)\(isRight[column] ? space : "")\(styled)"
        pending = isRight[column] ? "" : space
      }
      pending += "  "
    }
    return line
  }

  /// Makes columns narrower until they fit: always the widest one, down to 8 columns; then columns at the end are left out.
  private func fit(_ wanted: [Int]) -> [Int] {
    guard let width else { return wanted }
    var widths = wanted
    func total() -> Int {
      let shown = widths.filter { $0 > 0 }
      return shown.reduce(0, +) + 2 * max(0, shown.count - 1)
    }
    while total() > width {
      guard let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 8 else { break }
      widths[widest] -= 1
    }
    while total() > width, let last = widths.lastIndex(where: { $0 > 0 }), last > 0 { widths[last] = 0 }
    return widths
  }

  // MARK: Cells

  private func cell(_ value: Value, isCut: Bool = true) -> Cell {
    switch value {
    case .null: Cell(text: "-", style: .absent)
    case .bool(let flag): Cell(text: flag ? "true" : "false", style: flag ? .good : .plain)
    case .secret: Cell(text: value.text ?? "secret(…)")
    case .block: Cell(text: "{ … }")
    case .int(let number): Cell(text: String(number), isRight: true, style: .amount)
    case .number(let number): Cell(text: TableLayout.text(of: number), isRight: true, style: .amount)
    case .string(let text):
      Cell(
        text: TableLayout.printable(isCut ? TableLayout.withCutDigest(text) : text), style: TableLayout.style(of: text))
    case .duration(let amount): Cell(text: DurationText.human(amount), isRight: true, style: .time)
    case .size(let bytes): Cell(text: ByteCount.human(bytes), isRight: true, style: .amount)
    case .datetime(let time): Cell(text: isCut ? age(time) : "\(time) (\(age(time)))", isRight: isCut, style: .time)
    case .list, .record: Cell(text: short(value))
    }
  }

  /// Words that say how something went, in results of this program's own commands.
  private static let words: [String: Style] = [
    "imported": .good, "same": .good, "ok": .good, "copied": .good, "succeeded": .good, "unchanged": .absent,
    "differs": .notable, "left only": .notable, "right only": .notable, "would import": .notable, "skipped": .absent,
    "failed": .bad, "missing": .bad, "error": .bad, "conflict": .bad,
  ]

  private static func style(of text: String) -> Style {
    if let style = words[text.lowercased()] { return style }
    return text.hasPrefix("sha256:") || text.hasPrefix("sha512:") ? .digest : .plain
  }

  /// A column called `share` that holds numbers from 0 to 1 is drawn as bars.
  private static func isShare(_ name: String, _ records: [Record]) -> Bool {
    guard name == "share" else { return false }
    var isThere = false
    for record in records {
      switch record[name] {
      case .number(let number)? where (0...1).contains(number): isThere = true
      case .null?, nil: continue
      default: return false
      }
    }
    return isThere
  }

  /// Ten columns of a bar and the percentage: `████▌       45 %`.
  private func bar(_ value: Value) -> Cell {
    guard case .number(let share) = value else { return cell(value) }
    let eighths = Int((share * 80).rounded())
    var text = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 { text += ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8] }
    let percent = share > 0 && share < 0.01 ? "<1" : String(Int((share * 100).rounded()))
    text += String(repeating: " ", count: 10 - (eighths + 7) / 8) + String(repeating: " ", count: 4 - percent.count)
    return Cell(text: "\(text)\(percent) %", style: .amount)
  }

  /// A nested value in a few words: plain items joined, others as JSON-like text.
  private func short(_ value: Value) -> String {
    switch value {
    case .list(let items):
      let shown = items.prefix(20).map { item -> String in
        switch item {
        case .list, .record: short(item)
        default: cell(item).text
        }
      }
      return shown.joined(separator: ", ") + (items.count > 20 ? ", … (\(items.count))" : "")
    case .record(let record):
      let fields = record.shape.names.enumerated().map { index, name in
        let value = record.values[index]
        let text = if case .list = value { "[\(short(value))]" } else { short(value) }
        return "\(TableLayout.printable(name)): \(text)"
      }
      return "{\(fields.joined(separator: ", "))}"
    default: return cell(value).text
    }
  }

  /// How long ago a time was: `3d 4h ago`.
  private func age(_ time: Timestamp) -> String {
    guard let difference = now.nanoseconds(since: time) else { return time.description }
    if difference >= 0, difference < 1_000_000_000 { return "now" }
    if difference < 0 { return "in \(DurationText.human(difference == .min ? .max : -difference))" }
    return "\(DurationText.human(difference)) ago"
  }

  /// A number with at most six digits after the point.
  private static func text(of number: Double) -> String {
    guard number != number.rounded(), abs(number) < 1e9 else { return Value.text(of: number) }
    if abs(number) < 0.001 { return number.description }
    var text = ByteCount.fixed(number, decimals: 3)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// `sha256:1f3c…9ab2`: enough of a digest to tell it from others.
  private static func withCutDigest(_ text: String) -> String {
    guard let range = text.digestRange else { return text }
    let hexadecimal = text[range]
    return text[..<range.lowerBound] + hexadecimal.prefix(4) + "…" + hexadecimal.suffix(4) + text[range.upperBound...]
  }

  /// A text that cannot move the cursor or colour the terminal, whatever a registry put into a name.
  static func printable(_ text: some StringProtocol) -> String {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return String(text) }
    return TerminalText.visible(String(text).replacing("\n", with: "⏎").replacing("\t", with: " "))
  }

  /// The text cut to so many columns, with `…` at the end.
  private func fitted(_ text: String, to width: Int) -> String {
    guard DisplayWidth.of(text) > width else { return text }
    var result = ""
    var used = 0
    for character in text {
      let columns = DisplayWidth.of(character)
      if used + columns > width - 1 { break }
      result.append(character)
      used += columns
    }
    return result + "…"
  }

  private func bold(_ text: String) -> TerminalText { isColored ? "\u{1B}[1m\(text)\u{1B}[0m" : TerminalText(text) }
  private func painted(_ text: String, _ style: Style) -> TerminalText {
    isColored && style != .plain && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : TerminalText(text)
  }
}

extension String {
  /// The hexadecimal part of the digest (`sha256:` and 64 digits, `sha512:` and 128) at the text's end.
  fileprivate var digestRange: Range<String.Index>? {
    for (algorithm, length) in [("sha256:", 64), ("sha512:", 128)] where utf8.count >= algorithm.utf8.count + length {
      let start = utf8.index(endIndex, offsetBy: -length)
      let isHexadecimal = utf8[start...].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
      if isHexadecimal, self[..<start].hasSuffix(algorithm) { return start..<endIndex }
    }
    return nil
  }
}
