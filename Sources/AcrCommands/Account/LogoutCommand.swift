import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `logout`: forgets the account.
struct LogoutCommand: Command {
  let session: CommandContext

  let signature = Signature(
    "logout",
    summary: "Signs out of Azure and removes a saved sign-in",
    group: .session,
    examples: [.init("Forget everything", "logout")],
    cmdlet: .init("Disconnect-AzAccount", parameters: []))

  func run(_ call: Call<NoParameters>) throws -> Output {
    let session = session
    let wasSignedIn = try Blocking.wait(call.run) {
      let identity = try await session.azure.services().identity
      let account = await identity.account
      try await identity.signOut()
      await session.accountChanged()
      return account != nil
    }
    if !wasSignedIn { call.run.sink.message("note: you were not signed in") }
    return .nothing
  }
}
