import AcrCore
import AcrSystem
import HTTPTypes

/// Azure's resource manager, as far as registries need it (wire facts, "ARM").
struct ResourceManagerService: Sendable {
  let world: World
  let imports: ImportOperations
  let budget: RequestBudget
  /// Registries outside of the emulator.
  let upstreams: Upstreams

  /// The versions that the service lists, and the ones newer clients send.
  static let apiVersions: Set<String> = [
    "2017-10-01", "2019-05-01", "2019-12-01-preview", "2020-11-01-preview", "2021-06-01-preview", "2021-08-01-preview",
    "2021-09-01", "2021-12-01-preview", "2022-02-01-preview", "2022-12-01", "2023-01-01-preview", "2023-06-01-preview",
    "2023-07-01", "2023-08-01-preview", "2023-11-01-preview", "2024-11-01-preview", "2025-03-01-preview", "2025-04-01",
    "2025-05-01-preview", "2025-06-01-preview", "2025-11-01", "2026-03-01-preview", "2026-09-01-preview",
  ]

  static let registryType = "Microsoft.ContainerRegistry/registries"

  /// A request whose sender is known.
  struct Context {
    let call: HTTPCall
    let identity: EntraIdentity
    /// The path's parts as sent; names in it are matched without regard to case.
    let segments: [String]
    let apiVersion: String
  }

  /// Answers a request; nil when its path is none of the resource manager's.
  func reply(to call: HTTPCall) async throws -> Reply? {
    let segments = call.segments
    guard let first = segments.first?.lowercased(), ["subscriptions", "tenants", "providers"].contains(first) else {
      return nil
    }
    let identity = try authenticate(call)
    guard let version = call.query["api-version"] else {
      throw ErrorReply(
        .resourceManager(
          .badRequest, "MissingApiVersionParameter",
          "The api-version query parameter (?api-version=) is required for all requests."))
    }
    let context = Context(call: call, identity: identity, segments: segments, apiVersion: version)
    let kind: RequestBudget.Kind = call.method == .get || call.method == .head ? .reads : .writes
    let (remaining, wait) = await budget.take(
      kind, subscription: segments.count > 1 ? segments[1].lowercased() : "tenant")
    if let wait {
      var reply = Reply.resourceManager(
        .tooManyRequests, "SubscriptionRequestsThrottled",
        "Number of '\(kind)' requests for subscription exceeded the limit. Please try again after '\(wait)' seconds.")
      reply.headers[.retryAfter] = String(wait)
      throw ErrorReply(reply)
    }
    var reply: Reply
    do {
      reply = try await route(context, first)
    } catch let error as ErrorReply {
      reply = error.reply
    }
    reply.set("x-ms-ratelimit-remaining-subscription-\(kind)", String(remaining))
    reply.set("x-ms-ratelimit-remaining-subscription-global-\(kind)", String(remaining * 15))
    reply.set("x-ms-routing-request-id", "EMULATOR:\(call.id)")
    reply.headers[.cacheControl] = "no-cache"
    return reply
  }

