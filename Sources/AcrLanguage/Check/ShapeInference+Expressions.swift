/// The shapes of expressions.
extension ShapeInference {
  /// The shape of a value. Everything in the expression is looked at.
  func infer(_ expression: CheckedExpression) -> ValueShape {
    switch expression {
    case .constant(let constant, _): return ValueShape(constant)
    case .text(let pieces, _):
      for case .value(let value) in pieces { checkText(value) }
      return .string
    case .variable(let variable, _, let span):
      let shape = shape(of: variable)
      note(shape, at: span)
      return shape
    case .environment(_, let isOptional, _): return isOptional ? .optional(.string) : .string
    case .environmentItem(let name, let isOptional, _):
      let shape = infer(name)
      refuse(name, shape, unless: shape == .string, "the name of an environment variable is a string, not")
      return isOptional ? .optional(.string) : .string
    case .field(let inner, let name, let isOptional, let nameSpan, _):
      return field(name, of: inner, isOptional: isOptional, nameSpan)
    case .index(let inner, let index, let isOptional, _): return item(index, of: inner, isOptional: isOptional)
    case .slice(let inner, let from, let to, let span): return slice(inner, from, to, span)
    case .unary(let operation, let operand, let span): return unary(operation, operand, span)
    case .binary(let operation, let left, let right, let operatorSpan, _):
      return binary(operation, left, right, operatorSpan)
    case .builtin(let name, let values, _): return function(name, values)
    case .call(let call, _): return infer(call, from: nil)
    case .apply(let called, let values, _):
      let shape = infer(called)
      refuse(called, shape, unless: shape == .block, "a block can be called, and this is")
      for value in values { _ = infer(value) }
      return .any
    case .closure(let closure, _):
      look(closure)
      return .block
    case .list(let items, _): return list(items)
    case .record(let entries, _): return record(entries)
    // What is around it says what may be spread.
    case .spread(let inner, _): return infer(inner)
    case .pipeline(let pipeline): return infer(pipeline)
    case .statement(let statement, _): return look(statement)
    case .fits(let pattern, let variable, _):
      match(pattern, shape(of: variable))
      return .bool
    case .unmatched: return .never
    }
  }

  // MARK: Operators

  private func unary(_ operation: UnaryOperator, _ operand: CheckedExpression, _ span: Span) -> ValueShape {
    switch operation {
    case .not:
      check(operand, of: "`not`")
      return .bool
    case .minus:
      let shape = infer(operand)
      switch shape {
      case .int, .number, .duration, .size: return shape
      default:
        if shape.isCertain {
          report(.misfit("cannot negate \(phrase(shape, operand))", isCertain: isWrittenOut(operand)), span)
        }
        return .any
      }
    }
  }

  private func binary(
    _ operation: BinaryOperator, _ left: CheckedExpression, _ right: CheckedExpression, _ operatorSpan: Span
  ) -> ValueShape {
    switch operation {
    case .and, .or:
      let what = "`\(operation.rawValue)`"
      check(left, of: what)
      // The left side may decide alone.
      handled(.perhaps) { check(right, of: what) }
      return .bool
    case .coalesce:
      let one = infer(left)
      return ValueShape.result(of: operation, one, handled(.perhaps) { infer(right) }) ?? .any
    default: break
    }
    let one = infer(left)
    let two = infer(right)
    if operation == .matches || operation == .notMatches { checkPattern(right) }
    guard let result = ValueShape.result(of: operation, one, two) else {
      report(
        .operation(
          operation, phrase(one, left), phrase(two, right), hint: TypeFinding.hint(operation, one, two),
          isCertain: isWrittenOut(left) && isWrittenOut(right)), operatorSpan)
      return .any
    }
    return result
  }

  /// A regular expression that is written out: what is wrong with it is marked inside it.
  func checkPattern(_ pattern: CheckedExpression) {
    guard case .constant(.string(let text), let span) = pattern, let problem = program.catalog.checkPattern?(text)
    else { return }
    report(.noPattern(problem), problem.range.map { code.source.span(of: $0, in: text, writtenAt: span) } ?? span)
  }

