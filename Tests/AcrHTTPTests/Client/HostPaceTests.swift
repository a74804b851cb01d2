import Synchronization
import TestSupport
import Testing

@testable import AcrHTTP

@Suite struct HostPaceTests {
  /// A host that takes 200 requests a second and answers at once: what comes within 5 ms of the last one is refused.
  private struct Server {
    var last = Duration.seconds(-1)

    mutating func takes(_ now: Duration) -> Bool {
      guard now - last >= .milliseconds(5) else { return false }
      last = now
      return true
    }
  }

  @Test func aPaceIsFoundAndKept() {
    var pace = HostPace()
    var server = Server()
    var now = Duration.zero
    #expect(pace.turn(at: now) == .zero)
    // A second in which a request is sent each millisecond.
    for _ in 0..<1000 {
      now += .milliseconds(1)
      if server.takes(now) { pace.answered(at: now) } else { pace.refused(at: now) }
    }
    let found = pace.rate ?? 0
    #expect(found > 100 && found <= 200, "\(found)")
    // Five seconds at its pace.
    var (answered, refused) = (0, 0)
    let end = now + .seconds(5)
    while now < end {
      now += pace.turn(at: now)
      if server.takes(now) {
        pace.answered(at: now)
        answered += 1
      } else {
        pace.refused(at: now)
        refused += 1
      }
    }
    #expect(answered > 800 && refused < answered / 10, "\(answered) answered, \(refused) refused")
  }

  @Test func aFewRefusalsAndOldOnesBeginNoPace() {
    var pace = HostPace()
    for second in 1...60 { pace.refused(at: .seconds(10 * second)) }
    #expect(pace.rate == nil)
    for _ in 0..<7 { pace.refused(at: .seconds(700)) }
    #expect(pace.rate == nil)
    pace.refused(at: .seconds(700))
    #expect(pace.rate != nil)
  }

  @Test func aPaceThatLimitsNothingEnds() {
    var pace = HostPace()
    for _ in 0..<20 { pace.refused(at: .seconds(1)) }
    var now = Duration.seconds(1)
    #expect(pace.rate == 1, "never less than one a second")
    while pace.rate != nil, now < .seconds(60) {
      now += pace.turn(at: now)
      pace.answered(at: now)
    }
    #expect(pace.rate == nil)
  }
}
