import AcrCore
import AcrSystem
import Synchronization

/// What is left of a run's ``RunLimits``, for all its threads. The first limit that is reached stops the whole run.
final class Budget: Sendable {
  let limits: RunLimits
  private let steps: Atomic<Int>
  private let memory = Atomic<Int>(0)
  private let output: Atomic<Int>
  private let failure = Mutex<AcrError?>(nil)
  private let root: Interruption

  /// How many steps a thread takes at a time where they are counted: few enough that threads do not starve each other.
  private let portion: Int

  /// - Parameter root: the whole run's.
  init(_ limits: RunLimits, _ root: Interruption) {
    self.limits = limits
    self.root = root
    steps = Atomic(limits.steps ?? 0)
    output = Atomic(limits.output ?? 0)
    portion = limits.steps.map { min(Budget.interval, max(1, $0 / 256)) } ?? Budget.interval
  }

  /// How many steps go by between two looks at ^C inside of functions.
  private static let interval = 4096

  /// The limit that stopped the run.
  var reached: AcrError? { failure.withLock { $0 } }

  /// Stops the run because of a limit; the first one counts.
  /// - Returns: the error to throw.
  func reach(_ kind: RunLimits.Kind) -> AcrError {
    let error = failure.withLock { failure in
      let error = failure ?? limits.error(kind)
      failure = error
      return error
    }
    root.end()
    return error
  }

  // MARK: Steps

  /// Takes steps for a thread.
  /// - Parameter owed: how many it has gone already, which it must get.
  /// - Returns: at least as many; nil when there are not that many.
  func takeSteps(owed: Int) -> Int? {
    guard limits.steps != nil else { return owed + portion }
    var available = steps.load(ordering: .relaxed)
    while true {
      guard available >= owed else { return nil }
      let taken = min(available, owed + portion)
      let (exchanged, original) = steps.weakCompareExchange(
        expected: available, desired: available - taken, ordering: .relaxed)
      if exchanged { return taken }
      available = original
    }
  }

  /// Takes back steps that a thread did not go.
  func returnSteps(_ count: Int) {
    if limits.steps != nil, count > 0 { steps.add(count, ordering: .relaxed) }
  }

  // MARK: Memory

  /// Changes how much the threads hold, and gives the sum.
  func addMemory(_ bytes: Int) -> Int { memory.add(bytes, ordering: .relaxed).newValue }

  /// Grows by one each time that the threads are to measure what they hold.
  let measurement = Atomic<Int>(0)
  private let threads = Atomic<Int>(0)
  private let grace = Atomic<Int>(0)

  /// Counts the threads that hold values.
  func addThread(_ count: Int) { threads.add(count, ordering: .relaxed) }

  /// Decides whether a run that has reached its limit goes on. Some of what other threads have reported is garbage: all are
  /// asked to measure, and until they had time to, the run goes on.
  /// - Parameters:
  ///   - own: what the asking thread holds.
  ///   - fresh: how many bytes it has made since it asked last.
  func mayExceed(own: Int, fresh: Int) -> Bool {
    guard let limit = limits.memory, own <= limit, threads.load(ordering: .relaxed) > 1 else { return false }
    if grace.load(ordering: .relaxed) == 0 {
      measurement.add(1, ordering: .relaxed)
      grace.store(limit / 4, ordering: .relaxed)
      return true
    }
    return grace.subtract(fresh, ordering: .relaxed).newValue > 0
  }

  /// The run is within its limit again.
  func endGrace() {
    if grace.load(ordering: .relaxed) != 0 { grace.store(0, ordering: .relaxed) }
  }

  // MARK: Output

  /// How much may be written at once: what is left of the output, and not more than the values may take, since whoever shows
  /// a value makes a text of it.
  var room: Int {
    let left = limits.output == nil ? Int.max : output.load(ordering: .relaxed)
    return min(left, limits.memory ?? .max)
  }

  /// Counts bytes that are written.
  /// - Throws: ``AcrError`` of kind `limit` when they are too many.
  func write(_ bytes: Int) throws(AcrError) {
    guard limits.output != nil else { return }
    if output.subtract(bytes, ordering: .relaxed).newValue < 0 { throw reach(.output) }
  }

  // MARK: Time

  /// Runs `body`, and stops the run when it takes too long.
  func timed<Result>(_ body: () -> Result) -> Result {
    guard let time = limits.time else { return body() }
    let done = Waiter()
    let watch = SystemThread(blocksSignals: true) { [self] in
      if !done.wait(nanoseconds: time.nanoseconds) { _ = reach(.time) }
    }
    defer {
      done.raise()
      watch?.join()
    }
    return body()
  }
}

/// Whether a run was interrupted, and who wants to know.
final class Interruption: Sendable {
  let isSet = Atomic<Bool>(false)
  private let observers = Mutex<[Int: @Sendable () -> Void]>([:])
  private let dependents = Mutex<[Int: Interruption]>([:])
  private let next = Atomic<Int>(0)

  /// Sets it and tells the observers. Called again, it sets the dependents: the contexts of parallel jobs, and of running
  /// `finally` blocks, which only a second ^C stops.
  func raise() {
    guard !isSet.exchange(true, ordering: .sequentiallyConsistent) else {
      for dependent in dependents.withLock({ Array($0.values) }) { dependent.raise() }
      return
    }
    for observer in observers.withLock({ Array($0.values) }) { observer() }
  }

  /// Sets it and all below it, whatever runs.
  func end() {
    raise()
    raise()
    for dependent in dependents.withLock({ Array($0.values) }) { dependent.end() }
  }

  /// Calls `observer` once if it is set while `body` runs.
  func observed<Result>(_ observer: @escaping @Sendable () -> Void, _ body: () throws -> Result) rethrows -> Result {
    let id = next.wrappingAdd(1, ordering: .relaxed).oldValue
    observers.withLock { $0[id] = observer }
    defer { observers.withLock { $0[id] = nil } }
    if isSet.load(ordering: .sequentiallyConsistent) { observer() }
    return try body()
  }

  /// Keeps a dependent while `body` runs.
  func with<Result>(_ dependent: Interruption, _ body: () throws -> Result) rethrows -> Result {
    let id = next.wrappingAdd(1, ordering: .relaxed).oldValue
    dependents.withLock { $0[id] = dependent }
    defer { dependents.withLock { $0[id] = nil } }
    return try body()
  }
}
