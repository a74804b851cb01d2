import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `account show`: the subscription that commands work in, with the members that the Azure CLI prints.
struct AccountShowCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let subscription = Flag<String?>(
      "subscription", short: "s", help: "another subscription than the current one, by name or id",
      aliases: ["name", "n"])
  }

  let signature = Signature(
    "account show",
    summary: "Shows the subscription that commands work in",
    description: "`whoami` says more of the account.",
    group: .session,
    examples: [.init("Its id", "account show --query id --output tsv")],
    columns: OutputColumns(AccountRows.shownColumns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let session = session
    let name = call[\.subscription]
    return try locate(call.parameters.subscription) {
      try Blocking.wait(call.run) {
        let identity = try await session.azure.services().identity
        guard let account = await identity.account else {
          throw AcrError(
            .auth, "not signed in to `\(await identity.cloud.name)`", help: "sign in: `login`",
            notes: await session.registries.credentials.list().map { "signed in to the registry \($0.host)" })
        }
        let current = await identity.currentSubscription
        let asked = try await name.asyncMap { try await identity.subscription(named: $0) }
        let found = asked ?? current
        guard let record = AccountRows.shown(found, isDefault: found?.id == current?.id, account) else {
          throw AcrError(.notFound, "the account has no subscription, and its tenant is not known")
        }
        return .value(.record(record))
      }
    }
  }
}
