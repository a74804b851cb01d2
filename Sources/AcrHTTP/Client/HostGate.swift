import AcrConcurrency
import AcrCore
import Synchronization

/// What one client knows of how each host wants to be treated, so that one request's trouble holds back all of them: the
/// time it asked to be left alone for, and how many requests it takes at a time.
///
/// The number finds itself, as it does for connections (RFC 5681): a host begins with ``first``, and each answer makes room for
/// one more as long as answers take about as long as they did when there were few, up to ``widest``. A host that throttles
/// halves the number; from then on it grows slowly again (additive increase, multiplicative decrease).
final class HostGate: Sendable {
  /// How many requests may be under way to a host that nothing is known of.
  static let first = 16.0
  /// More requests than this are never under way at a time to a host that answers within ``nearby``: they keep the processor
  /// busy, and further ones would only wait with their buffers.
  static let widest = 64.0
  /// The same for hosts as far away as any: what is under way to them waits for the network.
  static let widestFar = 192.0
  /// The same where requests share a connection, as HTTP/2 lets them: servers allow 100 on each or more (RFC 9113, 6.5.2), and
  /// libcurl 7.88 opens a connection for each one beyond. A few more are still being read while the next are sent.
  static let widestShared = 96.0
  /// The time to an answer, in seconds, up to which ``widest`` holds; beyond it the number grows with the time.
  private static let nearby = 0.01

  private struct Host {
    var opens: Duration?
    var isReached = false
    /// How many requests may be under way.
    var window = HostGate.first
    /// True where requests share a connection.
    var isShared = false
    /// True once the host has throttled.
    var isCareful = false
    /// How often the window was narrowed. Requests that were under way before do not narrow it again.
    var epoch = 0
    /// The shortest time to an answer, and the mean of the last ones, in seconds.
    var shortest: Double?
    var recent = 0.0
    /// How many requests a second it takes.
    var pace = HostPace()
    /// Those under way, and those who wait for room.
    let room = Limit(Int(HostGate.first))

    /// Halves the window, once for all the requests that were under way together.
    mutating func narrow(_ epoch: Int, busy: Double) {
      isCareful = true
      guard epoch == self.epoch else { return }
      window = max(1, min(window, busy) / 2)
      self.epoch += 1
    }

    /// Makes room after an answer, unless answers have become slow: more requests would only wait at the host then.
    mutating func widen(after time: Duration?) {
      if let time {
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        shortest = min(seconds, shortest ?? seconds)
        recent += (seconds - recent) / 8
      }
      guard isCareful || recent <= 3 * (shortest ?? 0) + HostGate.patience else { return }
      window = min(widest, window + (isCareful ? 1 / max(1, window) : 1))
    }

    /// How wide the window may become, by the shortest time to an answer.
    private var widest: Double {
      min(
        isShared ? HostGate.widestShared : HostGate.widestFar,
        HostGate.widest * max(1, (shortest ?? 0) / HostGate.nearby))
    }

    /// How many whole requests the window lets be under way.
    var capacity: Int { max(1, Int(window)) }
  }

  /// How much longer than usual an answer may take, in seconds, before it counts as slow.
  private static let patience = 0.05

  /// The right to have one request under way.
  struct Pass: Sendable {
    fileprivate let host: String
    fileprivate let epoch: Int
  }

  private let hosts = Mutex<[String: Host]>([:])
  private let throttled = Atomic<Int>(0)

  /// How many answers said that a host has too much to do.
  var throttledCount: Int { throttled.load(ordering: .relaxed) }

  // MARK: Waits that hosts ask for

  /// Closes the gate of a host until a moment on the sleeper's clock; never shortens a wait.
  func close(_ host: String, until moment: Duration) {
    hosts.withLock { hosts in
      let opens = hosts[host]?.opens
      hosts[host, default: Host()].opens = max(opens ?? moment, moment)
    }
  }

  /// How long a request to the host has to wait from `now`; zero where the gate is open.
  func wait(for host: String, now: Duration) -> Duration {
    hosts.withLock { hosts in
      guard let moment = hosts[host]?.opens else { return .zero }
      if moment > now { return moment - now }
      hosts[host]?.opens = nil
      return .zero
    }
  }

  // MARK: Requests at a time

  /// True once a host has answered anything: that it cannot be reached now is then no mistyped name.
  func isReached(_ host: String) -> Bool { hosts.withLock { $0[host]?.isReached ?? false } }

  /// How many requests may be under way to a host at a time; nil for one that was never met.
  func window(of host: String) -> Int? { hosts.withLock { $0[host]?.capacity } }

  /// Waits for room at a host.
  /// - Throws: `CancellationError` when the task is cancelled while it waits.
  func enter(_ host: String) async throws -> Pass {
    let room = hosts.withLock { hosts in
      let known = hosts[host] ?? Host()
      hosts[host] = known
      return known.room
    }
    try await room.enter()
    return hosts.withLock { Pass(host: host, epoch: $0[host]?.epoch ?? 0) }
  }

  /// How long a request that has room still waits, to keep a pace that the host takes; its turn is taken by that.
  func turn(at host: String, now: Duration) -> Duration {
    hosts.withLock { hosts in
      guard hosts[host]?.pace.rate != nil else { return .zero }
      return hosts[host]?.pace.turn(at: now) ?? .zero
    }
  }

  /// True where a host often refuses requests and answers others: waiting brings each of them to its end.
  func isCrowded(_ host: String, now: Duration) -> Bool {
    hosts.withLock { hosts in
      guard let pace = hosts[host]?.pace, pace.rate != nil, let last = pace.lastAnswer else { return false }
      return now - last < HostGate.recently
    }
  }

  private static let recently = Duration.seconds(10)

  /// How a request went, as far as the host's window is concerned.
  enum Outcome {
    /// It was answered.
    case answered
    /// The host has too much to do (429, or 503 with a time to wait).
    case throttled
    /// There was no answer.
    case failed
  }

  /// Notes that a host has too much to do, for a request whose pass was given back already.
  func narrow(_ pass: Pass) {
    throttled.add(1, ordering: .relaxed)
    change(pass.host) { host, _ in host.narrow(pass.epoch, busy: HostGate.widest / 4) }
  }

  /// Gives a pass back.
  /// - Parameters:
  ///   - time: how long the answer took, where that tells how busy the host is.
  ///   - isShared: whether the answer came over a connection that requests share.
  ///   - now: the time on the sleeper's clock; nil where it says nothing of the host's pace.
  func leave(
    _ pass: Pass, _ outcome: Outcome, after time: Duration? = nil, isShared: Bool = false, now: Duration? = nil
  ) {
    if outcome == .throttled { throttled.add(1, ordering: .relaxed) }
    change(pass.host) { host, underWay in
      switch outcome {
      case .answered:
        host.isReached = true
        host.isShared = isShared
        host.widen(after: time)
        if let now { host.pace.answered(at: now) }
      case .throttled:
        host.isReached = true
        host.narrow(pass.epoch, busy: Double(underWay))
        if let now { host.pace.refused(at: now) }
      case .failed: break
      }
    }
    hosts.withLock { $0[pass.host]?.room }?.leave()
  }

  /// Changes what is known of a host, and lets those in who have room then.
  private func change(_ name: String, _ body: (inout Host, _ underWay: Int) -> Void) {
    hosts.withLock { hosts in
      guard var host = hosts[name] else { return }
      let before = host.capacity
      body(&host, host.room.taken)
      hosts[name] = host
      if host.capacity != before { host.room.capacity = host.capacity }
    }
  }
}
