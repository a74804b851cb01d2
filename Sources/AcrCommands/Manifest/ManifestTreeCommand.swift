import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `manifest tree`: what a manifest consists of, down to the layers.
struct ManifestTreeCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
  }

  let signature = Signature(
    "manifest tree",
    summary:
      "Shows the parts of an image as a tree: index, platforms, configurations, layers and referrers",
    description: """
      The size of a manifest is the sum of the blobs below it, each counted once. `share` is its part of the whole \
      image, drawn as a bar in tables. Platforms that share layers add up to more than the whole. A manifest that \
      occurs again has one row without its parts. Referrers are listed below their subject, cosign signatures with \
      the end of their tag.
      """,
    group: .registry,
    examples: [
      .init("All parts with their sizes", "manifest tree localhost:5000/base/alpine:3.20"),
      .init("The largest layers", "manifest tree localhost:5000/base/alpine:3.20 | sort-by size --desc | first 5"),
    ], columns: OutputColumns(columns))

  private static let columns = [
    Column("part", help: "what it is, drawn as a tree"),
    Column("size", .size, help: "of a manifest, all blobs below it, each counted once"),
    Column("share", .number, unit: "parts of 1", null: "for referrers", help: "its part of the whole image"),
    Column("platform", null: "where the index names none", help: "os/architecture"),
    Column("digest", help: "its digest"),
    Column("mediaType", help: "its media type"),
  ]
  fileprivate static let shape = Shape(columns)

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    let limit = session.limit
    let (graph, root) = try Blocking.wait(call.run) {
      let root = try await artifact.store.manifest(artifact.selector)
      return (try await GraphReader(store: artifact.store, limit: limit).tree(root), root.digest)
    }
    for gap in graph.gaps.prefix(10) { call.run.sink.message("incomplete: \(gap.message)") }
    var tree = TreeRows(graph)
    return .value(.list(tree.rows(of: root).map(Value.record)))
  }
}

/// The rows of a tree. Each manifest's parts are shown once, however often indexes list it.
private struct TreeRows {
  private let graph: ArtifactGraph
  private var shown: Set<Digest> = []
  private var rows: [Record] = []
  /// The bytes of all blobs of the image.
  private var whole = WireSize.zero

  init(_ graph: ArtifactGraph) { self.graph = graph }

  mutating func rows(of digest: Digest) -> [Record] {
    guard let root = graph.node(digest) else { return [] }
    whole = graph.bytes(below: digest)
    append(root.kind == .index ? "index" : "manifest", root.digest, root.mediaType, whole)
    appendParts(of: root, indent: "")
    return rows
  }

  /// A row below a manifest.
  private enum Part {
    case manifest(Descriptor)
    case blob(String, ManifestNode.Blob)
    case referrer(ManifestNode)
  }

  private mutating func appendParts(of node: ManifestNode, indent: String) {
    guard shown.insert(node.digest).inserted else { return }
    // An index that lists a manifest twice shows it once, unless it is for another platform.
    var entries: Set<String> = []
    let children = node.children.filter { child in
      entries.insert("\(child.digest) \(child.platform?.description ?? "")").inserted
    }
    let listed = Set(children.map(\.digest))
    let parts =
      children.map(Part.manifest) + (node.config.map { [.blob("config", $0)] } ?? [])
      + node.layers.map { .blob("layer", $0) }
      + graph.referrers(of: node.digest).filter { !listed.contains($0.digest) }.map(Part.referrer)
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      let branch = indent + (isLast ? "└─ " : "├─ ")
      let next = indent + (isLast ? "   " : "│  ")
      switch part {
      case .blob(let kind, let blob): append("\(branch)\(kind)", blob.digest, blob.mediaType, blob.size)
      case .manifest(let child):
        let found = graph.node(child.digest)
        append(
          "\(branch)manifest", child.digest, child.mediaType,
          found == nil ? child.size : graph.bytes(below: child.digest), platform: child.platform)
        if let found { appendParts(of: found, indent: next) }
      case .referrer(let referrer):
        append(
          "\(branch)referrer\(suffix(of: referrer))", referrer.digest, type(of: referrer), referrer.size,
          hasShare: false)
        appendReferrers(of: referrer, indent: next)
      }
    }
  }

  /// What is about a referrer; its own parts are not shown.
  private mutating func appendReferrers(of node: ManifestNode, indent: String) {
    guard shown.insert(node.digest).inserted else { return }
    let referrers = graph.referrers(of: node.digest)
    for (index, referrer) in referrers.enumerated() {
      let isLast = index == referrers.count - 1
      append(
        "\(indent)\(isLast ? "└─ " : "├─ ")referrer\(suffix(of: referrer))", referrer.digest, type(of: referrer),
        referrer.size, hasShare: false)
      appendReferrers(of: referrer, indent: indent + (isLast ? "   " : "│  "))
    }
  }

  /// The end of the tag under which cosign keeps it: ` .sig`.
  private func suffix(of node: ManifestNode) -> String {
    for tag in graph.tags(of: node.digest) where tag.subjectDigest != nil {
      if let dot = tag.name.firstIndex(of: ".") { return " \(tag.name[dot...])" }
    }
    return ""
  }

  private func type(of node: ManifestNode) -> String {
    let isImage = node.config.map { [MediaType.ociConfig, MediaType.dockerConfig].contains($0.mediaType) } ?? true
    return node.artifactType ?? (isImage ? node.layers.first?.mediaType : node.config?.mediaType) ?? node.mediaType
  }

  private mutating func append(
    _ part: String, _ digest: Digest, _ type: String, _ size: WireSize, platform: Platform? = nil, hasShare: Bool = true
  ) {
    let share = whole > 0 ? Double(size.bytes) / Double(whole.bytes) : 0
    rows.append(
      Record(
        shape: ManifestTreeCommand.shape,
        values: [
          .string(part), .size(size.bytes), hasShare ? .number(min(1, share)) : .null,
          platform.map { .string($0.description) } ?? .null, .string(digest.description), .string(type),
        ]))
  }
}
