import AcrConcurrency
import Synchronization

/// One import of a session, for those that wait for its end.
final class ImportJob: Sendable {
  private static let last = Atomic<Int>(0)

  /// Its place in the order in which imports began.
  let number: Int
  private let ended = Gate()

  init() { number = ImportJob.last.wrappingAdd(1, ordering: .relaxed).newValue }

  /// Waits until it has ended, well or not.
  /// - Throws: `CancellationError` when the task is cancelled first.
  func end() async throws { try await ended.wait() }

  /// Lets those go on that wait.
  func finish() { ended.open() }
}
