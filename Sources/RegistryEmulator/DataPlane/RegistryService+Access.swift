import AcrCore
import AcrSystem
import HTTPTypes
import OCIRegistry

extension RegistryService {
  /// A scope of the registry's tokens (distribution, "Token Scope Documentation").
  private struct Scope {
    let type: String
    let name: String
    let actions: [String]

    /// Reads `type:name:action,action`; the name may hold colons.
    init?(_ text: some StringProtocol) {
      guard let first = text.firstIndex(of: ":"), let last = text.lastIndex(of: ":"), first < last else { return nil }
      type = String(text[..<first])
      name = String(text[text.index(after: first)..<last])
      actions = String(text[text.index(after: last)...]).split(separator: ",").map(String.init)
    }
  }

  /// The lives of the two tokens, in seconds (recorded: 75 minutes; observed: about three hours).
  private static let accessTokenLife: Int64 = 4500
  private static let refreshTokenLife: Int64 = 3 * 3600
  private static let issuer = "Azure Container Registry"
  /// The user name that says that the password is a token.
  private static let tokenUser = "00000000-0000-0000-0000-000000000000"

  // MARK: Asking

  /// Lets a request pass, or refuses it with a challenge.
  /// - Parameters:
  ///   - repository: nil for `/v2/` itself and for lists of repositories.
  ///   - mountedFrom: the repository of a blob that shall be mounted, which the challenge names beside the first.
  func authorize(
    _ call: HTTPCall, _ repository: RepositoryName?, _ actions: String..., mountedFrom source: RepositoryName? = nil
  ) throws {
    func refusal(_ error: String?) -> ErrorReply {
      ErrorReply(challenge(call, repository, actions, error: error, mountedFrom: source))
    }
    let needed = Set(actions)
    guard let value = call.headers[.authorization] else {
      let isOpen = registry.configuration.signIn == .none
      if isOpen, needed.isSubset(of: registry.actions(of: .anonymous, in: repository?.name)) { return }
      throw refusal(call.path.hasPrefix("/acr/") ? "invalid_token" : nil)
    }
    let parts = value.split(separator: " ", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw refusal("invalid_token") }
    let granted: Set<String>
    if parts[0].lowercased() == "basic" {
      guard let principal = basicPrincipal(parts[1]) else {
        throw refusal(nil)
      }
      granted = registry.actions(of: principal, in: repository?.name)
    } else {
      guard let claims = world.key.claims(of: parts[1]), claims["aud"]?.string == registry.loginServer else {
        throw refusal("invalid_token")
      }
      if let principal = refreshPrincipal(claims) {
        granted = registry.actions(of: principal, in: repository?.name)
      } else {
        granted = actionsGranted(by: claims, repository)
      }
    }
    guard needed.isSubset(of: granted) else {
      throw refusal("insufficient_scope")
    }
  }

  /// True for a request without anybody's credentials: none at all, or a token that was given to nobody.
  func isAnonymous(_ call: HTTPCall) -> Bool {
    guard let value = call.headers[.authorization] else { return true }
    guard value.lowercased().hasPrefix("bearer ") else { return false }
    return world.key.claims(of: String(value.dropFirst(7)))?["sub"]?.string == Principal.anonymous.subject
  }

  private func actionsGranted(by claims: JSONValue, _ repository: RepositoryName?) -> Set<String> {
    var granted: Set<String> = []
    for entry in claims["access"]?.array ?? [] {
      let actions = entry["actions"]?.array?.compactMap(\.string) ?? []
      if entry["type"]?.string == "registry", let name = entry["name"]?.string, !actions.isEmpty {
        if ["catalog", "deleted_catalog"].contains(name) { granted.insert(name) }
      }
      if entry["type"]?.string == "repository", entry["name"]?.string == repository?.name {
        granted.formUnion(actions)
      }
    }
    return granted
  }

