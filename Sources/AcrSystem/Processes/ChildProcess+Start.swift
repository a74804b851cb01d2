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
  /// Starts a program with `posix_spawn`.
  /// - Returns: its id, and this process's ends of its streams.
  static func start(_ command: ChildCommand) throws(AcrError) -> (id: pid_t, ends: [Int32]) {
    let name = command.program
    for (index, argument) in ([name] + command.arguments).enumerated() where argument.utf8.contains(0) {
      throw AcrError(
        .invalid,
        index == 0
          ? "the name of a program cannot contain a NUL character"
          : "argument \(index) of `\(name)` contains a NUL character, which cannot be passed to a program",
        help: "remove `\\u{0}` from the text")
    }
    let environment = command.environment ?? ProcessInformation.environment
    guard
      let path = name.contains("/")
        ? name
        : FileSystem.program(name, path: environment["PATH"], isAbsoluteOnly: false)
    else { throw AcrError(.notFound, "there is no program `\(name)`") }

    var pipes: [[Int32]] = []
    defer { for pipe in pipes { for end in pipe where end >= 0 { FileDescriptor.close(end) } } }
    for (number, stream) in [command.input, command.output, command.errors].enumerated() {
      pipes.append([-1, -1])
      guard case .pipe = stream else { continue }
      var ends: [Int32] = [-1, -1]
      guard acr_pipe(&ends) == 0 else { throw SystemError.last.acrError("cannot start `\(name)`") }
      // Ours first.
      pipes[number] = number == 0 ? [ends[1], ends[0]] : ends
    }
    let id = try spawn(path, command, environment, theirs: pipes.map { $0[1] })
    let ours = pipes.map { $0[0] }
    for index in pipes.indices { pipes[index][0] = -1 }
    return (id, ours)
  }

  private static func spawn(
    _ path: String, _ command: ChildCommand, _ environment: [String: String], theirs: [Int32]
  ) throws(AcrError) -> pid_t {
    var actions = spawnActions()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, stream) in [command.input, command.output, command.errors].enumerated() {
      let number = Int32(number)
      switch stream {
      case .pipe: posix_spawn_file_actions_adddup2(&actions, theirs[Int(number)], number)
      case .null: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
      // A duplicate of itself: the system then keeps it, also where descriptors are closed by default.
      case .inherited: posix_spawn_file_actions_adddup2(&actions, number, number)
      }
    }
    if let folder = command.folder {
      let code = acr_spawn_change_folder(&actions, folder)
      guard code == 0 else { throw SystemError(code).acrError("cannot start `\(command.program)` in `\(folder)`") }
    }
    // Libraries open sockets that other programs would inherit.
    if acr_spawn_close_flag() == 0, acr_spawn_close_from(&actions, 3) != 0 { markAllDescriptors() }

    var attributes = spawnAttributes()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGPIPE, SIGINT, SIGTSTP] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | acr_spawn_close_flag()
    if command.hasOwnGroup {
      posix_spawnattr_setpgroup(&attributes, 0)
      flags |= Int16(POSIX_SPAWN_SETPGROUP)
    }
    posix_spawnattr_setflags(&attributes, flags)

    var words: [UnsafeMutablePointer<CChar>?] = ([command.program] + command.arguments).map { strdup($0) }
    words.append(nil)
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") }
    variables.append(nil)
    defer { for pointer in words + variables { free(pointer) } }
    var id: pid_t = 0
    var code = posix_spawn(&id, path, &actions, &attributes, &words, &variables)
    // A program that is just being installed is open for writing for a moment.
    for _ in 0..<10 where code == ETXTBSY {
      Clock.sleep(milliseconds: 10)
      code = posix_spawn(&id, path, &actions, &attributes, &words, &variables)
    }
    guard code == 0 else {
      if code == ENOENT { throw AcrError(.notFound, "there is no program `\(command.program)`") }
      throw SystemError(code).acrError("cannot start `\(command.program)`")
    }
    return id
  }

  /// Where the system cannot close descriptors in the child, they are marked here to be closed when it starts.
  private static func markAllDescriptors() {
    let open = FileSystem.names(in: "/dev/fd")?.compactMap { Int32($0) } ?? Array(3..<1024)
    for descriptor in open where descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
  }

  #if canImport(Darwin)
    private static func spawnActions() -> posix_spawn_file_actions_t? { nil }
    private static func spawnAttributes() -> posix_spawnattr_t? { nil }
  #else
    private static func spawnActions() -> posix_spawn_file_actions_t { posix_spawn_file_actions_t() }
    private static func spawnAttributes() -> posix_spawnattr_t { posix_spawnattr_t() }
  #endif
}
