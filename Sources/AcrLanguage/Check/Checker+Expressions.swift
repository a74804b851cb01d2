import AcrText

extension Checker {
  mutating func check(_ expression: Expression) -> CheckedExpression {
    switch expression {
    case .constant(let constant, let span): return .constant(constant, span)
    case .text(let text): return check(text)
    case .variable(let name, let span): return checkVariable(name, span)
    case .rowField(let name, let span): return checkRowField(name, span)
    case .field(let inner, let name, let isOptional, let span):
      if case .variable(let module, _) = inner, let constant = checkConstant(module, name, span) { return constant }
      if case .variable("env", _) = inner {
        guard program.catalog.offersEnvironment else { return refused(.environmentWithheld, span) }
        return .environment(name.text, isOptional: isOptional, span)
      }
      return .field(check(inner), name.text, isOptional: isOptional, nameSpan: name.span, span)
    case .index(.variable("env", _), let name, let isOptional, let span):
      guard program.catalog.offersEnvironment else { return refused(.environmentWithheld, span) }
      return .environmentItem(check(name), isOptional: isOptional, span)
    case .index(let inner, let index, let isOptional, let span):
      let container = check(inner)
      return .index(container, check(index), isOptional: isOptional, span)
    case .slice(let inner, let from, let to, let span):
      let container = check(inner)
      let start = from.map { check($0) }
      return .slice(container, from: start, to: to.map { check($0) }, span)
    case .unary(let operation, let operand, let span):
      let checked = check(operand)
      if case .not = operation, case .constant(.bool(let value), _) = checked { return .constant(.bool(!value), span) }
      return .unary(operation, checked, span)
    case .binary(let operation, let left, let right, let operatorSpan, let span):
      return .binary(operation, check(left), check(right), operatorSpan: operatorSpan, span)
    case .call(let name, let arguments, let span): return checkCall(name, arguments, span)
    case .pipeline(let pipeline, let span): return check(pipeline, isItem: span == pipeline.span)
    case .apply(let called, let arguments, let span):
      let callee = check(called)
      return .apply(callee, arguments.map { check($0) }, span)
    case .closure(let literal): return checkClosure(literal)
    case .statement(let statement): return checkValue(statement, isWhole: false)
    case .spread(let inner, let span): return .spread(check(inner), span)
    case .list(let items, let span): return .list(items.map { check($0) }, span)
    case .record(let entries, let span): return .record(check(entries), span)
    }
  }

  private mutating func check(_ entries: [RecordEntry]) -> [CheckedEntry] {
    var seen: Set<String> = []
    return entries.map { entry in
      if entry.spread != nil { return CheckedEntry(name: "", value: check(entry.value)) }
      if !seen.insert(entry.name.text).inserted { report(.keyTwice(entry.name.text), entry.name.span) }
      return CheckedEntry(name: entry.name.text, value: check(entry.value))
    }
  }

  mutating func check(_ text: TextLiteral) -> CheckedExpression {
    if let constant = text.constant { return .constant(.string(constant), text.span) }
    var pieces: [TextPiece] = []
    for (index, piece) in text.pieces.enumerated() {
      switch piece {
      case .literal(let literal): pieces.append(.literal(literal))
      case .expression(let expression, _): pieces.append(.value(check(expression)))
      case .variable(let name, let span):
        var field: String?
        if index + 1 < text.pieces.count, case .literal(let next) = text.pieces[index + 1] {
          field = Self.leadingField(of: next)
        }
        if name == "env" {
          report(program.catalog.offersEnvironment ? .environmentInWord(field ?? "NAME") : .environmentWithheld, span)
          continue
        }
        let value = checkVariable(name, span)
        if let found = lookUp(name)?.index, variables[found].isRecord {
          report(.recordInWord(name, field: field), span)
        }
        pieces.append(.value(value))
      }
    }
    return .text(pieces, text.span)
  }

  /// The field's name when a text starts like `.name`.
  private static func leadingField(of text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count > 1, bytes[0] == Byte.dot, Byte.isLetter(bytes[1]) else { return nil }
    return String(decoding: bytes[1...].prefix { Byte.isNamePart($0) }, as: UTF8.self)
  }

