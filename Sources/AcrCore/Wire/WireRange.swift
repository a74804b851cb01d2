/// Which bytes of something a server speaks of: `Content-Range` of an answer 206, `Range` of an upload. Both ends count.
public struct WireRange: Hashable, Sendable {
  /// The first byte, from 0.
  public let first: Int64
  /// The last byte; not before the first.
  public let last: Int64

  /// Bytes from one to another; nil where the last is before the first, or one is negative.
  public init?(first: Int64, last: Int64) {
    guard first >= 0, last >= first else { return nil }
    self.first = first
    self.last = last
  }

  /// Reads `bytes FIRST-LAST/TOTAL` (RFC 9110, 14.4), where the total may be `*`; nil for anything else, and where the total
  /// is not larger than the last byte.
  public init?(contentRange text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let range = WireRange(ends: parts[0]) else { return nil }
    if parts[1] != "*" {
      guard let total = WireSize(digits: parts[1]), total > range.last else { return nil }
    }
    self = range
  }

  /// Reads `0-99` or `bytes=0-99`, with which registries say how far an upload came (distribution-spec, "Pushing a blob in
  /// chunks"); nil for anything else.
  public init?(uploadRange text: String) {
    self.init(ends: text.hasPrefix("bytes=") ? text.dropFirst(6) : text[...])
  }

  private init?(ends text: Substring) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = WireSize(digits: ends[0]), let last = WireSize(digits: ends[1]) else {
      return nil
    }
    self.init(first: first.bytes, last: last.bytes)
  }

  /// How many bytes there are up to the last; ``WireSize/max`` where that is no number.
  public var end: WireSize { WireSize(clamping: last) + WireSize(clamping: 1) }
}
