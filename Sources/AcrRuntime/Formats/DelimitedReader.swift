import AcrCore

/// Reads CSV by RFC 4180 (and TSV, the same with tabs) row by row: a header row, fields that may be quoted, quotes doubled
/// inside quotes. Lines end in CR LF, LF or CR; empty ones are passed over. Every field is a string. Used by one thread.
final class DelimitedReader {
  private let window: ByteWindow
  private let separator: UInt8
  private let meter: Meter?
  private var shape: Shape?

  /// - Parameter window: behind the mark at the start of the text.
  init(_ window: ByteWindow, separator: UInt8, _ meter: Meter?) {
    self.window = window
    self.separator = separator
    self.meter = meter
  }

  /// Why a row could not be read.
  private enum Problem: Error {
    /// The row may go on behind the window.
    case incomplete
    case broken(String, at: Int)
    case limit(AcrError)
  }

  /// The next row as a record named by the header; nil at the end.
  /// - Throws: ``AcrError`` of kind `invalid` with line and column, and what making the pieces throws.
  func next() throws -> Value? {
    if shape == nil {
      guard let header = try nextFields() else { return nil }
      var names: [String] = []
      var seen: Set<String> = []
      for case .string(let name) in header {
        guard seen.insert(name).inserted else {
          throw DataFormat.broken(format, "two columns are called `\(name)`", line: 1, column: 1, window.name)
        }
        names.append(name)
      }
      shape = Shape(names)
    }
    guard let shape, let fields = try nextFields() else { return nil }
    guard fields.count == shape.names.count else {
      let found = "\(fields.count) field\(fields.count == 1 ? "" : "s")"
      throw DataFormat.broken(
        format, "this row has \(found), the header has \(shape.names.count)", line: rowLine, column: 1, window.name)
    }
    return .record(Record(shape: shape, values: fields))
  }

  private var format: String { separator == 0x09 ? "TSV" : "CSV" }

  /// The fields of the next row that is not empty.
  private func nextFields() throws -> [Value]? {
    while true {
      do throws(Problem) {
        var position = window.position
        guard let row = try fields(&position) else { return nil }
        defer { window.position = position }
        if row.fields.count != shape?.names.count ?? row.fields.count { rowLine = window.place(of: row.start).line }
        return row.fields
      } catch {
        switch error {
        case .incomplete: try window.more()
        case .limit(let error): throw error
        case .broken(let reason, let offset):
          let place = window.place(of: offset)
          throw DataFormat.broken(format, reason, line: place.line, column: place.column, window.name)
        }
      }
    }
  }

  /// The line of a row that does not fit the header.
  private var rowLine = 1

  private func fields(_ position: inout Int) throws(Problem) -> (start: Int, fields: [Value])? {
    let bytes = window.bytes
    while position < bytes.count, bytes[position] == 0x0A || bytes[position] == 0x0D { position += 1 }
    let start = position
    guard position < bytes.count else {
      if window.isAtEnd { return nil }
      throw .incomplete
    }
    var fields: [Value] = []
    if let shape { fields.reserveCapacity(shape.names.count) }
    while true {
      let text =
        position < bytes.count && bytes[position] == 0x22
        ? try quotedField(bytes, &position) : try plainField(bytes, &position)
      try count(text)
      fields.append(.string(text))
      guard position < bytes.count else { return (start, fields) }
      let byte = bytes[position]
      guard byte == separator else {
        guard byte == 0x0A || byte == 0x0D else { throw .broken("text follows a closing quote", at: position) }
        position += 1
        return (start, fields)
      }
      position += 1
    }
  }

  private func count(_ field: String) throws(Problem) {
    guard let meter else { return }
    do throws(AcrError) {
      try meter.step()
      // The field's text, and its place in the record.
      if meter.isCounting { try meter.charge(HeapSize.text(field) + 2 * HeapSize.value + 16) }
    } catch {
      throw .limit(error)
    }
  }

  private func plainField(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) throws(Problem) -> String {
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == separator || byte == 0x0A || byte == 0x0D { break }
      position += 1
    }
    if position == bytes.count, !window.isAtEnd { throw .incomplete }
    return try text(UnsafeBufferPointer(rebasing: bytes[start..<position]), at: start)
  }

  private func quotedField(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) throws(Problem) -> String {
    let start = position
    var partStart = position + 1
    var buffer: [UInt8] = []
    position += 1
    while position < bytes.count {
      guard bytes[position] == 0x22 else {
        position += 1
        continue
      }
      // Whether it is doubled is said by the next byte.
      if position + 1 == bytes.count, !window.isAtEnd { throw .incomplete }
      let isDoubled = position + 1 < bytes.count && bytes[position + 1] == 0x22
      guard isDoubled else {
        let part = UnsafeBufferPointer(rebasing: bytes[partStart..<position])
        position += 1
        if position == bytes.count, !window.isAtEnd { throw .incomplete }
        if buffer.isEmpty { return try text(part, at: start) }
        buffer += part
        guard let text = String(validating: buffer, as: UTF8.self) else {
          throw .broken("the text is not UTF-8", at: start)
        }
        return text
      }
      buffer += bytes[partStart...position]
      position += 2
      partStart = position
    }
    if !window.isAtEnd { throw .incomplete }
    throw .broken("a quote is not closed", at: start)
  }

  private func text(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) throws(Problem) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .broken("the text is not UTF-8", at: start) }
    return text
  }
}
