import Foundation

/// Counts how many requests come one after another: an answer is held back until no further request comes for a moment, so that
/// all requests of one round trip arrive before the first of them is answered.
public final class RequestRounds: @unchecked Sendable {
  private let condition = NSCondition()
  private let pause: TimeInterval
  private var last = Date.distantPast
  private var finished = 0
  private var requests = 0

  /// Creates a counter.
  /// - Parameter pause: after how many seconds without a request a round is over.
  public init(pause: TimeInterval = 0.25) { self.pause = pause }

  /// How many requests came, in how many rounds.
  public var counts: (requests: Int, rounds: Int) {
    condition.withLock { (requests, finished) }
  }

  /// Waits until the round of this request is over.
  func wait() {
    condition.withLock {
      requests += 1
      last = Date()
      let mine = finished
      while finished == mine {
        let end = last + pause
        guard Date() >= end else {
          _ = condition.wait(until: end)
          continue
        }
        finished += 1
        condition.broadcast()
      }
    }
  }
}
