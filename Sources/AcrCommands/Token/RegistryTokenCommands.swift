import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `acr token list`
struct RegistryTokenListCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let registry = Flag<String?>(
      "registry", short: "r", help: "the registry: its name, login server or resource id", completer: .registry)
  }

  let signature = Signature(
    "acr token list", summary: "Lists the tokens of an Azure registry", group: .registry,
    examples: [.init("Their names", "acr token list --registry myregistry | get name")],
    columns: OutputColumns(RegistryItems.tokenColumns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    try session.withRegistry(call, \.registry) { registry, services, tenant in
      let found = try await services.manager.list("\(registry.id.path)/tokens", tenant: tenant)
      return .value(.list(found.map { .record(RegistryItems.token($0)) }))
    }
  }
}

/// `acr token show`
struct RegistryTokenShowCommand: Command {
  let session: CommandContext

  typealias Parameters = RegistryItemFlags

  let signature = Signature(
    "acr token show", summary: "Shows a token of an Azure registry, without its passwords", group: .registry,
    examples: [.init("Whether it is enabled", "acr token show --registry myregistry --name builder | get status")],
    cmdlet: .init("Get-AzContainerRegistryToken", parameters: RegistryItems.cmdlet(isToken: true)),
    columns: OutputColumns(RegistryItems.tokenColumns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let name = call[\.name]
    return try session.withRegistry(call, \.registry) { registry, services, tenant in
      let path = try RegistryItems.path("tokens", name, of: registry)
      return .value(.record(RegistryItems.token(try await services.manager.get(path, tenant: tenant))))
    }
  }
}

/// `acr token create`
struct RegistryTokenCreateCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let item = RegistryItemFlags()
    let scopeMap = Flag<String?>("scope-map", help: "what it may: the name of a scope map, or its resource id")
    let repository = Flag<[String]>(
      "repository", help: "what it may, without a scope map: NAME content/read metadata/read", isGreedy: true)
    let status = Flag<String?>("status", help: "whether it works", completer: .fixed(["enabled", "disabled"]))
    let noPasswords = Flag<Bool?>("no-passwords", help: "makes no passwords yet: true or false")
    let expiration = Flag<String?>("expiration", help: "when the passwords end: 2027-01-31T00:00:00Z")
    let expirationInDays = Flag<Int64?>("expiration-in-days", help: "in how many days the passwords end")
  }

  let signature = Signature(
    "acr token create", summary: "Makes a token of an Azure registry, with two passwords",
    description: """
      The passwords are shown this once. They are secrets: a terminal shows them as `secret(…)`, and a pipe gets them, as from \\
      the Azure CLI.
      """,
    group: .registry,
    examples: [
      .init(
        "For one repository",
        "acr token create --registry myregistry --name builder --repository app content/read metadata/read")
    ],
    changes: true,
    cmdlet: .init(
      "New-AzContainerRegistryToken",
      parameters: RegistryItems.cmdlet(isToken: true) + [
        .init("ScopeMapId", .flag("scope-map")), .init("Status", .flag("status")),
      ]),
    columns: OutputColumns(RegistryItems.tokenColumns)
  ).with(azure: [.sortedFields, .givesSecrets])

  func run(_ call: Call<Parameters>) throws -> Output {
    let (name, run) = (call[\.item][\.name], call.run)
    let actions = try locate(call.parameters.repository) { () throws(AcrError) in
      try ScopeMapActions.read(call[\.repository], flag: "repository")
    }
    let map = call[\.scopeMap]
    guard (map != nil) != !actions.isEmpty else {
      throw ArgumentError(
        call.parameters.scopeMap,
        AcrError(.usage, "a token needs `--scope-map` or `--repository`, and not both", help: "they say what it may"))
    }
    let ending = try PasswordEnding(call.parameters.expiration, call[\.expiration], call[\.expirationInDays])
    let wantsPasswords = call[\.noPasswords] != true
    if !wantsPasswords, ending.text != nil {
      throw ArgumentError(
        call.parameters.noPasswords, AcrError(.usage, "without passwords there is nothing that ends"))
    }
    let status = call[\.status]
    return try session.withRegistry(call[\.item], \.registry) { registry, services, tenant in
      let path = try RegistryItems.path("tokens", name, of: registry)
      if run.isDryRun { return DryRun.output("create the token `\(name)`", ["name": .string(name)], run) }
      var mapID = map.map { $0.hasPrefix("/") ? $0 : "\(registry.id)/scopeMaps/\($0)" }
      if mapID == nil {
        let mapPath = try RegistryItems.path("scopeMaps", "\(name)-scope-map", of: registry)
        let made = try await services.manager.createScopeMap(
          mapPath, actions, description: "Created by token: \(name)", tenant: tenant)
        mapID = made["id"]?.string ?? "\(registry.id)/scopeMaps/\(name)-scope-map"
      }
      var properties: [JSONValue.Member] = [.init("scopeMapId", .string(mapID ?? ""))]
      if let status { properties.append(.init("status", .string(status))) }
      var json =
        try await services.manager.change(.put, path, body: ["properties": .object(properties)], tenant: tenant)
        ?? .null
      if wantsPasswords {
        let made = try await services.manager.newPasswords(
          of: name, at: registry, which: nil, ending: ending.text, tenant: tenant)
        // az puts the new passwords into the token that it prints.
        json = json.setting("credentials", to: made)
        run.sink.message("note: the passwords of `\(name)` are given this once: keep them safe")
      }
      return .value(.record(RegistryItems.token(json)))
    }
  }
}

