extension Checker {
  mutating func checkStatements(_ statements: [Statement]) -> [CheckedStatement] {
    var checked: [CheckedStatement] = []
    checked.reserveCapacity(statements.count)
    var ended: String?
    var paramsAreOver = false
    for statement in statements {
      if let word = ended {
        if case .definition = statement {
        } else {
          report(.unreachable(word), statement.span)
          ended = nil
        }
      }
      switch statement {
      case .param(let parameter, _):
        checkScriptParameter(parameter, isFirst: !paramsAreOver)
        continue
      case .definition(let definition):
        checkDefinition(definition)
      case .use(let path, let alias, let span):
        if let initializer = loadModule(path, alias, span) { checked.append(initializer) }
      default:
        if isModule, frame.isTopLevel, scopes.count == 2 {
          guard case .variable(_, isMutable: false, _, _) = statement else {
            report(.statementInModule, statement.span)
            continue
          }
        }
        if let result = check(statement) { checked.append(result) }
      }
      paramsAreOver = true
      switch statement {
      case .return: ended = "return"
      case .throw: ended = "throw"
      case .exit: ended = "exit"
      case .break: ended = "break"
      case .continue: ended = "continue"
      default: break
      }
    }
    return checked
  }

  private mutating func check(_ statement: Statement) -> CheckedStatement? {
    switch statement {
    case .variable(let pattern, let isMutable, let pipeline, let span):
      return checkDeclaration(pattern, isMutable, pipeline, span)
    case .assign(let place, let operation, let pipeline, let span):
      let value = checkWhole(pipeline, isWhole: operation == .set && place.path.isEmpty)
      return checkPlace(place).map { .assign($0, operation, value, span) }
    case .if, .match, .try: return checkChoice(statement)
    case .assert(let condition, let message, let span):
      let checked = check(condition)
      return .assert(checked, message: message.map { check($0) }, span)
    case .for(let pattern, let list, let block, let span):
      let items = check(list)
      return withScope { checker in
        let (variable, taking) = checker.declare(pattern, .loop)
        checker.frame.contexts.append(.loop)
        let body = checker.check(block)
        checker.frame.contexts.removeLast()
        return .for(variable, in: items, body.with(taking), span)
      }
    case .while(let condition, let block, let span):
      let checkedCondition = check(condition)
      frame.contexts.append(.loop)
      let body = check(block)
      frame.contexts.removeLast()
      return .while(checkedCondition, body, span)
    case .throw(let value, let span): return .throw(check(value), span)
    case .return(let value, let span):
      if frame.isTopLevel, frame.isShowing {
        report(.returnAtTop, Span(span.start, span.start + 6))
      } else if frame.isTopLevel, frame.letsReturn {
        report(.returnAtTop, Span(span.start, span.start + 6))
      } else if let context = frame.contexts.last(where: { !$0.lets }) {
        report(context.isValue ? .leavesValue("return") : .returnInBlock, Span(span.start, span.start + 6))
      }
      return .return(value.map { checkWhole($0, isWhole: true) }, span)
    case .exit(let value, let span): return .exit(value.map { check($0) }, span)
    case .break(let span):
      checkLoopWord("break", span)
      return .break(span)
    case .continue(let span):
      checkLoopWord("continue", span)
      return .continue(span)
    case .pipeline(let pipeline):
      let isShown = frame.isShowing
      return .expression(check(pipeline), isShown: isShown, pipeline.span)
    case .param, .definition, .use: return nil
    }
  }

  private func checkLoopWord(_ word: String, _ span: Span) {
    switch frame.contexts.last(where: { if case .wholeValue = $0 { false } else { true } }) {
    case .loop: break
    case .value: report(.leavesValue(word), span)
    case .block, .parallelBlock, .closure: report(.loopWordInBlock(word), span)
    case .wholeValue, nil: report(.outsideLoop(word), span)
    }
  }

  mutating func check(_ block: Block) -> CheckedBlock {
    withScope { checker in
      CheckedBlock(statements: checker.checkStatements(block.statements), span: block.span)
    }
  }

