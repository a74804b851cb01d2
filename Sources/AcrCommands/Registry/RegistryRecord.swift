import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// Registries as records, with the names that the resource manager has for their settings.
enum RegistryRecord {
  static func record(_ registry: AzureRegistryInfo) -> Record {
    Record([
      "name": .string(registry.name), "loginServer": .string(registry.loginServer.name),
      "location": .string(registry.location), "sku": .string(registry.sku),
      "resourceGroup": .string(registry.id.resourceGroup), "subscription": .string(registry.id.subscription),
      "id": .string(registry.id.description), "provisioningState": .string(registry.provisioningState),
      "adminUserEnabled": .bool(registry.isAdminUserEnabled),
      "anonymousPullEnabled": .bool(registry.isAnonymousPullEnabled),
      "publicNetworkAccess": .bool(registry.isPublicNetworkAccessEnabled),
      "deniesByDefault": .bool(registry.deniesByDefault),
      "trustedServices": .bool(registry.trustedServicesMayPass),
      "exportEnabled": .bool(registry.isExportAllowed),
      "roleAssignmentMode": .string(registry.roleAssignmentMode.rawValue),
    ])
  }
}

extension AzureSession {
  /// The services of an account that is signed in.
  /// - Throws: ``AcrError`` of kind `auth` where nobody is.
  func signedIn() async throws -> Services {
    let services = try await services()
    guard await services.identity.account != nil else {
      throw AcrError(
        .auth, "nobody is signed in to `\(await services.identity.cloud.name)`",
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
