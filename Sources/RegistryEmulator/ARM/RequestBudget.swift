import AcrCore

/// The resource manager's limits: a bucket of requests for each subscription that fills at a steady pace
/// (learn, "Understand how Azure Resource Manager throttles requests").
actor RequestBudget {
  /// The two kinds of requests that are counted apart.
  enum Kind: String { case reads, writes }

  private struct Bucket {
    var tokens: Double
    var filled: ContinuousClock.Instant
  }

  private struct Key: Hashable {
    let subscription: String
    let kind: Kind
  }

  private var buckets: [Key: Bucket] = [:]

  /// The size of a bucket and its tokens per second, as documented: 250 and 25 for reads, 200 and 10 for writes.
  private static func limits(_ kind: Kind) -> (size: Double, rate: Double) {
    kind == .reads ? (250, 25) : (200, 10)
  }

  /// Takes one request out of the bucket.
  /// - Returns: how many are left, or how many seconds to wait.
  func take(_ kind: Kind, subscription: String) -> (remaining: Int, wait: Int?) {
    let key = Key(subscription: subscription, kind: kind)
    let (size, rate) = RequestBudget.limits(kind)
    let now = ContinuousClock.now
    var bucket = buckets[key] ?? Bucket(tokens: size, filled: now)
    let passed = (now - bucket.filled) / .seconds(1)
    bucket.tokens = min(size, bucket.tokens + passed * rate)
    bucket.filled = now
    defer { buckets[key] = bucket }
    guard bucket.tokens >= 1 else { return (0, max(1, Int(((1 - bucket.tokens) / rate).rounded(.up)))) }
    bucket.tokens -= 1
    return (Int(bucket.tokens), nil)
  }
}
