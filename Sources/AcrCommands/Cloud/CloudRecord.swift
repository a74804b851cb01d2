import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// Clouds as az shows them.
enum CloudRecord {
  static let columns = [
    Column("name", help: "the cloud's name"),
    Column("isActive", .bool, help: "whether it is the chosen one"),
    Column("endpoints", .record, help: "the addresses of its services"),
    Column("suffixes", .record, help: "how its hosts end"),
  ]
  private static let shape = Shape(columns)

  static func record(_ cloud: AzureCloud, isActive: Bool) -> Record {
    func fields(_ isSuffix: Bool) -> Record {
      let settings = CloudSetting.allCases.filter { $0.isSuffix == isSuffix }
      return Record(
        shape: Shape(settings.map(\.jsonName)), values: settings.map { cloud[$0].map(Value.string) ?? .null })
    }
    return Record(
      shape: shape,
      values: [.string(cloud.name), .bool(isActive), .record(fields(false)), .record(fields(true))])
  }

  static func help(_ setting: CloudSetting) -> String {
    switch setting {
    case .activeDirectory: "where Entra answers"
    case .activeDirectoryResourceID: "what tokens for the resource manager are asked for"
    case .resourceManager: "where the resource manager answers"
    case .management: "where the classic management answered"
    case .activeDirectoryGraphResourceID: "what tokens for the old graph are asked for"
    case .microsoftGraphResourceID: "what tokens for Microsoft Graph are asked for"
    case .acrLoginServer: "how hosts of registries end"
    case .keyVaultDNS: "how hosts of key vaults end"
    case .storageEndpoint: "how hosts of storage accounts end"
    case .sqlServerHostname: "how hosts of SQL servers end"
    }
  }
}

extension AcrSession {
  /// Goes over to a cloud. Its saved sign-in is taken up where there is one.
  func use(_ cloud: AzureCloud, _ run: RunContext) throws {
    try Blocking.wait(run) { [self] in
      let identity = try await azure.services().identity
      await identity.use(cloud)
      if await identity.account == nil { await identity.restore() }
      await accountChanged()
    }
  }
}
