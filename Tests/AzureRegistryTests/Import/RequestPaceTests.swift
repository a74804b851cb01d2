import Synchronization
import Testing

@testable import AzureRegistry

@Suite("The pace of requests to the resource manager")
struct RequestPaceTests {
  /// A clock that a sleep turns.
  private final class Clock: Sendable {
    let time = Mutex(Duration.zero)

    func pace() -> RequestPace {
      RequestPace(now: { self.time.withLock { $0 } }, sleep: { wait in self.time.withLock { $0 += wait } })
    }
    var seconds: Double { time.withLock { $0 / .seconds(1) } }
  }

  @Test("2,000 writes take no more than 1.15 times what 200 and then 10 a second allow, and never more than that")
  func writes() async throws {
    let clock = Clock()
    let pace = clock.pace()
    for number in 1...2000 {
      try await pace.enter("s", .write)
      #expect(Double(number) <= 200 + 10 * clock.seconds)
    }
    #expect(clock.seconds <= 1.15 * 180)
    // Reads, and another subscription, have limits of their own.
    let before = clock.seconds
    try await pace.enter("s", .read)
    try await pace.enter("t", .write)
    #expect(clock.seconds == before)
  }

  @Test("a 429 stops all for as long as it asks, slows the pace down, and answers speed it up again")
  func throttled() async throws {
    let clock = Clock()
    let pace = clock.pace()
    try await pace.enter("s", .write)
    pace.throttled("s", .write, wait: .seconds(2))
    pace.throttled("s", .write, wait: .seconds(1))
    try await pace.enter("s", .write)
    #expect(clock.seconds >= 2 && clock.seconds < 2.2)
    let before = clock.seconds
    for _ in 0..<30 { try await pace.enter("s", .write) }
    #expect(clock.seconds - before > 1.5, "a 429 slows the pace down")
    for _ in 0..<200 { pace.answered("s", .write, remaining: nil) }
    let after = clock.seconds
    for _ in 0..<98 { try await pace.enter("s", .write) }
    #expect(clock.seconds - after < 10.2)
  }

  @Test("what others have used of the limit is taken from the service's own number")
  func shared() async throws {
    let clock = Clock()
    let pace = clock.pace()
    try await pace.enter("s", .write)
    pace.answered("s", .write, remaining: 3)
    for _ in 0..<5 { try await pace.enter("s", .write) }
    #expect(clock.seconds > 0.1)
  }
}
