import AcrCore

/// Media types and annotations of signatures, attestations and SBOMs, and what they say about the kind of an artifact.
public enum RelatedType {
  /// The beginning of all media types of Sigstore bundles.
  public static let bundlePrefix = "application/vnd.dev.sigstore.bundle"
  /// What cosign signs: a small JSON text with the image's digest (cosign, SIGNATURE_SPEC.md).
  public static let simpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json"
  /// A signed envelope (DSSE).
  public static let envelope = "application/vnd.dsse.envelope.v1+json"
  /// A statement of in-toto, bare or in an envelope.
  public static let statement = "application/vnd.in-toto+json"
  /// A signature of Notary Project.
  public static let notation = "application/vnd.cncf.notary.signature"

  /// Documents that list packages.
  public static let sboms: Set<String> = [
    "application/spdx+json", "text/spdx", "text/spdx+json", "text/spdx+xml", "application/vnd.cyclonedx",
    "application/vnd.cyclonedx+json", "application/vnd.cyclonedx+xml", "application/vnd.syft+json",
  ]

  /// The annotations that state a predicate type: of BuildKit, of bundles, and of cosign's older layers.
  static let predicateAnnotations = [
    "in-toto.io/predicate-type", "dev.sigstore.bundle.predicateType", "predicateType",
  ]

  /// The predicate type that annotations state.
  public static func predicateType(_ annotations: [JSONValue.Member]) -> String? {
    guard !annotations.isEmpty else { return nil }
    return predicateAnnotations.lazy.compactMap { name in annotations.first { $0.name == name }?.value.string }
      .first { !$0.isEmpty }
  }

  /// What a statement with this predicate type is.
  public static func kind(ofPredicate type: String) -> RelatedArtifact.Kind {
    let provenance = ["https://slsa.dev/provenance/", "https://in-toto.io/Provenance/"]
    let sbom = ["https://spdx.dev/Document", "https://cyclonedx.org/bom"]
    if provenance.contains(where: type.hasPrefix) { return .provenance }
    if sbom.contains(where: type.hasPrefix) { return .sbom }
    return type.hasPrefix("https://sigstore.dev/cosign/sign/") ? .signature : .attestation
  }

  /// What an artifact is, by its type, its blob's type and what annotations state.
  static func kind(
    artifactType: String?, contents: String?, predicateType: String?, isMessageSignature: Bool
  ) -> RelatedArtifact.Kind {
    let types = [artifactType, contents].compactMap { $0 }
    if let predicateType { return kind(ofPredicate: predicateType) }
    let isSignature = types.contains { type in
      type == simpleSigning || type == notation || type.hasPrefix("application/vnd.dev.cosign.artifact.sig.")
    }
    if isSignature || isMessageSignature { return .signature }
    let isSBOM = types.contains { sboms.contains($0) || $0.hasPrefix("application/vnd.dev.cosign.artifact.sbom.") }
    if isSBOM { return .sbom }
    let isAttestation = types.contains { type in
      type == envelope || type == statement || type.hasPrefix(bundlePrefix)
        || type.hasPrefix("application/vnd.dev.cosign.artifact.att.")
    }
    return isAttestation ? .attestation : .other
  }

  /// True for a blob that stands for itself: a manifest may carry several of them.
  static func isContents(_ type: String) -> Bool {
    type == simpleSigning || type == envelope || type == statement || sboms.contains(type)
      || type.hasPrefix(bundlePrefix)
  }
}

extension Descriptor {
  /// The manifest that an attestation manifest of an index is about (BuildKit, attestation-storage.md); nil for all others.
  public var attestedDigest: Digest? {
    guard annotation("vnd.docker.reference.type") == "attestation-manifest" else { return nil }
    return annotation("vnd.docker.reference.digest").flatMap { try? Digest($0) }
  }

  /// The value of an annotation.
  public func annotation(_ name: String) -> String? { annotations.last { $0.name == name }?.value.string }
}

extension ImageManifest {
  /// What the manifest is where it is about an image, as far as types and annotations tell.
  public var relatedKind: RelatedArtifact.Kind {
    let type = artifactType ?? config?.mediaType
    let kinds = (layers.isEmpty ? [nil] : layers.prefix(16).map { $0 }).map { layer in
      RelatedType.kind(
        artifactType: type, contents: layer?.mediaType,
        predicateType: RelatedType.predicateType((layer?.annotations ?? []) + annotations),
        isMessageSignature: annotations.contains {
          $0.name == "dev.sigstore.bundle.content" && $0.value.string == "message-signature"
        })
    }
    guard let first = kinds.first, kinds.allSatisfy({ $0 == first }) else { return .attestation }
    return first
  }

  /// The entries of an index that are images, each once: those for attestations have the platform `unknown/unknown`.
  public var images: [Descriptor] {
    var seen: Set<Digest> = []
    return manifests.filter { entry in
      entry.annotation("vnd.docker.reference.type") == nil && entry.platform?.os != "unknown"
        && seen.insert(entry.digest).inserted
    }
  }
}
