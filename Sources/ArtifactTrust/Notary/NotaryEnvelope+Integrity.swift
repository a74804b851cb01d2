import AcrCore

extension NotaryEnvelope {
  /// Checks what needs no trust: headers, algorithm, certificates by themselves, and the signature.
  /// - Throws: ``TrustFailure``.
  func checkIntegrity() throws(TrustFailure) {
    try checkHeaders()
    try NotaryChain.check(chain)
    guard let key = chain.first?.key, let scheme = Self.scheme(for: key) else {
      throw TrustFailure(
        .material,
        "the key of the certificate is not one that Notary Project allows (RSA 2048, 3072, 4096; P-256, P-384, P-521)")
    }
    guard scheme.name == algorithm else {
      throw TrustFailure(
        .signature,
        "the signature names the algorithm `\(algorithm)`, and the key of its certificate needs \(scheme.name)")
    }
    guard try key.isValid(signature, for: SignedMessage(signedBytes), scheme.scheme) else {
      throw TrustFailure(.signature, "the signature does not fit its certificate's key and its payload")
    }
  }

  private func checkHeaders() throws(TrustFailure) {
    func fail(_ text: String) -> TrustFailure { TrustFailure(.format, text) }
    if let plugin { throw fail("the signature needs the verification plugin `\(plugin)`, and plugins are not run") }
    guard contentType == Name.contentType else { throw fail("the payload is of the type `\(contentType)`") }
    guard let scheme else { throw fail("the signing scheme `\(schemeName)` is not known") }
    guard !critical.isEmpty else { throw fail("the signature has no list of critical attributes") }
    for name in critical where !attributes.contains(name) {
      throw fail("the critical attribute `\(name)` is not there")
    }
    let known = [Name.scheme, Name.signingTime, Name.authenticSigningTime, Name.expiry, Name.pluginVersion]
    for name in critical where !known.contains(name) {
      throw fail("the critical attribute `\(name)` is not understood")
    }
    var needed = [Name.scheme]
    if expiry != nil { needed.append(Name.expiry) }
    if scheme == .signingAuthority { needed.append(Name.authenticSigningTime) }
    for name in needed where !critical.contains(name) { throw fail("the attribute `\(name)` has to be critical") }

    let (own, other) =
      scheme == .x509 ? (signingTime, authenticSigningTime) : (authenticSigningTime, signingTime)
    guard let own, other == nil else {
      throw fail("the signing time is missing, or is not the one of the scheme `\(schemeName)`")
    }
    if let expiry, expiry <= own { throw fail("the signature expired before it was made") }
  }

  /// The algorithm that follows from a key; nil for a key that is not allowed.
  private static func scheme(for key: TrustKey) -> (name: String, scheme: TrustKey.Scheme)? {
    switch key.kind {
    case .p256: ("ES256", .init(hash: .sha256, isRawECDSA: true))
    case .p384: ("ES384", .init(hash: .sha384, isRawECDSA: true))
    case .p521: ("ES512", .init(hash: .sha512, isRawECDSA: true))
    case .rsa(bits: 2048): ("PS256", .init(hash: .sha256, isPSS: true))
    case .rsa(bits: 3072): ("PS384", .init(hash: .sha384, isPSS: true))
    case .rsa(bits: 4096): ("PS512", .init(hash: .sha512, isPSS: true))
    default: nil
    }
  }
}

/// The rules for the certificates of a signature, which hold whoever is trusted (certificate requirements of the signature
/// specification).
enum NotaryChain {
  /// Purposes that a certificate for signing artifacts must not have: servers, clients, mail, timestamps, OCSP, any.
  private static let forbiddenPurposes: Set<String> = [
    "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9",
    "2.5.29.37.0",
  ]

  /// Checks a chain from the signer to its root.
  static func check(_ chain: [TrustCertificate]) throws(TrustFailure) {
    guard let leaf = chain.first, let last = chain.last else {
      throw TrustFailure(.certificate, "the signature has no certificate")
    }
    try checkLeaf(leaf)
    guard isSelfSigned(last) else {
      throw TrustFailure(.certificate, "the chain of certificates does not end at a self-signed root")
    }
    for (index, certificate) in chain.enumerated().dropLast() {
      guard !isSelfSigned(certificate) else {
        throw TrustFailure(.certificate, "a self-signed certificate stands before the end of the chain")
      }
      guard certificate.isIssued(by: chain[index + 1]) else {
        throw TrustFailure(.certificate, "the certificates are not in order, each followed by its issuer")
      }
    }
    for (index, issuer) in chain.enumerated().dropFirst() { try checkIssuer(issuer, below: index - 1) }
  }

  /// A leaf may have the name of its root: only the signature tells.
  static func isSelfSigned(_ certificate: TrustCertificate) -> Bool { certificate.isSigned(by: certificate) }

  private static func checkLeaf(_ leaf: TrustCertificate) throws(TrustFailure) {
    guard !leaf.authority.isAuthority else {
      throw TrustFailure(.certificate, "the certificate is one of an authority, which does not sign artifacts")
    }
    guard let usage = leaf.keyUsage, leaf.isCritical([2, 5, 29, 15]), usage.digitalSignature else {
      throw TrustFailure(.certificate, "the certificate is not for digital signatures (key usage, critical)")
    }
    guard
      !usage.keyEncipherment, !usage.dataEncipherment, !usage.keyAgreement, !usage.keyCertSign, !usage.cRLSign,
      !usage.encipherOnly, !usage.decipherOnly
    else {
      throw TrustFailure(.certificate, "the certificate is for more than digital signatures (key usage)")
    }
    if let purposes = leaf.purposes, let other = purposes.first(where: forbiddenPurposes.contains) {
      throw TrustFailure(.certificate, "the certificate is for another purpose (\(other)) than signing artifacts")
    }
  }

  private static func checkIssuer(_ issuer: TrustCertificate, below: Int) throws(TrustFailure) {
    let authority = issuer.authority
    guard authority.isAuthority, issuer.isCritical([2, 5, 29, 19]), authority.pathLength.map({ below <= $0 }) ?? true
    else {
      throw TrustFailure(.certificate, "a certificate in the chain may not issue others (basic constraints)")
    }
    guard issuer.keyUsage?.keyCertSign ?? false, issuer.isCritical([2, 5, 29, 15]) else {
      throw TrustFailure(.certificate, "a certificate in the chain may not issue others (key usage)")
    }
  }
}
