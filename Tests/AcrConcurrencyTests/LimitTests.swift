import AcrConcurrency
import Synchronization
import Testing

@Suite("Places for work at the same time")
struct LimitTests {
  @Test("never more at a time than there are places", arguments: [1, 3, 16])
  func holds(capacity: Int) async throws {
    let limit = Limit(capacity)
    let running = Counter()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try await limit.run {
            running.increase()
            await Task.yield()
            running.decrease()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(running.most <= capacity)
    #expect(limit.taken == 0)
  }

  @Test("the line keeps its order, and work that needs many places is not overtaken")
  func order() async throws {
    let limit = Limit(2)
    let order = Order()
    try await limit.enter(weight: 2)
    var tasks: [Task<Void, any Error>] = []
    for (number, weight) in [1, 5, 1].enumerated() {
      tasks.append(Task { try await limit.run(weight: weight) { order.add(number) } })
      while limit.waitingCount <= number { await Task.yield() }
    }
    limit.leave(weight: 2)
    for task in tasks { try await task.value }
    #expect(order.numbers == [0, 1, 2])
  }

  @Test("a cancelled waiter leaves at once and lets those behind it in")
  func cancellation() async throws {
    let limit = Limit(2)
    try await limit.enter()
    let wide = Task { try await limit.enter(weight: 2) }
    while limit.waitingCount < 1 { await Task.yield() }
    let narrow = Task { try await limit.enter() }
    while limit.waitingCount < 2 { await Task.yield() }
    wide.cancel()
    await #expect(throws: CancellationError.self) { try await wide.value }
    try await narrow.value
    #expect(limit.taken == 2)
  }

  @Test("the number of places can change while work runs")
  func capacity() async throws {
    let limit = Limit(nil)
    for _ in 0..<10 { try await limit.enter() }
    limit.capacity = 2
    let next = Task { try await limit.enter() }
    while limit.waitingCount < 1 { await Task.yield() }
    for _ in 0..<8 { limit.leave() }
    #expect(limit.waitingCount == 1)
    limit.leave()
    try await next.value
    #expect(limit.taken == 2)
    limit.capacity = nil
    try await limit.enter()
    #expect(limit.taken == 3)
  }

  @Test("random weights and cancellations lose no place", arguments: [1, 2, 3, 4, 5] as [UInt64])
  func stress(seed: UInt64) async throws {
    let limit = Limit(5)
    var random = Seeded(seed)
    var tasks: [Task<Void, any Error>] = []
    for number in 0..<3000 {
      let weight = Int.random(in: 1...7, using: &random)
      let pauses = Int.random(in: 0..<4, using: &random)
      tasks.append(Task { try await limit.run(weight: weight) { for _ in 0..<pauses { await Task.yield() } } })
      if Int.random(in: 0..<3, using: &random) == 0 { tasks[Int.random(in: 0...number, using: &random)].cancel() }
    }
    for task in tasks { _ = await task.result }
    #expect(limit.taken == 0)
    #expect(limit.waitingCount == 0)
  }
}

/// Numbers in the order in which tasks add them.
private final class Order: Sendable {
  private let state = Mutex<[Int]>([])

  var numbers: [Int] { state.withLock { $0 } }

  func add(_ number: Int) { state.withLock { $0.append(number) } }
}

@Suite("Gates")
struct GateTests {
  @Test("lets all through once it is open")
  func opens() async throws {
    let gate = Gate()
    let tasks = (0..<100).map { _ in Task { try await gate.wait() } }
    #expect(!gate.isOpen)
    gate.open()
    gate.open()
    for task in tasks { try await task.value }
    try await gate.wait()
    #expect(gate.isOpen)
  }

  @Test("a cancelled waiter leaves at once")
  func cancellation() async {
    let gate = Gate()
    let task = Task { try await gate.wait() }
    await Task.yield()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(!gate.isOpen)
  }
}
