import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `login`: signs in to Microsoft Entra for this session.
struct Login: Command {
  let session: AcrSession

  let signature = Signature(
    "login",
    summary: "Signs in to Azure for this session",
    description: """
      Without flags the places are tried where a program finds an account without being told: the environment variables of \
      azure-identity, a workload identity, a managed identity, the Azure CLI. With --use-device-code a person signs in at \
      another device. A token is asked for at once, so that a wrong secret is known here and not later.

      Tokens live in memory and end with the session. --save keeps what it takes to sign in again in a file that only its \
      owner can read.
      """,
    group: .session,
    flags: [
      .init("identity", short: "i", help: "a managed identity of this machine"),
      .init(
        "username", short: "u", .string,
        help:
          "with --service-principal its application id; with --identity the identity's client, object or resource id"),
      .init(
        "password", short: "p", .secret, help: "the service principal's secret; asked for when nothing else is given"),
      .init("service-principal", help: "a service principal: with --username, --tenant and one kind of credential"),
      .init("tenant", short: "t", .string, help: "the tenant, by its id or domain"),
      .init("certificate", .string, help: "the service principal's certificate and key, PEM or PFX", completer: .file),
      .init("certificate-password", .secret, help: "the password of the certificate's file"),
      .init("use-cert-sn-issuer", help: "sends the certificate with its chain, for trust by subject name and issuer"),
      .init("federated-token", .secret, help: "a token of another issuer that the service principal trusts"),
      .init(
        "federated-token-file", .string, help: "a file in which such a token is kept fresh", completer: .file),
      .init("use-device-code", help: "a person signs in with a browser on any device"),
      .init("client-id", .string, help: "with --identity: the client id of a user-assigned one"),
      .init("object-id", .string, help: "with --identity: the object id of a user-assigned one"),
      .init("resource-id", .string, help: "with --identity: the resource id of a user-assigned one"),
      .init("az-cli", help: "the account that is signed in to the Azure CLI"),
      .init("subscription", short: "s", .string, help: "the subscription to work in, by name or id"),
      .init("scope", .string, isRepeatable: true, help: "what the first token is for"),
      .init("claims-challenge", .string, help: "base64 of the claims that a service asked for"),
      .init("allow-no-subscriptions", help: "an account without subscriptions is fine"),
      .init("save", help: "stays signed in for later sessions"),
    ],
    examples: [
      .init("Whatever this machine is signed in as", "login"),
      .init(
        "A service principal",
        "login --service-principal -u ${env.AZURE_CLIENT_ID} -p (secret env AZURE_CLIENT_SECRET) --tenant contoso.example"
      ),
      .init(
        "A managed identity, as Microsoft's article has it",
        "az login --identity --username 00000000-0000-0000-0000-000000000000"),
    ],
    cmdlet: .init(
      "Connect-AzAccount",
      parameters: [
        .init("Identity", .flag("identity")), .init("AccountId", .flag("username")),
        .init("ServicePrincipal", .flag("service-principal")), .init("ApplicationId", .flag("username")),
        .init("Tenant", .flag("tenant")), .init("TenantId", .flag("tenant")),
        .init("CertificatePath", .flag("certificate")), .init("CertificatePassword", .flag("certificate-password")),
        .init("SendCertificateChain", .flag("use-cert-sn-issuer")),
        .init("FederatedToken", .flag("federated-token")),
        .init("UseDeviceAuthentication", .flag("use-device-code")), .init("Subscription", .flag("subscription")),
      ]))

  func run(_ call: Invocation) throws -> Output {
    let method = try SignInArguments(call).method()
    var options = IdentitySession.Options()
    options.scopes = call.strings("scope")
    options.claims = try call.string("claims-challenge").map { text in
      try locate("claims-challenge") {
        guard let bytes = Base64.decode(text), let json = try? JSONValue(parsing: bytes) else {
          throw AcrError(.usage, "`--claims-challenge` is not base64 of JSON text")
        }
        return json.text
      }
    }
    options.allowsNoSubscriptions = call.isOn("allow-no-subscriptions")
    options.saves = call.isOn("save")
    let session = session
    let subscription = call.string("subscription")
    return try Blocking.wait(call.run) { [options] in
      let services = try await session.azure.services()
      let account = try await services.identity.signIn(method, options: options)
      if let subscription { try await services.identity.selectSubscription(subscription) }
      await session.accountChanged()
      return .value(.list(await AccountRows.subscriptions(services.identity, account).map(Value.record)))
    }
  }
}

/// The flags of `login`, checked as az checks them: the combinations that it refuses are refused here with its reasons.
private struct SignInArguments {
  private let call: Invocation
  private let user: String?
  private let tenant: String?

  init(_ call: Invocation) {
    self.call = call
    user = call.string("username")
    tenant = call.string("tenant")
  }

  private func isGiven(_ name: String) -> Bool {
    call.isOn(name) || call.string(name) != nil || call.secret(name) != nil
  }

