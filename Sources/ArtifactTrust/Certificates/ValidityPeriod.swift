import AcrCore

/// A closed interval of time, open where an end is missing.
public struct ValidityPeriod: Sendable, Equatable {
  /// The first moment.
  public let start: Timestamp?
  /// The last moment.
  public let end: Timestamp?

  /// Creates an interval.
  public init(start: Timestamp? = nil, end: Timestamp? = nil) {
    self.start = start
    self.end = end
  }

  /// True for a moment in it; both ends belong to it.
  public func contains(_ time: Timestamp) -> Bool {
    (start.map { $0 <= time } ?? true) && (end.map { time <= $0 } ?? true)
  }
}

extension ValidityPeriod: CustomStringConvertible {
  public var description: String { "\(start.map(\.description) ?? "") to \(end.map(\.description) ?? "now")" }
}
