import AcrCore
import HTTPTypes

extension ResourceManagerService {
  /// Refuses versions of the provider's API that the service does not list.
  func checkVersion(_ context: Context) throws {
    guard !ResourceManagerService.apiVersions.contains(context.apiVersion) else { return }
    let known = ResourceManagerService.apiVersions.sorted().joined(separator: ", ")
    throw ErrorReply(
      .resourceManager(
        .badRequest, "NoRegisteredProviderFound",
        "No registered resource provider found for location 'westus' and API version '\(context.apiVersion)' for type "
          + "'registries'. The supported api-versions are '\(known)'."))
  }

  /// The registry in the path.
  /// - Throws: ``ErrorReply``: 404 where subscription, group or name are wrong, 403 where the sender may not read it.
  func registry(_ context: Context) throws -> EmulatedRegistry {
    try checkVersion(context)
    let (group, name) = (context.segments[3], context.segments[7])
    let inGroup = try registries(inGroup: group, context)
    guard let found = inGroup.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw ErrorReply(
        .resourceManager(
          .notFound, "ResourceNotFound",
          "The Resource '\(ResourceManagerService.registryType)/\(name)' under resource group '\(group)' was not found. For "
            + "more details please go to https://aka.ms/ARMResourceNotFoundFix"))
    }
    try check(context, found, "read") { $0.canReadResource }
    return found
  }

  /// All registries of a group, whether the sender may read them or not.
  /// - Throws: ``ErrorReply``: 404 for a group that is not there. A group is there when a registry is in it.
  func registries(inGroup group: String, _ context: Context) throws -> [EmulatedRegistry] {
    let found = world.registries.filter {
      $0.configuration.azure?.subscription == context.segments[1].lowercased()
        && $0.configuration.azure?.resourceGroup.lowercased() == group.lowercased()
    }
    guard !found.isEmpty else {
      throw ErrorReply(
        .resourceManager(.notFound, "ResourceGroupNotFound", "Resource group '\(group)' could not be found."))
    }
    return found
  }

  /// Refuses senders without a role that allows an action on a registry.
  func check(
    _ context: Context, _ registry: EmulatedRegistry, _ action: String, _ allows: (Role) -> Bool
  ) throws {
    guard let azure = registry.configuration.azure, !azure.roles(of: context.identity).contains(where: allows) else {
      return
    }
    throw ErrorReply(
      .resourceManager(
        .forbidden, "AuthorizationFailed",
        "The client '\(context.identity.clientID)' with object id '\(context.identity.objectID)' does not have authorization "
          + "to perform action '\(ResourceManagerService.registryType)/\(action)' over scope "
          + "'\(registry.resourceID)' or the scope is invalid. If access was recently granted, please refresh your "
          + "credentials."))
  }

  // MARK: Lists

  private func readable(_ context: Context) -> [EmulatedRegistry] {
    world.registries.filter { registry in
      guard let azure = registry.configuration.azure,
        azure.subscription == context.segments[1].lowercased()
      else { return false }
      return azure.roles(of: context.identity).contains(where: \.canReadResource)
    }
  }

  /// `GET …/resources?$filter=resourceType eq '…'`
  func resources(_ context: Context) throws -> Reply {
    let filter = try ResourceFilter(context.call.query["$filter"] ?? "")
    let found = readable(context).filter(filter.matches)
    return Reply(json: ["value": .array(found.map { .object(resourceJSON($0)) })])
  }

  func resourceGroups(_ context: Context) -> Reply {
    var seen: Set<String> = []
    let settings = readable(context).compactMap(\.configuration.azure)
    let values = settings.filter { seen.insert($0.resourceGroup.lowercased()).inserted }.map(describeGroup)
    return Reply(json: ["value": .array(values)])
  }

  /// `GET /subscriptions/ID/resourcegroups/NAME`
  func resourceGroup(_ context: Context) throws -> Reply {
    let found = try registries(inGroup: context.segments[3], context)
    guard context.call.method == .get || context.call.method == .head, let azure = found.first?.configuration.azure
    else {
      return Reply(status: .methodNotAllowed)
    }
    guard found.contains(where: { readable(context).map(\.name).contains($0.name) }) else {
      throw ErrorReply(
        .resourceManager(
          .forbidden, "AuthorizationFailed",
          "The client '\(context.identity.clientID)' with object id '\(context.identity.objectID)' does not have "
            + "authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read' over scope "
            + "'/subscriptions/\(context.segments[1])/resourceGroups/\(context.segments[3])' or the scope is invalid."))
    }
    return Reply(json: describeGroup(azure))
  }

  private func describeGroup(_ azure: AzureSettings) -> JSONValue {
    [
      "id": .string("/subscriptions/\(azure.subscription)/resourceGroups/\(azure.resourceGroup)"),
      "name": .string(azure.resourceGroup), "type": "Microsoft.Resources/resourceGroups",
      "location": .string(azure.location), "properties": ["provisioningState": "Succeeded"],
    ]
  }

  /// The registries of a subscription, or of one group in it.
  func list(_ context: Context, group: String?) throws -> Reply {
    try checkVersion(context)
    if let group { _ = try registries(inGroup: group, context) }
    let found = readable(context).filter {
      group == nil || $0.configuration.azure?.resourceGroup.lowercased() == group
    }
    return Reply(json: ["value": .array(found.map(describe))])
  }

  // MARK: One registry

  func credentials(_ registry: EmulatedRegistry) throws -> Reply {
    guard let azure = registry.configuration.azure, azure.isAdminEnabled else {
      throw ErrorReply(
        .resourceManager(
          .badRequest, "UnAuthorizedForCredentialOperations",
          "Cannot perform credential operations for \(registry.resourceID) as admin user is disabled. Kindly enable admin "
            + "user as per docs: https://docs.microsoft.com/en-us/azure/container-registry/"
            + "container-registry-authentication#admin-account"))
    }
    let passwords = ["password", "password2"].map { name -> JSONValue in
      [
        "name": .string(name),
        "value": .string(registry.resources.adminPassword(name) ?? azure.adminPassword.reveal()),
      ]
    }
    return Reply(json: ["username": .string(registry.name), "passwords": .array(passwords)])
  }

  /// A registry with all properties that the newest API versions know.
  func describe(_ registry: EmulatedRegistry) -> JSONValue {
    guard let azure = registry.configuration.azure else { return .null }
    func status(_ name: String, _ fallback: Bool) -> JSONValue.Member {
      .init("status", azure.isPolicyEnabled(name, fallback) ? "enabled" : "disabled")
    }
    let changed = JSONValue.string("2024-01-01T00:00:00.0000000+00:00")
    let policies: JSONValue = .object([
      .init("quarantinePolicy", .object([status("quarantinePolicy", false)])),
      .init("trustPolicy", .object([.init("type", "Notary"), status("trustPolicy", false)])),
      .init(
        "retentionPolicy",
        .object([.init("days", 7), .init("lastUpdatedTime", changed), status("retentionPolicy", false)])),
      .init("exportPolicy", .object([status("exportPolicy", true)])),
      .init("azureADAuthenticationAsArmPolicy", .object([status("azureADAuthenticationAsArmPolicy", true)])),
      .init(
        "softDeletePolicy",
        .object([.init("retentionDays", 7), .init("lastUpdatedTime", changed), status("softDeletePolicy", false)])),
    ])
    var properties: [JSONValue.Member] = [
      .init("loginServer", .string(registry.loginServer)), .init("creationDate", "2024-01-01T00:00:00.0000000Z"),
      .init("provisioningState", .string(azure.provisioningState)),
      .init("adminUserEnabled", .bool(azure.isAdminEnabled)),
    ]
    if azure.sku == "Premium" {
      let rules = azure.allowedAddresses.map {
        JSONValue.object([.init("action", "Allow"), .init("value", .string($0))])
      }
      properties.append(
        .init(
          "networkRuleSet",
          [
            "defaultAction": azure.isNetworkDenied ? "Deny" : "Allow", "virtualNetworkRules": [],
            "ipRules": .array(rules),
          ]))
    }
    properties += [
      .init("policies", policies), .init("encryption", ["status": "disabled"]), .init("dataEndpointEnabled", false),
      .init("dataEndpointHostNames", []),
      .init("regionalEndpoints", registry.configuration.regionalHosts.isEmpty ? "Disabled" : "Enabled"),
      .init("regionalEndpointHostNames", .array(registry.configuration.regionalHosts.map(JSONValue.string))),
      .init("endpointProtocol", "IPv4"), .init("privateEndpointConnections", []),
      .init("publicNetworkAccess", .string(azure.publicNetworkAccess)),
      .init("networkRuleBypassOptions", .string(azure.networkRuleBypassOptions)),
      .init("networkRuleBypassAllowedForTasks", false), .init("zoneRedundancy", "Disabled"),
      .init("anonymousPullEnabled", .bool(registry.configuration.isPublic)), .init("metadataSearch", "Disabled"),
      .init("roleAssignmentMode", .string(azure.roleAssignmentMode)),
      .init("autoGeneratedDomainNameLabelScope", "Unsecure"), .init("writableCacheRepos", "Disabled"),
    ]
    return .object(resourceJSON(registry) + [.init("properties", .object(properties))])
  }

  /// What every resource has.
  private func resourceJSON(_ registry: EmulatedRegistry) -> [JSONValue.Member] {
    guard let azure = registry.configuration.azure else { return [] }
    let owner = azure.roleAssignments.first { $0.role == .owner }?.principal
    let name = owner ?? world.configuration.users.first?.name ?? "owner"
    return [
      .init("id", .string(registry.resourceID)), .init("name", .string(registry.name)),
      .init("type", .string(ResourceManagerService.registryType)),
      .init("sku", ["name": .string(azure.sku), "tier": .string(azure.sku)]),
      .init("location", .string(azure.location)), .init("tags", .object(azure.tags)),
      .init("systemData", ResourceManagerService.systemData(by: name)),
    ]
  }

  /// Who made a resource and changed it last, and when.
  static func systemData(by name: String, at time: String = "2024-01-01T00:00:00.0000000+00:00") -> JSONValue {
    let kind: JSONValue = name.contains("@") ? "User" : "Application"
    return [
      "createdBy": .string(name), "createdByType": kind, "createdAt": .string(time), "lastModifiedBy": .string(name),
      "lastModifiedByType": kind, "lastModifiedAt": .string(time),
    ]
  }
}

extension EmulatedRegistry {
  /// The registry's id in the resource manager.
  var resourceID: String {
    guard let azure = configuration.azure else { return name }
    return "/subscriptions/\(azure.subscription)/resourceGroups/\(azure.resourceGroup)/providers/"
      + "\(ResourceManagerService.registryType)/\(name)"
  }
}
