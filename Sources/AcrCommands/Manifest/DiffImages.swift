import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// Compares two images platform by platform.
struct ImageDiff: Sendable {
  let limit: TransferLimit

  static let columns = [
    Column("platform", help: "os/architecture; empty for the image itself").only("for images"),
    Column("part", help: "image, manifest, config or layer").only("for images"),
    Column(
      "left", null: "where the left side has none",
      help: "the digest on the left; the setting, or the versions of the package"
    ).key.only("without --files"),
    Column("leftSize", .size, null: "where the left side has none, and for whole images", help: "its size").only(
      "for images, and with --files"),
    Column("right", null: "where the right side has none", help: "the same on the right").key.only(
      "without --files"),
    Column("rightSize", .size, null: "where the right side has none, and for whole images", help: "its size").only(
      "for images, and with --files"),
    Column("status", help: "same, differs, left only or right only").key,
  ]
  private static let shape = Shape(columns)

  /// One platform's image on one side.
  private struct Side {
    let node: ManifestNode
    /// The bytes of configuration and layers.
    var size: WireSize { node.namedBytes }
  }

  func rows(_ left: NamedArtifact, _ right: NamedArtifact) async throws -> (rows: [Record], notes: [String]) {
    async let leftRoot = left.store.manifest(left.selector)
    async let rightRoot = right.store.manifest(right.selector)
    let (ours, theirs) = (try await leftRoot, try await rightRoot)
    var notes: [String] = []
    if ours.digest == theirs.digest { notes.append("both are the same image, \(ours.digest)") }
    // One budget for both: it bounds what the comparison holds.
    let budget = WireBudget(
      left.store.limits, for: "the comparison of `\(left.store.displayName)` with `\(right.store.displayName)`")
    async let leftSides = sides(of: ours, in: left.store, budget)
    async let rightSides = sides(of: theirs, in: right.store, budget)
    let (mine, other) = (try await leftSides, try await rightSides)
    var rows = [
      row("", "image", ours.digest, nil, theirs.digest, nil, DiffStatus(ours.digest, theirs.digest))
    ]
    // Where both are single images, their platforms need not agree to be compared.
    let isSingle = mine.order.count == 1 && other.order.count == 1
    let names = isSingle ? mine.order : mine.order + other.order.filter { mine.images[$0] == nil }
    for name in names {
      let pair = (mine.images[name], isSingle ? other.order.first.flatMap { other.images[$0] } : other.images[name])
      let (found, note) = compare(name, pair.0, pair.1)
      rows += found
      if ours.digest != theirs.digest { notes.append(note) }
    }
    return (rows, notes)
  }

  /// The images under a manifest by platform. Attestations and the like, whose platform is unknown, are left out.
  private func sides(
    of root: FetchedManifest, in store: any ArtifactSource, _ budget: WireBudget
  ) async throws -> (order: [String], images: [String: Side]) {
    let top = try ImageManifest(root, name: store.displayName)
    let reader = MetadataReader(store: store, limit: limit)
    var wanted = [root.digest]
    var children: [Descriptor] = []
    if top.kind == .index {
      var seen: Set<Digest> = []
      children = top.manifests.filter { $0.platform?.os != "unknown" && seen.insert($0.digest).inserted }
      wanted = children.map(\.digest)
    }
    var order: [String] = []
    var images: [String: Side] = [:]
    for case let details? in try await reader.details(wanted, children: children, budget: budget) {
      let name = details.platform?.description ?? details.node.artifactType ?? "-"
      guard images[name] == nil else { continue }
      order.append(name)
      images[name] = Side(node: details.node)
    }
    return (order, images)
  }

  private func compare(_ platform: String, _ left: Side?, _ right: Side?) -> (rows: [Record], note: String) {
    var rows = [
      row(
        platform, "manifest", left?.node.digest, left?.size, right?.node.digest, right?.size,
        DiffStatus(left?.node.digest, right?.node.digest))
    ]
    guard let left, let right else { return (rows, "\(platform): only on the \(left == nil ? "right" : "left")") }
    if left.node.config != nil || right.node.config != nil {
      rows.append(row(platform, "config", left.node.config, right.node.config))
    }
    let pairs = LayerPairs.of(left.node.layers, right.node.layers)
    for pair in pairs { rows.append(row(platform, "layer", pair.left, pair.right)) }
    let common = pairs.filter { $0.left?.digest == $0.right?.digest }
    let bytes = common.compactMap(\.left?.size).total
    let all = max(left.node.layers.count, right.node.layers.count)
    let size = max(left.size, right.size)
    return (
      rows,
      "\(platform): \(common.count) of \(all) layers in common, \(ByteCount.human(bytes)) of \(ByteCount.human(size))"
    )
  }

  private func row(_ platform: String, _ part: String, _ left: LayerPairs.Layer?, _ right: LayerPairs.Layer?) -> Record
  {
    row(
      platform, part, left?.digest, left?.size, right?.digest, right?.size, DiffStatus(left?.digest, right?.digest))
  }

  private func row(
    _ platform: String, _ part: String, _ left: Digest?, _ leftSize: WireSize?, _ right: Digest?,
    _ rightSize: WireSize?,
    _ status: DiffStatus
  ) -> Record {
    func text(_ digest: Digest?) -> Value { digest.map { .string($0.description) } ?? .null }
    return Record(
      shape: ImageDiff.shape,
      values: [
        .string(platform), .string(part), text(left), leftSize.map { .size($0.bytes) } ?? .null, text(right),
        rightSize.map { .size($0.bytes) } ?? .null, .string(status.rawValue),
      ])
  }
}
