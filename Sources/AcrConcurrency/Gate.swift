import Synchronization

/// A gate that opens once and stays open. Cancellation ends a wait at once.
public final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var counter = 0
    var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
  }

  private let state = Mutex(State())

  /// Creates a closed gate.
  public init() {}

  /// True once it was opened.
  public var isOpen: Bool { state.withLock { $0.isOpen } }

  /// Waits until it is open.
  /// - Throws: `CancellationError` when the task is cancelled first.
  public func wait() async throws {
    let id = state.withLock { state in
      state.counter += 1
      return state.counter
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let answer: Result<Void, any Error>? = state.withLock { state in
          if state.isOpen { return .success(()) }
          // The handler below needs the lock: it comes after this, or the task is cancelled by now.
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiting[id] = continuation
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: CancellationError())
    }
  }

  /// Opens it for those who wait and all who come; a second call has no effect.
  public func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [:] }
      return state.waiting
    }
    for waiter in waiting.values { waiter.resume() }
  }
}
