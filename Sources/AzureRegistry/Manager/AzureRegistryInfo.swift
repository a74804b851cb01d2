import AcrCore

/// A registry of Azure as the resource manager describes it: what matters for imports and sign-ins (wire facts, 3.3).
public struct AzureRegistryInfo: Sendable, Hashable {
  /// How the roles of a registry are meant.
  public enum RoleAssignmentMode: String, Sendable {
    /// Roles are for whole registries (`AcrPull`, `AcrPush`).
    case registry = "LegacyRegistryPermissions"
    /// Roles may be bound to repositories (`Container Registry Repository Reader` and so on).
    case repository = "AbacRepositoryPermissions"
  }

  /// The id, in the resource manager's own spelling.
  public let id: AzureResourceID
  /// The host that answers the registry API.
  public let loginServer: RegistryHost
  /// Where it is, for example `westus`.
  public let location: String
  /// `Basic`, `Standard`, `Premium` or `Classic`.
  public let sku: String
  /// `Succeeded`, `Updating`, ….
  public let provisioningState: String
  /// Whether the admin user may sign in.
  public let isAdminUserEnabled: Bool
  /// Whether anyone may pull.
  public let isAnonymousPullEnabled: Bool
  /// False where the registry can be reached over private endpoints only.
  public let isPublicNetworkAccessEnabled: Bool
  /// True where the registry's firewall refuses addresses that are not on its list.
  public let deniesByDefault: Bool
  /// True where that list has addresses, or networks of Azure.
  public let hasNetworkRules: Bool
  /// False where not even trusted services of Azure pass the registry's firewall (`networkRuleBypassOptions`).
  public let trustedServicesMayPass: Bool
  /// False where images must not leave the registry (`exportPolicy`).
  public let isExportAllowed: Bool
  /// False where `/oauth2/exchange` refuses tokens for the resource manager (`azureADAuthenticationAsArmPolicy`).
  public let acceptsResourceManagerTokens: Bool
  /// For how many days what is deleted can be restored (`softDeletePolicy`); nil where it is gone at once.
  public let softDeleteDays: Int?
  /// Which roles count.
  public let roleAssignmentMode: RoleAssignmentMode
  /// Where blobs come from when they have hosts of their own.
  public let dataEndpoints: [String]
  /// Its hosts in single regions.
  public let regionalEndpoints: [String]
  /// The whole document of the resource manager.
  public let document: JSONValue

  /// True where not everybody on the network reaches the registry.
  public var isNetworkRestricted: Bool { !isPublicNetworkAccessEnabled || deniesByDefault }

  /// The name.
  public var name: String { id.name }

  /// Reads a registry from the resource manager's JSON. Unknown members are left out, and missing ones have the values
  /// that the service itself assumes.
  /// - Returns: nil where the id or the login server is missing.
  public init?(_ json: JSONValue) {
    let properties = json["properties"]
    guard let id = json["id"]?.string.flatMap(AzureResourceID.init(registry:)),
      let server = properties?["loginServer"]?.string, let host = try? RegistryHost(server)
    else { return nil }
    self.id = id
    loginServer = host
    location = json["location"]?.string ?? ""
    sku = json["sku"]?["name"]?.string ?? ""
    provisioningState = properties?["provisioningState"]?.string ?? ""
    isAdminUserEnabled = properties?["adminUserEnabled"]?.bool ?? false
    isAnonymousPullEnabled = properties?["anonymousPullEnabled"]?.bool ?? false
    func text(_ name: String) -> String { properties?[name]?.string?.lowercased() ?? "" }
    isPublicNetworkAccessEnabled = text("publicNetworkAccess") != "disabled"
    deniesByDefault = properties?["networkRuleSet"]?["defaultAction"]?.string?.lowercased() == "deny"
    hasNetworkRules = ["ipRules", "virtualNetworkRules"].contains {
      properties?["networkRuleSet"]?[$0]?.array?.isEmpty == false
    }
    trustedServicesMayPass = text("networkRuleBypassOptions") != "none"
    func isEnabled(_ policy: String) -> Bool {
      properties?["policies"]?[policy]?["status"]?.string?.lowercased() != "disabled"
    }
    isExportAllowed = isEnabled("exportPolicy")
    acceptsResourceManagerTokens = isEnabled("azureADAuthenticationAsArmPolicy")
    let softDelete = properties?["policies"]?["softDeletePolicy"]
    // The service's own default is seven days.
    softDeleteDays =
      softDelete?["status"]?.string?.lowercased() == "enabled"
      ? Int(clamping: softDelete?["retentionDays"]?.integer ?? 7) : nil
    roleAssignmentMode =
      text("roleAssignmentMode").hasPrefix("abac") ? .repository : .registry
    dataEndpoints = properties?["dataEndpointHostNames"]?.array?.compactMap(\.string) ?? []
    regionalEndpoints = properties?["regionalEndpointHostNames"]?.array?.compactMap(\.string) ?? []
    document = json
  }

  /// True for the login server, and for the registry's host in one region: `NAME.REGION.geo.azurecr.io`. Older versions of
  /// the resource manager's API do not list those.
  public func answers(at host: RegistryHost) -> Bool {
    if host == loginServer || regionalEndpoints.contains(where: { $0.lowercased() == host.name }) { return true }
    guard let dot = loginServer.name.firstIndex(of: ".") else { return false }
    let (first, rest) = (loginServer.name[...dot], ".geo\(loginServer.name[dot...])")
    guard host.name.hasPrefix(first), host.name.hasSuffix(rest), host.name.count > first.count + rest.count else {
      return false
    }
    return !host.name.dropFirst(first.count).dropLast(rest.count).contains(".")
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