  /// 401 with what to do about it.
  func challenge(
    _ call: HTTPCall, _ repository: RepositoryName?, _ actions: [String], error: String?,
    mountedFrom source: RepositoryName? = nil
  ) -> Reply {
    let isAzure = registry.configuration.signIn == .azure
    var value: String
    var detail = JSONValue.null
    if registry.configuration.signIn == .none {
      value = "Basic realm=\"\(registry.name)\""
    } else {
      value =
        "Bearer realm=\"\(call.origin)\(isAzure ? "/oauth2/token" : "/token")\",service=\"\(registry.loginServer)\""
    }
    let names = actions.contains("push") && !actions.contains("pull") ? ["pull", "push"] : actions
    if let repository {
      let other = source.map { " repository:\($0):pull" } ?? ""
      value += ",scope=\"repository:\(repository):\(names.joined(separator: ","))\(other)\""
      let needs = names.map { (repository, $0) } + (source.map { [($0, "pull")] } ?? [])
      detail = .array(needs.map { refusedAction("repository", $0.name, $1) })
    } else if let list = actions.first {
      value += ",scope=\"registry:\(list):*\""
      detail = [refusedAction("registry", list, "*")]
    }
    if let error { value += ",error=\"\(error)\"" }
    let message =
      isAzure
      ? "authentication required, visit https://aka.ms/acr/authorization for more information."
      : "authentication required"
    var reply = Reply.registry(.unauthorized, "UNAUTHORIZED", message, detail)
    reply.headers[.wwwAuthenticate] = value
    return reply
  }

  /// One action that was refused. Azure's answers have no `Class` (recorded); those of Docker Hub do.
  private func refusedAction(_ type: String, _ name: String, _ action: String) -> JSONValue {
    let kind: [JSONValue.Member] = registry.configuration.azure == nil ? [.init("Class", "")] : []
    return .object(
      [.init("Type", .string(type))] + kind + [.init("Name", .string(name)), .init("Action", .string(action))])
  }

  // MARK: Who is it

  /// Who a user name and a password belong to; nil for wrong ones.
  /// - Parameter user: nil when only a password is given: it is then a token of Microsoft Entra.
  func principal(user: String?, password: String) -> Principal? {
    let secret = Secret(password)
    if let azure = registry.configuration.azure {
      if user == registry.name, azure.isAdminEnabled, isAdminPassword(password, azure) { return .admin }
      if user == nil || user?.isEmpty == true || user == RegistryService.tokenUser {
        if let identity = world.identity(registryToken: password, settings: azure) { return .entra(identity) }
        return world.key.claims(of: password).flatMap {
          $0["aud"]?.string == registry.loginServer ? refreshPrincipal($0) : nil
        }
      }
      if let application = world.configuration.servicePrincipals.first(where: { $0.appID == user?.lowercased() }),
        application.secrets.contains(secret)
      {
        return .entra(world.configuration.identity(of: application))
      }
      return user.flatMap { registry.resources.accepts($0, password) ? .registryUser($0) : nil }
    }
    return registry.configuration.users.first { $0.name == user && $0.password == secret }
      .map { .registryUser($0.name) }
  }

  /// True for either of the admin user's two passwords, as they are now.
  private func isAdminPassword(_ password: String, _ azure: AzureSettings) -> Bool {
    ["password", "password2"].contains {
      Secret(registry.resources.adminPassword($0) ?? azure.adminPassword.reveal()) == Secret(password)
    }
  }

  private func basicPrincipal(_ text: String) -> Principal? {
    guard let bytes = Base64.decode(text) else { return nil }
    let pair = String(decoding: bytes, as: UTF8.self).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard pair.count == 2 else { return nil }
    return principal(user: String(pair[0]), password: String(pair[1]))
  }

  private func refreshPrincipal(_ claims: JSONValue) -> Principal? {
    guard claims["grant_type"]?.string == "refresh_token", let subject = claims["sub"]?.string else { return nil }
    if subject == "admin" { return .admin }
    if subject.hasPrefix("user:") { return .registryUser(String(subject.dropFirst(5))) }
    return world.configuration.identity(objectID: subject).map(Principal.entra)
  }

  // MARK: Tokens

  /// `POST /oauth2/exchange`: an Entra token becomes a refresh token of the registry.
  func exchange(_ call: HTTPCall) async throws -> Reply {
    guard call.method == .post else { return Reply(status: .methodNotAllowed) }
    let form = try await call.form()
    let isKnownGrant = ["access_token", "access_token_refresh_token"].contains(form["grant_type"] ?? "")
    guard isKnownGrant, let token = form["access_token"] else {
      throw ErrorReply(.registry(.badRequest, "UNSUPPORTED", "grant_type must be access_token, with an access_token"))
    }
    guard let azure = registry.configuration.azure,
      let identity = world.identity(registryToken: token, settings: azure)
    else {
      throw ErrorReply(challenge(call, nil, [], error: nil))
    }
    return Reply(json: ["refresh_token": .string(try refreshToken(.entra(identity)))])
  }

