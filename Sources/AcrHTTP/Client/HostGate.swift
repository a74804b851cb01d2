import AcrCore
import Synchronization

/// What one client knows of how each host wants to be treated, so that one request's trouble holds back all of them: the
/// time it asked to be left alone for, and how many requests it takes at a time.
///
/// A host that throttles halves the number of requests that may wait for its answer; each answer widens it a little again
/// (additive increase, multiplicative decrease). A host that never throttled has no such number: the transport's
/// connections are limit enough.
final class HostGate: Sendable {
  /// From this many requests at a time on, there is no limit any more.
  static let widest = 64.0

  private struct Host {
    var opens: Duration?
    var isReached = false
    /// How many requests may be under way; nil for as many as come.
    var window: Double?
    var underWay = 0
    /// How often the window was narrowed. Requests that were under way before do not narrow it again.
    var epoch = 0
    var nextID = 0
    var waiting: [(id: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    var cancelled: Set<Int> = []

    /// Halves the window, once for all the requests that were under way together.
    mutating func narrow(_ epoch: Int, busy: Double) {
      guard epoch == self.epoch else { return }
      window = max(1, min(window ?? busy, busy) / 2)
      self.epoch += 1
    }

    var hasRoom: Bool { window.map { Double(underWay) < max(1, $0.rounded(.down)) } ?? true }
  }

  /// The right to have one request under way.
  struct Pass: Sendable {
    fileprivate let host: String
    fileprivate let epoch: Int
  }

  private let hosts = Mutex<[String: Host]>([:])

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

  /// How many requests may be under way to a host at a time; nil for as many as come.
  func window(of host: String) -> Int? { hosts.withLock { $0[host]?.window.map { max(1, Int($0)) } } }

  /// Waits for room at a host.
  /// - Throws: `CancellationError` when the task is cancelled while it waits.
  func enter(_ host: String) async throws -> Pass {
    let (id, hasRoom, epoch) = hosts.withLock { hosts -> (Int, Bool, Int) in
      var state = hosts[host] ?? Host()
      defer { hosts[host] = state }
      if state.hasRoom {
        state.underWay += 1
        return (0, true, state.epoch)
      }
      state.nextID += 1
      return (state.nextID, false, state.epoch)
    }
    if hasRoom { return Pass(host: host, epoch: epoch) }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let answer: Result<Void, any Error>? = hosts.withLock { hosts in
          guard var state = hosts[host] else { return .success(()) }
          defer { hosts[host] = state }
          if state.cancelled.remove(id) != nil || Task.isCancelled { return .failure(CancellationError()) }
          if state.hasRoom {
            state.underWay += 1
            return .success(())
          }
          state.waiting.append((id, continuation))
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let waiter = hosts.withLock { hosts -> CheckedContinuation<Void, any Error>? in
        guard let index = hosts[host]?.waiting.firstIndex(where: { $0.id == id }) else {
          hosts[host]?.cancelled.insert(id)
          return nil
        }
        return hosts[host]?.waiting.remove(at: index).continuation
      }
      waiter?.resume(throwing: CancellationError())
    }
    return hosts.withLock { hosts in
      hosts[host]?.cancelled.remove(id)
      return Pass(host: host, epoch: hosts[host]?.epoch ?? 0)
    }
  }

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
    hosts.withLock { hosts in hosts[pass.host]?.narrow(pass.epoch, busy: HostGate.widest / 4) }
  }

  /// Gives a pass back.
  func leave(_ pass: Pass, _ outcome: Outcome) {
    let ready = hosts.withLock { hosts -> [CheckedContinuation<Void, any Error>] in
      guard var state = hosts[pass.host] else { return [] }
      defer { hosts[pass.host] = state }
      let busy = Double(state.underWay)
      state.underWay = max(0, state.underWay - 1)
      switch outcome {
      case .answered:
        state.isReached = true
        if let window = state.window {
          let wider = window + 1 / max(1, window)
          state.window = wider >= HostGate.widest ? nil : wider
        }
      case .throttled:
        state.isReached = true
        state.narrow(pass.epoch, busy: busy)
      case .failed: break
      }
      var ready: [CheckedContinuation<Void, any Error>] = []
      while state.hasRoom, !state.waiting.isEmpty {
        state.underWay += 1
        ready.append(state.waiting.removeFirst().continuation)
      }
      return ready
    }
    for waiter in ready { waiter.resume() }
  }
}
