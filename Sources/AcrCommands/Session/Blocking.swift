import AcrCore
import AcrHTTP
import AcrRuntime
import AcrSystem
import Synchronization

/// The door between the evaluator's thread, which may block, and the asynchronous layers below.
enum Blocking {
  /// How long work may take to let go of what it holds after ^C. What takes longer, such as a look-up of a name that the
  /// system does not let go of, is left to end on its own.
  static let grace: Int64 = 300_000_000

  /// Runs `work` and waits for it. ^C cancels it, and the wait ends when it has let go of what it held, at the latest when
  /// ``grace`` is over. With `--debug` its requests are listed.
  /// - Throws: what `work` throws; a cancellation as ``AcrError`` of kind `cancelled`.
  static func wait<Result: Sendable>(
    _ run: RunContext, _ work: @escaping @Sendable () async throws -> Result
  ) throws -> Result {
    try run.checkInterrupt()
    let answer = Mutex<Swift.Result<Result, any Error>?>(nil)
    let done = Waiter()
    let sink = run.sink
    let trace =
      run.verbosity == .debug ? RequestTrace { sink.message(String(decoding: $0.dropLast(), as: UTF8.self)) } : nil
    let task = Task.detached {
      let result: Swift.Result<Result, any Error>
      do {
        result = .success(try await RequestTrace.$ofTask.withValue(trace) { try await work() })
      } catch {
        result = .failure(error)
      }
      answer.withLock { $0 = result }
      done.raise()
    }
    run.onInterrupt(
      {
        task.cancel()
        done.raise()
      }, while: { done.wait() })
    // Raised by the end of the work, or by ^C: then the work still has its moment.
    if answer.withLock({ $0 == nil }) { done.wait(nanoseconds: grace) }
    switch answer.withLock({ $0 }) {
    case .success(let value): return value
    case .failure(let error as AcrError) where error.kind != .cancelled || error.activity != nil: throw error
    case .failure(is CancellationError), .failure(is AcrError), nil: throw AcrError(.cancelled, "interrupted")
    case .failure(let error): throw error
    }
  }
}