  private func refreshToken(_ principal: Principal) throws -> String {
    let now = Timestamp.now().seconds
    var claims: [JSONValue.Member] = [
      .init("jti", .string(UUIDText.random())), .init("sub", .string(principal.subject)),
      .init("nbf", .integer(now - 900)),
      .init("exp", .integer(now + RegistryService.refreshTokenLife)), .init("iat", .integer(now)),
      .init("iss", .string(RegistryService.issuer)), .init("aud", .string(registry.loginServer)),
      .init("version", "1.0"), .init("grant_type", "refresh_token"),
    ]
    if case .entra(let identity) = principal {
      claims += [.init("appid", .string(identity.clientID)), .init("tenant", .string(identity.tenant))]
    }
    return try world.key.token(claims)
  }

  /// `/oauth2/token` of Azure and `/token` of others, by POST (OAuth 2) or GET (Docker's older form).
  func token(_ call: HTTPCall) async throws -> Reply {
    let form = call.method == .get ? call.query : try await call.form()
    let principal: Principal
    switch call.method == .get ? "basic" : form["grant_type"] ?? "" {
    case "basic":
      guard let value = call.headers[.authorization] else {
        principal = .anonymous
        break
      }
      guard value.lowercased().hasPrefix("basic "), let found = basicPrincipal(String(value.dropFirst(6))) else {
        throw ErrorReply(challenge(call, nil, [], error: nil))
      }
      principal = found
    case "password":
      guard let password = form["password"], !password.isEmpty else {
        principal = .anonymous
        break
      }
      guard let found = self.principal(user: form["username"], password: password) else {
        throw ErrorReply(challenge(call, nil, [], error: nil))
      }
      principal = found
    case "refresh_token":
      guard let text = form["refresh_token"], let claims = world.key.claims(of: text),
        claims["aud"]?.string == registry.loginServer, let found = refreshPrincipal(claims)
      else { throw ErrorReply(challenge(call, nil, [], error: "invalid_token")) }
      principal = found
    default:
      throw ErrorReply(.registry(.badRequest, "UNSUPPORTED", "grant_type must be refresh_token or password"))
    }
    let scopes = form.values("scope").flatMap { $0.split(separator: " ") }.compactMap(Scope.init)
    return try grant(principal, scopes, isOffline: form["offline_token"] == "true" || form["access_type"] == "offline")
  }

  private func grant(_ principal: Principal, _ scopes: [Scope], isOffline: Bool) throws -> Reply {
    let now = Timestamp.now()
    let access = scopes.map { scope -> JSONValue in
      let allowed: [String]
      if scope.type == "registry" {
        allowed = registry.actions(of: principal, in: nil).contains(scope.name) ? ["*"] : []
      } else {
        let rights = registry.actions(of: principal, in: scope.name)
        allowed =
          scope.actions.contains("*")
          ? rights.subtracting(["catalog", "deleted_catalog"]).sorted() : scope.actions.filter(rights.contains)
      }
      return [
        "type": .string(scope.type), "name": .string(scope.name), "actions": .array(allowed.map(JSONValue.string)),
      ]
    }
    let token = try world.key.token([
      .init("jti", .string(UUIDText.random())), .init("sub", .string(principal.subject)),
      .init("nbf", .integer(now.seconds - 900)), .init("exp", .integer(now.seconds + RegistryService.accessTokenLife)),
      .init("iat", .integer(now.seconds)), .init("iss", .string(RegistryService.issuer)),
      .init("aud", .string(registry.loginServer)), .init("version", "1.0"), .init("rid", .string(registry.name)),
      .init("grant_type", "access_token"), .init("access", .array(access)), .init("roles", []),
    ])
    var members: [JSONValue.Member] = [.init("access_token", .string(token))]
    if registry.configuration.signIn == .token {
      members += [
        .init("token", .string(token)), .init("expires_in", .integer(RegistryService.accessTokenLife)),
        .init("issued_at", .string(now.description)),
      ]
    }
    if isOffline, principal != .anonymous {
      members.append(.init("refresh_token", .string(try refreshToken(principal))))
    }
    return Reply(json: .object(members))
  }
}

extension Principal {
  /// How a registry's tokens name it.
  fileprivate var subject: String {
    switch self {
    case .anonymous: "anonymous"
    case .admin: "admin"
    case .registryUser(let name): "user:\(name)"
    case .entra(let identity): identity.objectID
    }
  }
}
