/// One address or suffix of a cloud, under the names that `az cloud` gives it.
public enum CloudSetting: String, CaseIterable, Sendable, Hashable {
  /// Where Entra answers, for example `https://login.microsoftonline.com`.
  case activeDirectory
  /// The audience of tokens for the resource manager, for example `https://management.core.windows.net/`.
  case activeDirectoryResourceID
  /// Where the resource manager answers, for example `https://management.azure.com/`.
  case resourceManager
  /// The classic management endpoint.
  case management
  /// The audience of the old Azure AD Graph.
  case activeDirectoryGraphResourceID
  /// The audience of Microsoft Graph.
  case microsoftGraphResourceID
  /// The ending of the host names of registries, for example `.azurecr.io`.
  case acrLoginServer
  /// The ending of the host names of key vaults.
  case keyVaultDNS
  /// The ending of the host names of storage accounts.
  case storageEndpoint
  /// The ending of the host names of SQL servers.
  case sqlServerHostname

  /// The flag of `az cloud register` and `update`, without its dashes.
  public var flag: String {
    switch self {
    case .activeDirectory: "endpoint-active-directory"
    case .activeDirectoryResourceID: "endpoint-active-directory-resource-id"
    case .resourceManager: "endpoint-resource-manager"
    case .management: "endpoint-management"
    case .activeDirectoryGraphResourceID: "endpoint-active-directory-graph-resource-id"
    case .microsoftGraphResourceID: "endpoint-microsoft-graph-resource-id"
    case .acrLoginServer: "suffix-acr-login-server-endpoint"
    case .keyVaultDNS: "suffix-keyvault-dns"
    case .storageEndpoint: "suffix-storage-endpoint"
    case .sqlServerHostname: "suffix-sql-server-hostname"
    }
  }

  /// The member's name in the output of `az cloud show`, and in the clouds file.
  public var jsonName: String {
    switch self {
    case .activeDirectory: "activeDirectory"
    case .activeDirectoryResourceID: "activeDirectoryResourceId"
    case .resourceManager: "resourceManager"
    case .management: "management"
    case .activeDirectoryGraphResourceID: "activeDirectoryGraphResourceId"
    case .microsoftGraphResourceID: "microsoftGraphResourceId"
    case .acrLoginServer: "acrLoginServerEndpoint"
    case .keyVaultDNS: "keyvaultDns"
    case .storageEndpoint: "storageEndpoint"
    case .sqlServerHostname: "sqlServerHostname"
    }
  }

  /// True for the ending of host names, false for a URL.
  public var isSuffix: Bool {
    switch self {
    case .acrLoginServer, .keyVaultDNS, .storageEndpoint, .sqlServerHostname: true
    default: false
    }
  }

  /// True for an audience, which is compared as text and never asked, so that every slash of it counts.
  public var isAudience: Bool {
    switch self {
    case .activeDirectoryResourceID, .activeDirectoryGraphResourceID, .microsoftGraphResourceID: true
    default: false
    }
  }
}
