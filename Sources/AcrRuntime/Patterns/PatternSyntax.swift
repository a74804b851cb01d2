/// What a regular expression says, as a tree.
indirect enum PatternSyntax: Sendable {
  case empty
  /// One scalar of a set.
  case set(ScalarSet)
  case sequence([PatternSyntax])
  /// The first that leads to a match counts.
  case choice([PatternSyntax])
  /// A group whose text is wanted; they count from 1 in the order of their opening brackets.
  case capture(PatternSyntax, Int)
  /// `most` is nil where there is no upper bound.
  case repeated(PatternSyntax, least: Int, most: Int?, isLazy: Bool)
  case assertion(PatternAssertion)

  /// True when it can match without taking a scalar.
  var canBeEmpty: Bool {
    switch self {
    case .empty, .assertion: true
    case .set: false
    case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
    case .choice(let parts): parts.contains(where: \.canBeEmpty)
    case .capture(let part, _): part.canBeEmpty
    case .repeated(let part, let least, _, _): least == 0 || part.canBeEmpty
    }
  }
}

/// What a place in the text must be like.
enum PatternAssertion: Sendable {
  case textStart
  case textEnd
  case lineStart
  case lineEnd
  case wordBoundary
  case noWordBoundary
}

/// What is wrong with a regular expression.
struct PatternError: Error {
  let message: String
  var help: String?
}
