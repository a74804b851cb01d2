import AcrCore
import OCIRegistry

/// Signatures and attestations of cosign and of whoever writes Sigstore bundles: bundles among the referrers, and the
/// older layers under tags.
public struct CosignFormat: SignatureFormat {
  /// What is trusted.
  public let verifier: SigstoreVerifier

  /// Creates the format.
  public init(_ verifier: SigstoreVerifier) { self.verifier = verifier }

  public func reads(_ artifact: RelatedArtifact) -> Bool {
    artifact.isBundle || artifact.contents?.mediaType == RelatedType.simpleSigning
      || (artifact.contents?.mediaType == RelatedType.envelope)
      || (artifact.contents?.mediaType == RelatedType.statement && artifact.place != .index)
  }

  public func verify(_ candidate: SignatureCandidate, of image: ImageUnderTest) throws(TrustFailure)
    -> VerifiedSignature
  {
    if candidate.artifact.isBundle {
      return try verifier.verify(try SigstoreBundle(parsing: candidate.bytes), of: image.message)
    }
    let annotations = try CosignAnnotations(candidate.artifact.contents?.annotations ?? [])
    let material = try material(annotations)
    return candidate.artifact.contents?.mediaType == RelatedType.simpleSigning
      ? try verifySignature(candidate.bytes, annotations, material, image)
      : try verifyAttestation(candidate.bytes, annotations, material, image)
  }

  private struct Material {
    let key: TrustKey
    let certificate: TrustCertificate?
  }

  private func material(_ annotations: CosignAnnotations) throws(TrustFailure) -> Material {
    switch verifier.trust {
    case .key(let key):
      // A certificate beside a signature of a key plays no other part than to be of the same key.
      if let certificate = annotations.certificate, certificate.key != key {
        throw TrustFailure(.material, "the signature has a certificate of another key than the one given")
      }
      return Material(key: key, certificate: nil)
    case .signers:
      guard let certificate = annotations.certificate else {
        throw TrustFailure(.material, "it is signed with a key, and a certificate of a signer was asked for")
      }
      return Material(key: certificate.key, certificate: certificate)
    }
  }

  /// A layer with the payload; the signature is in its annotation.
  private func verifySignature(
    _ bytes: [UInt8], _ annotations: CosignAnnotations, _ material: Material, _ image: ImageUnderTest
  ) throws(TrustFailure) -> VerifiedSignature {
    guard let signature = annotations.signature else {
      throw TrustFailure(.format, "the signature is missing: the annotation `\(CosignAnnotations.signatureName)`")
    }
    let message = SignedMessage(bytes)
    // These layers use SHA-256 with every curve.
    guard try material.key.isValid(signature, for: message, TrustKey.Scheme(hash: .sha256)) else {
      throw TrustFailure(.signature, "the signature does not fit the payload and the key")
    }
    let payload = try SimpleSigning(parsing: bytes)
    guard payload.digest.utf8.elementsEqual(image.digest.description.utf8) else {
      throw TrustFailure(.subject, "the signature is for another image: \(payload.digest)")
    }
    let evidence = SigstoreVerifier.Evidence(
      expected: expectation(signature, message, nil, nil, material, annotations), stamped: signature,
      entries: annotations.entries, timestamps: annotations.timestamps)
    var claims = payload.optional
    if !payload.reference.isEmpty { claims.insert(.init("docker-reference", .string(payload.reference)), at: 0) }
    return try result(evidence, material, image, nil, "cosign signature", claims)
  }

  /// A layer with an envelope.
  private func verifyAttestation(
    _ bytes: [UInt8], _ annotations: CosignAnnotations, _ material: Material, _ image: ImageUnderTest
  ) throws(TrustFailure) -> VerifiedSignature {
    let envelope = try DSSEEnvelope(parsing: bytes)
    let message = SignedMessage(envelope.signedBytes)
    var failure: TrustFailure?
    var accepted: [UInt8]?
    for signature in envelope.signatures where accepted == nil {
      do throws(TrustFailure) {
        try SignatureCheck.verify(signature.bytes, of: message, material.key)
        accepted = signature.bytes
      } catch {
        failure = error
      }
    }
    guard let signature = accepted else {
      throw failure ?? TrustFailure(.format, "the envelope has no signature")
    }
    let statement = try envelope.statement()
    guard let digest = Digest(bytes: image.message.sha256), let subject = statement.subject(digest) else {
      throw TrustFailure(.subject, "the signed statement is about other artifacts, not about \(image.digest)")
    }
    let evidence = SigstoreVerifier.Evidence(
      expected: expectation(signature, message, envelope.payload, bytes, material, annotations), stamped: bytes,
      entries: annotations.entries, timestamps: annotations.timestamps)
    return try result(evidence, material, image, statement, "cosign attestation", subject.annotations)
  }

  private func expectation(
    _ signature: [UInt8], _ message: SignedMessage, _ payload: [UInt8]?, _ envelope: [UInt8]?, _ material: Material,
    _ annotations: CosignAnnotations
  ) -> LogEntryBody.Expectation {
    // With a key, the entry may name the certificate that came along: it is of the same key.
    LogEntryBody.Expectation(
      signature: signature, message: message, payload: payload, envelope: envelope,
      certificate: (material.certificate ?? annotations.certificate)?.der, key: material.key)
  }

  private func result(
    _ evidence: SigstoreVerifier.Evidence, _ material: Material, _ image: ImageUnderTest, _ statement: InTotoStatement?,
    _ format: String, _ claims: [JSONValue.Member]
  ) throws(TrustFailure) -> VerifiedSignature {
    // A plain key is enough without a log, whatever root is at hand.
    let isOptional = material.certificate == nil && evidence.entries.isEmpty
    let checked =
      isOptional
      ? try SigstoreVerifier(verifier.trust, root: nil).verify(evidence) : try verifier.verify(evidence)
    var signer = VerifiedSignature.Signer.key(material.key)
    if let leaf = material.certificate {
      signer = .identity(try verifier.verify(leaf, checked.times.map(\.time)))
    }
    return VerifiedSignature(
      signer: signer, digest: image.digest, statement: statement, format: format, times: checked.times,
      entries: checked.entries, unchecked: checked.unchecked, claims: claims)
  }
}
