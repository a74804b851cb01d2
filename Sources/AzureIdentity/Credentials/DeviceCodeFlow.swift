import AcrCore

/// What a user has to do to sign in with a device code.
public struct DeviceCodePrompt: Sendable, Hashable {
  /// Entra's own sentence with the address and the code, to be shown as it is.
  public let message: String
  /// The code to enter.
  public let userCode: String
  /// The address to open.
  public let verificationURI: String
  /// When the code ends.
  public let expiresOn: Timestamp
}

/// Signing in a user with a code that is entered in a browser elsewhere (RFC 8628).
public struct DeviceCodeFlow: Sendable {
  private let entra: EntraClient
  private let tenant: String
  private let clientID: String

  /// RFC 8628, 3.2 and 3.5.
  private static let defaultInterval: Int64 = 5
  private static let slowDown: Int64 = 5
  private static let longestInterval: Int64 = 60
  /// MSAL's, where the server does not tell.
  private static let defaultLife = Lifetime(seconds: 1800)
  /// The tenant of users who do not name one.
  public static let anyTenant = "organizations"

  /// Creates a flow.
  public init(
    tenant: String = DeviceCodeFlow.anyTenant, clientID: String = EntraClient.azureCLIClientID, entra: EntraClient
  ) {
    self.entra = entra
    self.tenant = tenant
    self.clientID = clientID
  }

  /// Signs in.
  /// - Parameters:
  ///   - scopes: the scope of the first token.
  ///   - claims: a claims challenge as JSON text.
  ///   - prompt: shows the user what to do; it returns at once.
  /// - Returns: the user's credential and the first token.
  /// - Throws: ``AcrError`` of kind `auth`, `denied` or `timeout`; `cancelled` when the task is.
  public func signIn(
    scopes: [String], claims: String? = nil, prompt: @Sendable (DeviceCodePrompt) async -> Void
  ) async throws -> (credential: RefreshTokenCredential, token: AccessToken) {
    let start = try await begin(scopes: scopes)
    await prompt(start.prompt)
    let reply = try await poll(start, claims: claims)
    guard let refreshToken = reply.refreshToken else {
      throw AcrError(.invalid, "the answer of `\(entra.host)` holds no refresh token", target: entra.host)
    }
    let token = reply.accessToken(tenant: tenant == DeviceCodeFlow.anyTenant ? reply.idClaims?.tenant : tenant)
    let claims = reply.idClaims ?? token.claims
    let account = claims?.userName ?? claims?.objectID ?? "user"
    let credential = RefreshTokenCredential(
      tenant: token.tenant ?? tenant, clientID: clientID, account: account, refreshToken: refreshToken, entra: entra)
    return (credential, token)
  }

  private struct Start {
    let prompt: DeviceCodePrompt
    let deviceCode: Secret
    let interval: Int64
  }

  private static let subject = "a user with a device code"

  private func begin(scopes: [String]) async throws -> Start {
    var form = FormBody()
    form.add("client_id", clientID)
    form.add("scope", UserScopes.text(scopes))
    let url = try entra.deviceCodeURL(tenant: tenant)
    let json: JSONValue
    switch try await entra.post(url, form: form, subject: DeviceCodeFlow.subject, account: "") {
    case .success(let answer): json = answer
    case .refusal(let refusal): throw refusal.acrError(subject: DeviceCodeFlow.subject, host: entra.host)
    }
    guard let code = json["device_code"]?.string, let userCode = json["user_code"]?.string,
      let uri = json["verification_uri"]?.string ?? json["verification_url"]?.string
    else { throw AcrError(.invalid, "the answer of `\(entra.host)` holds no device code", target: entra.host) }
    let life = Lifetime(json["expires_in"]) ?? DeviceCodeFlow.defaultLife
    let message =
      json["message"]?.string ?? "To sign in, use a web browser to open the page \(uri) and enter the code \(userCode)."
    let prompt = DeviceCodePrompt(
      message: message, userCode: userCode, verificationURI: uri,
      expiresOn: entra.context.clock.now().adding(life))
    let interval = Lifetime(json["interval"])?.seconds ?? DeviceCodeFlow.defaultInterval
    return Start(
      prompt: prompt, deviceCode: Secret(code), interval: min(max(1, interval), DeviceCodeFlow.longestInterval))
  }

  private func poll(_ start: Start, claims: String?) async throws -> TokenReply {
    var form = FormBody()
    form.add("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
    form.add("client_id", clientID)
    form.add("device_code", start.deviceCode)
    form.add("claims", try ClaimsParameter.merged(with: claims))
    form.add("client_info", "1")
    let url = try entra.tokenURL(tenant: tenant)
    let context = entra.context
    var interval = start.interval
    while true {
      try await context.sleep(for: .seconds(interval))
      guard context.clock.now() < start.prompt.expiresOn else { throw DeviceCodeFlow.expired }
      let reply = try await entra.post(
        url, form: form, subject: DeviceCodeFlow.subject, account: "", remembersRefusals: false)
      switch reply {
      case .success(let json): return try TokenReply(json, host: entra.host, now: context.clock.now())
      case .refusal(let refusal):
        switch refusal.error {
        case "authorization_pending": continue
        case "slow_down": interval += DeviceCodeFlow.slowDown
        case "authorization_declined", "access_denied":
          throw AcrError(
            .denied, "the sign-in with the device code was declined", help: "start again: login --use-device-code")
        case "expired_token", "code_expired": throw DeviceCodeFlow.expired
        default: throw refusal.acrError(subject: DeviceCodeFlow.subject, host: entra.host)
        }
      }
    }
  }

  private static let expired = AcrError(
    .timeout, "the device code was not entered in time", help: "start again: login --use-device-code")
}
