import AcrConcurrency

/// How many transfers run at the same time. One limit serves a whole session, so that nested parallel work cannot multiply.
/// What passes in a moment takes a part of a place, and stands for up to 128 KiB in memory; what holds more takes more parts.
public final class TransferLimit: Sendable {
  /// How many transfers run at a time unless a session says otherwise: four small ones share a place, so that 128 of those
  /// are under way.
  public static let standard = 32
  /// How many parts a place has.
  static let partsPerPlace = 4
  /// What a part stands for in memory.
  static let bytesPerPart: Int64 = 128 << 10

  private let parts: Limit

  /// Creates a limit of `count` places, at least one.
  public init(_ count: Int) { parts = Limit(TransferLimit.partsPerPlace * max(1, count)) }

  /// Runs `work` when a place is free.
  /// - Throws: `CancellationError` when the task is cancelled while it waits, or what `work` throws.
  public func withPlace<Result: Sendable>(_ work: @Sendable () async throws -> Result) async throws -> Result {
    try await parts.run(weight: TransferLimit.partsPerPlace, work)
  }

  /// Runs `work` when so many parts of places are free; all of them where there are fewer.
  /// - Throws: `CancellationError` when the task is cancelled while it waits, or what `work` throws.
  public func withParts<Result: Sendable>(
    _ count: Int, _ work: @Sendable () async throws -> Result
  ) async throws -> Result {
    try await parts.run(weight: count, work)
  }

  /// The parts that stand for so many bytes in memory, at least one.
  static func parts(holding bytes: Int64) -> Int { max(1, Int((bytes + bytesPerPart - 1) / bytesPerPart)) }
}
