import AcrCore
import AcrSystem

/// How often and after what time a request is tried again.
public struct RetryPolicy: Sendable {
  /// How often a request is sent at most, the first time included.
  public var tries: Int
  /// The same for requests that never reach their host (no such name, connection refused). It is smaller, because the
  /// usual reason is a mistyped name, and the user is waiting for the answer.
  public var unreachableTries: Int
  /// The same for requests that get no answer in time, each of which takes half a minute.
  public var silentTries: Int
  /// The wait before the second try; it doubles from try to try.
  public var firstDelay: Duration
  /// The longest wait that is chosen here.
  public var longestDelay: Duration
  /// The longest wait that a server may ask for; if it wants more, its answer stands.
  public var longestRetryAfter: Duration

  /// Creates a policy.
  public init(
    tries: Int = 6, unreachableTries: Int = 3, silentTries: Int = 3, firstDelay: Duration = .milliseconds(500),
    longestDelay: Duration = .seconds(30), longestRetryAfter: Duration = .seconds(600)
  ) {
    self.tries = max(1, tries)
    self.unreachableTries = max(1, unreachableTries)
    self.silentTries = max(1, silentTries)
    self.firstDelay = firstDelay
    self.longestDelay = longestDelay
    self.longestRetryAfter = longestRetryAfter
  }

  /// How often a request is sent that a host refuses with 429 as one of many, while it answers others: each has its turn.
  static let crowdedTries = 30
  /// The longest wait of such a request.
  static let longestCrowdedDelay = Duration.seconds(2)

  /// Six tries, in about half a minute.
  public static let standard = RetryPolicy()
  /// One try.
  public static let none = RetryPolicy(tries: 1, unreachableTries: 1)

  /// The wait after a try that failed: doubled each time, and between half and all of that by chance, so that clients
  /// which failed together do not come back together.
  /// - Parameters:
  ///   - tries: how often the request has been sent, from 1.
  ///   - chance: a number from 0 to 1.
  func delay(afterTry tries: Int, chance: Double = .random(in: 0...1)) -> Duration {
    var delay = firstDelay
    for _ in 1..<max(tries, 1) where delay < longestDelay { delay *= 2 }
    return min(delay, longestDelay) * (0.5 + chance / 2)
  }

  /// True where a status may be gone by the next time.
  /// - Parameter isIdempotent: whether sending the request twice does no harm. Without that only 429 and 503 count, with
  ///   which a server says that it did not act on the request (RFC 6585, 4; RFC 9110, 15.6.4).
  func isTemporary(status: Int, isIdempotent: Bool) -> Bool {
    switch status {
    case 429, 503: true
    case 408, 500, 502, 504: isIdempotent
    default: false
    }
  }
}

/// One wait before a request is sent again, for progress displays and notes.
public struct RetryEvent: Sendable {
  /// The host that failed.
  public let host: String
  /// What happened, for example `HTTP 429` or `the connection to … was refused`.
  public let reason: String
  /// How long the wait is.
  public let wait: Duration
  /// How often the request has been sent so far.
  public let tries: Int
  /// How often it is sent at most; nil for as often as it takes.
  public let mostTries: Int?

  /// Creates an event.
  public init(host: String, reason: String, wait: Duration, tries: Int, mostTries: Int? = nil) {
    self.host = host
    self.reason = reason
    self.wait = wait
    self.tries = tries
    self.mostTries = mostTries
  }

  /// What happened at which host, as a person reads it.
  public var cause: String {
    switch reason {
    case "HTTP 429": "\(host): too many requests (HTTP 429)"
    case _ where reason.contains(host): reason
    default: "\(host): \(reason)"
    }
  }

  /// What happens after the wait: `retry 2 of 5`, or `retry` where the number is open; `next request` for one that was not sent yet.
  public var next: String {
    guard let mostTries, mostTries > tries else { return tries == 0 ? "next request" : "retry" }
    return "retry \(tries) of \(mostTries - 1)"
  }
}

/// Time as the retries see it; tests bring their own.
public struct Sleeper: Sendable {
  /// Time since some fixed moment; it never goes back.
  let now: @Sendable () -> Duration
  /// Waits, and ends early with an error when the task is cancelled.
  let sleep: @Sendable (Duration) async throws -> Void

  /// Creates a sleeper.
  public init(
    now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The real time.
  public static let system = Sleeper(now: { Monotonic.now() }, sleep: { try await Task.sleep(for: $0) })
}
