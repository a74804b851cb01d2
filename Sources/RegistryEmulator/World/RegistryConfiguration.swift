import AcrCore

/// A registry: one of Azure's, or a source outside of it.
struct RegistryConfiguration: Sendable {
  /// The name in Azure, or a source's host.
  let name: String
  /// The hosts that mean this registry, in lower case.
  let hosts: [String]
  /// Those of them that are the registry in one region, as the resource manager names them.
  let regionalHosts: [String]
  /// The port of its own; 0 for a free one.
  let port: Int
  /// People and tokens of the registry itself: scope-map tokens of Azure, accounts of a source.
  let users: [RegistryUser]
  /// True when everybody may pull what is not private.
  let isPublic: Bool
  /// True when everybody may do everything, as at a registry without accounts.
  let isOpen: Bool
  /// Repositories that need an account although the registry is public.
  let privateRepositories: [String]
  /// How blobs answer to ranges.
  let ranges: RangeBehaviour
  /// True to send clients to another host for blobs, as Azure and Docker Hub do.
  let redirectsBlobs: Bool
  /// The images made for it at its first start.
  let images: [String]
  /// Those of them that get a signature, a bill of materials and provenance.
  let signed: [String]
  /// Those that are signed with the key whose public half is examples/sandbox/cosign.pub.
  let keySigned: [String]
  /// Those that are signed as notation does, by the certificate in examples/sandbox/notation.
  let notarySigned: [String]
  /// How many manifests anonymous clients may read, as Docker Hub limits it; nil for no limit.
  let pullLimit: Int?
  /// Azure's settings; nil for a source.
  let azure: AzureSettings?
  /// How clients sign in.
  let signIn: SignIn

  /// How a registry asks for credentials.
  enum SignIn: String, Sendable {
    /// `/oauth2/exchange` and `/oauth2/token`, as Azure does.
    case azure
    /// A token from `/token`, also for anonymous pulls, as Docker Hub does.
    case token
    /// Not at all, as Microsoft's own registry does.
    case none
  }

  /// How a registry answers to `Range` (RFC 7233). The last three are the reasons for the article's three errors.
  enum RangeBehaviour: String, Sendable, CaseIterable {
    case supported
    /// The whole body with the status 200, and no `Accept-Ranges`.
    case ignored
    /// The status 416 to every range.
    case refused
    /// One byte less than was asked for.
    case short
  }

  /// Reads one of Azure's registries.
  init(azure json: JSONValue, at place: String) throws(AcrError) {
    let reader = try ConfigurationReader(
      json, at: place,
      known: [
        "name", "subscription", "resourceGroup", "location", "sku", "adminUserEnabled", "adminPassword",
        "anonymousPull",
        "publicNetworkAccess", "networkRuleBypassOptions", "networkRuleSet", "policies", "roleAssignmentMode",
        "roleAssignments", "tokens", "images", "signed", "port", "ranges", "redirectBlobs", "tags", "provisioningState",
        "regionalEndpoints", "notarySigned",
      ])
    name = try reader.string("name")
    let lower = name.lowercased()
    let region = try reader.optional("location") ?? "westus"
    regionalHosts =
      try reader.word("regionalEndpoints", ["Disabled", "Enabled"]) == "Enabled"
      ? ["\(lower).\(region).geo.azurecr.io"] : []
    hosts =
      ["\(lower).azurecr.io", "\(lower).azurecr.cn", "\(lower).azurecr.us", "\(lower).localhost"] + regionalHosts
    port = Int(try reader.integer("port", 0))
    users = try reader.list("tokens", RegistryUser.init)
    isPublic = try reader.bool("anonymousPull", false)
    isOpen = false
    privateRepositories = []
    ranges = try RegistryConfiguration.ranges(reader)
    redirectsBlobs = try reader.bool("redirectBlobs", false)
    images = try reader.strings("images")
    signed = try reader.strings("signed")
    keySigned = []
    notarySigned = try reader.strings("notarySigned")
    signIn = .azure
    pullLimit = nil
    azure = try AzureSettings(reader)
  }

