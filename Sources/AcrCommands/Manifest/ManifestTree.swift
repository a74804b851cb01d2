import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `manifest tree`: what a manifest consists of, down to the layers.
struct ManifestTree: Command {
  let session: AcrSession

  let signature = Signature(
    "manifest tree",
    summary:
      "Shows what an image consists of as a tree: index, platforms, configurations, layers, and who refers to it",
    description: """
      The size of a manifest is that of the blobs below it, each counted once; `share` is the part of the whole image's bytes, \
      drawn as a bar in tables. Shares of platforms that have layers in common add up to more than the whole.
      """,
    group: .registry,
    positionals: ManifestArgument.positionals,
    flags: ManifestArgument.flags,
    examples: [
      .init("All parts with their sizes", "manifest tree localhost:5000/base/alpine:3.20"),
      .init("The largest layers", "manifest tree localhost:5000/base/alpine:3.20 | sort-by size --desc | first 5"),
    ], columns: columns)

  private static let columns = ["part", "size", "share", "platform", "digest", "mediaType"]
  private static let shape = Shape(columns)

  func run(_ call: Invocation) throws -> Output {
    let artifact = try ManifestArgument.locate(call, session)
    let limit = session.limit
    let rows = try Blocking.wait(call.run) {
      let root = try await artifact.store.manifest(artifact.selector)
      async let referrers = artifact.store.referrers(of: root.digest)
      let reader = PlanReader(source: artifact.store, limit: limit)
      let below = try await reader.read(root).levels.flatMap(\.self)
      let tree = try Tree(root: root, below: below, name: artifact.store.displayName)
      return tree.rows(referrers: try await referrers)
    }
    return .value(.list(rows.map(Value.record)))
  }

  /// An image read whole.
  private struct Tree {
    private let root: Descriptor
    private let images: [Digest: ImageManifest]
    /// The bytes of all blobs.
    private let whole: WireSize

    init(root: FetchedManifest, below: [FetchedManifest], name: String) throws {
      self.root = Descriptor(
        mediaType: root.mediaType, digest: root.digest, size: Int64(root.bytes.count))
      var images: [Digest: ImageManifest] = [:]
      for manifest in [root] + below { images[manifest.digest] = try ImageManifest(manifest, name: name) }
      self.images = images
      whole = Tree.bytes(below: root.digest, images)
    }

    /// The bytes of the blobs below a manifest, each counted once.
    private static func bytes(below digest: Digest, _ images: [Digest: ImageManifest]) -> WireSize {
      var seen: Set<Digest> = []
      var waiting = [digest]
      var bytes = WireSize.zero
      while let next = waiting.popLast() {
        guard seen.insert(next).inserted, let image = images[next] else { continue }
        for blob in image.blobs where seen.insert(blob.digest).inserted { bytes += blob.size }
        waiting += image.manifests.map(\.digest)
      }
      return bytes
    }

    func rows(referrers: [Descriptor]) -> [Record] {
      var rows = [row(MediaType.isIndex(root.mediaType) ? "index" : "manifest", root, size: whole)]
      append(partsOf: root.digest, indent: "", isLast: referrers.isEmpty, to: &rows)
      for (index, referrer) in referrers.enumerated() {
        let branch = index == referrers.count - 1 ? "└─ " : "├─ "
        let type = referrer.artifactType ?? referrer.mediaType
        rows.append(row("\(branch)referrer", referrer, size: referrer.size, type: type, hasShare: false))
      }
      return rows
    }

    private func append(partsOf digest: Digest, indent: String, isLast: Bool, to rows: inout [Record]) {
      guard let image = images[digest] else { return }
      let parts =
        image.manifests.map { ("manifest", $0) } + (image.config.map { [("config", $0)] } ?? [])
        + image.layers.map { ("layer", $0) }
      for (index, (kind, descriptor)) in parts.enumerated() {
        let endsHere = isLast && index == parts.count - 1
        let isManifest = kind == "manifest"
        let size = isManifest ? Tree.bytes(below: descriptor.digest, images) : descriptor.size
        rows.append(row("\(indent)\(endsHere ? "└─ " : "├─ ")\(kind)", descriptor, size: size))
        if isManifest {
          append(partsOf: descriptor.digest, indent: indent + (endsHere ? "   " : "│  "), isLast: true, to: &rows)
        }
      }
    }

    private func row(
      _ part: String, _ descriptor: Descriptor, size: WireSize, type: String? = nil, hasShare: Bool = true
    ) -> Record {
      let share = whole > 0 ? Double(size.bytes) / Double(whole.bytes) : 0
      return Record(
        shape: ManifestTree.shape,
        values: [
          .string(part), .size(size.bytes), hasShare ? .number(min(1, share)) : .null,
          descriptor.platform.map { .string($0.description) } ?? .null, .string(descriptor.digest.description),
          .string(type ?? descriptor.mediaType),
        ])
    }
  }
}
