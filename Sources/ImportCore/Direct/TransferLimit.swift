import AcrConcurrency

/// How many transfers run at the same time. One limit serves a whole session, so that nested parallel work cannot multiply.
/// What passes in a moment takes half a place, and stands for up to 256 KiB in memory; what holds more takes more.
public final class TransferLimit: Sendable {
  /// How many transfers run at a time unless a session says otherwise: small blobs take half a place, so that twice as
  /// many are under way.
  public static let standard = 32
  /// What half a place stands for in memory.
  static let bytesPerHalf: Int64 = 256 << 10

  private let halves: Limit

  /// Creates a limit of `count` places, at least one.
  public init(_ count: Int) { halves = Limit(2 * max(1, count)) }

  /// Runs `work` when a place is free.
  /// - Throws: `CancellationError` when the task is cancelled while it waits, or what `work` throws.
  public func withPlace<Result: Sendable>(_ work: @Sendable () async throws -> Result) async throws -> Result {
    try await halves.run(weight: 2, work)
  }

  /// Runs `work` when so many halves of places are free; all of them where there are fewer.
  /// - Throws: `CancellationError` when the task is cancelled while it waits, or what `work` throws.
  public func withHalfPlaces<Result: Sendable>(
    _ count: Int, _ work: @Sendable () async throws -> Result
  ) async throws -> Result {
    try await halves.run(weight: count, work)
  }
}
