import AcrCore
import Synchronization

/// What one run shares between its threads: where output goes, what it sees of the world, what it may use, whether it was
/// interrupted, and whether it may change anything. There is one for a script, and one for each entry at the prompt.
public final class RunContext: Sendable {
  /// Where values and messages go.
  public let sink: any OutputSink
  /// What the run sees of the world.
  public let host: Host
  /// True when commands that change something only say what they would do.
  public let isDryRun: Bool
  /// True when each statement is told of before it runs, on standard error.
  public let isTracing: Bool
  /// True when there is a terminal to ask on.
  public let isInteractive: Bool
  private let person: (any Prompter)?
  /// How much commands say on standard error.
  public let verbosity: Verbosity
  let interruption: Interruption
  let budget: Budget
  /// The errors that scripts of this run caught.
  let caughtErrors: CaughtErrors
  private let failedItems: FailedItems

  /// Creates the context of a run.
  /// - Parameters:
  ///   - sink: where output goes.
  ///   - host: what the run sees of the world.
  ///   - limits: what it may use, for the whole run.
  ///   - isDryRun: commands that change something only say what they would do.
  ///   - isTracing: each statement is told of before it runs.
  ///   - isInteractive: somebody can be asked.
  ///   - prompter: asks them.
  public init(
    sink: any OutputSink, host: Host = Host(), limits: RunLimits = .none, isDryRun: Bool = false,
    isTracing: Bool = false, isInteractive: Bool = false, prompter: (any Prompter)? = nil
  ) {
    interruption = Interruption()
    budget = Budget(limits, interruption)
    self.sink = limits.output == nil && limits.memory == nil ? sink : MeteredSink(sink: sink, budget: budget)
    self.host = host
    self.isDryRun = isDryRun
    self.isTracing = isTracing
    self.isInteractive = isInteractive
    person = prompter
    verbosity = .normal
    caughtErrors = CaughtErrors()
    failedItems = FailedItems()
  }

  /// A context of the same run with another interruption, or that says more or less.
  private init(
    _ parent: RunContext, _ interruption: Interruption, _ verbosity: Verbosity, sink: (any OutputSink)? = nil
  ) {
    let given = sink ?? parent.sink
    self.sink = verbosity == .errorsOnly && parent.verbosity != .errorsOnly ? QuietSink(sink: given) : given
    host = parent.host
    self.verbosity = verbosity
    self.interruption = interruption
    budget = parent.budget
    isDryRun = parent.isDryRun
    isTracing = parent.isTracing
    isInteractive = parent.isInteractive
    person = parent.person
    caughtErrors = parent.caughtErrors
    failedItems = parent.failedItems
  }

  /// How much commands say on standard error besides errors.
  public enum Verbosity: Int, Sendable, Comparable {
    /// Nothing.
    case errorsOnly
    /// Notes and warnings.
    case normal
    /// Also how long a command took.
    case verbose
    /// Also every request.
    case debug

    public static func < (left: Verbosity, right: Verbosity) -> Bool { left.rawValue < right.rawValue }
  }

  /// The same run, but one that says more or less.
  public func with(verbosity: Verbosity) -> RunContext { RunContext(self, interruption, verbosity) }

  /// The same run, whose output goes elsewhere.
  public func with(sink: any OutputSink) -> RunContext { RunContext(self, interruption, verbosity, sink: sink) }

  /// Answers questions (`confirm`, `secret prompt`) until the run is stopped; nil without a terminal.
  public var prompter: Questions? { person.map { Questions(prompter: $0, run: self) } }

  /// What the run may use.
  public var limits: RunLimits { budget.limits }

  /// True when an item of a `--keep-going` failed: the run goes on, and the process's exit code tells.
  public var hasFailedItems: Bool { failedItems.isSet.load(ordering: .relaxed) }

  /// Notes that an item of a `--keep-going` failed.
  public func noteFailedItem() { failedItems.isSet.store(true, ordering: .relaxed) }

  /// True from the first ^C on, and when a limit is reached. Read before each statement and each row.
  public var isInterrupted: Bool { interruption.isSet.load(ordering: .relaxed) }

  /// Stops the run: the evaluator throws at the next statement, and running transfers are cancelled by their observers.
  /// Called again, it stops the `finally` blocks that run because of the first time.
  public func interrupt() { interruption.raise() }

  /// - Throws: ``AcrError`` of kind `cancelled` after ^C, of kind `limit` when a limit stopped the run.
  public func checkInterrupt() throws {
    if isInterrupted { throw stopError }
  }

  /// Why the run is stopped.
  var stopError: AcrError { budget.reached ?? AcrError(.cancelled, "interrupted") }

