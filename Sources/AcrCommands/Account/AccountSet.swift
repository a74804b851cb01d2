import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `account set`: chooses the subscription.
struct AccountSet: Command {
  let session: AcrSession

  let signature = Signature(
    "account set",
    summary: "Sets the default subscription",
    group: .session,
    flags: [
      .init("subscription", short: "s", .string, isRequired: true, help: "the subscription, by name or id")
    ],
    examples: [.init("By its name", "account set --subscription \"Sample subscription\"")],
    cmdlet: .init(
      "Set-AzContext",
      parameters: [.init("Subscription", .flag("subscription")), .init("SubscriptionId", .flag("subscription"))]))

  func run(_ call: Invocation) throws -> Output {
    let session = session
    let name = call.string("subscription") ?? ""
    return try locate("subscription") {
      try Blocking.wait(call.run) {
        let identity = try await session.azure.services().identity
        try await identity.selectSubscription(name)
        return .nothing
      }
    }
  }
}
