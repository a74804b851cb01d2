import Synchronization

/// Lets one request through to a registry that has not answered yet, and makes the others wait for it: its answer tells
/// the address, and whether and how to sign in, so that a burst of first requests does not meet the same refusal each.
final class FirstContact: Sendable {
  private enum State {
    case unknown, known
    case underWay([CheckedContinuation<Void, Never>])
  }

  private let state = Mutex(State.unknown)

  /// Waits while another request is the first.
  /// - Returns: true for the one that is the first, which then calls ``end(_:)``.
  func begin() async -> Bool {
    let answer: Bool? = state.withLock { state in
      switch state {
      case .known: return false
      case .unknown:
        state = .underWay([])
        return true
      case .underWay: return nil
      }
    }
    if let answer { return answer }
    await withCheckedContinuation { continuation in
      let mayGo = state.withLock { state in
        guard case .underWay(let waiting) = state else { return true }
        state = .underWay(waiting + [continuation])
        return false
      }
      if mayGo { continuation.resume() }
    }
    // Also after a failure: those who waited try for themselves at once, rather than one after the other.
    return false
  }

  /// Ends the first request.
  /// - Parameter isKnown: true when the registry answered.
  func end(_ isKnown: Bool) {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      defer { state = isKnown ? .known : .unknown }
      guard case .underWay(let waiting) = state else { return [] }
      return waiting
    }
    for waiter in waiting { waiter.resume() }
  }
}
