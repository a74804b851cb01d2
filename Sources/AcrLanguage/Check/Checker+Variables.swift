import AcrText

extension Checker {
  /// Opens a scope for `body` and closes it again.
  mutating func withScope<Result>(_ body: (inout Checker) -> Result) -> Result {
    scopes.append([:])
    let result = body(&self)
    warnOfUnused(scopes.removeLast())
    return result
  }

  func warnOfUnused(_ scope: [String: Int]) {
    for index in scope.values {
      let variable = variables[index]
      guard variable.kind == .let, !variable.isUsed, !variable.name.hasPrefix("_"), let span = variable.span else {
        continue
      }
      report(.unusedVariable(variable.name), span)
    }
  }

  /// Declares a variable in the innermost scope.
  mutating func declare(_ name: Name, _ kind: Variable.Kind, isRecord: Bool = false) -> VariableReference {
    let isAtTop = frame.isTopLevel && scopes.count == 2
    let innermost = scopes.count - 1
    if name.text == "env" {
      report(.environmentIsReserved, name.span)
    } else if name.text == "it", kind != .row {
      report(.rowIsReserved, name.span)
    } else if let earlier = scopes[innermost][name.text] {
      if variables[earlier].span != nil || !program.isSession {
        let line = variables[earlier].span.map { source.position(of: $0.start).line }
        report(.declaredTwice(name.text, line: line), name.span)
      }
    } else if kind != .row {
      warnOfShadowing(name)
    }
    let reference: VariableReference
    if isAtTop, program.isSession || isModule || tree.namesInDefinitions.contains(name.text) {
      // Entering a `let` again at the prompt gives the same variable a new value, also for the `def`s that read it.
      if program.isSession, let earlier = scopes[innermost][name.text] {
        reference = variables[earlier].reference
      } else {
        reference = .global(program.declareGlobal())
      }
    } else {
      reference = newSlot()
    }
    variables.append(
      Variable(name: name.text, reference: reference, kind: kind, span: name.span, isRecord: isRecord))
    scopes[innermost][name.text] = variables.count - 1
    return reference
  }

  mutating func newSlot() -> VariableReference {
    frame.slotCount += 1
    return .slot(frame.slotCount - 1)
  }

  private func warnOfShadowing(_ name: Name) {
    guard scopes.count - 1 > frame.firstScope else { return }
    for depth in stride(from: scopes.count - 2, through: frame.firstScope, by: -1) {
      guard let index = scopes[depth][name.text] else { continue }
      // What an earlier entry at the prompt declared is out of sight and nothing to stumble over.
      guard let span = variables[index].span else { return }
      report(.shadows(name.text, line: source.position(of: span.start).line), name.span)
      return
    }
  }

  /// The variable of a name, innermost scope first, with the scope it is in.
  func lookUp(_ name: String) -> (index: Int, scope: Int)? {
    for depth in stride(from: scopes.count - 1, through: 0, by: -1) {
      if let index = scopes[depth][name] { return (index, depth) }
    }
    return nil
  }

  /// Every variable in sight, for suggestions.
  var visibleNames: Set<String> {
    var names: Set<String> = ["env"]
    for scope in scopes { names.formUnion(scope.keys) }
    return names
  }

  mutating func checkVariable(_ name: String, _ span: Span) -> CheckedExpression {
    if name == "env" {
      return refused(program.catalog.offersEnvironment ? .wholeEnvironment : .environmentWithheld, span)
    }
    guard let (index, scope) = lookUp(name) else {
      if moduleAliases.contains(name) { return refused(.wholeModule(name), span) }
      if name == "it" { return refused(.noRow("$it", blockName: innermostBlockParameter), span) }
      return refused(
        .unknownVariable(
          name, nearest: Suggestion.nearest(to: name, in: visibleNames),
          isInEnvironment: program.environment.contains(name)),
        span)
    }
    variables[index].isUsed = true
    noteCapture(variables[index].reference, scope: scope)
    return .variable(variables[index].reference, name: name, span)
  }

  /// The first name of the block around, for the hint that its rows have a name.
  var innermostBlockParameter: String? {
    for scope in scopes.reversed() {
      let named = scope.values.filter { variables[$0].kind == .block }
      if let first = named.min() { return variables[first].name }
    }
    return nil
  }

  mutating func checkRowField(_ name: Name, _ span: Span) -> CheckedExpression {
    guard let (index, scope) = lookUp("it") else {
      return refused(.noRow(".\(name.text)", blockName: innermostBlockParameter), span)
    }
    noteCapture(variables[index].reference, scope: scope)
    let row = CheckedExpression.variable(variables[index].reference, name: "it", span)
    return .field(row, name.text, isOptional: false, nameSpan: span, span)
  }

  mutating func checkPlace(_ place: Place) -> CheckedPlace? {
    var path: [CheckedPlace.Step] = []
    for step in place.path {
      switch step {
      case .field(let name, let span): path.append(.field(name, span))
      case .index(let index, let span): path.append(.index(check(index), span))
      }
    }
    let name = place.name.text
    if name == "env" {
      report(.assignsEnvironment, place.span)
      return nil
    }
    guard let (index, scope) = lookUp(name) else {
      if moduleAliases.contains(name) {
        report(.wholeModule(name), place.name.span)
        return nil
      }
      report(
        .unknownVariable(
          name, nearest: Suggestion.nearest(to: name, in: visibleNames),
          isInEnvironment: program.environment.contains(name)),
        place.name.span)
      return nil
    }
    let variable = variables[index]
    variables[index].isRecord = false
    if variable.kind != .var {
      report(.notAssignable(name, variable.kind), place.name.span)
      return nil
    }
    if scope < frame.firstScope {
      report(.assignsOuterFromDefinition(name), place.name.span)
      return nil
    }
    for case .closure(let scopeCount) in frame.contexts where scope < scopeCount {
      report(.assignsOuterInClosure(name), place.name.span)
      return nil
    }
    for case .parallelBlock(let scopeCount) in frame.contexts where scope < scopeCount {
      report(.assignsOuterInParallel(name), place.name.span)
      return nil
    }
    switch variable.reference {
    case .slot: frame.assigned.insert(variable.reference)
    case .global(let global): program.assignedGlobals.insert(global)
    }
    // `$x.a = 1` keeps the rest of the value, so that the declaration counts as used.
    if !path.isEmpty { variables[index].isUsed = true }
    return CheckedPlace(name: name, variable: variable.reference, path: path, span: place.span)
  }
}
