import AcrCore

/// Who asks.
enum Principal: Sendable, Equatable {
  /// Nobody in particular.
  case anonymous
  /// An identity of a tenant, by its object id.
  case entra(EntraIdentity)
  /// The admin user of a registry.
  case admin
  /// An account of the registry itself, by its name.
  case registryUser(String)
}

/// An identity of a tenant.
struct EntraIdentity: Sendable, Equatable {
  /// What kind of identity it is.
  enum Kind: String, Sendable { case user, application, managedIdentity }

  let kind: Kind
  let tenant: String
  let objectID: String
  /// The application's or managed identity's client id; for people, that of the program they signed in with.
  let clientID: String
  /// A person's name, or the application's.
  let name: String
  /// The managed identity's resource.
  var resourceID: String?

  /// True when a role assignment's `principal` means this identity.
  func isMeant(by principal: String) -> Bool {
    principal == objectID || (kind == .user ? principal == name.lowercased() : principal == clientID)
  }
}

extension EmulatorConfiguration {
  /// The client id of Azure CLI, under which people sign in.
  static let commandLineClient = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

  /// A tenant by its id or domain; nil for `common` and `organizations` too.
  func tenant(_ name: String) -> Tenant? {
    tenants.first { $0.id == name.lowercased() || $0.domain == name.lowercased() }
  }

  /// A person by the name, or by what stands before its `@`.
  func user(_ name: String) -> UserAccount? {
    let wanted = name.lowercased()
    return users.first { $0.name.lowercased() == wanted || $0.name.lowercased().hasPrefix("\(wanted)@") }
  }

  /// Any identity by its object id.
  func identity(objectID: String) -> EntraIdentity? {
    users.first { $0.objectID == objectID }.map { identity(of: $0, client: EmulatorConfiguration.commandLineClient) }
      ?? servicePrincipals.first { $0.objectID == objectID }.map(identity(of:))
      ?? managedIdentities.first { $0.objectID == objectID }.map(identity(of:))
  }

  func identity(of user: UserAccount, client: String) -> EntraIdentity {
    EntraIdentity(kind: .user, tenant: user.tenant, objectID: user.objectID, clientID: client, name: user.name)
  }

  func identity(of application: ServicePrincipal) -> EntraIdentity {
    EntraIdentity(
      kind: .application, tenant: application.tenant, objectID: application.objectID, clientID: application.appID,
      name: application.name)
  }

  func identity(of managed: ManagedIdentity) -> EntraIdentity {
    EntraIdentity(
      kind: .managedIdentity, tenant: managed.tenant, objectID: managed.objectID, clientID: managed.clientID,
      name: managed.clientID, resourceID: managed.resourceID)
  }
}

extension AzureSettings {
  /// The roles of an identity at this registry.
  func roles(of identity: EntraIdentity) -> [Role] {
    roleAssignments.filter { identity.isMeant(by: $0.principal) }.map(\.role)
  }

  /// True for repository permissions (ABAC).
  var isABAC: Bool { roleAssignmentMode == "AbacRepositoryPermissions" }

  /// What an identity may do with a repository; with nil, with any of them at all.
  func actions(of identity: EntraIdentity, in repository: String?) -> Set<String> {
    roleAssignments.filter { assignment in
      guard identity.isMeant(by: assignment.principal) else { return false }
      guard isABAC, let repository, !assignment.repositories.isEmpty else { return true }
      return assignment.repositories.contains { ScopeAction.matches(repository, $0) }
    }.reduce(into: []) { $0.formUnion($1.role.actions(isABAC: isABAC)) }
  }
}

extension RegistryConfiguration {
  /// What somebody may do in a repository; `catalog` is the right to list repositories.
  func actions(of principal: Principal, in repository: String?) -> Set<String> {
    if isOpen { return Role.allActions }
    switch principal {
    case .anonymous:
      guard isPublic, !privateRepositories.contains(repository ?? "") else { return [] }
      // Azure gives everybody the list of repositories, too, where everybody may pull (recorded).
      return azure == nil ? ["pull", "metadata_read"] : ["pull", "metadata_read", "catalog"]
    case .admin:
      return Role.allActions
    case .entra(let identity):
      return azure?.actions(of: identity, in: repository) ?? []
    case .registryUser(let name):
      guard let user = users.first(where: { $0.name == name }) else { return [] }
      let isAll = user.repositories.contains("*")
      if isAll { return user.actions.union(["catalog"]) }
      return user.repositories.contains(repository ?? "") ? user.actions : []
    }
  }
}
