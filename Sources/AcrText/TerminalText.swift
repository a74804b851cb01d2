/// Text that a terminal can show without obeying it. Whatever is put in as a `String` (names, messages and values of servers,
/// files and people) has its control, bidirectional and invisible characters replaced by visible escapes such as `\u{1B}`.
/// Only the literal parts of the program's own source reach the terminal as they are, which is how colours and cursor
/// movements are written: `"\u{1B}[1m\(name)\u{1B}[0m"`.
///
/// Everything that acrsh writes to a terminal is of this type (docs/security.md, "Terminal").
public struct TerminalText: Sendable, Hashable {
  /// What is sent to the terminal.
  public private(set) var rendered: String

  /// Nothing.
  public init() { rendered = "" }

  /// A text from anywhere. Line ends and tabs stay.
  public init(_ text: some StringProtocol) { rendered = TerminalText.visible(text, keepsLines: true) }

  /// A text from anywhere, on one line: line ends and tabs become escapes too.
  public init(line text: some StringProtocol) { rendered = TerminalText.visible(text) }

  /// True when there is nothing to show.
  public var isEmpty: Bool { rendered.isEmpty }

  /// The bytes to send.
  public var bytes: [UInt8] { Array(rendered.utf8) }

  public static func + (left: TerminalText, right: TerminalText) -> TerminalText {
    var sum = left
    sum += right
    return sum
  }

  public static func += (left: inout TerminalText, right: TerminalText) { left.rendered += right.rendered }

  /// The same text with a carriage return before each line feed, as a terminal in raw mode wants it.
  public var withCarriageReturns: TerminalText {
    var result = self
    result.rendered = rendered.replacing("\n", with: "\r\n")
    return result
  }
}

// MARK: - What is escaped

extension TerminalText {
  /// True for what must not reach a terminal from outside: control characters of both ranges, bidirectional controls, line
  /// and paragraph separators, and characters that cannot be seen (zero width, tags, fillers, variation selectors but for
  /// the 16 of ordinary use).
  public static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: false
    case 0..<0x20, 0x7F..<0xA0, 0xAD: true
    case 0xA0..<0x300, 0xFE00...0xFE0F: false
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
      default: scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isNoncharacterCodePoint
      }
    }
  }

  /// A text with escapes in place of what is unsafe, on one line.
  /// - Parameter keepsLines: leaves line feeds and tabs as they are.
  public static func visible(_ text: some StringProtocol, keepsLines: Bool = false) -> String {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) || keepsLines && ($0 == 0x0A || $0 == 0x09) }) {
      return String(text)
    }
    let scalars = Array(text.unicodeScalars)
    var result = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      let isKept = keepsLines && (scalar == "\n" || scalar == "\t") || joinsEmoji(scalars, index)
      if isKept || !isUnsafe(scalar) {
        result.append(scalar)
      } else {
        result.append(contentsOf: escape(scalar).unicodeScalars)
      }
    }
    return String(result)
  }

  /// How an unsafe character is shown: as the language writes it, `\n`, `\t` or `\u{1B}`.
  public static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
  }

  /// A zero-width joiner between two emoji makes one picture of them, and hides nothing.
  private static func joinsEmoji(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    guard scalars[index].value == 0x200D, index + 1 < scalars.count, isEmoji(scalars[index + 1]) else { return false }
    var before = index - 1
    while before >= 0, scalars[before].value == 0xFE0F || (0x1F3FB...0x1F3FF).contains(scalars[before].value) {
      before -= 1
    }
    return before >= 0 && isEmoji(scalars[before])
  }

  private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value > 0x2000 && scalar.properties.isEmoji
  }
}

// MARK: - The program's own sequences

extension TerminalText: ExpressibleByStringInterpolation {
  /// A text of this program's source, as it stands.
  public init(stringLiteral value: String) { rendered = value }

  /// Literal parts as they stand, with what comes from elsewhere made safe.
  public init(stringInterpolation: Interpolation) { rendered = stringInterpolation.rendered }

  /// Collects the parts of an interpolated literal.
  public struct Interpolation: StringInterpolationProtocol {
    fileprivate var rendered = ""

    public init(literalCapacity: Int, interpolationCount: Int) { rendered.reserveCapacity(literalCapacity) }

    /// A part of this program's source.
    public mutating func appendLiteral(_ literal: String) { rendered += literal }
    /// A text from elsewhere.
    public mutating func appendInterpolation(_ text: some StringProtocol) {
      rendered += TerminalText.visible(text, keepsLines: true)
    }
    /// What is safe already.
    public mutating func appendInterpolation(_ text: TerminalText) { rendered += text.rendered }
    /// A number.
    public mutating func appendInterpolation(_ number: some BinaryInteger) { rendered += String(number) }
  }
}

extension Sequence where Element == TerminalText {
  /// The texts one behind the other.
  public func joined(separator: TerminalText = "") -> TerminalText {
    var result = TerminalText()
    for (index, text) in enumerated() { result += index == 0 ? text : separator + text }
    return result
  }
}
