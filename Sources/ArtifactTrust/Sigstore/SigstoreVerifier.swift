import AcrCore

/// Checks bundles of Sigstore. Trust comes from a key, or from a trusted root and the names of accepted signers; nothing in a
/// bundle adds to it, and no clock and no network is asked.
public struct SigstoreVerifier: Sendable {
  /// What the caller trusts.
  public enum Trust: Sendable {
    /// One key.
    case key(TrustKey)
    /// Signers by name: any of these.
    case signers([SignerRule])
  }

  /// What the caller trusts.
  public let trust: Trust
  /// The authorities and logs. Required for signers by name; with a key it may be missing, and then entries of logs are only
  /// compared.
  public let root: TrustedRoot?

  /// Creates a verifier.
  public init(_ trust: Trust, root: TrustedRoot?) {
    self.trust = trust
    self.root = root
  }

  /// Checks a bundle of an artifact.
  /// - Parameter artifact: what is said to be signed.
  /// - Throws: ``TrustFailure`` of the check that failed.
  public func verify(_ bundle: SigstoreBundle, of artifact: SignedMessage) throws(TrustFailure) -> VerifiedSignature {
    guard let digest = Digest(bytes: artifact.sha256) else { throw TrustFailure(.format, "the digest is no SHA-256") }
    let material = try signingKey(bundle.material)
    let signed = try verifySignature(bundle.content, material.key, artifact, digest)
    let evidence = Evidence(
      expected: LogEntryBody.Expectation(
        signature: signed.signature, message: signed.message, payload: signed.payload,
        certificate: material.certificate?.der, key: material.key),
      stamped: signed.signature, entries: bundle.entries, timestamps: bundle.timestamps)
    let checked = try verify(evidence)
    var signer = VerifiedSignature.Signer.key(material.key)
    if let leaf = material.certificate { signer = .identity(try verify(leaf, checked.times.map(\.time))) }
    return VerifiedSignature(
      signer: signer, digest: digest, statement: signed.statement, format: "Sigstore bundle \(bundle.version)",
      times: checked.times, entries: checked.entries, unchecked: checked.unchecked,
      claims: signed.statement?.subject(digest)?.annotations ?? [])
  }

  // MARK: The signature

  private func signingKey(_ material: SigstoreBundle.Material) throws(TrustFailure)
    -> (key: TrustKey, certificate: TrustCertificate?)
  {
    switch (material, trust) {
    case (.publicKey, .key(let key)): return (key, nil)
    case (.certificate(let leaf), .signers): return (leaf.key, leaf)
    case (.publicKey, .signers):
      throw TrustFailure(.material, "the bundle is signed with a key, and a certificate of a signer was asked for")
    case (.certificate, .key):
      throw TrustFailure(.material, "the bundle is signed with a certificate, and a signature of a key was asked for")
    }
  }

  private struct Signed {
    let signature: [UInt8]
    let message: SignedMessage
    var payload: [UInt8]?
    var statement: InTotoStatement?
  }

  private func verifySignature(
    _ content: SigstoreBundle.Content, _ key: TrustKey, _ artifact: SignedMessage, _ digest: Digest
  ) throws(TrustFailure) -> Signed {
    switch content {
    case .message(let claimed, let signature):
      if let claimed, claimed != artifact.sha256 {
        throw TrustFailure(.subject, "the bundle is about another artifact: its digest is \(Self.text(claimed))")
      }
      try SignatureCheck.verify(signature, of: artifact, key)
      return Signed(signature: signature, message: artifact)
    case .envelope(let envelope):
      guard let signature = envelope.signatures.first?.bytes else {
        throw TrustFailure(.format, "the envelope has no signature")
      }
      let message = SignedMessage(envelope.signedBytes)
      try SignatureCheck.verify(signature, of: message, key)
      let statement = try envelope.statement()
      guard statement.subject(digest) != nil else {
        throw TrustFailure(.subject, "the signed statement is about other artifacts, not about \(digest)")
      }
      return Signed(signature: signature, message: message, payload: envelope.payload, statement: statement)
    }
  }

  private static func text(_ sha256: [UInt8]) -> String { "sha256:\(Hexadecimal.encode(sha256))" }
}

/// The hashes that signatures of bundles and attestations use.
enum SignatureCheck {
  /// - Throws: ``TrustFailure`` of the check `signature`.
  static func verify(_ signature: [UInt8], of message: SignedMessage, _ key: TrustKey) throws(TrustFailure) {
    var hashes = [key.usualHash]
    // Clients before 2024 used SHA-256 with every curve.
    if key.usualHash != .sha256 { hashes.append(.sha256) }
    var failure: TrustFailure?
    for hash in hashes {
      do throws(TrustFailure) {
        if try key.isValid(signature, for: message, TrustKey.Scheme(hash: hash)) { return }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    let hint = key.kind == .ed25519 ? " (or is Ed25519ph, which is not supported)" : ""
    throw TrustFailure(.signature, "the signature does not fit the artifact and the key\(hint)")
  }
}
