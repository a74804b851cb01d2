import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository show-tags`: the tags of a repository.
struct ShowTags: Command {
  let session: AcrSession

  let signature = Signature(
    "repository show-tags", aliases: ["acr repository show-tags"],
    summary: "Lists the tags of a repository",
    description: """
      --detail and --orderby take an Azure registry, which alone keeps times, digests and locks with its tags.
      """,
    group: .registry,
    flags: [
      .init(
        "name", short: "n", .string, help: "the registry: a name, a host, or oci:PATH", completer: .registry),
      .init("repository", .string, help: "the repository; not needed for a folder", completer: .repository(of: "name")),
      .init("top", .int, help: "only so many"),
      .init(
        "orderby", .string, help: "by time, oldest or newest first", completer: .fixed(MetadataOrder.names),
        check: MetadataOrder.check),
      .init("detail", help: "rows with digest, times and locks instead of names"),
    ],
    examples: [.init("The first ten", "repository show-tags --name localhost:5000 --repository base/alpine --top 10")],
    cmdlet: .init(
      "Get-AzContainerRegistryTag",
      parameters: [.init("RegistryName", .flag("name")), .init("RepositoryName", .flag("repository"))]))

  func run(_ call: Invocation) throws -> Output {
    let top = call.int("top")
    guard let text = try session.registryText(call, "name") else { throw AcrSession.needsRegistry("name") }
    let registry = try locate("name") { try session.registry(RegistryText(text), call.run) }
    let order = try MetadataOrder.read(call)
    guard case .registry(let host) = registry else {
      guard case .layout(let path) = registry else { return .nothing }
      try refuseOrder(order, call)
      return .rows(try Pages.rows(OCILayout(path: path).tagPages(), top: top, call) { .string($0.name) })
    }
    guard let name = call.string("repository") else {
      throw AcrError(
        .usage, "`repository show-tags` needs `--repository`", help: "`repository list --name \(host)` lists them")
    }
    let repository = try locate("repository") { () throws(AcrError) in try RepositoryName(name) }
    guard order != nil || call.isOn("detail") else {
      let store = session.store(registry, repository, .pull).store
      return .rows(try Pages.rows(store.tagPages(), top: top, call) { .string($0.name) })
    }
    let azure = session.azure
    guard try Blocking.wait(call.run, { try await azure.isAzure(host) }) else {
      try refuseOrder(order ?? .timeAscending, call)
      return .nothing
    }
    let metadata = AzureMetadata(session.registries.client(host))
    let size = MetadataOrder.pageSize(top)
    let pages = metadata.tags(of: repository, orderedBy: order, pageSize: size)
    let isDetailed = call.isOn("detail")
    return .rows(
      try Pages.rows(pages, top: top, call) { tag in
        isDetailed ? AzureDocument.value(tag) : tag["name"].map(AzureDocument.value) ?? .null
      })
  }

  /// Only Azure's registries keep times.
  private func refuseOrder(_ order: AzureMetadata.Order?, _ call: Invocation) throws {
    let flag = call.isOn("detail") ? "detail" : "orderby"
    guard order != nil || call.isOn("detail") else { return }
    throw ArgumentError(
      flag, AcrError(.usage, "`--\(flag)` takes an Azure registry: no other keeps times with its tags"))
  }
}

/// The order of az's lists.
enum MetadataOrder {
  static let names = ["time_asc", "time_desc"]

  static let check: TextCheck = { text in
    guard !names.contains(text) else { return nil }
    return TextProblem("`--orderby \(text)` is not an order", help: "`time_asc` or `time_desc`")
  }

  /// The order of `--orderby`.
  static func read(_ call: Invocation) throws -> AzureMetadata.Order? {
    switch call.string("orderby") {
    case nil: return nil
    case "time_asc": return .timeAscending
    case "time_desc": return .timeDescending
    case let text?:
      throw ArgumentError(
        "orderby", AcrError(.usage, "`--orderby \(text)` is not an order", help: "`time_asc` or `time_desc`"))
    }
  }

  /// How many rows a page shall have: az's 100, or fewer where fewer are wanted.
  static func pageSize(_ top: Int64?) -> Int { Int(min(max(top ?? 100, 1), 100)) }
}
