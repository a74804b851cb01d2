import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// The flags of commands about one thing of a registry.
struct RegistryItemFlags: ParameterSet {
  let registry = Flag<String?>(
    "registry", short: "r", help: "the registry: its name, login server or resource id", completer: .registry)
  let name = Flag<String>("name", short: "n", help: "its name")
}

/// Tokens and scope maps of a registry: `/tokens/NAME` and `/scopeMaps/NAME` of the resource manager.
enum RegistryItems {
  /// The parameters that cmdlets of scope maps and of tokens have in common.
  static func cmdlet(isToken: Bool) -> [Signature.Cmdlet.Parameter] {
    [
      .init("RegistryName", .flag("registry")), .init("ResourceGroupName", .flag("resource-group")),
      .init("SubscriptionId", .flag("subscription")), .init("Name", .flag("name")),
      .init(isToken ? "TokenName" : "ScopeMapName", .flag("name")), .init("NoWait", .nothing(takesValue: false)),
    ] + PowerShell.common
  }

  static let scopeMapColumns = [
    Column("actions", .list, null: "where the service does not tell", help: "what it allows").key,
    Column("creationDate", null: "where the service does not tell", help: "when it was made").detail,
    Column("description", null: "without one", help: "what it is for"), Column("id", help: "its resource id").detail,
    Column("name", help: "its name").key,
    Column("provisioningState", null: "where the service does not tell", help: "for example Succeeded").detail,
    Column("resourceGroup", help: "the registry's resource group").detail,
    Column("systemData", .record, null: "where the service does not tell", help: "who made and changed it").detail,
    Column("type", null: "where the service does not tell", help: "the kind of resource").detail,
  ]

  static let tokenColumns = [
    Column("creationDate", null: "where the service does not tell", help: "when it was made").detail,
    Column("credentials", .record, null: "without any", help: "its passwords and certificates; values only when made"),
    Column("id", help: "its resource id").detail, Column("name", help: "its name, which is the user's").key,
    Column("provisioningState", null: "where the service does not tell", help: "for example Succeeded").detail,
    Column("resourceGroup", help: "the registry's resource group").detail,
    Column("scopeMapId", null: "without one", help: "the scope map that says what it may"),
    Column("status", null: "where the service does not tell", help: "enabled or disabled").key,
    Column("systemData", .record, null: "where the service does not tell", help: "who made and changed it").detail,
    Column("type", null: "where the service does not tell", help: "the kind of resource").detail,
  ]

  private static let scopeMapShape = Shape(scopeMapColumns)
  private static let tokenShape = Shape(tokenColumns)

  static func scopeMap(_ json: JSONValue) -> Record { AzureResource.record(json, scopeMapShape) }
  static func token(_ json: JSONValue) -> Record { AzureResource.record(json, tokenShape, hiding: ["value"]) }

  /// The path of a token or a scope map.
  /// - Throws: ``AcrError`` of kind `usage` for a name that cannot be one.
  static func path(_ kind: String, _ name: String, of registry: AzureRegistryInfo) throws(AcrError) -> String {
    let isName = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        || byte == 0x5F
    }
    guard isName, (1...50).contains(name.utf8.count) else {
      throw AcrError(.usage, "`\(name)` is not a name", help: "it has 5 to 50 letters, digits, `-` and `_`")
    }
    return "\(registry.id.path)/\(kind)/\(name)"
  }
}

/// `acr scope-map list`
struct ScopeMapListCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let registry = Flag<String?>(
      "registry", short: "r", help: "the registry: its name, login server or resource id", completer: .registry)
  }

  let signature = Signature(
    "acr scope-map list", summary: "Lists the scope maps of an Azure registry", group: .registry,
    examples: [.init("Their names", "acr scope-map list --registry myregistry | get name")],
    columns: OutputColumns(RegistryItems.scopeMapColumns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    try session.withRegistry(call, \.registry) { registry, services, tenant in
      let found = try await services.manager.list("\(registry.id.path)/scopeMaps", tenant: tenant)
      return .value(.list(found.map { .record(RegistryItems.scopeMap($0)) }))
    }
  }
}

/// `acr scope-map show`
struct ScopeMapShowCommand: Command {
  let session: CommandContext

  typealias Parameters = RegistryItemFlags

  let signature = Signature(
    "acr scope-map show", summary: "Shows a scope map of an Azure registry", group: .registry,
    examples: [
      .init("What one allows", "acr scope-map show --registry myregistry --name builder-scope-map | get actions")
    ],
    cmdlet: .init("Get-AzContainerRegistryScopeMap", parameters: RegistryItems.cmdlet(isToken: false)),
    columns: OutputColumns(RegistryItems.scopeMapColumns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let name = call[\.name]
    return try session.withRegistry(call, \.registry) { registry, services, tenant in
      let path = try RegistryItems.path("scopeMaps", name, of: registry)
      return .value(.record(RegistryItems.scopeMap(try await services.manager.get(path, tenant: tenant))))
    }
  }
}

/// `acr scope-map create`
struct ScopeMapCreateCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let item = RegistryItemFlags()
    let repository = Flag<[String]>(
      "repository", help: "a repository and what is allowed there: NAME content/read metadata/read", isGreedy: true)
    let description = Flag<String?>("description", help: "what it is for")
  }

  let signature = Signature(
    "acr scope-map create", summary: "Makes a scope map: what tokens that name it may do in repositories",
    group: .registry,
    examples: [
      .init(
        "One repository",
        "acr scope-map create --registry myregistry --name readers --repository app content/read metadata/read")
    ],
    changes: true,
    cmdlet: .init(
      "New-AzContainerRegistryScopeMap",
      parameters: RegistryItems.cmdlet(isToken: false) + [
        .init("Action", .flag("repository")), .init("Description", .flag("description")),
      ]),
    columns: OutputColumns(RegistryItems.scopeMapColumns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let (name, run) = (call[\.item][\.name], call.run)
    let actions = try locate(call.parameters.repository) { () throws(AcrError) in
      try ScopeMapActions.read(call[\.repository], flag: "repository")
    }
    let description = call[\.description]
    return try session.withRegistry(call[\.item], \.registry) { registry, services, tenant in
      let path = try RegistryItems.path("scopeMaps", name, of: registry)
      if run.isDryRun { return DryRun.output("create the scope map `\(name)`", ["name": .string(name)], run) }
      let json = try await services.manager.createScopeMap(path, actions, description: description, tenant: tenant)
      return .value(.record(RegistryItems.scopeMap(json)))
    }
  }
}

