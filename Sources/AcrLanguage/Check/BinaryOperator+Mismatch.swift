extension BinaryOperator {
  /// What is said of values that an operator does not take, by the check and at run time.
  /// - Parameters:
  ///   - left: what stands on the left, in words.
  ///   - right: what stands on the right.
  public func mismatch(_ left: String, _ right: String) -> String {
    switch self {
    case .add: "cannot add \(left) and \(right)"
    case .subtract: "cannot subtract \(right) from \(left)"
    case .multiply: "cannot multiply \(left) by \(right)"
    case .divide: "cannot divide \(left) by \(right)"
    case .modulo: "cannot take the remainder of \(left) by \(right)"
    case .contained, .notContained: "cannot look for \(left) in \(right)"
    case .like, .matches, .notMatches: "`\(rawValue)` compares strings, not \(left) with \(right)"
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .coalesce:
      "cannot compare \(left) with \(right)"
    }
  }
}
