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
    do {
      switch try rows(ByteWindow(bytes, name: name, meter), meter, isWhole: true) {
      case .value(let value): return value
      case .rows(let rows):
        var items: [Value] = []
        // What is read is held until the text is.
        while let row = try rows.next() {
          if let meter, meter.isCounting { try meter.take(HeapSize.whole(row) + 2 * HeapSize.value) }
          items.append(row)
        }
        return .list(items)
      case .bytes: return .null
      }
    } catch let error as AcrError {
      throw error
    } catch {
      throw AcrError(.invalid, "the text cannot be read: \(error)")
    }
  }

  /// What a text holds: rows that are read as they are asked for, or one value.
  /// - Parameter isWhole: whether a JSON text is read as one value, also where it is an array.
  /// - Throws: ``AcrError`` of kind `invalid` with line and column, and what making the pieces throws.
  func rows(_ window: ByteWindow, _ meter: Meter?, isWhole: Bool = false) throws -> Output {
    try window.skipMark()
    switch self {
    case .json:
      let reader = JSONRows(window, meter)
      if try !isWhole && reader.isArray() { return .rows(RowStream { try reader.nextItem() }) }
      return .value(try reader.value())
    case .jsonl:
      let reader = JSONRows(window, meter)
      return .rows(RowStream { try reader.nextLine() })
    case .csv, .tsv:
      let reader = DelimitedReader(window, separator: self == .csv ? 0x2C : 0x09, meter)
      return .rows(RowStream { try reader.next() })
    }
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
