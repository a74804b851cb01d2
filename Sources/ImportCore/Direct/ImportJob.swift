import AcrConcurrency

/// One import of a session, for those that wait for its end.
final class ImportJob: Sendable {
  /// Its place in the order in which imports began.
  let number: Int
  private let ended = Gate()

  /// - Parameter number: higher than that of every earlier import of the session.
  init(number: Int) { self.number = number }

  /// Waits until it has ended, well or not.
  /// - Throws: `CancellationError` when the task is cancelled first.
  func end() async throws { try await ended.wait() }

  /// Lets those go on that wait.
  func finish() { ended.open() }
}
