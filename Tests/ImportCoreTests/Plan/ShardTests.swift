import AcrCore
import ImportCore
import Testing

@Suite("Shards")
struct ShardTests {
  @Test("every item belongs to exactly one, in 1,000 random sets and for 1 to 64 runs")
  func exactlyOne() throws {
    var random = SystemIndependentRandom(state: 7)
    for number in 0..<1_000 {
      let count = 1 + number % 64
      let shards = try (1...count).map { try Shard($0, of: count) }
      for _ in 0..<random.below(12) {
        let item = "registry.example/team-\(random.below(50))/app-\(random.next())"
        #expect(shards.count { $0.contains(item) } == 1)
      }
    }
  }

  @Test("one run more takes its part, and moves nothing else", arguments: [1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64])
  func grows(_ count: Int) {
    let items = (0..<20_000).map { "registry.example/team-\($0 % 40)/app-\($0)" }
    var moved = 0
    for item in items {
      let (old, new) = (Shard.owner(of: item, count: count), Shard.owner(of: item, count: count + 1))
      guard old != new else { continue }
      moved += 1
      #expect(new == count + 1)
    }
    #expect(Double(moved) <= 1.2 * Double(items.count) / Double(count + 1))
    #expect(moved > 0)
  }

  @Test("texts")
  func texts() throws {
    #expect(try Shard("2/8", jobIndex: nil) == Shard(2, of: 8))
    #expect(try Shard("auto/8", jobIndex: "0") == Shard(1, of: 8))
    #expect(try Shard("auto/8", jobIndex: "7") == Shard(8, of: 8))
    for text in ["", "1", "0/8", "9/8", "a/8", "1/0", "1/1001", "1/8/2", "-1/8", "1/", "/8"] {
      let error = #expect(throws: AcrError.self) { try Shard(text, jobIndex: "1") }
      #expect(error?.kind == .usage && error?.help != nil)
    }
    #expect(throws: AcrError.self) { try Shard("auto/8", jobIndex: "8") }
    let missing = #expect(throws: AcrError.self) { try Shard("auto/8", jobIndex: nil) }
    #expect(missing?.message.contains("JOB_COMPLETION_INDEX, which is not set") == true)
  }
}

private struct SystemIndependentRandom {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 16
  }

  mutating func below(_ limit: UInt64) -> UInt64 { next() % limit }
}
