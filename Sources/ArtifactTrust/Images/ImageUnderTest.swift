import AcrCore
import OCIRegistry

/// The manifest that signatures have to be about.
public struct ImageUnderTest: Sendable {
  /// The manifest, whose digest was computed from its bytes.
  public let manifest: FetchedManifest
  /// The bytes as what a signature covers.
  public let message: SignedMessage

  /// Where it is: `registry/repository`.
  public let repository: String

  /// Takes a manifest.
  /// - Parameter repository: `registry/repository`, for rules about places.
  public init(_ manifest: FetchedManifest, in repository: String) {
    self.manifest = manifest
    self.repository = repository
    message = SignedMessage(manifest.bytes)
  }

  /// Its digest.
  public var digest: Digest { manifest.digest }
}

/// A signature or attestation that was found beside an image and read, and is not checked yet.
public struct SignatureCandidate: Sendable {
  /// Where it was found and what it says of itself. All of it are claims.
  public let artifact: RelatedArtifact
  /// The blob, whose digest is right.
  public let bytes: [UInt8]

  /// Creates a candidate.
  public init(_ artifact: RelatedArtifact, bytes: [UInt8]) {
    self.artifact = artifact
    self.bytes = bytes
  }
}

/// One way of signing images: cosign and Sigstore, Notary Project.
public protocol SignatureFormat: Sendable {
  /// True for what this format can check, by its media types.
  func reads(_ artifact: RelatedArtifact) -> Bool

  /// Checks one.
  /// - Throws: ``TrustFailure`` of the check that failed.
  func verify(_ candidate: SignatureCandidate, of image: ImageUnderTest) throws(TrustFailure) -> VerifiedSignature
}
