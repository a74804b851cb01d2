/// How well a name fits what somebody typed, ignoring case: as a beginning, somewhere inside, or letter by letter in order.
public enum NameMatch: Int, Comparable, Sendable {
  case prefix
  /// Each word that was typed stands somewhere in the name.
  case inside
  /// The typed letters occur in this order.
  case scattered

  public static func < (left: NameMatch, right: NameMatch) -> Bool { left.rawValue < right.rawValue }

  /// The best way in which a name fits; nil when it does not.
  public static func of(_ name: String, typed: String) -> NameMatch? {
    if typed.isEmpty { return .prefix }
    let name = name.lowercased()
    let typed = typed.lowercased()
    if name.hasPrefix(typed) { return .prefix }
    let words = typed.split(separator: " ")
    if words.allSatisfy({ name.contains($0) }) { return .inside }
    var rest = name.unicodeScalars[...]
    for scalar in typed.unicodeScalars where scalar != " " {
      guard let place = rest.firstIndex(of: scalar) else { return nil }
      rest = rest[rest.index(after: place)...]
    }
    return .scattered
  }
}
