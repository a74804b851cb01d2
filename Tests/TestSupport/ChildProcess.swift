import Foundation

/// A running child made with `posix_spawn`, waited for by a thread of its own.
///
/// Not Foundation's `Process`: that cannot give a child a controlling terminal, and a fork in a process with threads is not safe.
final class ChildProcess: Sendable {
  /// Where the child's standard streams go.
  enum Streams: Sendable {
    /// Descriptors of the caller for input, output and errors.
    case descriptors(Int32, Int32, Int32)
    /// All three are the terminal of this path, which becomes the controlling terminal of a new session.
    case terminal(String)
  }

  let identifier: pid_t
  private let ending = Monitor<ProgramResult.Ending?>(nil)

  /// Starts a program. The child gets no other descriptors, no blocked signals, and default signal handling.
  init(
    executable: String, arguments: [String], environment: [String: String], directory: String?, streams: Streams
  ) throws {
    let started = Monitor<Result<pid_t, TestSupportError>?>(nil)
    // One thread starts the child and lives as long as it, for the sake of children that ask the system to end them together
    // with their parent (`setpriv --pdeathsig`): the parent is a thread there (prctl(2), PR_SET_PDEATHSIG).
    Thread.detachNewThread { [ending] in
      let result = Result { () throws(TestSupportError) in
        try Self.spawn(executable, arguments, environment, directory, streams)
      }
      started.update { $0 = result }
      guard case .success(let child) = result else { return }
      Self.await(child, ending)
    }
    _ = started.wait { $0 != nil }
    guard let result = started.current else { throw TestSupportError("\(executable) was not started") }
    identifier = try result.get()
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], _ environment: [String: String], _ directory: String?,
    _ streams: Streams
  ) throws(TestSupportError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
    switch streams {
    case .descriptors(let input, let output, let errors):
      for (number, descriptor) in [input, output, errors].enumerated() {
        posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
      }
      // A group of its own: ^C in the developer's terminal is not for the child, and the child's children end with it.
      flags |= Int32(POSIX_SPAWN_SETPGROUP)
      posix_spawnattr_setpgroup(&attributes, 0)
    case .terminal(let path):
      // A session leader without a terminal gets the first one it opens (credentials(7)).
      flags |= SpawnExtensions.newSessionFlag
      posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
      posix_spawn_file_actions_adddup2(&actions, 0, 2)
    }
    try SpawnExtensions.addCloseFrom(3, to: &actions)
    if let directory { try SpawnExtensions.addChangeDirectory(directory, to: &actions) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let argumentPointers = ([executable] + arguments).map { strdup($0) } + [nil]
    let environmentPointers = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var started: pid_t = 0
    let code = posix_spawn(&started, executable, &actions, &attributes, argumentPointers, environmentPointers)
    guard code == 0 else { throw TestSupportError.system("starting \(executable)", code) }
    return started
  }

  /// Blocks until the child has ended and notes how.
  private static func await(_ child: pid_t, _ ending: Monitor<ProgramResult.Ending?>) {
    // The child is only looked at first, and taken away with the lock held: send(_:) cannot meet a reused id.
    var information = siginfo_t()
    while waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    ending.update { ending in
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0 && errno == EINTR {}
      // What WIFSIGNALED, WTERMSIG and WEXITSTATUS do; they are macros, which Swift does not import.
      let signal = status & 0x7F
      ending = signal == 0 ? .exit((status >> 8) & 0xFF) : .signal(signal)
    }
  }

  /// How the child ended; nil while it runs.
  var result: ProgramResult.Ending? { ending.current }

  /// Blocks until the child has ended or the deadline has passed; nil in the second case.
  func wait(until deadline: Date? = nil) -> ProgramResult.Ending? {
    _ = ending.wait(until: deadline) { $0 != nil }
    return ending.current
  }

  /// Sends a signal to the child while it runs.
  func send(_ signal: Int32) {
    ending.update { if $0 == nil { kill(identifier, signal) } }
  }

  /// Ends the child: SIGTERM first, SIGKILL after the grace, and waits for it.
  @discardableResult
  func terminate(grace: Duration = .seconds(5)) -> ProgramResult.Ending? {
    send(SIGTERM)
    if let ending = wait(until: Date() + grace.seconds) { return ending }
    send(SIGKILL)
    return wait(until: Date() + 10)
  }
}
