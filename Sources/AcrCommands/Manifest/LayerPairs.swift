import AcrCore
import ImportCore

/// The layers of two images side by side: those in common stand on one row, and between them what each has of its own.
enum LayerPairs {
  typealias Layer = ManifestNode.Blob

  struct Pair {
    let left: Layer?
    let right: Layer?
  }

  /// Pairs layers of the same digest that come in the same order on both sides, as many as there are. Where digests repeat,
  /// the first one of the left goes with the first of the right. Time and memory grow with the number of layers (and its
  /// logarithm), because a server chooses that number.
  static func of(_ left: [Layer], _ right: [Layer]) -> [Pair] {
    let common = commonPairs(left, right)
    var pairs: [Pair] = []
    var (i, j) = (0, 0)
    func addOwn(until leftEnd: Int, _ rightEnd: Int) {
      for index in 0..<max(leftEnd - i, rightEnd - j) {
        pairs.append(
          Pair(
            left: i + index < leftEnd ? left[i + index] : nil, right: j + index < rightEnd ? right[j + index] : nil))
      }
    }
    for (leftIndex, rightIndex) in common {
      addOwn(until: leftIndex, rightIndex)
      pairs.append(Pair(left: left[leftIndex], right: right[rightIndex]))
      (i, j) = (leftIndex + 1, rightIndex + 1)
    }
    addOwn(until: left.count, right.count)
    return pairs
  }

  /// The longest rising line through the places at which both have the same layer (Schensted's method).
  private static func commonPairs(_ left: [Layer], _ right: [Layer]) -> [(Int, Int)] {
    let start = zip(left, right).prefix { $0.digest == $1.digest }.count
    let room = min(left.count, right.count) - start
    let end = zip(left.reversed(), right.reversed()).prefix(room).prefix { $0.digest == $1.digest }.count
    var places: [Digest: [Int]] = [:]
    for index in (start..<right.count - end).reversed() { places[right[index].digest, default: []].append(index) }
    var matches: [(left: Int, right: Int)] = []
    for index in start..<left.count - end {
      if let place = places[left[index].digest]?.popLast() { matches.append((index, place)) }
    }
    // For each length of a line, the match that ends it furthest to the left on the right side.
    var ends: [Int] = []
    var before = [Int](repeating: -1, count: matches.count)
    for (number, match) in matches.enumerated() {
      var (low, high) = (0, ends.count)
      while low < high {
        let middle = (low + high) / 2
        if matches[ends[middle]].right < match.right { low = middle + 1 } else { high = middle }
      }
      if low > 0 { before[number] = ends[low - 1] }
      if low == ends.count { ends.append(number) } else { ends[low] = number }
    }
    var line: [(Int, Int)] = []
    var number = ends.last ?? -1
    while number >= 0 {
      line.append((matches[number].left, matches[number].right))
      number = before[number]
    }
    return (0..<start).map { ($0, $0) } + line.reversed()
      + (0..<end).reversed().map { (left.count - 1 - $0, right.count - 1 - $0) }
  }
}