/// `acr scope-map update`
struct ScopeMapUpdateCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let item = RegistryItemFlags()
    let addRepository = Flag<[String]>(
      "add-repository", help: "a repository and what is allowed there from now on", aliases: ["add"], isGreedy: true)
    let removeRepository = Flag<[String]>(
      "remove-repository", help: "a repository and what is no longer allowed there", aliases: ["remove"], isGreedy: true
    )
    let description = Flag<String?>("description", help: "what it is for")
  }

  let signature = Signature(
    "acr scope-map update", summary: "Changes what a scope map allows", group: .registry,
    examples: [
      .init(
        "One more repository",
        "acr scope-map update --registry myregistry --name builder-scope-map --add-repository other content/read")
    ],
    changes: true,
    cmdlet: .init(
      "Update-AzContainerRegistryScopeMap",
      parameters: RegistryItems.cmdlet(isToken: false) + [.init("Description", .flag("description"))]),
    columns: OutputColumns(RegistryItems.scopeMapColumns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let (name, run) = (call[\.item][\.name], call.run)
    let added = try locate(call.parameters.addRepository) { () throws(AcrError) in
      try ScopeMapActions.read(call[\.addRepository], flag: "add-repository")
    }
    let removed = try locate(call.parameters.removeRepository) { () throws(AcrError) in
      try ScopeMapActions.read(call[\.removeRepository], flag: "remove-repository")
    }
    let description = call[\.description]
    return try session.withRegistry(call[\.item], \.registry) { registry, services, tenant in
      let path = try RegistryItems.path("scopeMaps", name, of: registry)
      let now = try await services.manager.get(path, tenant: tenant)
      let before = (now["properties"]?["actions"]?.array ?? []).compactMap(\.string)
      let unwanted = Set(removed.map { $0.lowercased() })
      var actions = before.filter { !unwanted.contains($0.lowercased()) }
      for action in added where !actions.contains(where: { $0.lowercased() == action.lowercased() }) {
        actions.append(action)
      }
      if run.isDryRun { return DryRun.output("change the scope map `\(name)`", ["name": .string(name)], run) }
      var properties: [JSONValue.Member] = [.init("actions", .array(actions.map(JSONValue.string)))]
      if let description { properties.append(.init("description", .string(description))) }
      let json = try await services.manager.change(
        .patch, path, body: ["properties": .object(properties)], tenant: tenant)
      return .value(.record(RegistryItems.scopeMap(json ?? .null)))
    }
  }
}

/// `acr scope-map delete` and `acr token delete`
struct RegistryItemDeleteCommand: Command {
  let session: CommandContext
  /// True for tokens.
  let isToken: Bool

  struct Parameters: ParameterSet {
    let item = RegistryItemFlags()
    let confirmation = Deletion.Parameters()
  }

  var signature: Signature {
    Signature(
      isToken ? "acr token delete" : "acr scope-map delete",
      summary: isToken
        ? "Deletes a token of an Azure registry, so that its passwords open nothing any more"
        : "Deletes a scope map of an Azure registry, so that its tokens may do nothing any more",
      group: .registry,
      examples: [
        .init(
          "One",
          isToken
            ? "acr token delete --registry myregistry --name builder --yes"
            : "acr scope-map create --registry myregistry --name readers --repository app content/read\n"
              + "acr scope-map delete --registry myregistry --name readers --yes")
      ],
      changes: true,
      cmdlet: .init(
        isToken ? "Remove-AzContainerRegistryToken" : "Remove-AzContainerRegistryScopeMap",
        parameters: RegistryItems.cmdlet(isToken: isToken)),
      columns: OutputColumns(Deletion.columns))
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    let name = call[\.item][\.name]
    let (kind, what) = isToken ? ("tokens", "token") : ("scopeMaps", "scope map")
    guard let text = try session.registryText(call[\.item], \.registry) else {
      throw CommandContext.needsRegistry(call.parameters.item.registry)
    }
    let session = session
    return try Deletion.run("the \(what) `\(name)` of `\(text)`", name, call[\.confirmation]) {
      let services = try await session.azure.signedIn()
      let registry = try await session.azureRegistry(text)
      let path = try RegistryItems.path(kind, name, of: registry)
      let tenant = await services.finder.tenant(of: registry.id)
      _ = try await services.manager.change(.delete, path, tenant: tenant)
    }
  }
}

extension ResourceManager {
  /// Makes a scope map, or gives the one that allows the same already.
  /// - Throws: ``AcrError`` of kind `conflict` where one of that name allows something else.
  func createScopeMap(
    _ path: String, _ actions: [String], description: String?, tenant: String?
  ) async throws -> JSONValue {
    var properties: [JSONValue.Member] = [.init("actions", .array(actions.map(JSONValue.string)))]
    if let description { properties.append(.init("description", .string(description))) }
    return try await change(.put, path, body: ["properties": .object(properties)], tenant: tenant) ?? .null
  }
}
