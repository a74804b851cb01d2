import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// Registries as records, with the names that the resource manager has for their settings.
enum RegistryRecord {
  /// The columns, in their order.
  static let columns = [
    Column("name", help: "the registry's name").key,
    Column("loginServer", help: "its host").key,
    Column("location", help: "the Azure region"),
    Column("sku", help: "the tier: Basic, Standard or Premium"),
    Column("resourceGroup", help: "its resource group"),
    Column("subscription", help: "the id of its subscription").detail,
    Column("id", help: "its resource id").detail,
    Column("provisioningState", help: "for example Succeeded").detail,
    Column("adminUserEnabled", .bool, help: "whether its admin user can sign in").detail,
    Column("anonymousPullEnabled", .bool, help: "whether anybody can pull").detail,
    Column("publicNetworkAccess", .bool, help: "whether it answers outside private networks").detail,
    Column("deniesByDefault", .bool, help: "whether its network rules refuse what they do not name").detail,
    Column("trustedServices", .bool, help: "whether Azure's own services pass its network rules").detail,
    Column("exportEnabled", .bool, help: "whether its images can be imported elsewhere").detail,
    Column("roleAssignmentMode", help: "how its roles are assigned").detail,
  ]
  private static let shape = Shape(columns)

  static func record(_ registry: AzureRegistryInfo) -> Record {
    Record(
      shape: shape,
      values: [
        .string(registry.name), .string(registry.loginServer.name), .string(registry.location), .string(registry.sku),
        .string(registry.id.resourceGroup), .string(registry.id.subscription), .string(registry.id.description),
        .string(registry.provisioningState), .bool(registry.isAdminUserEnabled),
        .bool(registry.isAnonymousPullEnabled), .bool(registry.isPublicNetworkAccessEnabled),
        .bool(registry.deniesByDefault), .bool(registry.trustedServicesMayPass), .bool(registry.isExportAllowed),
        .string(registry.roleAssignmentMode.rawValue),
      ])
  }
}

extension AzureContext {
  /// The services of an account that is signed in.
  /// - Throws: ``AcrError`` of kind `auth` if not signed in.
  func signedIn() async throws -> Services {
    let services = try await services()
    guard await services.identity.account != nil else {
      throw AcrError(
        .auth, "not signed in to `\(await services.identity.cloud.name)`",
        help: "sign in first: `login`, or `login --use-device-code` for a person")
    }
    return services
  }
}

extension Optional where Wrapped: Sendable {
  /// The value of a transformation that waits; nil for nil.
  func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result? {
    guard let self else { return nil }
    return try await transform(self)
  }
}
