/// Finds what a mistyped name probably means: for commands, flags, variables, columns and tags.
///
/// One rule for all of them: upper and lower case count as the same, a name of up to four characters may differ by one edit
/// and a longer one by two, or by a third of its length where that is more. A name of up to seven characters that differs by
/// more than one edit begins as the other does: `world` is no slip of `fold`.
public enum Suggestion {
  /// The candidates near a name, nearest first; equally near ones in alphabetical order.
  /// - Parameters:
  ///   - maxDistance: how many edits are allowed; nil means the rule above.
  ///   - limit: how many to return at most.
  public static func near(
    _ name: String, in candidates: some Sequence<String>, maxDistance: Int? = nil, limit: Int = 3
  ) -> [String] {
    let exact = Array(name.utf8)
    let wanted = Array(name.lowercased().utf8)
    let allowed = maxDistance ?? (wanted.count <= 4 ? 1 : max(2, wanted.count / 3))
    var found: [(distance: Int, exact: Int, candidate: String)] = []
    for candidate in candidates where candidate != name {
      let other = Array(candidate.lowercased().utf8)
      guard abs(other.count - wanted.count) <= allowed, other.count > 1 || wanted.count == 1 else { continue }
      let distance = EditDistance.between(wanted, other)
      // A name that has nothing in common with another is no slip of it.
      guard distance <= allowed, distance < max(wanted.count, other.count) || maxDistance != nil else { continue }
      if maxDistance == nil, distance > 1, wanted.count < 8, !beginAlike(wanted, other) { continue }
      found.append((distance, EditDistance.between(exact, Array(candidate.utf8)), candidate))
    }
    found.sort { ($0.distance, $0.exact, $0.candidate) < ($1.distance, $1.exact, $1.candidate) }
    return found.prefix(limit).map(\.candidate)
  }

  /// True for names with the same first character, or the first two exchanged.
  private static func beginAlike(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.first == right.first
      || left.count > 1 && right.count > 1 && left[0] == right[1] && left[1] == right[0]
  }

  /// The nearest candidate; nil when none is near.
  public static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
    near(name, in: candidates, limit: 1).first
  }

  /// True when two names are close enough for one to be meant for the other.
  public static func isNear(_ left: String, _ right: String) -> Bool { nearest(to: left, in: [right]) != nil }
}
