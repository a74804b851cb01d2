import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `account list`: the subscriptions.
struct AccountListCommand: Command {
  let session: CommandContext

  let signature = Signature(
    "account list",
    summary: "Lists the subscriptions of the account",
    group: .session,
    examples: [.init("Their names", "account list | get name")],
    cmdlet: .init("Get-AzSubscription", parameters: []),
    columns: OutputColumns(AccountRows.columns))

  func run(_ call: Call<NoParameters>) throws -> Output {
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
