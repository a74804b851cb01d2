/// Numbers as the language writes them: `12`, `1.5`, `30s`, `200MB`, `1.5GiB`. Expressions and typed arguments share it.
enum NumberLiteral {
  enum Outcome: Equatable {
    case value(Constant)
    case unknownUnit(String)
    case tooLarge
  }

  /// The units, for messages.
  static let units = "ms s m h d, or B KB MB GB TB KiB MiB GiB TiB"

  private enum Unit {
    /// Nanoseconds.
    case duration(UInt64)
    /// Bytes.
    case size(UInt64)

    init?(_ text: String) {
      switch text {
      case "ms": self = .duration(1_000_000)
      case "s": self = .duration(1_000_000_000)
      case "m": self = .duration(60 * 1_000_000_000)
      case "h": self = .duration(3600 * 1_000_000_000)
      case "d": self = .duration(86400 * 1_000_000_000)
      case "B": self = .size(1)
      case "KB": self = .size(1_000)
      case "MB": self = .size(1_000_000)
      case "GB": self = .size(1_000_000_000)
      case "TB": self = .size(1_000_000_000_000)
      case "KiB": self = .size(1 << 10)
      case "MiB": self = .size(1 << 20)
      case "GiB": self = .size(1 << 30)
      case "TiB": self = .size(1 << 40)
      default: return nil
      }
    }
  }

  /// Reads a number that starts with a digit at `start`.
  /// - Returns: what it is, and the position behind it.
  static func read(_ bytes: [UInt8], from start: Int, isNegative: Bool = false) -> (outcome: Outcome, end: Int) {
    var index = start
    var mantissa: UInt64 = 0
    var isTooLarge = false
    while index < bytes.count, Byte.isDigit(bytes[index]) {
      let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[index] - 0x30))
      if overflow || carry { isTooLarge = true }
      mantissa = sum
      index += 1
    }
    var power: UInt64 = 1
    var isFraction = false
    if index + 1 < bytes.count, bytes[index] == Byte.dot, Byte.isDigit(bytes[index + 1]) {
      isFraction = true
      index += 1
      while index < bytes.count, Byte.isDigit(bytes[index]) {
        // Digits beyond this are below a nanosecond or a byte for every unit.
        if power < 1_000_000_000_000_000, mantissa < 100_000_000_000_000_000 {
          mantissa = mantissa * 10 + UInt64(bytes[index] - 0x30)
          power *= 10
        }
        index += 1
      }
    }
    if let end = exponentEnd(bytes, index) {
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      guard let number = Double(text), number.isFinite else { return (.tooLarge, end) }
      return (.value(.number(isNegative ? -number : number)), end)
    }
    let numberEnd = index
    while index < bytes.count, Byte.isNamePart(bytes[index]) { index += 1 }
    let unitText = String(decoding: bytes[numberEnd..<index], as: UTF8.self)
    if unitText.isEmpty {
      if isFraction {
        let text = String(decoding: bytes[start..<numberEnd], as: UTF8.self)
        guard let number = Double(text), number.isFinite else { return (.tooLarge, index) }
        return (.value(.number(isNegative ? -number : number)), index)
      }
      guard !isTooLarge, let value = signed(mantissa, isNegative) else { return (.tooLarge, index) }
      return (.value(.int(value)), index)
    }
    guard let unit = Unit(unitText) else { return (.unknownUnit(unitText), index) }
    if isTooLarge { return (.tooLarge, index) }
    switch unit {
    case .duration(let factor):
      guard let value = scaled(mantissa, factor, power, isNegative) else { return (.tooLarge, index) }
      return (.value(.duration(value)), index)
    case .size(let factor):
      guard let value = scaled(mantissa, factor, power, isNegative) else { return (.tooLarge, index) }
      return (.value(.size(value)), index)
    }
  }

  /// The end of an exponent, `e3` or `e-3`, that nothing else follows.
  private static func exponentEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    guard start < bytes.count, bytes[start] | 0x20 == UInt8(ascii: "e") else { return nil }
    var index = start + 1
    if index < bytes.count, bytes[index] == Byte.minus || bytes[index] == Byte.plus { index += 1 }
    let digits = index
    while index < bytes.count, Byte.isDigit(bytes[index]) { index += 1 }
    guard index > digits, index == bytes.count || !Byte.isNamePart(bytes[index]) else { return nil }
    return index
  }

  /// Reads a whole text as a number.
  static func read(_ text: String) -> Outcome? {
    var bytes = Array(text.utf8)
    let isNegative = bytes.first == Byte.minus
    if isNegative { bytes.removeFirst() }
    guard let first = bytes.first, Byte.isDigit(first) else { return nil }
    let (outcome, end) = read(bytes, from: 0, isNegative: isNegative)
    return end == bytes.count ? outcome : nil
  }

  private static func scaled(_ mantissa: UInt64, _ factor: UInt64, _ power: UInt64, _ isNegative: Bool) -> Int64? {
    let (high, low) = mantissa.multipliedFullWidth(by: factor)
    guard high < power else { return nil }
    let (quotient, remainder) = power.dividingFullWidth((high, low))
    return signed(remainder >= power - remainder ? quotient &+ 1 : quotient, isNegative)
  }

  private static func signed(_ magnitude: UInt64, _ isNegative: Bool) -> Int64? {
    if isNegative {
      return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
    return Int64(exactly: magnitude)
  }
}

extension Constant {
  /// A number, a time or a size as the language writes it (`12`, `-1.5`, `30d`, `200MB`); nil for anything else.
  public init?(number text: String) {
    guard case .value(let value) = NumberLiteral.read(text) else { return nil }
    self = value
  }
}
