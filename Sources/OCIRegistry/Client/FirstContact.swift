import AcrConcurrency
import Synchronization

/// Lets one request through to a registry that has not answered yet, and makes the others wait for it: its answer tells
/// the address, and whether and how to sign in, so that a burst of first requests does not meet the same refusal each.
final class FirstContact: Sendable {
  private enum State {
    case unknown, known
    case underWay(Gate)
  }

  private let state = Mutex(State.unknown)

  /// Waits while another request is the first.
  /// - Returns: true for the one that is the first, which then calls ``end(_:)``.
  /// - Throws: `CancellationError` when the task is cancelled while it waits.
  func begin() async throws -> Bool {
    let (isFirst, gate) = state.withLock { state -> (Bool, Gate?) in
      switch state {
      case .known: return (false, nil)
      case .unknown:
        state = .underWay(Gate())
        return (true, nil)
      case .underWay(let gate): return (false, gate)
      }
    }
    // Also after a failure: those who waited try for themselves at once, rather than one after the other.
    try await gate?.wait()
    return isFirst
  }

  /// Ends the first request.
  /// - Parameter isKnown: true when the registry answered.
  func end(_ isKnown: Bool) {
    let gate = state.withLock { state -> Gate? in
      defer { state = isKnown ? .known : .unknown }
      guard case .underWay(let gate) = state else { return nil }
      return gate
    }
    gate?.open()
  }
}
