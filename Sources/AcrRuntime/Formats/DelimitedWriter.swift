import AcrCore

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
    let rows = try Table.records(value, for: format)
    let names = Table.columns(rows)
    guard !names.isEmpty else { return "" }
    var text = line(names)
    for row in rows {
      let line = try line(row, names)
      try meter?.take(2 * line.utf8.count)
      text += line
    }
    return text
  }

  /// How messages call what is written.
  var format: String { separator == "," ? "CSV" : "TSV" }

  /// A row with these columns, with its line end.
  func line(_ row: Record, _ names: [String]) throws(AcrError) -> String {
    var fields: [String] = []
    fields.reserveCapacity(names.count)
    try meter?.step(names.count)
    // The rows of a table share their shape, and have it in this order mostly.
    let isInOrder = row.shape.names.count == names.count && row.shape.names == names
    for (index, name) in names.enumerated() {
      fields.append(try field(isInOrder ? row.values[index] : row[name] ?? .null, name))
    }
    return line(fields)
  }

  private func field(_ value: Value, _ name: String) throws(AcrError) -> String {
    switch value {
    case .null: ""
    case .secret: throw Value.secretRefused("column `\(name)`")
    case .size(let bytes): String(bytes)
    default: if let text = value.text { text } else { try value.json(meter) }
    }
  }

  /// A line of fields, with its end.
  func line(_ fields: [String]) -> String {
    let text = fields.map(quoted).joined(separator: separator)
    // A row of one empty field would be an empty line, which is no row.
    return (text.isEmpty ? "\"\"" : text) + (separator == "," ? "\r\n" : "\n")
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
