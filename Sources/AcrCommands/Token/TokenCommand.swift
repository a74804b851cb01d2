import AcrSystem
import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `token`: an access token of the account.
struct TokenCommand: Command {
  let session: CommandContext
  /// True for `account get-access-token`: who asks for the token by the Azure CLI's name gets it in a pipe, as there.
  let isAzure: Bool

  struct Parameters: ParameterSet {
    let resource = Flag<String?>("resource", help: "what it is for, such as https://containerregistry.azure.net")
    let scope = Flag<[String]>(
      "scope", help: "the same as a scope, such as https://graph.microsoft.com/.default",
      isGreedy: true)
    let resourceType = Flag<String?>(
      "resource-type", help: "a well-known resource", completer: .fixed(WellKnownResource.names),
      check: WellKnownResource.check)
    let tenant = Flag<String?>("tenant", short: "t", help: "a tenant other than the current subscription's")
    let subscription = Flag<String?>(
      "subscription", short: "s", help: "the subscription whose tenant it is for, by name or id",
      aliases: ["name", "n"])
    let reveal = Switch("reveal", help: "gives the token as plain text")
  }

  var signature: Signature {
    Signature(
      isAzure ? "account get-access-token" : "token",
      summary: isAzure ? "Gets an access token as the Azure CLI prints it" : "Gets an access token for the account",
      description: isAzure
        ? """
        The fields are those of the Azure CLI. `accessToken` is a secret: it can be passed to flags that take one, such as \
        `import --password`, and a terminal shows it as `secret(…)`. Into a pipe, a file or a shell's `$(…)` it is written \
        as the Azure CLI does it, with `--query accessToken --output tsv` too, since it was asked for by name.
        """
        : """
        The fields are those of the Azure CLI. `accessToken` is a secret: it can be passed to flags that take one, such as \
        `import --password`, and is shown as `secret(…)`. With --reveal it is plain text, for programs that read it from \
        standard output.
        """,
      group: .session,
      examples: isAzure
        ? [
          .init("For an import from another tenant", "let token = account get-access-token | get accessToken"),
          .init("For another program", "az account get-access-token --query accessToken --output tsv"),
        ] : [.init("For a registry", "token --resource https://containerregistry.azure.net")],
      cmdlet: isAzure
        ? nil
        : .init(
          "Get-AzAccessToken",
          parameters: [
            .init("ResourceUrl", .flag("resource")), .init("Resource", .flag("resource")),
            .init("ResourceUri", .flag("resource")), .init("ResourceTypeName", .flag("resource-type")),
            .init("TenantId", .flag("tenant")), .init("AsSecureString", .nothing(takesValue: false)),
          ] + PowerShell.common),
      columns: OutputColumns(Self.columns)
    ).with(azure: isAzure ? [.sortedFields, .givesSecrets] : [])
  }

  private static let columns = [
    Column("accessToken", .secret, help: "the token; plain text with --reveal"),
    Column("expiresOn", help: "when it ends, in local time as the Azure CLI writes it"),
    Column("expires_on", .int, unit: "seconds since 1970", help: "when it ends"),
    Column("subscription", help: "the subscription it is for").only("where there is one"),
    Column("tenant", null: "where the tenant is not known", help: "the tenant it is for"),
    Column("tokenType", help: "how it is sent: Bearer"),
  ]