/// `acr token update`
struct RegistryTokenUpdateCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let item = RegistryItemFlags()
    let scopeMap = Flag<String?>("scope-map", help: "what it may: the name of a scope map, or its resource id")
    let status = Flag<String?>("status", help: "whether it works", completer: .fixed(["enabled", "disabled"]))
  }

  let signature = Signature(
    "acr token update", summary: "Changes what a token of an Azure registry may, or disables it", group: .registry,
    examples: [.init("Disable one", "acr token update --registry myregistry --name builder --status disabled")],
    changes: true,
    cmdlet: .init(
      "Update-AzContainerRegistryToken",
      parameters: RegistryItems.cmdlet(isToken: true) + [
        .init("ScopeMapId", .flag("scope-map")), .init("Status", .flag("status")),
      ]),
    columns: OutputColumns(RegistryItems.tokenColumns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let (name, run, map, status) = (call[\.item][\.name], call.run, call[\.scopeMap], call[\.status])
    return try session.withRegistry(call[\.item], \.registry) { registry, services, tenant in
      let path = try RegistryItems.path("tokens", name, of: registry)
      if run.isDryRun { return DryRun.output("change the token `\(name)`", ["name": .string(name)], run) }
      var properties: [JSONValue.Member] = []
      if let map {
        properties.append(.init("scopeMapId", .string(map.hasPrefix("/") ? map : "\(registry.id)/scopeMaps/\(map)")))
      }
      if let status { properties.append(.init("status", .string(status))) }
      let json = try await services.manager.change(
        .patch, path, body: ["properties": .object(properties)], tenant: tenant)
      return .value(.record(RegistryItems.token(json ?? .null)))
    }
  }
}

/// `acr token credential generate` and `delete`
struct RegistryTokenCredentialCommand: Command {
  let session: CommandContext
  /// True for `delete`.
  let deletes: Bool

  struct Parameters: ParameterSet {
    let item = RegistryItemFlags()
    let password1 = Switch("password1", help: "the first password")
    let password2 = Switch("password2", help: "the second password")
    let ending: Ending

    init() { self.init(deletes: false) }
    init(deletes: Bool) { ending = Ending(isOffered: !deletes) }
  }

  /// When new passwords end; not for deletions.
  struct Ending: ParameterSet {
    let expiration = Flag<String?>("expiration", help: "when the passwords end: 2027-01-31T00:00:00Z")
    let expirationInDays = Flag<Int64?>(
      "expiration-in-days", help: "in how many days the passwords end", aliases: ["days"])
    private let isOffered: Bool

    init() { self.init(isOffered: true) }
    init(isOffered: Bool) { self.isOffered = isOffered }

    var declarations: [any DeclaredParameter] { isOffered ? [expiration, expirationInDays] : [] }
  }

  var parameters: Parameters { Parameters(deletes: deletes) }

