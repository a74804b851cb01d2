import Testing

@testable import AcrRuntime

@Suite("Sorting whole numbers by their digits")
struct IntegerSortTests {
  /// Numbers of a span, from a seed.
  private static func numbers(_ count: Int, in range: ClosedRange<Int64>, _ seed: UInt64) -> [Int64] {
    var state = seed
    let width = UInt64(bitPattern: range.upperBound &- range.lowerBound)
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let mixed = (state ^ state >> 29) &* 0xBF58_476D_1CE4_E5B9
      let offset = width == .max ? mixed : mixed % (width + 1)
      return range.lowerBound &+ Int64(bitPattern: offset)
    }
  }

  @Test(
    "the order is the one of comparisons, and equal numbers keep theirs",
    arguments: [
      0...0, 0...1, -5...5, 0...2047, 0...2048, -1_000_000...1_000_000, 0 ... .max, .min ... .max, .min ... -1,
      .max - 3 ... .max, 0...1 << 50, -1 << 40...1 << 40,
    ] as [ClosedRange<Int64>], [0, 1, 2, 3, 100, 5000])
  func order(_ range: ClosedRange<Int64>, _ count: Int) {
    let keys = Self.numbers(count, in: range, UInt64(count) &+ 7)
    let up = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    let down = keys.indices.sorted { keys[$0] != keys[$1] ? keys[$0] > keys[$1] : $0 < $1 }
    #expect(IntegerSort.order(keys, isDescending: false) == up)
    #expect(IntegerSort.order(keys, isDescending: true) == down)
    let ordered = up.map { keys[$0] }
    #expect(IntegerSort.order(ordered, isDescending: false) == Array(keys.indices))
  }
}
