import AcrRuntime

/// Every command that needs a registry or an account, in the order in which `help` lists them. A new command is one entry.
enum CommandList {
  /// Makes a command for a session.
  typealias Entry = @Sendable (AcrSession) -> any Command

  static let all: [Entry] = account + registry

  private static let account: [Entry] = [
    Login.init, Logout.init, WhoAmI.init, TokenCommand.init, AccountList.init, AccountSet.init,
    CloudList.init, CloudShow.init, CloudSet.init, { CloudRegister(session: $0, isUpdate: false) },
    { CloudRegister(session: $0, isUpdate: true) }, CloudUnregister.init, Configure.init,
  ]

  private static let registry: [Entry] = [
    RegistryLogin.init, RegistryLogout.init, RegistryList.init, RegistryShow.init, CredentialShow.init,
    ListMetadata.init, Import.init, PreflightCommand.init,
    OperationShow.init, OperationWait.init, OperationList.init,
    RepositoryList.init, RepositoryShow.init, ShowTags.init, RepositoryUpdate.init, RepositoryDelete.init,
    RepositoryUntag.init,
    ManifestShow.init, ManifestConfig.init, ManifestTree.init, Diff.init, ManifestDelete.init, MirrorCommand.init,
  ]
}

extension AcrSession {
  /// Every command that needs a registry or an account.
  public var commands: [any Command] { commands(of: CommandList.all) }

  func commands(of entries: [CommandList.Entry]) -> [any Command] { entries.map { $0(self) } }
}
