/// What a JSON text (RFC 8259) is made of, one event at a time. Two builders stand on it: ``JSONValue`` for the documents of
/// registries, and the runtime's values for `open` and `from json`.
public enum JSONEvent: Equatable, Sendable {
  case objectStart, objectEnd, arrayStart, arrayEnd
  /// A member's name; its value follows.
  case key(String)
  case string(String)
  /// A number without fraction or exponent that fits 64 bits.
  case integer(Int64)
  case number(Double)
  case bool(Bool)
  case null
}

/// Where and why a text is not JSON.
public struct JSONError: Error, Equatable, Sendable {
  /// What was expected or wrong, without a full stop.
  public let reason: String
  /// Byte offset from the start of the text.
  public let offset: Int
  /// Line, from 1.
  public let line: Int
  /// Column in characters, from 1.
  public let column: Int

  /// The error at a byte offset of a text.
  public init(_ reason: String, at offset: Int, in bytes: [UInt8]) {
    var line = 1
    var lineStart = 0
    for index in 0..<min(offset, bytes.count) where bytes[index] == 0x0A {
      line += 1
      lineStart = index + 1
    }
    self.reason = reason
    self.offset = offset
    self.line = line
    column = bytes[lineStart..<max(lineStart, min(offset, bytes.count))].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }
}

/// A strict JSON reader over bytes, without recursion: a pull parser that keeps one bit per open bracket.
public struct JSONScanner: ~Copyable {
  private let bytes: [UInt8]
  private var position = 0
  /// The open brackets, innermost last: true for an object.
  private var open: [Bool] = []
  private var state = State.value
  /// How many brackets may be open at once, unless said otherwise.
  public static let depthLimit = 512
  private let depthLimit: Int

  private enum State { case value, firstValueOrEnd, firstKeyOrEnd, key, commaOrEnd, done }

