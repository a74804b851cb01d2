import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository show-tags`: the tags of a repository.
struct ShowTagsCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>(
      "name", short: "n", help: "the registry: a name, a host, or oci:PATH", completer: .registry)
    let repository = Flag<String?>(
      "repository", help: "the repository; not needed for a folder", completer: .repository(of: "name"))
    let top = Flag<Int64?>("top", help: "at most this many")
    let orderby = Flag<String?>(
      "orderby", help: "by time, oldest or newest first", completer: .fixed(MetadataOrder.names),
      check: MetadataOrder.check)
    let detail = Switch("detail", help: "rows with digest, times and locks instead of names")
  }

  let signature = Signature(
    "repository show-tags", aliases: ["acr repository show-tags"],
    summary: "Lists the tags of a repository",
    description: """
      --detail and --orderby require an Azure registry: only these store times, digests and locks with tags.
      """,
    group: .registry,
    examples: [.init("The first ten", "repository show-tags --name localhost:5000 --repository base/alpine --top 10")],
    cmdlet: .init(
      "Get-AzContainerRegistryTag",
      parameters: [.init("RegistryName", .flag("name")), .init("RepositoryName", .flag("repository"))]
        + PowerShell.common),
    columns: OutputColumns(AzureDocument.tagColumns.map { $0.only("with --detail") })
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let top = try call.limit(\.top)
    guard let text = try session.registryText(call, \.name) else {
      throw CommandContext.needsRegistry(call.parameters.name)
    }
    let registry = try locate(call.parameters.name) { try session.registry(RegistryText(text), call.run) }
    let order = try MetadataOrder.read(call, \.orderby)
    guard case .registry(let host) = registry else {
      guard case .layout(let path) = registry else { return .nothing }
      try refuseOrder(order, call)
      return .rows(Pages.rows(session.layouts.layout(path).tagPages(), top: top, call.run) { .string($0.name) })
    }
    guard let name = call[\.repository] else {
      throw AcrError(
        .usage, "`repository show-tags` needs `--repository`", help: "`repository list --name \(host)` lists them")
    }
    let repository = try locate(call.parameters.repository) { () throws(AcrError) in try RepositoryName(name) }
    guard order != nil || call[\.detail] else {
      let store = session.store(registry, repository, .pull).store
      return .rows(Pages.rows(store.tagPages(), top: top, call.run) { .string($0.name) })
    }
    let azure = session.azure
    guard try Blocking.wait(call.run, { try await azure.isAzure(host) }) else {
      try refuseOrder(order ?? .timeAscending, call)
      return .nothing
    }
    let metadata = AzureMetadata(session.client(host))
    let size = MetadataOrder.pageSize(top)
    let pages = metadata.tags(of: repository, orderedBy: order, pageSize: size)
    let isDetailed = call[\.detail]
    return .rows(
      Pages.rows(pages, top: top, call.run) { tag in
        isDetailed ? AzureDocument.value(tag) : tag["name"].map(AzureDocument.value) ?? .null
      })
  }

  /// Only Azure's registries keep times.
  private func refuseOrder(_ order: AzureMetadata.Order?, _ call: Call<Parameters>) throws {
    guard order != nil || call[\.detail] else { return }
    let flag: any DeclaredParameter = call[\.detail] ? call.parameters.detail : call.parameters.orderby
    throw ArgumentError(
      flag, AcrError(.usage, "`--\(flag.name)` requires an Azure registry: others do not store times for tags"))
  }
}

/// The order of az's lists.
enum MetadataOrder {
  static let names = ["time_asc", "time_desc"]

  static let check: TextCheck = { text in
    guard !names.contains(text.lowercased()) else { return nil }
    return TextProblem("`--orderby \(text)` is not an order", help: "`time_asc` or `time_desc`")
  }

  /// The order of `--orderby`.
  static func read<Parameters>(
    _ call: Call<Parameters>, _ flag: KeyPath<Parameters, Flag<String?>>
  ) throws -> AzureMetadata.Order? {
    switch call[flag]?.lowercased() {
    case nil: return nil
    case "time_asc": return .timeAscending
    case "time_desc": return .timeDescending
    case let text?:
      throw ArgumentError(
        call.parameters[keyPath: flag],
        AcrError(.usage, "`--orderby \(text)` is not an order", help: "`time_asc` or `time_desc`"))
    }
  }

  /// How many rows a page shall have where so many are wanted: az's 100 or fewer; nil where all are.
  static func pageSize(_ top: Int64?) -> Int? { top.map { Int(min(max($0, 1), Int64(AzureMetadata.azPage))) } }
}
