import AcrCore
import AcrLanguage

/// Runs a checked script: a synchronous walk over its tree, with the variables in ``Frame``s. One evaluator is used by one
/// thread; `par-each` makes one for each of its threads.
final class Evaluator: @unchecked Sendable {
  let code: Code
  let commands: CommandTable
  let globals: Globals
  let run: RunContext
  let patterns = PatternCache()
  /// Looks for ^C in long computations.
  let interrupts: InterruptCheck
  let shapes = ShapeCache()

  /// How many `def` calls may be open at once: the stack of ``EvaluatorThread`` holds several times as many.
  static let depthLimit = 4000

  init(code: Code, commands: CommandTable, globals: Globals, run: RunContext) {
    self.code = code
    self.commands = commands
    self.globals = globals
    self.run = run
    interrupts = InterruptCheck(run)
  }

  /// An evaluator for another context on the same thread.
  func with(_ run: RunContext) -> Evaluator {
    Evaluator(code: code, commands: commands, globals: globals, run: run)
  }

  /// An evaluator for another thread; it has the globals' present values.
  func detached(_ run: RunContext) -> Evaluator {
    Evaluator(code: code, commands: commands, globals: Globals(globals.values), run: run)
  }

  // MARK: Variables

  @inline(__always)
  func load(_ variable: VariableReference, _ frame: borrowing Frame) -> Value {
    switch variable {
    case .slot(let index): frame.slots[index]
    case .global(let index): globals.values[index]
    }
  }

  @inline(__always)
  func store(_ value: consuming Value, _ variable: VariableReference, _ frame: borrowing Frame) {
    switch variable {
    case .slot(let index): frame.slots[index] = value
    case .global(let index): globals.values[index] = value
    }
  }

  // MARK: Failures

  /// An error of kind `invalid` at a place of the frame's text.
  func failure(
    _ message: String, _ frame: borrowing Frame, _ span: Span, label: String? = nil, help: String? = nil
  ) -> RuntimeError {
    failure(.invalid, message, frame, span, label: label, help: help)
  }

  /// An error at a place of the frame's text.
  func failure(
    _ kind: ErrorKind, _ message: String, _ frame: borrowing Frame, _ span: Span, label: String? = nil,
    help: String? = nil
  ) -> RuntimeError {
    RuntimeError(AcrError(kind, message, help: help), source: frame.source, span: span, label: label)
  }

  /// Gives an error that a command or function threw its place.
  func located(_ error: any Error, _ source: Source, _ span: Span) -> any Error {
    switch error {
    case is RuntimeError, is ExitRequest: error
    case let error as AcrError: RuntimeError(error, source: source, span: span)
    case let error as ArgumentError: RuntimeError(error.error, source: source, span: span)
    default: RuntimeError(AcrError(.invalid, "\(error)"), source: source, span: span)
    }
  }

  /// - Throws: an error of kind `cancelled` after ^C.
  @inline(__always)
  func checkInterrupt(_ frame: borrowing Frame, _ span: @autoclosure () -> Span) throws {
    if run.isInterrupted { throw failure(.cancelled, "interrupted", frame, span()) }
  }

  /// How an operand is named in a message: `a string (variable `$x`)`.
  func operand(_ value: Value, _ expression: NodeID) -> String {
    switch code[expression] {
    case .slot(_, let name), .global(_, let name):
      code.name(name) == "it"
        ? "\(value.typePhrase) (the row)" : "\(value.typePhrase) (variable `$\(code.name(name))`)"
    case .field(_, let name, _): "\(value.typePhrase) (field `.\(code.name(name))`)"
    case .environment(let name, _): "\(value.typePhrase) (`$env.\(code.name(name))`)"
    case .function(let index, _): "\(value.typePhrase) (from `\(code.functions[Int(index)].signature.name)(…)`)"
    case .call(let index): "\(value.typePhrase) (from `\(code.calls[Int(index)].name)`)"
    default: value.typePhrase
    }
  }
}

/// The commands of a session by their main name. What a call needs to know of one is made when it is first called.
final class CommandTable: Sendable {
  struct Entry: Sendable {
    /// Calls it with its arguments, its input, and the run.
    let call: @Sendable (Arguments, Output?, RunContext) throws -> Output
    /// The flags and the rest whose value is a list of what was given.
    let collecting: Set<String>
    let required: Set<String>
    let flags: Set<String>
    let globalFlags: Set<String>

    fileprivate init(_ command: some Command, _ signature: Signature) {
      let parameters = command.parameters
      call = { arguments, input, run in
        try command.run(Call(parameters, arguments: arguments, input: input, run: run))
      }
      collecting = Set(
        signature.flags.filter(\.isRepeatable).map(\.name) + signature.positionals.filter(\.isRest).map(\.name))
      required = Set(
        signature.flags.filter(\.isRequired).map(\.name) + signature.positionals.filter(\.isRequired).map(\.name))
      flags = Set(signature.allFlags.map(\.name))
      globalFlags = Set(signature.globalFlags.map(\.name))
    }
  }

  private let entries: [String: Lazy<Entry>]

  /// - Parameter catalog: was made from the signatures of these commands, in this order.
  init(_ commands: [any Command], _ catalog: Catalog) {
    var entries: [String: Lazy<Entry>] = [:]
    for (command, signature) in zip(commands, catalog.commands) {
      entries[signature.name] = Lazy { Entry(command, signature) }
    }
    self.entries = entries
  }

  subscript(_ name: String) -> Entry? { entries[name]?.value }
}
