import AcrCore

/// Reads CSV by RFC 4180 (and TSV, the same with tabs): a header row, fields that may be quoted, quotes doubled inside
/// quotes, lines that end in CR LF or LF. Every field is a string.
struct DelimitedReader {
  private let bytes: [UInt8]
  private let separator: UInt8
  private let name: String?
  private let meter: Meter?
  private var position = 0
  private var line = 1
  private var lineStart = 0

  init(_ bytes: [UInt8], separator: UInt8, name: String?, _ meter: Meter? = nil) {
    self.meter = meter
    self.bytes = bytes
    self.separator = separator
    self.name = name
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      position = 3
      lineStart = 3
    }
  }

  /// The rows as records named by the header.
  /// - Throws: ``AcrError`` of kind `invalid` with line and column.
  consuming func table() throws(AcrError) -> Value {
    guard let header = try nextRow() else { return .list([]) }
    var seen: Set<String> = []
    for name in header where !seen.insert(name).inserted {
      throw DataFormat.broken(format, "two columns are called `\(name)`", line: 1, column: 1, self.name)
    }
    let shape = Shape(header)
    var rows: [Value] = []
    while true {
      let start = line
      guard let fields = try nextRow() else { break }
      guard fields.count == header.count else {
        let found = "\(fields.count) field\(fields.count == 1 ? "" : "s")"
        throw DataFormat.broken(
          format, "this row has \(found), the header has \(header.count)", line: start, column: 1, name)
      }
      rows.append(.record(Record(shape: shape, values: fields.map(Value.string))))
    }
    return .list(rows)
  }

  private var format: String { separator == 0x09 ? "TSV" : "CSV" }

  /// The fields of the next row that is not empty.
  private mutating func nextRow() throws(AcrError) -> [String]? {
    while takeLineEnd() {}
    guard position < bytes.count else { return nil }
    var fields = [try field()]
    try count(fields[0])
    while position < bytes.count, bytes[position] == separator {
      position += 1
      let field = try field()
      try count(field)
      fields.append(field)
    }
    if position < bytes.count, !takeLineEnd() { throw failure("text follows a closing quote") }
    return fields
  }

  private func count(_ field: String) throws(AcrError) {
    guard let meter else { return }
    try meter.step()
    // The field's text, its place among the fields, and that in the record.
    try meter.take(HeapSize.text(field) + 2 * MemoryLayout<String>.stride + 2 * HeapSize.value + 16)
  }

  private mutating func takeLineEnd() -> Bool {
    guard position < bytes.count else { return false }
    if bytes[position] == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { position += 1 }
    guard bytes[position] == 0x0A else { return false }
    position += 1
    line += 1
    lineStart = position
    return true
  }

  private mutating func field() throws(AcrError) -> String {
    if position < bytes.count, bytes[position] == 0x22 { return try quotedField() }
    let start = position
    while position < bytes.count, bytes[position] != separator, !isLineEnd { position += 1 }
    return try text(bytes[start..<position], at: start)
  }

  private var isLineEnd: Bool {
    bytes[position] == 0x0A || bytes[position] == 0x0D && position + 1 < bytes.count && bytes[position + 1] == 0x0A
  }

  private mutating func quotedField() throws(AcrError) -> String {
    let start = position
    let (startLine, startLineStart) = (line, lineStart)
    var buffer: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == 0x22 {
        guard position < bytes.count, bytes[position] == 0x22 else { return try text(buffer[...], at: start) }
        position += 1
      } else if byte == 0x0A {
        line += 1
        lineStart = position
      }
      buffer.append(byte)
    }
    (line, lineStart, position) = (startLine, startLineStart, start)
    throw failure("a quote is not closed")
  }

  private func text(_ slice: ArraySlice<UInt8>, at start: Int) throws(AcrError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else { throw failure("the text is not UTF-8") }
    return text
  }

  private func failure(_ reason: String) -> AcrError {
    let column = bytes[lineStart..<min(max(lineStart, position), bytes.count)].reduce(1) {
      $0 + ($1 & 0xC0 == 0x80 ? 0 : 1)
    }
    return DataFormat.broken(format, reason, line: line, column: column, name)
  }
}

/// Writes CSV by RFC 4180, and TSV the same with tabs.
struct DelimitedWriter {
  let separator: String
  private let meter: Meter?

  init(separator: String, _ meter: Meter? = nil) {
    self.separator = separator
    self.meter = meter
  }

  /// A list of records with a header row; the columns are those of all rows, in the order they first occur. Nested lists
  /// and records are written as JSON.
  /// - Throws: ``AcrError`` for a secret, and for rows that are no records.
  func table(_ value: Value) throws(AcrError) -> String {
    let rows = try Table.records(value, for: separator == "," ? "CSV" : "TSV")
    let names = Table.columns(rows)
    guard !names.isEmpty else { return "" }
    var text = line(names)
    for row in rows {
      var fields: [String] = []
      for name in names { fields.append(try field(row[name] ?? .null, name)) }
      let line = line(fields)
      try meter?.step(names.count)
      try meter?.take(2 * line.utf8.count)
      text += line
    }
    return text
  }

  private func field(_ value: Value, _ name: String) throws(AcrError) -> String {
    switch value {
    case .null: ""
    case .secret: throw Value.secretRefused("column `\(name)`")
    case .size(let bytes): String(bytes)
    default: if let text = value.text { text } else { try value.json(meter) }
    }
  }

  private func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: separator) + (separator == "," ? "\r\n" : "\n")
  }

  private func quoted(_ field: String) -> String {
    let needsQuotes = field.contains(separator) || field.utf8.contains { $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
    return needsQuotes ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
  }
}

/// A list seen as a table.
enum Table {
  /// The rows as records.
  /// - Throws: ``AcrError`` when some row is none.
  static func records(_ value: Value, for format: String) throws(AcrError) -> [Record] {
    switch value {
    case .record(let record): return [record]
    case .list(let items):
      var records: [Record] = []
      records.reserveCapacity(items.count)
      for (index, item) in items.enumerated() {
        guard case .record(let record) = item else {
          throw AcrError(.invalid, "\(format) is made of records, and row \(index) is \(item.typePhrase)")
        }
        records.append(record)
      }
      return records
    default: throw AcrError(.invalid, "\(format) is made of records, and this is \(value.typePhrase)")
    }
  }

  /// The names of all columns, in the order they first occur.
  static func columns(_ rows: [Record]) -> [String] {
    var names: [String] = []
    var seen: Set<String> = []
    var last: Shape?
    for row in rows where row.shape !== last {
      last = row.shape
      for name in row.shape.names where seen.insert(name).inserted { names.append(name) }
    }
    return names
  }
}
