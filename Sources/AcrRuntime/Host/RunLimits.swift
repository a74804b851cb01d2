import AcrCore

/// How much a run may use. A limit that is reached ends the run with an error of kind `limit`: no `try` catches it, no
/// `finally` runs because of it, and it names the limit and how to raise it. `nil` is no limit.
public struct RunLimits: Sendable, Equatable {
  /// How many steps: a step is a statement, a call, a row, or a small piece of the work inside a function.
  public var steps: Int?
  /// How many bytes the values may take that the run holds at one time. It is counted, not measured: what the process takes
  /// stays below twice as much. The stack is not in it: that of open calls (see ``depth``), and what freeing deep values takes.
  public var memory: Int?
  /// How long it may take. Commands that wait are interrupted, as by ^C.
  public var time: Duration?
  /// How many calls of a `def` may be open at once, 1 to ``deepest``. Each takes one to five kilobytes of stack.
  public var depth: Int
  /// How many bytes it may print, show and say. Of a shown value its JSON counts.
  public var output: Int?

  /// The most that ``depth`` can be: the stack of ``EvaluatorThread`` holds several times as many.
  public static let deepest = 4000

  /// No limits but the depth of calls: for scripts that their own author runs.
  public static let none = RunLimits()

  /// What a script of somebody else gets: 10 million steps, 64 MiB of values, 10 seconds, 200 calls, 1 MiB of output.
  public static let standard = RunLimits(
    steps: 10_000_000, memory: 64 << 20, time: .seconds(10), depth: 200, output: 1 << 20)

  /// Sets the limits that are named; the others are off.
  public init(
    steps: Int? = nil, memory: Int? = nil, time: Duration? = nil, depth: Int = RunLimits.deepest, output: Int? = nil
  ) {
    self.steps = steps.map { max(0, $0) }
    self.memory = memory.map { max(0, $0) }
    self.time = time
    self.depth = min(max(1, depth), RunLimits.deepest)
    self.output = output.map { max(0, $0) }
  }

  /// How much stack a run may need: freeing values nested in each other goes as deep as they do.
  var stackSize: Int { max(EvaluatorThread.stackSize, memory.map { min($0, 1 << 40) * 4 } ?? 0) }

  /// One of the limits.
  enum Kind { case steps, memory, time, depth, output }

  /// The error for a limit that is reached.
  func error(_ kind: Kind) -> AcrError {
    switch kind {
    case .steps: RunLimits.error("steps", "\(steps ?? 0) steps", "the script takes more")
    case .memory: RunLimits.error("memory", ByteCount.exact(Int64(memory ?? 0)), "the values of the script take more")
    case .time: RunLimits.error("time", DurationText.exact((time ?? .zero).nanoseconds), "the script takes longer")
    case .depth: RunLimits.error("depth", "\(depth) calls", "more calls are open at once")
    case .output: RunLimits.error("output", ByteCount.exact(Int64(output ?? 0)), "the script writes more")
    }
  }

  private static func error(_ name: String, _ value: String, _ what: String) -> AcrError {
    AcrError(
      .limit, "the limit `\(name)` of \(value) is reached: \(what)",
      help: "the program that runs this script can raise it: `RunLimits.\(name)`")
  }
}
