import AcrCore
import AcrHTTP

/// One Azure: its addresses, its audiences, and the ending of its registries' names (az's cloud.py).
public struct AzureCloud: Sendable, Hashable {
  /// The name, for example `AzureCloud`.
  public let name: String
  private var values: [CloudSetting: String]

  /// Creates a cloud of one's own.
  /// - Throws: ``AcrError`` of kind `usage` for a name or a value that cannot be.
  public init(name: String, settings: [CloudSetting: String]) throws(AcrError) {
    guard !name.isEmpty, name.utf8.allSatisfy(AzureCloud.isNameByte) else {
      throw AcrError(
        .usage, "`\(name)` is not a name for a cloud", help: "use letters, digits, `-`, `_` and `.`")
    }
    self.name = name
    values = [:]
    for (setting, value) in settings { try set(setting, to: value) }
  }

  private init(builtIn name: String, _ values: [CloudSetting: String]) {
    self.name = name
    self.values = values
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }

  /// The value of a setting; nil where the cloud has none.
  public subscript(_ setting: CloudSetting) -> String? { values[setting] }

  /// Changes one setting.
  /// - Throws: ``AcrError`` of kind `usage` for a value that is neither an absolute URL nor, for suffixes, the ending of a
  ///   host name. Plain http is for loopback addresses only.
  public mutating func set(_ setting: CloudSetting, to value: String) throws(AcrError) {
    guard !setting.isSuffix else {
      let suffix = value.hasPrefix(".") ? value : ".\(value)"
      do {
        _ = try RegistryHost("registry\(suffix)")
      } catch {
        throw AcrError(
          .usage, "`\(value)` is not the ending of a host name (--\(setting.flag))",
          help: "give it like this: --\(setting.flag) .azurecr.io")
      }
      values[setting] = suffix.lowercased()
      return
    }
    let url = URLReference(value)
    guard let scheme = url.scheme, url.host != nil, !url.hasUserInfo, url.query == nil, url.fragment == nil,
      scheme == "https" || scheme == "http", value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw AcrError(
        .usage, "`\(value)` is not a URL for --\(setting.flag)", help: "give one like https://management.azure.com/")
    }
    if scheme == "http", !setting.isAudience, !url.isLoopback {
      throw AcrError(
        .usage, "`\(value)` for --\(setting.flag) is plain http, over which anyone could read tokens",
        help: "use https; plain http is only for addresses of this machine")
    }
    values[setting] = value
  }

  // MARK: What the rest of the program asks for

  /// Where Entra answers, without a slash at the end.
  /// - Throws: ``AcrError`` of kind `usage` where the cloud has no such address.
  public func authority() throws(AcrError) -> String { try required(.activeDirectory).withoutTrailingSlashes }

  /// Where the resource manager answers, without a slash at the end: paths start with one.
  /// - Throws: ``AcrError`` of kind `usage` where the cloud has no such address.
  public func resourceManager() throws(AcrError) -> String { try required(.resourceManager).withoutTrailingSlashes }

  /// The audience of tokens for the resource manager, exactly as az asks for it: slashes count. A cloud that does not
  /// tell has its resource manager's address for that, as az assumes.
  /// - Throws: ``AcrError`` of kind `usage` where the cloud has neither.
  public func resourceManagerAudience() throws(AcrError) -> String {
    if let audience = values[.activeDirectoryResourceID] { return audience }
    return try required(.resourceManager)
  }

  /// The scope of tokens for the resource manager, `https://management.core.windows.net//.default` in the public cloud.
  /// - Throws: as ``resourceManagerAudience()``.
  public func resourceManagerScope() throws(AcrError) -> String { EntraScope.scope(for: try resourceManagerAudience()) }

  /// The audience of tokens that registries exchange for their own; az uses the same one in every cloud.
  public static let registryAudience = "https://containerregistry.azure.net"
  /// The scope of ``registryAudience``.
  public static let registryScope = EntraScope.scope(for: registryAudience)

  /// The ending of registries' host names with its dot, `.azurecr.io`; nil where the cloud has no registries.
  public var registrySuffix: String? { values[.acrLoginServer] }

  private func required(_ setting: CloudSetting) throws(AcrError) -> String {
    if let value = values[setting] { return value }
    throw AcrError(
      .usage, "the cloud `\(name)` has no setting `\(setting.jsonName)`",
      help: "add it: cloud update --name \(name) --\(setting.flag) URL")
  }

  // MARK: The clouds of Microsoft

  /// The public cloud.
  public static let `public` = AzureCloud(
    builtIn: "AzureCloud",
    [
      .activeDirectory: "https://login.microsoftonline.com",
      .activeDirectoryResourceID: "https://management.core.windows.net/",
      .resourceManager: "https://management.azure.com/",
      .management: "https://management.core.windows.net/",
      .activeDirectoryGraphResourceID: "https://graph.windows.net/",
      .microsoftGraphResourceID: "https://graph.microsoft.com/",
      .acrLoginServer: ".azurecr.io",
      .keyVaultDNS: ".vault.azure.net",
      .storageEndpoint: "core.windows.net",
      .sqlServerHostname: ".database.windows.net",
    ])

  /// The cloud of the government of the United States.
  public static let usGovernment = AzureCloud(
    builtIn: "AzureUSGovernment",
    [
      .activeDirectory: "https://login.microsoftonline.us",
      .activeDirectoryResourceID: "https://management.core.usgovcloudapi.net/",
      .resourceManager: "https://management.usgovcloudapi.net/",
      .management: "https://management.core.usgovcloudapi.net/",
      .activeDirectoryGraphResourceID: "https://graph.microsoftazure.us/",
      .microsoftGraphResourceID: "https://graph.microsoft.us/",
      .acrLoginServer: ".azurecr.us",
      .keyVaultDNS: ".vault.usgovcloudapi.net",
      .storageEndpoint: "core.usgovcloudapi.net",
      .sqlServerHostname: ".database.usgovcloudapi.net",
    ])

  /// The cloud in China.
  public static let china = AzureCloud(
    builtIn: "AzureChinaCloud",
    [
      .activeDirectory: "https://login.chinacloudapi.cn",
      .activeDirectoryResourceID: "https://management.core.chinacloudapi.cn/",
      .resourceManager: "https://management.chinacloudapi.cn",
      .management: "https://management.core.chinacloudapi.cn/",
      .activeDirectoryGraphResourceID: "https://graph.chinacloudapi.cn/",
      .microsoftGraphResourceID: "https://microsoftgraph.chinacloudapi.cn",
      .acrLoginServer: ".azurecr.cn",
      .keyVaultDNS: ".vault.azure.cn",
      .storageEndpoint: "core.chinacloudapi.cn",
      .sqlServerHostname: ".database.chinacloudapi.cn",
    ])

  /// The clouds every session knows.
  public static let builtIn: [AzureCloud] = [.public, .china, .usGovernment]
}

