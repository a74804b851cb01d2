import AcrCore
import Glibc

/// Shows long texts through the person's pager: `$PAGER`, or `less`. It is started without a shell.
struct Pager: Sendable {
  private let words: [String]

  /// - Parameter setting: the value of `PAGER`; nil for `less`. Nothing is paged when it is empty or `cat`.
  init?(setting: String?) {
    let words = (setting ?? "less").split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first, first != "cat" else { return nil }
    self.words = words
  }

  /// Shows a text and returns when the person has left the pager.
  /// - Returns: false when the pager could not be started, so that nothing has been shown.
  func show(_ text: String) -> Bool {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return false }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals are as usual for the pager, whatever this process has set for itself.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGINT, SIGTSTP] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // As git does it: colours pass, what fits ends at once, the text stays on the screen.
    setenv("LESS", "FRX", 0)
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var id: pid_t = 0
    let code = posix_spawnp(&id, words[0], &actions, &attributes, &arguments, environ)
    close(ends[0])
    defer { close(ends[1]) }
    guard code == 0 else { return false }
    // Nobody reads the rest when the pager is left early: SIGPIPE is ignored, and the write fails.
    put(text, on: ends[1])
    close(ends[1])
    ends[1] = -1
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    // A pager that is not there is found out by some systems only in the child, which then ends with 127.
    return (status >> 8) & 0xFF != 127
  }
}