  /// Reads a source.
  init(source json: JSONValue, at place: String) throws(AcrError) {
    let reader = try ConfigurationReader(
      json, at: place,
      known: [
        "host", "aliases", "signIn", "users", "privateRepositories", "images", "signed", "port", "ranges",
        "redirectBlobs", "pullLimit", "open", "keySigned",
      ])
    name = try reader.string("host").lowercased()
    regionalHosts = []
    hosts = [name] + (try reader.strings("aliases")).map { $0.lowercased() }
    port = Int(try reader.integer("port", 0))
    users = try reader.list("users", RegistryUser.init)
    isPublic = true
    isOpen = try reader.bool("open", false)
    privateRepositories = try reader.strings("privateRepositories")
    ranges = try RegistryConfiguration.ranges(reader)
    redirectsBlobs = try reader.bool("redirectBlobs", false)
    images = try reader.strings("images")
    signed = try reader.strings("signed")
    keySigned = try reader.strings("keySigned")
    notarySigned = []
    let limit = try reader.integer("pullLimit", -1)
    pullLimit = limit < 0 ? nil : Int(limit)
    signIn = isOpen ? .none : SignIn(rawValue: try reader.word("signIn", ["token", "none"])) ?? .token
    azure = nil
  }

  private static func ranges(_ reader: ConfigurationReader) throws(AcrError) -> RangeBehaviour {
    RangeBehaviour(rawValue: try reader.word("ranges", RangeBehaviour.allCases.map(\.rawValue))) ?? .supported
  }
}

/// An account that a registry itself knows.
struct RegistryUser: Sendable {
  let name: String
  let password: Secret
  /// The repositories it may work with; `*` for all.
  let repositories: [String]
  /// What it may do there: `pull`, `push`, `delete`, `metadata_read`, `metadata_write`.
  let actions: Set<String>

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(json, at: place, known: ["name", "password", "repositories", "actions"])
    name = try reader.string("name")
    password = Secret(try reader.string("password"))
    let repositories = try reader.strings("repositories")
    self.repositories = repositories.isEmpty ? ["*"] : repositories
    let actions = try reader.strings("actions")
    self.actions = actions.isEmpty ? ["pull", "metadata_read"] : Set(actions)
  }
}

/// What the resource manager knows about a registry (wire facts, "Registry GET").
struct AzureSettings: Sendable {
  let subscription: String
  let resourceGroup: String
  let location: String
  let sku: String
  let isAdminEnabled: Bool
  let adminPassword: Secret
  let publicNetworkAccess: String
  let networkRuleBypassOptions: String
  let isNetworkDenied: Bool
  let allowedAddresses: [String]
  let policies: [JSONValue.Member]
  let roleAssignmentMode: String
  let provisioningState: String
  let roleAssignments: [RoleAssignment]
  let tags: [JSONValue.Member]

  init(_ reader: ConfigurationReader) throws(AcrError) {
    subscription = try reader.string("subscription").lowercased()
    resourceGroup = try reader.string("resourceGroup")
    location = try reader.optional("location") ?? "westus"
    sku = try reader.word("sku", ["Premium", "Standard", "Basic", "Classic"])
    isAdminEnabled = try reader.bool("adminUserEnabled", false)
    adminPassword = Secret(try reader.optional("adminPassword") ?? "admin-password")
    publicNetworkAccess = try reader.word("publicNetworkAccess", ["Enabled", "Disabled"])
    networkRuleBypassOptions = try reader.word("networkRuleBypassOptions", ["AzureServices", "None"])
    let rules = try ConfigurationReader(
      .object(try reader.object("networkRuleSet")), at: "\(reader.place).networkRuleSet",
      known: ["defaultAction", "ipRules"])
    isNetworkDenied = try rules.word("defaultAction", ["Allow", "Deny"]) == "Deny"
    allowedAddresses = try rules.strings("ipRules")
    policies = try reader.object("policies")
    roleAssignmentMode = try reader.word(
      "roleAssignmentMode", ["LegacyRegistryPermissions", "AbacRepositoryPermissions"])
    provisioningState = try reader.word(
      "provisioningState", ["Succeeded", "Creating", "Updating", "Deleting", "Failed", "Canceled"])
    roleAssignments = try reader.list("roleAssignments", RoleAssignment.init)
    tags = try reader.object("tags")
  }

