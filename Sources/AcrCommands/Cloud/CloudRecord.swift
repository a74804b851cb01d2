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
    Column("profile", help: "the profile of its services, `latest`"),
  ]
  private static let shape = Shape(columns)

  static func record(_ cloud: AzureCloud, isActive: Bool) -> Record {
    func fields(_ isSuffix: Bool) -> Record {
      let settings = CloudSetting.allCases.filter { $0.isSuffix == isSuffix }
      let own = settings.map { ($0.jsonName, cloud[$0]) }
      let others = CloudServices.members(of: cloud.name, isSuffix: isSuffix)
      let all = (own + others).sorted { $0.0 < $1.0 }
      return Record(shape: Shape(all.map(\.0)), values: all.map { $0.1.map(Value.string) ?? .null })
    }
    return Record(
      shape: shape,
      values: [
        .string(cloud.name), .bool(isActive), .record(fields(false)), .record(fields(true)),
        .string("latest"),
      ])
  }

  static func help(_ setting: CloudSetting) -> String {
    switch setting {
    case .activeDirectory: "the endpoint of Entra"
    case .activeDirectoryResourceID: "the resource of tokens for the resource manager"
    case .resourceManager: "the endpoint of the resource manager"
    case .management: "the endpoint of the classic management"
    case .activeDirectoryGraphResourceID: "the resource of tokens for Azure AD Graph"
    case .microsoftGraphResourceID: "the resource of tokens for Microsoft Graph"
    case .acrLoginServer: "the host suffix of registries"
    case .keyVaultDNS: "the host suffix of key vaults"
    case .storageEndpoint: "the host suffix of storage accounts"
    case .sqlServerHostname: "the host suffix of SQL servers"
    }
  }
}

extension CommandContext {
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
