/// What operators give, and on which shapes they are certain to fail. The rules are those of AcrRuntime's
/// `Value+Arithmetic.swift` and `Value+Comparison.swift`.
extension ValueShape {
  /// What an operator makes of two values; nil where it fails whatever the values are.
  static func result(of operation: BinaryOperator, _ left: ValueShape, _ right: ValueShape) -> ValueShape? {
    switch operation {
    case .and, .or: return .bool
    case .equal, .notEqual: return left.mayEqual(right) ? .bool : nil
    case .coalesce:
      if case .optional(let value) = left { return value.join(right) }
      return left == .null ? right : left.isCertain ? left : left.join(right)
    default: break
    }
    guard left.isCertain, right.isCertain else { return unknownOperand(operation) }
    switch operation {
    case .add: return sum(left, right)
    case .subtract: return difference(left, right)
    case .multiply: return product(left, right)
    case .divide: return quotient(left, right)
    case .modulo: return left.isAmount && right.isAmount ? remainder(left, right) : nil
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return left.isOrdered(beside: right) ? .bool : nil
    case .like, .matches, .notMatches: return left == .string && right == .string ? .bool : nil
    case .contained, .notContained:
      switch right {
      case .list: return .bool
      case .string, .record: return left == .string ? .bool : nil
      default: return nil
      }
    case .equal, .notEqual, .and, .or, .coalesce: return .any
    }
  }

  private static func unknownOperand(_ operation: BinaryOperator) -> ValueShape {
    switch operation {
    case .add, .subtract, .multiply, .divide, .modulo, .coalesce: .any
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .matches, .notMatches, .like, .contained,
      .notContained, .and, .or:
      .bool
    }
  }

  /// False for values of types that no values of are equal.
  private func mayEqual(_ other: ValueShape) -> Bool {
    guard isCertain, other.isCertain else { return true }
    switch (self, other) {
    case (.null, _), (_, .null), (.int, .number), (.number, .int), (.list, .list), (.record, .record): return true
    default: return self == other
    }
  }

  private static func sum(_ left: ValueShape, _ right: ValueShape) -> ValueShape? {
    switch (left, right) {
    case (.int, .int): .int
    case (.int, .number), (.number, .int), (.number, .number): .number
    case (.string, .string): .string
    case (.list(let one), .list(let two)): .listing(one.join(two))
    case (.duration, .duration): .duration
    case (.size, .size): .size
    case (.datetime, .duration), (.duration, .datetime): .datetime
    default: nil
    }
  }

  private static func difference(_ left: ValueShape, _ right: ValueShape) -> ValueShape? {
    switch (left, right) {
    case (.datetime, .duration): .datetime
    case (.datetime, .datetime): .duration
    case (.int, .int), (.duration, .duration), (.size, .size): left
    case (.int, .number), (.number, .int), (.number, .number): .number
    default: nil
    }
  }

  private static func product(_ left: ValueShape, _ right: ValueShape) -> ValueShape? {
    switch (left, right) {
    case (.int, .int): .int
    case (.int, .number), (.number, .int), (.number, .number): .number
    case (.duration, .int), (.int, .duration), (.duration, .number), (.number, .duration): .duration
    case (.size, .int), (.int, .size), (.size, .number), (.number, .size): .size
    default: nil
    }
  }

  private static func quotient(_ left: ValueShape, _ right: ValueShape) -> ValueShape? {
    switch (left, right) {
    // Exact or not decides between an int and a number.
    case (.int, .int), (.int, .number), (.number, .int), (.number, .number): .number
    case (.duration, .duration), (.size, .size): .number
    case (.duration, .int), (.duration, .number): .duration
    case (.size, .int), (.size, .number): .size
    default: nil
    }
  }

  private static func remainder(_ left: ValueShape, _ right: ValueShape) -> ValueShape? {
    switch (left, right) {
    case (.int, .int), (.duration, .duration), (.size, .size): left
    case (.int, .number), (.number, .int), (.number, .number): .number
    default: nil
    }
  }

  private var isAmount: Bool {
    switch self {
    case .int, .number, .duration, .size: true
    default: false
    }
  }

  private func isOrdered(beside other: ValueShape) -> Bool {
    switch (self, other) {
    case (.int, .number), (.number, .int): true
    case (.int, .int), (.number, .number), (.string, .string), (.duration, .duration), (.size, .size),
      (.datetime, .datetime), (.bool, .bool):
      true
    default: false
    }
  }
}
