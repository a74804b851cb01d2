import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `list-metadata`: the manifests of a repository, as rows.
struct ListMetadata: Command {
  let session: AcrSession

  let signature = Signature(
    "list-metadata", aliases: ["acr manifest list-metadata", "manifest list-metadata"],
    summary: "Lists the manifests of a repository with their tags, platforms and sizes",
    description: """
      One row per manifest, in the columns the Azure registries use. A multi-architecture image is several manifests: its \
      index, which has the tags, and one for each platform. For registries without that service the columns are made from \
      the tags and the manifests; manifests no tag leads to are then not seen, and createdTime is the image's own.
      """,
    group: .registry,
    positionals: [
      .init(
        "repository", isRequired: false, help: "registry/repository, instead of the two flags",
        completer: .repositoryReference)
    ],
    flags: [
      .init("registry", short: "r", .string, help: "the registry: a name, a host, or oci:PATH", completer: .registry),
      .init("name", short: "n", .string, help: "the repository", completer: .repository(of: "registry")),
      .init("top", .int, help: "only so many rows"),
      .init(
        "orderby", .string, help: "by creation time, oldest or newest first",
        completer: .fixed(["time_asc", "time_desc"])),
      .init("allow-missing", help: "a repository that does not exist has no rows, instead of being an error"),
    ],
    examples: [
      .init("A repository", "list-metadata localhost:5000/base/alpine"),
      .init(
        "As the Azure CLI writes it", "az acr manifest list-metadata --name hello-world --registry myregistry"),
      .init("The largest three", "list-metadata localhost:5000/base/alpine | sort-by imageSize --desc | first 3"),
    ], columns: MetadataRow.columns)

  func run(_ call: Invocation) throws -> Output {
    let store = try store(call)
    let order = try order(call)
    let top = call.int("top")
    if let top, top < 0 { throw ArgumentError("top", AcrError(.usage, "`--top \(top)` is less than 0")) }
    let reader = MetadataReader(store: store, limit: session.limit)
    let tagged: [MetadataReader.TaggedManifest]
    do {
      tagged = try Blocking.wait(call.run) { try await reader.taggedManifests() }
    } catch let error as AcrError where error.kind == .notFound && call.isOn("allow-missing") {
      return .value(.list([]))
    }
    let rows = MetadataRows(tagged: tagged, reader: reader, run: call.run)
    guard let order else { return .rows(limited(rows.stream, to: top)) }
    var all: [Record] = []
    while let row = try rows.next() { all.append(row) }
    let sorted = all.enumerated().sorted { left, right in
      let (a, b) = (MetadataRow.created(left.element), MetadataRow.created(right.element))
      return a == b ? left.offset < right.offset : order == .ascending ? a < b : a > b
    }
    return .value(.list(sorted.prefix(Int(top ?? .max)).map { .record($0.element) }))
  }

  private enum Order { case ascending, descending }

  private func order(_ call: Invocation) throws -> Order? {
    switch call.string("orderby") {
    case nil: return nil
    case "time_asc": return .ascending
    case "time_desc": return .descending
    case let text?:
      throw ArgumentError(
        "orderby", AcrError(.usage, "`--orderby \(text)` is not an order", help: "`time_asc` or `time_desc`"))
    }
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

  private func store(_ call: Invocation) throws -> any ArtifactSource {
    if let text = call.string("repository") {
      guard call.string("registry") == nil, call.string("name") == nil else {
        throw ArgumentError(
          "repository", AcrError(.usage, "the repository is given twice: as `\(text)`, and by `--registry` or `--name`")
        )
      }
      return try locate("repository") {
        let artifact = try ArtifactArgument(text)
        if case .image(let image) = artifact, image.tag != nil || image.digest != nil {
          throw AcrError(
            .usage, "`\(text)` has a tag or digest, and this lists a whole repository",
            help: "leave it out, or see one image with `manifest show \(text)`")
        }
        return try session.store(artifact, .pull).store
      }
    }
    guard let registryText = call.string("registry") else {
      throw AcrError(
        .usage, "`list-metadata` needs a registry and a repository",
        help: "`list-metadata HOST/REPOSITORY`, or `--registry REGISTRY --name REPOSITORY`")
    }
    let registry = try locate("registry") { () throws(AcrError) in try RegistryArgument(registryText) }
    if case .layout(let path) = registry { return OCILayout(path: path) }
    guard let name = call.string("name") else {
      throw AcrError(.usage, "`list-metadata` needs `--name REPOSITORY` beside `--registry`")
    }
    return try locate("name") {
      if name.contains(":") || name.contains("@") {
        throw AcrError(.usage, "`--name \(name)` names a repository, and should have no tag or digest")
      }
      return session.store(registry, try RepositoryName(name), .pull).store
    }
  }
}
