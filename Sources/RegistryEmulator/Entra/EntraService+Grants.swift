import AcrCore
import AcrSystem
import CryptoExtras
import HTTPTypes

extension EntraService {
  /// How long refresh tokens are valid, in seconds (documented: 90 days).
  private static let refreshTokenLife: Int64 = 90 * 86_400
  private static let refreshAudience = "entra-refresh"
  private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

  /// `POST /TENANT/oauth2/v2.0/token`
  func token(_ call: HTTPCall, _ tenantName: String) async throws -> Reply {
    guard call.method == .post else { return Reply(status: .methodNotAllowed) }
    let form = try await call.form()
    let tenant = world.configuration.tenant(tenantName)
    if tenant == nil, !EntraService.isShared(tenantName) { throw ErrorReply(unknownTenant(tenantName, call)) }
    guard let client = form["client_id"]?.lowercased() else {
      throw ErrorReply(
        .entra(
          900_144, "invalid_request", "The request body must contain the following parameter: 'client_id'.", call))
    }
    switch form["grant_type"] ?? "" {
    case "client_credentials":
      guard let tenant else { throw ErrorReply(notForShared(tenantName, call)) }
      let application = try application(client, in: tenant, form, call)
      let resource = try resource(form["scope"] ?? "", call, isApplication: true)
      return try answer(application, resource, form, call, isPerson: false)
    case "password":
      let person = try person(form, tenant, client, call)
      return try answer(person, try resource(form["scope"] ?? "", call), form, call, isPerson: true)
    case "refresh_token":
      guard let claims = form["refresh_token"].flatMap({ world.key.claims(of: $0) }),
        claims["aud"]?.string == EntraService.refreshAudience, claims["appid"]?.string == client,
        let person = claims["oid"]?.string.flatMap(world.configuration.identity(objectID:)),
        tenant == nil || tenant?.id == person.tenant
      else {
        throw ErrorReply(
          .entra(70_043, "invalid_grant", "The refresh token has expired or is invalid.", call))
      }
      return try answer(
        withClient(client, person), try resource(form["scope"] ?? "", call), form, call, isPerson: true)
    case "urn:ietf:params:oauth:grant-type:device_code", "device_code":
      let code = form["device_code"] ?? form["code"] ?? ""
      let scope = await devices.scope(of: code) ?? ""
      let person = try await personBehindDevice(code, call)
      return try answer(
        withClient(client, person), try resource(scope, call), form, call, isPerson: true, scope: scope)
    case let grant:
      throw ErrorReply(
        .entra(
          70_003, "unsupported_grant_type", "The app requested an unsupported grant type '\(grant)'.", call))
    }
  }

  private func withClient(_ client: String, _ person: EntraIdentity) -> EntraIdentity {
    EntraIdentity(
      kind: person.kind, tenant: person.tenant, objectID: person.objectID, clientID: client, name: person.name)
  }

  private func notForShared(_ tenant: String, _ call: HTTPCall) -> Reply {
    .entra(
      50_194, "unauthorized_client",
      "Application credentials need the id of a tenant; the request came to the endpoint '\(tenant)'.", call,
      status: .unauthorized)
  }

  // MARK: Who is it

  private func application(
    _ client: String, in tenant: Tenant, _ form: FormFields, _ call: HTTPCall
  ) throws -> EntraIdentity {
    guard
      let application = world.configuration.servicePrincipals.first(where: {
        $0.appID == client && $0.tenant == tenant.id
      })
    else {
      throw ErrorReply(
        .entra(
          700_016, "unauthorized_client",
          "Application with identifier '\(client)' was not found in the directory '\(tenant.name)'. This can happen if the "
            + "application has not been installed by the administrator of the tenant or consented to by any user in the "
            + "tenant. You may have sent your authentication request to the wrong tenant.", call))
    }
    if let assertion = form["client_assertion"] {
      try checkAssertion(assertion, type: form["client_assertion_type"], application, call)
    } else {
      guard let secret = form["client_secret"] else {
        throw ErrorReply(
          .entra(
            7_000_218, "invalid_client",
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", call,
            status: .unauthorized))
      }
      guard application.secrets.contains(Secret(secret)) else {
        throw ErrorReply(
          .entra(
            7_000_215, "invalid_client",
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the "
              + "client secret ID, for a secret added to app '\(client)'.", call, status: .unauthorized))
      }
    }
    return world.configuration.identity(of: application)
  }

