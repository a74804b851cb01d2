/// The number of changes that turn one text into another.
public enum EditDistance {
  /// The optimal string alignment distance: insertions, deletions, replacements, and exchanges of two neighbours, each
  /// counted as one. The exchange matters because it is the commonest slip of the fingers.
  public static func between<Element: Equatable>(_ first: [Element], _ second: [Element]) -> Int {
    guard !first.isEmpty else { return second.count }
    guard !second.isEmpty else { return first.count }
    var beforeLast = [Int](repeating: 0, count: second.count + 1)
    var last = Array(0...second.count)
    for row in 1...first.count {
      var current = [row]
      current.reserveCapacity(second.count + 1)
      for column in 1...second.count {
        let isSame = first[row - 1] == second[column - 1]
        var best = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
        let isExchange =
          row > 1 && column > 1 && first[row - 1] == second[column - 2] && first[row - 2] == second[column - 1]
        if isExchange { best = min(best, beforeLast[column - 2] + 1) }
        current.append(best)
      }
      (beforeLast, last) = (last, current)
    }
    return last[second.count]
  }
}
