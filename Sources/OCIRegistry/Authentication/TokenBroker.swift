import AcrConcurrency
import AcrCore
import AcrHTTP
import HTTPTypes

/// Gets and keeps the tokens of one registry, by distribution's token specification (docs/content/spec/auth) and RFC 7617.
///
/// The first answer 401 tells how the registry wants to be signed in to. From then on requests carry a token from the
/// start, so that no further answer 401 is spent. One set of scopes has one token, and one request for it at a time.
actor TokenBroker {
  /// A moment on a clock that only goes forward.
  typealias Clock = @Sendable () -> ContinuousClock.Instant

  private enum Scheme: Equatable {
    case unknown
    case basic
    /// `isSafe` tells whether credentials may be sent to the realm.
    case bearer(realm: String, service: String?, isSafe: Bool)
  }

  private struct Token: Sendable {
    let value: Secret
    /// Nil for a token that came ready-made, whose lifetime is unknown.
    let expiry: ContinuousClock.Instant?
  }

  private let host: RegistryHost
  private let http: HTTPClient
  private let findCredentials: @Sendable () async throws -> FoundCredentials
  private let registryIdentity: (any RegistryIdentity)?
  private let now: Clock
  private var scheme = Scheme.unknown
  /// Who the last token was given to, for messages.
  private var owner: FoundCredentials?
  private var tokens: [Set<TokenScope>: Token] = [:]
  private let requests = SingleFlight<Set<TokenScope>, Token>()
  /// What the registry asked for beyond the scopes of the client's own reckoning.
  private var extraScopes: [Set<TokenScope>: Set<TokenScope>] = [:]

  /// A registry that asks for ever more is not satisfied by any token.
  private static let mostExtraScopes = 32

  /// What registries see as the client's name.
  private static let clientID = "acrsh"
  /// The life of a token whose answer does not tell it (token specification, "expires_in").
  private static let defaultLife = Lifetime(seconds: 60)

  init(
    host: RegistryHost, http: HTTPClient, credentials: @escaping @Sendable () async throws -> FoundCredentials,
    identity: (any RegistryIdentity)? = nil, now: @escaping Clock = { ContinuousClock.now }
  ) {
    self.host = host
    self.http = http
    findCredentials = credentials
    registryIdentity = identity
    self.now = now
  }

  /// The value of `Authorization` for a request; nil as long as the registry has not asked for any.
  func authorization(for scopes: Set<TokenScope>) async throws -> Secret? {
    switch scheme {
    case .basic: return try await basicAuthorization()
    case .bearer: return try await bearerAuthorization(scopes)
    case .unknown:
      // A ready token can only be meant to be sent; the others wait until the registry says how it wants them.
      guard case .accessToken(let token) = try await findCredentials().credentials else { return nil }
      return Self.bearer(token)
    }
  }

  /// The value of `Authorization` to try after an answer 401.
  /// - Parameters:
  ///   - challenges: what the answer asked for.
  ///   - requestURL: what was asked, which a relative realm refers to.
  ///   - refused: what was sent; nil for nothing.
  ///   - isNew: true when `refused` was got for this very request, so that getting another like it is in vain.
  /// - Throws: ``AcrError`` of kind `auth` when there is nothing else to try.
  func authorization(
    for scopes: Set<TokenScope>, after challenges: [Challenge], from requestURL: String, refused: Secret?, isNew: Bool
  ) async throws -> Secret {
    let offered = Self.usable(challenges, requestURL: requestURL)
    guard let (offer, challenge) = offered else {
      throw RegistryFailure.noUsableChallenge(host, schemes: challenges.map(\.scheme))
    }
    if offer != scheme {
      scheme = offer
      tokens = [:]
    }
    let found = try await findCredentials()
    guard offer != .basic else {
      guard refused == nil else { throw RegistryFailure.refused(host, found) }
      return try await basicAuthorization()
    }
    let asked = Set(challenge.scopes.map { TokenScope($0) }).filter { !scopes.cover([$0]) }
    let isWider = !(extraScopes[scopes] ?? []).cover(asked)
    if isWider { extraScopes[scopes, default: []].formUnion(asked) }
    guard extraScopes[scopes]?.count ?? 0 <= Self.mostExtraScopes else {
      extraScopes[scopes] = nil
      throw RegistryFailure.refused(host, owner ?? found)
    }
    if let refused {
      if isNew, !isWider { throw RegistryFailure.refused(host, owner ?? found) }
      if case .accessToken = found.credentials { throw RegistryFailure.refused(host, found) }
      tokens = tokens.filter { Self.bearer($0.value.value) != refused }
    }
    return try await bearerAuthorization(scopes)
  }

  /// Where tokens come from, once the registry has said so.
  var realm: String? { if case .bearer(let realm, _, _) = scheme { realm } else { nil } }

  /// Who the credentials belong to, for messages.
  func identity() async -> FoundCredentials {
    if let owner { return owner }
    return (try? await findCredentials()) ?? .anonymous
  }

  /// The credentials for a token server: those that are known, or else those that an identity gets there.
  private func credentials(realm: String, service: String?, isSafe: Bool) async throws -> FoundCredentials {
    let found = try await findCredentials()
    guard found.credentials == .anonymous, isSafe, let registryIdentity else { return found }
    return try await registryIdentity.credentials(for: host, realm: realm, service: service) ?? found
  }

  // MARK: - Basic

  private func basicAuthorization() async throws -> Secret {
    let found = try await findCredentials()
    guard case .user(let user, let password) = found.credentials else {
      throw RegistryFailure.needsPassword(host, found)
    }
    return Self.basic(user, password)
  }

  private static func basic(_ user: String, _ password: Secret) -> Secret {
    Secret("Basic \(Base64.encode(Array("\(user):\(password.reveal())".utf8)))")
  }

  private static func bearer(_ token: Secret) -> Secret { Secret("Bearer \(token.reveal())") }

  // MARK: - Bearer

  private func bearerAuthorization(_ scopes: Set<TokenScope>) async throws -> Secret {
    let wanted = scopes.union(extraScopes[scopes] ?? [])
    let time = now()
    if let token = tokens[wanted], token.expiry.map({ $0 > time }) ?? true { return Self.bearer(token.value) }
    tokens = tokens.filter { $0.value.expiry.map { $0 > time } ?? true }
    if !wanted.isEmpty, let token = tokens.first(where: { $0.key.cover(wanted) })?.value {
      // Looking through the tokens of hundreds of repositories is not for each request.
      tokens[wanted] = token
      return Self.bearer(token.value)
    }
    let token = try await requests.value(for: wanted) { try await self.fetch(wanted) }
    return Self.bearer(token.value)
  }

  private func fetch(_ scopes: Set<TokenScope>) async throws -> Token {
    guard case .bearer(let realm, let service, let isSafe) = scheme else {
      throw RegistryFailure.noUsableChallenge(host, schemes: [])
    }
    let found = try await credentials(realm: realm, service: service, isSafe: isSafe)
    owner = found
    let token: Token
    switch found.credentials {
    case .accessToken(let value): token = Token(value: value, expiry: nil)
    case .anonymous:
      token = try await request(tokenURL(realm, service, scopes), authorization: nil, found)
    case .user(let user, let password):
      guard isSafe else { throw RegistryFailure.plainRealm(host, realmHost: URLText.host(realm) ?? "") }
      token = try await request(
        tokenURL(realm, service, scopes), authorization: Self.basic(user, password), found)
    case .identityToken(let refreshToken):
      guard isSafe else { throw RegistryFailure.plainRealm(host, realmHost: URLText.host(realm) ?? "") }
      var form = "grant_type=refresh_token&client_id=\(Self.clientID)"
      if let service { form += "&service=\(PercentEncoding.encode(service))" }
      if !scopes.isEmpty {
        form += "&scope=\(PercentEncoding.encode(scopes.sorted().map(\.description).joined(separator: " ")))"
      }
      form += "&refresh_token=\(PercentEncoding.encode(refreshToken.reveal()))"
      var post = TransportRequest(.post, realm, body: .bytes(Array(form.utf8)), isConfidential: true)
      post.headers[.contentType] = "application/x-www-form-urlencoded"
      // Asking for a token twice does no harm.
      post.isIdempotent = true
      post.secrets = [refreshToken]
      token = try await send(post, found)
    }
    tokens[scopes] = token
    return token
  }

  private func tokenURL(_ realm: String, _ service: String?, _ scopes: Set<TokenScope>) -> String {
    var url = realm
    if let service { url = URLText.adding("service", service, to: url) }
    for scope in scopes.sorted() { url = URLText.adding("scope", scope.description, to: url) }
    return URLText.adding("client_id", Self.clientID, to: url)
  }

  private func request(_ url: String, authorization: Secret?, _ found: FoundCredentials) async throws -> Token {
    try await send(TransportRequest(.get, url, authorization: authorization, isConfidential: true), found)
  }

  private func send(_ request: TransportRequest, _ found: FoundCredentials) async throws -> Token {
    var request = request
    request.headers[.accept] = "application/json"
    // Counting from before the request keeps the token's life on the safe side.
    let start = now()
    let server = URLText.host(request.url) ?? host.name
    let answer = try await http.document(request, of: "the answer of `\(server)` to a request for a token")
    guard answer.status == 200 else { throw RegistryFailure.tokenRequest(answer, host, found) }
    let document = answer.json
    guard let text = document?["token"]?.string ?? document?["access_token"]?.string, !text.isEmpty else {
      throw RegistryFailure.noToken(answer, host)
    }
    let life = Lifetime(document?["expires_in"]) ?? Self.life(ofJWT: text) ?? Self.defaultLife
    // A request that starts now must still be accepted when it arrives.
    let margin = Lifetime(seconds: min(60, max(5, life.seconds / 6)))
    return Token(value: Secret(text), expiry: start + (life - margin).duration)
  }

  /// The life of a token that is a JSON Web Token (RFC 7519), in seconds. Azure registries tell it in no other way. The
  /// difference of two of its own times is free of the two machines' clocks.
  private static func life(ofJWT text: String) -> Lifetime? {
    guard let claims = JSONWebToken(text)?.claims,
      let expiry = Timestamp(epochSeconds: claims["exp"]), let issued = Timestamp(epochSeconds: claims["iat"]),
      expiry > issued
    else { return nil }
    return min(Lifetime(from: issued, until: expiry), Lifetime(seconds: 86_400))
  }

  // MARK: - Challenges

  /// The best of the challenges: tokens rather than passwords in every request.
  private static func usable(_ challenges: [Challenge], requestURL: String) -> (Scheme, Challenge)? {
    for challenge in challenges where challenge.scheme == "bearer" {
      guard let realm = challenge.realm else { continue }
      let url = URLReference.resolve(base: requestURL, reference: realm)
      guard URLText.isHTTP(url), isFit(realm: url, requestURL: requestURL) else { continue }
      let scheme = Scheme.bearer(
        realm: url, service: challenge.service, isSafe: isSafe(realm: url, requestURL: requestURL))
      return (scheme, challenge)
    }
    return challenges.first { $0.scheme == "basic" }.map { (.basic, $0) }
  }

  /// False for token servers on the own link, where only metadata services answer.
  private static func isFit(realm: String, requestURL: String) -> Bool {
    let target = URLReference(realm)
    return !target.isLinkLocal || target.host == URLReference(requestURL).host
  }

  /// Credentials are sent without encryption only to this machine, or to the host that was itself asked without: plain
  /// http to that one is something the user has allowed.
  private static func isSafe(realm: String, requestURL: String) -> Bool {
    let (target, asked) = (URLReference(realm), URLReference(requestURL))
    guard target.scheme == "http" else { return true }
    return target.isLoopback || (asked.scheme == "http" && asked.host == target.host)
  }
}
