import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `account set`: chooses the subscription.
struct AccountSetCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let subscription = Flag<String>(
      "subscription", short: "s", help: "the subscription, by name or id", aliases: ["name", "n"])
  }

  let signature = Signature(
    "account set",
    summary: "Sets the default subscription",
    group: .session,
    examples: [.init("By its name", "account set --subscription \"Sample subscription\"")],
    cmdlet: .init(
      "Set-AzContext",
      parameters: [.init("Subscription", .flag("subscription")), .init("SubscriptionId", .flag("subscription"))]
        + PowerShell.common))

  func run(_ call: Call<Parameters>) throws -> Output {
    let session = session
    let name = call[\.subscription]
    return try locate(call.parameters.subscription) {
      try Blocking.wait(call.run) {
        let identity = try await session.azure.services().identity
        try await identity.selectSubscription(name)
        return .nothing
      }
    }
  }
}
