import AcrCore

/// What a JWT (RFC 7519) says of itself. Nothing is checked: it is only for showing and for choosing a tenant, never for
/// deciding what an account may do.
public struct TokenClaims: Sendable, Hashable {
  /// The id of the tenant that issued it (`tid`).
  public let tenant: String?
  /// The id of the user or principal in that tenant (`oid`).
  public let objectID: String?
  /// The id of the application (`appid`, or `azp` in tokens of version 2).
  public let applicationID: String?
  /// The user's name for signing in (`upn`, else `preferred_username`, else `unique_name`).
  public let userName: String?
  /// When it ends (`exp`).
  public let expiresOn: Timestamp?

  /// Reads the claims; nil where the text is not a JWT.
  public init?(peekingInto token: Secret) {
    guard let json = JSONWebToken(token.reveal())?.claims else { return nil }
    func text(_ names: String...) -> String? {
      names.lazy.compactMap { json[$0]?.string }.first { !$0.isEmpty }
    }
    tenant = text("tid")
    objectID = text("oid")
    applicationID = text("appid", "azp")
    userName = text("upn", "preferred_username", "unique_name")
    expiresOn = Timestamp(epochSeconds: json["exp"])
  }
}
