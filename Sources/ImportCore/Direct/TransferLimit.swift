import AcrCore
import Synchronization

/// A number of places for work at the same time; who finds none waits in line. One limit serves a whole session, so that
/// nested parallel work cannot multiply. What passes in a moment takes half a place.
public final class TransferLimit: Sendable {
  private struct Waiter {
    let id: Int
    let halves: Int
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var free: Int
    var nextID = 0
    var waiting: [Waiter] = []
    /// Waiters that were cancelled before they got in line.
    var cancelled: Set<Int> = []
  }

  private let total: Int
  private let state: Mutex<State>

  /// Creates a limit of `count` places, at least one.
  public init(_ count: Int) {
    total = 2 * max(1, count)
    state = Mutex(State(free: total))
  }

  /// Runs `work` when a place is free.
  /// - Throws: `CancellationError` when the task is cancelled while it waits, or what `work` throws.
  public func withPlace<Result: Sendable>(_ work: @Sendable () async throws -> Result) async throws -> Result {
    try await withHalfPlaces(2, work)
  }

  /// Runs `work` when so many halves of places are free; all of them where there are fewer. The line moves in its order,
  /// so that work which needs many is not overtaken for ever.
  /// - Throws: `CancellationError` when the task is cancelled while it waits, or what `work` throws.
  public func withHalfPlaces<Result: Sendable>(
    _ halves: Int, _ work: @Sendable () async throws -> Result
  ) async throws -> Result {
    let halves = min(max(1, halves), total)
    try await enter(halves)
    defer { leave(halves) }
    return try await work()
  }

  private func enter(_ halves: Int) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let answer: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(id) != nil || Task.isCancelled { return .failure(CancellationError()) }
          if state.waiting.isEmpty, state.free >= halves {
            state.free -= halves
            return .success(())
          }
          state.waiting.append(Waiter(id: id, halves: halves, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let (waiter, ready) = state.withLock { state -> (Waiter?, [Waiter]) in
        guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return (nil, [])
        }
        let waiter = state.waiting.remove(at: index)
        // Those behind one that needed many may find room now.
        return (waiter, TransferLimit.admit(&state))
      }
      waiter?.continuation.resume(throwing: CancellationError())
      for next in ready { next.continuation.resume() }
    }
    state.withLock { _ = $0.cancelled.remove(id) }
  }

  private func leave(_ halves: Int) {
    let ready = state.withLock { state in
      state.free += halves
      return TransferLimit.admit(&state)
    }
    for next in ready { next.continuation.resume() }
  }

  /// Takes those out of the line who have room.
  private static func admit(_ state: inout State) -> [Waiter] {
    var ready: [Waiter] = []
    while let first = state.waiting.first, state.free >= first.halves {
      state.free -= first.halves
      ready.append(state.waiting.removeFirst())
    }
    return ready
  }
}