  private func checkText(_ value: CheckedExpression) {
    let shape = infer(value)
    let subject = subject(value) ?? "this"
    let path = subject.hasPrefix("`$") ? String(subject.dropFirst(2).dropLast()) : nil
    let cure: String
    switch shape {
    case .secret: return report(.secretInText(subject), value.span)
    case .list: cure = path.map { "write `${join($\($0), \",\")}` or `${\($0)[0]}`" } ?? "join its items or take one"
    // A variable that is a record is told of by the names.
    case .record(let record):
      if case .variable = value { return }
      cure = path.map { "write `${\($0).\(record.names.first ?? "name")}`" } ?? "take a field of it"
    case .block: cure = "call it"
    default: return
    }
    report(.misfit("\(subject) is \(shape.phrase): \(cure)", isCertain: isWrittenOut(value)), value.span)
  }

  // MARK: Functions

  private func function(_ name: String, _ values: [CheckedExpression]) -> ValueShape {
    let shapes = values.map { infer($0) }
    let result = ValueShape.result(ofFunction: name, shapes)
    if values.contains(where: { if case .spread = $0 { true } else { false } }) { return result }
    for (index, (value, shape)) in zip(values, shapes).enumerated() {
      guard let needed = ValueShape.needed(byFunction: name, at: index) else { continue }
      let place = values.count == 1 ? "" : [" first", " second", " third"][min(index, 2)]
      refuse(value, shape, unless: shape.isKind(of: needed), "`\(name)` takes \(needed.phrase)\(place), and this is")
    }
    if let index = ValueShape.patternArgument(ofFunction: name), index < values.count { checkPattern(values[index]) }
    if let index = ValueShape.columnArgument(ofFunction: name), index < values.count,
      case .list = shapes[0].withoutNull, let known = shapes[0].row
    {
      checkColumn(values[index], known)
    }
    return result
  }

  /// - Parameter input: what stands before the pipe; nil for none.
  func infer(_ call: CheckedCall, from input: ValueShape?) -> ValueShape {
    let function = call.function < program.functions.count ? program.functions[call.function] : nil
    for argument in call.arguments {
      let kind = function?.parameters.first { $0.name == argument.parameter }?.kind
      let isFlag = kind == .flag || kind == .switch
      look(argument, of: call.name, isFlag: isFlag, values: [])
    }
    for value in call.values { _ = infer(value) }
    if let input, call.takesInput, let parameter = function?.parameters.first(where: { $0.kind == .input }),
      !input.mayBecome(parameter.type)
    {
      report(
        .misfit(
          "`\(parameter.name)` of `\(call.name)` takes \(ValueShape(parameter.type).phrase), and the pipe gives \(input.phrase)",
          help: TypeFinding.argumentHelp(parameter.type, input), isCertain: false), call.nameSpan)
    }
    return result(ofFunction: call.function)
  }

  /// Looks at what is given for a parameter, and gives the shape of it, or of what its block gives.
  /// - Parameter values: what the values of a block are.
  @discardableResult
  func look(_ argument: CheckedArgument, of command: String, isFlag: Bool, values: [ValueShape]) -> ValueShape {
    let name = isFlag ? "--\(String(argument.parameter.map { $0 == "_" ? "-" : $0 }))" : argument.parameter
    let refuse = { [self] (value: CheckedExpression, shape: ValueShape) in
      // What is written out was looked at when it was bound.
      guard !shape.mayBecome(argument.type), Checker.staticType(of: value) == nil else { return }
      report(
        .misfit(
          "`\(name)` of `\(command)` takes \(ValueShape(argument.type).phrase), and this is \(phrase(shape, value))",
          help: TypeFinding.argumentHelp(argument.type, shape), isCertain: shape == .secret), value.span)
    }
    switch argument.value {
    case .expression(.spread(let inner, _)):
      spread(inner)
      return .any
    case .expression(let value):
      let shape = infer(value)
      refuse(value, shape)
      return shape
    case .expressions(let items):
      for item in items {
        if case .spread(let inner, _) = item {
          spread(inner)
        } else {
          refuse(item, infer(item))
        }
      }
      return .any
    case .on: return .bool
    case .block(let literal):
      for (index, parameter) in literal.parameters.enumerated() {
        set(parameter, index < values.count ? values[index] : .any)
      }
      return look(literal.body)
    }
  }

