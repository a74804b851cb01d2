import AcrCore
import Glibc

/// Runs a program without a shell and collects what it prints.
struct ChildProgram: Sendable {
  /// The program's path.
  let path: String
  let arguments: [String]
  let environment: [String: String]
  let timeout: Duration

  /// What a program left behind.
  struct Result: Sendable {
    /// The exit code; 128 and the signal's number for a program that a signal ended.
    let exitCode: Int32
    let output: [UInt8]
    let errors: [UInt8]
  }

  private static let longestOutput = 1 << 20

  /// Runs it.
  /// - Throws: ``AcrError``: `timeout`, `cancelled`, or why it could not be started.
  func run() async throws -> Result {
    var output = try Channel()
    defer { output.closeBoth() }
    var errors = try Channel()
    defer { errors.closeBoth() }
    let process = try spawn(output: output.writing, errors: errors.writing)
    output.closeWriting()
    errors.closeWriting()
    return try await collect(process, output.reading, errors.reading)
  }

  /// Waits without holding a thread.
  private func collect(_ process: pid_t, _ output: Int32, _ errors: Int32) async throws -> Result {
    let deadline = ContinuousClock.now + timeout
    var outputBytes: [UInt8] = []
    var errorBytes: [UInt8] = []
    while true {
      var status: Int32 = 0
      // Asked before the channels are read, so that nothing printed at the end is missed.
      let ended = waitpid(process, &status, WNOHANG) != 0
      ChildProgram.receive(output, &outputBytes)
      ChildProgram.receive(errors, &errorBytes)
      if ended {
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        return Result(exitCode: code, output: outputBytes, errors: errorBytes)
      }
      do {
        guard ContinuousClock.now < deadline else {
          throw AcrError(.timeout, "`\(path)` did not end within \(timeout.components.seconds) seconds")
        }
        try await Task.sleep(for: .milliseconds(10))
      } catch {
        // The whole group, since the program may be a script that waits for another.
        kill(-process, SIGKILL)
        waitpid(process, &status, 0)
        throw error is CancellationError ? AcrError(.cancelled, "`\(path)` was stopped") : error
      }
    }
  }

  private static func receive(_ descriptor: Int32, _ bytes: inout [UInt8]) {
    while true {
      var count = 0
      let piece = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, filled in
        count = read(descriptor, buffer.baseAddress, buffer.count)
        filled = max(0, count)
      }
      if count <= 0 { return }
      // What is too much is read all the same, so that the program does not wait for ever.
      if bytes.count < longestOutput { bytes += piece }
    }
  }

  private func spawn(output: Int32, errors: Int32) throws(AcrError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The shell blocks or ignores some signals; the program starts with none blocked and all at their defaults.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") }
    variables.append(nil)
    defer { for pointer in words + variables { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, path, &actions, &attributes, &words, &variables)
    guard code == 0 else {
      errno = code
      throw PrivateFile.failure("cannot start `\(path)`")
    }
    return process
  }
}

/// Two connected ends; reading does not block.
private struct Channel {
  private(set) var reading: Int32
  private(set) var writing: Int32

  init() throws(AcrError) {
    var ends: [Int32] = [-1, -1]
    // A pair of sockets, since unlike `pipe` it is closed in other children from the start.
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw PrivateFile.failure("cannot make a pair of sockets")
    }
    reading = ends[0]
    writing = ends[1]
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
  }

  mutating func closeWriting() {
    if writing >= 0 { close(writing) }
    writing = -1
  }

  mutating func closeBoth() {
    closeWriting()
    if reading >= 0 { close(reading) }
    reading = -1
  }
}
