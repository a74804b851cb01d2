import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `acr list`: the Azure registries of the account.
struct RegistryListCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let resourceGroup = Flag<String?>("resource-group", short: "g", help: "only those of one resource group")
    let subscription = Flag<String?>("subscription", short: "s", help: "only those of one subscription, by name or id")
  }

  let signature = Signature(
    "acr list",
    summary: "Lists the account's Azure registries, in all its subscriptions",
    group: .registry,
    examples: [
      .init("Names and hosts", "acr list | select name loginServer"),
      .init("Registries without public access", "acr list | where .publicNetworkAccess == \"Disabled\""),
    ],
    cmdlet: .init(
      "Get-AzContainerRegistry",
      parameters: [
        .init("ResourceGroupName", .flag("resource-group")), .init("SubscriptionId", .flag("subscription")),
        .init("IncludeDetail", .nothing(takesValue: false)),
      ] + PowerShell.common),
    columns: OutputColumns(RegistryRecord.columns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let session = session
    let subscription = call[\.subscription]
    let group = call[\.resourceGroup]?.lowercased()
    let registries = try Blocking.wait(call.run) {
      let services = try await session.azure.signedIn()
      let only = try await subscription.asyncMap { try await services.identity.subscription(named: $0) }
      return try await services.finder.all(in: only)
    }
    let wanted = registries.filter { group == nil || $0.id.resourceGroup.lowercased() == group }
    return .value(.list(wanted.map { .record(RegistryRecord.record($0)) }))
  }
}
