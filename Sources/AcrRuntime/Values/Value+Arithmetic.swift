import AcrCore

extension Value {
  /// `left + right`: numbers, durations, sizes, a datetime and a duration, two texts, two lists.
  public func adding(_ other: Value) throws(OperationFailure) -> Value {
    switch (self, other) {
    case (.int(let left), .int(let right)): return .int(try Value.add(left, right))
    case (.int, .number), (.number, .int), (.number, .number):
      return .number(try doubleValue + other.doubleValue)
    case (.string(let left), .string(let right)): return .string(left + right)
    case (.list(let left), .list(let right)): return .list(left + right)
    case (.duration(let left), .duration(let right)): return .duration(try Value.add(left, right))
    case (.size(let left), .size(let right)): return .size(try Value.add(left, right))
    case (.datetime(let time), .duration(let duration)), (.duration(let duration), .datetime(let time)):
      guard let sum = time.adding(nanoseconds: duration) else { throw .overflow }
      return .datetime(sum)
    default: throw .mismatch
    }
  }

  /// `left - right`: numbers, durations, sizes, a datetime less a duration, and the duration between two datetimes.
  public func subtracting(_ other: Value) throws(OperationFailure) -> Value {
    switch (self, other) {
    case (.int(let left), .int(let right)): return .int(try Value.subtract(left, right))
    case (.int, .number), (.number, .int), (.number, .number):
      return .number(try doubleValue - other.doubleValue)
    case (.duration(let left), .duration(let right)): return .duration(try Value.subtract(left, right))
    case (.size(let left), .size(let right)): return .size(try Value.subtract(left, right))
    case (.datetime(let time), .duration(let duration)):
      guard let difference = time.adding(nanoseconds: try Value.subtract(0, duration)) else { throw .overflow }
      return .datetime(difference)
    case (.datetime(let left), .datetime(let right)):
      guard let difference = left.nanoseconds(since: right) else { throw .overflow }
      return .duration(difference)
    default: throw .mismatch
    }
  }

  /// `left * right`: numbers, and a duration or size by a number.
  public func multiplied(by other: Value) throws(OperationFailure) -> Value {
    switch (self, other) {
    case (.int(let left), .int(let right)): return .int(try Value.multiply(left, right))
    case (.int, .number), (.number, .int), (.number, .number):
      return .number(try doubleValue * other.doubleValue)
    case (.duration(let amount), .int(let factor)), (.int(let factor), .duration(let amount)):
      return .duration(try Value.multiply(amount, factor))
    case (.size(let amount), .int(let factor)), (.int(let factor), .size(let amount)):
      return .size(try Value.multiply(amount, factor))
    case (.duration(let amount), .number(let factor)), (.number(let factor), .duration(let amount)):
      return .duration(try Value.rounded(Double(amount) * factor))
    case (.size(let amount), .number(let factor)), (.number(let factor), .size(let amount)):
      return .size(try Value.rounded(Double(amount) * factor))
    default: throw .mismatch
    }
  }

  /// `left / right`. Two ints give an int when the division is exact and a number otherwise (`6 / 3` is 2, `7 / 2` is
  /// 3.5), so no digits are lost silently. A duration or size by its own kind is a number; by a number, its own kind.
  public func divided(by other: Value) throws(OperationFailure) -> Value {
    switch (self, other) {
    case (.int(let left), .int(let right)):
      guard right != 0 else { throw .divisionByZero }
      let (quotient, remainder) = (
        left.dividedReportingOverflow(by: right), left.remainderReportingOverflow(dividingBy: right)
      )
      if quotient.overflow { throw .overflow }
      return remainder.partialValue == 0 ? .int(quotient.partialValue) : .number(Double(left) / Double(right))
    case (.int, .number), (.number, .int), (.number, .number), (.duration, .duration), (.size, .size):
      let divisor = try other.doubleValue
      guard divisor != 0 else { throw .divisionByZero }
      return .number(try doubleValue / divisor)
    case (.duration, .int), (.duration, .number):
      let divisor = try other.doubleValue
      guard divisor != 0 else { throw .divisionByZero }
      return .duration(try Value.rounded(try doubleValue / divisor))
    case (.size, .int), (.size, .number):
      let divisor = try other.doubleValue
      guard divisor != 0 else { throw .divisionByZero }
      return .size(try Value.rounded(try doubleValue / divisor))
    default: throw .mismatch
    }
  }

  /// `left % right`: the remainder, with the sign of the left side.
  public func remainder(dividingBy other: Value) throws(OperationFailure) -> Value {
    switch (self, other) {
    case (.int(let left), .int(let right)): return .int(try Value.remainder(left, right))
    case (.duration(let left), .duration(let right)): return .duration(try Value.remainder(left, right))
    case (.size(let left), .size(let right)): return .size(try Value.remainder(left, right))
    case (.int, .number), (.number, .int), (.number, .number):
      let divisor = try other.doubleValue
      guard divisor != 0 else { throw .divisionByZero }
      return .number(try doubleValue.truncatingRemainder(dividingBy: divisor))
    default: throw .mismatch
    }
  }

  /// `-x` of a number, duration or size.
  public func negated() throws(OperationFailure) -> Value {
    switch self {
    case .int(let value): .int(try Value.subtract(0, value))
    case .number(let value): .number(-value)
    case .duration(let value): .duration(try Value.subtract(0, value))
    case .size(let value): .size(try Value.subtract(0, value))
    default: throw .mismatch
    }
  }

  /// The amount as a floating-point number.
  private var doubleValue: Double {
    get throws(OperationFailure) {
      switch self {
      case .int(let value), .duration(let value), .size(let value): Double(value)
      case .number(let value): value
      default: throw .mismatch
      }
    }
  }

  static func add(_ left: Int64, _ right: Int64) throws(OperationFailure) -> Int64 {
    let (result, overflow) = left.addingReportingOverflow(right)
    if overflow { throw .overflow }
    return result
  }

  static func subtract(_ left: Int64, _ right: Int64) throws(OperationFailure) -> Int64 {
    let (result, overflow) = left.subtractingReportingOverflow(right)
    if overflow { throw .overflow }
    return result
  }

  static func multiply(_ left: Int64, _ right: Int64) throws(OperationFailure) -> Int64 {
    let (result, overflow) = left.multipliedReportingOverflow(by: right)
    if overflow { throw .overflow }
    return result
  }

  private static func remainder(_ left: Int64, _ right: Int64) throws(OperationFailure) -> Int64 {
    guard right != 0 else { throw .divisionByZero }
    // The one overflow (the least integer by -1) has the remainder 0, which the partial value holds.
    return left.remainderReportingOverflow(dividingBy: right).partialValue
  }

  /// The nearest whole number.
  static func rounded(_ value: Double) throws(OperationFailure) -> Int64 {
    guard let result = Int64(exactly: value.rounded()) else { throw .overflow }
    return result
  }
}
