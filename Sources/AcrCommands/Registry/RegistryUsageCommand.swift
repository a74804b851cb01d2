import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// The flag of commands that ask the resource manager about one registry.
struct ManagedRegistry: ParameterSet {
  let name = Flag<String?>(
    "name", short: "n", help: "the registry: its name, login server or resource id", completer: .registry)
}

extension CommandContext {
  /// Does something with a registry of the resource manager, which a flag names.
  func withRegistry<Parameters>(
    _ call: Call<Parameters>, _ flag: KeyPath<Parameters, Flag<String?>>,
    _ body: @escaping @Sendable (AzureRegistryInfo, AzureContext.Services, _ tenant: String?) async throws -> Output
  ) throws -> Output {
    guard let text = try registryText(call, flag) else {
      throw CommandContext.needsRegistry(call.parameters[keyPath: flag])
    }
    return try locate(call.parameters[keyPath: flag]) {
      try Blocking.wait(call.run) { [self] in
        let services = try await azure.signedIn()
        let registry = try await azureRegistry(text)
        return try await body(registry, services, await services.finder.tenant(of: registry.id))
      }
    }
  }
}

/// `acr show-usage`: how much of a registry's quotas is used.
struct RegistryUsageCommand: Command {
  let session: CommandContext

  typealias Parameters = ManagedRegistry

  private static let shape = Shape(["currentValue", "limit", "name", "unit"])

  let signature = Signature(
    "acr show-usage",
    summary: "Shows how much of an Azure registry's quotas is used",
    group: .registry,
    examples: [.init("The bytes", "acr show-usage --name myregistry | get value | where .name == \"Size\"")],
    cmdlet: .init(
      "Get-AzContainerRegistryUsage",
      parameters: [
        .init("RegistryName", .flag("name")), .init("Name", .flag("name")),
        .init("ResourceGroupName", .flag("resource-group")),
        .init("SubscriptionId", .flag("subscription")),
      ] + PowerShell.common),
    columns: [
      Column("value", .list, help: "the quotas: records with name, currentValue, limit and unit")
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    try session.withRegistry(call, \.name) { registry, services, tenant in
      let json = try await services.manager.get("\(registry.id.path)/listUsages", tenant: tenant)
      // az gives the answer as it is: a record with the list in it.
      let rows = (json["value"]?.array ?? []).map { Value.record(AzureResource.record($0, Self.shape)) }
      return .value(.record(Record(["value": .list(rows)])))
    }
  }
}

/// `acr show-endpoints`: the hosts of a registry, for rules of firewalls.
struct RegistryEndpointsCommand: Command {
  let session: CommandContext

  typealias Parameters = ManagedRegistry

  let signature = Signature(
    "acr show-endpoints",
    summary: "Shows the hosts of an Azure registry and of its blobs",
    group: .registry,
    examples: [.init("The hosts of its blobs", "acr show-endpoints --name myregistry | get dataEndpoints")],
    columns: [
      Column("dataEndpoints", .list, help: "the hosts of its blobs, with their regions"),
      Column("loginServer", help: "the registry's host"),
    ]
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let sink = call.run.sink
    return try session.withRegistry(call, \.name) { registry, services, tenant in
      func row(_ region: String, _ host: String) -> Value {
        .record(Record(["endpoint": .string(host), "region": .string(region)]))
      }
      var rows: [Value]
      if registry.document["properties"]?["dataEndpointEnabled"]?.bool == true {
        rows = registry.dataEndpoints.map { host in
          let parts = host.split(separator: ".")
          return row(parts.count > 1 ? String(parts[1]) : "", host)
        }
      } else {
        sink.message(
          "note: blobs come from storage accounts of Azure; `az acr update --name \(registry.name) --data-endpoint-enabled "
            + "true` gives them hosts of the registry's own, for firewalls without wildcards")
        // Without such hosts a replica has the wildcard of its storage account; Basic and Standard have none.
        let replicas = (try? await services.manager.list("\(registry.id.path)/replications", tenant: tenant)) ?? []
        let regions = replicas.compactMap { $0["location"]?.string }
        rows = (regions.isEmpty ? [registry.location] : regions).map { row($0, "*.blob.core.windows.net") }
      }
      return .value(
        .record(Record(["dataEndpoints": .list(rows), "loginServer": .string(registry.loginServer.name)])))
    }
  }
}