  /// True when the status of a policy is `enabled`; `fallback` where the configuration says nothing.
  func isPolicyEnabled(_ name: String, _ fallback: Bool) -> Bool {
    policies.last { $0.name == name }.map { $0.value.string == "enabled" } ?? fallback
  }

  /// True when the registry's public endpoint answers a client at this address.
  func allows(address: String) -> Bool {
    if publicNetworkAccess == "Disabled" { return false }
    return !isNetworkDenied || allowedAddresses.contains(address)
  }

  /// True when not everybody on the network reaches the registry.
  var isNetworkRestricted: Bool { publicNetworkAccess == "Disabled" || isNetworkDenied }

  /// True when Azure's own services, such as imports, are let past the network rules.
  var allowsTrustedServices: Bool { !isNetworkRestricted || networkRuleBypassOptions == "AzureServices" }
}

/// Who has which role at a registry.
struct RoleAssignment: Sendable {
  /// A user's name, an application's or a managed identity's client id, or an object id.
  let principal: String
  let role: Role
  /// With repository permissions (ABAC), the repositories it is about, as names or `NAME/*`; none for all.
  let repositories: [String]

  init(_ json: JSONValue, _ place: String) throws(AcrError) {
    let reader = try ConfigurationReader(json, at: place, known: ["principal", "role", "repositories"])
    repositories = try reader.strings("repositories")
    principal = try reader.string("principal").lowercased()
    let words = Role.allCases.map(\.rawValue)
    guard let role = Role(rawValue: try reader.string("role")) else {
      throw AcrError(
        .usage, "the configuration's `\(place).role` is not a role", help: "roles are \(words.joined(separator: ", "))")
    }
    self.role = role
  }
}

/// The built-in roles that matter to registries.
enum Role: String, Sendable, CaseIterable {
  case owner = "Owner"
  case contributor = "Contributor"
  case reader = "Reader"
  case acrPull = "AcrPull"
  case acrPush = "AcrPush"
  case acrDelete = "AcrDelete"
  case repositoryReader = "Container Registry Repository Reader"
  case repositoryWriter = "Container Registry Repository Writer"
  case repositoryContributor = "Container Registry Repository Contributor"
  case catalogLister = "Container Registry Repository Catalog Lister"
  case dataImporter = "Container Registry Data Importer and Data Reader"

  /// Everything that can be allowed, on repositories and on the lists of them.
  static let allActions: Set<String> = [
    "pull", "push", "delete", "metadata_read", "metadata_write", "catalog", "deleted_read", "deleted_restore",
    "deleted_catalog",
  ]

  /// What the role allows on repositories of a registry. With repository permissions (ABAC), the older roles mean nothing.
  func actions(isABAC: Bool) -> Set<String> {
    switch self {
    case .repositoryReader: isABAC ? ["pull", "metadata_read"] : []
    case .repositoryWriter: isABAC ? ["pull", "push", "metadata_read", "metadata_write"] : []
    case .repositoryContributor: isABAC ? ["pull", "push", "delete", "metadata_read", "metadata_write"] : []
    case .catalogLister: isABAC ? ["catalog"] : []
    case .dataImporter: ["pull", "metadata_read", "catalog"]
    case _ where isABAC: []
    case .owner, .contributor: Role.allActions
    case .reader, .acrPull: ["pull", "metadata_read", "catalog"]
    case .acrPush: ["pull", "push", "metadata_read", "metadata_write", "catalog"]
    case .acrDelete: ["delete", "metadata_write"]
    }
  }

  /// True when the role may read the registry as a resource.
  var canReadResource: Bool { [.owner, .contributor, .reader, .dataImporter].contains(self) }

  /// True when the role may start an import into the registry.
  var canImport: Bool { [.owner, .contributor, .dataImporter].contains(self) }
}