  func run(_ call: Call<Parameters>) throws -> Output {
    let tenant = call[\.tenant]
    let subscription = call[\.subscription]
    if tenant != nil, subscription != nil {
      throw ArgumentError(
        call.parameters.subscription,
        AcrError(.usage, "`--tenant` and `--subscription` both say which tenant", help: "give one"))
    }
    let scopes = call[\.scope]
    let resource = try locate(call.parameters.resourceType) {
      try call[\.resource] ?? call[\.resourceType].map(WellKnownResource.init(name:))?.text
    }
    let session = session
    let token = try Blocking.wait(call.run) {
      let identity = try await session.azure.services().identity
      var wanted = scopes
      if wanted.isEmpty {
        let cloud = await identity.cloud
        wanted = [try resource.map { try TokenCommand.scope($0, cloud) } ?? cloud.resourceManagerScope()]
      }
      guard let subscription else { return try await identity.token(scopes: wanted, tenant: tenant) }
      let match = try await identity.subscription(named: subscription)
      var token = try await identity.token(scopes: wanted, tenant: match.tenantID)
      token.subscription = match.id
      return token
    }
    var names = ["accessToken", "expiresOn", "expires_on"]
    var values: [Value] = [
      call[\.reveal] ? .string(token.token.reveal()) : .secret(token.token),
      .string(CLITime.text(token.expiresOn)), .int(token.expiresOn.seconds),
    ]
    if let id = token.subscription {
      names.append("subscription")
      values.append(.string(id))
    }
    names += ["tenant", "tokenType"]
    values += [token.tenant.map(Value.string) ?? .null, .string(token.tokenType)]
    return .value(.record(Record(shape: Shape(names), values: values)))
  }

  /// A resource as a scope. Names such as `arm` mean what `--resource-type` makes of them.
  private static func scope(_ resource: String, _ cloud: AzureCloud) throws -> String {
    if let known = try? WellKnownResource(name: resource) { return EntraScope.scope(for: try known.audience(cloud)) }
    return EntraScope.scope(for: resource)
  }
}

/// The names of `--resource-type`, as far as a cloud has them.
private struct WellKnownResource {
  let text: String

  /// az's names.
  static let names = ["arm", "ms-graph", "aad-graph", "acr", "oss-rdbms", "batch", "media", "data-lake"]

  /// The audiences of services that a cloud has no setting for here, in the public cloud.
  private static let others = [
    "oss-rdbms": "https://ossrdbms-aad.database.windows.net", "batch": "https://batch.core.windows.net/",
    "media": "https://rest.media.azure.net", "data-lake": "https://datalake.azure.net/",
  ]

  static let check: TextCheck = { text in
    guard !names.contains(text.lowercased()) else { return nil }
    return TextProblem("`\(text)` is not a kind of resource", help: "there are \(names.joined(separator: ", "))")
  }

  init(name: String) throws {
    guard WellKnownResource.names.contains(name.lowercased()) else {
      throw AcrError(
        .usage, "`\(name)` is not a kind of resource",
        help: "there are \(WellKnownResource.names.joined(separator: ", ")); any other is given with --resource")
    }
    text = name.lowercased()
  }

  func audience(_ cloud: AzureCloud) throws -> String {
    let setting: CloudSetting
    switch text {
    case "arm": return try cloud.resourceManagerAudience()
    case "acr": return AzureCloud.registryAudience
    case let name where Self.others[name] != nil:
      guard cloud.name == "AzureCloud", let audience = Self.others[name] else {
        throw AcrError(
          .usage, "the audience of `\(name)` in the cloud `\(cloud.name)` is not known here",
          help: "give it with --resource")
      }
      return audience
    case "ms-graph": setting = .microsoftGraphResourceID
    default: setting = .activeDirectoryGraphResourceID
    }
    guard let audience = cloud[setting] else {
      throw AcrError(.usage, "the cloud `\(cloud.name)` has no setting `\(setting.jsonName)`")
    }
    return audience
  }
}

/// Times as `az account get-access-token` writes them: of the local zone, without saying so, with six zeros.
private enum CLITime {
  static func text(_ time: Timestamp) -> String {
    guard let parts = LocalTime.components(of: time) else { return time.description }
    func pad(_ value: Int, _ width: Int = 2) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
    return "\(pad(parts[0], 4))-\(pad(parts[1]))-\(pad(parts[2])) "
      + "\(pad(parts[3])):\(pad(parts[4])):\(pad(parts[5])).000000"
  }
}
