import AcrCore
import OCIRegistry

/// One manifest without its bytes: what it is, and what it refers to.
public struct ManifestNode: Sendable {
  /// A configuration, a layer, or another blob.
  public struct Blob: Hashable, Sendable {
    /// The digest of its bytes.
    public let digest: Digest
    /// The number of its bytes, as the manifest says.
    public let size: WireSize
    /// Its media type.
    public let mediaType: String
    /// True for a layer that lives elsewhere: the registry does not hold its bytes.
    public let isForeign: Bool
    /// The predicate type of a statement, as the blob's annotations state it.
    public let predicateType: String?

    /// What points at it.
    public var descriptor: Descriptor { Descriptor(mediaType: mediaType, digest: digest, size: size) }
  }

  /// The digest.
  public let digest: Digest
  /// The media type.
  public let mediaType: String
  /// The number of the manifest's own bytes; 0 where it was not read.
  public let size: WireSize
  /// The shape.
  public let kind: ImageManifest.Kind
  /// The type of an artifact, where the manifest states one.
  public let artifactType: String?
  /// The annotation `org.opencontainers.image.created`.
  public let created: String?
  /// The annotations that were asked for.
  public let annotations: [String: String]
  /// The configuration.
  public let config: Blob?
  /// The layers, in the order of the document.
  public let layers: [Blob]
  /// An index's children, without their annotations, except those that say what an attestation is about.
  public let children: [Descriptor]
  /// The manifest that this one is about.
  public let subject: Digest?
  /// What it is where it is about something: a signature, an SBOM, provenance and so on.
  public let role: RelatedArtifact.Kind
  /// False for a manifest that a list named and that was not read.
  public let isRead: Bool

  /// Configuration and layers, each once.
  public var blobs: [Blob] {
    var seen: Set<Digest> = []
    return ((config.map { [$0] } ?? []) + layers).filter { seen.insert($0.digest).inserted }
  }

  /// The bytes of everything the manifest names, children and blobs, each blob once.
  public var namedBytes: WireSize { children.totalSize + blobs.map(\.size).total }

  /// A manifest that a list named.
  init(listed digest: Digest, mediaType: String) {
    self.digest = digest
    self.mediaType = mediaType
    size = .zero
    kind = MediaType.isIndex(mediaType) ? .index : .image
    (artifactType, created, config, layers, children, subject, isRead) = (nil, nil, nil, [], [], nil, false)
    role = .other
    annotations = [:]
  }

  fileprivate init(_ manifest: FetchedManifest, _ image: ImageManifest, _ names: inout NodeFactory) {
    digest = manifest.digest
    mediaType = manifest.mediaType
    size = WireSize(clamping: manifest.bytes.count)
    kind = image.kind
    artifactType = image.artifactType
    created = image.annotations.first { $0.name == "org.opencontainers.image.created" }?.value.string
    var annotations: [String: String] = [:]
    for annotation in image.annotations where names.annotations.contains(annotation.name) {
      annotations[annotation.name] = annotation.value.string
    }
    self.annotations = annotations
    config = image.config.map { names.blob($0) }
    layers = image.layers.map { names.blob($0) }
    children = image.manifests.map { child in
      var child = child
      child.annotations =
        child.attestedDigest == nil ? [] : child.annotations.filter { $0.name.hasPrefix("vnd.docker.") }
      child.urls = []
      return child
    }
    subject = image.subject?.digest
    role = image.relatedKind
    isRead = true
  }
}

/// Makes nodes. Blobs that several manifests name are kept once, and about as much memory as all of it takes is counted.
struct NodeFactory {
  /// What the nodes take.
  let budget: WireBudget
  /// The annotations whose values are kept.
  let annotations: Set<String>
  private var blobs: [Digest: ManifestNode.Blob] = [:]
  /// Media types, each once in memory.
  private var types: [String: String] = [:]
  private var new = 0

  init(_ budget: WireBudget, annotations: Set<String> = []) {
    self.budget = budget
    self.annotations = annotations
  }

  /// Reads a manifest.
  /// - Throws: ``AcrError`` of kind `invalid` where the limit of memory is reached.
  mutating func node(_ manifest: FetchedManifest, _ image: ImageManifest) throws(AcrError) -> ManifestNode {
    new = 0
    let node = ManifestNode(manifest, image, &self)
    // Measured: what a node, a place in a list, and a blob with its digest in a table that grows by doubling take.
    let texts = node.annotations.reduce(0) { $0 + 100 + $1.value.utf8.count }
    try budget.take(500 + texts + node.layers.count * 100 + node.children.count * 600 + new * 700, of: .memory)
    return node
  }

  fileprivate mutating func blob(_ descriptor: Descriptor) -> ManifestNode.Blob {
    let type = types[descriptor.mediaType] ?? descriptor.mediaType
    types[type] = type
    let made = ManifestNode.Blob(
      digest: descriptor.digest, size: descriptor.size, mediaType: type, isForeign: descriptor.isForeign,
      predicateType: RelatedType.predicateType(descriptor.annotations))
    if let known = blobs[descriptor.digest], known == made { return known }
    blobs[descriptor.digest] = made
    new += 1
    return made
  }
}
