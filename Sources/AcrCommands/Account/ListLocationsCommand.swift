import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `account list-locations`: the regions of a subscription.
struct ListLocationsCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let includeExtendedLocations = Flag<Bool?>("include-extended-locations", help: "edge zones, too")
    let subscription = Flag<String?>("subscription", short: "s", help: "the subscription, by name or id")
  }

  /// What the Azure CLI asks with.
  private static let apiVersion = "2022-12-01"

  let signature = Signature(
    "account list-locations",
    summary: "Lists the regions of the subscription",
    group: .session,
    examples: [.init("Their names", "account list-locations | get name")],
    columns: .open([
      Column("displayName", help: "the region's name for people"), Column("id", help: "its resource id").detail,
      Column("name", help: "its name for machines").key,
    ])
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let (session, name) = (session, call[\.subscription])
    let extended = call[\.includeExtendedLocations] ?? false
    return try locate(call.parameters.subscription) {
      try Blocking.wait(call.run) {
        let services = try await session.azure.signedIn()
        let asked = try await name.asyncMap { try await services.identity.subscription(named: $0) }
        let current = await services.identity.currentSubscription
        guard let subscription = asked ?? current else {
          throw AcrError(.notFound, "the account has no subscription", help: "list them: account list")
        }
        let found = try await services.manager.list(
          "/subscriptions/\(subscription.id)/locations",
          apiVersion: Self.apiVersion + (extended ? "&includeExtendedLocations=true" : ""),
          tenant: subscription.tenantID)
        return .value(.list(found.map { AzureResource.value($0) }))
      }
    }
  }
}
