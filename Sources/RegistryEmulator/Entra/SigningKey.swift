import AcrSystem
import AcrCore
import Crypto
import CryptoExtras

/// The RSA key with which the emulator signs its tokens, and the tokens' form (RFC 7519, RS256).
struct SigningKey: Sendable {
  private let key: _RSA.Signing.PrivateKey
  /// The name of the key in tokens' heads and in the list of keys.
  let id: String
  /// The modulus and exponent, in base64url, for the list of keys (RFC 7517).
  let modulus: String
  let exponent: String

  /// Takes the key that an earlier process kept at `path`, or makes one there.
  init(keptAt path: String) throws {
    if let bytes = try? DiskFile.read(path) {
      key = try _RSA.Signing.PrivateKey(pemRepresentation: String(decoding: bytes, as: UTF8.self))
    } else {
      key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
      try DiskFile.replace(path, with: Array(key.pemRepresentation.utf8), isDurable: false)
    }
    let primitives = try key.publicKey.getKeyPrimitives()
    modulus = Base64URL.encode(primitives.modulus)
    exponent = Base64URL.encode(primitives.publicExponent)
    id = Base64URL.encode(Array(SHA256.hash(data: key.publicKey.derRepresentation)).prefix(20))
  }

  /// A token with these claims.
  func token(_ claims: [JSONValue.Member]) throws -> String {
    let head: JSONValue = ["typ": "JWT", "alg": "RS256", "kid": .string(id), "x5t": .string(id)]
    let signed = "\(Base64URL.encode(head.text.utf8)).\(Base64URL.encode(JSONValue.object(claims).text.utf8))"
    let signature = try key.signature(for: SHA256.hash(data: Array(signed.utf8)), padding: .insecurePKCS1v1_5)
    return "\(signed).\(Base64URL.encode(signature.rawRepresentation))"
  }

  /// The claims of a token that this key signed and that is valid now; nil for any other text.
  func claims(of token: String, at now: Timestamp = .now()) -> JSONValue? {
    guard let parsed = JSONWebToken(token), parsed.isSigned(by: key.publicKey),
      let expiry = parsed.claims["exp"]?.integer, expiry > now.seconds
    else { return nil }
    return parsed.claims
  }
}

extension JSONValue {
  /// A time among a token's claims, in seconds. It may have a fraction (RFC 7519, 2), and msal's has one.
  func time(_ name: String) -> Double? {
    switch self[name] {
    case .integer(let seconds): Double(seconds)
    case .number(let seconds): seconds
    default: nil
    }
  }
}

extension JSONWebToken {
  /// Checks the signature by the algorithm of the header: RS256, or PS256, which newer clients use for certificates.
  func isSigned(by key: _RSA.Signing.PublicKey) -> Bool {
    let padding: _RSA.Signing.Padding
    switch header?["alg"]?.string {
    case "RS256": padding = .insecurePKCS1v1_5
    case "PS256": padding = .PSS
    default: return false
    }
    guard let signature else { return false }
    return key.isValidSignature(
      _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: signedBytes), padding: padding)
  }
}
