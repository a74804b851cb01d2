import AcrCore
import Synchronization

/// A user who signed in earlier: a refresh token that gives access tokens, and may be replaced each time it does.
public final class RefreshTokenCredential: TokenCredential {
  private let entra: EntraClient
  let tenant: String
  let clientID: String
  let account: String
  private let current: Mutex<Secret>
  private let onReplaced: Mutex<(@Sendable (Secret) -> Void)?> = Mutex(nil)

  /// Creates a credential.
  /// - Parameters:
  ///   - tenant: the tenant to ask unless a request names another: an id, a domain, or `organizations`.
  ///   - account: who the token belongs to, for messages and to tell users apart.
  public init(tenant: String, clientID: String, account: String, refreshToken: Secret, entra: EntraClient) {
    self.entra = entra
    self.tenant = tenant
    self.clientID = clientID
    self.account = account
    current = Mutex(refreshToken)
  }

  /// The newest refresh token.
  public var refreshToken: Secret { current.withLock { $0 } }

  /// Sets what is told about each new refresh token, so that a saved sign-in stays good.
  func whenReplaced(_ body: (@Sendable (Secret) -> Void)?) { onReplaced.withLock { $0 = body } }

  public var cacheName: String { "user \(entra.authority) \(tenant) \(clientID) \(account)" }

  public func token(for request: TokenRequest) async throws -> AccessToken {
    let tenant = request.tenant ?? tenant
    return try await reply(for: request).accessToken(tenant: tenant)
  }

  /// Asks for tokens, and keeps the new refresh token.
  func reply(for request: TokenRequest) async throws -> TokenReply {
    let used = refreshToken
    var form = FormBody()
    form.add("grant_type", "refresh_token")
    form.add("client_id", clientID)
    form.add("refresh_token", used)
    form.add("scope", UserScopes.text(request.scopes))
    form.add("claims", try ClaimsParameter.merged(with: request.claims))
    form.add("client_info", "1")
    let subject = "the user `\(account)`"
    let reply = try await entra.tokens(
      tenant: request.tenant ?? tenant, form: form, subject: subject, account: account)
    if let fresh = reply.refreshToken, fresh != used {
      current.withLock { $0 = fresh }
      onReplaced.withLock { $0 }?(fresh)
    }
    return reply
  }
}

/// The scopes of user sign-ins.
enum UserScopes {
  /// The scopes with those that give a refresh token and an id token (OpenID Connect Core 1.0, 5.4 and 11), as MSAL asks.
  static func text(_ scopes: [String]) -> String {
    (scopes + ["offline_access", "openid", "profile"]).joined(separator: " ")
  }
}
