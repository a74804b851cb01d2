import AcrCore
import Glibc

/// A program that keeps passwords in the system's own store (docker-credential-helpers' protocol): it is run as
/// `docker-credential-NAME get`, reads the server from standard input and answers with JSON.
struct CredentialHelper: Sendable {
  /// The name in `config.json`, for example `pass`.
  let name: String
  /// The file that names it, for messages.
  let configPath: String
  /// The environment the helper runs in; its `PATH` is searched.
  let environment: [String: String]
  /// How long the helper may take: some ask a person for a password.
  var timeout: Duration = .seconds(30)

  private var programName: String { "docker-credential-\(name)" }
  /// How the helper is called in messages.
  var displayName: String { "the credential helper `\(programName)` named in `\(configPath)`" }

  /// What every helper says when it knows no such server (docker-credential-helpers, credentials/error.go).
  private static let notFoundAnswer = "credentials not found in native keychain"

  /// Asks for a server's credentials; nil when the helper knows none.
  /// - Throws: ``AcrError`` of kind `auth` that names the helper and the file, `timeout` or `cancelled`.
  func credentials(for server: String) async throws -> Credentials? {
    let result = try await run(input: server)
    let output = String(decoding: result.output, as: UTF8.self)
    guard result.exitCode == 0 else {
      if output.contains(Self.notFoundAnswer) { return nil }
      let said = ServerText.cleaned(output.isEmpty ? String(decoding: result.errors, as: UTF8.self) : output)
      throw AcrError(
        .auth, "\(displayName) failed with exit code \(result.exitCode)\(said.isEmpty ? "" : ": \(said)")",
        help: "repair the helper, take its name out of the file, or sign in with `acr login`", target: server)
    }
    guard let answer = try? JSONValue(parsing: result.output), let secret = answer["Secret"]?.string else {
      throw AcrError(
        .auth, "\(displayName) answered with something that is not its protocol's JSON for `\(server)`",
        help: "the answer needs the members `Username` and `Secret`", target: server)
    }
    let user = answer["Username"]?.string ?? ""
    if user == "<token>" { return .identityToken(Secret(secret)) }
    if user.isEmpty, secret.isEmpty { return nil }
    return .user(user, password: Secret(secret))
  }

  private struct Result {
    let exitCode: Int32
    let output: [UInt8]
    let errors: [UInt8]
  }

  private func run(input: String) async throws -> Result {
    guard !name.isEmpty, !name.contains("/"), let program = findProgram() else {
      throw AcrError(
        .auth, "\(displayName) is not to be found on PATH",
        help: "install it, take its name out of the file, or sign in with `acr login`")
    }
    // One socket is both standard input and output: unlike a pipe it can be written to without risking SIGPIPE.
    let (ours, theirs) = try makeSocketPair()
    defer { close(ours) }
    let (oursForErrors, theirsForErrors) = try makeSocketPair()
    defer { close(oursForErrors) }
    let spawned: Swift.Result<pid_t, AcrError> = spawn(program, io: theirs, errors: theirsForErrors)
    close(theirs)
    close(theirsForErrors)
    let process = try spawned.get()
    let line = Array("\(input)\n".utf8)
    // The line is shorter than any socket's buffer, so it is taken whole or, from a dead helper, not at all.
    _ = line.withUnsafeBytes { send(ours, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    shutdown(ours, Int32(SHUT_WR))
    return try await collect(process, output: ours, errors: oursForErrors)
  }

  /// Waits without holding a thread: a helper takes milliseconds, or as long as a person takes to type.
  private func collect(_ process: pid_t, output: Int32, errors: Int32) async throws -> Result {
    let deadline = ContinuousClock.now + timeout
    var outputBytes: [UInt8] = []
    var errorBytes: [UInt8] = []
    var pause = Duration.milliseconds(2)
    while true {
      receive(output, into: &outputBytes)
      receive(errors, into: &errorBytes)
      var status: Int32 = 0
      let waited = waitpid(process, &status, WNOHANG)
      if waited == process || (waited < 0 && errno == ECHILD) {
        receive(output, into: &outputBytes)
        receive(errors, into: &errorBytes)
        let exited = waited == process && status & 0x7F == 0
        return Result(
          exitCode: exited ? status >> 8 & 0xFF : 128 + status & 0x7F, output: outputBytes, errors: errorBytes)
      }
      do {
        guard ContinuousClock.now < deadline else {
          throw AcrError(.timeout, "\(displayName) gave no answer within \(timeout.components.seconds) seconds")
        }
        try await Task.sleep(for: pause)
      } catch {
        kill(process, SIGKILL)
        waitpid(process, &status, 0)
        if error is CancellationError { throw AcrError(.cancelled, "\(displayName) was stopped") }
        throw error
      }
      pause = min(pause * 2, .milliseconds(50))
    }
  }

  /// Takes what has arrived, up to a megabyte in all.
  private func receive(_ socket: Int32, into bytes: inout [UInt8]) {
    while bytes.count < 1 << 20 {
      var count = 0
      bytes += [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, filled in
        count = recv(socket, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        filled = max(0, count)
      }
      if count <= 0 { return }
    }
  }

  private func makeSocketPair() throws(AcrError) -> (Int32, Int32) {
    var pair: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
      throw SystemFile.failure("cannot start \(displayName)")
    }
    return (pair[0], pair[1])
  }

  private func spawn(_ program: String, io: Int32, errors: Int32) -> Swift.Result<pid_t, AcrError> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, io, 0)
    posix_spawn_file_actions_adddup2(&actions, io, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The shell blocks or ignores some signals; the helper starts with none blocked and all at their defaults.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup("get"), nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") }
    variables.append(nil)
    defer {
      for pointer in arguments + variables { free(pointer) }
    }
    var process: pid_t = 0
    var code = posix_spawn(&process, program, &actions, &attributes, &arguments, &variables)
    // A helper that is just being installed is open for writing for a moment.
    for _ in 0..<10 where code == ETXTBSY {
      usleep(10_000)
      code = posix_spawn(&process, program, &actions, &attributes, &arguments, &variables)
    }
    guard code == 0 else {
      errno = code
      return .failure(SystemFile.failure("cannot start \(displayName)"))
    }
    return .success(process)
  }

  private func findProgram() -> String? {
    let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.lazy.map { "\($0)/\(programName)" }.first { access($0, X_OK) == 0 && !SystemFile.isFolder($0) }
  }
}