  private func authenticate(_ call: HTTPCall) throws -> EntraIdentity {
    func refuse(_ code: String, _ message: String) -> ErrorReply {
      var reply = Reply.resourceManager(.unauthorized, code, message)
      let tenant = world.configuration.tenants.first?.id ?? "common"
      reply.headers[.wwwAuthenticate] =
        "Bearer authorization_uri=\"\(call.origin)/\(tenant)\", error=\"invalid_token\", error_description=\"\(message)\""
      return ErrorReply(reply)
    }
    guard let value = call.headers[.authorization] else {
      throw refuse("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
    }
    guard value.lowercased().hasPrefix("bearer "), let parsed = JSONWebToken(String(value.dropFirst(7))) else {
      throw refuse(
        "AuthenticationFailedInvalidHeader",
        "Authentication failed. The 'Authorization' header is provided in an invalid format.")
    }
    if let expiry = parsed.claims["exp"]?.integer, expiry <= Timestamp.now().seconds {
      throw refuse(
        "ExpiredAuthenticationToken",
        "The access token expiry UTC time '\(Timestamp(seconds: expiry))' is earlier than current UTC time "
          + "'\(Timestamp(seconds: Timestamp.now().seconds))'.")
    }
    guard let identity = world.identity(managementToken: String(value.dropFirst(7))) else {
      let audience = parsed.claims["aud"]?.string ?? ""
      throw World.isManagement(audience)
        ? refuse("InvalidAuthenticationToken", "The access token is invalid.")
        : refuse(
          "InvalidAuthenticationTokenAudience",
          "The access token has been obtained for wrong audience or resource '\(audience)'. It should exactly match with one "
            + "of the allowed audiences 'https://management.core.windows.net/','https://management.azure.com/'.")
    }
    return identity
  }

  private func route(_ context: Context, _ first: String) async throws -> Reply {
    let parts = context.segments.map { $0.lowercased() }
    if first == "tenants" { return tenants(context) }
    if first == "providers" {
      guard parts == ["providers", "microsoft.containerregistry", "operations"] else {
        return Self.unknownType(context)
      }
      try checkVersion(context)
      return operations()
    }
    switch parts.count {
    case 1: return subscriptions(context)
    case 2: return Reply(json: describe(try subscription(context)))
    default: break
    }
    _ = try subscription(context)
    let provider = "microsoft.containerregistry"
    switch (parts.count, parts[2]) {
    case (3, "resources"): return try resources(context)
    case (3, "resourcegroups"): return resourceGroups(context)
    case (3, "locations"): return locations(context)
    case (3, "providers"): return Reply(json: ["value": [describeProvider(context)]])
    case (4, "providers") where parts[3] == provider: return Reply(json: describeProvider(context))
    case (4, "resourcegroups"): return try resourceGroup(context)
    case (5, "providers") where parts[3] == provider && parts[4] == "checknameavailability":
      return try await checkName(context)
    case (5, "providers") where parts[3] == provider && parts[4] == "register":
      return Reply(json: describeProvider(context))
    case (5, "providers") where parts[3] == provider && parts[4] == "registries":
      return try list(context, group: nil)
    case (8, "providers") where parts[3] == provider && parts[4] == "locations" && parts[6] == "operationresults":
      return try await imports.poll(id: context.segments[7], context)
    case (7, "resourcegroups") where parts[5] == provider && parts[6] == "registries":
      return try list(context, group: parts[3])
    case (8, "resourcegroups") where parts[5] == provider && parts[6] == "registries" && context.call.method == .get:
      return Reply(json: describe(try registry(context)))
    case (9, "resourcegroups") where parts[5] == provider && context.call.method == .post:
      return try await action(parts[8], context)
    case (9, "resourcegroups") where parts[5] == provider && parts[8] == "listusages":
      return try await usages(try registry(context))
    case (9, "resourcegroups") where parts[5] == provider && Self.emptyLists.contains(parts[8]):
      _ = try registry(context)
      return Reply(json: ["value": []])
    case (10, "resourcegroups") where parts[5] == provider && Self.emptyLists.contains(parts[8]):
      let registry = try registry(context)
      return Self.onlyAList(context, registry)
    case (9...10, "resourcegroups") where parts[5] == provider:
      if let reply = try await child(context) { return reply }
    default: break
    }
    return Self.unknownType(context)
  }

  /// What a registry may have in Azure and never has here: the list is empty.
  private static let emptyLists: Set<String> = [
    "webhooks", "cacherules", "credentialsets", "replications", "connectedregistries", "privateendpointconnections",
  ]

  /// The answer about one thing of those lists: it is not there, and cannot be made.
  private static func onlyAList(_ context: Context, _ registry: EmulatedRegistry) -> Reply {
    let (type, name) = (context.segments[8], context.segments[9])
    if context.call.method == .delete { return Reply(status: .noContent) }
    guard context.call.method == .get else {
      return .resourceManager(
        .notImplemented, "NotImplemented", "This emulator answers the list of \(type), and makes none.")
    }
    return .resourceManager(
      .notFound, "ResourceNotFound", "The resource \(registry.resourceID)/\(type)/\(name) could not be found.")
  }

  private static func unknownType(_ context: Context) -> Reply {
    .resourceManager(
      .notFound, "InvalidResourceType",
      "The resource type could not be found in the namespace for api version '\(context.apiVersion)'.")
  }

  private func action(_ name: String, _ context: Context) async throws -> Reply {
    switch name {
    case "importimage":
      let registry = try registry(context)
      try check(context, registry, "importImage/action") { $0.canImport }
      return try await startImport(context, target: registry)
    case "listcredentials":
      let registry = try registry(context)
      try check(context, registry, "listCredentials/action") { [.owner, .contributor].contains($0) }
      return try credentials(registry)
    case "regeneratecredential":
      let registry = try registry(context)
      try check(context, registry, "regenerateCredential/action") { [.owner, .contributor].contains($0) }
      return try await regenerateCredential(context, registry)
    case "generatecredentials":
      let registry = try registry(context)
      try check(context, registry, "generateCredentials/action") { [.owner, .contributor].contains($0) }
      return try await generateCredentials(context, registry)
    case "listusages":
      return try await usages(try registry(context))
    default:
      return .resourceManager(.notFound, "NotFound", "The action '\(name)' is not known to this emulator.")
    }
  }

  // MARK: Tenants and subscriptions

  private func tenants(_ context: Context) -> Reply {
    let tenants = world.configuration.tenants.filter { $0.id == context.identity.tenant }
    let values = tenants.map { tenant -> JSONValue in
      [
        "id": .string("/tenants/\(tenant.id)"), "tenantId": .string(tenant.id), "displayName": .string(tenant.name),
        "defaultDomain": .string(tenant.domain), "domains": [.string(tenant.domain)], "tenantCategory": "Home",
        "countryCode": "US", "tenantType": "AAD",
      ]
    }
    return Reply(json: ["value": .array(values)])
  }

  private func visible(_ context: Context) -> [Subscription] {
    world.configuration.subscriptions.filter { subscription in
      world.registries.contains { registry in
        guard let azure = registry.configuration.azure, azure.subscription == subscription.id else { return false }
        return azure.roles(of: context.identity).contains(where: \.canReadResource)
      }
    }
  }

  private func subscriptions(_ context: Context) -> Reply {
    let values = visible(context).map(describe)
    return Reply(
      json: ["value": .array(values), "count": ["type": "Total", "value": .integer(Int64(values.count))]])
  }

  /// The subscription in the path, when the sender sees it.
  private func subscription(_ context: Context) throws -> Subscription {
    let id = context.segments[1].lowercased()
    guard let found = world.configuration.subscriptions.first(where: { $0.id == id }) else {
      throw ErrorReply(
        .resourceManager(
          .notFound, "SubscriptionNotFound", "The subscription '\(context.segments[1])' could not be found."))
    }
    return found
  }

  private func describe(_ subscription: Subscription) -> JSONValue {
    [
      "id": .string("/subscriptions/\(subscription.id)"), "authorizationSource": "RoleBased", "managedByTenants": [],
      "subscriptionId": .string(subscription.id), "tenantId": .string(subscription.tenant),
      "displayName": .string(subscription.name), "state": "Enabled",
      "subscriptionPolicies": [
        "locationPlacementId": "Public_2014-09-01", "quotaId": "Sample_2014-09-01", "spendingLimit": "Off",
      ],
    ]
  }
}
