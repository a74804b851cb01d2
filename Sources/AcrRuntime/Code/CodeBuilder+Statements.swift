import AcrLanguage

extension CodeBuilder {
  /// Builds the statements of a block, inner blocks first, so that those of one block stand beside each other.
  mutating func block(_ block: CheckedBlock) -> Block {
    let built = block.statements.map { (statement($0), $0.span) }
    let first = statements.count
    for (statement, span) in built {
      statements.append(statement)
      statementSpans.append(span)
    }
    return Block(first: Int32(first), count: Int32(built.count))
  }

  private mutating func statement(_ statement: CheckedStatement) -> StatementNode {
    switch statement {
    case .declare(let variable, .statement(let inner, let span), _):
      return .declareFrom(variable, block(CheckedBlock(statements: [inner], span: span)))
    case .declare(let variable, let value, _): return .declare(variable, expression(value))
    case .destructure(let pattern, let value, _):
      let value = expression(value)
      return .destructure(taking(pattern), value)
    case .match(.slot(let slot), let subject, let branches, otherwise: let otherwise, let span):
      let subject = expression(subject)
      let choice = CheckedStatement.if(branches, otherwise: otherwise, span)
      // Without an arm but `else` there is nothing to choose.
      let body = branches.isEmpty ? otherwise : CheckedBlock(statements: [choice], span: span)
      return .match(slot: Int32(slot), subject, body.map { block($0) } ?? .empty)
    case .match(_, _, _, otherwise: _, let span): return .expression(expression(.constant(.null, span)))
    case .assert(let condition, message: let message, _):
      let condition = expression(condition)
      return .assertion(condition, message: message.map { expression($0) } ?? .none)
    case .assign(let place, .set, .statement(let inner, let span), _) where place.path.isEmpty:
      return .declareFrom(place.variable, block(CheckedBlock(statements: [inner], span: span)))
    case .assign(let place, let operation, let value, _): return assignment(place, operation, value)
    case .if(let branches, let otherwise, let span): return choice(branches[...], otherwise, span)
    case .for(let variable, in: let list, let body, _): return .for(variable, in: expression(list), block(body))
    case .while(let condition, let body, _): return .while(expression(condition), block(body))
    case .try(let body, catch: let handler, finally: let cleanup, _):
      let attempt = AttemptCode(
        body: block(body), handler: handler.map { ($0.variable, block($0.block)) }, cleanup: cleanup.map { block($0) })
      attempts.append(attempt)
      return .attempt(Int32(attempts.count - 1))
    case .throw(let value, _): return .throw(expression(value))
    case .return(.statement(let inner, let span)?, _):
      return .returnFrom(block(CheckedBlock(statements: [inner], span: span)))
    case .return(let value, _): return value.map { .return(expression($0)) } ?? .returnNothing
    case .exit(let value, _): return value.map { .exit(expression($0)) } ?? .exitNothing
    case .break: return .break
    case .continue: return .continue
    case .expression(let value, let isShown, _):
      return isShown ? .show(expression(value)) : .expression(expression(value))
    }
  }

  private mutating func choice(
    _ branches: ArraySlice<CheckedBranch>, _ otherwise: CheckedBlock?, _ span: Span
  ) -> StatementNode {
    guard let branch = branches.first else { return .expression(expression(.constant(.null, span))) }
    let condition = expression(branch.condition)
    let then = block(branch.block)
    if branches.count == 1 { return .if(condition, then: then, otherwise: otherwise.map { block($0) } ?? .empty) }
    let rest = choice(branches.dropFirst(), otherwise, span)
    statements.append(rest)
    statementSpans.append(span)
    return .if(condition, then: then, otherwise: Block(first: Int32(statements.count - 1), count: 1))
  }

  private mutating func assignment(
    _ place: CheckedPlace, _ operation: AssignmentOperator, _ value: CheckedExpression
  ) -> StatementNode {
    let value = expression(value)
    if place.path.isEmpty, operation == .set, case .slot(let slot) = place.variable {
      if case .binary(.add, let left, _) = nodes[Int(value.index)], case .slot(let added, _) = nodes[Int(left.index)],
        Int(added) == slot
      {
        return .grow(slot: Int32(slot), value)
      }
      return .set(slot: Int32(slot), value)
    }
    let path = place.path.map { step -> AssignmentCode.Step in
      switch step {
      case .field(let name, let span): .field(name, span)
      case .index(let index, let span): .index(expression(index), span)
      }
    }
    var growth: (place: NodeID, sum: AssignmentCode)?
    var growsGlobal = false
    if operation == .set, case .binary(.add, let left, let right) = nodes[Int(value.index)],
      isPlace(left, place.variable, path[...])
    {
      if path.isEmpty {
        growsGlobal = true
      } else {
        let sum = AssignmentCode(
          name: place.name, variable: place.variable, path: path, span: place.span, operation: .add, value: right)
        growth = (left, sum)
      }
    }
    assignments.append(
      AssignmentCode(
        name: place.name, variable: place.variable, path: path, span: place.span, operation: operation, value: value,
        growth: growth, growsGlobal: growsGlobal))
    let index = Int32(assignments.count - 1)
    if path.isEmpty, operation == .add, case .slot(let slot) = place.variable {
      return .add(slot: Int32(slot), value, assignment: index)
    }
    return .assign(index)
  }

