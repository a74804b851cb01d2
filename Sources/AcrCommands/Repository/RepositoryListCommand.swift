import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository list`: the repositories of a registry.
struct RepositoryListCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "the registry: a name or a host", completer: .registry)
    let top = Flag<Int64?>("top", help: "at most this many")
  }

  let signature = Signature(
    "repository list", aliases: ["acr repository list"],
    summary: "Lists the repositories of a registry",
    group: .registry,
    examples: [
      .init("All of them", "repository list --name localhost:5000"),
      .init("Those of one team", "repository list --name localhost:5000 | where $it like \"shop/*\""),
    ],
    cmdlet: .init(
      "Get-AzContainerRegistryRepository",
      parameters: [
        .init("RegistryName", .flag("name")), .init("First", .flag("top")),
        .init("Registry", .nothing(takesValue: true)),
      ] + PowerShell.common))

  func run(_ call: Call<Parameters>) throws -> Output {
    let client = session.client(try session.registryHost(call, \.name))
    return .rows(Pages.rows(client.catalog(), top: try call.limit(\.top), call.run) { .string($0.name) })
  }
}