  private mutating func checkScriptParameter(_ parameter: Parameter, isFirst: Bool) {
    if isModule {
      report(.statementInModule, parameter.span)
    } else if program.isSession || !frame.isTopLevel || scopes.count > 2 || !isFirst {
      report(.paramNotAtTop(isSession: program.isSession), parameter.span)
    } else {
      let checked = check(parameter, after: frame.parameters)
      frame.parameters.append(checked)
    }
  }

  // MARK: Definitions

  /// Makes the `def`s of this text known, so that they can be called before they are written.
  mutating func declareDefinitions() {
    var lines: [String: Int] = [:]
    for case .definition(let definition) in tree.statements {
      let name = definition.name.text
      let line = source.position(of: definition.name.span.start).line
      if let earlier = lines[name] {
        report(.definedTwice(name, line: earlier), definition.name.span)
        continue
      }
      lines[name] = line
      if program.catalog.command(named: name) != nil {
        report(.hidesCommand(name), definition.name.span)
      } else if program.catalog.function(named: name) != nil {
        report(.hidesFunction(name), definition.name.span)
      }
      let outline = definition.parameters.map {
        Signature.ParameterOutline(
          name: Self.variableName($0.name.text), kind: $0.kind, type: $0.type,
          hasDefault: $0.defaultValue != nil, documentation: $0.documentation, choices: $0.choiceConstants ?? [])
      }
      functionIndex[name] = program.declareFunction(
        Signature(name: name, documentation: definition.documentation, parameters: outline))
    }
  }

  /// Warns of the `def`s of this text that nothing calls; those of a module, which does nothing itself, are for others.
  func warnOfUncalled() {
    let isForOthers = tree.statements.allSatisfy { statement in
      switch statement {
      case .definition, .use, .variable(_, isMutable: false, _, _): true
      default: false
      }
    }
    if isForOthers { return }
    for case .definition(let definition) in tree.statements {
      guard let index = functionIndex[definition.name.text], !program.calledFunctions.contains(index) else { continue }
      report(.unusedDefinition(definition.name.text), definition.name.span)
    }
  }

  /// `source-registry` is the variable `source_registry`.
  static func variableName(_ name: String) -> String {
    name.utf8.contains(Byte.minus) ? String(name.map { $0 == "-" ? "_" : $0 }) : name
  }

  private mutating func checkDefinition(_ definition: Definition) {
    // Of two `def`s of one name the first was declared; the second is only looked at.
    let index = functionIndex[definition.name.text].flatMap { program.functions[$0] == nil ? $0 : nil }
    let outer = frame
    frame = Frame()
    frame.firstScope = scopes.count
    let function = withScope { checker in
      for parameter in definition.parameters {
        checker.frame.parameters.append(checker.check(parameter, after: checker.frame.parameters))
      }
      let body = checker.check(definition.body)
      return CheckedFunction(
        name: definition.name.text, documentation: definition.documentation, source: checker.source,
        span: definition.span, parameters: checker.frame.parameters, body: body, slotCount: checker.frame.slotCount)
    }
    let assigned = frame.assigned
    frame = outer
    if let index {
      program.functions[index] = function
      program.assigned[index] = assigned
    }
  }

  private mutating func check(_ parameter: Parameter, after earlier: [CheckedParameter]) -> CheckedParameter {
    if let last = earlier.last, last.kind == .rest { report(.restNotLast, last.span) }
    if parameter.kind == .input, !earlier.isEmpty { report(.inputNotFirst(parameter.name.text), parameter.span) }
    if parameter.kind == .positional, parameter.defaultValue == nil,
      let optional = earlier.first(where: { $0.kind == .positional && $0.defaultValue != nil })
    {
      report(.requiredBehindOptional(parameter.name.text, optional.name), parameter.span)
    }
    let value = parameter.defaultValue.map { check($0) }
    if let value, let found = Self.staticType(of: value), !Self.accepts(parameter.type, found) {
      report(.wrongType(parameter.name.text, parameter.type, found: found), value.span)
    }
    let choices = checkChoices(parameter, value)
    let variable = Name(text: Self.variableName(parameter.name.text), span: parameter.name.span)
    return CheckedParameter(
      name: variable.text, kind: parameter.kind, type: parameter.type, defaultValue: value, choices: choices,
      documentation: parameter.documentation, variable: declare(variable, .parameter), span: parameter.span)
  }
}
