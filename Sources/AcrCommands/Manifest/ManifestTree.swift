import AcrCore
import AcrRuntime
import ImportCore
import OCIRegistry

/// What an image consists of and what is about it, as parts in parts. Each manifest's parts are there once, however often
/// indexes list it.
struct ManifestTree {
  /// A manifest or a blob with what is below it.
  struct Part {
    let kind: String
    let size: WireSize
    /// Its part of the whole image; nil for what is about the image.
    let share: Double?
    let platform: Platform?
    let digest: Digest
    let mediaType: String
    var parts: [Part] = []

    private static let nested = Shape(ManifestTreeCommand.columns.filter { $0.name != "depth" })
    private static let flat = Shape(ManifestTreeCommand.columns.filter { $0.name != "parts" })

    private var values: [Value] {
      [
        .string(kind), .size(size.bytes), share.map(Value.number) ?? .null,
        platform.map { .string($0.description) } ?? .null, .string(digest.description), .string(mediaType),
      ]
    }

    /// Records in records.
    var value: Value { .record(Record(shape: Part.nested, values: values + [.list(parts.map(\.value))])) }

    /// A row for each part.
    var rows: [Value] { rows(depth: 0) }

    private func rows(depth: Int64) -> [Value] {
      [.record(Record(shape: Part.flat, values: values + [.int(depth)]))] + parts.flatMap { $0.rows(depth: depth + 1) }
    }
  }

  private let graph: ArtifactGraph
  private var shown: Set<Digest> = []
  /// The bytes of all blobs of the image.
  private var whole = WireSize.zero
  /// The attestations of an index by what they are about.
  private var attestations: [Digest: [Descriptor]] = [:]

  init(_ graph: ArtifactGraph) { self.graph = graph }

  /// The tree below a manifest; nil where the graph has none.
  mutating func part(of digest: Digest) -> Part? {
    guard let root = graph.node(digest) else { return nil }
    whole = graph.bytes(below: digest)
    var top = Part(
      kind: root.kind == .index ? "index" : "manifest", size: whole, share: share(whole), platform: nil,
      digest: root.digest, mediaType: root.mediaType)
    top.parts = parts(of: root, platform: nil)
    return top
  }

  private mutating func parts(of node: ManifestNode, platform: Platform?) -> [Part] {
    guard shown.insert(node.digest).inserted else { return [] }
    // An index that lists a manifest twice shows it once, unless it is for another platform.
    var entries: Set<String> = []
    var children = node.children.filter { child in
      entries.insert("\(child.digest) \(child.platform?.description ?? "")").inserted
    }
    let listed = Set(children.map(\.digest))
    for child in children {
      guard let about = child.attestedDigest, listed.contains(about), about != child.digest else { continue }
      attestations[about, default: []].append(child)
    }
    children.removeAll { child in child.attestedDigest.map { listed.contains($0) && $0 != child.digest } ?? false }
    var parts: [Part] = []
    for child in children {
      let found = graph.node(child.digest)
      let size = found == nil ? child.size : graph.bytes(below: child.digest)
      var part = Part(
        kind: "manifest", size: size, share: share(size), platform: child.platform, digest: child.digest,
        mediaType: child.mediaType)
      if let found { part.parts = self.parts(of: found, platform: child.platform) }
      parts.append(part)
    }
    if let config = node.config { parts.append(blob("config", config)) }
    parts += node.layers.map { blob("layer", $0) }
    parts += attestationParts(about: node.digest, platform)
    let own = listed.union((attestations[node.digest] ?? []).map(\.digest))
    for referrer in graph.referrers(of: node.digest) where !own.contains(referrer.digest) {
      parts.append(part(ofReferrer: referrer, platform))
    }
    return parts
  }

  /// BuildKit's attestations of an image, each with its statements.
  private mutating func attestationParts(about digest: Digest, _ platform: Platform?) -> [Part] {
    (attestations[digest] ?? []).map { entry in
      let node = graph.node(entry.digest)
      var part = Part(
        kind: "attestation", size: node?.namedBytes ?? entry.size, share: nil, platform: platform,
        digest: entry.digest, mediaType: entry.mediaType)
      guard let node, shown.insert(node.digest).inserted else { return part }
      part.parts = node.layers.map { layer in
        let kind = layer.predicateType.map { RelatedType.kind(ofPredicate: $0).rawValue } ?? "layer"
        return Part(
          kind: kind, size: layer.size, share: nil, platform: platform, digest: layer.digest,
          mediaType: layer.predicateType ?? layer.mediaType)
      }
      return part
    }
  }

  /// A referrer with what is about it in turn; its own blobs are not shown.
  private mutating func part(ofReferrer node: ManifestNode, _ platform: Platform?) -> Part {
    let isImage = node.config.map { [MediaType.ociConfig, MediaType.dockerConfig].contains($0.mediaType) } ?? true
    let type = node.artifactType ?? (isImage ? node.layers.first?.mediaType : node.config?.mediaType) ?? node.mediaType
    // Types say more than cosign's tags.
    let tagged = graph.tags(of: node.digest).lazy.compactMap { $0.related?.kind }.first
    let role = node.role == .other ? tagged ?? .other : node.role
    var part = Part(
      kind: role == .other ? "referrer" : role.rawValue, size: node.size, share: nil, platform: platform,
      digest: node.digest, mediaType: type)
    guard shown.insert(node.digest).inserted else { return part }
    for referrer in graph.referrers(of: node.digest) { part.parts.append(self.part(ofReferrer: referrer, platform)) }
    return part
  }

  private func blob(_ kind: String, _ blob: ManifestNode.Blob) -> Part {
    Part(
      kind: kind, size: blob.size, share: share(blob.size), platform: nil, digest: blob.digest,
      mediaType: blob.mediaType)
  }

  private func share(_ size: WireSize) -> Double {
    whole > 0 ? min(1, Double(size.bytes) / Double(whole.bytes)) : 0
  }
}
