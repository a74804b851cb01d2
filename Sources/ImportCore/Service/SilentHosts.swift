import Synchronization

/// Hosts that did not answer within the time of a look around. They are not waited for again by each of many imports, but
/// now and then by one.
public final class SilentHosts: Sendable {
  private let pause: Duration
  private let nextLook = Mutex<[String: ContinuousClock.Instant]>([:])

  /// Creates a list without hosts.
  /// - Parameter pause: after what time one more look is worth its wait.
  public init(pause: Duration = .seconds(60)) { self.pause = pause }

  /// Runs a look at a host, unless it was silent before.
  /// - Returns: nil where the host did not answer in time, or is not asked.
  /// - Throws: what `work` throws; `CancellationError`.
  func look<Value: Sendable>(
    at host: String, within deadline: Duration, slow: @escaping @Sendable () -> Void = {},
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value? {
    guard mayAsk(host) else { return nil }
    do {
      let found = try await Look.within(deadline, slow: slow, work)
      note(host, isSilent: found == nil)
      return found
    } catch {
      // A refusal is an answer.
      if !Task.isCancelled { note(host, isSilent: false) }
      throw error
    }
  }

  /// True for one caller after the pause; the others wait for what it finds.
  func mayAsk(_ host: String) -> Bool {
    nextLook.withLock { nextLook in
      guard let time = nextLook[host] else { return true }
      let now = ContinuousClock.now
      guard now >= time else { return false }
      nextLook[host] = now + pause
      return true
    }
  }

  func note(_ host: String, isSilent: Bool) {
    nextLook.withLock { $0[host] = isSilent ? .now + pause : nil }
  }
}
