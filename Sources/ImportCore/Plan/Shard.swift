import AcrCore

/// One of several runs, perhaps on several machines, that share out work by name: each item belongs to exactly one of them.
///
/// Shares are made by rendezvous hashing (Thaler and Ravishankar 1998): every run gives an item a number, and the highest one has
/// it. With one run more, only the items move that the new one gets.
public struct Shard: Sendable, Hashable {
  /// How many runs there may be.
  public static let most = 1_000

  /// Which one it is, from 1.
  public let index: Int
  /// How many there are.
  public let count: Int

  /// One of several.
  /// - Throws: ``AcrError`` of kind `usage` for a number that is none of them.
  public init(_ index: Int, of count: Int) throws(AcrError) {
    guard (1...Shard.most).contains(count), (1...count).contains(index) else {
      throw AcrError(
        .usage, "`\(index)/\(count)` is no shard",
        help: "`1/8` to `8/8` are the shards of 8 runs; at most \(Shard.most) are possible")
    }
    self.index = index
    self.count = count
  }

  /// Reads `2/8`, or `auto/8` in a job of Kubernetes with the completion mode `Indexed`.
  /// - Parameter jobIndex: the variable `JOB_COMPLETION_INDEX`, which counts from 0.
  /// - Throws: ``AcrError`` of kind `usage`.
  public init(_ text: String, jobIndex: String?) throws(AcrError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = Int(parts[1]) else {
      throw AcrError(
        .usage, "`\(text)` is no shard", help: "such as `2/8`, or `auto/8` in an Indexed Job of Kubernetes")
    }
    guard parts[0] == "auto" else {
      try self.init(Int(parts[0]) ?? 0, of: count)
      return
    }
    guard let jobIndex, let number = Int(jobIndex), (0..<Shard.most).contains(number) else {
      throw AcrError(
        .usage,
        "`\(text)` needs the variable JOB_COMPLETION_INDEX, which \(jobIndex == nil ? "is not set" : "is no number")",
        help: "Kubernetes sets it in jobs with `completionMode: Indexed`; elsewhere write the number: `1/\(count)`")
    }
    try self.init(number + 1, of: count)
  }

  /// Whether an item is this one's.
  public func contains(_ item: String) -> Bool { count == 1 || Shard.owner(of: item, count: count) == index }

  /// Whose an item is, from 1.
  public static func owner(of item: String, count: Int) -> Int {
    // FNV-1a, the same on every machine.
    let hash = item.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    var best = (index: 1, weight: weight(hash, 1))
    for index in 2..<max(2, count + 1) {
      let weight = weight(hash, index)
      if weight > best.weight { best = (index, weight) }
    }
    return best.index
  }

  /// Mixes both numbers, so that weights of neighbours have nothing in common (the finalizer of SplitMix64).
  private static func weight(_ hash: UInt64, _ index: Int) -> UInt64 {
    var value = hash &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