  private func checkAssertion(
    _ text: String, type: String?, _ application: ServicePrincipal, _ call: HTTPCall
  ) throws {
    guard type == EntraService.assertionType, let assertion = JSONWebToken(text) else {
      throw ErrorReply(
        .entra(
          50_027, "invalid_client", "JWT token is invalid or malformed.", call, status: .unauthorized))
    }
    let issuer = assertion.claims["iss"]?.string ?? ""
    if issuer.lowercased() == application.appID {
      try checkSigned(assertion, application, call)
    } else {
      try checkFederated(assertion, issuer, application, call)
    }
    let now = Timestamp.now().seconds
    guard let expiry = assertion.claims.time("exp"), expiry > Double(now),
      assertion.claims.time("nbf") ?? 0 <= Double(now) + 300
    else {
      throw ErrorReply(
        .entra(
          700_024, "invalid_client",
          "Client assertion is not within its valid time range. Please review the documentation at "
            + "https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
          call,
          status: .unauthorized))
    }
  }

  /// An assertion that the application signed with the key of one of its certificates.
  private func checkSigned(_ assertion: JSONWebToken, _ application: ServicePrincipal, _ call: HTTPCall) throws {
    let certificates = application.certificates.compactMap(PrincipalCertificate.init(pem:))
    let wanted = assertion.header?["x5t#S256"]?.string ?? assertion.header?["x5t"]?.string ?? ""
    // msal pads the thumbprint, which RFC 7515 leaves unpadded; Entra takes both.
    let bytes = Base64URL.decode(wanted)
    let named = certificates.first { $0.thumbprint256 == bytes || $0.thumbprint == bytes }
    guard let named, assertion.isSigned(by: named.key) else {
      throw ErrorReply(
        .entra(
          700_027, "invalid_client",
          "The certificate with identifier used to sign the client assertion is not registered on application, or the "
            + "signature is not valid. [Reason - The key was not found., Thumbprint of key used by client: '\(wanted)']",
          call,
          status: .unauthorized))
    }
    let audience = assertion.claims["aud"]?.string ?? ""
    guard audience.hasSuffix("/token") || audience.hasSuffix("/v2.0") else {
      throw ErrorReply(
        .entra(
          700_023, "invalid_client",
          "Client assertion audience claim does not match Realm issuer. Review the documentation at "
            + "https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
          call,
          status: .unauthorized))
    }
  }