  /// Reads `bytes`, which must be one JSON value with nothing but white space around it.
  /// - Parameter depthLimit: how many brackets may be open at once.
  public init(_ bytes: [UInt8], depthLimit: Int = JSONScanner.depthLimit) {
    self.bytes = bytes
    self.depthLimit = depthLimit
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next event, or nil after the whole value and the white space behind it.
  public mutating func next() throws(JSONError) -> JSONEvent? {
    skipSpace()
    switch state {
    case .done:
      guard position == bytes.count else { throw failure("there is more text after the value") }
      return nil
    case .value: return try value()
    case .firstValueOrEnd:
      if take(0x5D) { return close(.arrayEnd) }
      return try value()
    case .firstKeyOrEnd:
      if take(0x7D) { return close(.objectEnd) }
      return try key()
    case .key: return try key()
    case .commaOrEnd:
      guard let isObject = open.last else { throw failure("there is more text after the value") }
      if take(0x2C) {
        skipSpace()
        return isObject ? try key() : try value()
      }
      if take(isObject ? 0x7D : 0x5D) { return close(isObject ? .objectEnd : .arrayEnd) }
      throw failure(isObject ? "expected `,` or `}`" : "expected `,` or `]`")
    }
  }

  /// The byte offset of the next event, for messages.
  public var offset: Int { position }

  /// An error at the current place, for builders that refuse an event.
  public func failure(_ reason: String, at offset: Int? = nil) -> JSONError {
    let offset = min(offset ?? position, bytes.count)
    let atEnd = offset >= bytes.count && !reason.hasPrefix("the text ends")
    return JSONError(atEnd ? "the text ends too early: \(reason)" : reason, at: offset, in: bytes)
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func close(_ event: JSONEvent) -> JSONEvent {
    open.removeLast()
    state = open.isEmpty ? .done : .commaOrEnd
    return event
  }

  private mutating func start(_ event: JSONEvent, isObject: Bool) throws(JSONError) -> JSONEvent {
    guard open.count < depthLimit else { throw failure("more than \(depthLimit) brackets are open") }
    position += 1
    open.append(isObject)
    state = isObject ? .firstKeyOrEnd : .firstValueOrEnd
    return event
  }

  private mutating func key() throws(JSONError) -> JSONEvent {
    guard position < bytes.count, bytes[position] == 0x22 else { throw failure("expected a member's name in quotes") }
    let name = try string()
    skipSpace()
    guard take(0x3A) else { throw failure("expected `:` after a member's name") }
    state = .value
    return .key(name)
  }

  private mutating func value() throws(JSONError) -> JSONEvent {
    guard position < bytes.count else { throw failure("expected a value") }
    let event: JSONEvent
    switch bytes[position] {
    case 0x7B: return try start(.objectStart, isObject: true)
    case 0x5B: return try start(.arrayStart, isObject: false)
    case 0x22: event = .string(try string())
    case 0x74: event = try word("true", .bool(true))
    case 0x66: event = try word("false", .bool(false))
    case 0x6E: event = try word("null", .null)
    case 0x2D, 0x30...0x39: event = try number()
    default: throw failure("expected a value")
    }
    state = open.isEmpty ? .done : .commaOrEnd
    return event
  }

  private mutating func word(_ text: StaticString, _ event: JSONEvent) throws(JSONError) -> JSONEvent {
    let count = text.utf8CodeUnitCount
    let matches =
      position + count <= bytes.count
      && (0..<count).allSatisfy { text.utf8Start[$0] == bytes[position + $0] }
    guard matches else { throw failure("expected a value") }
    position += count
    return event
  }

  private mutating func number() throws(JSONError) -> JSONEvent {
    let start = position
    _ = take(0x2D)
    guard position < bytes.count, isDigit(bytes[position]) else { throw failure("expected a digit") }
    if !take(0x30) { skipDigits() }
    var isInteger = true
    if take(0x2E) {
      isInteger = false
      guard position < bytes.count, isDigit(bytes[position]) else { throw failure("expected a digit after the point") }
      skipDigits()
    }
    if take(0x65) || take(0x45) {
      isInteger = false
      if !take(0x2B) { _ = take(0x2D) }
      guard position < bytes.count, isDigit(bytes[position]) else { throw failure("expected a digit in the exponent") }
      skipDigits()
    }
    if position < bytes.count, isDigit(bytes[position]) { throw failure("a number cannot start with 0") }
    if isInteger, let value = integer(start, position) { return .integer(value) }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else { throw failure("this number is too large", at: start) }
    return .number(value)
  }

  private func integer(_ start: Int, _ end: Int) -> Int64? {
    let isNegative = bytes[start] == 0x2D
    var value: Int64 = 0
    for index in (isNegative ? start + 1 : start)..<end {
      let digit = Int64(bytes[index] - 0x30)
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) =
        isNegative
        ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  private mutating func skipDigits() {
    while position < bytes.count, isDigit(bytes[position]) { position += 1 }
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    var all: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0x22:
        let slice = bytes[start..<position]
        position += 1
        guard let text = all < 0x80 ? ascii(slice) : String(validating: slice, as: UTF8.self) else {
          throw failure("the text is not UTF-8", at: start)
        }
        return text
      case 0x5C: return try escapedString(from: start)
      case 0..<0x20: throw failure("a string contains a control character")
      default:
        all |= byte
        position += 1
      }
    }
    throw failure("a string has no closing quote")
  }

  /// The text of bytes below 0x80, which need no look at what follows what.
  private func ascii(_ slice: ArraySlice<UInt8>) -> String {
    String(unsafeUninitializedCapacity: slice.count) { buffer in
      slice.withUnsafeBufferPointer { _ = buffer.update(fromContentsOf: $0) }
      return slice.count
    }
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var buffer = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0x22:
        position += 1
        guard let text = String(validating: buffer, as: UTF8.self) else {
          throw failure("the text is not UTF-8", at: start)
        }
        return text
      case 0x5C:
        position += 1
        try appendEscape(to: &buffer)
      case 0..<0x20: throw failure("a string contains a control character")
      default:
        buffer.append(byte)
        position += 1
      }
    }
    throw failure("a string has no closing quote")
  }

  private mutating func appendEscape(to buffer: inout [UInt8]) throws(JSONError) {
    guard position < bytes.count else { throw failure("a string has no closing quote") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: buffer.append(byte)
    case 0x62: buffer.append(0x08)
    case 0x66: buffer.append(0x0C)
    case 0x6E: buffer.append(0x0A)
    case 0x72: buffer.append(0x0D)
    case 0x74: buffer.append(0x09)
    case 0x75:
      var code = try hexCode()
      if (0xD800..<0xDC00).contains(code), position + 1 < bytes.count, bytes[position] == 0x5C,
        bytes[position + 1] == 0x75
      {
        position += 2
        let low = try hexCode()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair", at: position - 6) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair", at: position - 6) }
      buffer.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw failure("`\\` is not followed by a valid escape", at: position - 1)
    }
  }

  private mutating func hexCode() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw failure("expected four hexadecimal digits", at: bytes.count) }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      code = code << 4 + UInt32(digit)
      position += 1
    }
    return code
  }
}
