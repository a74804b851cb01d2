import AcrCore
import AcrSystem
import OCIRegistry

/// Signatures of Notary Project: judged by the statement of a trust policy that is for the image's repository.
public struct NotaryFormat: SignatureFormat {
  /// Who is trusted for which repositories.
  public let policy: NotaryPolicy
  /// The trusted certificates.
  public let store: NotaryTrustStore
  private let now: @Sendable () -> Timestamp

  /// Creates the format.
  /// - Parameter now: the clock; certificates without a timestamp have to be valid now.
  public init(_ policy: NotaryPolicy, store: NotaryTrustStore, now: @escaping @Sendable () -> Timestamp) {
    self.policy = policy
    self.store = store
    self.now = now
  }

  public func reads(_ artifact: RelatedArtifact) -> Bool {
    artifact.contents.map { NotaryEnvelope.Form(rawValue: $0.mediaType) != nil } ?? false
  }

  public func verify(_ candidate: SignatureCandidate, of image: ImageUnderTest) throws(TrustFailure)
    -> VerifiedSignature
  {
    let statement = try policy.statement(for: image.repository)
    guard !statement.skips else {
      throw TrustFailure(
        .policy, "the statement `\(statement.name)` of the trust policy verifies nothing for `\(image.repository)`",
        cure: "give it another level than `skip`")
    }
    let verifier = NotaryVerifier(statement, store: store, now: now())
    let target = NotaryVerifier.Target(
      digest: image.digest, mediaType: image.manifest.mediaType, size: Int64(image.manifest.bytes.count))
    do throws(NotaryFailure) {
      return try verifier.verify(
        candidate.bytes, mediaType: candidate.artifact.contents?.mediaType ?? "", of: target)
    } catch {
      throw error.trustFailure
    }
  }
}

extension NotaryFailure {
  /// The same as other formats tell it, with a cure of its own.
  var trustFailure: TrustFailure {
    let cure: String? =
      switch step {
      case .integrity: nil
      case .authenticity:
        failure.isUnknownAuthority
          ? "put the root certificate of the signer into the trust store, if you trust it"
          : "look at who signed, and change the trust policy only if you trust that signer"
      case .expiry:
        "ask for a new signature, or let the trust policy log this check: \"override\": {\"expiry\": \"log\"}"
      case .authenticTimestamp: "ask for a signature with a timestamp, or for one by a certificate that is valid"
      case .revocation: "write \"override\": {\"revocation\": \"log\"} into the trust policy to accept that"
      case .target: nil
      }
    return TrustFailure(failure.check, failure.message, cure: cure)
  }
}
