import AcrCore

/// The tags under which something about a manifest is kept.
public enum RelatedTag: String, Sendable, CaseIterable {
  /// An index that lists the referrers (distribution-spec, "Referrers Tag Schema").
  case fallbackTag = ""
  /// Signatures of cosign.
  case signature = ".sig"
  /// Attestations of cosign.
  case attestation = ".att"
  /// An SBOM of cosign.
  case sbom = ".sbom"

  /// What stands under the tag; nil for a list of anything.
  public var kind: RelatedArtifact.Kind? {
    switch self {
    case .fallbackTag: nil
    case .signature: .signature
    case .attestation: .attestation
    case .sbom: .sbom
    }
  }

  var place: RelatedArtifact.Place {
    switch self {
    case .fallbackTag: .fallbackTag
    case .signature: .signatureTag
    case .attestation: .attestationTag
    case .sbom: .sbomTag
    }
  }
}

extension TagName {
  /// The tag for something about a manifest: `sha256-HEX.sig`; of longer digests as much as a tag may hold.
  public init(about digest: Digest, _ kind: RelatedTag) throws(AcrError) {
    try self.init(
      "\("\(digest.algorithm.rawValue)-\(digest.hex)".prefix(128 - kind.rawValue.utf8.count))\(kind.rawValue)")
  }

  /// What a tag that is named after a digest keeps; nil for all others.
  public var related: RelatedTag? {
    guard subjectDigest != nil else { return nil }
    return RelatedTag(rawValue: name.firstIndex(of: ".").map { String(name[$0...]) } ?? "")
  }
}
