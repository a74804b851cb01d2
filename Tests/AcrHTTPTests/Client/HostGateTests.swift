import AcrCore
import TestSupport
import Testing

@testable import AcrHTTP

@Suite(.timeLimit(.minutes(1))) struct HostGateTests {
  @Test func aThrottlingHostGetsHalfAsManyAtATimeAndSlowlyMore() async throws {
    let gate = HostGate()
    #expect(gate.window(of: "a") == nil)
    var passes: [HostGate.Pass] = []
    for _ in 0..<16 { passes.append(try await gate.enter("a")) }
    gate.leave(passes.removeLast(), .throttled)
    #expect(gate.window(of: "a") == 8)
    // Those that were under way at that time met the same trouble, and say nothing new.
    for _ in 0..<8 { gate.leave(passes.removeLast(), .throttled) }
    #expect(gate.window(of: "a") == 8)
    while let pass = passes.popLast() { gate.leave(pass, .answered) }
    #expect(gate.window(of: "a") == 8)
    for _ in 0..<8 { gate.leave(try await gate.enter("a"), .answered) }
    #expect(gate.window(of: "a") == 9)
    gate.leave(try await gate.enter("a"), .throttled)
    #expect(gate.window(of: "a") == 1, "one was under way, and less than one makes no sense")
    #expect(gate.window(of: "b") == nil, "another host is not to blame")
    for _ in 0..<3000 { gate.leave(try await gate.enter("a"), .answered) }
    #expect(gate.window(of: "a") == 64, "in the end as many as ever")
  }

  @Test func aHostThatAnswersGetsMoreAtATimeUntilItsAnswersBecomeSlow() async throws {
    let gate = HostGate()
    var passes: [HostGate.Pass] = []
    for _ in 0..<16 { passes.append(try await gate.enter("a")) }
    #expect(gate.window(of: "a") == 16)
    for _ in 0..<4 { gate.leave(passes.removeLast(), .answered, after: .milliseconds(20)) }
    #expect(gate.window(of: "a") == 20, "one more for each answer")
    for _ in 0..<4 { gate.leave(passes.removeLast(), .failed) }
    #expect(gate.window(of: "a") == 20, "a failure tells nothing")
    // A second instead of 20 ms: from the second such answer on it is no chance.
    while let pass = passes.popLast() { gate.leave(pass, .answered, after: .seconds(1)) }
    let slow = try #require(gate.window(of: "a"))
    #expect(slow <= 21)
    for _ in 0..<60 { gate.leave(try await gate.enter("a"), .answered, after: .milliseconds(20)) }
    #expect(gate.window(of: "a") ?? 0 > slow, "and more again when they are quick")
    for _ in 0..<300 { gate.leave(try await gate.enter("near"), .answered, after: .milliseconds(5)) }
    #expect(gate.window(of: "near") == 64)
    // A host farther away has more under way at a time, as the network does.
    for _ in 0..<300 { gate.leave(try await gate.enter("far"), .answered, after: .milliseconds(20)) }
    #expect(gate.window(of: "far") == 128)
    for _ in 0..<300 { gate.leave(try await gate.enter("farther"), .answered, after: .milliseconds(250)) }
    #expect(gate.window(of: "farther") == 192)
    for _ in 0..<300 { gate.leave(try await gate.enter("shared"), .answered, after: .milliseconds(50), isShared: true) }
    #expect(gate.window(of: "shared") == 96)
    // An upload takes as long as its bytes do, which says nothing of the host.
    for _ in 0..<16 { gate.leave(try await gate.enter("b"), .answered) }
    #expect(gate.window(of: "b") == 32)
  }

  @Test func requestsWaitForRoomInTheirOrderAndCanBeCancelled() async throws {
    let gate = HostGate()
    gate.leave(try await gate.enter("a"), .throttled)
    let first = try await gate.enter("a")
    let order = Log<Int>()
    let second = Task {
      let pass = try await gate.enter("a")
      order.add(2)
      gate.leave(pass, .failed)
    }
    try await Task.sleep(for: .milliseconds(20))
    let third = Task {
      let pass = try await gate.enter("a")
      order.add(3)
      gate.leave(pass, .failed)
    }
    let impatient = Task { _ = try await gate.enter("a") }
    try await Task.sleep(for: .milliseconds(20))
    #expect(order.all.isEmpty)
    impatient.cancel()
    await #expect(throws: CancellationError.self) { try await impatient.value }
    gate.leave(first, .failed)
    try await second.value
    try await third.value
    #expect(order.all == [2, 3])
  }

  @Test func aHostThatAnsweredBeforeIsWorthMorePatience() async throws {
    let time = FakeTime()
    let transport = makeTransport()
    let client = HTTPClient(
      transport: transport, retry: RetryPolicy(tries: 5, unreachableTries: 2), sleeper: time.sleeper)
    let server = try LoopbackServer { _ in .init(200, text: "ok") }
    let url = "http://\(server.authority)/"
    let answer = try await client.send(TransportRequest(.get, url, headers: [.connection: "close"]))
    _ = try await answer.body.collect(upTo: 100)
    server.stop()
    let error = await acrError { _ = try await client.send(TransportRequest(.get, url)) }
    #expect(error?.notes.contains("tried 5 times") == true, "\(String(describing: error))")
    let stranger = await acrError { _ = try await client.send(TransportRequest(.get, "http://127.0.0.1:1/")) }
    #expect(stranger?.notes.contains("tried 2 times") == true)
  }
}
