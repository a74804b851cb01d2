import Synchronization

/// The hosts that asked to be left alone for a while, so that one request's `Retry-After` holds back all of them.
final class HostGate: Sendable {
  private let opens = Mutex<[String: Duration]>([:])

  /// Closes the gate of a host until a moment on the sleeper's clock; never shortens a wait.
  func close(_ host: String, until moment: Duration) {
    opens.withLock { $0[host] = max($0[host] ?? moment, moment) }
  }

  /// How long a request to the host has to wait from `now`; zero where the gate is open.
  func wait(for host: String, now: Duration) -> Duration {
    opens.withLock { opens in
      guard let moment = opens[host] else { return .zero }
      if moment > now { return moment - now }
      opens[host] = nil
      return .zero
    }
  }
}
