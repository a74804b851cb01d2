import AcrRuntime

/// Every command that needs a registry or an account, in the order in which `help` lists them. A new command is one entry.
enum CommandList {
  /// Makes a command for a session.
  typealias Entry = @Sendable (CommandContext) -> any Command

  static let all: [Entry] = account + registry + data

  private static let account: [Entry] = [
    LoginCommand.init, LogoutCommand.init, WhoAmICommand.init, TokenCommand.init, AccountListCommand.init,
    AccountSetCommand.init,
    CloudListCommand.init, CloudShowCommand.init, CloudSetCommand.init,
    { CloudRegisterCommand(session: $0, isUpdate: false) },
    { CloudRegisterCommand(session: $0, isUpdate: true) }, CloudUnregisterCommand.init, ConfigureCommand.init,
  ]

  private static let registry: [Entry] = [
    RegistryLoginCommand.init, RegistryLogoutCommand.init, RegistryListCommand.init, RegistryShowCommand.init,
    CredentialShowCommand.init,
    ListMetadataCommand.init, ImportCommand.init, PreflightCommand.init,
    OperationShowCommand.init, OperationWaitCommand.init, OperationListCommand.init,
    RepositoryListCommand.init, RepositoryShowCommand.init, ShowTagsCommand.init, RepositoryUpdateCommand.init,
    RepositoryDeleteCommand.init,
    RepositoryUntagCommand.init,
    ManifestShowCommand.init, ManifestDigestCommand.init, ManifestConfigCommand.init, ManifestTreeCommand.init,
    ReferrersCommand.init, BlobShowCommand.init, FilesCommand.init, FileShowCommand.init, LayersCommand.init,
    SBOMCommand.init, ProvenanceCommand.init, DiffCommand.init,
    ManifestDeleteCommand.init, MirrorCommand.init, PurgeCommand.init, GarbageCommand.init,
    AcrPurgeCommand.init, AcrRunCommand.init, ReportMergeCommand.init, ConvertCommand.init,
    VerifyCommand.init, VerifyBlobCommand.init,
    ListPlaceCommand.init, ChangePlaceCommand.init, ShowPlaceCommand.init,
  ]

  private static let data: [Entry] = [HTTPGetCommand.init, HTTPPostCommand.init, { _ in From.withYAML }]
}

extension CommandContext {
  /// Every command that needs a registry or an account.
  public var commands: [any Command] { commands(of: CommandList.all) }

  func commands(of entries: [CommandList.Entry]) -> [any Command] { entries.map { $0(self) } }
}
