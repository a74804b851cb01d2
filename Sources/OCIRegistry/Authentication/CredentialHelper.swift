import AcrCore
import AcrSystem

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

  private func run(input: String) async throws -> ChildResult {
    guard !name.isEmpty, !name.contains("/"),
      let program = FileSystem.program(programName, path: environment["PATH"])
    else {
      throw AcrError(
        .auth, "\(displayName) is not on PATH",
        help: "install it, take its name out of the file, or sign in with `acr login`")
    }
    let process = try ChildProcess(ChildCommand(program, ["get"], environment: environment))
    let result = try await process.result(of: Array("\(input)\n".utf8), timeout: timeout, name: displayName)
    // ^C at the terminal reaches the helper, too, and can be quicker there.
    if result.exitCode == ChildResult.interrupted { throw AcrError(.cancelled, "\(displayName) was stopped") }
    return result
  }
}
