import AcrCore

/// A service principal with a certificate: each request carries an assertion that the certificate's key signed.
public struct ClientCertificateCredential: TokenCredential {
  private let entra: EntraClient
  private let tenant: String
  private let clientID: String
  private let certificate: ClientCertificate
  private let sendsChain: Bool

  /// Creates a credential.
  /// - Parameter sendsChain: whether the certificates themselves are sent, for applications that trust an issuer and a
  ///   subject name rather than one certificate (`--use-cert-sn-issuer`).
  public init(
    tenant: String, clientID: String, certificate: ClientCertificate, sendsChain: Bool = false, entra: EntraClient
  ) {
    self.entra = entra
    self.tenant = tenant
    self.clientID = clientID
    self.certificate = certificate
    self.sendsChain = sendsChain
  }

  public var cacheName: String { "sp \(entra.authority) \(tenant) \(clientID) \(certificate.thumbprint)" }

  public func token(for request: TokenRequest) async throws -> AccessToken {
    let now = entra.context.clock.now()
    return try await entra.clientCredentials(
      request, tenant: tenant, clientID: clientID, account: certificate.thumbprint
    ) { audience in
      try ClientAssertion(clientID: clientID, audience: audience, issuedAt: now)
        .signed(by: certificate, sendsChain: sendsChain)
    }
  }
}

/// The claims with which a client proves who it is (RFC 7523, 3), and their signature.
struct ClientAssertion {
  let clientID: String
  /// The URL of the token endpoint.
  let audience: String
  let issuedAt: Timestamp

  /// Ten minutes, as MSAL has it.
  private static let life: Int64 = 600

  /// The assertion as a JWS (RFC 7515, 7.1) with PS256, which Entra asks for instead of RS256 and SHA-1 thumbprints.
  func signed(by certificate: ClientCertificate, sendsChain: Bool) throws(AcrError) -> Secret {
    var header: [JSONValue.Member] = [
      .init("alg", "PS256"), .init("typ", "JWT"), .init("x5t#S256", .string(certificate.thumbprint)),
    ]
    if sendsChain {
      header.append(.init("x5c", .array(certificate.chain.map { .string(Base64.encode($0)) })))
    }
    let start = issuedAt.seconds
    let claims: JSONValue = [
      "aud": .string(audience), "iss": .string(clientID), "sub": .string(clientID), "jti": .string(UUIDText.random()),
      "iat": .integer(start), "nbf": .integer(start), "exp": .integer(start + ClientAssertion.life),
    ]
    let parts = [JSONValue.object(header), claims].map { Base64URL.encode(Array($0.text.utf8)) }
    let input = parts.joined(separator: ".")
    let signature = try certificate.signature(for: Array(input.utf8))
    return Secret("\(input).\(Base64URL.encode(signature))")
  }
}
