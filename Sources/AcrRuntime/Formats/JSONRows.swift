import AcrCore

/// Rows of JSON text, read as they are asked for: those of JSON lines, and the items of an array. Used by one thread.
final class JSONRows {
  private let window: ByteWindow
  private let meter: Meter?
  private var reader: JSONReader

  /// - Parameter window: behind the mark at the start of the text.
  init(_ window: ByteWindow, _ meter: Meter?) {
    self.window = window
    self.meter = meter
    reader = JSONReader(meter)
  }

  // MARK: One value

  /// True when the text is an array; false for any other value, and for a text without one.
  func isArray() throws -> Bool {
    while true {
      var cursor = JSONCursor(window.bytes, window.position, isWhole: false)
      cursor.skipSpace()
      if let byte = cursor.peek { return byte == 0x5B }
      guard try window.more() else { return false }
    }
  }

  /// The text as one value.
  func value() throws -> Value {
    try window.readAll()
    var position = window.position
    let value = try read(&position)
    var cursor = JSONCursor(window.bytes, position, isWhole: true)
    cursor.skipSpace()
    if cursor.peek != nil { throw failure("there is more text after the value", at: cursor.position) }
    return value
  }

  private func read(_ position: inout Int, depth: Int = 0) throws -> Value {
    do throws(JSONProblem) {
      return try reader.value(window.bytes, &position, isWhole: window.isAtEnd, depth: depth)
    } catch {
      switch error {
      case .incomplete: throw error
      case .broken(let reason, let offset): throw failure(reason, at: offset)
      case .limit(let error): throw error
      }
    }
  }

  private func failure(_ reason: String, at offset: Int) -> AcrError {
    let place = window.place(of: offset)
    return DataFormat.broken("JSON", reason, line: place.line, column: place.column, window.name)
  }

  // MARK: An array

  private enum Place { case start, first, following, end }
  private var place = Place.start

  /// The next item of the array; nil behind its end.
  /// - Throws: ``AcrError`` of kind `invalid` with line and column, and what making the pieces throws.
  func nextItem() throws -> Value? {
    guard place != .end else { return nil }
    while true {
      do throws(JSONProblem) {
        return try item()
      } catch {
        switch error {
        case .incomplete: try window.more()
        case .broken(let reason, let offset): throw failure(reason, at: offset)
        case .limit(let error): throw error
        }
      }
    }
  }

  /// - Throws: `incomplete` with nothing used up.
  private func item() throws(JSONProblem) -> Value? {
    var cursor = JSONCursor(window.bytes, window.position, isWhole: window.isAtEnd)
    cursor.skipSpace()
    var place = place
    if place == .start {
      guard cursor.peek == 0x5B else { throw cursor.ended("expected a value") }
      cursor.position += 1
      cursor.skipSpace()
      place = .first
    }
    guard let byte = cursor.peek else {
      throw cursor.ended(place == .first ? "expected a value" : "expected `,` or `]`")
    }
    if byte == 0x5D {
      cursor.position += 1
      cursor.skipSpace()
      if cursor.peek != nil { throw cursor.broken("there is more text after the value") }
      // White space behind the end may be followed by more.
      if !window.isAtEnd { throw .incomplete }
      self.place = .end
      window.position = cursor.position
      return nil
    }
    if place == .following {
      guard byte == 0x2C else { throw cursor.broken("expected `,` or `]`") }
      cursor.position += 1
    }
    let mark = meter?.place
    defer { if let mark { meter?.release(mark) } }
    let value = try reader.value(window.bytes, &cursor.position, isWhole: window.isAtEnd, depth: 1)
    self.place = .following
    window.position = cursor.position
    return value
  }

  // MARK: Lines

  /// The value of the next line that is not empty; nil at the end. Lines end in LF, CR LF or CR.
  /// - Throws: ``AcrError`` of kind `invalid` with line and column, and what making the pieces throws.
  func nextLine() throws -> Value? {
    while true {
      guard let end = try lineEnd() else { return nil }
      let line = UnsafeBufferPointer(rebasing: window.bytes[..<end])
      var cursor = JSONCursor(line, window.position, isWhole: true)
      cursor.skipSpace()
      guard cursor.peek != nil else {
        window.position = min(end + 1, window.bytes.count)
        continue
      }
      let mark = meter?.place
      defer { if let mark { meter?.release(mark) } }
      do throws(JSONProblem) {
        let value = try reader.value(line, &cursor.position, isWhole: true)
        while let byte = cursor.peek, byte == 0x20 || byte == 0x09 { cursor.position += 1 }
        if let byte = cursor.peek {
          // The value ends in a CR, and what follows is the next line.
          guard byte == 0x0D else { throw cursor.broken("there is more text after the value") }
          cursor.skipSpace()
        }
        window.position = cursor.peek == nil ? min(end + 1, window.bytes.count) : cursor.position
        return value
      } catch {
        switch error {
        case .incomplete: throw error
        case .broken(let reason, let offset): throw failure(reason, at: offset)
        case .limit(let error): throw error
        }
      }
    }
  }

  /// Where the line at hand ends; nil at the end of the text.
  private func lineEnd() throws -> Int? {
    var searched = 0
    while true {
      if let end = window.lineEnd(from: window.position + searched) { return end }
      searched = window.bytes.count - window.position
      guard try window.more() else { return searched > 0 ? window.bytes.count : nil }
    }
  }
}
