/// Azure's roles by their names, as people find them in the portal.
enum AzureRole {
  /// Sees resources and their settings.
  static let reader = "Reader"
  /// Starts imports, and reads what they bring.
  static let importer = "Container Registry Data Importer and Data Reader"

  /// What reads images, which depends on how a registry means its roles (`roleAssignmentMode`).
  static func pull(_ mode: AzureRegistryInfo.RoleAssignmentMode?) -> String {
    switch mode {
    case .registry: "`AcrPull`"
    case .repository: "`Container Registry Repository Reader`"
    case nil: "`AcrPull` (or `Container Registry Repository Reader` where roles are for repositories)"
    }
  }

  /// The least role that allows an action of the resource manager; nil for actions that this program does not need.
  static func allowing(_ action: String) -> String? {
    let known = [
      "microsoft.containerregistry/registries/importimage/action": importer,
      "microsoft.containerregistry/registries/read": reader,
      "microsoft.containerregistry/registries/listcredentials/action": "Contributor",
      "microsoft.resources/subscriptions/read": reader,
    ]
    return known[action.lowercased()]
  }
}
