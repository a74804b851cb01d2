/// The name somebody probably meant.
enum NearestName {
  /// The name nearest to `name` by edit distance, at most 2 edits away and less than half of it; nil when none is.
  static func of(_ name: String, in names: [String]) -> String? {
    var best: (name: String, distance: Int)?
    let wanted = Array(name.lowercased())
    for candidate in names {
      let distance = distance(wanted, Array(candidate.lowercased()))
      if distance <= min(2, (wanted.count + 1) / 2), distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Insertions, deletions, replacements and swaps of neighbours that make one from the other.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    guard abs(left.count - right.count) <= 2 else { return .max }
    var before: [Int] = []
    var previous = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      for column in 0..<right.count {
        let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
        var distance = min(replaced, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          distance = min(distance, before[column - 1] + 1)
        }
        current.append(distance)
      }
      before = previous
      previous = current
    }
    return previous[right.count]
  }
}
