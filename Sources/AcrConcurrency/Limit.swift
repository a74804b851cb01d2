import DequeModule
import Synchronization

/// A number of places for work at the same time; who finds none waits in line. The line moves in its order, so that work
/// which needs many places is not overtaken for ever. Cancellation ends a wait at once.
public final class Limit: Sendable {
  private struct Waiter {
    let weight: Int
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    /// Nil: as many as come.
    var capacity: Int?
    var taken = 0
    var counter = 0
    /// The numbers of those in line; one who left is in it and not in `waiting`.
    var line = Deque<Int>()
    var waiting: [Int: Waiter] = [:]

    /// Work that needs more places than there are takes all of them.
    func hasRoom(for weight: Int) -> Bool {
      guard let capacity else { return true }
      return taken == 0 || taken + min(weight, capacity) <= capacity
    }

    /// Takes those out of the line who have room.
    mutating func admit() -> [CheckedContinuation<Void, any Error>] {
      var ready: [CheckedContinuation<Void, any Error>] = []
      while let first = line.first {
        guard let waiter = waiting[first] else {
          line.removeFirst()
          continue
        }
        guard hasRoom(for: waiter.weight) else { break }
        line.removeFirst()
        waiting[first] = nil
        taken += waiter.weight
        ready.append(waiter.continuation)
      }
      return ready
    }
  }

  private let state: Mutex<State>

  /// Creates a limit of `capacity` places, at least one; nil for as many as come.
  public init(_ capacity: Int?) { state = Mutex(State(capacity: capacity.map { max(1, $0) })) }

  /// How many places there are. A smaller number takes effect as places are given back.
  public var capacity: Int? {
    get { state.withLock { $0.capacity } }
    set {
      let ready = state.withLock { state in
        state.capacity = newValue.map { max(1, $0) }
        return state.admit()
      }
      for next in ready { next.resume() }
    }
  }

  /// How many places are taken.
  public var taken: Int { state.withLock { $0.taken } }

  /// How many wait in line.
  public var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Runs `work` when `weight` places are free, or all of them where there are fewer.
  /// - Throws: `CancellationError` when the task is cancelled while it waits, or what `work` throws.
  public func run<Result: Sendable>(
    weight: Int = 1, _ work: @Sendable () async throws -> Result
  ) async throws -> Result {
    try await enter(weight: weight)
    defer { leave(weight: weight) }
    return try await work()
  }

  /// Takes places, which ``leave(weight:)`` with the same weight gives back.
  /// - Throws: `CancellationError` when the task is cancelled while it waits; no place is taken then.
  public func enter(weight: Int = 1) async throws {
    let weight = max(1, weight)
    try Task.checkCancellation()
    let place: Int? = state.withLock { state in
      // Mostly there is room, and no line to stand in.
      if state.waiting.isEmpty, state.hasRoom(for: weight) {
        state.taken += weight
        return nil
      }
      state.counter += 1
      return state.counter
    }
    guard let id = place else { return }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let answer: Swift.Result<Void, any Error>? = state.withLock { state in
          // The handler below needs the lock: it comes after this, or the task is cancelled by now.
          if Task.isCancelled { return .failure(CancellationError()) }
          if state.waiting.isEmpty, state.hasRoom(for: weight) {
            state.taken += weight
            return .success(())
          }
          state.line.append(id)
          state.waiting[id] = Waiter(weight: weight, continuation: continuation)
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let (left, ready) = state.withLock { state -> (Waiter?, [CheckedContinuation<Void, any Error>]) in
        guard let left = state.waiting.removeValue(forKey: id) else { return (nil, []) }
        // Those behind one that needed many may find room now.
        return (left, state.admit())
      }
      left?.continuation.resume(throwing: CancellationError())
      for next in ready { next.resume() }
    }
  }

  /// Gives places back.
  public func leave(weight: Int = 1) {
    let ready = state.withLock { state in
      state.taken = max(0, state.taken - max(1, weight))
      return state.admit()
    }
    for next in ready { next.resume() }
  }
}
