/// `if`, `match` and `try`, as statements and as values.
extension Checker {
  mutating func checkChoice(_ statement: Statement) -> CheckedStatement? {
    switch statement {
    case .if(let branches, let otherwise, let span):
      let checkedBranches = branches.map { branch in
        let condition = check(branch.condition)
        return CheckedBranch(condition: condition, block: check(branch.block))
      }
      return .if(checkedBranches, otherwise: otherwise.map { check($0) }, span)
    case .match(let match): return check(match)
    case .try(let body, let clause, let cleanup, let span):
      let checkedBody = check(body)
      let checkedClause = clause.map { clause in
        withScope { checker in
          let variable = clause.name.map { checker.declare($0, .caught, isRecord: true) }
          return CheckedCatch(variable: variable, block: checker.check(clause.block))
        }
      }
      return .try(checkedBody, catch: checkedClause, finally: cleanup.map { check($0) }, span)
    default: return nil
    }
  }

  /// `if`, `match` or `try` where a value stands.
  /// - Parameter isWhole: whether it is all of a statement's value, so that `return` and `break` in it leave the statement.
  mutating func checkValue(_ statement: Statement, isWhole: Bool) -> CheckedExpression {
    frame.contexts.append(isWhole ? .wholeValue : .value)
    defer { frame.contexts.removeLast() }
    guard let checked = checkChoice(statement) else { return .constant(.null, statement.span) }
    return .statement(checked, statement.span)
  }

  /// The value of a statement: a pipeline, or one `if`, `match` or `try`.
  mutating func checkWhole(_ pipeline: Pipeline, isWhole: Bool) -> CheckedExpression {
    if isWhole, pipeline.stages.count == 1, case .expression(.statement(let statement)) = pipeline.stages[0] {
      return checkValue(statement, isWhole: true)
    }
    return check(pipeline)
  }

  // MARK: `match`

  private mutating func check(_ match: Match) -> CheckedStatement {
    let subject = check(match.subject)
    let variable = newSlot()
    var reach = Reach()
    let branches = match.arms.map { arm in
      withScope { checker in
        checker.warnOfReach(arm, &reach)
        let pattern = checker.check(arm.pattern, as: .block)
        let fits = CheckedExpression.fits(pattern, variable, arm.pattern.span)
        let condition = arm.condition.map { guardExpression in
          let checked = checker.check(guardExpression)
          return CheckedExpression.binary(
            .and, fits, checked, operatorSpan: guardExpression.span, arm.pattern.span.to(guardExpression.span))
        }
        return CheckedBranch(condition: condition ?? fits, block: checker.check(arm.block))
      }
    }
    if let otherwise = match.otherwise {
      if reach.isComplete { report(.armNeverReached, otherwise.span) }
      return .match(variable, subject, branches, otherwise: check(otherwise), match.span)
    }
    let failure = CheckedStatement.expression(
      .unmatched(variable, match.subject.span), isShown: false, match.subject.span)
    return .match(
      variable, subject, branches, otherwise: CheckedBlock(statements: [failure], span: match.armsSpan), match.span)
  }

  /// What the arms above take.
  private struct Reach {
    var isComplete = false
    var constants: [Constant] = []
    var ranges: [ClosedRange<Int64>] = []
  }

  /// Warns of an arm that those above it leave nothing for.
  private func warnOfReach(_ arm: MatchArm, _ reach: inout Reach) {
    let isOpen = arm.condition == nil
    if reach.isComplete { report(.armNeverReached, arm.pattern.span) }
    let parts = if case .oneOf(let patterns, _) = arm.pattern { patterns } else { [arm.pattern] }
    for part in parts {
      switch part {
      case .anything: if isOpen { reach.isComplete = true }
      case .value(let value):
        guard let constant = Self.constant(of: value) else { continue }
        var isTaken = reach.constants.contains(constant)
        if case .int(let number) = constant { isTaken = isTaken || reach.ranges.contains { $0.contains(number) } }
        if isTaken, !reach.isComplete { report(.armNeverReached, part.span) }
        if isOpen { reach.constants.append(constant) }
      case .range(let from, let to, _):
        guard let lower = Self.bound(from, Int64.min), let upper = Self.bound(to, Int64.max) else { continue }
        if lower > upper {
          report(.emptyRange, part.span)
        } else {
          if reach.ranges.contains(where: { $0.contains(lower) && $0.contains(upper) }), !reach.isComplete {
            report(.armNeverReached, part.span)
          }
          if isOpen { reach.ranges.append(lower...upper) }
        }
      case .list(let items, _):
        let isLiteral = !items.isEmpty && items.allSatisfy { if case .value = $0 { true } else { false } }
        if isLiteral { report(.listOfLiterals(items.map { source.text($0.span) }), part.span) }
      default: continue
      }
    }
  }

  private static func bound(_ expression: Expression?, _ missing: Int64) -> Int64? {
    guard let expression else { return missing }
    guard case .int(let number)? = constant(of: expression) else { return nil }
    return number
  }

  private static func constant(of expression: Expression) -> Constant? {
    switch expression {
    case .constant(let constant, _): constant
    case .text(let text): text.constant.map(Constant.string)
    default: nil
    }
  }

  // MARK: Patterns

