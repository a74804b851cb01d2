import AcrConcurrency
import AcrCore
import AcrSystem
import Synchronization

/// Keeps requests to the resource manager below its limits, which are rates: each subscription has a bucket of requests that
/// fills at a steady pace (learn, "Understand how Azure Resource Manager throttles requests"). Requests that find the
/// bucket empty wait in line.
///
/// Others may use the same subscription. Each 429 therefore slows the pace down, and answers speed it up again.
final class RequestPace: Sendable {
  /// The two kinds of requests that are counted apart.
  enum Kind: Hashable { case read, write }

  private struct Key: Hashable {
    let subscription: String
    let kind: Kind
  }

  /// One bucket as this side sees it.
  private struct Bucket {
    let size: Double
    let best: Double
    var rate: Double
    var tokens: Double
    var filled: Duration
    /// Until when the service asked to be left alone.
    var opens = Duration.zero
    let line = Limit(1)

    /// A little less than documented, since the two clocks do not agree: 200 writes and then 10 a second, 250 reads and
    /// then 25 a second.
    init(_ kind: Kind, now: Duration) {
      (size, best) = kind == .write ? (195, 9.8) : (245, 24.5)
      (rate, tokens, filled) = (best, size, now)
    }

    /// Takes a request out of the bucket.
    /// - Returns: how long to wait before the next try; nil when it was taken.
    mutating func take(_ now: Duration) -> Duration? {
      if opens > now { return opens - now }
      tokens = min(size, tokens + max(0, (now - filled) / .seconds(1)) * rate)
      filled = now
      guard tokens < 1 else {
        tokens -= 1
        return nil
      }
      return .seconds((1 - tokens) / rate)
    }
  }

  private let buckets = Mutex<[Key: Bucket]>([:])
  private let now: @Sendable () -> Duration
  private let sleep: @Sendable (Duration) async throws -> Void

  init(
    now: @escaping @Sendable () -> Duration = { Monotonic.now() },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// Waits until a request may be sent.
  /// - Throws: `CancellationError`.
  func enter(_ subscription: String, _ kind: Kind) async throws {
    let key = Key(subscription: subscription, kind: kind)
    try await change(key) { $0.line }.run {
      while let wait = self.change(key, { $0.take(self.now()) }) { try await self.sleep(wait) }
    }
  }

  /// Notes an answer that was no 429.
  /// - Parameter remaining: how many requests the service says are left; others may have used some.
  func answered(_ subscription: String, _ kind: Kind, remaining: Int?) {
    change(Key(subscription: subscription, kind: kind)) { bucket in
      bucket.rate = min(bucket.best, bucket.rate + bucket.best / 100)
      // Requests that were under way meanwhile make the two numbers differ a little.
      if let remaining, bucket.tokens > Double(max(0, remaining)) + 2 * bucket.best {
        bucket.tokens = Double(max(0, remaining))
      }
    }
  }

  /// Notes a 429.
  func throttled(_ subscription: String, _ kind: Kind, wait: Duration) {
    change(Key(subscription: subscription, kind: kind)) { bucket in
      let now = now()
      // Requests that were under way together are throttled together, and slow the pace down once.
      if bucket.opens <= now { bucket.rate = max(bucket.best / 20, bucket.rate * 0.8) }
      bucket.tokens = 0
      bucket.opens = max(bucket.opens, now + wait)
      // The service's bucket fills during the wait, too.
      bucket.filled = now
    }
  }

  @discardableResult
  private func change<Result: Sendable>(_ key: Key, _ body: (inout Bucket) -> Result) -> Result {
    buckets.withLock { buckets in
      var bucket = buckets[key] ?? Bucket(key.kind, now: now())
      defer { buckets[key] = bucket }
      return body(&bucket)
    }
  }
}
