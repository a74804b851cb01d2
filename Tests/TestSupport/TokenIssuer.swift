import AcrCore
import Foundation

/// Decides about requests for tokens: the part of ``TokenServer`` behind HTTP.
final class TokenIssuer: Sendable {
  private let accounts: [String: TokenServer.Account]
  private let anonymous: TokenServer.Access?
  private let service: String
  private let options: TokenServer.Options
  private let signer: TokenSigner
  private let state = Monitor(State())

  private struct State: Sendable {
    var requests: [TokenServer.TokenRequest] = []
    var refreshTokens: [String: String] = [:]
    var tokenCount = 0
    var refusals = 0
    var refusalStatus = 401
  }

  /// Who asks.
  private struct Asked {
    var user: String?
    var access: TokenServer.Access
    var wantsRefreshToken = false
  }

  init(
    accounts: [String: TokenServer.Account], anonymous: TokenServer.Access?, service: String,
    options: TokenServer.Options, signer: TokenSigner
  ) {
    self.accounts = accounts
    self.anonymous = anonymous
    self.service = service
    self.options = options
    self.signer = signer
  }

  var requests: [TokenServer.TokenRequest] { state.current.requests }

  func refuse(_ count: Int, _ status: Int) {
    state.update { state in
      state.refusals = count
      state.refusalStatus = status
    }
  }

  func makeRefreshToken(for user: String) -> String {
    let token = "refresh-\(UUID().uuidString.lowercased())"
    state.update { $0.refreshTokens[token] = user }
    return token
  }

  func makeToken(user: String, scopes: [String], lifetime: Duration) throws -> String {
    let number = state.update { state in
      state.tokenCount += 1
      return state.tokenCount
    }
    return try signer.token(
      user: user, audience: service, scopes: scopes, lifetime: lifetime, identifier: "token-\(number)")
  }

  func answer(_ request: LoopbackServer.Request) throws -> LoopbackServer.Reply {
    guard request.path == "/token" else { return .init(404, text: "the only path is /token\n") }
    let fields = request.method == "POST" ? request.form : request.query
    func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    // Several scopes come as repeated fields or, in a POST, as one field with spaces.
    let scopes = fields.filter { $0.name == "scope" }.flatMap { $0.value.split(separator: " ").map(String.init) }

    func finish(_ asked: Asked?, granted: [String], _ reply: LoopbackServer.Reply) -> LoopbackServer.Reply {
      let entry = TokenServer.TokenRequest(
        method: request.method, user: asked?.user, grantType: value("grant_type"), scopes: scopes, granted: granted,
        status: reply.status)
      state.update { $0.requests.append(entry) }
      return reply
    }

    let refusal = state.update { state -> Int? in
      guard state.refusals > 0 else { return nil }
      if state.refusals != .max { state.refusals -= 1 }
      return state.refusalStatus
    }
    if let refusal { return finish(nil, granted: [], Self.failure(refusal, "the server was told to refuse")) }
    if request.method == "POST" && !options.acceptsPost { return finish(nil, granted: [], .init(405)) }
    guard value("service") == service else {
      return finish(nil, granted: [], Self.failure(400, "the service is \(service)"))
    }
    guard let asked = identify(request, value) else {
      return finish(nil, granted: [], Self.failure(401, "incorrect username or password"))
    }
    let granted = scopes.compactMap { grant($0, asked.access) }
    let token = try makeToken(user: asked.user ?? "", scopes: granted, lifetime: options.lifetime)
    var members: [JSONValue.Member] = [.init("access_token", .string(token))]
    if request.method == "GET" { members.append(.init("token", .string(token))) }
    if let seconds = options.announcedLifetime { members.append(.init("expires_in", .integer(Int64(seconds)))) }
    members.append(.init("issued_at", .string(ISO8601DateFormatter().string(from: Date()))))
    members.append(.init("scope", .string(granted.joined(separator: " "))))
    if asked.wantsRefreshToken, let user = asked.user {
      members.append(.init("refresh_token", .string(makeRefreshToken(for: user))))
    }
    return finish(asked, granted: granted, .json(JSONValue.object(members).text))
  }

  /// Checks the credentials of a request; nil where they are wrong, or missing and needed.
  private func identify(_ request: LoopbackServer.Request, _ value: (String) -> String?) -> Asked? {
    func check(_ user: String?, _ password: String?, wantsRefreshToken: Bool) -> Asked? {
      guard let user, let account = accounts[user], account.password == password else { return nil }
      return Asked(user: user, access: account.access, wantsRefreshToken: wantsRefreshToken)
    }
    switch (request.method, value("grant_type")) {
    case ("GET", _) where request.headers["authorization"] == nil:
      return anonymous.map { Asked(access: $0) }
    case ("GET", _):
      let credentials = request.basicCredentials
      return check(credentials?.user, credentials?.password, wantsRefreshToken: value("offline_token") == "true")
    case ("POST", "password"):
      return check(value("username"), value("password"), wantsRefreshToken: value("access_type") == "offline")
    case ("POST", "refresh_token"):
      guard let token = value("refresh_token"), let user = state.current.refreshTokens[token],
        let account = accounts[user]
      else { return nil }
      return Asked(user: user, access: account.access)
    default: return nil
    }
  }

  /// The part of a scope that a rule allows, or nil; a smaller scope than asked for is no error (specification, "Scope").
  private func grant(_ scope: String, _ access: TokenServer.Access) -> String? {
    if scope == "registry:catalog:*" { return access.catalog ? scope : nil }
    guard scope.hasPrefix("repository:"), let last = scope.lastIndex(of: ":") else { return nil }
    let repository = String(scope[..<last].dropFirst("repository:".count))
    let asked = scope[scope.index(after: last)...].split(separator: ",").map(String.init)
    let allowed = access.actions(repository)
    let granted = asked.contains("*") ? allowed.sorted() : asked.filter(allowed.contains)
    return granted.isEmpty ? nil : "repository:\(repository):\(granted.joined(separator: ","))"
  }

  private static func failure(_ status: Int, _ message: String) -> LoopbackServer.Reply {
    let entry: JSONValue = [
      "code": .string(status == 400 ? "UNSUPPORTED" : "UNAUTHORIZED"), "message": .string(message),
    ]
    return .json(JSONValue.object([.init("errors", .array([entry]))]).text, status: status)
  }
}
