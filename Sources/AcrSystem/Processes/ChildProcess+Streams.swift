import AcrCore
import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension ChildProcess {
  /// Writes its input, reads what it writes until it ends, and gives its exit code. Holds the thread. Call it once.
  ///
  /// After terminate() it returns when the program has ended, which it does at the latest when grace is over; what
  /// other programs that it started still write is not waited for.
  /// - Parameters:
  ///   - bytes: its input.
  ///   - limit: how many bytes of each stream are kept; what is too much is read all the same.
  public func communicate(_ bytes: [UInt8] = [], limit: Int = .max) -> ChildResult {
    withoutBrokenPipeSignal {
      var exchange = Exchange(self, bytes, limit: limit)
      while !exchange.isDone {
        exchange.pollOnce()
      }
      return exchange.result
    }
  }

  /// Like communicate(_:) for tasks: no thread is held, and cancellation ends the program.
  /// - Parameters:
  ///   - bytes: its input.
  ///   - timeout: how long it may take.
  ///   - limit: how many bytes of each stream are kept. What is too much is read all the same, so that the program does
  ///     not wait for ever.
  ///   - name: how the program is called in messages.
  /// - Throws: AcrError: `timeout` or `cancelled`; the program has been killed then.
  public func result(
    of bytes: [UInt8] = [], timeout: Duration, limit: Int = 1 << 20, name: String
  ) async throws -> ChildResult {
    let deadline = Monotonic.now() + timeout
    var exchange = Exchange(self, bytes, limit: limit)
    var pause = Duration.milliseconds(2)
    while true {
      withoutBrokenPipeSignal { exchange.step() }
      if exchange.isDone { return exchange.result }
      do {
        guard Monotonic.now() < deadline else {
          throw AcrError(.timeout, "\(name) did not end within \(timeout.components.seconds) seconds")
        }
        try await Task.sleep(for: pause)
      } catch {
        kill()
        exchange.abandon()
        throw error is CancellationError ? AcrError(.cancelled, "\(name) was stopped") : error
      }
      pause = min(pause * 2, .milliseconds(50))
    }
  }

  /// Reads what a program that goes on running writes first, up to the end of the line. Holds the thread.
  /// - Returns: nil where it ended before it wrote a line.
  public func firstLine() -> [UInt8]? {
    var bytes: [UInt8] = []
    while true {
      switch FileDescriptor.read(output) {
      case .bytes(let piece): bytes += piece
      case .nothing: _ = FileDescriptor.wait(forAnyOf: [output])
      case .end, .failed: return nil
      }
      if let end = bytes.firstIndex(of: 0x0A) { return Array(bytes[..<end]) }
    }
  }

  /// Ends the input of a program that stops with it, and waits for its end. Call it once, and nothing behind it.
  public func stop() -> ChildResult { communicate() }

  /// Runs `body` without SIGPIPE for this thread: a write to a program that reads no more is an error, not the end.
  private func withoutBrokenPipeSignal<Result>(_ body: () -> Result) -> Result {
    var broken = sigset_t()
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    var before = sigset_t()
    pthread_sigmask(SIG_BLOCK, &broken, &before)
    let result = body()
    var pending = sigset_t()
    sigpending(&pending)
    if sigismember(&pending, SIGPIPE) == 1, sigismember(&before, SIGPIPE) == 0 {
      var number: Int32 = 0
      sigwait(&broken, &number)
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    return result
  }
}

/// The bytes that go to and come from one program.
private struct Exchange {
  private let child: ChildProcess
  private var rest: ArraySlice<UInt8>
  private let limit: Int
  /// Input, output and errors; -1 once closed.
  private var ends: [Int32]
  private(set) var result = ChildResult()
  private(set) var isDone = false
  private var isKilled = false
  /// How long to wait for the end of a program whose streams have ended, in milliseconds.
  private var pause: Int32 = 0

  init(_ child: ChildProcess, _ bytes: [UInt8], limit: Int = .max) {
    self.child = child
    self.limit = limit
    rest = bytes[...]
    ends = [child.input, child.output, child.errors]
    if rest.isEmpty { close(0) }
    for end in ends where end >= 0 { FileDescriptor.setNonblocking(end) }
  }

  /// Waits until something can be done, and does it.
  mutating func pollOnce() {
    // poll passes over negative descriptors.
    var waiting = [
      pollfd(fd: ends[0], events: Int16(POLLOUT), revents: 0), pollfd(fd: ends[1], events: Int16(POLLIN), revents: 0),
      pollfd(fd: ends[2], events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.wake.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let isEnding = child.endRequested != nil
    let milliseconds: Int32 = isEnding ? 10 : hasStreams ? -1 : pause
    if isEnding { waiting.removeLast() }
    _ = poll(&waiting, nfds_t(waiting.count), milliseconds)
    step()
    if !hasStreams { pause = min(20, pause * 2 + 1) }
  }

  /// Does what can be done without waiting.
  mutating func step() {
    send()
    if isDone { return }
    // Asked before the pipes are read, so that nothing written at the end is missed.
    var code: Int32 = 0
    let isEnding = child.endRequested != nil
    // Until it should end, its streams count: another program may still write to them.
    let hasEnded = (isEnding || !hasStreams || limit != .max) && child.hasEnded(&code)
    receive(1, into: \.output)
    receive(2, into: \.errors)
    if hasEnded {
      result.exitCode = code
      finish()
    } else if !isKilled, let requested = child.endRequested, Monotonic.now() - requested > ChildProcess.grace {
      isKilled = true
      child.kill()
    }
  }

  /// Collects a program that was killed.
  mutating func abandon() {
    var code: Int32 = 0
    for _ in 0..<200 where !child.hasEnded(&code) { Clock.sleep(milliseconds: 1) }
    finish()
  }

  private var hasStreams: Bool { ends[1] >= 0 || ends[2] >= 0 }

  private mutating func finish() {
    for index in ends.indices { close(index) }
    isDone = true
  }

  private mutating func close(_ index: Int) {
    if ends[index] >= 0 { FileDescriptor.close(ends[index]) }
    ends[index] = -1
  }

  private mutating func send() {
    guard ends[0] >= 0 else { return }
    while !rest.isEmpty {
      let count = FileSystem.retrying { rest.withUnsafeBytes { write(ends[0], $0.baseAddress, $0.count) } }
      if count < 0 {
        if SystemError.last.wouldBlock { return }
        // It reads no more, which is its own affair.
        rest = []
      } else {
        rest = rest.dropFirst(count)
      }
    }
    close(0)
  }

  private mutating func receive(_ index: Int, into bytes: WritableKeyPath<ChildResult, [UInt8]>) {
    // A program that writes without end must not keep this one from looking at anything else.
    var pieces = 0
    while ends[index] >= 0, pieces < 64 {
      pieces += 1
      switch FileDescriptor.read(ends[index]) {
      case .bytes(let piece): if result[keyPath: bytes].count < limit { result[keyPath: bytes] += piece }
      case .nothing: return
      case .end, .failed: close(index)
      }
    }
  }
}
