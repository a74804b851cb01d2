import AcrSystem

/// Threads with a stack deep enough for the evaluator's recursion (a `def` may call itself thousands of times). The
/// memory is reserved, not used, until the recursion is really that deep.
public final class EvaluatorThread: @unchecked Sendable {
  /// 512 MiB of address space.
  public static let stackSize = 512 << 20

  private let thread: SystemThread?

  /// Starts a thread that runs `body`; where no thread can be had, runs it at once on this one.
  /// - Parameter stackSize: the address space for its stack, in bytes.
  public init(stackSize: Int = EvaluatorThread.stackSize, _ body: @escaping @Sendable () -> Void) {
    thread = SystemThread(stackSize: stackSize, body)
    if thread == nil { body() }
  }

  /// Waits for its end. Call it once.
  public func join() { thread?.join() }

  /// Runs `body` on a thread of its own and waits for what it returns.
  public static func run<Result>(stackSize: Int = EvaluatorThread.stackSize, _ body: () -> Result) -> Result {
    withoutActuallyEscaping(body) { body in
      let call = Call(body)
      EvaluatorThread(stackSize: stackSize) { call.perform() }.join()
      return call.result
    }
  }

  /// A call whose result is made on one thread and read on another, after `join`.
  private final class Call<Value>: @unchecked Sendable {
    private let body: () -> Value
    private(set) lazy var result = body()

    init(_ body: @escaping () -> Value) { self.body = body }

    func perform() { _ = result }
  }
}
