import Synchronization

/// Counts what one operation takes of the limits: the pages and rows of a list, the manifests of a tree and the bytes that
/// are held of them. Several tasks may share one.
public final class WireBudget: Sendable {
  /// The limits that are counted against.
  public let limits: WireLimits
  private let place: String
  private let target: String?
  private let used = Mutex<[WireLimit: Int64]>([:])

  /// Creates a budget of which nothing is used.
  /// - Parameters:
  ///   - place: what the operation is about, as the beginning of a sentence: ``the image `HOST/NAME:TAG` ``.
  ///   - target: the host that answers.
  public init(_ limits: WireLimits = .standard, for place: String, target: String? = nil) {
    self.limits = limits
    self.place = place
    self.target = target
  }

  /// Takes from a limit.
  /// - Throws: ``AcrError`` of kind `invalid` that names the limit and how to raise it; nothing is taken then.
  public func take(_ amount: Int, of limit: WireLimit) throws(AcrError) {
    let isThere = used.withLock { used in
      let (sum, overflow) = (used[limit] ?? 0).addingReportingOverflow(Int64(clamping: max(0, amount)))
      guard !overflow, sum <= limits[limit] else { return false }
      used[limit] = sum
      return true
    }
    guard isThere else { throw limits.exceeded(limit, by: place, target: target) }
  }

  /// Takes from a limit what a server chose.
  /// - Throws: as ``take(_:of:)-(Int,_)``.
  public func take(_ size: WireSize, of limit: WireLimit) throws(AcrError) {
    try take(Int(clamping: size.bytes), of: limit)
  }

  /// Gives back what is not held any more.
  public func giveBack(_ amount: Int, of limit: WireLimit) {
    used.withLock { used in used[limit] = max(0, (used[limit] ?? 0) - Int64(clamping: max(0, amount))) }
  }

  /// How much is taken of a limit.
  public func taken(of limit: WireLimit) -> Int64 { used.withLock { $0[limit] ?? 0 } }
}
