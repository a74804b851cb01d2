import AcrCore
import Synchronization

/// A streamed body on its way from the task that produces it to the loop's thread, which sends it.
final class UploadChannel: Sendable {
  /// How many bytes the producer may be ahead of the connection before it has to wait.
  static let limit = 256 * 1024

  /// What the loop gets when it asks for bytes.
  enum Outcome {
    case bytes(Int)
    case end
    /// Nothing yet: the loop pauses sending and is told when there is more.
    case wait
    case failed
  }

  private struct State {
    var pieces: [[UInt8]] = []
    /// How much of the first piece has been taken.
    var offset = 0
    /// The bytes in all pieces that have not been taken.
    var waiting = 0
    var total: Int64 = 0
    var isEnded = false
    var isClosed = false
    var error: (any Error)?
    var isLoopWaiting = false
    var room: CheckedContinuation<Void, Never>?
    var producer: Task<Void, Never>?
  }

  private let stream: BodyStream
  private let loop: CurlLoop
  private let id: UInt64
  private let state = Mutex(State())
  /// The trace of the task that sends the request. The producer starts on the loop's thread, which has none of the task's
  /// values, and sends requests of its own: it reads what is uploaded.
  private let trace = RequestTrace.ofTask

  init(_ stream: BodyStream, loop: CurlLoop, id: UInt64) {
    self.stream = stream
    self.loop = loop
    self.id = id
  }

  /// Why the producer stopped; nil as long as it has not failed.
  var error: (any Error)? { state.withLock { $0.error } }

  /// True until the first byte was asked for: the body can still be sent from its start.
  var isUntouched: Bool { state.withLock { $0.producer == nil } }

  // MARK: The loop's side

  /// Takes bytes. The producer starts with the first call and not before, so that a request whose connection fails has
  /// not used up its body. The last byte is held back until the producer has ended well: one that finds at its very end
  /// that the bytes were wrong must be able to stop the request before the server has it all.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
    let (outcome, room): (Outcome, CheckedContinuation<Void, Never>?) = state.withLock { state in
      if state.error != nil { return (.failed, nil) }
      if state.producer == nil {
        state.producer = Task { await RequestTrace.$ofTask.withValue(trace) { await produce() } }
      }
      var wanted = min(buffer.count, state.waiting - (state.isEnded ? 0 : 1))
      guard wanted > 0 else {
        if state.isEnded { return (.end, nil) }
        state.isLoopWaiting = true
        return (.wait, nil)
      }
      var count = 0
      var taken = 0
      while wanted > 0 {
        let piece = state.pieces[taken]
        let part = min(wanted, piece.count - state.offset)
        piece.withUnsafeBytes { bytes in
          let source = UnsafeRawBufferPointer(rebasing: bytes[state.offset..<state.offset + part])
          UnsafeMutableRawBufferPointer(rebasing: buffer[count..<count + part]).copyMemory(from: source)
        }
        count += part
        wanted -= part
        state.offset += part
        if state.offset == piece.count {
          taken += 1
          state.offset = 0
        }
      }
      state.pieces.removeFirst(taken)
      state.waiting -= count
      guard state.waiting < UploadChannel.limit, let room = state.room else { return (.bytes(count), nil) }
      state.room = nil
      return (.bytes(count), room)
    }
    room?.resume()
    return outcome
  }

  /// Stops the producer, whose bytes are no longer read.
  func close() {
    let (producer, room) = state.withLock { state in
      state.isClosed = true
      state.pieces = []
      defer { state.room = nil }
      return (state.isEnded ? nil : state.producer, state.room)
    }
    producer?.cancel()
    room?.resume()
  }

  // MARK: The producer's side

  private func produce() async {
    do {
      while let piece = try await stream.next() {
        guard !piece.isEmpty else { continue }
        guard try await push(piece) else { return }
      }
      try end()
    } catch {
      let wakes = state.withLock { state in
        state.isEnded = true
        state.error = error
        defer { state.isLoopWaiting = false }
        return state.isLoopWaiting
      }
      if wakes { loop.post(.resumeSending(id)) }
    }
  }

  /// Adds a piece and waits while the connection is behind; false if no more is wanted.
  private func push(_ piece: [UInt8]) async throws -> Bool {
    let (isOpen, wakes): (Bool, Bool) = try state.withLock { state in
      if state.isClosed { return (false, false) }
      state.total += Int64(piece.count)
      if let length = stream.length, state.total > length {
        throw AcrError(.invalid, "the body is longer than the \(length) bytes it was announced with")
      }
      state.pieces.append(piece)
      state.waiting += piece.count
      defer { state.isLoopWaiting = false }
      return (true, state.isLoopWaiting)
    }
    if wakes { loop.post(.resumeSending(id)) }
    guard isOpen else { return false }
    await withCheckedContinuation { continuation in
      let hasRoom = state.withLock { state in
        if state.isClosed || state.waiting < UploadChannel.limit { return true }
        state.room = continuation
        return false
      }
      if hasRoom { continuation.resume() }
    }
    return state.withLock { !$0.isClosed }
  }

  private func end() throws {
    let wakes = try state.withLock { state in
      if let length = stream.length, state.total != length, !state.isClosed {
        throw AcrError(.invalid, "the body ended after \(state.total) of the \(length) bytes it was announced with")
      }
      state.isEnded = true
      defer { state.isLoopWaiting = false }
      return state.isLoopWaiting
    }
    if wakes { loop.post(.resumeSending(id)) }
  }
}
