/// Resolves the names of one text and checks every call against its signature: a ``SyntaxTree`` becomes a
/// ``CheckedScript``, or findings. Nothing is run.
public struct Checker {
  /// How many findings one check reports.
  public static let diagnosticLimit = 20

  let program: CheckProgram
  let tree: SyntaxTree
  /// True for a text that is loaded with `use`.
  let isModule: Bool
  var source: Source { tree.source }

  /// The `def`s that can be called here, by the names they are called by.
  var functionIndex: [String: Int]
  /// The names of loaded modules.
  var moduleAliases: Set<String> = []
  /// The `let`s of loaded modules among the globals, as `module.name`.
  var moduleConstants: [String: Int] = [:]
  /// True when a module could not be loaded, so that names nobody knows may be its.
  var hasUnknownNames = false
  var variables: [Variable] = []
  var scopes: [[String: Int]] = []
  var frame = Frame()
  /// Where the innermost pipeline begins.
  var pipelineStart: Int32 = 0
  /// True in a pipeline that stands as an item, an argument or a condition.
  var isInItem = false

  /// What is known of the values of a text that is being written, by the places of declarations and of uses of variables.
  public static func shapes(
    of tree: SyntaxTree, catalog: Catalog, environment: Set<String> = [], loader: ModuleLoader? = nil
  ) -> [Span: ValueShape] {
    let program = CheckProgram(
      catalog: catalog, session: SessionScope(), environment: environment, loader: loader, isSession: false,
      isStrict: false)
    program.loading.append(tree.source.name)
    var checker = Checker(program: program, tree: tree, isModule: false, functionIndex: [:])
    checker.scopes = [[:], [:]]
    checker.frame.isTopLevel = true
    checker.declareDefinitions()
    let body = CheckedBlock(statements: checker.checkStatements(tree.statements), span: Span(0, 0))
    let shapes = ShapeInference(
      program, source: tree.source, assigned: checker.frame.assigned, firstFunction: 0)
    shapes.run(checker.frame.parameters, body)
    return shapes.known
  }

  /// Parses and checks a text.
  /// - Parameters:
  ///   - session: what earlier entries at the prompt left; nil for a script.
  ///   - environment: the names of the environment's variables, for hints.
  ///   - loader: reads modules; without it `use` is an error.
  ///   - isStrict: also warns of what is allowed but should be looked at before a script is trusted: `reveal`, secrets
  ///     written in the text, and `def`s that nothing calls.
  ///   - reportsTypes: whether types that do not fit are reported; unless given, they are in scripts, and not at the prompt.
  ///   - limit: how many findings are given at most.
  public static func check(
    source: Source, catalog: Catalog, session: SessionScope? = nil, environment: Set<String> = [],
    loader: ModuleLoader? = nil, isStrict: Bool = false, reportsTypes: Bool? = nil, limit: Int = diagnosticLimit
  ) -> CheckResult {
    check(
      ParsedText(source), catalog: catalog, session: session, environment: environment, loader: loader,
      isStrict: isStrict, reportsTypes: reportsTypes, limit: limit)
  }

  /// Checks a text that was parsed before; the rest is as in
  /// ``check(source:catalog:session:environment:loader:isStrict:)``.
  public static func check(
    _ text: ParsedText, catalog: Catalog, session: SessionScope? = nil, environment: Set<String> = [],
    loader: ModuleLoader? = nil, isStrict: Bool = false, reportsTypes: Bool? = nil, limit: Int = diagnosticLimit
  ) -> CheckResult {
    let source = text.source
    let scope = session ?? SessionScope()
    let program = CheckProgram(
      catalog: catalog, session: scope, environment: environment, loader: loader, isSession: session != nil,
      isStrict: isStrict, reportsTypes: reportsTypes)
    program.loading.append(source.name)
    guard let tree = tree(of: text, program) else {
      SecretFinder(catalog: catalog, session: scope).hideSecrets(of: source)
      return CheckResult(script: nil, diagnostics: sorted(program.diagnostics, source, limit), session: scope)
    }
    var checker = Checker(program: program, tree: tree, isModule: false, functionIndex: scope.functionIndex)
    checker.moduleConstants = scope.constants
    for name in Array(scope.functionIndex.keys) + scope.constants.keys {
      if let dot = name.firstIndex(of: ".") { checker.moduleAliases.insert(String(name[..<dot])) }
    }
    defer { checker.hideSecrets() }
    return checker.checkScript(scope, limit)
  }

  /// Notes in the text what of it is secret, now that all `def`s are known.
  func hideSecrets() {
    SecretFinder(catalog: program.catalog, functions: functionIndex.mapValues { program.signatures[$0] })
      .hideSecrets(of: source)
  }

  /// Parses a text and reports what is wrong with it.
  static func parse(_ source: Source, _ program: CheckProgram) -> SyntaxTree? { tree(of: ParsedText(source), program) }

  private static func tree(of text: ParsedText, _ program: CheckProgram) -> SyntaxTree? {
    for failure in text.failures { program.add(failure.diagnostic(in: text.source)) }
    return text.failures.isEmpty ? text.tree : nil
  }

