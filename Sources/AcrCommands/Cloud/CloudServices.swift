/// The addresses of services that acrsh does not ask, for `cloud show` and `cloud list` alone: scripts read them there
/// (`--query endpoints.portal`). Names and values are those of `az cloud show`.
enum CloudServices {
  /// One address in each cloud.
  private struct Service {
    let name: String
    let values: [String: String]

    /// - Parameter values: of the public cloud, of China and of the government of the United States; nil where a cloud
    ///   has no such service.
    init(_ name: String, _ values: String?...) {
      self.name = name
      self.values = Dictionary(
        zip(["AzureCloud", "AzureChinaCloud", "AzureUSGovernment"], values).compactMap { name, value in
          value.map { (name, $0) }
        }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// The members of a cloud; null for one that a person registered.
  static func members(of cloud: String, isSuffix: Bool) -> [(String, String?)] {
    (isSuffix ? suffixes : endpoints).map { ($0.name, $0.values[cloud]) }
  }

  private static let endpoints: [Service] = [
    .init("activeDirectoryDataLakeResourceId", "https://datalake.azure.net/", nil, nil),
    .init(
      "appInsightsResourceId", "https://api.applicationinsights.io",
      "https://api.applicationinsights.azure.cn", "https://api.applicationinsights.us"),
    .init(
      "appInsightsTelemetryChannelResourceId", "https://dc.applicationinsights.azure.com/v2/track",
      "https://dc.applicationinsights.azure.cn/v2/track", "https://dc.applicationinsights.us/v2/track"),
    .init(
      "appServiceResourceId", "https://appservice.azure.com",
      "https://management.core.chinacloudapi.cn/", "https://management.core.usgovcloudapi.net/"),
    .init("attestationResourceId", "https://attest.azure.net", nil, nil),
    .init("azmirrorStorageAccountResourceId", nil, nil, nil),
    .init(
      "batchResourceId", "https://batch.core.windows.net/",
      "https://batch.chinacloudapi.cn/", "https://batch.core.usgovcloudapi.net/"),
    .init(
      "gallery", "https://gallery.azure.com/",
      "https://gallery.chinacloudapi.cn/", "https://gallery.usgovcloudapi.net/"),
    .init(
      "logAnalyticsResourceId", "https://api.loganalytics.io",
      "https://api.loganalytics.azure.cn", "https://api.loganalytics.us"),
    .init(
      "mediaResourceId", "https://rest.media.azure.net",
      "https://rest.media.chinacloudapi.cn", "https://rest.media.usgovcloudapi.net"),
    .init(
      "ossrdbmsResourceId", "https://ossrdbms-aad.database.windows.net",
      "https://ossrdbms-aad.database.chinacloudapi.cn", "https://ossrdbms-aad.database.usgovcloudapi.net"),
    .init("portal", "https://portal.azure.com", "https://portal.azure.cn", "https://portal.azure.us"),
    .init(
      "sqlManagement", "https://management.core.windows.net:8443/",
      "https://management.core.chinacloudapi.cn:8443/", "https://management.core.usgovcloudapi.net:8443/"),
    .init(
      "synapseAnalyticsResourceId", "https://dev.azuresynapse.net",
      "https://dev.azuresynapse.azure.cn", "https://dev.azuresynapse.usgovcloudapi.net"),
    .init(
      "vmImageAliasDoc", "https://azcliprod.blob.core.windows.net/cli/vm/aliases.json",
      "https://azcliprod.blob.core.windows.net/cli/vm/aliases.json",
      "https://azcliprod.blob.core.windows.net/cli/vm/aliases.json"),
  ]

  private static let suffixes: [Service] = [
    .init("attestationEndpoint", ".attest.azure.net", nil, nil),
    .init("azureDatalakeAnalyticsCatalogAndJobEndpoint", "azuredatalakeanalytics.net", nil, nil),
    .init("azureDatalakeStoreFileSystemEndpoint", "azuredatalakestore.net", nil, nil),
    .init(
      "mariadbServerEndpoint", ".mariadb.database.azure.com",
      ".mariadb.database.chinacloudapi.cn", ".mariadb.database.usgovcloudapi.net"),
    .init("mhsmDns", ".managedhsm.azure.net", ".managedhsm.azure.cn", ".managedhsm.usgovcloudapi.net"),
    .init(
      "mysqlServerEndpoint", ".mysql.database.azure.com",
      ".mysql.database.chinacloudapi.cn", ".mysql.database.usgovcloudapi.net"),
    .init(
      "postgresqlServerEndpoint", ".postgres.database.azure.com",
      ".postgres.database.chinacloudapi.cn", ".postgres.database.usgovcloudapi.net"),
    .init("storageSyncEndpoint", "afs.azure.net", nil, "afs.azure.us"),
    .init(
      "synapseAnalyticsEndpoint", ".dev.azuresynapse.net",
      ".dev.azuresynapse.azure.cn", ".dev.azuresynapse.usgovcloudapi.net"),
  ]
}
