import AcrCore
import AcrLanguage
import AcrRuntime
import OCIRegistry

/// `repository list`: the repositories of a registry.
struct RepositoryList: Command {
  let session: AcrSession

  let signature = Signature(
    "repository list", aliases: ["acr repository list"],
    summary: "Lists the repositories of a registry",
    group: .registry,
    flags: [
      .init(
        "name", short: "n", .string, isRequired: true, help: "the registry: a name or a host", completer: .registry),
      .init("top", .int, help: "only so many"),
    ],
    examples: [
      .init("All of them", "repository list --name localhost:5000"),
      .init("Those of one team", "repository list --name localhost:5000 | where $it like \"shop/*\""),
    ])

  func run(_ call: Invocation) throws -> Output {
    let client = session.registries.client(try registryHost(call, "name"))
    return .rows(try Pages.rows(client.catalog(), top: call.int("top"), call) { .string($0.name) })
  }
}

/// `repository show-tags`: the tags of a repository.
struct ShowTags: Command {
  let session: AcrSession

  let signature = Signature(
    "repository show-tags", aliases: ["acr repository show-tags"],
    summary: "Lists the tags of a repository",
    group: .registry,
    flags: [
      .init(
        "name", short: "n", .string, isRequired: true, help: "the registry: a name, a host, or oci:PATH",
        completer: .registry),
      .init("repository", .string, help: "the repository; not needed for a folder", completer: .repository(of: "name")),
      .init("top", .int, help: "only so many"),
    ],
    examples: [.init("The first ten", "repository show-tags --name localhost:5000 --repository base/alpine --top 10")])

  func run(_ call: Invocation) throws -> Output {
    let registry = try locate("name") { () throws(AcrError) in try RegistryArgument(call.string("name") ?? "") }
    let store: any ArtifactSource
    switch (registry, call.string("repository")) {
    case (.layout(let path), _): store = OCILayout(path: path)
    case (.registry, let name?):
      store = try locate("repository") { session.store(registry, try RepositoryName(name), .pull).store }
    case (.registry(let host), nil):
      throw AcrError(
        .usage, "`repository show-tags` needs `--repository`", help: "`repository list --name \(host)` lists them")
    }
    return .rows(try Pages.rows(store.tagPages(), top: call.int("top"), call) { .string($0.name) })
  }
}

/// Pages of a list as rows of a pipeline.
enum Pages {
  /// Rows that are pulled page by page; after `top` rows no further page is asked for.
  static func rows<Element: Sendable>(
    _ pages: PageReader<Element>, top: Int64?, _ call: Invocation, _ value: @escaping (Element) -> Value
  ) throws -> RowStream {
    if let top, top < 0 { throw ArgumentError("top", AcrError(.usage, "`--top \(top)` is less than 0")) }
    var left = top ?? .max
    var page: ArraySlice<Element> = []
    let run = call.run
    return RowStream {
      guard left > 0 else { return nil }
      while page.isEmpty {
        guard let next = try Blocking.wait(run, { try await pages.next() }) else { return nil }
        page = next[...]
      }
      left -= 1
      return page.popFirst().map(value)
    }
  }
}
