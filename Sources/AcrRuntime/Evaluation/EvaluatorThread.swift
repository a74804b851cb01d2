import Glibc

/// Threads with a stack deep enough for the evaluator's recursion (a `def` may call itself thousands of times). The
/// memory is reserved, not used, until the recursion is really that deep.
public final class EvaluatorThread: @unchecked Sendable {
  /// 512 MiB of address space.
  public static let stackSize = 512 << 20

  private var handle = pthread_t()
  private let isStarted: Bool

  /// Starts a thread that runs `body`; where no thread can be had, runs it at once on this one.
  public init(_ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, EvaluatorThread.stackSize)
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    isStarted =
      pthread_create(
        &handle, &attributes,
        { context in
          guard let context else { return nil }
          Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, context) == 0
    if !isStarted { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
  }

  /// Waits for its end. Call it once.
  public func join() {
    if isStarted { pthread_join(handle, nil) }
  }

  /// Runs `body` on a thread of its own and waits for what it returns.
  public static func run<Result>(_ body: () -> Result) -> Result {
    withoutActuallyEscaping(body) { body in
      let call = Call(body)
      EvaluatorThread { call.perform() }.join()
      return call.result
    }
  }

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// A call whose result is made on one thread and read on another, after `join`.
  private final class Call<Value>: @unchecked Sendable {
    private let body: () -> Value
    private(set) lazy var result = body()

    init(_ body: @escaping () -> Value) { self.body = body }

    func perform() { _ = result }
  }
}
