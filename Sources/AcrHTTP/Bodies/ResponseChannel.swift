import AcrCore
import HTTPTypes
import Synchronization

/// The head of an answer as the connection gave it.
struct ResponseHead: Sendable {
  var status: Int
  var headers: HTTPFields
  var connection: ConnectionInfo
}

/// One answer on its way from the loop's thread to the task that pulls it. Both sides hold it; the loop only ever appends
/// and the task only ever takes, so one short lock is enough.
final class ResponseChannel: Sendable {
  /// How many bytes may wait for the task before the transfer is paused.
  static let limit = 192 * 1024
  /// How many bytes are worth waking the task for while more are coming in.
  static let worthWaking = 96 * 1024
  /// Bodies of up to so many bytes are handed out with their head where they come in one go.
  static let small: Int64 = 256 * 1024

  private struct State {
    var head: ResponseHead?
    var headWaiter: CheckedContinuation<ResponseHead, any Error>?
    var unread: [UInt8] = []
    var bodyWaiter: CheckedContinuation<[UInt8]?, any Error>?
    var outcome: Result<Void, any Error>?
    /// How many bytes `Content-Length` says are still to come; 0 where it is not known.
    var remaining = WireSize.zero
    var isPaused = false
  }

  /// Resumes a waiting task. It is called when the lock is free again.
  private typealias Wake = () -> Void

  private let loop: CurlLoop
  private let id: UInt64
  private let state = Mutex(State())

  init(loop: CurlLoop, id: UInt64) {
    self.loop = loop
    self.id = id
  }

  // MARK: The task's side

  /// Waits for the head.
  func head() async throws -> ResponseHead {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let ready: Result<ResponseHead, any Error>? = state.withLock { state in
          if let head = state.head { return .success(head) }
          if case .failure(let error) = state.outcome { return .failure(error) }
          state.headWaiter = continuation
          return nil
        }
        if let ready { continuation.resume(with: ready) }
      }
    } onCancel: {
      loop.post(.cancel(id))
    }
  }

  /// Takes everything that has arrived, or waits for the next bytes; nil at the end.
  func next() async throws -> [UInt8]? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let (ready, resumes): (Result<[UInt8]?, any Error>?, Bool) = state.withLock { state in
          if !state.unread.isEmpty {
            defer { state.isPaused = false }
            return (.success(ResponseChannel.take(&state.unread)), state.isPaused)
          }
          switch state.outcome {
          case .success: return (.success(nil), false)
          case .failure(let error): return (.failure(error), false)
          case nil: break
          }
          guard state.bodyWaiter == nil else {
            return (.failure(AcrError(.usage, "the body of an answer is read from two places at once")), false)
          }
          state.bodyWaiter = continuation
          return (nil, false)
        }
        if let ready { continuation.resume(with: ready) }
        if resumes { loop.post(.resumeReceiving(id)) }
      }
    } onCancel: {
      loop.post(.cancel(id))
    }
  }

  /// Stops the transfer if it still runs, because the rest will not be read.
  func abandon() {
    if state.withLock({ $0.outcome == nil }) { loop.post(.cancel(id)) }
  }

  // MARK: The loop's side

  /// Keeps the head for the next ``flush(isIdle:)``.
  func append(head: ResponseHead) {
    state.withLock { state in
      state.head = head
      state.remaining = head.headers[.contentLength].flatMap { WireSize(digits: $0) } ?? .zero
    }
  }

  /// Keeps bytes of the body; false where too many are waiting, and then none is kept.
  func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    state.withLock { state in
      if state.unread.count >= ResponseChannel.limit {
        state.isPaused = true
        return false
      }
      if state.unread.isEmpty {
        // The exact room for a short body, and for a long one what will come before the task takes it.
        let expected = min(Int(clamping: state.remaining.bytes), ResponseChannel.limit + bytes.count)
        state.unread.reserveCapacity(max(bytes.count, expected))
      }
      state.unread.append(contentsOf: bytes)
      state.remaining = state.remaining - Int64(bytes.count)
      return true
    }
  }

  /// What the loop has to do after a flush.
  enum AfterFlush {
    case nothing
    /// Call again: a task waits, and bytes were held back.
    case flushAgain
    /// Let libcurl go on: the bytes that stopped it have been taken.
    case resumeReceiving
  }

  /// Hands what has arrived to a waiting task. The head of a short answer waits for the rest of it, and few bytes are held
  /// back as long as the loop is not idle, since waking a task for every TLS record of 16 KiB costs more than the record.
  func flush(isIdle: Bool) -> AfterFlush {
    let (headWake, bodyWake, next): (Wake?, Wake?, AfterFlush) = state.withLock { state in
      let isShort = state.remaining > Int64(0) && state.remaining <= ResponseChannel.small
      if !isIdle, isShort, state.headWaiter != nil, state.head != nil, state.outcome == nil {
        return (nil, nil, .flushAgain)
      }
      let headWake = ResponseChannel.wakeForHead(&state)
      guard let waiter = state.bodyWaiter, !state.unread.isEmpty else { return (headWake, nil, .nothing) }
      guard isIdle || state.unread.count >= ResponseChannel.worthWaking else { return (headWake, nil, .flushAgain) }
      state.bodyWaiter = nil
      let piece = ResponseChannel.take(&state.unread)
      defer { state.isPaused = false }
      return (headWake, { waiter.resume(returning: piece) }, state.isPaused ? .resumeReceiving : .nothing)
    }
    headWake?()
    bodyWake?()
    return next
  }

  /// Ends the answer; bytes that wait unread are still handed out first.
  func finish(_ outcome: Result<Void, any Error>) {
    let (headWake, bodyWake): (Wake?, Wake?) = state.withLock { state in
      guard state.outcome == nil else { return (nil, nil) }
      state.outcome = outcome
      let headWake = ResponseChannel.wakeForHead(&state)
      guard let waiter = state.bodyWaiter else { return (headWake, nil) }
      state.bodyWaiter = nil
      if !state.unread.isEmpty {
        let piece = ResponseChannel.take(&state.unread)
        return (headWake, { waiter.resume(returning: piece) })
      }
      return (headWake, { waiter.resume(with: outcome.map { nil }) })
    }
    headWake?()
    bodyWake?()
  }

  private static func take(_ bytes: inout [UInt8]) -> [UInt8] {
    var taken: [UInt8] = []
    swap(&taken, &bytes)
    return taken
  }

  private static func wakeForHead(_ state: inout State) -> Wake? {
    guard let waiter = state.headWaiter else { return nil }
    if let head = state.head {
      state.headWaiter = nil
      return { waiter.resume(returning: head) }
    }
    if case .failure(let error) = state.outcome {
      state.headWaiter = nil
      return { waiter.resume(throwing: error) }
    }
    return nil
  }
}
