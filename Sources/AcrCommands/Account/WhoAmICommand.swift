import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `whoami`: the account, and where it works.
struct WhoAmICommand: Command {
  let session: CommandContext

  let signature = Signature(
    "whoami",
    summary: "Shows the account, the cloud and the subscription",
    group: .session,
    examples: [.init("The tenant of the account", "whoami | get tenantId")],
    cmdlet: .init("Get-AzContext", parameters: PowerShell.common),
    columns: OutputColumns(AccountRows.whoamiColumns))

  func run(_ call: Call<NoParameters>) throws -> Output {
    let session = session
    return try Blocking.wait(call.run) {
      let identity = try await session.azure.services().identity
      guard let account = await identity.account else {
        throw AcrError(
          .auth, "not signed in to `\(await identity.cloud.name)`", help: "sign in: `login`",
          notes: await session.registries.credentials.list().map { "signed in to the registry \($0.host)" })
      }
      return .value(.record(await AccountRows.whoami(identity, account, session)))
    }
  }
}
