import AcrCore

/// The world an emulator shows: tenants and who is in them, subscriptions, registries, and registries outside of Azure.
/// Read from JSON; the format is that of ``sample``.
public struct EmulatorConfiguration: Sendable {
  var tenants: [Tenant]
  var users: [UserAccount]
  var servicePrincipals: [ServicePrincipal]
  var managedIdentities: [ManagedIdentity]
  var subscriptions: [Subscription]
  var registries: [RegistryConfiguration]
  var operations: OperationSettings
  /// Registries outside of the emulator, by the host they stand for.
  var upstreams: [String: RegistryHost]
  /// Web sites that are no registries.
  var sites: [Site]

  /// Reads a configuration.
  /// - Throws: ``AcrError`` of kind `usage` that names the member that is wrong.
  public init(json bytes: [UInt8]) throws(AcrError) {
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw AcrError(
        .usage, "the configuration is not JSON: \(error.reason) at line \(error.line), column \(error.column)")
    }
    let reader = try ConfigurationReader(
      json, at: "",
      known: [
        "tenants", "users", "servicePrincipals", "managedIdentities", "subscriptions", "registries", "sources",
        "operations", "upstreams", "sites",
      ])
    tenants = try reader.list("tenants", Tenant.init)
    users = try reader.list("users", UserAccount.init)
    servicePrincipals = try reader.list("servicePrincipals", ServicePrincipal.init)
    managedIdentities = try reader.list("managedIdentities", ManagedIdentity.init)
    subscriptions = try reader.list("subscriptions", Subscription.init)
    registries = try reader.list("registries", RegistryConfiguration.init(azure:at:))
    registries += try reader.list("sources", RegistryConfiguration.init(source:at:))
    sites = try reader.list("sites", Site.init)
    operations = try OperationSettings(.object(try reader.object("operations")), "operations")
    upstreams = [:]
    for member in try reader.object("upstreams") {
      guard let address = member.value.string else {
        throw AcrError(.usage, "the configuration's `upstreams.\(member.name)` is not a string")
      }
      upstreams[member.name.lowercased()] = try RegistryHost(address)
    }
    for registry in registries {
      guard let id = registry.azure?.subscription else { continue }
      guard subscriptions.contains(where: { $0.id == id }) else {
        throw AcrError(
          .usage, "the registry `\(registry.name)` is in the subscription `\(id)`, which is not configured")
      }
    }
  }
}

/// A web site with fixed answers: an API that examples ask, or a hook that they post to.
struct Site: Sendable {
  let host: String
  /// The JSON of each path.
  let answers: [JSONValue.Member]

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(json, at: place, known: ["host", "answers"])
    host = try reader.string("host").lowercased()
    answers = try reader.object("answers")
  }
}

/// A Microsoft Entra tenant.
struct Tenant: Sendable {
  let id: String
  let name: String
  let domain: String

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(json, at: place, known: ["id", "name", "domain"])
    id = try reader.string("id").lowercased()
    name = try reader.string("name")
    domain = try reader.string("domain").lowercased()
  }
}

/// A person who signs in.
struct UserAccount: Sendable {
  let name: String
  let password: Secret
  let tenant: String
  let objectID: String

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(json, at: place, known: ["name", "password", "tenant", "objectId"])
    name = try reader.string("name")
    password = Secret(try reader.string("password"))
    tenant = try reader.string("tenant").lowercased()
    objectID = try reader.string("objectId").lowercased()
  }
}

/// An application's identity in a tenant.
struct ServicePrincipal: Sendable {
  let appID: String
  let name: String
  let tenant: String
  let objectID: String
  var secrets: [Secret]
  /// Certificates in PEM.
  var certificates: [String]
  let federated: [FederatedCredential]

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(
      json, at: place,
      known: ["appId", "displayName", "tenant", "objectId", "secrets", "certificates", "federatedCredentials"])
    appID = try reader.string("appId").lowercased()
    name = try reader.optional("displayName") ?? appID
    tenant = try reader.string("tenant").lowercased()
    objectID = try reader.string("objectId").lowercased()
    secrets = try reader.strings("secrets").map(Secret.init)
    certificates = try reader.strings("certificates")
    federated = try reader.list("federatedCredentials", FederatedCredential.init)
  }
}

/// Whose tokens an application accepts instead of a secret (workload identity federation).
struct FederatedCredential: Sendable {
  let issuer: String
  let subject: String
  let audience: String
  /// The issuer's RSA key in PEM. Without one the signature is not looked at: the emulator cannot ask the issuer.
  let publicKey: String?

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(json, at: place, known: ["issuer", "subject", "audience", "publicKey"])
    issuer = try reader.string("issuer")
    subject = try reader.string("subject")
    audience = try reader.optional("audience") ?? "api://AzureADTokenExchange"
    publicKey = try reader.optional("publicKey")
  }
}

/// The identity of a virtual machine or a service.
struct ManagedIdentity: Sendable {
  let clientID: String
  let objectID: String
  let tenant: String
  let resourceID: String
  /// True for the one that is meant when a request names none.
  let isSystemAssigned: Bool

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(
      json, at: place, known: ["clientId", "objectId", "tenant", "resourceId", "systemAssigned"])
    clientID = try reader.string("clientId").lowercased()
    objectID = try reader.string("objectId").lowercased()
    tenant = try reader.string("tenant").lowercased()
    resourceID = try reader.string("resourceId")
    isSystemAssigned = try reader.bool("systemAssigned", false)
  }
}

/// A subscription.
struct Subscription: Sendable {
  let id: String
  let name: String
  let tenant: String

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(json, at: place, known: ["id", "name", "tenant"])
    id = try reader.string("id").lowercased()
    name = try reader.string("name")
    tenant = try reader.string("tenant").lowercased()
  }
}

/// How imports behave.
struct OperationSettings: Sendable {
  /// How long an import takes at least, in seconds.
  var seconds: Double
  /// What `Retry-After` says, in seconds. The service says 10; `az` takes 0 for 30.
  var retryAfter: Int64

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(json, at: place, known: ["seconds", "retryAfter"])
    seconds = try reader.number("seconds", 0.5)
    retryAfter = try reader.integer("retryAfter", 1)
  }
}
