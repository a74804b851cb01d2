import AcrConcurrency
import Synchronization
import Testing

private struct Broken: Error, Equatable { let number: Int }

private enum Local { @TaskLocal static var name = "none" }

@Suite("One piece of work for many")
struct SingleFlightTests {
  @Test("all who come meanwhile get the same result of one piece of work")
  func shares() async throws {
    let flights = SingleFlight<String, Int>()
    let gate = Gate()
    let runs = Counter()
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<50 {
        group.addTask {
          try await flights.value(for: "a") {
            try await gate.wait()
            return runs.increase()
          }
        }
      }
      while flights.waitingCount < 50 { await Task.yield() }
      gate.open()
      for try await result in group { #expect(result == 1) }
    }
    #expect(runs.value == 1)
    #expect(!flights.isUnderWay("a"))
  }

  @Test("a failure reaches all who wait, and is forgotten")
  func failure() async throws {
    let flights = SingleFlight<Int, Int>(keeping: 8)
    let gate = Gate()
    let tasks = (0..<8).map { _ in
      Task {
        try await flights.value(for: 1) {
          try await gate.wait()
          throw Broken(number: 7)
        }
      }
    }
    while flights.waitingCount < 8 { await Task.yield() }
    gate.open()
    for task in tasks {
      await #expect(throws: Broken(number: 7)) { try await task.value }
    }
    #expect(try await flights.value(for: 1) { 2 } == 2)
    #expect(try await flights.value(for: 1) { 3 } == 2)
  }

  @Test("a cancelled waiter leaves at once, and the last one takes the work along")
  func cancellation() async throws {
    let flights = SingleFlight<Int, Int>()
    let isCancelled = Gate()
    let work: @Sendable () async throws -> Int = {
      do {
        try await Task.sleep(for: .seconds(3600))
      } catch {
        isCancelled.open()
        throw error
      }
      return 1
    }
    let first = Task { try await flights.value(for: 1, work) }
    let second = Task { try await flights.value(for: 1, work) }
    while flights.waitingCount < 2 { await Task.yield() }
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    #expect(flights.isUnderWay(1))
    #expect(!isCancelled.isOpen)
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    try await isCancelled.wait()
    #expect(!flights.isUnderWay(1))
    // The next caller does not wait for what was given up.
    #expect(try await flights.value(for: 1) { 5 } == 5)
  }

  @Test("a task that is cancelled already starts nothing")
  func cancelledBefore() async {
    let flights = SingleFlight<Int, Int>()
    let runs = Counter()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await flights.value(for: 1) { runs.increase() }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(runs.value == 0)
  }

  @Test("the latest results are kept, and no more than asked for")
  func keeping() async throws {
    let flights = SingleFlight<Int, Int>(keeping: 3)
    for key in 0..<5 { _ = try await flights.value(for: key) { key * 10 } }
    #expect((0..<5).map { flights.known($0) } == [nil, nil, 20, 30, 40])
    flights.forget(3)
    #expect(flights.known(3) == nil)
    flights.note(99, for: 7)
    flights.note(98, for: 7)
    #expect((0..<8).compactMap { flights.known($0) } == [20, 40, 98])
    flights.forgetAll()
    #expect(flights.known(7) == nil)
  }

  @Test("what was forgotten under way ends for those who wait, and is not kept")
  func forgottenUnderWay() async throws {
    let flights = SingleFlight<Int, Int>(keeping: 3)
    let gate = Gate()
    let old = Task {
      try await flights.value(for: 1) {
        try await gate.wait()
        return 1
      }
    }
    while flights.waitingCount < 1 { await Task.yield() }
    flights.forget(1)
    #expect(try await flights.value(for: 1) { 2 } == 2)
    gate.open()
    #expect(try await old.value == 1)
    #expect(flights.known(1) == 2)
  }

  @Test("the work sees the task-local values of the caller that started it")
  func taskLocals() async throws {
    let flights = SingleFlight<Int, String>()
    let name = try await Local.$name.withValue("mine") { try await flights.value(for: 1) { Local.name } }
    #expect(name == "mine")
  }

  @Test("random callers, failures and cancellations leave no waiter behind", arguments: [1, 2, 3, 4, 5] as [UInt64])
  func stress(seed: UInt64) async throws {
    let flights = SingleFlight<Int, Int>(keeping: 4)
    var random = Seeded(seed)
    var tasks: [Task<Int, any Error>] = []
    for number in 0..<3000 {
      let key = Int.random(in: 0..<7, using: &random)
      let pauses = Int.random(in: 0..<6, using: &random)
      let fails = Int.random(in: 0..<4, using: &random) == 0
      let task = Task {
        try await flights.value(for: key) {
          for _ in 0..<pauses {
            await Task.yield()
            try Task.checkCancellation()
          }
          if fails { throw Broken(number: key) }
          return key
        }
      }
      tasks.append(task)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: task.cancel()
      case 1: tasks[Int.random(in: 0...number, using: &random)].cancel()
      case 2: flights.forget(key)
      default: break
      }
    }
    var results = (kept: 0, failed: 0, cancelled: 0)
    for task in tasks {
      do {
        #expect((0..<7).contains(try await task.value))
        results.kept += 1
      } catch is CancellationError {
        results.cancelled += 1
      } catch is Broken {
        results.failed += 1
      }
    }
    #expect(flights.waitingCount == 0)
    #expect((0..<7).allSatisfy { !flights.isUnderWay($0) })
    #expect(results.kept > 0 && results.kept + results.failed + results.cancelled == 3000)
  }
}

/// Counts from several tasks.
final class Counter: Sendable {
  private let state = Mutex((now: 0, most: 0))

  var value: Int { state.withLock { $0.now } }
  var most: Int { state.withLock { $0.most } }

  @discardableResult
  func increase() -> Int {
    state.withLock { state in
      state.now += 1
      state.most = max(state.most, state.now)
      return state.now
    }
  }

  func decrease() { state.withLock { $0.now -= 1 } }
}

/// A seeded generator (SplitMix64), so that a failure can be repeated.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
