import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// The columns `usedBy` and `freedBytes` of `list-metadata`, from the graph of the repository.
struct UseColumns {
  /// The columns.
  static let columns = [
    Column("usedBy", .list, help: "what needs it: tags, indexes, subjects"),
    Column(
      "freedBytes", .size, null: "for a manifest that came while the repository was read",
      help: "what deleting it frees"),
  ]
  private static let names = columns.map(\.name)

  let graph: ArtifactGraph
  /// The manifests that are shown, in their order.
  let nodes: [ManifestNode]
  private let values: [Digest: [Value]]
  private let onlyOrphans: Bool

  /// Prepares the columns.
  /// - Throws: ``AcrError`` of kind `conflict` where orphans are asked for and the graph may lack something.
  init(_ graph: ArtifactGraph, onlyOrphans: Bool) throws(AcrError) {
    self.graph = graph
    self.onlyOrphans = onlyOrphans
    nodes = onlyOrphans ? try graph.orphans() : UseColumns.ordered(graph)
    let uses = graph.blobUses()
    let shares = onlyOrphans ? graph.freedShares(of: nodes.map(\.digest)) : []
    var values: [Digest: [Value]] = [:]
    for (index, node) in nodes.enumerated() {
      let users = graph.users(of: node.digest).texts
      let freed = onlyOrphans ? shares[index] : graph.freedBytes(ofDeleting: node.digest, uses)
      values[node.digest] = [.list(users.map(Value.string)), .size(freed.bytes)]
    }
    self.values = values
  }

  /// A row with the columns behind it; nil where it is not to be shown.
  func adding(to row: Record) -> Record? {
    guard case .string(let text)? = row["digest"], let digest = try? Digest(text) else { return nil }
    guard let values = values[digest] ?? (onlyOrphans ? nil : [.list([]), .null]) else { return nil }
    return Record(shape: row.shape.adding(UseColumns.names), values: row.values + values)
  }

  /// The rows of an Azure registry with the columns.
  /// - Parameter keepsOrder: false to give orphans in an order in which they can be deleted.
  func adding(to rows: RowStream, keepsOrder: Bool) -> RowStream {
    guard onlyOrphans, !keepsOrder else {
      return RowStream {
        while let value = try rows.next() {
          if case .record(let row) = value, let row = adding(to: row) { return .record(row) }
        }
        return nil
      }
    }
    var sorted: [Value]?
    return RowStream {
      if sorted == nil {
        var found: [String: Record] = [:]
        while let value = try rows.next() {
          if case .record(let row) = value, let row = adding(to: row), case .string(let digest)? = row["digest"] {
            found[digest] = row
          }
        }
        sorted = nodes.reversed().compactMap { found[$0.digest.description].map(Value.record) }
      }
      return sorted?.popLast()
    }
  }

  /// Tagged manifests in the order of the tags, each with its children, then all others.
  private static func ordered(_ graph: ArtifactGraph) -> [ManifestNode] {
    var seen: Set<Digest> = []
    var nodes: [ManifestNode] = []
    func add(_ digest: Digest) {
      guard let node = graph.node(digest), seen.insert(digest).inserted else { return }
      nodes.append(node)
      for child in node.children where graph.tags(of: child.digest).isEmpty { add(child.digest) }
    }
    for tag in graph.tags.sorted(by: { VersionOrder.precedes($0.tag.name, $1.tag.name) }) { add(tag.digest) }
    for node in graph.nodes.sorted(by: { $0.digest.hex < $1.digest.hex }) { add(node.digest) }
    return nodes
  }
}

/// Rows of `list-metadata` made from a graph, for registries that only speak the distribution API. Configurations are read
/// in groups when rows are asked for.
final class UsedRows: MetadataRowSource {
  private let uses: UseColumns
  private let reader: MetadataReader
  private let run: RunContext
  private let platforms: [Digest: Platform]
  private var left: ArraySlice<ManifestNode>
  private var ready: ArraySlice<Record> = []

  /// How many configurations are read side by side.
  private static let groupSize = 32

  init(_ uses: UseColumns, reader: MetadataReader, run: RunContext) {
    self.uses = uses
    self.reader = reader
    self.run = run
    left = uses.nodes[...]
    var platforms: [Digest: Platform] = [:]
    for node in uses.graph.nodes {
      for child in node.children where child.platform != nil { platforms[child.digest] = child.platform }
    }
    self.platforms = platforms
  }

  func next() throws -> Record? {
    while ready.isEmpty {
      guard !left.isEmpty else { return nil }
      let group = Array(left.prefix(UsedRows.groupSize))
      left = left.dropFirst(UsedRows.groupSize)
      let (reader, platforms) = (reader, platforms)
      let details = try Blocking.wait(run) { try await reader.details(group, platforms: platforms) }
      ready =
        details.compactMap { details in
          details.flatMap { details in
            let tags = uses.graph.tags(of: details.node.digest).map(\.name)
            return uses.adding(to: MetadataRow.record(details, tags: tags))
          }
        }[...]
    }
    return ready.popFirst()
  }
}
