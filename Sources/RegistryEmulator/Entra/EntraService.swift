import AcrCore
import AcrSystem
import HTTPTypes

/// Microsoft Entra: the tokens of people and applications (wire facts, "Entra token acquisition").
struct EntraService: Sendable {
  let world: World
  let devices: DeviceCodes

  /// How long access tokens are valid, in seconds.
  static let accessTokenLife: Int64 = 3599

  /// Answers a request; nil when its path is none of Entra's.
  func reply(to call: HTTPCall) async throws -> Reply? {
    let parts = call.segments
    guard parts.count >= 2 else { return nil }
    switch (parts[0], parts.dropFirst().joined(separator: "/").lowercased()) {
    case ("common", "discovery/instance"): return try instances(call)
    case ("metadata", "endpoints"): return cloud(call)
    case ("common", let rest) where rest.hasPrefix("userrealm/"): return realm(call, rest)
    case (let tenant, "v2.0/.well-known/openid-configuration"), (let tenant, ".well-known/openid-configuration"):
      return try metadata(call, tenant)
    case (_, "discovery/v2.0/keys"), (_, "discovery/keys"): return keys()
    case (let tenant, "oauth2/v2.0/token"): return try await token(call, tenant)
    case (let tenant, "oauth2/v2.0/devicecode"): return try await deviceCode(call, tenant)
    default: return nil
    }
  }

  // MARK: Discovery

