import Foundation

/// A program that runs with pipes for its standard streams.
public final class RunningProgram: Sendable {
  private let child: ChildProcess
  private let streams = Monitor(Streams())

  private struct Streams: Sendable {
    var output: [UInt8] = []
    var errors: [UInt8] = []
    /// How many of the two streams are not at their end.
    var open = 2
  }

  init(_ program: Program) throws {
    let input = try Pipe.make()
    let output = try Pipe.make()
    let errors = try Pipe.make()
    do {
      child = try ChildProcess(
        executable: try Program.locate(program.executable), arguments: program.arguments,
        environment: program.environment, directory: program.directory,
        streams: .descriptors(input.reader, output.writer, errors.writer))
    } catch {
      for end in [input, output, errors].flatMap({ [$0.reader, $0.writer] }) { close(end) }
      throw error
    }
    for end in [input.reader, output.writer, errors.writer] { close(end) }
    let text = program.input
    Thread.detachNewThread {
      Pipe.blockBrokenPipeSignal()
      Pipe.write(text, to: input.writer)
      close(input.writer)
    }
    collect(output.reader) { $0.output += $1 }
    collect(errors.reader) { $0.errors += $1 }
  }

  /// The id of the process.
  public var identifier: Int32 { child.identifier }
  /// What it wrote to standard output so far.
  public var output: String { String(decoding: streams.current.output, as: UTF8.self) }
  /// What it wrote to standard error so far.
  public var errorOutput: String { String(decoding: streams.current.errors, as: UTF8.self) }
  /// Whether it has not ended yet.
  public var isRunning: Bool { child.result == nil }

  /// Sends a signal, for example `SIGINT` or `SIGKILL`; nothing happens once the program has ended.
  public func send(_ signal: Int32) { child.send(signal) }

  /// Waits for the end of the program and of its output.
  /// - Returns: nil when the time was over first; the program goes on.
  public func wait(timeout: Duration = .seconds(60)) async throws -> ProgramResult? {
    try await onThread { [child, streams] in
      let deadline = Date() + timeout.seconds
      guard let ending = child.wait(until: deadline) else { return nil }
      // A grandchild may hold the pipes open; what is there a moment after the end is what counts then.
      _ = streams.wait(until: min(deadline, Date() + 2)) { $0.open == 0 }
      let current = streams.current
      return ProgramResult(outputBytes: current.output, errorBytes: current.errors, ending: ending)
    }
  }

  /// Waits until standard output and standard error so far satisfy a condition.
  /// - Returns: false when the time was over first, or both streams ended.
  public func waitForOutput(
    within duration: Duration = .seconds(20), _ isSatisfied: @escaping @Sendable (String, String) -> Bool
  ) async throws -> Bool {
    try await onThread { [streams] in
      let check: (Streams) -> Bool = {
        isSatisfied(String(decoding: $0.output, as: UTF8.self), String(decoding: $0.errors, as: UTF8.self))
      }
      _ = streams.wait(until: Date() + duration.seconds) { $0.open == 0 || check($0) }
      return check(streams.current)
    }
  }

  /// Ends the program (SIGTERM, then SIGKILL) and waits for it.
  public func stop() { child.terminate() }

  private func collect(_ descriptor: Int32, _ take: @escaping @Sendable (inout Streams, [UInt8]) -> Void) {
    Thread.detachNewThread { [streams] in
      while let bytes = Pipe.read(descriptor) { streams.update { take(&$0, bytes) } }
      close(descriptor)
      streams.update { $0.open -= 1 }
    }
  }
}

/// Pipes and blocking calls on them.
enum Pipe {
  /// A pipe whose ends no child inherits by accident.
  static func make() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw TestSupportError.system("pipe") }
    // Not pipe2, which Swift's Glibc module does not have.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Keeps the calling thread's writes to a pipe that nobody reads from ending the test run: they fail with EPIPE then.
  static func blockBrokenPipeSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Some bytes; nil at the end of the stream, or when it broke.
  static func read(_ descriptor: Int32) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
      var result = Glibc.read(descriptor, buffer.baseAddress, 65536)
      while result < 0 && errno == EINTR { result = Glibc.read(descriptor, buffer.baseAddress, 65536) }
      count = max(result, 0)
    }
    return bytes.isEmpty ? nil : bytes
  }

  /// Writes all bytes; stops where nobody reads any more.
  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let result = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if result < 0 && errno != EINTR { return }
        rest = rest.dropFirst(max(result, 0))
      }
    }
  }
}
