import AcrText

/// Writes JSON text event by event, compact or indented, and knows where commas go. Characters that would steer a terminal or
/// cannot be seen are written as `\u` escapes, which mean the same.
public struct JSONWriter {
  /// The bytes written so far.
  public private(set) var bytes: [UInt8] = []
  private let indent: Int?
  /// For each open bracket whether something was written in it.
  private var hasItems: [Bool] = []
  private var afterKey = false

  /// - Parameter indent: spaces per level, or nil for text on one line.
  public init(indent: Int? = nil) { self.indent = indent }

  /// How many brackets are open.
  public var depth: Int { hasItems.count }

  /// The text written so far.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Hands out the bytes and forgets them, for writing long documents in pieces.
  public mutating func drain() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  /// `{`
  public mutating func startObject() { open(0x7B) }
  /// `}`
  public mutating func endObject() { close(0x7D) }
  /// `[`
  public mutating func startArray() { open(0x5B) }
  /// `]`
  public mutating func endArray() { close(0x5D) }

  /// A member's name.
  public mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(0x3A)
    if indent != nil { bytes.append(0x20) }
    afterKey = true
  }

  /// A string value.
  public mutating func string(_ value: String) {
    separate()
    quote(value)
  }
  /// A whole number.
  public mutating func integer(_ value: Int64) { literal(String(value)) }
  /// A number; what JSON cannot say (infinite, not a number) becomes `null`.
  public mutating func number(_ value: Double) {
    if value.isFinite, value == value.rounded(), abs(value) < 1e15 {
      literal(String(Int64(value)))
    } else {
      literal(value.isFinite ? value.description : "null")
    }
  }
  /// `true` or `false`.
  public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }
  /// `null`.
  public mutating func null() { literal("null") }

  private mutating func literal(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    hasItems.append(false)
  }

  private mutating func close(_ bracket: UInt8) {
    let hadItems = hasItems.popLast() ?? false
    if hadItems { newLine() }
    bytes.append(bracket)
  }

  private mutating func separate() {
    if afterKey {
      afterKey = false
      return
    }
    guard let hadItems = hasItems.last else { return }
    if hadItems { bytes.append(0x2C) }
    hasItems[hasItems.count - 1] = true
    newLine()
  }

  private mutating func newLine() {
    guard let indent else { return }
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: indent * hasItems.count))
  }

  private mutating func quote(_ text: String) {
    bytes.append(0x22)
    var plain = text
    let isPlain = plain.withUTF8 { utf8 in
      // Without a way out, so that it goes many bytes at a time.
      var isOther = false
      for byte in utf8 { isOther = isOther || byte &- 0x20 > 0x5E || byte == 0x22 || byte == 0x5C }
      if !isOther { bytes.append(contentsOf: utf8) }
      return !isOther
    }
    if !isPlain { for scalar in text.unicodeScalars { quote(scalar) } }
    bytes.append(0x22)
  }

  private mutating func quote(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"", "\\": bytes += [0x5C, UInt8(truncatingIfNeeded: scalar.value)]
    case "\n": bytes += [0x5C, 0x6E]
    case "\r": bytes += [0x5C, 0x72]
    case "\t": bytes += [0x5C, 0x74]
    case _ where TerminalText.isUnsafe(scalar):
      // Those above U+FFFF are two units (RFC 8259, section 7).
      for unit in UTF16.encode(scalar) ?? UTF16.EncodedScalar() {
        bytes += [0x5C, 0x75]
        for shift: UInt16 in [12, 8, 4, 0] { bytes.append(JSONWriter.digits[Int(unit >> shift & 15)]) }
      }
    default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.EncodedScalar())
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
