import AcrCore

/// Counts what one thread of a run does: looks for ^C every few thousand steps, and keeps the run within its ``RunLimits``.
///
/// Memory is counted where values are made, before they are. When the sum has reached the limit, it is measured anew: what
/// the variables refer to, and what the work at hand holds (``hold(_:)``, ``take(_:)``, ``Gathered``); the rest is garbage
/// that Swift has freed already. So a long run that makes and drops values goes on, and each measurement is paid for by the
/// values made since the one before.
final class Meter {
  /// The context whose ^C counts.
  private(set) var run: RunContext
  private let budget: Budget
  /// Steps that may be gone before the next look.
  private var left = 0

  /// True when memory is counted. Where it is not, nothing needs to be held.
  let isCounting: Bool
  /// Bytes of values made since they were last reported.
  private var fresh = 0
  /// How many may be made before they are.
  private var allowance = Int.max
  /// What this thread has reported.
  private var reported = 0
  /// The sum of all threads at which this one measures.
  private var mark = Int.max
  /// The measurement of the run that this thread has taken part in.
  private var measurement = 0
  /// What the values of another thread take that this one has got from it.
  private var inherited = 0

  /// The variables of the calls that are open.
  private var frames: [UnsafeMutableBufferPointer<Value>] = []
  private var held: [Value] = []
  private var taken = 0
  private var gatherings: [ObjectIdentifier: Unmanaged<Gathered>] = [:]
  /// The latest texts that grew where they are.
  var grownTexts = GrownTexts()
  private let globals: Globals?

  init(_ run: RunContext, globals: Globals? = nil) {
    self.run = run
    self.globals = globals
    budget = run.budget
    isCounting = budget.limits.memory != nil
    if let limit = budget.limits.memory {
      mark = limit
      allowance = limit / 64
      measurement = budget.measurement.load(ordering: .relaxed)
      budget.addThread(1)
    }
  }

  deinit {
    budget.returnSteps(left)
    guard isCounting else { return }
    _ = budget.addMemory(-reported)
    budget.addThread(-1)
  }

  // MARK: Steps

  /// Counts steps.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C, of kind `limit` when there are too many.
  @inline(__always)
  func step(_ count: Int = 1) throws(AcrError) {
    left &-= count
    if left < 0 { try look() }
  }

  /// Counts a step.
  /// - Returns: true when it is time for ``look()``.
  @inline(__always)
  func isDue() -> Bool {
    left &-= 1
    return left < 0
  }

  /// True after ^C, for code that cannot throw.
  var isInterrupted: Bool { run.isInterrupted }

  /// Looks for ^C and takes further steps.
  @inline(never)
  func look() throws(AcrError) {
    if run.isInterrupted { throw run.stopError }
    guard let steps = budget.takeSteps(owed: -left) else { throw budget.reach(.steps) }
    left += steps
  }

  /// Looks for ^C at once, without counting a step.
  func check() throws(AcrError) {
    if run.isInterrupted { throw run.stopError }
  }

  /// Runs `body` in another context of the same thread: a `finally` block.
  func during<Result>(_ other: RunContext, _ body: () throws -> Result) rethrows -> Result {
    let before = run
    run = other
    defer { run = before }
    return try body()
  }

  // MARK: Memory

  /// Counts bytes of values that are about to be made.
  /// - Throws: ``AcrError`` of kind `limit` when the run would hold too many.
  @inline(__always)
  func charge(_ bytes: Int) throws(AcrError) {
    guard isCounting else { return }
    fresh += min(bytes, Int.max / 4)
    if fresh > allowance { try settle(pending: bytes) }
  }

  /// Counts bytes that the work at hand holds until ``release(_:)``.
  @inline(__always)
  func take(_ bytes: Int) throws(AcrError) {
    guard isCounting else { return }
    try charge(bytes)
    taken += bytes
  }

