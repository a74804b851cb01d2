import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `logout`: forgets the account.
struct LogoutCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let username = Flag<String?>("username", help: "only if it is this account that is signed in")
  }

  let signature = Signature(
    "logout", aliases: ["account clear"],
    summary: "Signs out of Azure and removes a saved sign-in",
    group: .session,
    examples: [.init("Forget everything", "logout")],
    cmdlet: .init("Disconnect-AzAccount", parameters: [.init("Username", .flag("username"))] + PowerShell.common))

  func run(_ call: Call<Parameters>) throws -> Output {
    let session = session
    let wanted = call[\.username]
    let wasSignedIn = try Blocking.wait(call.run) {
      let identity = try await session.azure.services().identity
      let account = await identity.account
      if let wanted, let account, account.userName.lowercased() != wanted.lowercased() {
        throw AcrError(
          .usage, "`\(wanted)` is not signed in",
          help: "the account is `\(account.userName)`: `logout` alone forgets it")
      }
      try await identity.signOut()
      await session.accountChanged()
      return account != nil
    }
    if !wasSignedIn { call.run.sink.message("note: you were not signed in") }
    return .nothing
  }
}