  /// Calls `observer` once if the run is interrupted while `body` runs.
  public func onInterrupt<Result>(
    _ observer: @escaping @Sendable () -> Void, while body: () throws -> Result
  ) rethrows -> Result {
    try interruption.observed(observer, body)
  }

  /// Runs `body` with a context of its own that stops when this one does, and can be stopped alone: the jobs of one
  /// `par-each` end at its first error while the script goes on.
  public func withChild<Result>(_ body: (RunContext) throws -> Result) rethrows -> Result {
    try withDependent { child in try onInterrupt({ child.interrupt() }, while: { try body(child) }) }
  }

  /// Runs `body` with a context that the ^C which stopped this one does not stop, only the next: a `finally` block.
  func withCleanup<Result>(_ body: (RunContext) throws -> Result) rethrows -> Result {
    try withDependent(body)
  }

  private func withDependent<Result>(_ body: (RunContext) throws -> Result) rethrows -> Result {
    let dependent = RunContext(self, Interruption(), verbosity)
    return try interruption.with(dependent.interruption) { try body(dependent) }
  }
}

/// Leaves notes and warnings out.
private struct QuietSink: OutputSink {
  let sink: any OutputSink

  func show(_ output: Output, as format: OutputFormat?) throws { try sink.show(output, as: format) }
  func place(as format: OutputFormat?) -> ShownPlace? { sink.place(as: format) }
  func print(_ text: String) throws { try sink.print(text) }
  func printRaw(_ text: String, toErrors: Bool) throws { if !toErrors { try sink.printRaw(text, toErrors: false) } }
  func message(_ text: String) {}
}

/// Shared by a run and the parallel jobs in it.
private final class FailedItems: Sendable {
  let isSet = Atomic<Bool>(false)
}

/// Asks the person at the terminal.
public protocol Prompter: Sendable {
  /// Asks a question to be answered with yes or no.
  /// - Parameter isStopped: asked several times a second; true gives up.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C or ^D.
  func confirm(_ question: String, isStopped: () -> Bool) throws -> Bool
  /// Asks for a text that is not shown while it is typed.
  /// - Parameter isStopped: asked several times a second; true gives up.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C or ^D.
  func secret(_ prompt: String, isStopped: () -> Bool) throws -> Secret
  /// Asks for a line of text, which is shown while it is typed.
  /// - Parameter isStopped: asked several times a second; true gives up.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C or ^D.
  func line(_ question: String, isStopped: () -> Bool) throws -> String
}

/// The questions of one run, which end when the run is stopped.
public struct Questions {
  let prompter: any Prompter
  let run: RunContext

  /// Asks a question to be answered with yes or no.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C or ^D.
  public func confirm(_ question: String) throws -> Bool {
    try prompter.confirm(question) { run.isInterrupted }
  }

  /// Asks for a text that is not shown while it is typed.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C or ^D.
  public func secret(_ prompt: String) throws -> Secret {
    try prompter.secret(prompt) { run.isInterrupted }
  }

  /// Asks for a line of text, which is shown while it is typed.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C or ^D.
  public func line(_ question: String) throws -> String { try prompter.line(question) { run.isInterrupted } }
}

/// Where a run's output goes. Calls may come from several threads.
public protocol OutputSink: Sendable {
  /// Shows a value of a top-level statement on standard output.
  /// - Parameter format: how the statement wants it written; nil for the session's format.
  func show(_ output: Output, as format: OutputFormat?) throws
  /// Where ``show(_:as:)`` writes; nil where that is not known.
  func place(as format: OutputFormat?) -> ShownPlace?
  /// Writes a line of text on standard output (`print`). A terminal is shown escapes in place of control characters.
  func print(_ text: String) throws
  /// Writes a line as it is, to a terminal too (`print --raw`).
  func printRaw(_ text: String, toErrors: Bool) throws
  /// Writes a line on standard error: notes, warnings, `print --err`.
  func message(_ text: String)
}

/// Where a shown value goes.
public struct ShownPlace: Sendable {
  /// How it is written.
  public var format: OutputFormat
  /// True where a person sees it.
  public var isTerminal: Bool

  /// Creates a place.
  public init(format: OutputFormat, isTerminal: Bool) {
    self.format = format
    self.isTerminal = isTerminal
  }
}

extension OutputSink {
  /// Nobody knows: then it counts as what a person sees.
  public func place(as format: OutputFormat?) -> ShownPlace? { nil }
  /// A sink without a terminal has nothing to escape.
  public func printRaw(_ text: String, toErrors: Bool) throws { if toErrors { message(text) } else { try print(text) } }
}
