/// Follows what is known of values through a checked program, and reports what is certain to fail.
///
/// Each statement is looked at once, in the order of the text; a `var` that something assigns to is never known, because it
/// changes. What may be handled (`try`, `--keep-going`, the right sides of `and`, `or`, `??`) is looked at with less to say.
final class ShapeInference {
  let program: CheckProgram
  /// The shapes of declarations and of uses of variables, by their places in the text that was asked for.
  private(set) var known: [Span: ValueShape] = [:]
  private var globals: [Int: ValueShape] = [:]
  private var results: [Int: ValueShape] = [:]
  /// Functions that are being looked at: a recursive call tells nothing.
  private var open: Set<Int> = []
  private let firstFunction: Int
  private let wanted: Source
  private(set) var code: Body

  /// The code that is being looked at: the body of a script or a `def`.
  struct Body {
    var source: Source
    var slots: [Int: ValueShape] = [:]
    /// What something assigns to.
    var assigned: Set<VariableReference>
    var handling = Handling.none
    var returned: [ValueShape] = []
  }

  /// What becomes of a failure.
  enum Handling: Comparable {
    case none
    /// The code may not run, or its failure becomes a row: only wrong names are reported.
    case perhaps
    /// `catch` gets it: nothing is reported.
    case caught
  }

  /// - Parameters:
  ///   - assigned: what the script's top level assigns to.
  ///   - firstFunction: functions below it are of earlier entries at the prompt.
  init(_ program: CheckProgram, source: Source, assigned: Set<VariableReference>, firstFunction: Int) {
    self.program = program
    code = Body(source: source, assigned: assigned)
    wanted = source
    self.firstFunction = firstFunction
  }

  /// Looks at a script and all its functions.
  func run(_ parameters: [CheckedParameter], _ body: CheckedBlock) {
    declare(parameters)
    look(body)
    for index in program.functions.indices.dropFirst(firstFunction) { _ = result(ofFunction: index) }
  }

  // MARK: Variables

  func shape(of variable: VariableReference) -> ValueShape {
    switch variable {
    case .slot(let index): return code.assigned.contains(variable) ? .any : code.slots[index] ?? .any
    case .global(let index): return program.assignedGlobals.contains(index) ? .any : globals[index] ?? .any
    }
  }

  func set(_ variable: VariableReference, _ shape: ValueShape) {
    let shape = shape == .never ? .any : shape
    switch variable {
    case .slot(let index): code.slots[index] = shape
    // At a prompt a global may be declared again with another value.
    case .global(let index): globals[index] = program.isSession ? .any : shape
    }
  }

  func note(_ shape: ValueShape, at span: Span) {
    if code.source === wanted { known[span] = shape == .never ? .any : shape }
  }

  private func declare(_ parameters: [CheckedParameter]) {
    for parameter in parameters {
      let value = parameter.defaultValue.map { infer($0) }
      var shape: ValueShape
      switch parameter.kind {
      case .rest: shape = .list(.any)
      case .switch: shape = .bool
      case .positional, .flag, .input: shape = ValueShape(parameter.type)
      }
      // A default may be null, whatever the type says.
      if let value, !value.isCertain || value == .null { shape = shape.orNull }
      set(parameter.variable, shape)
      note(self.shape(of: parameter.variable), at: parameter.span)
    }
  }

  // MARK: Functions

  /// What a `def` gives, as far as it is known.
  func result(ofFunction index: Int) -> ValueShape {
    if let known = results[index] { return known }
    guard index >= firstFunction, index < program.functions.count, let function = program.functions[index],
      open.insert(index).inserted
    else { return .any }
    let saved = code
    code = Body(source: function.source, assigned: program.assigned[index] ?? [])
    declare(function.parameters)
    let last = look(function.body)
    let shape = code.returned.reduce(last) { $0.join($1) }
    code = saved
    open.remove(index)
    results[index] = shape == .never ? .any : shape
    return results[index] ?? .any
  }

  /// Looks at a block that is a value. Whoever calls it decides what its parameters are.
  func look(_ closure: CheckedClosure) {
    let saved = (code.handling, code.returned)
    for parameter in closure.parameters { set(parameter, .any) }
    look(closure.body)
    (code.handling, code.returned) = saved
  }

  // MARK: Statements

  /// Looks at statements, and gives what the last one gives where that is plain.
  @discardableResult
  func look(_ block: CheckedBlock) -> ValueShape {
    var last = ValueShape.any
    for statement in block.statements { last = look(statement) }
    return last
  }

  func look(_ statement: CheckedStatement) -> ValueShape {
    switch statement {
    case .declare(let variable, let value, let span):
      let shape = infer(value)
      set(variable, shape)
      note(self.shape(of: variable), at: span)
      return .any
    case .destructure(let pattern, let value, _):
      take(pattern, infer(value), value)
      return .any
    case .assign(let place, _, let value, _):
      for case .index(let index, _) in place.path { _ = infer(index) }
      _ = infer(value)
      return .any
    case .if(let branches, let otherwise, _):
      var shape = ValueShape.never
      for branch in branches {
        check(branch.condition, of: "`if`")
        shape = shape.join(look(branch.block))
      }
      return shape.join(otherwise.map { look($0) } ?? .any)
    case .match(let variable, let subject, let branches, let otherwise, _):
      set(variable, infer(subject))
      var shape = ValueShape.never
      for branch in branches {
        _ = infer(branch.condition)
        shape = shape.join(look(branch.block))
      }
      return shape.join(otherwise.map { look($0) } ?? .any)
    case .assert(let condition, let message, _):
      check(condition, of: "`assert`")
      if let message { _ = infer(message) }
      return .any
    case .for(let variable, let list, let block, let span):
      let shape = infer(list)
      refuse(
        list, shape, unless: shape.isList, "`for` goes through a list, and this is",
        help: "`[…]` makes a list of one value")
      set(variable, shape.withoutNull.item)
      note(self.shape(of: variable), at: span)
      look(block)
      return .any
    case .while(let condition, let block, _):
      check(condition, of: "`while`")
      look(block)
      return .any
    case .try(let body, let clause, let cleanup, _):
      var shape = handled(clause == nil ? .none : .caught) { look(body) }
      if let clause {
        if let variable = clause.variable { set(variable, .record(RecordShape([], isOpen: true))) }
        shape = shape.join(look(clause.block))
      }
      if let cleanup { look(cleanup) }
      return shape
    case .throw(let value, _):
      let shape = infer(value)
      refuse(
        value, shape, unless: shape == .string || shape.isKind(of: .record(RecordShape([], isOpen: true))),
        "`throw` takes a text or an error record, and this is")
      return .never
    case .return(let value, _):
      code.returned.append(value.map { infer($0) } ?? .null)
      return .never
    case .exit(let value, _):
      if let value { checkExitCode(value) }
      return .never
    case .expression(let value, _, _): return infer(value)
    case .break, .continue: return .never
    }
  }

  private func checkExitCode(_ value: CheckedExpression) {
    let shape = infer(value)
    if case .constant(.int(let number), let span) = value {
      guard !(0...255).contains(number) else { return }
      return report(.misfit("`exit` takes a number from 0 to 255, and this is \(number)", isCertain: true), span)
    }
    refuse(
      value, shape, unless: shape == .int || shape == .number, "`exit` takes a number from 0 to 255, and this is")
  }

  /// Looks at code whose failure may be handled.
  func handled<Result>(_ handling: Handling, _ body: () -> Result) -> Result {
    let saved = code.handling
    code.handling = max(saved, handling)
    defer { code.handling = saved }
    return body()
  }
}