  // MARK: Pipelines

  /// - Parameter isItem: whether it stands as it is, as an item, an argument or a condition.
  mutating func check(_ pipeline: Pipeline, isItem: Bool = false) -> CheckedExpression {
    let outer = (pipelineStart, isInItem)
    (pipelineStart, isInItem) = (pipeline.span.start, isItem)
    defer { (pipelineStart, isInItem) = outer }
    if pipeline.stages.count == 1 {
      // A lone expression needs no pipeline around it.
      if case .expression(let expression) = pipeline.stages[0] { return check(expression) }
    }
    var stages: [CheckedStage] = []
    for (index, stage) in pipeline.stages.enumerated() {
      let isFirst = index == 0
      switch stage {
      case .expression(let expression): stages.append(.expression(check(expression)))
      case .where(let condition, let span):
        if isFirst { report(.needsInput("where"), Span(span.start, span.start + 5)) }
        stages.append(
          withRow(span) { checker, row in .where(checker.check(condition), row: row, span) })
      case .extend(let columns, let span):
        if isFirst { report(.needsInput("extend"), Span(span.start, span.start + 6)) }
        stages.append(
          withRow(span) { checker, row in .extend(checker.check(columns), row: row, span) })
      case .command(let call):
        if let checked = check(call, isFirst: isFirst) { stages.append(checked) }
      }
    }
    if stages.count == 1, case .call(let call, let span) = stages[0] { return .call(call, span) }
    if stages.count == 1, case .expression(let expression) = stages[0] { return expression }
    return .pipeline(CheckedPipeline(stages: stages, span: pipeline.span))
  }

  /// Checks with `$it` as a row in a slot of its own.
  mutating func withRow<Result>(_ span: Span, _ body: (inout Checker, VariableReference) -> Result) -> Result {
    withScope { checker in
      let row = checker.declare(Name(text: "it", span: span), .row)
      return body(&checker, row)
    }
  }

  // MARK: Calls

  private mutating func checkCall(_ name: Name, _ arguments: [Expression], _ span: Span) -> CheckedExpression {
    if let index = functionIndex[name.text] {
      program.calledFunctions.insert(index)
      return callFunction(index, name, arguments, span)
    }
    let values = arguments.map { check($0) }
    guard let function = program.catalog.function(named: name.text) else {
      if lookUp(name.text) != nil { return .apply(checkVariable(name.text, name.span), values, span) }
      if let dot = name.text.firstIndex(of: ".") {
        let field = Name(text: String(name.text[name.text.index(after: dot)...]), span: name.span)
        if let constant = checkConstant(String(name.text[..<dot]), field, name.span, onlyIfKnown: true) {
          return .apply(constant, values, span)
        }
      }
      reportUnknownFunction(name)
      return .constant(.null, span)
    }
    let isSpread = values.contains { if case .spread = $0 { true } else { false } }
    guard isSpread || function.arity.contains(values.count) else {
      return refused(.wrongArity(function, given: values.count), name.span)
    }
    if program.isStrict, function.name == "reveal" { report(.revealsSecret, name.span) }
    return .builtin(function.name, values, span)
  }

  private func reportUnknownFunction(_ name: Name) {
    if hasUnknownNames { return }
    if let dot = name.text.firstIndex(of: "."), !moduleAliases.contains(String(name.text[..<dot])) {
      return report(.unknownModule(String(name.text[..<dot])), name.span)
    }
    if program.catalog.command(named: name.text) != nil || name.text == "where" || name.text == "extend" {
      return report(.commandAsFunction(name.text), name.span)
    }
    if program.catalog.withheld.contains(name.text) { return report(.withheldFunction(name.text), name.span) }
    let known = program.catalog.functions.map(\.name) + functionIndex.keys
    report(.unknownFunction(name.text, nearest: Suggestion.nearest(to: name.text, in: known)), name.span)
  }