  init(program: CheckProgram, tree: SyntaxTree, isModule: Bool, functionIndex: [String: Int]) {
    self.program = program
    self.tree = tree
    self.isModule = isModule
    self.functionIndex = functionIndex
    program.trees[ObjectIdentifier(tree.source)] = tree
  }

  private mutating func checkScript(_ session: SessionScope, _ limit: Int) -> CheckResult {
    scopes = [[:], [:]]
    for (name, global) in session.variables {
      variables.append(
        Variable(
          name: name, reference: .global(global.index), kind: global.isMutable ? .var : .let, span: nil))
      scopes[1][name] = variables.count - 1
    }
    frame.isTopLevel = true
    declareDefinitions()
    let body = CheckedBlock(
      statements: checkStatements(tree.statements), span: Span(0, Int32(clamping: source.bytes.count)))
    ShapeInference(program, source: source, assigned: frame.assigned, firstFunction: session.functions.count)
      .run(frame.parameters, body)
    if !program.isSession { warnOfUnused(scopes[1]) }
    if program.isStrict { warnOfUncalled() }
    program.finish()
    let diagnostics = Self.sorted(program.diagnostics, source, limit)
    let functions = program.functions.compactMap { $0 }
    guard !program.hasErrors, functions.count == program.functions.count else {
      return CheckResult(script: nil, diagnostics: diagnostics, session: session)
    }
    let script = CheckedScript(
      source: source, documentation: tree.documentation, parameters: frame.parameters, body: body,
      slotCount: frame.slotCount, functions: functions, globalCount: program.globalCount)
    var next = session
    if program.isSession {
      for (name, index) in scopes[1] {
        guard case .global(let global) = variables[index].reference else { continue }
        next.variables[name] = SessionScope.Global(index: global, isMutable: variables[index].kind == .var)
      }
      next.globalCount = program.globalCount
      next.functions = functions
      next.functionIndex = functionIndex
      next.constants = moduleConstants
    }
    return CheckResult(script: script, diagnostics: diagnostics, session: next)
  }

  /// The first findings by place; those in other texts come first, because the text at hand builds on them.
  private static func sorted(_ diagnostics: [Diagnostic], _ source: Source, _ limit: Int) -> [Diagnostic] {
    let ordered = diagnostics.enumerated().sorted { left, right in
      let leftIsHere = left.element.source === source
      let rightIsHere = right.element.source === source
      if leftIsHere != rightIsHere { return rightIsHere }
      let leftStart = left.element.span?.start ?? 0
      let rightStart = right.element.span?.start ?? 0
      return leftIsHere && leftStart != rightStart ? leftStart < rightStart : left.offset < right.offset
    }.map(\.element)
    if ordered.count <= limit { return ordered }
    // Errors must not be crowded out by warnings.
    let errors = ordered.filter { $0.severity == .error }
    return Array((errors.count >= limit ? errors : ordered).prefix(limit))
  }

  func report(_ finding: CheckFinding, _ span: Span) { program.report(finding, span, in: tree) }

  /// Stands for an expression that was refused, so that the check can go on.
  func refused(_ finding: CheckFinding, _ span: Span) -> CheckedExpression {
    report(finding, span)
    return .constant(.null, span)
  }
}

/// A variable the check knows.
struct Variable {
  enum Kind: Equatable { case `let`, `var`, parameter, loop, caught, row, block }

  let name: String
  let reference: VariableReference
  let kind: Kind
  /// Where it was declared; nil for one of an earlier entry at the prompt.
  let span: Span?
  var isUsed = false
  /// True when its value is known to be a record.
  var isRecord = false
}

/// The code that shares one set of slots: a script's top level or a `def`, with the blocks in it.
struct Frame {
  /// Where `break` and `return` may lead to.
  enum Context {
    case loop, block
    case parallelBlock(scopeCount: Int)
    /// A block that is a value: it gets copies of what it reads.
    case closure(scopeCount: Int)
    /// `if`, `match` or `try` as a part of a value, which nothing can leave.
    case value
    /// The same as all of a statement's value.
    case wholeValue

    /// True for what `return` can go through.
    var lets: Bool {
      switch self {
      case .loop, .wholeValue: true
      case .block, .parallelBlock, .closure, .value: false
      }
    }
  }

  /// What the blocks that are values, outermost first, read of the frame around them.
  struct Captures {
    /// The scopes below this one are outside of the block.
    let scopeCount: Int
    var slots: Set<Int> = []
  }

  var slotCount = 0
  /// True outside every `def`.
  var isTopLevel = false
  /// The scopes from here on belong to this frame.
  var firstScope = 0
  var contexts: [Context] = []
  var parameters: [CheckedParameter] = []
  var captures: [Captures] = []
  /// The slots that something assigns to after their declaration.
  var assigned: Set<VariableReference> = []

  /// True outside blocks given to commands, and outside of values.
  var isShowing: Bool { isTopLevel && contexts.allSatisfy { if case .loop = $0 { true } else { false } } }

  /// True where `return` leaves the `def`, or would leave the script.
  var letsReturn: Bool { contexts.allSatisfy(\.lets) }

  var isInLoopOrBlock: Bool { !contexts.isEmpty }
}