  var signature: Signature {
    Signature(
      deletes ? "acr token credential delete" : "acr token credential generate",
      summary: deletes
        ? "Deletes passwords of a token of an Azure registry" : "Makes new passwords for a token of an Azure registry",
      description: deletes
        ? ""
        : """
        Without --password1 or --password2 both are made anew. They are shown this once, and are secrets: a terminal shows \\
        them as `secret(…)`, and a pipe gets them, as from the Azure CLI.
        """,
      group: .registry,
      examples: [
        .init(
          "The first password",
          "acr token credential \(deletes ? "delete" : "generate") --registry myregistry --name builder --password1")
      ],
      changes: true,
      cmdlet: deletes
        ? nil
        : .init(
          "New-AzContainerRegistryCredentials",
          parameters: [
            .init("RegistryName", .flag("registry")), .init("ResourceGroupName", .flag("resource-group")),
            .init("SubscriptionId", .flag("subscription")), .init("TokenId", .flag("name")),
            .init("Name", .choice(["password1": "password1", "password2": "password2"])),
            .init("Expiry", .flag("expiration")), .init("NoWait", .nothing(takesValue: false)),
          ] + PowerShell.common),
      columns: OutputColumns(
        deletes
          ? RegistryItems.tokenColumns
          : [
            Column("passwords", .list, help: "the new passwords: records with name, value and expiry"),
            Column("username", help: "the user, which is the token"),
          ])
    ).with(azure: deletes ? .sortedFields : [.sortedFields, .givesSecrets])
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    let run = call.run
    // The cmdlet names a token by its resource id.
    let name = call[\.item][\.name].split(separator: "/").last.map(String.init) ?? ""
    let chosen = [("password1", call[\.password1]), ("password2", call[\.password2])].filter(\.1).map(\.0)
    let (deletes, ending) = (deletes, call[\.ending])
    let end =
      deletes
      ? nil : try PasswordEnding(ending.parameters.expiration, ending[\.expiration], ending[\.expirationInDays]).text
    if deletes, chosen.isEmpty {
      throw AcrError(.usage, "this needs `--password1` or `--password2`", help: "they say which password is deleted")
    }
    return try session.withRegistry(call[\.item], \.registry) { registry, services, tenant in
      let path = try RegistryItems.path("tokens", name, of: registry)
      if run.isDryRun {
        return DryRun.output(
          "\(deletes ? "delete" : "make") passwords of the token `\(name)`", ["name": .string(name)], run)
      }
      guard deletes else {
        let made = try await services.manager.newPasswords(
          of: name, at: registry, which: chosen.count == 1 ? chosen[0] : nil, ending: end, tenant: tenant)
        return .value(.record(AzureResource.record(made, Shape(["passwords", "username"]), hiding: ["value"])))
      }
      let now = try await services.manager.get(path, tenant: tenant)
      let names = (now["properties"]?["credentials"]?["passwords"]?.array ?? []).compactMap { $0["name"]?.string }
      if let missing = chosen.first(where: { !names.contains($0) }) {
        throw AcrError(.notFound, "the token `\(name)` has no \(missing)")
      }
      let left = names.filter { !chosen.contains($0) }.map { JSONValue.object([.init("name", .string($0))]) }
      let body: JSONValue = ["properties": ["credentials": ["passwords": .array(left)]]]
      let json = try await services.manager.change(.patch, path, body: body, tenant: tenant)
      return .value(.record(RegistryItems.token(json ?? .null)))
    }
  }
}

/// When new passwords end, as two flags say it.
struct PasswordEnding {
  /// In the service's words; nil for never.
  let text: String?

  /// - Throws: ``ArgumentError`` for both flags, a time that is none, and days that are not positive.
  init(_ flag: any DeclaredParameter, _ expiration: String?, _ days: Int64?) throws {
    switch (expiration, days) {
    case (nil, nil): text = nil
    case (let time?, nil):
      guard Timestamp(rfc3339: time) != nil else {
        throw ArgumentError(
          flag, AcrError(.usage, "`\(time)` is not a time", help: "for example 2027-01-31T00:00:00Z"))
      }
      text = time
    case (nil, let days?):
      guard (1...36_500).contains(days) else {
        throw ArgumentError(flag, AcrError(.usage, "`\(days)` is not a number of days from 1 to 36500"))
      }
      text = Timestamp(nanoseconds: (Timestamp.now().seconds + days * 86_400) * 1_000_000_000).description
    case (.some, .some):
      throw ArgumentError(
        flag,
        AcrError(.usage, "`--expiration` and `--expiration-in-days` both say when the passwords end", help: "give one"))
    }
  }
}

extension ResourceManager {
  /// Makes passwords of a token.
  /// - Parameter which: `password1` or `password2`; nil for both.
  func newPasswords(
    of token: String, at registry: AzureRegistryInfo, which: String?, ending: String?, tenant: String?
  ) async throws -> JSONValue {
    var body: [JSONValue.Member] = [.init("tokenId", .string("\(registry.id)/tokens/\(token)"))]
    if let ending { body.append(.init("expiry", .string(ending))) }
    if let which { body.append(.init("name", .string(which))) }
    return try await change(.post, "\(registry.id.path)/generateCredentials", body: .object(body), tenant: tenant)
      ?? .null
  }
}

extension JSONValue {
  /// An object with a member of `properties` set.
  fileprivate func setting(_ name: String, to value: JSONValue) -> JSONValue {
    guard case .object(var members) = self, let place = members.firstIndex(where: { $0.name == "properties" }),
      case .object(var properties) = members[place].value
    else { return self }
    properties.removeAll { $0.name == name }
    properties.append(Member(name, value))
    members[place].value = .object(properties)
    return .object(members)
  }
}
