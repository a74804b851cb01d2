import AcrCore

/// How an image was built, as a statement of SLSA says (slsa.dev/provenance, v0.2 and v1). Nothing of it is verified here.
public struct Provenance: Sendable, Equatable {
  /// Something that went into the image.
  public struct Material: Sendable, Equatable {
    /// Where it is from: a purl, a git address.
    public let uri: String
    /// `ALGORITHM:HEX`.
    public let digest: String?
  }

  /// Who built it; nil where the statement leaves it empty.
  public let builder: String?
  /// How, as an address.
  public let buildType: String?
  /// The source repository.
  public let source: String?
  /// The commit, in hexadecimal digits.
  public let commit: String?
  /// The file that was built, or the workflow that built it.
  public let workflow: String?
  /// What went into it.
  public let materials: [Material]
  /// When the build began, as the statement says.
  public let started: String?
  /// When it ended.
  public let finished: String?
  /// The builder's own number of the build.
  public let invocation: String?

  /// Most materials that are kept.
  static let mostMaterials = 10_000

  /// Reads a predicate.
  /// - Parameters:
  ///   - type: the statement's predicate type.
  ///   - place: what it is, for messages.
  /// - Throws: ``AcrError`` of kind `invalid` for another predicate type.
  public init(_ predicate: JSONValue, type: String, in place: String) throws(AcrError) {
    switch type {
    case "https://slsa.dev/provenance/v0.2": self.init(v02: predicate)
    case "https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v1.0", "https://slsa.dev/provenance/v1.1":
      self.init(v1: predicate)
    default:
      throw AcrError(
        .invalid, "\(place) is of the type `\(type)`, and SLSA provenance 0.2 and 1 can be read",
        help: "`blob show` shows the statement")
    }
  }

  private init(v02 predicate: JSONValue) {
    let config = predicate["invocation"]?["configSource"]
    let metadata = predicate["metadata"]
    let claimed = metadata?["https://mobyproject.org/buildkit@v1#metadata"]?["vcs"]
    builder = Self.text(predicate["builder"]?["id"])
    buildType = Self.text(predicate["buildType"])
    materials = Self.materials(predicate["materials"])
    source = Self.text(config?["uri"]) ?? Self.text(claimed?["source"])
    commit = Self.commit(config?["digest"]) ?? Self.text(claimed?["revision"])
    workflow = Self.text(config?["entryPoint"])
    started = Self.text(metadata?["buildStartedOn"])
    finished = Self.text(metadata?["buildFinishedOn"])
    invocation = Self.text(metadata?["buildInvocationID"]) ?? Self.text(metadata?["buildInvocationId"])
  }

  private init(v1 predicate: JSONValue) {
    let definition = predicate["buildDefinition"]
    let details = predicate["runDetails"]
    let metadata = details?["metadata"]
    let external = definition?["externalParameters"]
    let flow = external?["workflow"]
    let config = external?["configSource"]
    let claimed = metadata?["buildkit_metadata"]?["vcs"]
    builder = Self.text(details?["builder"]?["id"])
    buildType = Self.text(definition?["buildType"])
    let resolved = definition?["resolvedDependencies"]
    materials = Self.materials(resolved)
    source = Self.text(flow?["repository"]) ?? Self.text(config?["uri"]) ?? Self.text(claimed?["source"])
    commit =
      (flow == nil ? nil : Self.commit(resolved?.array?.first?["digest"])) ?? Self.commit(config?["digest"])
      ?? Self.text(claimed?["revision"])
    workflow =
      Self.text(flow?["path"]).map { path in Self.text(flow?["ref"]).map { "\(path)@\($0)" } ?? path }
      ?? Self.text(config?["path"]) ?? Self.text(config?["entryPoint"])
    started = Self.text(metadata?["startedOn"])
    finished = Self.text(metadata?["finishedOn"])
    invocation = Self.text(metadata?["invocationId"]) ?? Self.text(metadata?["invocationID"])
  }

  private static func text(_ value: JSONValue?) -> String? { value?.string.flatMap { $0.isEmpty ? nil : $0 } }

  private static func commit(_ digests: JSONValue?) -> String? {
    text(digests?["gitCommit"]) ?? text(digests?["sha1"])
  }

  private static func materials(_ list: JSONValue?) -> [Material] {
    (list?.array ?? []).prefix(mostMaterials).compactMap { item in
      guard let uri = text(item["uri"]) ?? text(item["name"]) else { return nil }
      let digest = item["digest"]?.members?.first { $0.value.string != nil }
      return Material(uri: uri, digest: digest.map { "\($0.name):\($0.value.string ?? "")" })
    }
  }
}
