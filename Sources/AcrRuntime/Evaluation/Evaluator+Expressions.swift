import AcrCore
import AcrLanguage

extension Evaluator {
  /// The value of an expression.
  func value(_ id: NodeID, _ frame: inout Frame) throws -> Value {
    switch code[id] {
    case .slot(let index, _): return frame.slots[Int(index)]
    case .integer(let value): return .int(value)
    case .binary(let operation, let left, let right): return try binary(operation, left, right, id, &frame)
    case .call(let index): return try call(index, &frame)
    case .constant(let index): return code.constants[Int(index)]
    case .field(let base, let name, let isOptional):
      return try field(code.name(name), of: try value(base, &frame), base, isOptional: isOptional, id, frame)
    case .and(let left, let right):
      return .bool(try condition(left, &frame, of: "`and`") ? try condition(right, &frame, of: "`and`") : false)
    case .or(let left, let right):
      return .bool(try condition(left, &frame, of: "`or`") ? true : try condition(right, &frame, of: "`or`"))
    case .not(let operand): return .bool(!(try condition(operand, &frame, of: "`not`")))
    case .coalesce(let left, let right):
      let first = try value(left, &frame)
      return first.isNull ? try value(right, &frame) : first
    case .global(let index, _): return globals.values[Int(index)]
    default: return try composedValue(id, &frame)
    }
  }

  /// The value of an expression that makes something new, which takes longer than the step to it.
  @inline(never)
  private func composedValue(_ id: NodeID, _ frame: inout Frame) throws -> Value {
    switch code[id] {
    case .text(let index): return .string(try text(code.texts[Int(index)], id, &frame))
    case .function(let index, let arguments):
      return try function(code.functions[Int(index)], arguments, id, &frame)
    case .item(let container, let index, let isOptional):
      let value = try value(container, &frame)
      if isOptional, value.isNull { return .null }
      let position = try holding(value) { try self.value(index, &frame) }
      if isOptional, Evaluator.isMissing(position, in: value) { return .null }
      return try item(at: position, of: value, container, index, frame)
    case .slice(let base, let from, let to): return try slice(base, from, to, id, &frame)
    case .apply(let called, let arguments): return try apply(called, arguments, id, &frame)
    case .closure(let index): return try closure(code.closures[Int(index)], frame, code.span(id))
    case .statement(let index): return try statementValue(index, &frame)
    case .fits(let index, let slot):
      return .bool(try fits(code.takings[Int(index)], frame.slots[Int(slot)], &frame))
    case .unmatched(let slot): throw unmatched(frame.slots[Int(slot)], id, frame)
    case .spreadList(let range): return .list(try spreadValues(range, &frame))
    case .spreadRecord(let range, let names):
      return try spreadRecord(range, code.spreadNames[Int(names)], &frame)
    case .spreadFunction(let index, let range):
      return try spreadFunction(code.functions[Int(index)], range, id, &frame)
    case .environmentItem(let name, let isOptional):
      let value = try value(name, &frame)
      guard case .string(let name) = value else {
        throw failure("the name of an environment variable is a string, not \(value.typePhrase)", frame, code.span(id))
      }
      return try environment(name, isOptional, id, frame)
    case .list(let range):
      try charge(HeapSize.list(Int(range.count)), frame, code.span(id))
      return .list(try values(range, &frame))
    case .record(let index, let first):
      let shape = code.shapes[Int(index)]
      let range = NodeRange(first: first, count: Int32(shape.names.count))
      try charge(HeapSize.list(shape.names.count), frame, code.span(id))
      return .record(Record(shape: shape, values: try values(range, &frame)))
    case .pipeline(let index): return try value(code.pipelines[Int(index)], &frame)
    case .minus(let operand): return try negated(operand, id, &frame)
    case .environment(let name, let isOptional): return try environment(code.name(name), isOptional, id, frame)
    default: return .null
    }
  }

  /// The value of `if`, `match` or `try`. Only `exit` leaves it, which the check sees to.
  private func statementValue(_ index: Int32, _ frame: inout Frame) throws -> Value {
    let completion = try execute(Block(first: index, count: 1), &frame, keepsValue: true)
    let result = frame.result
    frame.result = .null
    if completion == .exited { throw ExitRequest(result) }
    return result
  }