  @inline(never)
  private func settle(pending: Int) throws(AcrError) {
    guard let limit = budget.limits.memory else { return }
    let made = fresh
    var sum = budget.addMemory(fresh)
    reported += fresh
    fresh = 0
    let wanted = budget.measurement.load(ordering: .relaxed)
    guard sum > mark || pending > limit || wanted != measurement else { return }
    measurement = wanted
    let share = pending > limit ? pending : max(0, measure() - inherited) + pending
    sum = budget.addMemory(share - reported)
    reported = share
    if sum > limit {
      guard budget.mayExceed(own: share, fresh: made) else { throw budget.reach(.memory) }
      mark = limit
    } else {
      budget.endGrace()
      mark = max(limit, sum + limit / 2)
    }
  }

  /// Measures what the thread holds, before others start to count beside it.
  func refresh() {
    guard isCounting else { return }
    let share = max(0, measure() - inherited)
    _ = budget.addMemory(share - reported)
    reported = share
    fresh = 0
  }

  private func measure() -> Int {
    var size = HeapSize()
    for frame in frames { for value in frame where value.isOnHeap { size.add(value) } }
    if let globals { for value in globals.values where value.isOnHeap { size.add(value) } }
    for value in held { size.add(value) }
    var own = taken + run.caughtErrors.bytes
    for gathered in gatherings.values {
      gathered._withUnsafeGuaranteedRef { gathered in
        own += HeapSize.list(gathered.items.capacity)
        for value in gathered.items where value.isOnHeap { size.add(value) }
      }
    }
    return size.bytes + own
  }

  // MARK: What is held

  /// Sees the variables of a call until ``leave()``.
  @inline(__always)
  func enter(_ slots: UnsafeMutableBufferPointer<Value>) { if isCounting { frames.append(slots) } }

  /// The call ends that was entered last.
  @inline(__always)
  func leave() { if isCounting { frames.removeLast() } }

  /// Runs `body` with the variables of a script.
  @inline(__always)
  func with<Result>(_ slots: UnsafeMutableBufferPointer<Value>, _ body: () throws -> Result) rethrows -> Result {
    enter(slots)
    defer { leave() }
    return try body()
  }

  /// The variables that a thread starts with belong to the one that started it.
  func inherit(_ slots: UnsafeMutableBufferPointer<Value>) {
    guard isCounting else { return }
    frames.append(slots)
    inherited = measure()
  }

  /// What is held at the moment, for ``release(_:)``.
  struct Mark {
    fileprivate let held: Int
    fileprivate let taken: Int
  }

  /// Marks a place to go back to.
  @inline(__always)
  var place: Mark { Mark(held: held.count, taken: taken) }

  /// Holds a value that no variable holds, such as an argument while the next one is evaluated.
  @inline(__always)
  func hold(_ value: @autoclosure () -> Value) {
    guard isCounting else { return }
    let value = value()
    if value.isOnHeap { held.append(value) }
  }

  /// Lets go of what was held and taken since the mark.
  @inline(__always)
  func release(_ mark: Mark) {
    guard isCounting else { return }
    held.removeLast(held.count - mark.held)
    taken = mark.taken
  }

  fileprivate func open(_ gathered: Gathered) {
    gatherings[ObjectIdentifier(gathered)] = .passUnretained(gathered)
  }

  fileprivate func close(_ gathered: Gathered) { gatherings[ObjectIdentifier(gathered)] = nil }
}

/// Rows that a command collects. They count as held for as long as this exists.
final class Gathered {
  private(set) var items: [Value] = []
  private let meter: Meter

  init(_ meter: Meter) {
    self.meter = meter
    if meter.isCounting { meter.open(self) }
  }

  deinit { if meter.isCounting { meter.close(self) } }

  /// Adds a row.
  func append(_ value: Value) throws(AcrError) {
    if items.count == items.capacity { try meter.charge(HeapSize.list(2 * items.count + 4)) }
    items.append(value)
  }
}
