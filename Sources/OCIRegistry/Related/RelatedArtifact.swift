import AcrCore

/// One thing that is about an image: a signature, an SBOM, provenance, another attestation, or any other referrer. A manifest
/// that carries several signatures or statements stands here once for each of them.
///
/// Everything in it is what the registry and the manifest say. Nothing of it is verified but digests.
public struct RelatedArtifact: Sendable, Equatable {
  /// What it is, as far as types and annotations tell.
  public enum Kind: String, Sendable, CaseIterable {
    /// A signature of cosign, Sigstore or Notary Project.
    case signature
    /// A list of packages: SPDX, CycloneDX or syft's own.
    case sbom
    /// A statement of how the image was built (SLSA).
    case provenance
    /// Another statement, or one whose predicate type only its contents tell.
    case attestation
    /// Anything else that refers to the image.
    case other
  }

  /// Where it was found.
  public enum Place: String, Sendable, CaseIterable {
    /// In the registry's list of referrers, or that of an OCI layout folder.
    case referrersAPI = "referrers API"
    /// In the index under the tag `sha256-HEX`.
    case fallbackTag = "fallback tag"
    /// Under cosign's tag `sha256-HEX.sig`.
    case signatureTag = "sig tag"
    /// Under cosign's tag `sha256-HEX.att`.
    case attestationTag = "att tag"
    /// Under cosign's tag `sha256-HEX.sbom`.
    case sbomTag = "sbom tag"
    /// Among the manifests of the image index, where BuildKit puts attestations.
    case index
  }

  /// What it is.
  public let kind: Kind
  /// Where it was found.
  public let place: Place
  /// The manifest that it is about.
  public let subject: Digest
  /// The platform of that manifest, where an index tells it.
  public let platform: Platform?
  /// The manifest that carries it.
  public let digest: Digest
  /// The manifest's `artifactType`, or else the media type of its configuration.
  public let artifactType: String?
  /// The predicate type that an annotation states.
  public let predicateType: String?
  /// The annotation `org.opencontainers.image.created`.
  public let created: String?
  /// The manifest's annotations.
  public let annotations: [JSONValue.Member]
  /// The blob with the signature, the statement or the document, with its annotations; nil where there is none, or several
  /// of types that are not known.
  public let contents: Descriptor?
  /// The number of bytes of the contents; of all blobs where there is no single one.
  public let size: WireSize

  /// The media type of the contents, or else the artifact's type.
  public var mediaType: String? { contents?.mediaType ?? artifactType }

  /// True for a bundle of Sigstore (cosign 3, GitHub), which holds a signature or a signed statement. What annotations say
  /// of its kind is a hint only.
  public var isBundle: Bool {
    [artifactType, contents?.mediaType].contains { $0?.hasPrefix(RelatedType.bundlePrefix) ?? false }
  }
}

/// What is about an image, and what could not be taken into account.
public struct RelatedArtifacts: Sendable {
  /// The artifacts, in the order in which they were found.
  public var items: [RelatedArtifact] = []
  /// What was left out and why: sentences without a full stop.
  public var notes: [String] = []
}
