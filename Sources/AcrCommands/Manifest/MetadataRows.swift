import AcrCore
import AcrLanguage
import AcrRuntime
import OCIRegistry

/// What gives the rows of `list-metadata`.
protocol MetadataRowSource: AnyObject {
  /// The next row; nil after the last.
  func next() throws -> Record?
}

extension MetadataRowSource {
  /// The rows as a pipeline takes them.
  var stream: RowStream { RowStream { try self.next().map(Value.record) } }
}

/// Rows of `list-metadata`, read in groups when they are asked for: `| first 5` does not read the rest.
final class MetadataRows: MetadataRowSource {
  private let reader: MetadataReader
  private let run: RunContext
  private var tagged: ArraySlice<MetadataReader.TaggedManifest>
  private var ready: [Record] = []
  private var nextReady = 0
  private var seen: Set<Digest>

  /// How many tagged manifests are read side by side.
  private static let groupSize = 16

  init(tagged: [MetadataReader.TaggedManifest], reader: MetadataReader, run: RunContext) {
    self.tagged = tagged[...]
    self.reader = reader
    self.run = run
    seen = Set(tagged.map(\.digest))
  }

  func next() throws -> Record? {
    while nextReady == ready.count {
      guard !tagged.isEmpty else { return nil }
      try readGroup()
    }
    defer { nextReady += 1 }
    return ready[nextReady]
  }

  private func readGroup() throws {
    let group = Array(tagged.prefix(MetadataRows.groupSize))
    tagged = tagged.dropFirst(MetadataRows.groupSize)
    let reader = reader
    let parents = try Blocking.wait(run) { try await reader.details(group.map(\.digest)) }
    var children: [(descriptor: Descriptor, parent: Int)] = []
    for (index, parent) in parents.enumerated() {
      for child in parent?.node.children ?? [] where seen.insert(child.digest).inserted {
        children.append((child, index))
      }
    }
    let found = try Blocking.wait(run) { [children] in
      try await reader.details(children.map(\.descriptor.digest), children: children.map(\.descriptor))
    }
    ready = []
    nextReady = 0
    for (index, parent) in parents.enumerated() {
      guard let parent else { continue }
      ready.append(MetadataRow.record(parent, tags: group[index].tags))
      for (child, details) in zip(children, found) where child.parent == index {
        if let details { ready.append(MetadataRow.record(details, tags: [])) }
      }
    }
  }
}

/// One row of `list-metadata`, in the columns of `/acr/v1`.
enum MetadataRow {
  /// The columns at an Azure registry, in their order: all that its API documents.
  static let azureColumns = [
    Column("digest", help: "the manifest's digest").key,
    Column("tags", .list, null: "without a tag", help: "the tags that point at it").key,
    Column("mediaType", null: "where the registry does not tell", help: "the manifest's media type").detail,
    Column(
      "imageSize", .size, null: "where the registry does not tell", help: "its configuration and layers together"),
    Column(
      "createdTime", .datetime, null: "where nothing tells", help: "when it was pushed; elsewhere, when it was built"
    ).detail,
    Column(
      "lastUpdateTime", .datetime, null: "where the registry does not tell, as only Azure's do",
      help: "when it last changed"),
    Column("architecture", null: "for an index", help: "for example amd64"),
    Column("os", null: "for an index", help: "for example linux"),
    Column("configMediaType", null: "for an index", help: "the media type of its configuration").detail,
    Column("artifactType", null: "for images", help: "the kind of artifact").detail,
    azureOnly(
      Column("changeableAttributes", .record, null: "where the registry does not tell", help: "the locks").detail),
  ]

  /// The columns at all other registries.
  private static let columns = azureColumns.filter { $0.only == nil }
  private static let shape = Shape(columns)

  private static func azureOnly(_ column: Column) -> Column { column.only("at Azure registries") }

  /// An index is in no architecture; what a registry does not tell is null.
  static func record(_ details: MetadataReader.Details, tags: [String]) -> Record {
    Record(
      shape: shape,
      values: [
        .string(details.node.digest.description),
        tags.isEmpty ? .null : .list(tags.map(Value.string)),
        .string(details.node.mediaType), .size(details.size.bytes),
        details.created.map(Value.datetime) ?? .null, .null, text(details.platform?.architecture),
        text(details.platform?.os),
        text(details.node.config?.mediaType), text(details.node.artifactType),
      ])
  }

  /// When the manifest was made; what does not tell comes before everything else.
  static func created(_ row: Record) -> Int64 {
    if case .datetime(let time)? = row["createdTime"] { time.nanoseconds } else { .min }
  }

  private static func text(_ value: String?) -> Value { value.map(Value.string) ?? .null }
}
