/// The order of whole numbers by their digits (radix sort, least digit first): so many passes as the span of the numbers has
/// digits, and no comparisons. Equal numbers keep their order.
enum IntegerSort {
  /// Bits of a digit: its table of counts fits the first cache.
  private static let digitBits = 11
  /// With fewer numbers the tables cost more than they save.
  static let fewest = 512

  private struct Item {
    var key: UInt64
    var place: Int
  }

  /// Where the numbers stand, the least one first, or the greatest.
  static func order(_ keys: [Int64], isDescending: Bool) -> [Int] {
    guard var least = keys.first else { return [] }
    var most = least
    var isOrdered = true
    var previous = least
    for key in keys {
      if key < least { least = key }
      if key > most { most = key }
      if isDescending ? key > previous : key < previous { isOrdered = false }
      previous = key
    }
    if isOrdered { return Array(keys.indices) }
    // How far a number is behind the first one; the difference may need all 64 bits.
    func distance(_ key: Int64) -> UInt64 {
      isDescending ? UInt64(bitPattern: most &- key) : UInt64(bitPattern: key &- least)
    }
    let keyBits = UInt64.bitWidth - UInt64(bitPattern: most &- least).leadingZeroBitCount
    let placeBits = Int.bitWidth - keys.count.leadingZeroBitCount
    guard keyBits + placeBits <= UInt64.bitWidth else {
      var items: [Item] = []
      items.reserveCapacity(keys.count)
      for (place, key) in keys.enumerated() { items.append(Item(key: distance(key), place: place)) }
      return sorted(items, bits: 0..<keyBits, \.key).map(\.place)
    }
    // Number and place fit into one word, which is half of the memory to move.
    var words: [UInt64] = []
    words.reserveCapacity(keys.count)
    for (place, key) in keys.enumerated() {
      words.append(distance(key) << UInt64(placeBits) | UInt64(truncatingIfNeeded: place))
    }
    let mask = UInt64(1) << UInt64(placeBits) - 1
    return sorted(words, bits: placeBits..<placeBits + keyBits, \.self).map { Int(truncatingIfNeeded: $0 & mask) }
  }

  @inline(__always)
  private static func sorted<Element>(
    _ elements: [Element], bits: Range<Int>, _ key: (Element) -> UInt64
  ) -> [Element] {
    var from = elements
    var to = elements
    for shift in stride(from: bits.lowerBound, to: bits.upperBound, by: digitBits) {
      let mask = 1 << min(digitBits, bits.upperBound - shift) - 1
      var starts = [Int](repeating: 0, count: mask + 1)
      from.withUnsafeBufferPointer { from in
        to.withUnsafeMutableBufferPointer { to in
          starts.withUnsafeMutableBufferPointer { starts in
            for element in from { starts[Int(truncatingIfNeeded: key(element) >> UInt64(shift)) & mask] += 1 }
            var sum = 0
            for digit in starts.indices { (starts[digit], sum) = (sum, sum + starts[digit]) }
            for element in from {
              let digit = Int(truncatingIfNeeded: key(element) >> UInt64(shift)) & mask
              to[starts[digit]] = element
              starts[digit] += 1
            }
          }
        }
      }
      swap(&from, &to)
    }
    return from
  }
}
