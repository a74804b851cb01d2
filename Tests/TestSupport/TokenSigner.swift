import AcrCore
import Crypto
import Foundation

/// Signs JWTs the way docker-registry checks them: ES256, with the certificate of the key in the header's `x5c`.
struct TokenSigner: Sendable {
  /// How much longer than `exp` docker-registry 2.8 accepts a token (`token.Leeway` in its source).
  private static let leeway = 60

  private let key: P256.Signing.PrivateKey
  private let certificate: String
  private let issuer: String

  init(keyPEM: String, certificatePEM: String, issuer: String) throws {
    key = try P256.Signing.PrivateKey(pemRepresentation: keyPEM)
    // PEM is Base64 of the DER form between two marker lines, and so is `x5c`.
    certificate = certificatePEM.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
    self.issuer = issuer
  }

  /// A token for these scopes that the registry stops to accept after `lifetime`.
  func token(user: String, audience: String, scopes: [String], lifetime: Duration, identifier: String) throws -> String
  {
    let now = Int(Date().timeIntervalSince1970)
    let expiry = now + Int(lifetime.seconds) - Self.leeway
    let access = scopes.compactMap { scope -> JSONValue? in
      guard let first = scope.firstIndex(of: ":"), let last = scope.lastIndex(of: ":"), first < last else { return nil }
      let actions = scope[scope.index(after: last)...].split(separator: ",").map { JSONValue.string(String($0)) }
      return [
        "type": .string(String(scope[..<first])), "name": .string(String(scope[scope.index(after: first)..<last])),
        "actions": .array(actions),
      ]
    }
    let header: JSONValue = ["typ": "JWT", "alg": "ES256", "x5c": .array([.string(certificate)])]
    let claims: JSONValue = [
      "iss": .string(issuer), "sub": .string(user), "aud": .string(audience),
      "exp": .integer(Int64(expiry)), "nbf": .integer(Int64(min(now, expiry) - 10)), "iat": .integer(Int64(now)),
      "jti": .string(identifier), "access": .array(access),
    ]
    let text = "\(Self.base64URL(Data(header.text.utf8))).\(Self.base64URL(Data(claims.text.utf8)))"
    let signature = try key.signature(for: Data(text.utf8)).rawRepresentation
    return "\(text).\(Self.base64URL(signature))"
  }

  private static func base64URL(_ data: Data) -> String {
    data.base64EncodedString()
      .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "=", with: "")
  }
}