extension AzureCloud {
  /// The cloud as `az cloud show` prints it, without `isActive`.
  public var json: JSONValue {
    func members(_ isSuffix: Bool) -> [JSONValue.Member] {
      CloudSetting.allCases.filter { $0.isSuffix == isSuffix }
        .map { .init($0.jsonName, self[$0].map(JSONValue.string) ?? .null) }
    }
    return ["endpoints": .object(members(false)), "name": .string(name), "suffixes": .object(members(true))]
  }

  /// Reads what ``json`` wrote.
  init(json: JSONValue) throws(AcrError) {
    guard let name = json["name"]?.string else { throw AcrError(.invalid, "a cloud has no name") }
    var settings: [CloudSetting: String] = [:]
    for setting in CloudSetting.allCases {
      settings[setting] = json[setting.isSuffix ? "suffixes" : "endpoints"]?[setting.jsonName]?.string
    }
    try self.init(name: name, settings: settings)
  }
}

/// The two ways to name what a token is for.
public enum EntraScope {
  private static let ending = "/.default"

  /// The scope of a resource. A slash at the resource's end stays, because the audience of the token is what remains in
  /// front of `/.default`: `https://management.core.windows.net/` gives `https://management.core.windows.net//.default`.
  public static func scope(for resource: String) -> String { resource + ending }

  /// The resource of a scope: what managed identities and `az account get-access-token --resource` want.
  public static func resource(of scope: String) -> String {
    scope.hasSuffix(ending) ? String(scope.dropLast(ending.count)) : scope
  }
}

extension String {
  /// The text without `/` at its end.
  var withoutTrailingSlashes: String { String(self[..<(lastIndex { $0 != "/" }.map(index(after:)) ?? startIndex)]) }
}
