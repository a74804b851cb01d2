import AcrCore

/// A place in the bytes of a JSON text, and the tokens there (RFC 8259).
struct JSONCursor {
  let bytes: UnsafeBufferPointer<UInt8>
  var position: Int
  /// Whether the text ends with these bytes.
  let isWhole: Bool

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int, isWhole: Bool) {
    self.bytes = bytes
    self.position = position
    self.isWhole = isWhole
  }

  /// The next byte; nil at the end of the bytes.
  @inline(__always)
  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  @inline(__always)
  mutating func skipSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  /// Passes over these bytes, when they are there.
  @inline(__always)
  mutating func take(_ expected: UnsafeBufferPointer<UInt8>) -> Bool {
    guard position + expected.count <= bytes.count else { return false }
    for index in 0..<expected.count where bytes[position + index] != expected[index] { return false }
    position += expected.count
    return true
  }

  /// The error where something is wrong.
  func broken(_ reason: String, at offset: Int? = nil) -> JSONProblem {
    let offset = offset ?? position
    return offset < bytes.count ? .broken(reason, at: offset) : ended(reason)
  }

  /// The error where the bytes end too early.
  func ended(_ reason: String) -> JSONProblem {
    isWhole ? .broken("the text ends too early: \(reason)", at: bytes.count) : .incomplete
  }

  mutating func word(_ text: StaticString) throws(JSONProblem) {
    let count = text.utf8CodeUnitCount
    if position + count > bytes.count, !isWhole { throw .incomplete }
    let matches =
      position + count <= bytes.count && (0..<count).allSatisfy { text.utf8Start[$0] == bytes[position + $0] }
    guard matches else { throw broken("expected a value") }
    position += count
  }

  // MARK: Numbers

  mutating func number() throws(JSONProblem) -> Value {
    let start = position
    let isNegative = bytes[position] == 0x2D
    if isNegative { position += 1 }
    guard let first = peek else { throw ended("expected a digit") }
    guard first &- 0x30 < 10 else { throw broken("expected a digit") }
    // Up to 18 digits fit 64 bits.
    var value: Int64 = 0
    let digitsStart = position
    if first == 0x30 {
      position += 1
    } else {
      while let byte = peek, byte &- 0x30 < 10 {
        if position - digitsStart < 18 { value = value &* 10 &+ Int64(byte &- 0x30) }
        position += 1
      }
    }
    let digits = position - digitsStart
    var isInteger = true
    if peek == 0x2E {
      isInteger = false
      position += 1
      guard let byte = peek else { throw ended("expected a digit after the point") }
      guard byte &- 0x30 < 10 else { throw broken("expected a digit after the point") }
      skipDigits()
    }
    if let byte = peek, byte == 0x65 || byte == 0x45 {
      isInteger = false
      position += 1
      if let sign = peek, sign == 0x2B || sign == 0x2D { position += 1 }
      guard let byte = peek else { throw ended("expected a digit in the exponent") }
      guard byte &- 0x30 < 10 else { throw broken("expected a digit in the exponent") }
      skipDigits()
    }
    guard let next = peek else {
      if !isWhole { throw .incomplete }
      return try number(start, position, isInteger, digits, isNegative, value)
    }
    if next &- 0x30 < 10 { throw broken("a number cannot start with 0") }
    return try number(start, position, isInteger, digits, isNegative, value)
  }

  @inline(__always)
  private func number(
    _ start: Int, _ end: Int, _ isInteger: Bool, _ digits: Int, _ isNegative: Bool, _ value: Int64
  ) throws(JSONProblem) -> Value {
    if isInteger, digits <= 18 { return .int(isNegative ? -value : value) }
    return try longNumber(start, end, isInteger)
  }

  private func longNumber(_ start: Int, _ end: Int, _ isInteger: Bool) throws(JSONProblem) -> Value {
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    if isInteger, let whole = Int64(text) { return .int(whole) }
    guard let value = Double(text), value.isFinite else { throw broken("this number is too large", at: start) }
    return .number(value)
  }

  private mutating func skipDigits() { while let byte = peek, byte &- 0x30 < 10 { position += 1 } }

  // MARK: Texts

  /// The text between quotes.
  mutating func string() throws(JSONProblem) -> String {
    position += 1
    let start = position
    var mask: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x22 {
        let text = UnsafeBufferPointer(rebasing: bytes[start..<position])
        position += 1
        return try JSONCursor.text(text, isASCII: mask < 0x80, at: start)
      }
      if byte == 0x5C { return try escapedString(from: start) }
      if byte < 0x20 { throw broken("a string contains a control character") }
      mask |= byte
      position += 1
    }
    throw ended("a string has no closing quote")
  }

  @inline(__always)
  private static func text(
    _ bytes: UnsafeBufferPointer<UInt8>, isASCII: Bool, at start: Int
  ) throws(JSONProblem) -> String {
    if isASCII {
      return String(unsafeUninitializedCapacity: bytes.count) { buffer in
        guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return 0 }
        target.update(from: source, count: bytes.count)
        return bytes.count
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .broken("the text is not UTF-8", at: start) }
    return text
  }

  private mutating func escapedString(from start: Int) throws(JSONProblem) -> String {
    var buffer = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0x22:
        position += 1
        guard let text = String(validating: buffer, as: UTF8.self) else {
          throw .broken("the text is not UTF-8", at: start)
        }
        return text
      case 0x5C:
        position += 1
        try appendEscape(to: &buffer)
      case 0..<0x20: throw broken("a string contains a control character")
      default:
        buffer.append(byte)
        position += 1
      }
    }
    throw ended("a string has no closing quote")
  }

  private mutating func appendEscape(to buffer: inout [UInt8]) throws(JSONProblem) {
    guard let byte = peek else { throw ended("a string has no closing quote") }
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
      // The second half may come with the next piece.
      if (0xD800..<0xDC00).contains(code), position + 1 >= bytes.count, !isWhole { throw .incomplete }
      if (0xD800..<0xDC00).contains(code), position + 1 < bytes.count, bytes[position] == 0x5C,
        bytes[position + 1] == 0x75
      {
        position += 2
        let low = try hexCode()
        guard (0xDC00..<0xE000).contains(low) else { throw .broken("half of a surrogate pair", at: position - 6) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw .broken("half of a surrogate pair", at: position - 6) }
      buffer.append(contentsOf: String(Character(scalar)).utf8)
    default: throw .broken("`\\` is not followed by a valid escape", at: position - 1)
    }
  }

  private mutating func hexCode() throws(JSONProblem) -> UInt32 {
    guard position + 4 <= bytes.count else { throw ended("expected four hexadecimal digits") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw broken("expected four hexadecimal digits")
      }
      code = code << 4 + UInt32(digit)
      position += 1
    }
    return code
  }
}
