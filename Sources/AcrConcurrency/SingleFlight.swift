import DequeModule
import Synchronization

/// One piece of work for each key, however many want its result at the same time.
///
/// - Whoever comes while the work is under way waits for the same result; nobody waits for work that has ended.
/// - A failure is handed to all who wait, and forgotten: the next caller starts anew.
/// - Cancellation ends a wait at once. The work itself is cancelled when the last who waits has left.
/// - The work sees the task-local values of the caller that started it. It must not ask for its own key.
/// - Results are kept only where that was asked for, the latest ones up to a number.
public final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Flight {
    let key: Key
    var task: Task<Void, Never>?
    var waiting: [Int: CheckedContinuation<Value, any Error>] = [:]
  }

  private struct State {
    /// By number; one that was forgotten while it was under way is here and not in `current`.
    var flights: [Int: Flight] = [:]
    /// The flight that new callers join.
    var current: [Key: Int] = [:]
    var kept: [Key: Value] = [:]
    /// The keys of `kept`, the oldest first.
    var order = Deque<Key>()
    private var counter = 0

    mutating func next() -> Int {
      counter += 1
      return counter
    }

    mutating func keep(_ value: Value, _ key: Key, upTo limit: Int) {
      guard limit > 0 else { return }
      if kept.updateValue(value, forKey: key) == nil { order.append(key) }
      while order.count > limit, let oldest = order.popFirst() { kept[oldest] = nil }
    }
  }

  private let limit: Int
  private let state = Mutex(State())

  /// Creates one without work.
  /// - Parameter keeping: how many results are kept; 0 for none.
  public init(keeping: Int = 0) { limit = max(0, keeping) }

  /// The result for a key: the one that is kept, that of the work under way, or that of `work`.
  /// - Throws: what the work throws; `CancellationError` when the calling task is cancelled first.
  public func value(for key: Key, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let waiter = state.withLock { $0.next() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let answer: Result<Value, any Error>? = state.withLock { state in
          // The handler below needs the lock: it comes after this, or the task is cancelled by now.
          if Task.isCancelled { return .failure(CancellationError()) }
          if let value = state.kept[key] { return .success(value) }
          let id = state.current[key] ?? start(key, work, &state)
          state.flights[id]?.waiting[waiter] = continuation
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      leave(key, waiter)
    }
  }

  /// The result that is kept for a key.
  public func known(_ key: Key) -> Value? { state.withLock { $0.kept[key] } }

  /// Keeps a result that came another way; without effect where none are kept.
  public func note(_ value: Value, for key: Key) { state.withLock { $0.keep(value, key, upTo: limit) } }

  /// Forgets what is kept for a key. Work under way still ends for those who wait for it, but is not kept.
  public func forget(_ key: Key) {
    state.withLock { state in
      state.current[key] = nil
      if state.kept.removeValue(forKey: key) != nil { state.order.removeAll { $0 == key } }
    }
  }

  /// Forgets everything that is kept, as ``forget(_:)``.
  public func forgetAll() {
    state.withLock { state in
      state.current = [:]
      state.kept = [:]
      state.order = []
    }
  }

  /// True while work for a key is under way that a new caller would join.
  public func isUnderWay(_ key: Key) -> Bool { state.withLock { $0.current[key] != nil } }

  /// How many callers wait.
  public var waitingCount: Int { state.withLock { $0.flights.values.reduce(0) { $0 + $1.waiting.count } } }

  // MARK: Parts

  private func start(_ key: Key, _ work: @escaping @Sendable () async throws -> Value, _ state: inout State) -> Int {
    let id = state.next()
    state.current[key] = id
    state.flights[id] = Flight(key: key)
    state.flights[id]?.task = Task {
      let result: Result<Value, any Error>
      do {
        result = .success(try await work())
      } catch {
        result = .failure(error)
      }
      self.land(id, result)
    }
    return id
  }

  private func land(_ id: Int, _ result: Result<Value, any Error>) {
    let waiting = state.withLock { state -> [CheckedContinuation<Value, any Error>] in
      guard let flight = state.flights.removeValue(forKey: id) else { return [] }
      if state.current[flight.key] == id {
        state.current[flight.key] = nil
        if case .success(let value) = result { state.keep(value, flight.key, upTo: limit) }
      }
      return Array(flight.waiting.values)
    }
    for continuation in waiting { continuation.resume(with: result) }
  }

  /// Takes a waiter out; the last one takes the work along.
  private func leave(_ key: Key, _ waiter: Int) {
    let (continuation, task) = state.withLock { state -> (CheckedContinuation<Value, any Error>?, Task<Void, Never>?) in
      let joined = state.current[key].flatMap { state.flights[$0]?.waiting[waiter] == nil ? nil : $0 }
      guard let id = joined ?? state.flights.first(where: { $0.value.waiting[waiter] != nil })?.key else {
        return (nil, nil)
      }
      let continuation = state.flights[id]?.waiting.removeValue(forKey: waiter)
      guard state.flights[id]?.waiting.isEmpty == true else { return (continuation, nil) }
      if state.current[key] == id { state.current[key] = nil }
      return (continuation, state.flights.removeValue(forKey: id)?.task)
    }
    continuation?.resume(throwing: CancellationError())
    task?.cancel()
  }
}

extension SingleFlight where Key == Bool {
  /// The result of the one piece of work there is, for a value that is loaded once.
  public func value(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await value(for: true, work)
  }
}
