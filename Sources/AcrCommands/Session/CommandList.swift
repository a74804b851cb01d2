import AcrRuntime

/// Every command that needs a registry or an account, in the order in which `help` lists them. A new command is one entry.
enum CommandList {
  /// Makes a command for a session.
  typealias Entry = @Sendable (CommandContext) -> any Command

  static let all: [Entry] = account + registry + data

  private static let account: [Entry] = [
    LoginCommand.init, LogoutCommand.init, WhoAmICommand.init, { TokenCommand(session: $0, isAzure: false) },
    { TokenCommand(session: $0, isAzure: true) }, AccountListCommand.init, AccountShowCommand.init,
    AccountSetCommand.init, ListLocationsCommand.init,
    CloudListCommand.init, CloudShowCommand.init, CloudSetCommand.init, CloudProfilesCommand.init,
    { CloudRegisterCommand(session: $0, isUpdate: false) },
    { CloudRegisterCommand(session: $0, isUpdate: true) }, CloudUnregisterCommand.init, ConfigureCommand.init,
  ]

  private static let registry: [Entry] = [
    addressed(RegistryLoginCommand.init), RegistryLogoutCommand.init, RegistryListCommand.init,
    managed(RegistryShowCommand.init), managed(RegistryUsageCommand.init), managed(RegistryEndpointsCommand.init),
    managed(CredentialShowCommand.init), managed(CredentialRenewCommand.init), CheckNameCommand.init,
    managed(CheckHealthCommand.init),
    managed(RegistryTokenCreateCommand.init), managed(RegistryTokenListCommand.init),
    managed(RegistryTokenShowCommand.init), managed(RegistryTokenUpdateCommand.init),
    managed { RegistryItemDeleteCommand(session: $0, isToken: true) },
    managed { RegistryTokenCredentialCommand(session: $0, deletes: false) },
    managed { RegistryTokenCredentialCommand(session: $0, deletes: true) },
    managed(ScopeMapCreateCommand.init), managed(ScopeMapListCommand.init), managed(ScopeMapShowCommand.init),
    managed(ScopeMapUpdateCommand.init), managed { RegistryItemDeleteCommand(session: $0, isToken: false) },
    addressed(ListMetadataCommand.init), ImportCommand.init, PreflightCommand.init,
    OperationShowCommand.init, OperationWaitCommand.init, OperationListCommand.init,
    addressed(RepositoryListCommand.init), addressed(RepositoryShowCommand.init), addressed(ShowTagsCommand.init),
    addressed(ShowManifestsCommand.init), addressed(RepositoryUpdateCommand.init),
    addressed(RepositoryDeleteCommand.init), addressed(RepositoryUntagCommand.init),
    addressed(DeletedRepositoriesCommand.init),
    addressed(ManifestShowCommand.init), addressed(ManifestListCommand.init),
    addressed { ManifestMetadataCommand(session: $0, isUpdate: false) },
    addressed { ManifestMetadataCommand(session: $0, isUpdate: true) }, addressed(ManifestReferrersCommand.init),
    addressed { DeletedListCommand(session: $0, listsTags: false) },
    addressed { DeletedListCommand(session: $0, listsTags: true) }, addressed(ManifestRestoreCommand.init),
    ManifestDigestCommand.init, ManifestConfigCommand.init, ManifestTreeCommand.init,
    ReferrersCommand.init, BlobShowCommand.init, FilesCommand.init, FileShowCommand.init, LayersCommand.init,
    SBOMCommand.init, ProvenanceCommand.init, DiffCommand.init,
    addressed(ManifestDeleteCommand.init), MirrorCommand.init, PurgeCommand.init, GarbageCommand.init,
    AcrPurgeCommand.init, AcrRunCommand.init, ReportMergeCommand.init, ConvertCommand.init,
    VerifyCommand.init, VerifyBlobCommand.init,
    ListPlaceCommand.init, ChangePlaceCommand.init, ShowPlaceCommand.init,
  ]

  /// A command that talks to one registry, with az's flags about it.
  private static func addressed<Base: Command>(_ make: @escaping @Sendable (CommandContext) -> Base) -> Entry {
    { AzureAddressed(session: $0, offered: AzureFlags.dataPlane, make: make) }
  }

  /// A command that asks the resource manager about one registry, with az's flags about it.
  private static func managed<Base: Command>(_ make: @escaping @Sendable (CommandContext) -> Base) -> Entry {
    { AzureAddressed(session: $0, offered: AzureFlags.manager, make: make) }
  }

  private static let data: [Entry] = [HTTPGetCommand.init, HTTPPostCommand.init, { _ in From.withYAML }]
}

extension CommandContext {
  /// Every command that needs a registry or an account.
  public var commands: [any Command] { commands(of: CommandList.all) }

  func commands(of entries: [CommandList.Entry]) -> [any Command] { entries.map { $0(self) } }
}
