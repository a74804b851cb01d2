import AcrCore
import AcrDocuments
import ArtifactTrust
import ImportCore
import OCIRegistry

/// Which images may be brought in: rules by source, of which the first that fits decides. What no rule is for is refused.
struct ImportPolicy: Sendable {
  /// The file, for messages.
  let path: String
  /// The rules, in the order of the file.
  let rules: [Rule]

  /// One rule.
  struct Rule: Sendable {
    /// Its name.
    let name: String
    /// The sources it is for: registry and repository.
    let sources: [TextTest]
    /// What it says of them.
    let decision: Decision
  }

  /// What a rule says.
  enum Decision: Sendable {
    /// Everything may come in.
    case allow
    /// Nothing may, for this reason.
    case refuse(String)
    /// What fulfils all of these may.
    case require([Requirement])
  }

  /// One thing that an image has to fulfil.
  enum Requirement: Sendable {
    /// A signature.
    case signature(TrustDemand)
    /// A signed statement.
    case attestation(TrustDemand)
    /// The image has to have all of these platforms.
    case platforms([Platform])
    /// All its blobs together are at most this large.
    case size(WireSize)
    /// It was made at most this long ago.
    case age(Duration)
    /// The source has to be named by its digest.
    case digest
    /// It has to say that it was built on one of these images.
    case baseImage([TextTest])
    /// The signed SBOM lists only packages that fit.
    case packages(PackageRules)

    /// What the rows of `preflight` call it: the key in the file.
    var name: String {
      switch self {
      case .signature: "signatures"
      case .attestation: "attestations"
      case .platforms: "platforms"
      case .size: "max-size"
      case .age: "max-age"
      case .digest: "digest-pinned"
      case .baseImage: "base-images"
      case .packages: "packages"
      }
    }
  }

  /// The first rule that is for a source; nil where none is.
  func rule(for source: String) -> Rule? {
    rules.first { rule in rule.sources.isEmpty || rule.sources.contains { $0.matches(source) } }
  }
}
