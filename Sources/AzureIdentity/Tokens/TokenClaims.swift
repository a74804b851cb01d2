import AcrCore

/// What a JWT (RFC 7519) says of itself. Nothing is checked: it is only for showing and for choosing a tenant, never for
/// deciding what somebody may do.
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
    let parts = token.reveal().split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64URL.decode(parts[1]), let json = try? JSONValue(parsing: bytes),
      json.members != nil
    else { return nil }
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

/// Base64 with the alphabet for URLs and without padding (RFC 4648, section 5; RFC 7515, section 2).
enum Base64URL {
  static func encode(_ bytes: some Collection<UInt8>) -> String {
    var text = Base64.encode(bytes)
    text.removeAll { $0 == "=" }
    return String(text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
  }

  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    Base64.decode(String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }))
  }
}
