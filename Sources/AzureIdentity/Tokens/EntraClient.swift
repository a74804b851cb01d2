import AcrCore
import AcrHTTP
import HTTPTypes

/// Asks the token endpoints of one Entra authority, and keeps to its rules for repeated requests (MSAL's
/// throttled_http_client): what was refused or throttled a moment ago is not sent again.
public actor EntraClient {
  /// The address in front of the tenant, without a slash at the end.
  public nonisolated let authority: String
  nonisolated let context: IdentityContext
  private var memory: [String: Remembered] = [:]

  /// The client id of the Azure CLI, a public client that every tenant knows: device codes and refresh tokens are its.
  public static let azureCLIClientID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

  /// Without `Retry-After`, a throttled request waits this long.
  private static let defaultWait = Duration.seconds(5)
  /// No server may stop requests for longer.
  private static let longestBlock = Duration.seconds(3600)
  /// How long a refusal (exactly 400) answers identical requests from memory.
  private static let refusalLife: Int64 = 60
  /// How long one call waits in all until the server takes requests again.
  private static let longestWait = Duration.seconds(30)
  private static let tries = 3

  private struct Remembered {
    /// By the clock that never goes back.
    let until: Duration
    let error: AcrError
    /// True where the same request may succeed later.
    let isTemporary: Bool
  }

  /// Creates a client.
  /// - Parameter authority: for example `https://login.microsoftonline.com`.
  public init(authority: String, context: IdentityContext) {
    self.authority = authority.withoutTrailingSlashes
    self.context = context
  }

  /// The URL of a tenant's token endpoint, which is the audience of client assertions as well.
  /// - Throws: ``AcrError`` of kind `usage` where the tenant's name cannot be part of a URL's path.
  nonisolated func tokenURL(tenant: String) throws(AcrError) -> String {
    "\(authority)/\(try EntraClient.checked(tenant: tenant))/oauth2/v2.0/token"
  }

  nonisolated func deviceCodeURL(tenant: String) throws(AcrError) -> String {
    "\(authority)/\(try EntraClient.checked(tenant: tenant))/oauth2/v2.0/devicecode"
  }

  private static func checked(tenant: String) throws(AcrError) -> String {
    let isName =
      !tenant.isEmpty && tenant.count <= 253 && !tenant.hasPrefix(".")
      && tenant.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == 0x2D || byte == 0x2E
      }
    guard isName else {
      throw AcrError(.usage, "`\(tenant)` is not a tenant", help: "give the tenant's id or one of its domains")
    }
    return tenant
  }

  /// What ``post(_:form:subject:account:remembersRefusals:)`` came to.
  enum Reply: Sendable {
    case success(JSONValue)
    case refusal(EntraRefusal)
  }

  /// Asks for tokens.
  /// - Parameters:
  ///   - subject: who is signed in, for messages.
  ///   - account: tells apart what the form alone does not, such as the key behind a client assertion.
  func tokens(tenant: String, form: FormBody, subject: String, account: String) async throws -> TokenReply {
    let url = try tokenURL(tenant: tenant)
    switch try await post(url, form: form, subject: subject, account: account) {
    case .success(let json): return try TokenReply(json, host: host, now: context.clock.now())
    case .refusal(let refusal): throw refusal.acrError(subject: subject, host: host)
    }
  }

  /// Sends a form. What may succeed later is tried again as long as that takes seconds.
  /// - Parameter remembersRefusals: false for device codes, whose refusals mean "not yet".
  func post(
    _ url: String, form: FormBody, subject: String, account: String, remembersRefusals: Bool = true
  ) async throws -> Reply {
    // Assertions are made anew for each request and stand for the same account nevertheless.
    let key = "\(url) \(account) \(form.fingerprint(without: "client_assertion"))"
    var sent = 0
    var waited = Duration.zero
    while true {
      if let remembered = current(key) {
        let left = remembered.until - context.clock.uptime()
        guard remembered.isTemporary, sent < EntraClient.tries, waited + left <= EntraClient.longestWait else {
          var error = remembered.error
          error.retryAfter = remembered.isTemporary ? left : nil
          throw error
        }
        waited += left
        try await context.sleep(for: left)
        continue
      }
      sent += 1
      let answer = try await context.send(
        request(url, form), connectsAgain: true, readsAgain: remembersRefusals)
      if answer.isSuccess {
        memory[key] = nil
        guard let json = answer.json, json.members != nil else {
          throw AcrError(
            .invalid, "`\(host)` answered a token request with something that is not a JSON object",
            status: answer.status,
            target: host)
        }
        return .success(json)
      }
      let refusal = EntraRefusal(answer, secrets: form.secrets)
      let error = refusal.acrError(subject: subject, host: host)
      if answer.status == 429 || answer.status >= 500 || answer.retryAfter != nil {
        let wait = min(answer.retryAfter ?? EntraClient.defaultWait, EntraClient.longestBlock)
        remember(key, error, for: wait.components.seconds, isTemporary: true)
        if wait == .zero, sent >= EntraClient.tries { throw error }
        continue
      }
      if answer.status == 400, remembersRefusals {
        remember(key, error, for: EntraClient.refusalLife, isTemporary: false)
      }
      return .refusal(refusal)
    }
  }

  /// The host for messages.
  nonisolated var host: String { URLReference(authority).hostAndPort ?? authority }

  private func request(_ url: String, _ form: FormBody) -> TransportRequest {
    var headers = HTTPFields()
    headers[.contentType] = "application/x-www-form-urlencoded"
    headers[.accept] = "application/json"
    var request = TransportRequest(.post, url, headers: headers, body: .bytes(form.encoded), isConfidential: true)
    request.secrets = form.secrets
    return request
  }

  private func current(_ key: String) -> Remembered? {
    guard let remembered = memory[key] else { return nil }
    if context.clock.uptime() < remembered.until { return remembered }
    memory[key] = nil
    return nil
  }

  private func remember(_ key: String, _ error: AcrError, for seconds: Int64, isTemporary: Bool) {
    let now = context.clock.uptime()
    memory = memory.filter { now < $0.value.until }
    memory[key] = Remembered(until: now + .seconds(seconds), error: error, isTemporary: isTemporary)
  }
}

