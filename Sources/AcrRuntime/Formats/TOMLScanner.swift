import AcrCore

/// A place in a TOML text, and the tokens there.
struct TOMLScanner {
  private let bytes: [UInt8]
  var position = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next byte; nil at the end.
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count, (0..<count).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] }) else {
      return false
    }
    position += count
    return true
  }

  /// The error at a place.
  func broken(_ reason: String, at offset: Int? = nil) -> AcrError {
    let offset = min(offset ?? position, bytes.count)
    let start = bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let line = 1 + bytes[..<offset].count { $0 == 0x0A }
    let column = bytes[start..<offset].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    let reason = offset == bytes.count && offset == position ? "the text ends too early: \(reason)" : reason
    return DataFormat.broken("TOML", reason, line: line, column: column, nil)
  }

  mutating func skipSpace() { while next == 0x20 || next == 0x09 { position += 1 } }

  /// Passes over spaces, line ends and comments.
  mutating func skipLines() throws(AcrError) {
    while true {
      skipSpace()
      switch next {
      case 0x0A, 0x0D, 0x23: try endLine()
      default: return
      }
    }
  }

  /// Passes over a comment and the end of the line, which has to be here.
  mutating func endLine() throws(AcrError) {
    skipSpace()
    if take(0x23) {
      while let byte = next, byte != 0x0A, !(byte == 0x0D && isLineEnd) {
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
          throw broken("a comment contains a control character")
        }
        position += 1
      }
    }
    if next == nil || take(0x0A) || take("\r\n") { return }
    throw broken("expected the end of the line")
  }

  private var isLineEnd: Bool { position + 1 < bytes.count && bytes[position + 1] == 0x0A }

  // MARK: Keys

  mutating func keyPart() throws(AcrError) -> String {
    switch next {
    case 0x22: return try basicText(isKey: true)
    case 0x27: return try literalText(isKey: true)
    default:
      let start = position
      while let byte = next, TOMLScanner.isBare(byte) { position += 1 }
      guard position > start else { throw broken("expected a key") }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
      || byte == 0x2D
  }

  // MARK: Values

  /// A text, number, truth value or time.
  mutating func plainValue() throws(AcrError) -> Value {
    switch next {
    case 0x22: return .string(try basicText(isKey: false))
    case 0x27: return .string(try literalText(isKey: false))
    case nil, 0x0A, 0x0D, 0x23: throw broken("expected a value")
    default: break
    }
    let start = position
    while let byte = next, TOMLScanner.isBare(byte) || [0x2B, 0x2E, 0x3A].contains(byte) { position += 1 }
    // A date and a time may be apart by a space.
    if position - start == 10, bytes[start + 4] == 0x2D, next == 0x20, position + 1 < bytes.count,
      (0x30...0x39).contains(bytes[position + 1])
    {
      position += 1
      while let byte = next, TOMLScanner.isBare(byte) || [0x2B, 0x2E, 0x3A].contains(byte) { position += 1 }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    switch text {
    case "": throw broken("expected a value")
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    if let number = try number(text, at: start) { return number }
    if let time = TOMLScanner.time(text) { return time }
    throw broken("`\(text)` is not a value; a text stands in quotes", at: start)
  }

  private func number(_ text: String, at start: Int) throws(AcrError) -> Value? {
    var digits = Substring(text)
    let sign = digits.first == "-" || digits.first == "+" ? digits.removeFirst() : nil
    if digits == "inf" || digits == "nan" { throw broken("`\(text)` is no number that acrsh can hold", at: start) }
    guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return nil }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) && sign == nil {
      guard let plain = TOMLScanner.withoutUnderscores(digits.dropFirst(2)), !plain.hasPrefix("-"),
        !plain.hasPrefix("+"),
        plain.utf8.allSatisfy({ $0 < 0x80 }), let value = Int64(plain, radix: radix)
      else { throw broken("`\(text)` is not a number, or too large", at: start) }
      return .int(value)
    }
    guard let plain = TOMLScanner.withoutUnderscores(digits) else { return nil }
    let negative = sign == "-" ? "-" : ""
    if plain.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      guard plain.utf8.count == 1 || plain.first != "0" else { throw broken("a number cannot start with 0", at: start) }
      guard let value = Int64(negative + plain) else { throw broken("this number does not fit 64 bits", at: start) }
      return .int(value)
    }
    guard TOMLScanner.isFloat(plain), let value = Double(negative + plain) else { return nil }
    guard value.isFinite else { throw broken("this number is too large", at: start) }
    return .number(value)
  }

  /// Digits without the `_` between them; nil where one does not stand between digits.
  private static func withoutUnderscores(_ text: Substring) -> String? {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      guard byte == 0x5F else {
        result.append(byte)
        continue
      }
      guard index > 0, index + 1 < bytes.count, isHexadecimal(bytes[index - 1]), isHexadecimal(bytes[index + 1]) else {
        return nil
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }

  /// `1.5`, `1e3`, `1.5e-3`: digits on both sides of a point, and in the exponent.
  private static func isFloat(_ text: String) -> Bool {
    var rest = Substring(text)
    func digits() -> Bool {
      let run = rest.prefix { ("0"..."9").contains($0) }
      rest = rest[run.endIndex...]
      return !run.isEmpty
    }
    let isPlainStart = !(text.hasPrefix("0") && text.dropFirst().first.map { ("0"..."9").contains($0) } ?? false)
    guard isPlainStart, digits() else { return false }
    if rest.first == "." {
      rest.removeFirst()
      guard digits() else { return false }
    }
    if rest.first == "e" || rest.first == "E" {
      rest.removeFirst()
      if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
      guard digits() else { return false }
    }
    return rest.isEmpty
  }

  private static func time(_ text: String) -> Value? {
    if text.utf8.count > 10, let moment = Timestamp(rfc3339: text) { return .datetime(moment) }
    // A date, a date and a time, or a time alone, without an offset: as it stands.
    if Timestamp(rfc3339: text) != nil || Timestamp(rfc3339: text + "Z") != nil && text.utf8.count > 10 {
      return .string(text)
    }
    return Timestamp(rfc3339: "1970-01-01T\(text)Z") != nil ? .string(text) : nil
  }

  // MARK: Texts

  private mutating func literalText(isKey: Bool) throws(AcrError) -> String {
    let start = position
    let isLong = !isKey && take("'''")
    if isLong { _ = take(0x0A) || take("\r\n") } else { position += 1 }
    let first = position
    while let byte = next {
      if byte == 0x27 {
        if !isLong {
          defer { position += 1 }
          return String(decoding: bytes[first..<position], as: UTF8.self)
        }
        if let end = longEnd(0x27) {
          defer { position = end + 3 }
          return String(decoding: bytes[first..<end], as: UTF8.self)
        }
      }
      try check(byte, isLong: isLong)
      position += 1
    }
    throw broken("a text is not closed", at: start)
  }

  /// Where the three closing quotes begin, when they stand here; up to two more belong to the text.
  private func longEnd(_ quote: UInt8) -> Int? {
    var count = 0
    while position + count < bytes.count, count < 6, bytes[position + count] == quote { count += 1 }
    return count >= 3 ? position + min(count, 5) - 3 : nil
  }

  private func check(_ byte: UInt8, isLong: Bool) throws(AcrError) {
    let isAllowed =
      byte >= 0x20 && byte != 0x7F || byte == 0x09 || isLong && (byte == 0x0A || byte == 0x0D && isLineEnd)
    guard isAllowed else {
      throw broken(byte == 0x0A ? "a text in simple quotes ends on its line" : "a text contains a control character")
    }
  }

  private mutating func basicText(isKey: Bool) throws(AcrError) -> String {
    let start = position
    let isLong = !isKey && take("\"\"\"")
    if isLong { _ = take(0x0A) || take("\r\n") } else { position += 1 }
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case 0x22:
        if !isLong {
          position += 1
          return String(decoding: text, as: UTF8.self)
        }
        if let end = longEnd(0x22) {
          text += bytes[position..<end]
          position = end + 3
          return String(decoding: text, as: UTF8.self)
        }
        text.append(byte)
        position += 1
      case 0x5C:
        position += 1
        try appendEscape(to: &text, isLong: isLong)
      default:
        try check(byte, isLong: isLong)
        text.append(byte)
        position += 1
      }
    }
    throw broken("a text is not closed", at: start)
  }

  private mutating func appendEscape(to text: inout [UInt8], isLong: Bool) throws(AcrError) {
    let start = position - 1
    guard let byte = next else { throw broken("a text is not closed", at: start) }
    position += 1
    switch byte {
    case 0x62: text.append(0x08)
    case 0x74: text.append(0x09)
    case 0x6E: text.append(0x0A)
    case 0x66: text.append(0x0C)
    case 0x72: text.append(0x0D)
    case 0x22, 0x5C: text.append(byte)
    case 0x75, 0x55:
      let count = byte == 0x75 ? 4 : 8
      guard position + count <= bytes.count,
        bytes[position..<position + count].allSatisfy(TOMLScanner.isHexadecimal),
        let code = UInt32(String(decoding: bytes[position..<position + count], as: UTF8.self), radix: 16),
        let scalar = Unicode.Scalar(code)
      else {
        throw broken("`\\\(byte == 0x75 ? "u" : "U")` needs \(count) hexadecimal digits of a character", at: start)
      }
      position += count
      text += String(Character(scalar)).utf8
    case 0x20, 0x09, 0x0A, 0x0D:
      // A backslash at the end of a line takes the white space up to the next character away.
      guard isLong else { throw broken("`\\` is not followed by a valid escape", at: start) }
      position -= 1
      skipSpace()
      guard next == 0x0A || next == 0x0D else { throw broken("`\\` is not followed by a valid escape", at: start) }
      while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    default: throw broken("`\\` is not followed by a valid escape", at: start)
    }
  }
}
