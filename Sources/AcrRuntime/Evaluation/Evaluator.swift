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
  /// Counts what this thread does, and looks for ^C in long computations.
  let meter: Meter
  let shapes = ShapeCache()
  private let interruption: Interruption
  /// How many `def` calls may be open at once.
  let depthLimit: Int
  /// True when each statement is told of before it runs.
  let isTracing: Bool

  /// - Parameter meter: the thread's, where it has one.
  init(code: Code, commands: CommandTable, globals: Globals, run: RunContext, meter: Meter? = nil) {
    self.code = code
    self.commands = commands
    self.globals = globals
    self.run = run
    self.meter = meter ?? Meter(run, globals: globals)
    interruption = run.interruption
    depthLimit = run.limits.depth
    isTracing = run.isTracing
  }

  /// Runs `body` with an evaluator for another context on the same thread.
  func with<Result>(_ run: RunContext, _ body: (Evaluator) throws -> Result) rethrows -> Result {
    let other = Evaluator(code: code, commands: commands, globals: globals, run: run, meter: meter)
    return try meter.during(run) { try body(other) }
  }

  /// An evaluator for another thread; it has the globals' present values.
  func detached(_ run: RunContext) -> Evaluator {
    Evaluator(code: code, commands: commands, globals: Globals(globals.values), run: run)
  }

  /// Counts bytes that the work at hand holds until the meter releases them.
  /// - Throws: an error of kind `limit` when the run would hold too many.
  func take(_ bytes: Int, _ frame: borrowing Frame, _ span: @autoclosure () -> Span) throws {
    do throws(AcrError) {
      try meter.take(bytes)
    } catch {
      throw RuntimeError(error, source: frame.source, span: span())
    }
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

  /// Counts a step.
  /// - Throws: an error of kind `cancelled` after ^C, of kind `limit` when a limit is reached.
  @inline(__always)
  func step(_ frame: borrowing Frame, _ span: @autoclosure () -> Span) throws {
    if meter.isDue() || interruption.isSet.load(ordering: .relaxed) { try look(frame, span()) }
  }

  @inline(never)
  private func look(_ frame: borrowing Frame, _ span: Span) throws {
    do throws(AcrError) {
      try meter.look()
    } catch {
      throw RuntimeError(error, source: frame.source, span: span)
    }
  }

  /// Counts bytes of a value that is about to be made.
  /// - Throws: an error of kind `limit` when the run would hold too many.
  @inline(__always)
  func charge(_ bytes: @autoclosure () -> Int, _ frame: borrowing Frame, _ span: @autoclosure () -> Span) throws {
    guard meter.isCounting else { return }
    do throws(AcrError) {
      try meter.charge(bytes())
    } catch {
      throw RuntimeError(error, source: frame.source, span: span())
    }
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
    let call: @Sendable (Arguments, Output?, RunContext, Meter) throws -> Output
    /// The flags and the rest whose value is a list of what was given.
    let collecting: Set<String>
    let required: Set<String>
    let flags: Set<String>
    let globalFlags: Set<String>
    /// What holds references, which may count from where the person is.
    let references: Set<String>

    /// In what its result is the Azure CLI's for other programs.
    let azure: Signature.AzureManner
    /// True for a word of the language, which counts the values it makes.
    let countsItself: Bool

    fileprivate init(_ command: some Command, _ signature: Signature, countsItself: Bool) {
      self.countsItself = countsItself
      azure = signature.azure
      let parameters = command.parameters
      call = { arguments, input, run, meter in
        try command.run(Call(parameters, arguments: arguments, input: input, run: run, meter: meter))
      }
      collecting = Set(
        signature.flags.filter(\.isRepeatable).map(\.name) + signature.positionals.filter(\.isRest).map(\.name))
      required = Set(
        signature.flags.filter(\.isRequired).map(\.name) + signature.positionals.filter(\.isRequired).map(\.name))
      flags = Set(signature.allFlags.map(\.name))
      globalFlags = Set(signature.globalFlags.map(\.name))
      references = Set(
        signature.flags.filter { Self.isReference($0.completer) }.map(\.name)
          + signature.positionals.filter { Self.isReference($0.completer) }.map(\.name))
    }

    private static func isReference(_ completer: Completer) -> Bool {
      switch completer {
      case .reference, .repositoryReference, .registry: true
      default: false
      }
    }
  }

  private let entries: [String: Lazy<Entry>]

  /// - Parameters:
  ///   - commands: the host's and then the language's.
  ///   - ownCount: how many are the host's.
  ///   - catalog: was made from the signatures of these commands, in this order.
  init(_ commands: [any Command], ownCount: Int, _ catalog: Catalog) {
    var entries: [String: Lazy<Entry>] = [:]
    for (index, (command, signature)) in zip(commands, catalog.commands).enumerated()
    where entries[signature.name] == nil {
      entries[signature.name] = Lazy { Entry(command, signature, countsItself: index >= ownCount) }
    }
    self.entries = entries
  }

  subscript(_ name: String) -> Entry? { entries[name]?.value }
}