  /// Checks a pattern and declares its names.
  mutating func check(_ pattern: ValuePattern, as kind: Variable.Kind) -> CheckedPattern {
    switch pattern {
    case .name(let name): return .bind(declare(name, kind))
    case .anything: return .anything
    case .value(let value): return .value(check(value))
    case .comparison(let operation, let operand, _): return .comparison(operation, check(operand))
    case .range(let from, let to, _):
      let start = from.map { check($0) }
      return .range(from: start, to: to.map { check($0) })
    case .record(let fields, let rest, let span):
      let checked = fields.map {
        CheckedPattern.Field(
          name: $0.name.text, isOptional: $0.isOptional, pattern: check($0.pattern, as: kind), span: $0.name.span)
      }
      return .record(checked, rest: rest.map { check($0, as: kind) }, span)
    case .list(let items, let span):
      var rest: CheckedPattern?
      var checked: [CheckedPattern] = []
      for item in items {
        if case .rest = item {
          rest = check(item, as: kind)
        } else {
          checked.append(check(item, as: kind))
        }
      }
      return .list(checked, rest: rest, span)
    case .rest(let name, _): return name.map { .bind(declare($0, kind)) } ?? .anything
    case .oneOf(let patterns, let span):
      if let name = pattern.names.first { report(.nameInAlternative(name.text), span) }
      return .oneOf(patterns.map { check($0, as: kind) })
    }
  }

  /// Declares what a loop or a block takes: the variable that gets the value, and the statement that takes it apart.
  mutating func declare(
    _ pattern: ValuePattern, _ kind: Variable.Kind
  ) -> (variable: VariableReference, taking: CheckedStatement?) {
    if case .name(let name) = pattern { return (declare(name, kind), nil) }
    let variable = newSlot()
    let checked = check(pattern, as: kind)
    return (variable, .destructure(checked, .variable(variable, name: "", pattern.span), pattern.span))
  }

  /// `let` and `var`.
  mutating func checkDeclaration(
    _ pattern: ValuePattern, _ isMutable: Bool, _ pipeline: Pipeline, _ span: Span
  ) -> CheckedStatement {
    let kind: Variable.Kind = isMutable ? .var : .let
    guard case .name(let name) = pattern else {
      let value = checkWhole(pipeline, isWhole: false)
      return .destructure(check(pattern, as: kind), value, span)
    }
    // A block that is a value may call itself by its name.
    if pipeline.stages.count == 1, case .expression(.closure(let literal)) = pipeline.stages[0] {
      let reference = declare(name, kind)
      let declared = variables.count - 1
      let wasUsed = variables[declared].isUsed
      let value = checkClosure(literal, ownName: reference)
      variables[declared].isUsed = wasUsed
      return .declare(reference, value, span)
    }
    let value = checkWhole(pipeline, isWhole: true)
    let isRecord = if case .record = value { true } else { false }
    return .declare(declare(name, kind, isRecord: isRecord), value, span)
  }

  // MARK: Blocks that are values

  mutating func checkClosure(_ literal: BlockLiteral, ownName: VariableReference? = nil) -> CheckedExpression {
    frame.contexts.append(.closure(scopeCount: scopes.count))
    frame.captures.append(Frame.Captures(scopeCount: scopes.count))
    let names = literal.parameters.isEmpty && !literal.hasBars
    let (parameters, body): ([VariableReference], CheckedBlock) =
      names
      ? withRow(literal.block.span) { checker, row in ([row], checker.check(literal.block)) }
      : withScope { checker in
        let declared = literal.parameters.map { checker.declare($0, .block) }
        let body = checker.check(literal.block)
        return (declared.map(\.variable), body.with(declared.compactMap(\.taking)))
      }
    frame.contexts.removeLast()
    var slots = frame.captures.removeLast().slots
    var ownSlot: Int?
    if case .slot(let slot)? = ownName, slots.remove(slot) != nil { ownSlot = slot }
    return .closure(
      CheckedClosure(parameters: parameters, body: body, captures: slots.sorted(), ownSlot: ownSlot),
      literal.block.span)
  }

  /// Notes that blocks that are values read a variable of the frame around them.
  mutating func noteCapture(_ reference: VariableReference, scope: Int) {
    guard case .slot(let slot) = reference else { return }
    for index in frame.captures.indices where scope < frame.captures[index].scopeCount {
      frame.captures[index].slots.insert(slot)
    }
  }

  // MARK: Choices

  /// The values behind `in [ … ]` of a parameter.
  func checkChoices(_ parameter: Parameter, _ defaultValue: CheckedExpression?) -> [Constant] {
    guard let written = parameter.choices else { return [] }
    guard let constants = parameter.choiceConstants, !constants.isEmpty else {
      report(.choicesNotWritten, written.span)
      return []
    }
    for constant in constants {
      let expression = CheckedExpression.constant(constant, written.span)
      if let found = Self.staticType(of: expression), !Self.accepts(parameter.type, found) {
        report(.wrongType(parameter.name.text, parameter.type, found: found), written.span)
      }
    }
    if case .constant(let value, let span)? = defaultValue, value != .null, !constants.contains(value) {
      report(.notAChoice(parameter.name.text, constants.map(\.written)), span)
    }
    return constants
  }
}

extension CheckedBlock {
  /// The block with what takes its values apart in front.
  func with(_ taking: CheckedStatement?) -> CheckedBlock { with(taking.map { [$0] } ?? []) }

  func with(_ taking: [CheckedStatement]) -> CheckedBlock {
    taking.isEmpty ? self : CheckedBlock(statements: taking + statements, span: span)
  }
}

extension Frame.Context {
  /// True for `if`, `match` or `try` as a part of a value.
  var isValue: Bool { if case .value = self { true } else { false } }
}
