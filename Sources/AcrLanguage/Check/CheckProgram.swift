/// What all texts of one check share: the functions and globals of the whole program, and the findings.
final class CheckProgram {
  let catalog: Catalog
  /// Names in the environment, for the hint that `$NAME` may be one of them.
  let environment: Set<String>
  let loader: ModuleLoader?
  /// True at the prompt: top-level variables live on, and unused ones are nothing to warn of.
  let isSession: Bool
  /// True when what is allowed but should be looked at is reported too (`--strict`).
  let isStrict: Bool
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var hasErrors = false
  /// Warnings that only make sense when nothing is wrong: what reads a variable may be what was refused.
  private var pending: [Diagnostic] = []
  /// Functions whose bodies are checked; nil while they wait for it.
  var functions: [CheckedFunction?]
  /// The slots of each function, and the globals, that something assigns to after their declaration.
  var assigned: [Int: Set<VariableReference>] = [:]
  var assignedGlobals: Set<Int> = []
  /// What calls need to know of each function.
  var signatures: [Signature]
  /// The functions that something calls.
  var calledFunctions: Set<Int> = []
  var globalCount: Int
  /// Modules that are being checked, outermost first.
  var loading: [String] = []
  /// Modules that have been checked, by the name of their source.
  var modules: [String: Module] = [:]
  /// The trees of all texts, by their sources.
  var trees: [ObjectIdentifier: SyntaxTree] = [:]
  /// Whether types that do not fit are findings. At the prompt a line runs at once, and its own error says more.
  let reportsTypes: Bool

  /// A module that was loaded.
  struct Module {
    /// Its `def`s.
    let functions: [String: Int]
    /// Where its `let`s are, among the globals.
    let constants: [String: Int]
    /// The function that runs its `let`s; nil when it has none.
    let initializer: Int?
  }

  init(
    catalog: Catalog, session: SessionScope, environment: Set<String>, loader: ModuleLoader?, isSession: Bool,
    isStrict: Bool, reportsTypes: Bool? = nil
  ) {
    self.reportsTypes = reportsTypes ?? !isSession
    self.catalog = catalog
    self.environment = environment
    self.loader = loader
    self.isSession = isSession
    self.isStrict = isStrict
    functions = session.functions
    signatures = session.functions.map(\.signature)
    globalCount = session.globalCount
  }

  func report(_ finding: CheckFinding, _ span: Span, in tree: SyntaxTree) {
    let wording = finding.wording
    var diagnostic = Diagnostic(
      finding.severity, wording.message, source: tree.source, span: span, label: wording.label, help: wording.help)
    diagnostic.fixes = finding.fixes(at: span, in: tree)
    diagnostic.isUnknownName = finding.isUnknownName
    switch finding {
    case .unusedVariable, .unusedDefinition: pending.append(diagnostic)
    default: add(diagnostic)
    }
  }

  /// Adds what waited for the end.
  func finish() {
    if !hasErrors { diagnostics += pending }
    pending = []
  }

  func add(_ diagnostic: Diagnostic) {
    if diagnostic.severity == .error { hasErrors = true }
    diagnostics.append(diagnostic)
  }

  /// Makes room for a function whose body is checked later.
  func declareFunction(_ signature: Signature) -> Int {
    functions.append(nil)
    signatures.append(signature)
    return functions.count - 1
  }

  func declareGlobal() -> Int {
    globalCount += 1
    return globalCount - 1
  }
}

extension CheckedFunction {
  /// What `help`, completion and the check of calls need to know of it.
  public var signature: Signature {
    Signature(
      name: name, documentation: documentation,
      parameters: parameters.map {
        Signature.ParameterOutline(
          name: $0.name, kind: $0.kind, type: $0.type, hasDefault: $0.defaultValue != nil,
          documentation: $0.documentation, choices: $0.choices)
      })
  }
}

extension CheckedScript {
  /// The script as a command, for `--help` and for binding its own arguments.
  public func signature(named name: String) -> Signature {
    Signature(
      name: name, documentation: documentation,
      parameters: parameters.map {
        Signature.ParameterOutline(
          name: $0.name, kind: $0.kind, type: $0.type, hasDefault: $0.defaultValue != nil,
          documentation: $0.documentation, choices: $0.choices)
      })
  }
}

extension Signature {
  /// What a signature takes over from a parameter.
  struct ParameterOutline {
    let name: String
    let kind: CheckedParameter.Kind
    let type: ValueType
    let hasDefault: Bool
    let documentation: String
    var choices: [Constant] = []
  }

  /// The signature of a `def` or script. A flag `--source-registry` is the variable `$source_registry`.
  init(name: String, documentation: String, parameters: [ParameterOutline]) {
    var positionals: [Positional] = []
    var flags: [Flag] = []
    var input: Positional?
    for parameter in parameters {
      let completer: Completer = parameter.choices.isEmpty ? .none : .fixed(parameter.choices.map(\.written))
      let flagName = String(parameter.name.map { $0 == "_" ? "-" : $0 })
      switch parameter.kind {
      case .positional:
        positionals.append(
          Positional(
            parameter.name, parameter.type, isRequired: !parameter.hasDefault, help: parameter.documentation,
            completer: completer, choices: parameter.choices))
      case .input:
        input = Positional(
          parameter.name, parameter.type, isRequired: !parameter.hasDefault, help: parameter.documentation)
      case .rest:
        positionals.append(
          Positional(parameter.name, .any, isRequired: false, isRest: true, help: parameter.documentation))
      case .flag:
        flags.append(
          Flag(
            flagName, parameter.type, isRequired: !parameter.hasDefault, help: parameter.documentation,
            completer: completer, choices: parameter.choices))
      case .switch: flags.append(Flag(flagName, help: parameter.documentation))
      }
    }
    let lines = documentation.split(separator: "\n", omittingEmptySubsequences: false)
    self.init(
      name, summary: lines.first.map(String.init) ?? "",
      description: lines.dropFirst().joined(separator: "\n"), group: .script, positionals: positionals,
      flags: flags, input: input.map { $0.isRequired ? .required : .optional } ?? .none)
    inputParameter = input
  }
}

extension Constant {
  /// As it is given on a command line.
  public var written: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): text
    case .duration(let nanoseconds):
      nanoseconds % 1_000_000_000 == 0 ? "\(nanoseconds / 1_000_000_000)s" : "\(nanoseconds / 1_000_000)ms"
    case .size(let bytes): "\(bytes)B"
    }
  }
}
