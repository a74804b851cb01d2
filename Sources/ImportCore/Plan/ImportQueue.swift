import AcrCore
import Synchronization

/// One queue for a whole run: imports side by side, so many at a time, begun in their order. They share the engine's
/// tables and limits, so that a blob many of them need is sent once.
public struct ImportQueue: Sendable {
  /// How many imports are under way at a time unless a run says otherwise. Most of an import is waiting for answers, and how
  /// many requests a registry takes at a time finds itself.
  public static let defaultJobs = 128
  /// The same for imports that Azure's service does: each is a request to the resource manager, which counts them.
  public static let defaultServiceJobs = 16

  /// How many imports are under way at a time.
  public let jobs: Int
  /// True to go on when one fails; else the first failure cancels those that run, and no further one begins.
  public let keepsGoing: Bool

  /// Creates a queue.
  public init(jobs: Int = ImportQueue.defaultJobs, keepsGoing: Bool = false) {
    self.jobs = max(1, jobs)
    self.keepsGoing = keepsGoing
  }

  /// Works items off.
  /// - Parameters:
  ///   - work: does one; called from several tasks at once.
  ///   - ended: called after each, in the order in which they end.
  /// - Returns: what came of each, in the order of the items.
  /// - Throws: the first failure, unless the queue keeps going; a cancellation in any case.
  public func run<Item: Sendable, Result: Sendable>(
    _ items: [Item], work: @escaping @Sendable (Item) async throws -> Result,
    ended: @Sendable (Int, Swift.Result<Result, any Error>) -> Void = { _, _ in }
  ) async throws -> [Swift.Result<Result, any Error>] {
    try await withThrowingTaskGroup(of: (Int, Swift.Result<Result, any Error>).self) { group in
      var next = 0
      func begin() {
        guard next < items.count else { return }
        let (index, item) = (next, items[next])
        next += 1
        group.addTask {
          do { return (index, .success(try await work(item))) } catch { return (index, .failure(error)) }
        }
      }
      for _ in 0..<min(jobs, items.count) { begin() }
      var results = [Swift.Result<Result, any Error>?](repeating: nil, count: items.count)
      while let (index, result) = try await group.next() {
        ended(index, result)
        results[index] = result
        if case .failure(let error) = result, !keepsGoing || Self.isCancellation(error) {
          group.cancelAll()
          throw error
        }
        begin()
      }
      return results.compactMap(\.self)
    }
  }

  private static func isCancellation(_ error: any Error) -> Bool {
    error is CancellationError || (error as? AcrError)?.kind == .cancelled
  }
}
