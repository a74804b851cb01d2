import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity
import AzureRegistry
import OCIRegistry

/// `acr login`: signs in to one registry for this session.
struct RegistryLoginCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "the registry: a name or a host", completer: .registry)
    let username = Flag<String?>("username", short: "u", help: "the user; none with an access token")
    let password = Flag<Secret?>(
      "password", short: "p", help: "the password or access token; prompted for if it is missing")
    let exposeToken = Switch(
      "expose-token", short: "t", help: "returns the account's token for the registry instead of storing it")
    let reveal = Switch("reveal", help: "with --expose-token: as plain text")
  }

  let signature = Signature(
    "acr login",
    summary: "Signs in to a registry for this session",
    description: """
      Checks the user and password at the registry, then keeps them in memory. Without them it tries the account of \
      `login` for an Azure registry, and Docker's credentials for any other; it then keeps nothing and only says \
      whether they work.

      --expose-token returns the registry token of the account, for programs that sign in themselves with the user \
      00000000-0000-0000-0000-000000000000. A terminal shows it as `secret(…)`; into a pipe it is written, as the Azure CLI \
      does it.
      """,
    group: .registry,
    examples: [
      .init(
        "A user and a password from the environment",
        "acr login --name localhost:5000 -u me -p (secret env MY_PASSWORD)"),
      .init("The account of `login`", "az acr login --name myregistry"),
    ],
    cmdlet: .init(
      "Connect-AzContainerRegistry",
      parameters: [
        .init("Name", .flag("name")), .init("UserName", .flag("username")), .init("Password", .flag("password")),
        .init("ExposeToken", .flag("expose-token")),
      ] + PowerShell.common),
    columns: [
      Column("accessToken", .secret, help: "the registry's token; plain text with --reveal").only(
        "with --expose-token"),
      Column("loginServer", help: "the registry's host"),
      Column("refreshToken", .secret, help: "the same token; plain text with --reveal").only("with --expose-token"),
      Column("username", null: "with an access token, and without credentials", help: "the user"),
      Column("credentials", help: "where the credentials come from").only("without --expose-token"),
    ]
  ).with(azure: [.sortedFields, .givesSecrets])

  func run(_ call: Call<Parameters>) throws -> Output {
    let host = try session.registryHost(call, \.name)
    let registries = session.registries
    let user = call[\.username]
    var password = call[\.password]
    if call[\.exposeToken] {
      let given: [any DeclaredParameter] = [call.parameters.username, call.parameters.password]
      if let flag = given.first(where: call.isGiven) {
        throw ArgumentError(
          flag, AcrError(.usage, "`--expose-token` is for the account of `login`, and takes no `--\(flag.name)`"))
      }
      return try exposeToken(host, call)
    }
    if user != nil, password == nil { password = try askForPassword(host, call) }
    if let password {
      let credentials = user.map { Credentials.user($0, password: password) } ?? .accessToken(password)
      try Blocking.wait(call.run) { try await registries.login(host, credentials) }
    } else {
      try Blocking.wait(call.run) { try await registries.checkLogin(host) }
    }
    let session = session
    let shown = try Blocking.wait(call.run) { () -> FoundCredentials in
      let known = try await registries.credentials.credentials(for: host)
      guard known == .anonymous, try await session.azure.isAzure(host) else { return known }
      let identity = try await session.azure.services().identity
      guard let account = await identity.account else { return known }
      return FoundCredentials(.user(account.userName, password: Secret("")), origin: RegistryTokenExchange.origin)
    }
    session.status.update { facts in
      facts.registry = host.name
      facts.registryUser = shown.credentials.userName
    }
    let fields: KeyValuePairs<String, Value> = [
      "loginServer": .string(host.name),
      "username": shown.credentials.userName.map(Value.string) ?? .null,
      "credentials": .string(shown.origin?.replacing("`", with: "") ?? "anonymous"),
    ]
    return .value(.record(Record(fields)))
  }

  /// What `docker login` takes with a user of zeros (wire facts, 4.5).
  private func exposeToken(_ host: RegistryHost, _ call: Call<Parameters>) throws -> Output {
    let session = session
    let token = try Blocking.wait(call.run) {
      try await session.azure.signedIn().exchange.refreshToken(for: host)
    }
    if call[\.reveal] {
      call.run.sink.message(
        "note: `docker login \(host) -u 00000000-0000-0000-0000-000000000000 --password-stdin` takes this token")
    }
    let value: Value = call[\.reveal] ? .string(token.reveal()) : .secret(token)
    return .value(
      .record(
        Record([
          "accessToken": value, "loginServer": .string(host.name), "refreshToken": value,
          "username": .string("00000000-0000-0000-0000-000000000000"),
        ])))
  }

  private func askForPassword(_ host: RegistryHost, _ call: Call<Parameters>) throws -> Secret {
    guard let prompter = call.run.prompter else {
      throw ArgumentError(
        call.parameters.username,
        AcrError(
          .usage, "`--username` needs `--password` when no terminal to ask on",
          help: "`--password (secret env NAME)` takes it from the environment"))
    }
    return try prompter.secret("Password for \(host): ")
  }
}
