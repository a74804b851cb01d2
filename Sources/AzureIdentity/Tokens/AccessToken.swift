import AcrCore

/// A token that opens an Azure service for a while.
public struct AccessToken: Sendable, Equatable {
  /// The token itself.
  public let token: Secret
  /// When it ends.
  public let expiresOn: Timestamp
  /// When to get another one in time, though this one still holds; nil where nothing is known.
  public let refreshOn: Timestamp?
  /// How it is sent; `Bearer`.
  public let tokenType: String
  /// The tenant it was issued by, where that is known.
  public var tenant: String?
  /// The id of the subscription it was asked for.
  public var subscription: String?

  /// Creates a token.
  public init(
    token: Secret, expiresOn: Timestamp, refreshOn: Timestamp? = nil, tokenType: String = "Bearer",
    tenant: String? = nil, subscription: String? = nil
  ) {
    self.token = token
    self.expiresOn = expiresOn
    self.refreshOn = refreshOn
    self.tokenType = tokenType
    self.tenant = tenant
    self.subscription = subscription
  }

  /// What the token says of itself, unchecked; nil where it is none that can be read.
  public var claims: TokenClaims? { TokenClaims(peekingInto: token) }

  /// The value of `Authorization`.
  public var authorization: Secret { Secret("\(tokenType) \(token.reveal())") }
}

/// What a token is wanted for.
public struct TokenRequest: Sendable, Hashable {
  /// The scopes, for example `https://management.core.windows.net//.default`; usually one.
  public var scopes: [String]
  /// Another tenant than the credential's own.
  public var tenant: String?
  /// A claims challenge as JSON text: what a service asks for beyond the usual, for example a step-up.
  public var claims: String?

  /// Creates a request.
  public init(scopes: [String], tenant: String? = nil, claims: String? = nil) {
    self.scopes = scopes
    self.tenant = tenant
    self.claims = claims
  }

  /// The one resource of the scopes, for endpoints that know resources only.
  /// - Throws: ``AcrError`` of kind `usage` for none or several.
  func resource() throws(AcrError) -> String {
    let resources = Set(scopes.map(EntraScope.resource))
    guard let resource = resources.first, resources.count == 1 else {
      throw AcrError(.usage, "a managed identity gives tokens for one resource at a time, not for \(resources.count)")
    }
    return resource
  }
}

/// Something that can get tokens.
public protocol TokenCredential: Sendable {
  /// Names the credential among others: the same name means the same tokens. It holds no secret.
  var cacheName: String { get }
  /// Gets a new token.
  /// - Throws: ``AcrError``, mostly of kind `auth`, `denied`, `throttled` or `network`.
  func token(for request: TokenRequest) async throws -> AccessToken
}
