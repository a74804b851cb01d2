import AcrCore
import AcrSystem
import AcrText

/// Lays values out for people: tables with a header, records as name and value, lists of plain values one to a line.
/// On a terminal sizes and times are rounded and digests short; exact values are what JSON is for.
public struct TableLayout: Sendable {
  /// The ways to lay rows out.
  public enum Form: Sendable {
    /// Columns that fit the terminal: texts wrap, and what does not fit is left out by rank and named below the rows.
    case table
    /// All columns, whole, however long the lines become.
    case wide
    /// A field to a line, a row below the other.
    case list
    /// Columns with lines between them.
    case grid
  }

  /// The columns of the terminal; nil for as wide as it takes, with whole digests and exact times.
  public var width: Int?
  /// The time ages are counted from.
  public var now: Timestamp
  /// Whether the header is bold and null dim.
  public var isColored: Bool
  /// How rows are laid out.
  public var form: Form
  /// Whether rows without names get headings, as the Azure CLI writes them.
  public var numbersColumns: Bool
  /// Whether lines and bars are drawn in ASCII.
  public var isASCII: Bool

  /// Creates a layout.
  public init(
    width: Int? = nil, now: Timestamp = .now(), isColored: Bool = false, form: Form = .table,
    numbersColumns: Bool = false, isASCII: Bool = false
  ) {
    self.width = form == .wide ? nil : width.map { max(1, $0) }
    self.now = now
    self.isColored = isColored
    self.form = form
    self.numbersColumns = numbersColumns
    self.isASCII = isASCII
  }

  /// The lines of a value, without line ends.
  public func lines(_ value: Value) -> [TerminalText] {
    switch value {
    case .list(let items):
      guard !items.isEmpty else { return [] }
      let records = items.compactMap { if case .record(let record) = $0 { record } else { nil } }
      if records.count == items.count { return table(TableTree.rows(records, isASCII: isASCII) ?? records) }
      return unnamedRows(items) ?? items.flatMap { plainLines($0) }
    case .record(let record):
      if form != .list, let rows = TableTree.rows([record], isASCII: isASCII) { return table(rows) }
      return recordLines(record, indent: 0)
    default: return plainLines(value)
    }
  }

  /// A header and the rows.
  private func table(_ records: [Record]) -> [TerminalText] {
    if form == .list { return listLines(records) }
    guard let columns = TableColumns(records, self) else { return listLines(records) }
    return columns.lines()
  }

  /// Rows without names, as `[].[digest, os]` makes them: columns where all have the same length, otherwise a line of
  /// items each. Nil for values of other kinds.
  private func unnamedRows(_ items: [Value]) -> [TerminalText]? {
    var rows: [[Value]] = []
    for item in items {
      guard case .list(let cells) = item else { return nil }
      rows.append(cells)
    }
    guard let count = rows.first?.count, count > 1 || numbersColumns, count > 0, rows.allSatisfy({ $0.count == count })
    else { return nil }
    let shape = Shape((1...count).map { "Column\($0)" })
    let records = rows.map { Record(shape: shape, values: $0) }
    guard form != .list, let columns = TableColumns(records, self, hasHeader: numbersColumns) else {
      return listLines(records)
    }
    return columns.lines()
  }

  /// The lines of a value that is no table. They are not wrapped: the terminal does that, and what is copied stays whole.
  private func plainLines(_ value: Value) -> [TerminalText] {
    if case .string(let text) = value {
      return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        .map { TerminalText(TableLayout.printable($0)) }
    }
    return [TerminalText(cell(value).text)]
  }

  // MARK: A field to a line

  /// Rows one below the other, with an empty line between them.
  private func listLines(_ records: [Record]) -> [TerminalText] {
    let names = Table.columns(records)
    let width = names.map { DisplayWidth.of(TableLayout.printable($0)) }.max() ?? 0
    var lines: [TerminalText] = []
    for record in records {
      if !lines.isEmpty { lines.append("") }
      lines += recordLines(record, indent: 0, nameWidth: width)
    }
    return lines
  }

  /// Nested records are laid out below their name down to this level.
  private static let mostLevels = 4

  /// Name and value of each field. A text wraps at its spaces; a word that is longer than the line is never broken, so that
  /// a digest can be copied.
  private func recordLines(_ record: Record, indent: Int, nameWidth: Int? = nil) -> [TerminalText] {
    let names = record.shape.names.map(TableLayout.printable)
    let nameWidth = nameWidth ?? names.map { DisplayWidth.of($0) }.max() ?? 0
    let start = String(repeating: " ", count: indent)
    let room = width.map { max(16, $0 - indent - nameWidth - 2) } ?? .max
    let hanging = String(repeating: " ", count: indent + nameWidth + 2)
    var lines: [TerminalText] = []
    for (name, value) in zip(names, record.values) {
      let padding = String(repeating: " ", count: max(0, nameWidth - DisplayWidth.of(name)))
      if let nested = nestedLines(value, indent: indent + 2, room: room) {
        lines.append("\(start)\(bold(name))")
        lines += nested
        continue
      }
      let cell = cell(value)
      let parts = TextWrap.lines(cell.text, to: room, breaksWords: false)
      for (index, part) in parts.enumerated() {
        let text = painted(part, cell.style)
        lines.append(index == 0 ? "\(start)\(bold(name))\(padding)  \(text)" : "\(hanging)\(text)")
      }
    }
    return lines
  }

  /// Records in a record, laid out below their name where they do not fit behind it; nil for what stays on the line.
  private func nestedLines(_ value: Value, indent: Int, room: Int) -> [TerminalText]? {
    guard indent <= 2 * TableLayout.mostLevels else { return nil }
    switch value {
    case .record(let record) where !record.values.isEmpty:
      guard DisplayWidth.of(cell(value).text) > room else { return nil }
      return recordLines(record, indent: indent)
    case .list(let items) where !items.isEmpty:
      let records = items.compactMap { if case .record(let record) = $0 { record } else { nil } }
      guard records.count == items.count else { return nil }
      var inner = self
      inner.width = width.map { max(20, $0 - indent) }
      inner.form = .table
      let space = TerminalText(String(repeating: " ", count: indent))
      return inner.table(TableTree.rows(records, isASCII: isASCII) ?? records).map { $0.isEmpty ? $0 : space + $0 }
    default: return nil
    }
  }

  // MARK: Colours

  func bold(_ text: String) -> TerminalText { isColored ? "\u{1B}[1m\(text)\u{1B}[0m" : TerminalText(text) }
  func dim(_ text: String) -> TerminalText { isColored ? "\u{1B}[2m\(text)\u{1B}[0m" : TerminalText(text) }
  func painted(_ text: String, _ style: TableCell.Style) -> TerminalText {
    isColored && style != .plain && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : TerminalText(text)
  }
}
