import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `acr list`: the Azure registries of the account.
struct RegistryList: Command {
  let session: AcrSession

  let signature = Signature(
    "acr list",
    summary: "Lists the Azure registries that the account can see, in all its subscriptions",
    group: .registry,
    flags: [
      .init("resource-group", short: "g", .string, help: "only those of one resource group"),
      .init("subscription", short: "s", .string, help: "only those of one subscription, by name or id"),
    ],
    examples: [
      .init("Names and hosts", "acr list | select name loginServer"),
      .init("Those that others cannot reach", "acr list | where not .publicNetworkAccess"),
    ],
    cmdlet: .init(
      "Get-AzContainerRegistry",
      parameters: [
        .init("ResourceGroupName", .flag("resource-group")), .init("SubscriptionId", .flag("subscription")),
      ]))

  func run(_ call: Invocation) throws -> Output {
    let session = session
    let subscription = call.string("subscription")
    let group = call.string("resource-group")?.lowercased()
    let registries = try Blocking.wait(call.run) {
      let services = try await session.azure.signedIn()
      let only = try await subscription.asyncMap { try await services.identity.subscription(named: $0) }
      return try await services.finder.all(in: only)
    }
    let wanted = registries.filter { group == nil || $0.id.resourceGroup.lowercased() == group }
    return .value(.list(wanted.map { .record(RegistryRecord.record($0)) }))
  }
}

/// `acr show`: one Azure registry.
struct RegistryShow: Command {
  let session: AcrSession

  let signature = Signature(
    "acr show",
    summary: "Shows the settings of an Azure registry that matter for imports and sign-ins",
    group: .registry,
    flags: [
      .init(
        "name", short: "n", .string, help: "the registry: its name, login server or resource id", completer: .registry)
    ],
    examples: [.init("Its resource id", "acr show --name myregistry | get id")])

  func run(_ call: Invocation) throws -> Output {
    guard let text = try session.registryText(call, "name") else { throw AcrSession.needsRegistry("name") }
    let session = session
    return try locate("name") {
      try Blocking.wait(call.run) {
        .value(.record(RegistryRecord.record(try await session.azure.signedIn().finder.find(text))))
      }
    }
  }
}

/// `acr credential show`: the admin user of an Azure registry.
struct CredentialShow: Command {
  let session: AcrSession

  let signature = Signature(
    "acr credential show",
    summary: "Gets the admin user of an Azure registry and its passwords",
    description: "The passwords are secrets: they can be passed to flags that take one, and are shown as `secret(…)`.",
    group: .registry,
    flags: [
      .init(
        "name", short: "n", .string, help: "the registry: its name, login server or resource id", completer: .registry)
    ],
    examples: [
      .init("Sign in as the admin user", "acr credential show --name myregistry | get passwords | get value | first")
    ])

  func run(_ call: Invocation) throws -> Output {
    guard let text = try session.registryText(call, "name") else { throw AcrSession.needsRegistry("name") }
    let session = session
    return try locate("name") {
      try Blocking.wait(call.run) {
        let services = try await session.azure.signedIn()
        let registry = try await services.finder.find(text)
        let admin = try await services.manager.adminCredentials(of: registry)
        let passwords = admin.passwords.map { password in
          Value.record(Record(["name": .string(password.name), "value": .secret(password.value)]))
        }
        return .value(.record(Record(["username": .string(admin.userName), "passwords": .list(passwords)])))
      }
    }
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

extension Optional where Wrapped: Sendable {
  /// The value of a transformation that waits; nil for nil.
  func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result? {
    guard let self else { return nil }
    return try await transform(self)
  }
}
