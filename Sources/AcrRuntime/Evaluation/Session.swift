import AcrCore
import AcrLanguage

/// What lasts from one entry at the prompt to the next, or for the run of one script: the commands and the variables of the
/// top level. Used by one thread at a time.
public final class Session: @unchecked Sendable {
  /// Everything the check needs to know about commands and functions.
  public let catalog: Catalog
  private let commands: CommandTable
  private let globals = Globals()

  /// Creates a session.
  /// - Parameters:
  ///   - commands: the host's own. One that has the name of a word of the language replaces it.
  ///   - capabilities: which words of the language there are besides.
  ///   - foreign: what other programs of the host's field have and it has not.
  public init(
    commands: [any Command] = [], capabilities: Capabilities = .all, foreign: ForeignNames = .none
  ) {
    let all = commands + Builtins.words.filter { !capabilities.withholds($0.signature.name) }
    catalog = capabilities.catalog(of: all, foreign)
    self.commands = CommandTable(all, ownCount: commands.count, catalog)
  }

  /// How a run ended.
  public enum Outcome: Sendable {
    case finished
    /// `exit` with this code.
    case exited(Int32)
    case failed(RuntimeError)
  }

  /// Runs a script, or one entry at the prompt, on a thread of its own and waits for its end. Globals keep their values.
  /// - Parameter arguments: what the command line gives the script's `param`s.
  public func run(_ script: CheckedScript, arguments: [String] = [], in run: RunContext) -> Outcome {
    EvaluatorThread.run(stackSize: run.limits.stackSize) { run.budget.timed { self.perform(script, arguments, run) } }
  }

  deinit {
    // Values may be nested very deep, and freeing them goes as deep.
    if globals.values.contains(where: \.isOnHeap) { EvaluatorThread.run { globals.values = [] } }
  }

  /// The value of a global; null when it has none yet.
  public func global(_ index: Int) -> Value { index < globals.values.count ? globals.values[index] : .null }

  /// Sets a global, such as `$error` at the prompt.
  public func setGlobal(_ index: Int, to value: Value) {
    grow(to: index + 1)
    globals.values[index] = value
  }

  private func grow(to count: Int) {
    if count > globals.values.count {
      globals.values.append(contentsOf: repeatElement(.null, count: count - globals.values.count))
    }
  }

  private func perform(_ script: CheckedScript, _ arguments: [String], _ run: RunContext) -> Outcome {
    grow(to: script.globalCount)
    let code = CodeBuilder.code(of: script)
    let evaluator = Evaluator(code: code, commands: commands, globals: globals, run: run)
    let storage = SlotStorage(count: script.slotCount)
    defer { withExtendedLifetime((storage, code)) {} }
    var frame = Frame(slots: storage.slots, source: .passUnretained(script.source), depth: 0)
    do {
      return try evaluator.meter.with(storage.slots) {
        try evaluator.bind(arguments, to: code.parameters, &frame)
        guard try evaluator.execute(code.body, &frame, keepsValue: false) == .exited else { return .finished }
        if case .int(let code) = frame.result { return .exited(Int32(clamping: code)) }
        return .finished
      }
    } catch let request as ExitRequest {
      return .exited(request.code)
    } catch let error {
      guard var error = evaluator.located(error, script.source, Span(0, 0)) as? RuntimeError else { return .finished }
      // What the stop makes fail says "interrupted" at most.
      if let reached = run.budget.reached { error.error = reached }
      return .failed(error)
    }
  }
}
