/// Finds the name somebody probably meant.
public enum Suggestion {
  /// The candidate nearest to a name: at most two edits away, one for names of up to four characters. Of equally near
  /// ones the first in alphabetical order.
  public static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.utf8)
    let limit = wanted.count <= 4 ? 1 : 2
    var best: (distance: Int, name: String)?
    for candidate in candidates where candidate != name {
      let bytes = Array(candidate.utf8)
      guard abs(bytes.count - wanted.count) <= limit, bytes.count > 1 || wanted.count == 1 else { continue }
      let found = distance(wanted, bytes)
      // A name of one letter is no slip of another.
      guard found <= limit, found < max(wanted.count, bytes.count) || candidate.lowercased() == name.lowercased() else {
        continue
      }
      if let best, (best.distance, best.name) <= (found, candidate) { continue }
      best = (found, candidate)
    }
    return best?.name
  }

  /// True when two names are close enough for one to be meant for the other.
  static func isNear(_ left: String, _ right: String) -> Bool { nearest(to: left, in: [right]) != nil }

  /// The number of insertions, deletions, replacements and swaps of neighbours between two names.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 1...left.count {
      var line = [row]
      for column in 1...right.count {
        let cost = left[row - 1] == right[column - 1] ? 0 : 1
        var value = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + cost)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          value = min(value, beforeLast[column - 2] + 1)
        }
        line.append(value)
      }
      beforeLast = last
      last = line
    }
    return last[right.count]
  }
}
