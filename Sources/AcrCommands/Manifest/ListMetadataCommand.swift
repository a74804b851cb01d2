import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry

/// `list-metadata`: the manifests of a repository, as rows.
struct ListMetadataCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let repository = Positional<String?>(
      "repository", help: "registry/repository, instead of the two flags", completer: .repositoryReference)
    let registry = Flag<String?>(
      "registry", short: "r", help: "the registry: a name, a host, or oci:PATH", completer: .registry)
    let name = Flag<String?>("name", short: "n", help: "the repository", completer: .repository(of: "registry"))
    let top = Flag<Int64?>("top", help: "at most this many rows")
    let orderby = Flag<String?>(
      "orderby", help: "by time, oldest or newest first", completer: .fixed(MetadataOrder.names),
      check: MetadataOrder.check)
    let usedBy = Switch("used-by", help: "adds what needs each manifest, and the bytes that deleting it frees")
    let orphaned = Switch("orphaned", help: "lists only what no tag, index or subject leads to; implies --used-by")
    let allowMissing = Switch(
      "allow-missing", help: "a repository that does not exist has no rows, instead of being an error")
  }

  let signature = Signature(
    "list-metadata", aliases: ["acr manifest list-metadata", "manifest list-metadata", "acr manifest metadata list"],
    summary: "Lists the manifests of a repository with their tags, platforms and sizes",
    description: """
      One row per manifest, with the columns of Azure registries, which also list untagged manifests and times. A \
      multi-platform image is several manifests: its index, which has the tags, and one for each platform. For other \
      registries, the columns come from tags and manifests; manifests that no tag leads to are not listed, and \
      createdTime is the image's own.

      A manifest without a tag is not always garbage: it may be a platform of a tagged index, or a signature. \
      --used-by adds `usedBy` (`tag:1.0`, `index:sha256:…`, `subject:sha256:…`) and `freedBytes`, the bytes that \
      garbage collection can free if only this manifest is deleted. --orphaned lists manifests that nothing leads \
      to, an index before its parts; there, the `freedBytes` of all rows add up. Both read every manifest of the \
      repository. Blobs shared with other repositories are counted. While an image is pushed, its parts look \
      orphaned until its tag is written: check `createdTime` too.
      """,
    group: .registry,
    examples: [
      .init("A repository", "list-metadata localhost:5000/base/alpine"),
      .init(
        "As the Azure CLI writes it", "az acr manifest list-metadata --name app --registry myregistry"),
      .init("The largest three", "list-metadata localhost:5000/base/alpine | sort-by imageSize --desc | first 3"),
      .init(
        "Garbage", "list-metadata myregistry.azurecr.io/base/alpine --orphaned | select digest createdTime freedBytes"),
    ],
    cmdlet: .init(
      "Get-AzContainerRegistryManifest",
      parameters: [.init("RegistryName", .flag("registry")), .init("RepositoryName", .flag("name"))]
        + PowerShell.common),
    columns: OutputColumns(
      MetadataRow.azureColumns + UseColumns.columns.map { $0.only("with --used-by or --orphaned") })
  ).with(azure: [.sortedFields, .omitsNull])

  func run(_ call: Call<Parameters>) throws -> Output {
    let place = try place(call)
    let order = try MetadataOrder.read(call, \.orderby)
    let top = try call.limit(\.top)
    do {
      if let location = place.location {
        let azure = session.azure
        if try Blocking.wait(call.run, { try await azure.isAzure(location.registry) }) {
          guard let uses = try uses(place.store, call) else {
            return .rows(try azureRows(location, order, top, call))
          }
          let rows = try azureRows(location, order, nil, call)
          return .rows(limited(uses.adding(to: rows, keepsOrder: order != nil), to: top))
        }
      }
      return try rows(place.store, order, top, call)
    } catch let error as AcrError where error.kind == .notFound && call[\.allowMissing] {
      return .value(.list([]))
    }
  }

  /// Rows as an Azure registry has them, page by page. The first page is read at once, so that an unknown repository is
  /// known here.
  private func azureRows(
    _ location: RepositoryLocation, _ order: AzureMetadata.Order?, _ top: Int64?, _ call: Call<Parameters>
  ) throws -> RowStream {
    let metadata = AzureMetadata(session.client(location.registry))
    let pages = metadata.manifests(
      of: location.repository, orderedBy: order, pageSize: MetadataOrder.pageSize(top))
    let first = try Blocking.wait(call.run) { try await pages.next() } ?? []
    let left = top.map { max(0, $0 - Int64(first.count)) }
    let rest = Pages.rows(pages, top: left, call.run, AzureDocument.manifest)
    var page = first[...]
    return limited(RowStream { try page.popFirst().map(AzureDocument.manifest) ?? rest.next() }, to: top)
  }

  /// Rows made from tags and manifests, for all other registries.
  private func rows(
    _ store: any ArtifactSource, _ order: AzureMetadata.Order?, _ top: Int64?, _ call: Call<Parameters>
  ) throws -> Output {
    let reader = MetadataReader(store: store, limit: session.limit)
    let rows: any MetadataRowSource
    if let uses = try uses(store, call) {
      rows = UsedRows(uses, reader: reader, run: call.run)
    } else {
      let tagged = try Blocking.wait(call.run) { try await reader.taggedManifests() }
      rows = MetadataRows(tagged: tagged, reader: reader, run: call.run)
    }
    guard let order else { return .rows(limited(rows.stream, to: top)) }
    var all: [Record] = []
    while let row = try rows.next() { all.append(row) }
    let sorted = all.enumerated().sorted { left, right in
      let (a, b) = (MetadataRow.created(left.element), MetadataRow.created(right.element))
      return a == b ? left.offset < right.offset : order == .timeAscending ? a < b : a > b
    }
    return .value(.list(sorted.prefix(Int(top ?? .max)).map { .record($0.element) }))
  }

  /// What needs each manifest; nil where that was not asked for.
  private func uses(_ store: any ArtifactSource, _ call: Call<Parameters>) throws -> UseColumns? {
    let isOrphaned = call[\.orphaned]
    guard isOrphaned || call[\.usedBy] else { return nil }
    let limit = session.limit
    let graph = try Blocking.wait(call.run) { try await GraphReader(store: store, limit: limit).repository() }
    if !isOrphaned {
      for gap in graph.gaps.prefix(10) { call.run.sink.message("incomplete: \(gap.message)") }
    }
    return try UseColumns(graph, onlyOrphans: isOrphaned)
  }

  private func limited(_ rows: RowStream, to top: Int64?) -> RowStream {
    guard let top else { return rows }
    var left = top
    return RowStream {
      guard left > 0 else { return nil }
      left -= 1
      return try rows.next()
    }
  }

  func place(_ call: Call<Parameters>) throws -> (store: any ArtifactSource, location: RepositoryLocation?) {
    if let text = call[\.repository] {
      guard call[\.registry] == nil, call[\.name] == nil else {
        throw ArgumentError(
          call.parameters.repository,
          AcrError(.usage, "the repository is given twice: as `\(text)`, and by `--registry` or `--name`")
        )
      }
      return try locate(call.parameters.repository) {
        let artifact = try ArtifactArgument(text)
        if case .image(let image) = artifact, image.tag != nil || image.digest != nil {
          throw AcrError(
            .usage, "`\(text)` has a tag or digest, and this lists a whole repository",
            help: "leave it out, or see one image with `manifest show \(text)`")
        }
        // A folder is listed whole, however many images it holds.
        if case .layout(let layout) = artifact, layout.tag == nil, layout.digest == nil {
          return (session.layouts.layout(layout.path), nil)
        }
        let named = try session.store(artifact, .pull)
        return (named.store, named.location)
      }
    }
    guard let registryText = try session.registryText(call, \.registry) else {
      throw AcrError(
        .usage, "`list-metadata` needs a registry and a repository",
        help: "`list-metadata HOST/REPOSITORY`, or `--registry REGISTRY --name REPOSITORY`")
    }
    let registry = try locate(call.parameters.registry) { try session.registry(RegistryText(registryText), call.run) }
    if case .layout(let path) = registry { return (session.layouts.layout(path), nil) }
    guard let name = call[\.name] else {
      throw AcrError(.usage, "`list-metadata` needs `--name REPOSITORY` beside `--registry`")
    }
    return try locate(call.parameters.name) {
      if name.contains(":") || name.contains("@") {
        throw AcrError(.usage, "`--name \(name)` names a repository, and should have no tag or digest")
      }
      return session.store(registry, try RepositoryName(name), .pull)
    }
  }
}
