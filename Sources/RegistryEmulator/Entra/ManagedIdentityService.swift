import AcrCore
import AcrSystem
import HTTPTypes

/// The two places where programs on Azure's machines get tokens: the instance metadata service (IMDS), and the endpoint of
/// App Service (wire facts, "Managed identity").
struct ManagedIdentityService: Sendable {
  /// Where the App Service endpoint is; `IDENTITY_ENDPOINT` is this path of the emulator.
  static let appServicePath = "/msi/token"
  /// What `IDENTITY_HEADER` must be.
  static let appServiceSecret = "sample-identity-header"
  /// How long the tokens are valid, in seconds: a day, as observed.
  private static let life: Int64 = 86_399

  let world: World
  let entra: EntraService

  /// Answers a request; nil when its path is none of these services'.
  func reply(to call: HTTPCall) async throws -> Reply? {
    switch call.path {
    case "/metadata/identity/oauth2/token": try instance(call)
    case ManagedIdentityService.appServicePath: try appService(call)
    default: nil
    }
  }

  private func instance(_ call: HTTPCall) throws -> Reply {
    func refuse(_ error: String, _ text: String) -> Reply {
      Reply(status: .badRequest, json: ["error": .string(error), "error_description": .string(text)])
    }
    guard call.header("Metadata")?.lowercased() == "true" else {
      return refuse("invalid_request", "Required metadata header not specified")
    }
    guard call.query["api-version"] != nil else {
      return refuse("invalid_request", "Required query variable 'api-version' is missing")
    }
    guard let resource = call.query["resource"] else {
      return refuse("invalid_request", "Required query variable 'resource' is missing")
    }
    guard let identity = identity(call) else { return refuse("invalid_request", "Identity not found") }
    guard (try? entra.checkResource(resource, call)) != nil else {
      return refuse(
        "invalid_resource", "AADSTS500011: The resource principal named \(resource) was not found in the tenant.")
    }
    let token = try accessToken(identity, resource)
    let now = Timestamp.now().seconds
    return Reply(
      json: [
        "access_token": .string(token), "client_id": .string(identity.clientID),
        "expires_in": .string(String(ManagedIdentityService.life)),
        "expires_on": .string(String(now + ManagedIdentityService.life)),
        "ext_expires_in": .string(String(ManagedIdentityService.life)), "not_before": .string(String(now)),
        "resource": .string(resource), "token_type": "Bearer",
      ])
  }

  private func appService(_ call: HTTPCall) throws -> Reply {
    func refuse(_ status: HTTPResponse.Status, _ text: String) -> Reply {
      Reply(status: status, json: ["statusCode": .integer(Int64(status.code)), "message": .string(text)])
    }
    guard call.header("X-IDENTITY-HEADER") == ManagedIdentityService.appServiceSecret else {
      return refuse(.unauthorized, "The X-IDENTITY-HEADER is missing or wrong.")
    }
    guard call.query["api-version"] == "2019-08-01" else {
      return refuse(.badRequest, "The api-version is missing or not supported.")
    }
    guard let resource = call.query["resource"] else { return refuse(.badRequest, "The resource is missing.") }
    guard let identity = identity(call) else {
      return refuse(
        .badRequest,
        "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.")
    }
    guard (try? entra.checkResource(resource, call)) != nil else {
      return refuse(.badRequest, "The resource principal named \(resource) was not found in the tenant.")
    }
    return Reply(
      json: [
        "access_token": .string(try accessToken(identity, resource)), "client_id": .string(identity.clientID),
        "expires_on": .string(String(Timestamp.now().seconds + ManagedIdentityService.life)),
        "resource": .string(resource), "token_type": "Bearer",
      ])
  }

  private func accessToken(_ identity: EntraIdentity, _ resource: String) throws -> String {
    try entra.accessToken(identity, resource: resource, life: ManagedIdentityService.life)
  }

  /// The identity that a request names, or the machine's own.
  private func identity(_ call: HTTPCall) -> EntraIdentity? {
    let identities = world.configuration.managedIdentities
    let found: ManagedIdentity?
    if let id = call.query["client_id"] {
      found = identities.first { $0.clientID == id.lowercased() }
    } else if let id = call.query["object_id"] ?? call.query["principal_id"] {
      found = identities.first { $0.objectID == id.lowercased() }
    } else if let id = call.query["mi_res_id"] ?? call.query["msi_res_id"] {
      found = identities.first { $0.resourceID.lowercased() == id.lowercased() }
    } else {
      found = identities.first(where: \.isSystemAssigned)
    }
    return found.map(world.configuration.identity(of:))
  }
}