  /// True for an expression that reads the very place of an assignment, and does nothing else.
  private func isPlace(
    _ node: NodeID, _ variable: VariableReference, _ path: ArraySlice<AssignmentCode.Step>
  ) -> Bool {
    guard let last = path.last else {
      switch (nodes[Int(node.index)], variable) {
      case (.slot(let slot, _), .slot(let wanted)): return Int(slot) == wanted
      case (.global(let global, _), .global(let wanted)): return Int(global) == wanted
      default: return false
      }
    }
    switch (nodes[Int(node.index)], last) {
    case (.field(let base, let name, isOptional: false), .field(let wanted, _)):
      return names[Int(name)] == wanted && isPlace(base, variable, path.dropLast())
    case (.item(let container, let index, isOptional: false), .index(let wanted, _)):
      return isSame(index, wanted) && isPlace(container, variable, path.dropLast())
    default: return false
    }
  }

  /// True for two expressions that give the same and do nothing else.
  private func isSame(_ one: NodeID, _ other: NodeID) -> Bool {
    switch (nodes[Int(one.index)], nodes[Int(other.index)]) {
    case (.integer(let one), .integer(let other)): return one == other
    case (.slot(let one, _), .slot(let other, _)): return one == other
    case (.global(let one, _), .global(let other, _)): return one == other
    case (.constant(let one), .constant(let other)):
      guard case .string(let one) = constants[Int(one)], case .string(let other) = constants[Int(other)] else {
        return false
      }
      return one == other
    case (.text(let one), .text(let other)):
      let (one, other) = (texts[Int(one)], texts[Int(other)])
      return one.count == other.count
        && zip(one, other).allSatisfy { one, other in
          switch (one, other) {
          case (.literal(let one), .literal(let other)): one == other
          case (.value(let one), .value(let other)): isSame(one, other)
          default: false
          }
        }
    default: return false
    }
  }

  // MARK: Calls

  mutating func call(_ call: CheckedCall) -> Int32 {
    let arguments = call.arguments.map { argument($0) }
    let values = call.values.map { expression($0) }
    var plain: [NodeID]? = []
    for argument in arguments {
      if case .expression(let value) = argument.value { plain?.append(value) } else { plain = nil }
    }
    let isPlain =
      plainFunctions[call.function] && isInOrder(call) && plain != nil && values.isEmpty && !call.takesInput
    let range = list(plain ?? [], types: plain == nil ? [] : arguments.map(\.type))
    callSites.append(CallSite(function: Int32(call.function), isPlain: isPlain, arguments: range))
    calls.append(
      CallCode(
        function: call.function, name: call.name, nameSpan: call.nameSpan, arguments: arguments, values: values,
        takesInput: call.takesInput))
    return Int32(calls.count - 1)
  }

  /// True when a call gives each parameter one argument, in order.
  private func isInOrder(_ call: CheckedCall) -> Bool {
    let names = parameterNames[call.function]
    return names.count == call.arguments.count && zip(names, call.arguments).allSatisfy { $0 == $1.parameter }
  }

  private mutating func argument(_ argument: CheckedArgument) -> ArgumentCode {
    let value: ArgumentCode.Value =
      switch argument.value {
      case .expression(let value): .expression(expression(value))
      case .expressions(let values): .expressions(values.map { expression($0) })
      case .on: .on
      case .block(let literal): .block(BlockCode(parameters: literal.parameters, body: block(literal.body)))
      }
    return ArgumentCode(parameter: argument.parameter, type: argument.type, value: value, span: argument.span)
  }

  // MARK: Pipelines

  mutating func pipeline(_ pipeline: CheckedPipeline) -> Int32 {
    let stages = pipeline.stages.map { stage -> PipelineCode.Stage in
      switch stage {
      case .expression(let value): .expression(expression(value))
      case .where(let condition, row: let row, let span): .where(expression(condition), row: row, span)
      case .extend(let entries, row: let row, let span):
        .extend(entries.map { ($0.name, expression($0.value)) }, row: row, span)
      case .command(let command):
        .command(
          CommandCode(
            name: command.name, nameSpan: command.nameSpan, arguments: command.arguments.map { argument($0) }))
      case .call(let call, let span): .call(self.call(call), span)
      }
    }
    pipelines.append(PipelineCode(stages))
    return Int32(pipelines.count - 1)
  }
}

extension Block {
  static let empty = Block(first: 0, count: 0)
}

extension CheckedStatement {
  var span: Span {
    switch self {
    case .declare(_, _, let span), .destructure(_, _, let span), .assign(_, _, _, let span),
      .if(_, otherwise: _, let span), .match(_, _, _, otherwise: _, let span), .assert(_, message: _, let span),
      .for(_, in: _, _, let span), .while(_, _, let span), .try(_, catch: _, finally: _, let span),
      .throw(_, let span), .return(_, let span), .exit(_, let span), .break(let span), .continue(let span),
      .expression(_, isShown: _, let span):
      span
    }
  }
}
