import AcrCore
import AcrLanguage

/// The flags of the Azure CLI that every command of the groups `registry` and `session` takes. The evaluator does what
/// they ask for around the command, which does not know of them.
struct GlobalFlags {
  static let all: [Signature.Flag] = [
    .init("query", .string, help: "picks from the result with a JMESPath expression", check: JMESPath.check),
    .init(
      "output", short: "o", .string, help: "how the result is shown", completer: .fixed(OutputFormat.names),
      check: OutputFormat.check),
    .init("only-show-errors", help: "no notes and warnings"),
    .init("verbose", help: "says how long it took"),
    .init("debug", help: "lists its requests on standard error, and says how long it took"),
  ]

  /// The expression of `--query`.
  let query: String?
  /// The format of `--output`, which counts where the result is shown.
  let format: OutputFormat?
  /// How much is said on standard error.
  let talk: RunContext.Talk?

  /// None is given.
  static let none = GlobalFlags()

  private init() {
    query = nil
    format = nil
    talk = nil
  }

  /// Takes a command's global flags out of its arguments.
  /// - Throws: ``ArgumentError`` for a format that does not exist.
  init(_ arguments: [String: Value], of signature: Signature) throws(ArgumentError) {
    let names = signature.globalFlags.map(\.name)
    let text = { (name: String) -> String? in
      if names.contains(name), case .string(let text)? = arguments[name] { text } else { nil }
    }
    let isOn = { (name: String) -> Bool in
      if names.contains(name), case .bool(true)? = arguments[name] { true } else { false }
    }
    query = text("query")
    if let name = text("output") {
      guard let format = OutputFormat(name: name) else {
        let problem = OutputFormat.check(name)
        throw ArgumentError("output", AcrError(.usage, problem?.message ?? "", help: problem?.help))
      }
      self.format = format
    } else {
      format = nil
    }
    talk = isOn("debug") ? .debug : isOn("verbose") ? .verbose : isOn("only-show-errors") ? .errorsOnly : nil
  }

  /// Runs a command as the flags ask for.
  func run(_ run: RunContext, _ body: (RunContext) throws -> Output) throws -> Output {
    let context = talk.map(run.with(talk:)) ?? run
    let start = ContinuousClock.now
    let output = try body(context)
    guard query != nil || context.talk >= .verbose else { return output }
    // Both need the whole result: a query sees all rows, and the time ends with the last.
    let whole = try output.collected()
    if context.talk >= .verbose {
      context.sink.talk("took \(DurationText.human((ContinuousClock.now - start).nanoseconds))")
    }
    guard let query else { return .value(whole) }
    return .value(try JMESPath.search(query, in: whole, parameter: "query", InterruptCheck(run)))
  }
}
