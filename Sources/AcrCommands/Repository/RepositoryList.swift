import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository list`: the repositories of a registry.
struct RepositoryList: Command {
  let session: AcrSession

  let signature = Signature(
    "repository list", aliases: ["acr repository list"],
    summary: "Lists the repositories of a registry",
    group: .registry,
    flags: [
      .init("name", short: "n", .string, help: "the registry: a name or a host", completer: .registry),
      .init("top", .int, help: "only so many"),
    ],
    examples: [
      .init("All of them", "repository list --name localhost:5000"),
      .init("Those of one team", "repository list --name localhost:5000 | where $it like \"shop/*\""),
    ],
    cmdlet: .init(
      "Get-AzContainerRegistryRepository",
      parameters: [.init("RegistryName", .flag("name")), .init("First", .flag("top"))]))

  func run(_ call: Invocation) throws -> Output {
    let client = session.registries.client(try session.registryHost(call, "name"))
    return .rows(try Pages.rows(client.catalog(), top: call.int("top"), call) { .string($0.name) })
  }
}
