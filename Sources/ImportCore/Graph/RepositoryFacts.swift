import AcrCore
import OCIRegistry

/// What the lists of an Azure registry tell of tags and manifests, beside what they are.
public struct RepositoryFacts: Sendable {
  /// What is told of one.
  public struct Item: Sendable {
    /// When it was pushed.
    public var created: Timestamp?
    /// When it was last changed; for a tag, when it was moved.
    public var updated: Timestamp?
    /// Whether a lock forbids deleting or changing it.
    public var isLocked = false
    /// Whether the registry holds it back until a scan has passed it.
    public var isQuarantined = false
    /// An image's platform.
    public var platform: Platform?
    /// True where the list describes an image for a platform, and no artifact of another kind. Whether it is about another
    /// manifest the list does not tell.
    var isImage = false

    /// Reads an entry of a list.
    init(json: JSONValue) {
      created = json["createdTime"]?.string.flatMap(Timestamp.init(rfc3339:))
      updated = json["lastUpdateTime"]?.string.flatMap(Timestamp.init(rfc3339:))
      isLocked = ["deleteEnabled", "writeEnabled"].contains {
        json["changeableAttributes"]?[$0]?.bool == false
      }
      // Without quarantine the state is missing, or `Passed`.
      let state = json["changeableAttributes"]?["quarantineState"]?.string ?? ""
      isQuarantined = !state.isEmpty && state.lowercased() != "passed"
      platform = Platform(json: json)
      let config = json["configMediaType"]?.string ?? MediaType.ociConfig
      isImage =
        platform != nil && (json["artifactType"]?.string ?? "").isEmpty
        && [MediaType.ociConfig, MediaType.dockerConfig].contains(config)
        && [MediaType.ociManifest, MediaType.dockerManifest].contains(json["mediaType"]?.string)
    }
  }

  /// By tag.
  public var tags: [TagName: Item] = [:]
  /// By manifest.
  public var manifests: [Digest: Item] = [:]
  /// Whether the registry tells times and locks at all.
  public var areTold = false
}
