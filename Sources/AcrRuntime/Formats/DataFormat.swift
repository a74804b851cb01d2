import AcrCore

/// The text forms of data: what `open`, `save`, `from`, `to` read and write.
public enum DataFormat: String, Sendable, CaseIterable {
  case json, jsonl, csv, tsv

  /// The format of a file by its name's ending; nil for plain text.
  public init?(path: String) {
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return nil }
    let ending = path[path.index(after: dot)...].lowercased()
    guard let format = ending == "ndjson" ? .jsonl : DataFormat(rawValue: ending) else { return nil }
    self = format
  }

  /// Reads a text.
  /// - Parameter name: how messages name where it came from: a path, or nil for a text from a pipe.
  /// - Throws: ``AcrError`` of kind `invalid` with line and column.
  public func read(_ bytes: [UInt8], name: String?) throws(AcrError) -> Value { try read(bytes, name: name, nil) }

  /// The same, with steps and memory counted.
  func read(_ bytes: [UInt8], name: String?, _ meter: Meter?) throws(AcrError) -> Value {
    let place = meter?.place
    defer { if let place { meter?.release(place) } }
    try meter?.take(bytes.count)
    switch self {
    case .json:
      var builder = JSONBuilder(meter)
      let value: Value
      do throws(JSONError) {
        value = try builder.build(bytes)
      } catch {
        throw DataFormat.broken("JSON", error.reason, line: error.line, column: error.column, name)
      }
      try meter?.check()
      return value
    case .jsonl: return .list(try readLines(bytes, name: name, meter))
    case .csv: return try DelimitedReader(bytes, separator: 0x2C, name: name, meter).table()
    case .tsv: return try DelimitedReader(bytes, separator: 0x09, name: name, meter).table()
    }
  }

  private func readLines(_ bytes: [UInt8], name: String?, _ meter: Meter?) throws(AcrError) -> [Value] {
    var builder = JSONBuilder(meter)
    var values: [Value] = []
    // The slices of the lines.
    try meter?.take(bytes.count(where: { $0 == 0x0A }) * 2 * MemoryLayout<ArraySlice<UInt8>>.stride)
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      do throws(JSONError) {
        values.append(try builder.build(Array(line)))
      } catch {
        throw DataFormat.broken("JSON", error.reason, line: index + 1, column: error.column, name)
      }
      try meter?.check()
    }
    return values
  }

  static func broken(_ format: String, _ reason: String, line: Int, column: Int, _ name: String?) -> AcrError {
    let place = name.map { "\($0):\(line):\(column)" } ?? "line \(line), column \(column)"
    return AcrError(.invalid, "\(place): this is not \(format): \(reason)")
  }

  /// Writes a value, with a line end behind it.
  /// - Throws: ``AcrError`` for a secret, and for what the format cannot hold.
  public func write(_ value: Value) throws(AcrError) -> String { try write(value, nil) }

  /// The same, and ^C stops it where a value can be much larger than its memory shows.
  func write(_ value: Value, _ meter: Meter?) throws(AcrError) -> String {
    let place = meter?.place
    defer { if let place { meter?.release(place) } }
    switch self {
    case .json: return try value.json(indent: 2, meter) + "\n"
    case .jsonl:
      let rows: [Value] = if case .list(let items) = value { items } else { [value] }
      var text = ""
      for row in rows {
        let line = try row.json(meter) + "\n"
        try meter?.take(2 * line.utf8.count)
        text += line
      }
      return text
    case .csv: return try DelimitedWriter(separator: ",", meter).table(value)
    case .tsv: return try DelimitedWriter(separator: "\t", meter).table(value)
    }
  }
}
