/// How long something holds, or how long to wait, as a server says it: `expires_in`, `Retry-After`, the times of a token.
/// From zero to a hundred years, so that it can be added to any moment and any clock.
public struct Lifetime: Hashable, Comparable, Sendable {
  /// Whole seconds.
  public let seconds: Int64

  /// The longest one there is.
  public static let longest = Lifetime(seconds: .max)
  /// No time.
  public static let zero = Lifetime(seconds: 0)

  private static let mostSeconds: Int64 = 100 * 365 * 86_400

  /// A number of seconds; a negative one counts as zero, and more than a hundred years as a hundred.
  public init(seconds: Int64) { self.seconds = min(max(0, seconds), Lifetime.mostSeconds) }

  /// Reads a number of seconds that is written as a number or, as some token servers do, as text; nil where there is none.
  public init?(_ json: JSONValue?) {
    switch json {
    case .integer(let value): self.init(seconds: value)
    case .number(let value):
      guard !value.isNaN else { return nil }
      self.init(seconds: Int64(exactly: value.rounded(.down)) ?? (value < 0 ? 0 : .max))
    case .string(let text):
      guard let value = Lifetime(digits: text) else { return nil }
      self = value
    default: return nil
    }
  }

  /// Reads decimal digits; nil for anything else. More digits than a number can have mean the longest one.
  public init?(digits text: some StringProtocol) {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    self.init(seconds: Int64(text) ?? .max)
  }

  /// The time from one moment to a later one, rounded up; zero where it is not later.
  public init(from start: Timestamp, until end: Timestamp) { self.init(seconds: end.seconds(since: start)) }

  /// The time for clocks.
  public var duration: Duration { .seconds(seconds) }

  /// Half of it.
  public var half: Lifetime { Lifetime(seconds: seconds / 2) }

  public static func < (left: Lifetime, right: Lifetime) -> Bool { left.seconds < right.seconds }

  /// What is left; zero where it was less.
  public static func - (left: Lifetime, right: Lifetime) -> Lifetime { Lifetime(seconds: left.seconds - right.seconds) }
}

extension Timestamp {
  /// The moment that many seconds later, or earlier for a negative number; saturates outside the range.
  public func adding(seconds: Int64) -> Timestamp {
    let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
    if !overflow, let moment = Timestamp(seconds: sum, nanoseconds: Int64(fraction)) { return moment }
    return seconds < 0 ? .earliest : .latest
  }

  /// The moment at the end of a lifetime that begins now; saturates outside the range.
  public func adding(_ lifetime: Lifetime) -> Timestamp { adding(seconds: lifetime.seconds) }

  /// Whole seconds from another moment to this one, rounded up.
  public func seconds(since other: Timestamp) -> Int64 {
    seconds - other.seconds + (fraction > other.fraction ? 1 : 0)
  }

  /// The time from another moment to this one; saturates.
  public func duration(since other: Timestamp) -> Duration {
    .nanoseconds(nanoseconds(since: other) ?? (self < other ? .min : .max))
  }

  /// Reads seconds since 1970 that are written as a number or as text (`exp`, `expires_on`); nil where there are none.
  public init?(epochSeconds json: JSONValue?) {
    switch json {
    case .integer(let value): self.init(seconds: value)
    case .number(let value):
      guard !value.isNaN else { return nil }
      self.init(seconds: Int64(exactly: value.rounded(.down)) ?? (value < 0 ? .min : .max))
    case .string(let text):
      guard let value = Int64(text) else { return nil }
      self.init(seconds: value)
    default: return nil
    }
  }
}