  /// True where `x?[index]` gives null.
  private static func isMissing(_ index: Value, in container: Value) -> Bool {
    switch (container, index) {
    case (.list(let items), .int(let index)): !(-items.count..<items.count).contains(Int(clamping: index))
    case (.record(let record), .string(let name)): record.shape.index(of: name) == nil
    default: false
    }
  }

  /// The values of several expressions.
  func values(_ range: NodeRange, _ frame: inout Frame) throws -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(Int(range.count))
    let place = meter.place
    defer { meter.release(place) }
    for position in Int(range.first)..<Int(range.first + range.count) {
      let value = try value(code.lists[position], &frame)
      values.append(value)
      meter.hold(value)
    }
    return values
  }

  /// Evaluates something while a value is held that no variable holds.
  @inline(__always)
  func holding<Result>(_ value: @autoclosure () -> Value, _ body: () throws -> Result) rethrows -> Result {
    guard meter.isCounting else { return try body() }
    let place = meter.place
    meter.hold(value())
    defer { meter.release(place) }
    return try body()
  }

  private func environment(
    _ name: String, _ isOptional: Bool, _ id: NodeID, _ frame: borrowing Frame
  ) throws -> Value {
    if let text = run.host.environment[name] { return .string(text) }
    if isOptional { return .null }
    throw failure(
      .usage, "there is no environment variable `\(name)`", frame, code.span(id),
      help: "`$env?.\(name) ?? \"…\"` gives it a default")
  }

  private func negated(_ operand: NodeID, _ id: NodeID, _ frame: inout Frame) throws -> Value {
    let value = try value(operand, &frame)
    do throws(OperationFailure) {
      return try value.negated()
    } catch {
      let span = code.span(id)
      guard case .mismatch = error else { throw failure("the result is too large for an int", frame, span) }
      throw failure("cannot negate \(self.operand(value, operand))", frame, span)
    }
  }

  /// The value of an operand. Most are variables and numbers, which need no call.
  @inline(__always)
  private func operandValue(_ id: NodeID, _ frame: inout Frame) throws -> Value {
    switch code[id] {
    case .slot(let index, _):
      if case .int(let value) = frame.slots[Int(index)] { return .int(value) }
      return frame.slots[Int(index)]
    case .integer(let value): return .int(value)
    default: return try value(id, &frame)
    }
  }

  @inline(__always)
  private func binary(
    _ operation: BinaryOperator, _ left: NodeID, _ right: NodeID, _ id: NodeID, _ frame: inout Frame
  ) throws -> Value {
    let leftValue = try operandValue(left, &frame)
    guard case .int(let a) = leftValue else { return try general(operation, leftValue, left, right, id, &frame) }
    let rightValue = try operandValue(right, &frame)
    if case .int(let b) = rightValue {
      switch operation {
      case .add:
        let (sum, overflow) = a.addingReportingOverflow(b)
        if !overflow { return .int(sum) }
      case .subtract:
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        if !overflow { return .int(difference) }
      case .multiply:
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        if !overflow { return .int(product) }
      case .modulo where b > 0: return .int(a % b)
      case .less: return .bool(a < b)
      case .lessOrEqual: return .bool(a <= b)
      case .greater: return .bool(a > b)
      case .greaterOrEqual: return .bool(a >= b)
      case .equal: return .bool(a == b)
      case .notEqual: return .bool(a != b)
      default: break
      }
    }
    return try result(of: operation, leftValue, rightValue, left, right, id, frame)
  }

  /// An operator whose left side is no int.
  @inline(never)
  private func general(
    _ operation: BinaryOperator, _ leftValue: Value, _ left: NodeID, _ right: NodeID, _ id: NodeID,
    _ frame: inout Frame
  ) throws -> Value {
    let rightValue = try holding(leftValue) { try value(right, &frame) }
    return try result(of: operation, leftValue, rightValue, left, right, id, frame)
  }

  /// An operator on any two values.
  @inline(never)
  func result(
    of operation: BinaryOperator, _ leftValue: Value, _ rightValue: Value, _ left: NodeID, _ right: NodeID,
    _ id: NodeID, _ frame: borrowing Frame
  ) throws -> Value {
    if operation == .add, meter.isCounting {
      let place = meter.place
      defer { meter.release(place) }
      meter.hold(leftValue)
      meter.hold(rightValue)
      try charge(HeapSize.sum(leftValue, rightValue), frame, code.innerSpan(id))
    }
    do throws(OperationFailure) {
      return try apply(operation, leftValue, rightValue)
    } catch {
      throw explain(
        error, operation, operand(leftValue, left), operand(rightValue, right), leftValue, rightValue, frame,
        code.innerSpan(id))
    }
  }

  /// An operator on two values, but for those that do not always evaluate both sides.
  func apply(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws(OperationFailure) -> Value {
    switch operation {
    case .add: try left.adding(right)
    case .subtract: try left.subtracting(right)
    case .multiply: try left.multiplied(by: right)
    case .divide: try left.divided(by: right)
    case .modulo: try left.remainder(dividingBy: right)
    case .equal: .bool(try equal(left, right))
    case .notEqual: .bool(!(try equal(left, right)))
    case .less: .bool(try left.order(right) < 0)
    case .lessOrEqual: .bool(try left.order(right) <= 0)
    case .greater: .bool(try left.order(right) > 0)
    case .greaterOrEqual: .bool(try left.order(right) >= 0)
    case .like: .bool(try left.isLike(right))
    case .contained: .bool(try left.isContained(in: right, meter))
    case .notContained: .bool(!(try left.isContained(in: right, meter)))
    case .matches: .bool(try patterns.matches(left, right, meter))
    case .notMatches: .bool(!(try patterns.matches(left, right, meter)))
    case .and, .or, .coalesce: throw .mismatch
    }
  }

  private func equal(_ left: Value, _ right: Value) throws(OperationFailure) -> Bool {
    // What can never be equal is a mistake: nothing would tell that the condition never holds.
    guard left.mayEqual(right) else { throw .mismatch }
    return try left.equals(right, meter)
  }

  /// The sentence for an operator that failed.
  func explain(
    _ failure: OperationFailure, _ operation: BinaryOperator, _ left: String, _ right: String, _ leftValue: Value,
    _ rightValue: Value, _ frame: borrowing Frame, _ span: Span
  ) -> RuntimeError {
    switch failure {
    case .overflow: return self.failure(Evaluator.overflow(operation, leftValue, rightValue), frame, span)
    case .divisionByZero: return self.failure("division by zero", frame, span)
    case .other(let error): return RuntimeError(error, source: frame.source, span: span)
    case .mismatch: break
    }
    let message = operation.mismatch(left, right)
    var help: String?
    switch (operation, leftValue, rightValue) {
    case _ where leftValue.holdsSecret || rightValue.holdsSecret:
      help = "a secret can only be passed on; `reveal(…)` gives its text"
    case (_, .string(let text), .int), (_, .int, .string(let text)), (_, .string(let text), .number),
      (_, .number, .string(let text)):
      // `f 4` of a `def` whose parameter has no type is how it mostly comes about.
      let reads = operation == .add ? "\"${…}\" puts a value into text; `int(…)` reads a number from text" : nil
      help =
        Constant(number: text) == nil
        ? reads ?? "`int(…)` reads a number from text"
        : "`int(…)` reads a number from text; a word given to a `def` is a number where a type says so: `n: int`"
    case (.add, .string, _), (.add, _, .string):
      help = "\"${…}\" puts a value into text; `int(…)` reads a number from text"
    case (_, .null, _), (_, _, .null): help = "`?? …` replaces null"
    case (.equal, .size, .int), (.equal, .int, .size), (.notEqual, .size, .int), (.notEqual, .int, .size),
      (.less, .size, .int), (.less, .int, .size), (.greater, .size, .int), (.greater, .int, .size):
      help = "a size has a unit: `200MB`; of a number, `1B * $n` makes one"
    case (.equal, .duration, .int), (.equal, .int, .duration), (.notEqual, .duration, .int),
      (.notEqual, .int, .duration), (.less, .duration, .int), (.greater, .duration, .int):
      help = "a duration has a unit: `30s`; of a number, `1s * $n` makes one"
    case (.equal, .bool, .string), (.equal, .string, .bool), (.notEqual, .bool, .string), (.notEqual, .string, .bool):
      help = "`true` and `false` stand without quotes"
    case (_, .string, .datetime), (_, .datetime, .string): help = "`date(…)` reads a datetime from text"
    default: break
    }
    return self.failure(message, frame, span, help: help)
  }

  private static func overflow(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> String {
    switch (left, right) {
    case (.datetime, .datetime): "the two datetimes are more than 292 years apart, which no duration can hold"
    case (.datetime, _), (_, .datetime): "the result of `\(operation.rawValue)` is outside of the years 0 to 9999"
    default: "the result of `\(operation.rawValue)` does not fit 64 bits"
    }
  }
}
