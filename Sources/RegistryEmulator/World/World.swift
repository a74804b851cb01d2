import AcrCore

/// What all services of one emulator share.
struct World: Sendable {
  /// Who and what there is.
  let configuration: EmulatorConfiguration
  /// Signs all tokens.
  let key: SigningKey
  /// The registries and sources, in the order of the configuration.
  let registries: [EmulatedRegistry]

  /// The audiences under which the resource manager takes tokens, without their final slash.
  static let managementAudiences: Set<String> = [
    "https://management.core.windows.net", "https://management.azure.com",
    "https://management.core.usgovcloudapi.net", "https://management.usgovcloudapi.net",
    "https://management.core.chinacloudapi.cn", "https://management.chinacloudapi.cn",
  ]

  /// The audience of registries, the same in every cloud.
  static let registryAudience = "https://containerregistry.azure.net"

  /// A registry in Azure by its name.
  func registry(named name: String) -> EmulatedRegistry? {
    registries.first { $0.configuration.azure != nil && $0.name.lowercased() == name.lowercased() }
  }

  /// Any registry by a host that leads to it.
  func registry(host: String) -> EmulatedRegistry? { registries.first { $0.isMeant(by: host) } }

  /// True for a resource that the resource manager answers to; its own address on this machine is one.
  static func isManagement(_ audience: String) -> Bool {
    let trimmed = audience.hasSuffix("/") ? String(audience.dropLast()) : audience
    return managementAudiences.contains(trimmed) || trimmed.hasPrefix("https://127.0.0.1:")
      || trimmed.hasPrefix("http://127.0.0.1:") || trimmed.hasPrefix("https://localhost:")
      || trimmed.hasPrefix("http://localhost:")
  }

  /// The identity behind a token for the resource manager; nil when it is none, or not valid now.
  func identity(managementToken token: String) -> EntraIdentity? {
    guard let claims = key.claims(of: token), World.isManagement(claims["aud"]?.string ?? "") else { return nil }
    return claims["oid"]?.string.flatMap(configuration.identity(objectID:))
  }

  /// The identity behind an Entra token that a registry takes: one for registries, or for the resource manager unless
  /// the registry's policy `azureADAuthenticationAsArmPolicy` is disabled.
  func identity(registryToken token: String, settings: AzureSettings) -> EntraIdentity? {
    guard let claims = key.claims(of: token) else { return nil }
    let audience = claims["aud"]?.string ?? ""
    let isForRegistries = audience == World.registryAudience || audience == "\(World.registryAudience)/"
    guard
      isForRegistries
        || (World.isManagement(audience) && settings.isPolicyEnabled("azureADAuthenticationAsArmPolicy", true))
    else { return nil }
    return claims["oid"]?.string.flatMap(configuration.identity(objectID:))
  }
}
