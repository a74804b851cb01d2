/// A number of bytes that a server chose: the size in a descriptor, a `Content-Length`, how far an upload came. It is never
/// negative, and no arithmetic with it traps: sums stop at the largest value, differences at zero.
public struct WireSize: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number of bytes, 0 or more.
  public let bytes: Int64

  /// No bytes.
  public static let zero = WireSize(clamping: 0)
  /// More bytes than anything has.
  public static let max = WireSize(clamping: Int64.max)

  /// The number itself; a negative one counts as zero, and one that is too large as the largest.
  public init(clamping bytes: some BinaryInteger) { self.bytes = Swift.max(0, Int64(clamping: bytes)) }

  /// The number itself; nil for a negative one.
  public init?(exactly bytes: Int64) {
    guard bytes >= 0 else { return nil }
    self.bytes = bytes
  }

  /// Reads a number of JSON; nil where the member is missing, negative, no whole number, or above 2^63-1.
  public init?(_ json: JSONValue?) {
    guard let bytes = json?.integer else { return nil }
    self.init(exactly: bytes)
  }

  /// Reads decimal digits, as `Content-Length` has them (RFC 9110, 8.6); nil for signs, spaces, anything else, and numbers
  /// above 2^63-1.
  public init?(digits text: some StringProtocol) { self.init(digits: String(text)) }

  /// Reads decimal digits, as `Content-Length` has them (RFC 9110, 8.6); nil for signs, spaces, anything else, and numbers
  /// above 2^63-1.
  public init?(digits text: String) {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bytes = Int64(text) else {
      return nil
    }
    self.bytes = bytes
  }

  /// The decimal digits.
  public var description: String { String(bytes) }

  public static func < (left: WireSize, right: WireSize) -> Bool { left.bytes < right.bytes }

  /// The sum, or ``max``.
  public static func + (left: WireSize, right: WireSize) -> WireSize {
    let (sum, overflow) = left.bytes.addingReportingOverflow(right.bytes)
    return overflow ? max : WireSize(clamping: sum)
  }

  /// Adds, up to ``max``.
  public static func += (left: inout WireSize, right: WireSize) { left = left + right }

  /// What is left; zero where less was there.
  public static func - (left: WireSize, right: WireSize) -> WireSize {
    // Two numbers from 0 on: their difference fits.
    WireSize(clamping: left.bytes - right.bytes)
  }
}

/// Comparisons with, and distances from, what this side counted itself.
extension WireSize {
  public static func == (left: WireSize, right: Int64) -> Bool { left.bytes == right }
  /// The opposite of `==`.
  public static func != (left: WireSize, right: Int64) -> Bool { left.bytes != right }
  public static func < (left: WireSize, right: Int64) -> Bool { left.bytes < right }
  /// Compares with a number of bytes.
  public static func <= (left: WireSize, right: Int64) -> Bool { left.bytes <= right }
  /// Compares with a number of bytes.
  public static func > (left: WireSize, right: Int64) -> Bool { left.bytes > right }
  /// Compares with a number of bytes.
  public static func >= (left: WireSize, right: Int64) -> Bool { left.bytes >= right }
  /// What is left behind the first `right` bytes.
  public static func - (left: WireSize, right: Int64) -> WireSize { left - WireSize(clamping: right) }
}

extension Sequence<WireSize> {
  /// The sum, or ``WireSize/max``.
  public var total: WireSize { reduce(.zero, +) }
}

extension Sequence<Descriptor> {
  /// The bytes of all together, or ``WireSize/max``.
  public var totalSize: WireSize { lazy.map(\.size).total }
}

extension ByteCount {
  /// A size for people.
  public static func human(_ size: WireSize) -> String { human(size.bytes) }
}