  /// A token of somebody else whom the application trusts.
  private func checkFederated(
    _ assertion: JSONWebToken, _ issuer: String, _ application: ServicePrincipal, _ call: HTTPCall
  ) throws {
    let subject = assertion.claims["sub"]?.string ?? ""
    let audience = assertion.claims["aud"]?.string ?? assertion.claims["aud"]?.array?.first?.string ?? ""
    let credential = application.federated.first {
      $0.issuer == issuer && $0.subject == subject && $0.audience == audience
    }
    guard let credential else {
      throw ErrorReply(
        .entra(
          700_213, "invalid_client",
          "No matching federated identity record found for presented assertion subject '\(subject)'. Check your federated "
            + "identity credential Subject, Audience and Issuer against the presented assertion.", call,
          status: .unauthorized))
    }
    guard let pem = credential.publicKey else { return }
    guard let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem), assertion.isSigned(by: key) else {
      throw ErrorReply(
        .entra(
          700_027, "invalid_client", "The signature of the federated assertion is not valid.", call,
          status: .unauthorized))
    }
  }

  private func person(
    _ form: FormFields, _ tenant: Tenant?, _ client: String, _ call: HTTPCall
  ) throws -> EntraIdentity {
    let name = form["username"] ?? ""
    guard let user = world.configuration.user(name), tenant == nil || tenant?.id == user.tenant else {
      throw ErrorReply(
        .entra(
          50_034, "invalid_grant",
          "The user account \(name) does not exist in the directory. To sign into this application, the account must be added "
            + "to the directory.", call))
    }
    guard user.password == Secret(form["password"] ?? "") else {
      throw ErrorReply(
        .entra(50_126, "invalid_grant", "Error validating credentials due to invalid username or password.", call))
    }
    return world.configuration.identity(of: user, client: client)
  }

  private func personBehindDevice(_ code: String, _ call: HTTPCall) async throws -> EntraIdentity {
    switch await devices.take(code) {
    case nil:
      throw ErrorReply(
        .entra(70_020, "expired_token", "The provided value for the input parameter 'device_code' is not valid.", call))
    case .waiting:
      throw ErrorReply(
        .entra(
          70_016, "authorization_pending",
          "OAuth 2.0 device flow error. Authorization is pending. Continue polling.", call))
    case .declined:
      throw ErrorReply(.entra(70_018, "authorization_declined", "The user denied the request.", call))
    case .approved(let objectID):
      guard let person = world.configuration.identity(objectID: objectID) else {
        throw ErrorReply(.entra(50_034, "invalid_grant", "The user account does not exist in the directory.", call))
      }
      return person
    }
  }

  // MARK: Answers

  private func answer(
    _ identity: EntraIdentity, _ resource: String, _ form: FormFields, _ call: HTTPCall, isPerson: Bool,
    scope: String? = nil
  ) throws -> Reply {
    let scopes = (scope ?? form["scope"] ?? "").split(separator: " ").map(String.init)
    var members: [JSONValue.Member] = [
      .init("token_type", "Bearer"), .init("expires_in", .integer(EntraService.accessTokenLife)),
      .init("ext_expires_in", .integer(EntraService.accessTokenLife)),
      .init("access_token", .string(try accessToken(identity, resource: resource))),
    ]
    if isPerson {
      members.append(.init("scope", .string(scopes.filter { $0.contains("/") }.joined(separator: " "))))
      if scopes.contains("offline_access") {
        members.append(.init("refresh_token", .string(try refreshToken(identity))))
      }
      if scopes.contains("openid") { members.append(.init("id_token", .string(try idToken(identity, call)))) }
      if form["client_info"] == "1" {
        let info: JSONValue = ["uid": .string(identity.objectID), "utid": .string(identity.tenant)]
        members.append(.init("client_info", .string(Base64URL.encode(info.text.utf8))))
      }
    }
    return Reply(
      headers: [.cacheControl: "no-store, no-cache"], json: .object(members))
  }

  private func refreshToken(_ identity: EntraIdentity) throws -> String {
    try world.key.token([
      .init("aud", .string(EntraService.refreshAudience)), .init("oid", .string(identity.objectID)),
      .init("appid", .string(identity.clientID)), .init("jti", .string(UUIDText.random())),
      .init("exp", .integer(Timestamp.now().seconds + EntraService.refreshTokenLife)),
    ])
  }

  private func idToken(_ identity: EntraIdentity, _ call: HTTPCall) throws -> String {
    let now = Timestamp.now().seconds
    return try world.key.token([
      .init("aud", .string(identity.clientID)), .init("iss", .string("\(call.origin)/\(identity.tenant)/v2.0")),
      .init("iat", .integer(now)), .init("nbf", .integer(now)),
      .init("exp", .integer(now + EntraService.accessTokenLife)), .init("name", .string(identity.name)),
      .init("oid", .string(identity.objectID)), .init("preferred_username", .string(identity.name)),
      .init("sub", .string(identity.objectID)), .init("tid", .string(identity.tenant)), .init("ver", "2.0"),
    ])
  }
}
