import AcrCore
import Synchronization

/// What one run shares between its threads: where output goes, whether it was interrupted, and whether it may change
/// anything. There is one for a script, and one for each entry at the prompt.
public final class RunContext: Sendable {
  /// Where values and talk go.
  public let sink: any OutputSink
  /// True when commands that change something only say what they would do.
  public let isDryRun: Bool
  /// True when somebody sits at a terminal and can be asked.
  public let isInteractive: Bool
  private let interrupted = Atomic<Bool>(false)
  private let observers = Mutex<[Int: @Sendable () -> Void]>([:])
  private let nextObserver = Atomic<Int>(0)

  /// Creates the context of a run.
  public init(sink: any OutputSink, isDryRun: Bool = false, isInteractive: Bool = false) {
    self.sink = sink
    self.isDryRun = isDryRun
    self.isInteractive = isInteractive
  }

  /// True from the first ^C on. Read before each statement and each row.
  public var isInterrupted: Bool { interrupted.load(ordering: .relaxed) }

  /// Stops the run: the evaluator throws at the next statement, and running transfers are cancelled by their observers.
  public func interrupt() {
    guard !interrupted.exchange(true, ordering: .sequentiallyConsistent) else { return }
    for observer in observers.withLock({ Array($0.values) }) { observer() }
  }

  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  public func checkInterrupt() throws {
    if isInterrupted { throw AcrError(.cancelled, "interrupted") }
  }

  /// Calls `observer` once if the run is interrupted while `body` runs.
  public func onInterrupt<Result>(
    _ observer: @escaping @Sendable () -> Void, while body: () throws -> Result
  ) rethrows -> Result {
    let id = nextObserver.wrappingAdd(1, ordering: .relaxed).oldValue
    observers.withLock { $0[id] = observer }
    defer { observers.withLock { $0[id] = nil } }
    if isInterrupted { observer() }
    return try body()
  }
}

/// Where a run's output goes. Calls may come from several threads.
public protocol OutputSink: Sendable {
  /// Shows a value of a top-level statement on standard output, in the session's format.
  func show(_ output: Output) throws
  /// Writes a line of text on standard output (`print`).
  func print(_ text: String) throws
  /// Writes a line on standard error: notes, warnings, `print --err`.
  func talk(_ text: String)
}
