/// The types of attestations by the short names that cosign gave them, or by their addresses.
public struct PredicateType: Sendable, Hashable {
  /// As it was written.
  public let name: String
  private let types: [String]

  /// The short names with the addresses they stand for.
  public static let names: [(name: String, types: [String])] = [
    ("slsaprovenance", ["https://slsa.dev/provenance"]),
    ("slsaprovenance02", ["https://slsa.dev/provenance/v0.2"]), ("slsaprovenance1", ["https://slsa.dev/provenance/v1"]),
    ("spdx", ["https://spdx.dev/Document"]), ("spdxjson", ["https://spdx.dev/Document"]),
    ("cyclonedx", ["https://cyclonedx.org/bom"]), ("sbom", ["https://spdx.dev/Document", "https://cyclonedx.org/bom"]),
    ("vuln", ["https://cosign.sigstore.dev/attestation/vuln", "https://in-toto.io/attestation/vulns"]),
    ("openvex", ["https://openvex.dev/ns"]), ("vsa", ["https://slsa.dev/verification_summary"]),
    ("link", ["https://in-toto.io/attestation/link", "https://in-toto.io/Link"]),
    ("test-result", ["https://in-toto.io/attestation/test-result"]),
    ("custom", ["https://cosign.sigstore.dev/attestation"]),
  ]

  /// Reads a short name or an address; nil for a text that is neither.
  public init?(_ name: String) {
    self.name = name
    if let known = Self.names.first(where: { $0.name == name }) {
      types = known.types
    } else {
      guard name.contains(":") else { return nil }
      types = [name]
    }
  }

  /// Whether a statement's type is this one. An address without a version stands for all versions.
  public func matches(_ type: String) -> Bool {
    types.contains { type.utf8.elementsEqual($0.utf8) || type.utf8.starts(with: "\($0)/".utf8) }
  }
}
