import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `account list`: the subscriptions.
struct AccountListCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let all = Switch("all", help: "accepted as the Azure CLI's: all subscriptions are listed anyway")
    let refresh = Switch("refresh", help: "accepted as the Azure CLI's: the list is as old as the sign-in")
  }

  let signature = Signature(
    "account list",
    summary: "Lists the subscriptions of the account",
    group: .session,
    examples: [.init("Their names", "account list | get name")],
    cmdlet: .init("Get-AzSubscription", parameters: PowerShell.common),
    columns: OutputColumns(AccountRows.columns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let session = session
    return try Blocking.wait(call.run) {
      let identity = try await session.azure.services().identity
      guard let account = await identity.account else {
        throw AcrError(.auth, "not signed in to `\(await identity.cloud.name)`", help: "sign in: `login`")
      }
      return .value(.list(await AccountRows.subscriptions(identity, account).map(Value.record)))
    }
  }
}