/// What a token endpoint gives.
struct TokenReply: Sendable {
  let token: Secret
  let expiresOn: Timestamp
  let refreshOn: Timestamp?
  let tokenType: String
  let refreshToken: Secret?
  /// The claims of the id token, which tells who signed in.
  let idClaims: TokenClaims?

  /// Reads an answer of Entra's version 2 endpoint (RFC 6749, 5.1).
  /// - Throws: ``AcrError`` of kind `invalid` where there is no token, or no life of it.
  init(_ json: JSONValue, host: String, now: Timestamp) throws(AcrError) {
    guard let text = json["access_token"]?.string, !text.isEmpty else {
      throw AcrError(.invalid, "the answer of `\(host)` holds no access token", target: host)
    }
    guard let life = Lifetime(json["expires_in"]), life > .zero else {
      throw AcrError(.invalid, "the answer of `\(host)` does not say when its token expires", target: host)
    }
    token = Secret(text)
    expiresOn = now.adding(life)
    refreshOn = Lifetime(json["refresh_in"]).map(now.adding)
    tokenType = json["token_type"]?.string ?? "Bearer"
    refreshToken = json["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : Secret($0) }
    idClaims = json["id_token"]?.string.flatMap { TokenClaims(peekingInto: Secret($0)) }
  }

  /// The token for callers.
  /// - Parameter tenant: the tenant that was asked, for tokens that do not tell their own.
  func accessToken(tenant: String?) -> AccessToken {
    AccessToken(
      token: token, expiresOn: expiresOn, refreshOn: refreshOn, tokenType: tokenType,
      tenant: TokenClaims(peekingInto: token)?.tenant ?? tenant)
  }
}

/// The `claims` parameter of token requests (OpenID Connect Core 1.0, 5.5).
enum ClaimsParameter {
  /// Tells Entra that this client understands claims challenges (client capability CP1), as az does, together with what a
  /// challenge asked for.
  /// - Throws: ``AcrError`` of kind `usage` where the challenge is not a JSON object.
  static func merged(with challenge: String?) throws(AcrError) -> String {
    let capability: JSONValue = ["values": ["CP1"]]
    guard let challenge else { return (["access_token": ["xms_cc": capability]] as JSONValue).text }
    guard let json = try? JSONValue(parsing: Array(challenge.utf8)), var members = json.members else {
      throw AcrError(
        .usage, "the claims challenge is not a JSON object", help: "give what the service sent, decoded from base64")
    }
    var inner = json["access_token"]?.members ?? []
    inner.removeAll { $0.name == "xms_cc" }
    inner.append(.init("xms_cc", capability))
    members.removeAll { $0.name == "access_token" }
    members.append(.init("access_token", .object(inner)))
    return JSONValue.object(members).text
  }
}