  /// A `def` called as `f(x)`: the values go to its positionals.
  private mutating func callFunction(
    _ index: Int, _ name: Name, _ arguments: [Expression], _ span: Span
  ) -> CheckedExpression {
    let signature = program.signatures[index]
    let values = arguments.map { check($0) }
    var bound: [CheckedArgument] = []
    var rest: [CheckedExpression] = []
    let single = (signature.inputParameter.map { [$0] } ?? []) + signature.positionals.filter { !$0.isRest }
    let flags = signature.flags.filter(\.isRequired).map { "--\($0.name)" }
    if values.contains(where: { if case .spread = $0 { true } else { false } }) {
      if !flags.isEmpty { return refused(.flagsNeedCommand(name.text, flags), name.span) }
      return .call(
        CheckedCall(function: index, name: name.text, arguments: [], values: values, nameSpan: name.span), span)
    }
    for (position, value) in values.enumerated() {
      if position < single.count {
        checkChoice(value, of: single[position].name, single[position].choices)
        bound.append(argument(value, for: single[position].name, single[position].type))
      } else if signature.positionals.last?.isRest == true {
        rest.append(value)
      } else {
        return refused(.tooManyValues(name.text, limit: single.count, isCall: true), arguments[position].span)
      }
    }
    if let last = signature.positionals.last, last.isRest, let first = rest.first, let final = rest.last {
      bound.append(
        CheckedArgument(
          parameter: last.name, type: last.type, value: .expressions(rest), span: first.span.to(final.span)))
    }
    let missing = single.dropFirst(values.count).filter(\.isRequired).map(\.name)
    if !missing.isEmpty { return refused(.missing(name.text, missing, isFlag: false, isCall: true), name.span) }
    if !flags.isEmpty { return refused(.flagsNeedCommand(name.text, flags), name.span) }
    return .call(CheckedCall(function: index, name: name.text, arguments: bound, nameSpan: name.span), span)
  }

  private func argument(_ value: CheckedExpression, for name: String, _ type: ValueType) -> CheckedArgument {
    if let found = Self.staticType(of: value), !Self.accepts(type, found) {
      report(.wrongType(name, type, found: found), value.span)
    }
    return CheckedArgument(parameter: name, type: type, value: .expression(value), span: value.span)
  }

  // MARK: Types that are known before the run

  /// The type of a value that is written out; nil when only the run can tell.
  static func staticType(of expression: CheckedExpression) -> ValueType? {
    switch expression {
    case .constant(let constant, _):
      switch constant {
      case .null: nil
      case .bool: .bool
      case .int: .int
      case .number: .number
      case .string: .string
      case .duration: .duration
      case .size: .size
      }
    case .text: .string
    case .list: .list
    case .record: .record
    case .closure: .block
    default: nil
    }
  }

  /// The value of `module.name`; nil where no module has that name here.
  /// - Parameter isQuiet: whether an unknown name is left to others.
  mutating func checkConstant(
    _ module: String, _ name: Name, _ span: Span, onlyIfKnown isQuiet: Bool = false
  ) -> CheckedExpression? {
    guard lookUp(module) == nil, moduleAliases.contains(module) else { return nil }
    let full = "\(module).\(name.text)"
    if let global = moduleConstants[full] { return .variable(.global(global), name: full, span) }
    if isQuiet { return nil }
    let known = moduleConstants.keys.filter { $0.hasPrefix(module + ".") }
    return refused(
      .unknownConstant(full, nearest: Suggestion.nearest(to: full, in: known), isFunction: functionIndex[full] != nil),
      span)
  }

  /// Reports a value that is written out and is none of a parameter's choices.
  func checkChoice(_ value: CheckedExpression, of parameter: String, _ choices: [Constant]) {
    guard !choices.isEmpty, case .constant(let constant, let span) = value, constant != .null,
      !choices.contains(constant)
    else { return }
    report(.notAChoice(parameter, choices.map(\.written)), span)
  }

  /// True when a parameter of one type can take a value of another.
  static func accepts(_ wanted: ValueType, _ found: ValueType) -> Bool {
    switch (wanted, found) {
    case (.any, _), (.number, .int), (.secret, .string), (.datetime, .string): true
    case (.string, .list), (.string, .record): false
    // Whether a number can stand for a text is for the run to say; the other way round never holds.
    case (.string, _): true
    default: wanted == found
    }
  }
}
