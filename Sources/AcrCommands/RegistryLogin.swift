import AcrCore
import AcrLanguage
import AcrRuntime
import OCIRegistry

/// `acr login`: signs in to one registry for this session.
struct RegistryLogin: Command {
  let session: AcrSession

  let signature = Signature(
    "acr login",
    summary: "Signs in to one registry for this session",
    description: """
      The user and password are tried at the registry before they are kept, and kept in memory only. Without --username, the \
      credentials of Docker's configuration are tried: nothing is kept then, the command only says whether they work.
      """,
    group: .registry,
    flags: [
      .init(
        "name", short: "n", .string, isRequired: true, help: "the registry: a name or a host", completer: .registry),
      .init("username", short: "u", .string, help: "the user; none with an access token"),
      .init("password", short: "p", .secret, help: "the password or access token; asked for when it is missing"),
    ],
    examples: [
      .init(
        "A user and a password from the environment",
        "acr login --name localhost:5000 -u me -p (secret env MY_PASSWORD)")
    ])

  func run(_ call: Invocation) throws -> Output {
    let host = try registryHost(call, "name")
    let registries = session.registries
    let user = call.string("username")
    var password = call.secret("password")
    if user != nil, password == nil { password = try askForPassword(host, call) }
    if let password {
      let credentials = user.map { Credentials.user($0, password: password) } ?? .accessToken(password)
      try Blocking.wait(call.run) { try await registries.login(host, credentials) }
    } else {
      try Blocking.wait(call.run) { try await registries.checkLogin(host) }
    }
    let shown = try Blocking.wait(call.run) { try await registries.credentials.credentials(for: host) }
    session.status.update { facts in
      facts.registry = host.name
      facts.identity = shown.credentials.userName ?? facts.identity
    }
    let fields: KeyValuePairs<String, Value> = [
      "loginServer": .string(host.name),
      "username": shown.credentials.userName.map(Value.string) ?? .null,
      "credentials": .string(shown.origin?.replacing("`", with: "") ?? "anonymous"),
    ]
    return .value(.record(Record(fields)))
  }

  private func askForPassword(_ host: RegistryHost, _ call: Invocation) throws -> Secret {
    guard let prompter = call.run.prompter else {
      throw ArgumentError(
        "username",
        AcrError(
          .usage, "`--username` needs `--password` where nobody can be asked for it",
          help: "`--password (secret env NAME)` takes it from the environment"))
    }
    return try prompter.secret("Password for \(host): ")
  }
}

/// `acr logout`: forgets what `acr login` was given.
struct RegistryLogout: Command {
  let session: AcrSession

  let signature = Signature(
    "acr logout",
    summary: "Forgets the credentials this session was given for a registry",
    group: .registry,
    flags: [
      .init("name", short: "n", .string, isRequired: true, help: "the registry: a name or a host", completer: .registry)
    ],
    examples: [.init("Forget a registry", "acr logout --name localhost:5000")])

  func run(_ call: Invocation) throws -> Output {
    let host = try registryHost(call, "name")
    let registries = session.registries
    let wasKnown = try Blocking.wait(call.run) { await registries.logout(host) }
    session.status.update { facts in
      guard facts.registry == host.name else { return }
      (facts.registry, facts.identity) = (nil, nil)
    }
    if !wasKnown { call.run.sink.talk("note: this session had no credentials for \(host)") }
    return .nothing
  }
}

/// The host in a flag that may not be a folder.
func registryHost(_ call: Invocation, _ parameter: String) throws -> RegistryHost {
  let text = call.string(parameter) ?? ""
  return try locate(parameter) {
    guard case .registry(let host) = try RegistryArgument(text) else {
      throw AcrError(.usage, "`\(text)` is a folder, and this needs a registry", help: "give a name or a host")
    }
    return host
  }
}
