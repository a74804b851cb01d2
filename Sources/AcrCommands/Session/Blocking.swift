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

  /// How long the last requests of a run may take, in nanoseconds.
  private static let lastWait: Int64 = 60_000_000_000

  /// Runs what a run still writes at its end, whatever ended it, and waits for it, at most a minute.
  /// - Throws: what `work` throws; of kind `timeout` where it took longer.
  static func last(_ work: @escaping @Sendable () async throws -> Void) throws(AcrError) {
    let answer = Mutex<AcrError?>(nil)
    let done = Waiter()
    let task = Task.detached {
      do {
        try await work()
      } catch {
        answer.withLock { $0 = error as? AcrError ?? AcrError(.cancelled, "interrupted") }
      }
      done.raise()
    }
    guard done.wait(nanoseconds: lastWait) else {
      task.cancel()
      throw AcrError(.timeout, "the registry took longer than a minute to store the last of the run")
    }
    if let error = answer.withLock({ $0 }) { throw error }
  }

  /// Runs `work` and waits for it. ^C cancels it, and the wait ends when it has let go of what it held, at the latest when
  /// ``grace`` is over. With `--debug` its requests are listed.
  /// - Parameter deadline: cancels it too, and gives it longer to let go.
  /// - Throws: what `work` throws; a cancellation as ``AcrError`` of kind `cancelled`, or of kind `deadline`.
  static func wait<Result: Sendable>(
    _ run: RunContext, until deadline: RunDeadline? = nil, _ work: @escaping @Sendable () async throws -> Result
  ) throws -> Result {
    try run.checkInterrupt()
    if let deadline, deadline.left == 0 { throw deadline.error }
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
    var isLate = false
    run.onInterrupt(
      {
        task.cancel()
        done.raise()
      },
      while: {
        guard let deadline, !done.wait(nanoseconds: deadline.left) else {
          if deadline == nil { done.wait() }
          return
        }
        isLate = true
        task.cancel()
        done.wait(nanoseconds: RunDeadline.grace)
      })
    // Raised by the end of the work, or by ^C: then the work still has its moment.
    if !isLate, answer.withLock({ $0 == nil }) { done.wait(nanoseconds: grace) }
    let result = answer.withLock { $0 }
    if isLate, let deadline, !run.isInterrupted {
      if case .success(let value) = result { return value }
      throw deadline.error
    }
    switch result {
    case .success(let value): return value
    case .failure(let error as AcrError) where error.kind != .cancelled || error.activity != nil: throw error
    case .failure(is CancellationError), .failure(is AcrError), nil: throw AcrError(.cancelled, "interrupted")
    case .failure(let error): throw error
    }
  }
}
