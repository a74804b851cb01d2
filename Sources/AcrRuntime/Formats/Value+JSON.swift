import AcrCore

extension Value {
  /// Reads one JSON text. Records with the same names in the same order share a ``Shape``; of a repeated name the last
  /// value counts.
  /// - Throws: ``JSONError`` with line and column.
  public init(json bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader()
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var outcome: Result<Value, JSONProblem>?
    bytes.withUnsafeBufferPointer { bytes in
      do throws(JSONProblem) {
        let value = try reader.value(bytes, &position, isWhole: true)
        var cursor = JSONCursor(bytes, position, isWhole: true)
        cursor.skipSpace()
        if cursor.peek != nil { throw cursor.broken("there is more text after the value") }
        outcome = .success(value)
      } catch {
        outcome = .failure(error)
      }
    }
    switch outcome {
    case .success(let value): self = value
    case .failure(.broken(let reason, let offset)): throw JSONError(reason, at: offset, in: bytes)
    default: throw JSONError("the text was not read", at: 0, in: bytes)
    }
  }

  /// Writes the value as JSON: sizes as bytes, datetimes as RFC 3339 text, durations as text such as `1h30m`.
  /// - Throws: ``AcrError`` for a secret, which is never written, and for a value nested deeper than can be read back.
  public func write(to writer: inout JSONWriter) throws(AcrError) { try write(to: &writer, nil) }

  /// The same, and ^C stops it.
  func write(to writer: inout JSONWriter, _ meter: Meter?) throws(AcrError) {
    if let meter {
      try meter.step()
      // The text grows by doubling, and is copied once at the end.
      if meter.isCounting { try meter.take(3 * (8 + 2 * writer.depth + writtenSize)) }
    }
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .int(let value), .size(let value): writer.integer(value)
    case .number(let value): writer.number(value)
    case .string(let value): writer.string(value)
    case .duration(let value): writer.string(DurationText.exact(value))
    case .datetime(let value): writer.string(value.description)
    case .list(let items):
      try Value.checkDepth(writer)
      writer.startArray()
      for item in items { try item.write(to: &writer, meter) }
      writer.endArray()
    case .record(let record):
      try Value.checkDepth(writer)
      writer.startObject()
      for (index, name) in record.shape.names.enumerated() {
        try meter?.take(3 * (name.utf8.count + 4))
        writer.key(name)
        if case .secret = record.values[index] { throw Value.secretRefused("field `\(name)`") }
        try record.values[index].write(to: &writer, meter)
      }
      writer.endObject()
    case .secret: throw Value.secretRefused("the value")
    case .block: throw AcrError(.invalid, "a block has no text", help: "call it, and write what it gives")
    }
  }

  /// The value as JSON text, on one line or indented.
  /// - Throws: ``AcrError`` for a secret.
  public func json(indent: Int? = nil) throws(AcrError) -> String { try json(indent: indent, nil) }

  /// The same, and ^C stops it.
  func json(indent: Int? = nil, _ meter: Meter?) throws(AcrError) -> String {
    var writer = JSONWriter(indent: indent)
    let place = meter?.place
    defer { if let place { meter?.release(place) } }
    try write(to: &writer, meter)
    return writer.text
  }

  /// The bytes of a text with its escapes; what other plain values take hardly counts.
  private var writtenSize: Int {
    guard case .string(let text) = self else { return 0 }
    return text.utf8.reduce(0) { $0 + ($1 < 0x20 || $1 == 0x22 || $1 == 0x5C || $1 == 0x7F ? 6 : 1) }
  }

  /// Indented text grows with the square of the depth, so that a deep value would fill the memory.
  private static func checkDepth(_ writer: borrowing JSONWriter) throws(AcrError) {
    guard writer.depth >= JSONScanner.depthLimit else { return }
    throw AcrError(.invalid, "JSON is written \(JSONScanner.depthLimit) brackets deep, and this value is nested deeper")
  }

  static func secretRefused(_ what: String) -> AcrError {
    AcrError(
      .invalid, "\(what) is a secret: it is never written",
      help: "leave it out with `select`, or `reveal(…)` gives its text")
  }
}
