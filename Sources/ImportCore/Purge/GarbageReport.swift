import AcrCore
import OCIRegistry

/// What a repository holds, and what of it nothing reaches.
public struct GarbageReport: Sendable {
  /// A manifest that no tag reaches.
  public struct Item: Sendable {
    /// What it is.
    public let node: ManifestNode
    /// When it was last changed or made; nil where nothing tells.
    public let time: Timestamp?
    /// What its deletion frees in this repository; what several share counts for the first.
    public let bytes: WireSize
  }

  /// What came in a month.
  public struct Month: Sendable {
    /// `2026-11`; `unknown` for what tells no time.
    public let name: String
    /// How many manifests.
    public var manifests = 0
    /// The bytes of blobs that nothing older names.
    public var bytes = WireSize.zero
  }

  /// The repository.
  public let repository: RepositoryName
  /// How many tags it has.
  public let tags: Int
  /// How many manifests it has.
  public let manifests: Int
  /// The bytes of everything in it, each blob once.
  public let bytes: WireSize
  /// What no tag reaches, in an order in which it can be deleted.
  public let garbage: [Item]
  /// The months in which something came, in their order.
  public let months: [Month]

  /// Reads a repository.
  /// - Throws: ``AcrError``: `conflict` for one that could not be read completely, and what the registry throws.
  public static func read(_ store: RegistryRepository, limit: TransferLimit) async throws -> GarbageReport {
    var reader = GraphReader(store: store, limit: limit)
    reader.keepsFacts = true
    let graph = try await reader.repository()
    let orphans = try graph.orphans()
    var facts = PurgeFacts(graph.facts)
    try await facts.complete(graph, from: store, limit, times: true, platforms: false)
    return GarbageReport(graph, facts, orphans, store.name)
  }

  private init(_ graph: ArtifactGraph, _ facts: PurgeFacts, _ orphans: [ManifestNode], _ repository: RepositoryName) {
    self.repository = repository
    tags = graph.tags.count
    manifests = graph.nodes.count
    let shares = graph.freedShares(of: orphans.map(\.digest))
    garbage = zip(orphans, shares).map { node, bytes in
      Item(node: node, time: graph.positions[node.digest].flatMap { facts.time($0, in: graph) }, bytes: bytes)
    }
    let times = graph.nodes.indices.map { facts.time($0, in: graph) }
    // What tells no time comes last, so that it counts for what only it names.
    let order = graph.nodes.indices.sorted { left, right in
      (times[left]?.nanoseconds ?? .max) < (times[right]?.nanoseconds ?? .max)
    }
    var seen: Set<UInt64> = []
    var months: [Month] = []
    var bytes = WireSize.zero
    for position in order {
      let node = graph.nodes[position]
      let name = times[position].map { String($0.description.prefix(7)) } ?? "unknown"
      if months.last?.name != name { months.append(Month(name: name)) }
      var added = node.size
      for blob in node.blobs where !blob.isForeign && seen.insert(blob.digest.key).inserted { added += blob.size }
      months[months.count - 1].manifests += 1
      months[months.count - 1].bytes += added
      bytes += added
    }
    self.months = months
    self.bytes = bytes
  }
}
