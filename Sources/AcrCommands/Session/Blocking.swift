import AcrCore
import AcrHTTP
import AcrRuntime
import Dispatch
import Synchronization

/// The door between the evaluator's thread, which may block, and the asynchronous layers below.
enum Blocking {
  /// Runs `work` and waits for it. ^C cancels it; the wait goes on until it has let go of what it held. With `--debug` its
  /// requests are listed.
  /// - Throws: what `work` throws; a cancellation as ``AcrError`` of kind `cancelled`.
  static func wait<Result: Sendable>(
    _ run: RunContext, _ work: @escaping @Sendable () async throws -> Result
  ) throws -> Result {
    try run.checkInterrupt()
    let answer = Mutex<Swift.Result<Result, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let sink = run.sink
    let trace = run.talk == .debug ? RequestTrace { sink.talk(String(decoding: $0.dropLast(), as: UTF8.self)) } : nil
    let task = Task.detached {
      let result: Swift.Result<Result, any Error>
      do {
        result = .success(try await RequestTrace.$ofTask.withValue(trace) { try await work() })
      } catch {
        result = .failure(error)
      }
      answer.withLock { $0 = result }
      done.signal()
    }
    run.onInterrupt({ task.cancel() }, while: { done.wait() })
    switch answer.withLock({ $0 }) {
    case .success(let value): return value
    case .failure(let error as AcrError) where error.kind != .cancelled || error.activity != nil: throw error
    case .failure(is CancellationError), .failure(is AcrError), nil: throw AcrError(.cancelled, "interrupted")
    case .failure(let error): throw error
    }
  }
}
