import AcrCore
import AcrLanguage

/// The flags of the Azure CLI that every command of the groups `registry` and `session` takes. The evaluator does what
/// they ask for around the command, which does not know of them.
struct GlobalFlags {
  /// The flags, declared.
  private struct Parameters: ParameterSet {
    let query = Flag<String?>(
      "query", help: "picks from the result with a JMESPath expression", check: JMESPath.check)
    let output = Flag<String?>(
      "output", short: "o", help: "how the result is shown", completer: .fixed(OutputFormat.names),
      check: OutputFormat.check, aliases: ["out"])
    let wide = Switch("wide", help: "all columns, with whole digests and exact times, as `--output wide`")
    let onlyShowErrors = Switch("only-show-errors", help: "no notes and warnings")
    let verbose = Switch("verbose", help: "says how long it took")
    let debug = Switch("debug", help: "lists its requests on standard error, and says how long it took")
  }

  private static let parameters = Parameters()

  static let all: [Signature.Flag] = parameters.declarations.compactMap { declaration in
    if case .flag(let flag) = declaration.outline { flag } else { nil }
  }

  /// The expression of `--query`.
  let query: String?
  /// The format of `--output`, which counts where the result is shown.
  let format: OutputFormat?
  /// How much is said on standard error.
  let verbosity: RunContext.Verbosity?

  /// None is given.
  static let none = GlobalFlags()

  private init() {
    query = nil
    format = nil
    verbosity = nil
  }

  /// Takes a command's global flags out of its arguments.
  /// - Throws: ``ArgumentError`` for a format that does not exist.
  init(_ arguments: Arguments, named names: Set<String>) throws(ArgumentError) {
    // A flag of the command's own hides the global one of that name, which is then not among the names.
    var arguments = arguments
    arguments.values = arguments.values.filter { names.contains($0.key) }
    let declared = GlobalFlags.parameters
    query = declared.query.read(arguments)
    if let name = declared.output.read(arguments) {
      guard let format = OutputFormat(name: name) else {
        let problem = OutputFormat.check(name)
        throw ArgumentError(declared.output, AcrError(.usage, problem?.message ?? "", help: problem?.help))
      }
      self.format = format
    } else {
      format = declared.wide.read(arguments) ? .wide : nil
    }
    verbosity =
      declared.debug.read(arguments)
      ? .debug
      : declared.verbose.read(arguments) ? .verbose : declared.onlyShowErrors.read(arguments) ? .errorsOnly : nil
  }

  /// Runs a command as the flags ask for.
  func run(_ run: RunContext, _ meter: Meter, _ body: (RunContext) throws -> Output) throws -> Output {
    let context = verbosity.map(run.with(verbosity:)) ?? run
    let start = run.host.uptime()
    let output = try body(context)
    guard query != nil || context.verbosity >= .verbose else { return output }
    // Both need the whole result: a query sees all rows, and the time ends with the last.
    let whole = try output.collected(meter)
    if context.verbosity >= .verbose {
      context.sink.message("took \(DurationText.human((run.host.uptime() - start).nanoseconds))")
    }
    guard let query else { return .value(whole) }
    return .value(
      try JMESPath.search(query, in: whole, parameter: GlobalFlags.parameters.query.name, meter))
  }
}
