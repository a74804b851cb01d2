import AcrCore
import Synchronization

/// What one client knows of how hosts have answered lately: many failures in a row mean that further tries are in vain, and a
/// thousand requests must not find that out for half a minute each.
final class HostHealth: Sendable {
  /// From this many failures in a row on, each request is sent once.
  static let mostFailures = 24

  private struct Host {
    var failures = 0
    var announced: Duration?
  }

  private let hosts = Mutex<[String: Host]>([:])

  /// Notes that a request, or the last of its tries, had no answer or one that the server failed at.
  func failed(_ host: String) {
    hosts.withLock { hosts in
      var state = hosts[host] ?? Host()
      state.failures = min(state.failures + 1, 1_000_000)
      hosts[host] = state
    }
  }

  /// Notes an answer that the server meant.
  func answered(_ host: String) {
    hosts.withLock { hosts in
      if hosts[host]?.failures ?? 0 > 0 { hosts[host]?.failures = 0 }
    }
  }

  /// True while a host has failed at all of many requests.
  func isFailing(_ host: String) -> Bool { failures(of: host) >= HostHealth.mostFailures }

  /// The error of a request, with what else is known of its host.
  func describing(_ error: AcrError, _ host: String) -> AcrError {
    let count = failures(of: host)
    guard count >= HostHealth.mostFailures else { return error }
    var error = error
    error.notes.append("`\(host)` has failed \(count) times in a row, so requests to it are not retried")
    return error
  }

  /// True for the first who waits for a host until a moment, and is to say so.
  func announce(_ host: String, until moment: Duration) -> Bool {
    hosts.withLock { hosts in
      var state = hosts[host] ?? Host()
      // The clock goes on between the answer that asks to wait and the request that has to.
      guard moment > (state.announced ?? .zero) + .milliseconds(100) else { return false }
      state.announced = moment
      hosts[host] = state
      return true
    }
  }

  private func failures(of host: String) -> Int { hosts.withLock { $0[host]?.failures ?? 0 } }
}
