import AcrCore
import OCIRegistry

/// What rules ask of tags and manifests and the graph does not hold: times, locks, platforms.
struct PurgeFacts: Sendable {
  private let facts: RepositoryFacts
  /// From the images themselves, where the registry does not tell: by position in the graph.
  private var created: [Int: Timestamp] = [:]
  private var platforms: [Int: Platform] = [:]

  /// Builds that are reproducible state a time such as 1970-01-01 or 1980-01-01, which is not when they were made.
  private static let earliest = Timestamp(seconds: 315_705_600)

  init(_ facts: RepositoryFacts) { self.facts = facts }

  /// The time of a tag.
  func time(_ tag: TagName, _ position: Int, in graph: ArtifactGraph) -> Timestamp? {
    if let item = facts.tags[tag] { return item.updated ?? item.created }
    return time(position, in: graph)
  }

  /// The time of a manifest.
  func time(_ position: Int, in graph: ArtifactGraph) -> Timestamp? {
    let node = graph.nodes[position]
    if let item = facts.manifests[node.digest] { return item.updated ?? item.created }
    if let time = created[position] { return time }
    let stated = node.created.flatMap(Timestamp.init(rfc3339:)).flatMap(PurgeFacts.believed)
    if let stated { return stated }
    // An index states no time: it is as old as the newest image in it.
    return graph.children[position].compactMap { created[$0] }.max()
  }

  func isLocked(_ tag: TagName) -> Bool { facts.tags[tag]?.isLocked ?? false }

  func isLocked(_ digest: Digest) -> Bool { facts.manifests[digest]?.isLocked ?? false }

  func isQuarantined(_ digest: Digest) -> Bool { facts.manifests[digest]?.isQuarantined ?? false }

  /// The platforms of an image, or of the images in an index.
  func platforms(_ position: Int, in graph: ArtifactGraph) -> [Platform] {
    let node = graph.nodes[position]
    guard node.kind == .index else {
      return (platforms[position] ?? facts.manifests[node.digest]?.platform).map { [$0] } ?? []
    }
    return node.children.compactMap(\.platform)
      + graph.children[position].flatMap { child -> [Platform] in
        graph.nodes[child].kind == .index ? [] : platforms(child, in: graph)
      }
  }

  private static func believed(_ time: Timestamp) -> Timestamp? { time > earliest ? time : nil }

  /// Reads the configurations that tell what the registry does not.
  /// - Parameter rules: only what they look at is read.
  /// - Throws: what the store throws in its lists; a configuration that cannot be read tells nothing.
  mutating func complete(
    _ graph: ArtifactGraph, from store: any ArtifactSource, _ limit: TransferLimit, times: Bool, platforms: Bool
  ) async throws {
    guard !facts.areTold, times || platforms else { return }
    var wanted: Set<Int> = []
    for position in graph.nodes.indices {
      let isTop = graph.indexes(of: position).isEmpty && graph.subjects[position].isEmpty
      guard isTop || !graph.tagsOf[position].isEmpty else { continue }
      wanted.insert(position)
      wanted.formUnion(graph.children[position])
    }
    let positions = wanted.sorted()
    let found = try await NodeReader(store: store, limit: limit).configurations(
      of: positions.map { graph.nodes[$0] }
    ) { config -> (Timestamp?, Platform?) in
      guard config.size <= PurgeFacts.largestConfiguration else { return (nil, nil) }
      let bytes = try await VerifiedBlob(config, from: store, observer: { _ in }).all()
      let document = try? JSONValue(parsing: bytes)
      return (
        document?["created"]?.string.flatMap(Timestamp.init(rfc3339:)).flatMap(PurgeFacts.believed),
        document.flatMap(Platform.init(json:))
      )
    }
    for (position, facts) in zip(positions, found) {
      created[position] = facts?.0
      self.platforms[position] = facts?.1
    }
  }

  /// A configuration past this size is not read.
  private static let largestConfiguration: Int64 = 8 << 20
}
