/// A JSON Web Token (RFC 7519) taken apart: a JWS in compact form (RFC 7515). Reading it checks no signature.
public struct JSONWebToken: Sendable {
  /// What the token says: a JSON object.
  public let claims: JSONValue
  private let parts: [String]

  /// Reads a token; nil for a text that is none.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let bytes = Base64URL.decode(parts[1]), let claims = try? JSONValue(parsing: bytes),
      claims.members != nil
    else { return nil }
    self.claims = claims
    self.parts = parts
  }

  /// The header: the algorithm and the key; nil where it is not JSON.
  public var header: JSONValue? { Base64URL.decode(parts[0]).flatMap { try? JSONValue(parsing: $0) } }

  /// The signature; nil where it is not base64.
  public var signature: [UInt8]? { Base64URL.decode(parts[2]) }

  /// The bytes that the signature is about.
  public var signedBytes: [UInt8] { Array("\(parts[0]).\(parts[1])".utf8) }
}