  /// What `...x` gives in a list or among arguments.
  @discardableResult
  private func spread(_ inner: CheckedExpression) -> ValueShape {
    let shape = infer(inner)
    refuse(inner, shape, unless: shape.isList, "`...` spreads a list, and this is")
    return shape.withoutNull.item
  }

  // MARK: Lists and records

  /// How many different items of a list are looked at before it counts as a list of anything.
  private static let mostKinds = 32

  private func list(_ items: [CheckedExpression]) -> ValueShape {
    var shape = ValueShape.never
    var kinds = 0
    for item in items {
      let next = if case .spread(let inner, _) = item { spread(inner) } else { infer(item) }
      if next == shape { continue }
      kinds += 1
      shape = kinds > Self.mostKinds ? .any : shape.join(next)
    }
    return .listing(shape)
  }

  private func record(_ entries: [CheckedEntry]) -> ValueShape {
    var record = RecordShape([], isOpen: false)
    for entry in entries {
      guard case .spread(let inner, _) = entry.value else {
        record.set(entry.name, infer(entry.value))
        continue
      }
      let shape = infer(inner)
      if case .record(let other) = shape.withoutNull {
        record.merge(other)
      } else {
        refuse(inner, shape, unless: false, "`...` in a record spreads a record, and this is")
        record.merge(RecordShape([], isOpen: true))
      }
    }
    // A record that is made of rows is the script's own.
    record.command = nil
    return .record(record)
  }

  // MARK: Fields and items

  private func field(
    _ name: String, of inner: CheckedExpression, isOptional: Bool, _ nameSpan: Span
  ) -> ValueShape {
    let shape = infer(inner)
    switch shape.withoutNull {
    case .record(let record), .rows(let record):
      if let found = record[name] { return isOptional ? found.orNull : found }
      if !isOptional, record.lacks(name) { reportMissing(name, of: record, subject(inner), nameSpan) }
      return .any
    case .list:
      if shape.isCertain { report(.noFields(phrase(shape, inner), field: name, isList: true), nameSpan) }
      return .any
    case .int, .number, .bool, .string, .duration, .size, .datetime, .secret, .block:
      if shape.isCertain { report(.noFields(phrase(shape, inner), field: name, isList: false), nameSpan) }
      return .any
    case .any, .never, .null, .optional: return .any
    }
  }

  private func item(_ index: CheckedExpression, of inner: CheckedExpression, isOptional: Bool) -> ValueShape {
    let shape = infer(inner)
    let position = infer(index)
    var found = ValueShape.any
    switch shape.withoutNull {
    case .list(let item):
      refuse(
        index, position, unless: position == .int || position == .number, "a list is indexed by an int, not by")
      found = item
    case .record(let record):
      refuse(index, position, unless: position == .string, "a record is indexed by a string, not by")
      guard case .constant(.string(let name), let span) = index else { break }
      found = record[name] ?? .any
      if !isOptional, record.lacks(name) { reportMissing(name, of: record, subject(inner), span) }
    case .rows(let record):
      if position == .int { found = ValueShape.rows(record).item }
    case .int, .number, .bool, .string, .duration, .size, .datetime, .secret, .block:
      refuse(inner, shape, unless: false, "only lists and records have items, and this is")
    case .any, .never, .null, .optional: break
    }
    return isOptional ? found.orNull : found
  }

  private func slice(
    _ inner: CheckedExpression, _ from: CheckedExpression?, _ to: CheckedExpression?, _ span: Span
  ) -> ValueShape {
    let shape = infer(inner)
    for end in [from, to].compactMap(\.self) {
      let position = infer(end)
      refuse(
        end, position, unless: position == .int || position == .number, "the ends of `[from..to]` are ints, not")
    }
    switch shape.withoutNull {
    case .list, .string: return shape.withoutNull
    case .rows: return shape.listed
    case .any, .never, .null, .optional: return .any
    case .int, .number, .bool, .duration, .size, .datetime, .secret, .block, .record:
      refuse(inner, shape, unless: false, "lists and strings have a part `[from..to]`, and this is")
      return .any
    }
  }
}
