import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `acr show`: one Azure registry.
struct RegistryShowCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>(
      "name", short: "n", help: "the registry: its name, login server or resource id", completer: .registry)
  }

  let signature = Signature(
    "acr show",
    summary: "Shows an Azure registry with its settings",
    description: "The members are those that the Azure CLI prints.",
    group: .registry,
    examples: [.init("Its resource id", "acr show --name myregistry | get id")],
    columns: OutputColumns(RegistryRecord.columns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    guard let text = try session.registryText(call, \.name) else {
      throw CommandContext.needsRegistry(call.parameters.name)
    }
    let session = session
    return try locate(call.parameters.name) {
      try Blocking.wait(call.run) {
        .value(.record(RegistryRecord.record(try await session.azureRegistry(text))))
      }
    }
  }
}
