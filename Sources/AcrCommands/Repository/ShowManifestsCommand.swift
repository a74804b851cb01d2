import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `acr repository show-manifests`, which the Azure CLI still has beside `acr manifest list-metadata`.
struct ShowManifestsCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "the registry: a name or a host", completer: .registry)
    let repository = Flag<String>("repository", help: "the repository", completer: .repository(of: "name"))
    let top = Flag<Int64?>("top", help: "at most this many")
    let orderby = Flag<String?>(
      "orderby", help: "by time, oldest or newest first", completer: .fixed(MetadataOrder.names),
      check: MetadataOrder.check)
    let detail = Switch("detail", help: "all that the registry tells, as `list-metadata` gives it")
  }

  let signature = Signature(
    "acr repository show-manifests", aliases: ["repository show-manifests"],
    summary: "Lists the manifests of a repository of an Azure registry, as the Azure CLI did before list-metadata",
    group: .registry,
    examples: [.init("One repository", "acr repository show-manifests --name myregistry --repository app")],
    columns: .open([
      Column("digest", help: "the manifest's digest").key,
      Column("tags", .list, help: "the tags that point at it").only("where there are some"),
      Column("timestamp", help: "when it last changed").only("without --detail"),
    ])
  ).with(azure: [.sortedFields, .omitsNull])

  func run(_ call: Call<Parameters>) throws -> Output {
    let host = try session.registryHost(call, \.name)
    let repository = try locate(call.parameters.repository) { () throws(AcrError) in
      try RepositoryName(call[\.repository])
    }
    let (order, top) = (try MetadataOrder.read(call, \.orderby), try call.limit(\.top))
    let metadata = AzureMetadata(session.client(host))
    let pages = metadata.manifests(of: repository, orderedBy: order, pageSize: MetadataOrder.pageSize(top))
    let isDetailed = call[\.detail]
    return .rows(
      Pages.rows(pages, top: top, call.run) { item in
        guard !isDetailed else { return AzureDocument.manifest(item) }
        let fields: KeyValuePairs<String, Value> = [
          "digest": item["digest"].map { AzureResource.value($0) } ?? .null,
          "tags": item["tags"].map { AzureResource.value($0) } ?? .list([]),
          "timestamp": item["lastUpdateTime"].map { AzureResource.value($0) } ?? .null,
        ]
        return .record(Record(fields))
      })
  }
}
