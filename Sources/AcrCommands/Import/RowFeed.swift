import AcrCore
import Synchronization

/// Rows on their way from tasks that make them to the evaluator's thread, which takes them in batches.
final class RowFeed<Row: Sendable>: Sendable {
  private struct State {
    var rows: [Row] = []
    var outcome: Result<Void, any Error>?
    var worker: Task<Void, Never>?
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Starts the work, unless it was started. The task that calls passes on its task-local values.
  func start(_ work: @escaping @Sendable () async throws -> Void) {
    state.withLock { state in
      guard state.worker == nil, state.outcome == nil else { return }
      state.worker = Task {
        do {
          try await work()
          self.end(.success(()))
        } catch {
          self.end(.failure(error))
        }
      }
    }
  }

  /// Adds a row.
  func add(_ row: Row) { wake { $0.rows.append(row) } }

  /// The rows since the last call; waits for one. Nil at the end.
  /// - Throws: what the work throws. A cancelled caller cancels the work, and waits until it has let go of what it held.
  func next() async throws -> [Row]? {
    try await withTaskCancellationHandler {
      while true {
        let isCancelled = Task.isCancelled
        let (rows, outcome) = state.withLock { state -> ([Row], Result<Void, any Error>?) in
          guard !isCancelled else { return ([], state.outcome) }
          defer { state.rows = [] }
          return (state.rows, state.rows.isEmpty ? state.outcome : nil)
        }
        if !rows.isEmpty { return rows }
        if let outcome {
          try outcome.get()
          return nil
        }
        await withCheckedContinuation { continuation in
          let isReady = state.withLock { state in
            if state.outcome != nil || (!isCancelled && !state.rows.isEmpty) { return true }
            state.waiter = continuation
            return false
          }
          if isReady { continuation.resume() }
        }
      }
    } onCancel: {
      cancel()
    }
  }

  /// Ends the work early.
  func cancel() { state.withLock { $0.worker }?.cancel() }

  private func end(_ outcome: Result<Void, any Error>) { wake { $0.outcome = outcome } }

  private func wake(_ change: (inout State) -> Void) {
    let waiter = state.withLock { state in
      change(&state)
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }
}

/// Ends the work of a feed when nobody asks for its rows any more.
final class RowFeedOwner<Row: Sendable> {
  let feed: RowFeed<Row>

  init(_ feed: RowFeed<Row>) { self.feed = feed }

  deinit { feed.cancel() }
}