  func method() throws -> SignInMethod {
    let ways = ["identity", "service-principal", "use-device-code", "az-cli"].filter(isGiven)
    if ways.count > 1 {
      throw ArgumentError(
        ways[1], AcrError(.usage, "`--\(ways[0])` and `--\(ways[1])` are two ways to sign in", help: "give one of them")
      )
    }
    switch ways.first {
    case "identity": return .managedIdentity(try identity())
    case "service-principal": return try servicePrincipal()
    case "use-device-code": return try deviceCode()
    case "az-cli":
      try refuse(servicePrincipalFlags + identityFlags + ["username"], beside: "az-cli")
      return .azureCLI(tenant: tenant, subscription: nil)
    default:
      try refuse(identityFlags, without: "identity")
      try refuse(
        ["certificate", "federated-token", "federated-token-file", "use-cert-sn-issuer"], without: "service-principal")
      if user != nil || isGiven("password") {
        throw ArgumentError(
          user != nil ? "username" : "password",
          AcrError(
            .usage, "a user's own password is not enough to sign in any more: Entra asks for a second factor",
            help: "a person: `login --use-device-code`; a program: `login --service-principal --username … --tenant …`")
        )
      }
      return tenant == nil ? .defaultChain : try deviceCode()
    }
  }

  private let servicePrincipalFlags = [
    "password", "certificate", "certificate-password", "federated-token", "federated-token-file", "use-cert-sn-issuer",
  ]
  private let identityFlags = ["client-id", "object-id", "resource-id"]

  private func refuse(_ flags: [String], beside way: String) throws {
    guard let flag = flags.first(where: isGiven) else { return }
    throw ArgumentError(flag, AcrError(.usage, "`--\(flag)` does not go with `--\(way)`"))
  }

  private func refuse(_ flags: [String], without way: String) throws {
    guard let flag = flags.first(where: isGiven) else { return }
    throw ArgumentError(flag, AcrError(.usage, "`--\(flag)` is for `--\(way)`", help: "add `--\(way)`"))
  }

  private func identity() throws -> ManagedIdentityID {
    try refuse(servicePrincipalFlags + ["tenant"], beside: "identity")
    let given = (identityFlags + ["username"]).filter(isGiven)
    if given.count > 1 {
      throw ArgumentError(
        given[1], AcrError(.usage, "the identity is given twice: by `--\(given[0])` and by `--\(given[1])`"))
    }
    guard let flag = given.first, let text = call.string(flag) else { return .systemAssigned }
    return try locate(flag) {
      switch flag {
      case "client-id": .clientID(text)
      case "object-id": .objectID(text)
      case "resource-id": .resourceID(text)
      // The article's spelling, which az took until it asked for one of the three flags instead.
      default: try ManagedIdentityID(parsing: text)
      }
    }
  }

  private func deviceCode() throws -> SignInMethod {
    try refuse(servicePrincipalFlags + identityFlags + ["username"], beside: "use-device-code")
    let sink = call.run.sink
    return .deviceCode(tenant: tenant) { prompt in sink.talk(prompt.message) }
  }

  private func servicePrincipal() throws -> SignInMethod {
    try refuse(identityFlags, beside: "service-principal")
    guard let user, let tenant else {
      throw ArgumentError(
        "service-principal",
        AcrError(
          .usage, "`--service-principal` needs `--\(user == nil ? "username" : "tenant")`",
          help: "login --service-principal --username APP_ID --password SECRET --tenant TENANT"))
    }
    let kinds = ["password", "certificate", "federated-token", "federated-token-file"].filter(isGiven)
    if kinds.count > 1 {
      throw ArgumentError(
        kinds[1],
        AcrError(.usage, "`--\(kinds[0])` and `--\(kinds[1])` are two credentials of one service principal"))
    }
    if let path = call.string("certificate") {
      return .clientCertificate(
        tenant: tenant, clientID: user, path: path, password: call.secret("certificate-password"),
        sendsChain: call.isOn("use-cert-sn-issuer"))
    }
    try refuse(["certificate-password", "use-cert-sn-issuer"], without: "certificate")
    if let token = call.secret("federated-token") {
      return .federatedToken(tenant: tenant, clientID: user, assertion: token)
    }
    if let path = call.string("federated-token-file") {
      return .federatedTokenFile(tenant: tenant, clientID: user, path: path)
    }
    return .clientSecret(tenant: tenant, clientID: user, secret: try call.secret("password") ?? askForSecret(user))
  }

  private func askForSecret(_ user: String) throws -> Secret {
    guard let prompter = call.run.prompter else {
      throw ArgumentError(
        "username",
        AcrError(
          .usage, "`--service-principal` needs `--password`, `--certificate` or `--federated-token`",
          help: "`--password (secret env NAME)` takes the secret from the environment"))
    }
    return try prompter.secret("Secret of \(user): ")
  }
}
