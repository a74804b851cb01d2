import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `login`: signs in to Microsoft Entra for this session.
struct LoginCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let identity = Switch("identity", short: "i", help: "a managed identity of this machine")
    let username = Flag<String?>(
      "username", short: "u",
      help: "with --service-principal its application id; with --identity the identity's client, object or resource id")
    let password = Flag<Secret?>(
      "password", short: "p", help: "the service principal's secret; prompted for if nothing else is given")
    let servicePrincipal = Switch(
      "service-principal", help: "a service principal: with --username, --tenant and one kind of credential")
    let tenant = Flag<String?>("tenant", short: "t", help: "the tenant, by its id or domain")
    let certificate = Flag<String?>(
      "certificate", help: "the service principal's certificate and key, PEM or PFX", completer: .file)
    let certificatePassword = Flag<Secret?>("certificate-password", help: "the password of the certificate's file")
    let useCertSnIssuer = Switch(
      "use-cert-sn-issuer", help: "sends the certificate with its chain, for trust by subject name and issuer")
    let federatedToken = Flag<Secret?>(
      "federated-token", help: "a token of another issuer that the service principal trusts")
    let federatedTokenFile = Flag<String?>(
      "federated-token-file", help: "a file with such a token, kept up to date", completer: .file)
    let useDeviceCode = Switch("use-device-code", help: "signs in a person with a browser on any device")
    let clientId = Flag<String?>("client-id", help: "with --identity: the client id of a user-assigned one")
    let objectId = Flag<String?>("object-id", help: "with --identity: the object id of a user-assigned one")
    let resourceId = Flag<String?>("resource-id", help: "with --identity: the resource id of a user-assigned one")
    let azCli = Switch("az-cli", help: "the account that is signed in to the Azure CLI")
    let subscription = Flag<String?>("subscription", short: "s", help: "the subscription to work in, by name or id")
    let scope = Flag<[String]>("scope", help: "the scope of the first token", isGreedy: true)
    let claimsChallenge = Flag<String?>("claims-challenge", help: "base64 of the claims that a service asked for")
    let allowNoSubscriptions = Switch("allow-no-subscriptions", help: "allows an account without subscriptions")
    let skipSubscriptionDiscovery = Switch("skip-subscription-discovery", help: "looks up no subscriptions")
    let skipSub = Switch("skip-sub", help: "the same as --skip-subscription-discovery")
    let save = Switch("save", help: "stays signed in for later sessions")
  }

  let signature = Signature(
    "login",
    summary: "Signs in to Azure for this session",
    description: """
      Without flags, tries the default credentials in order: the environment variables of azure-identity, a workload \
      identity, a managed identity, the Azure CLI. With --use-device-code, a person signs in on another device. It \
      gets a token at once, so that a wrong secret fails here and not later.

      Tokens live in memory and end with the session. --save stores what is needed to sign in again in a file that \
      only its owner can read.
      """,
    group: .session,
    examples: [
      .init("Whatever this machine is signed in as", "login"),
      .init(
        "A service principal",
        "login --service-principal -u ${env.AZURE_CLIENT_ID} -p (secret env AZURE_CLIENT_SECRET) --tenant contoso.example"
      ),
      .init(
        "A managed identity, as Microsoft's article has it",
        "az login --identity --username 66666666-7777-8888-9999-000000000000"),
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
        .init("SubscriptionId", .flag("subscription")), .init("ManagedService", .flag("identity")),
        .init("AuthScope", .flag("scope")), .init("Environment", .nothing(takesValue: true)),
        .init("Scope", .nothing(takesValue: true)), .init("Force", .nothing(takesValue: false)),
        .init("SkipContextPopulation", .nothing(takesValue: false)),
      ] + PowerShell.common),
    columns: OutputColumns(AccountRows.columns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let method = try SignInArguments(call).method()
    var options = AccountManager.Options()
    options.scopes = call[\.scope]
    options.claims = try call[\.claimsChallenge].map { text in
      try locate(call.parameters.claimsChallenge) {
        guard let bytes = Base64.decode(text), let json = try? JSONValue(parsing: bytes) else {
          throw AcrError(.usage, "`--claims-challenge` is not base64 of JSON text")
        }
        return json.text
      }
    }
    options.allowsNoSubscriptions = call[\.allowNoSubscriptions]
    options.saves = call[\.save]
    options.findsSubscriptions = !call[\.skipSubscriptionDiscovery] && !call[\.skipSub]
    let session = session
    let subscription = call[\.subscription]
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
  private let call: Call<LoginCommand.Parameters>
  private let user: String?
  private let tenant: String?

  init(_ call: Call<LoginCommand.Parameters>) {
    self.call = call
    user = call[\.username]
    tenant = call[\.tenant]
  }

  private var flags: LoginCommand.Parameters { call.parameters }

  func method() throws -> SignInMethod {
    let ways = [flags.identity, flags.servicePrincipal, flags.useDeviceCode, flags.azCli].filter(call.isGiven)
    if ways.count > 1 {
      throw ArgumentError(
        ways[1],
        AcrError(
          .usage, "`--\(ways[0].name)` and `--\(ways[1].name)` are two ways to sign in", help: "give one of them")
      )
    }
    if call[\.identity] { return .managedIdentity(try identity()) }
    if call[\.servicePrincipal] { return try servicePrincipal() }
    if call[\.useDeviceCode] { return try deviceCode() }
    if call[\.azCli] {
      try refuse(servicePrincipalFlags + identityFlags + [flags.username], beside: flags.azCli)
      return .azureCLI(tenant: tenant, subscription: nil)
    }
    try refuse(identityFlags, without: flags.identity)
    try refuse(
      [flags.certificate, flags.federatedToken, flags.federatedTokenFile, flags.useCertSnIssuer],
      without: flags.servicePrincipal)
    if user != nil || call[\.password] != nil {
      let flag: any DeclaredParameter = user != nil ? flags.username : flags.password
      throw ArgumentError(
        flag,
        AcrError(
          .usage, "a user's own password is not enough to sign in: Entra requires a second factor",
          help: "a person: `login --use-device-code`; a program: `login --service-principal --username … --tenant …`"))
    }
    return tenant == nil ? .defaultChain : try deviceCode()
  }

  private var servicePrincipalFlags: [any DeclaredParameter] {
    [
      flags.password, flags.certificate, flags.certificatePassword, flags.federatedToken, flags.federatedTokenFile,
      flags.useCertSnIssuer,
    ]
  }
  private var identityFlags: [any DeclaredParameter] { [flags.clientId, flags.objectId, flags.resourceId] }

  private func refuse(_ flags: [any DeclaredParameter], beside way: Switch) throws {
    guard let flag = flags.first(where: call.isGiven) else { return }
    throw ArgumentError(flag, AcrError(.usage, "`--\(flag.name)` cannot be combined with `--\(way.name)`"))
  }

  private func refuse(_ flags: [any DeclaredParameter], without way: any DeclaredParameter) throws {
    guard let flag = flags.first(where: call.isGiven) else { return }
    throw ArgumentError(
      flag, AcrError(.usage, "`--\(flag.name)` is for `--\(way.name)`", help: "add `--\(way.name)`"))
  }

  private func identity() throws -> ManagedIdentityID {
    try refuse(servicePrincipalFlags + [flags.tenant], beside: flags.identity)
    let given = (identityFlags + [flags.username]).filter(call.isGiven)
    if given.count > 1 {
      throw ArgumentError(
        given[1],
        AcrError(.usage, "the identity is given twice: by `--\(given[0].name)` and by `--\(given[1].name)`"))
    }
    if let id = call[\.clientId] { return .clientID(id) }
    if let id = call[\.objectId] { return .objectID(id) }
    if let id = call[\.resourceId] { return .resourceID(id) }
    // The article's spelling, which az took until it asked for one of the three flags instead.
    guard let user else { return .systemAssigned }
    return try locate(flags.username) { try ManagedIdentityID(parsing: user) }
  }

  private func deviceCode() throws -> SignInMethod {
    try refuse(servicePrincipalFlags + identityFlags + [flags.username], beside: flags.useDeviceCode)
    let sink = call.run.sink
    return .deviceCode(tenant: tenant) { prompt in sink.message(prompt.message) }
  }

  private func servicePrincipal() throws -> SignInMethod {
    try refuse(identityFlags, beside: flags.servicePrincipal)
    guard let user, let tenant else {
      throw ArgumentError(
        call.parameters.servicePrincipal,
        AcrError(
          .usage, "`--service-principal` needs `--\(user == nil ? "username" : "tenant")`",
          help: "login --service-principal --username APP_ID --password SECRET --tenant TENANT"))
    }
    let kinds: [any DeclaredParameter] = [
      flags.password, flags.certificate, flags.federatedToken, flags.federatedTokenFile,
    ].filter(call.isGiven)
    if kinds.count > 1 {
      throw ArgumentError(
        kinds[1],
        AcrError(.usage, "`--\(kinds[0].name)` and `--\(kinds[1].name)` are two credentials of one service principal"))
    }
    if let path = call[\.certificate] {
      return .clientCertificate(
        tenant: tenant, clientID: user, path: path, password: call[\.certificatePassword],
        sendsChain: call[\.useCertSnIssuer])
    }
    try refuse([flags.certificatePassword, flags.useCertSnIssuer], without: flags.certificate)
    if let token = call[\.federatedToken] {
      return .federatedToken(tenant: tenant, clientID: user, assertion: token)
    }
    if let path = call[\.federatedTokenFile] {
      return .federatedTokenFile(tenant: tenant, clientID: user, path: path)
    }
    return .clientSecret(tenant: tenant, clientID: user, secret: try call[\.password] ?? askForSecret(user))
  }

  private func askForSecret(_ user: String) throws -> Secret {
    guard let prompter = call.run.prompter else {
      throw ArgumentError(
        call.parameters.username,
        AcrError(
          .usage, "`--service-principal` needs `--password`, `--certificate` or `--federated-token`",
          help: "`--password (secret env NAME)` takes the secret from the environment"))
    }
    return try prompter.secret("Secret of \(user): ")
  }
}
