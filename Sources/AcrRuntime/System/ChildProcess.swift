import AcrCore
import Glibc
import Synchronization

/// A program that runs beside this one, with pipes to its standard streams.
package final class ChildProcess: Sendable {
  private let id: pid_t
  private let input: Int32
  private let output: Int32
  private let errors: Int32
  /// True once it was waited for: its id may belong to another process then.
  private let isOver = Mutex(false)

  /// Held from making pipes to the program's start: a program that another thread starts in between would inherit them,
  /// and keep them open.
  private static let starting = Mutex(())

  /// Starts a program, looked up in PATH, with these arguments.
  /// - Parameter isApart: true for a program that ^C at the terminal must not reach.
  /// - Throws: ``AcrError`` when it cannot be started.
  package convenience init(_ program: String, _ arguments: [String], isApart: Bool = false) throws(AcrError) {
    let started = try ChildProcess.starting.withLock { _ throws(AcrError) in
      try ChildProcess.start(program, arguments, isApart: isApart)
    }
    self.init(started.id, started.pipes)
  }

  private init(_ id: pid_t, _ pipes: [Int32]) {
    (self.id, input, output, errors) = (id, pipes[0], pipes[1], pipes[2])
  }

  private static func start(
    _ program: String, _ arguments: [String], isApart: Bool
  ) throws(AcrError) -> (id: pid_t, pipes: [Int32]) {
    var pipes: [(read: Int32, write: Int32)] = []
    for _ in 0..<3 {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else {
        for pipe in pipes {
          close(pipe.read)
          close(pipe.write)
        }
        throw AcrError(.invalid, "cannot start `\(program)`: \(String(cString: strerror(errno)))")
      }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      pipes.append((ends[0], ends[1]))
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes[0].read, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[1].write, 1)
    posix_spawn_file_actions_adddup2(&actions, pipes[2].write, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The program starts with no signal blocked and SIGPIPE as usual, whatever this process has set for itself.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    sigaddset(&defaults, SIGINT)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (isApart ? POSIX_SPAWN_SETPGROUP : 0)
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var id: pid_t = 0
    let code = posix_spawnp(&id, program, &actions, &attributes, &words, environ)
    close(pipes[0].read)
    close(pipes[1].write)
    close(pipes[2].write)
    let ours = [pipes[0].write, pipes[1].read, pipes[2].read]
    guard code == 0 else {
      for end in ours { close(end) }
      if code == ENOENT { throw AcrError(.notFound, "there is no program `\(program)`") }
      throw AcrError(
        code == EACCES ? .denied : .invalid, "cannot start `\(program)`: \(String(cString: strerror(code)))")
    }
    return (id, ours)
  }

  /// Asks it to end.
  func terminate() {
    isOver.withLock { isOver in if !isOver { kill(id, SIGTERM) } }
  }

  /// Writes its input, reads what it writes until it ends, and gives its exit code (128 and the signal's number when a
  /// signal ended it). Call it once.
  func communicate(_ bytes: [UInt8]) -> (stdout: [UInt8], stderr: [UInt8], code: Int32) {
    var (stdout, stderr): ([UInt8], [UInt8]) = ([], [])
    var rest = bytes[...]
    // A program that does not read its input must not end this one: SIGPIPE is held back on this thread.
    var held = sigset_t()
    var before = sigset_t()
    sigemptyset(&held)
    sigaddset(&held, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &held, &before)
    var open = [input, output, errors]
    if rest.isEmpty {
      close(input)
      open[0] = -1
    } else {
      _ = fcntl(input, F_SETFL, O_NONBLOCK)
    }
    while open[1] >= 0 || open[2] >= 0 {
      // poll passes over negative descriptors.
      var polls = [
        pollfd(fd: open[0], events: Int16(POLLOUT), revents: 0), pollfd(fd: open[1], events: Int16(POLLIN), revents: 0),
        pollfd(fd: open[2], events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&polls, 3, -1) > 0 else { continue }
      if polls[0].revents != 0 {
        let count = rest.withUnsafeBytes { write(open[0], $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) }
        if rest.isEmpty || count < 0 && errno != EAGAIN && errno != EINTR {
          close(open[0])
          open[0] = -1
        }
      }
      if polls[1].revents != 0 { ChildProcess.drain(&open[1], into: &stdout) }
      if polls[2].revents != 0 { ChildProcess.drain(&open[2], into: &stderr) }
    }
    if open[0] >= 0 { close(open[0]) }
    var moment = timespec()
    _ = sigtimedwait(&held, nil, &moment)
    pthread_sigmask(SIG_SETMASK, &before, nil)
    return (stdout, stderr, wait())
  }

  /// Reads what a program that goes on running writes first, up to the end of the line.
  /// - Returns: nil where it ended before it wrote a line.
  package func firstLine() -> [UInt8]? {
    var bytes: [UInt8] = []
    var source = output
    while source >= 0 {
      ChildProcess.drain(&source, into: &bytes)
      if let end = bytes.firstIndex(of: 0x0A) { return Array(bytes[..<end]) }
    }
    return nil
  }

  /// Ends the input of a program that stops with it, and waits for its end. Call it once, and nothing behind it.
  /// - Returns: what it wrote on standard error, and its exit code.
  package func stop() -> (stderr: [UInt8], code: Int32) {
    close(input)
    var (stderr, source): ([UInt8], Int32) = ([], errors)
    while source >= 0 { ChildProcess.drain(&source, into: &stderr) }
    return (stderr, wait())
  }

  private static func drain(_ descriptor: inout Int32, into bytes: inout [UInt8]) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &buffer, buffer.count)
    if count > 0 {
      bytes.append(contentsOf: buffer[..<count])
    } else if count == 0 || errno != EINTR {
      close(descriptor)
      descriptor = -1
    }
  }

  private func wait() -> Int32 {
    // WNOWAIT leaves the process to be collected under the lock, so that its id cannot be signalled afterwards.
    var information = siginfo_t()
    while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    return isOver.withLock { isOver in
      var status: Int32 = 0
      while waitpid(id, &status, 0) < 0, errno == EINTR {}
      isOver = true
      let signal = status & 0x7F
      return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
  }
}