  private func metadata(_ call: HTTPCall, _ tenant: String) throws -> Reply {
    if !EntraService.isShared(tenant), world.configuration.tenant(tenant) == nil {
      throw ErrorReply(unknownTenant(tenant, call))
    }
    let id = world.configuration.tenant(tenant)?.id ?? tenant
    let base = "\(call.origin)/\(id)"
    return Reply(
      json: [
        "token_endpoint": .string("\(base)/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": .string("\(base)/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"], "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": .string("\(call.origin)/\(EntraService.isShared(tenant) ? "{tenantid}" : id)/v2.0"),
        "authorization_endpoint": .string("\(base)/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": .string("\(base)/oauth2/v2.0/devicecode"),
        "end_session_endpoint": .string("\(base)/oauth2/v2.0/logout"), "tenant_region_scope": "NA",
        "cloud_instance_name": "microsoftonline.com",
      ])
  }

  /// `/metadata/endpoints`, where `az cloud register` learns a cloud's addresses.
  private func cloud(_ call: HTTPCall) -> Reply {
    let origin = JSONValue.string(call.origin)
    return Reply(
      json: [
        "name": "AzureCloud", "portal": origin, "resourceManager": .string("\(call.origin)/"),
        "authentication": [
          "loginEndpoint": origin,
          "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
          "tenant": "common", "identityProvider": "AAD",
        ],
        "graphAudience": "https://graph.windows.net/", "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "activeDirectoryDataLake": "https://datalake.azure.net/", "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net", "gallery": origin, "sqlManagement": origin, "vmImageAliasDoc": origin,
        "suffixes": [
          "acrLoginServer": "azurecr.io", "storage": "core.windows.net", "keyVaultDns": "vault.azure.net",
          "sqlServerHostname": "database.windows.net",
        ],
      ])
  }

  /// `/common/userrealm/NAME`: asked before a sign-in with a password, to find federated domains. None are here.
  private func realm(_ call: HTTPCall, _ path: String) -> Reply {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let domain = name.split(separator: "@").last.map(String.init) ?? ""
    return Reply(
      json: [
        "ver": "1.0", "account_type": .string(world.configuration.user(name) == nil ? "Unknown" : "Managed"),
        "domain_name": .string(domain), "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
      ])
  }

  private func keys() -> Reply {
    Reply(
      json: [
        "keys": [
          [
            "kty": "RSA", "use": "sig", "kid": .string(world.key.id), "x5t": .string(world.key.id),
            "n": .string(world.key.modulus), "e": .string(world.key.exponent),
          ]
        ]
      ])
  }

  // MARK: Device codes

  private func deviceCode(_ call: HTTPCall, _ tenant: String) async throws -> Reply {
    let form = try await call.form()
    guard form["client_id"] != nil else {
      throw ErrorReply(
        .entra(
          900_144, "invalid_request", "The request body must contain the following parameter: 'client_id'.", call))
    }
    if !EntraService.isShared(tenant), world.configuration.tenant(tenant) == nil {
      throw ErrorReply(unknownTenant(tenant, call))
    }
    let scope = form["scope"] ?? ""
    _ = try resource(scope, call)
    let (deviceCode, userCode) = await devices.start(scope: scope)
    let page = "\(call.origin)/emulator/devices"
    return Reply(
      json: [
        "user_code": .string(userCode), "device_code": .string(deviceCode), "verification_uri": .string(page),
        "expires_in": .integer(DeviceCodes.life), "interval": 1,
        "message": .string(
          "To sign in, use a web browser to open the page \(page) and enter the code \(userCode) to authenticate."),
      ])
  }

  // MARK: Helpers

  /// True for the names that stand for no tenant in particular.
  static func isShared(_ tenant: String) -> Bool {
    ["common", "organizations", "consumers"].contains(tenant.lowercased())
  }

  func unknownTenant(_ tenant: String, _ call: HTTPCall) -> Reply {
    .entra(
      90_002, "invalid_request",
      """
      Tenant '\(tenant)' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. \
      Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.
      """, call)
  }

  /// The resource that a request's scopes are about: `RESOURCE/.default`, or `RESOURCE/user_impersonation`.
  /// - Parameter isApplication: true for an application's own credentials, which give every right the application has, and
  ///   for which Entra takes `.default` alone.
  func resource(_ scope: String, _ call: HTTPCall, isApplication: Bool = false) throws -> String {
    let words: Set<String> = ["openid", "profile", "offline_access", "email", ""]
    let scopes = scope.split(separator: " ").map(String.init).filter { !words.contains($0) }
    guard let first = scopes.first else { return "00000003-0000-0000-c000-000000000000" }
    guard scopes.count == 1 else {
      throw ErrorReply(
        .entra(
          28_000, "invalid_request",
          "Provided value for the input parameter scope is not valid because it contains more than one resource. "
            + "Scope \(scope) is not valid.", call))
    }
    if isApplication, !first.hasSuffix("/.default") {
      throw ErrorReply(
        .entra(
          1_002_012, "invalid_scope",
          "The provided value for scope \(first) is not valid. Client credential flows must have a scope value with "
            + "/.default suffixed to the resource identifier (application ID URI).", call))
    }
    guard let suffix = ["/.default", "/user_impersonation"].first(where: first.hasSuffix) else {
      // A name without a resource is one of Microsoft Graph's, for example `User.Read`.
      if !first.contains("/") { return "https://graph.microsoft.com" }
      throw ErrorReply(
        .entra(
          70_011, "invalid_scope",
          "The provided request must include a 'scope' input parameter. The provided value for the input parameter "
            + "'scope' is not valid. The scope \(first) is not valid.", call))
    }
    let resource = String(first.dropLast(suffix.count))
    try checkResource(resource, call)
    return resource
  }

  /// Refuses resources that nothing here answers to.
  func checkResource(_ resource: String, _ call: HTTPCall) throws {
    let known = [
      World.registryAudience, "https://graph.microsoft.com", "https://graph.windows.net", "https://vault.azure.net",
    ]
    let trimmed = resource.hasSuffix("/") ? String(resource.dropLast()) : resource
    guard World.isManagement(resource) || known.contains(trimmed) else {
      throw ErrorReply(
        .entra(
          500_011, "invalid_resource",
          "The resource principal named \(resource) was not found in the tenant. This can happen if the application has not "
            + "been installed by the administrator of the tenant or consented to by any user in the tenant.", call))
    }
  }

  /// An access token for an identity.
  func accessToken(
    _ identity: EntraIdentity, resource: String, life: Int64 = EntraService.accessTokenLife
  ) throws -> String {
    let now = Timestamp.now().seconds
    var claims: [JSONValue.Member] = [
      .init("aud", .string(resource)), .init("iss", .string("https://sts.windows.net/\(identity.tenant)/")),
      .init("iat", .integer(now)), .init("nbf", .integer(now)), .init("exp", .integer(now + life)),
      .init("appid", .string(identity.clientID)), .init("oid", .string(identity.objectID)),
      .init("sub", .string(identity.objectID)), .init("tid", .string(identity.tenant)),
      .init("idp", .string("https://sts.windows.net/\(identity.tenant)/")),
      .init("uti", .string(Base64URL.encode(UUIDText.random().utf8.prefix(16)))), .init("ver", "1.0"),
      .init("idtyp", identity.kind == .user ? "user" : "app"),
      .init("appidacr", identity.kind == .user ? "0" : identity.kind == .application ? "1" : "2"),
      .init("xms_tcdt", 1_700_000_000),
    ]
    if identity.kind == .user {
      claims += [
        .init("name", .string(identity.name)), .init("upn", .string(identity.name)),
        .init("unique_name", .string(identity.name)), .init("scp", "user_impersonation"),
      ]
    }
    if let resourceID = identity.resourceID { claims.append(.init("xms_mirid", .string(resourceID))) }
    return try world.key.token(claims)
  }
}
