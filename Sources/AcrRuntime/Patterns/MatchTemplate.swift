import AcrCore
import AcrText

/// What stands in the place of a match: a text with `$1`, `${1}` and `${name}` for groups, `$0` for the whole match, and `$$`
/// for the character.
struct MatchTemplate {
  private enum Part {
    case text(String)
    case group(Int)
  }
  private var parts: [Part] = []

  /// Reads a template for a pattern.
  /// - Throws: ``AcrError`` of kind `invalid` for a group that the pattern does not have.
  init(_ template: String, _ expression: TextExpression) throws(AcrError) {
    let groups = expression.groups
    var rest = Substring(template)
    var plain = ""
    while let character = rest.popFirst() {
      guard character == "$", let next = rest.first else {
        plain.append(character)
        continue
      }
      let name: Substring
      if next == "$" {
        rest.removeFirst()
        plain.append("$")
        continue
      } else if next == "{", let end = rest.firstIndex(of: "}") {
        name = rest[rest.index(after: rest.startIndex)..<end]
        rest = rest[rest.index(after: end)...]
      } else {
        name = rest.prefix { ("0"..."9").contains($0) }
        rest = rest[name.endIndex...]
        if name.isEmpty {
          plain.append("$")
          continue
        }
      }
      parts.append(.text(plain))
      plain = ""
      guard let number = Int(name).flatMap({ (0...groups.count).contains($0) ? $0 : nil }) ?? groups.names[String(name)]
      else {
        let near =
          Suggestion.nearest(to: String(name), in: Array(groups.names.keys)).map { "; did you mean `\($0)`?" } ?? ""
        throw AcrError(
          .invalid, "the pattern has no group `\(name)`\(near)",
          help: groups.count == 0
            ? "`(…)` in the pattern is a group; `$$` is the character `$`"
            : "it has \(groups.count) group\(groups.count == 1 ? "" : "s"): `$1`\(groups.count > 1 ? " to `$\(groups.count)`" : "")"
        )
      }
      parts.append(.group(number))
    }
    parts.append(.text(plain))
  }

  /// The text for a match; groups that took no part are empty.
  func text(_ match: TextExpression.Match) -> String {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .group(0): result += match.text
      case .group(let number): result += match.groups[number - 1] ?? ""
      }
    }
    return result
  }
}
