import AcrSystem
import AcrCore

/// Which managed identity is meant, on a machine that may have several.
public enum ManagedIdentityID: Sendable, Hashable {
  /// The machine's own.
  case systemAssigned
  /// A user-assigned one by its client id.
  case clientID(String)
  /// A user-assigned one by the object id of its principal.
  case objectID(String)
  /// A user-assigned one by its ARM resource id.
  case resourceID(String)
  /// A user-assigned one by an id that may be its client id or its object id: both have the same form. The client id is
  /// tried first, as az did when it still took `--identity --username`.
  case clientOrObjectID(String)

  /// Tells ids apart by their form: ARM resource ids start with `/subscriptions/`, the others are UUIDs.
  /// - Throws: ``AcrError`` of kind `usage` for any other text.
  public init(parsing text: String) throws(AcrError) {
    if text.hasPrefix("/") {
      let parts = text.split(separator: "/").map { $0.lowercased() }
      guard parts.count == 8, parts[0] == "subscriptions", parts[2] == "resourcegroups", parts[4] == "providers",
        parts[5] == "microsoft.managedidentity", parts[6] == "userassignedidentities"
      else {
        throw AcrError(
          .usage, "`\(text)` is not the resource id of a managed identity",
          help: "it looks like this: /subscriptions/…/resourcegroups/…/providers/Microsoft.ManagedIdentity/"
            + "userAssignedIdentities/NAME")
      }
      self = .resourceID(text)
      return
    }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12], parts.allSatisfy({ $0.allSatisfy(\.isHexDigit) }) else {
      throw AcrError(
        .usage, "`\(text)` is not the id of a managed identity",
        help: "give its client id, its object id, or its resource id, which starts with /subscriptions/")
    }
    self = .clientOrObjectID(text)
  }

  /// az's name for the account.
  public var userName: String { self == .systemAssigned ? "systemAssignedIdentity" : "userAssignedIdentity" }

  /// az's `assignedIdentityInfo`.
  public var assignedIdentityInfo: String {
    switch self {
    case .systemAssigned: "MSI"
    case .clientID(let id), .clientOrObjectID(let id): "MSIClient-\(id)"
    case .objectID(let id): "MSIObject-\(id)"
    case .resourceID(let id): "MSIResource-\(id)"
    }
  }

  /// The identity for messages.
  var displayName: String {
    switch self {
    case .systemAssigned: "the system-assigned managed identity"
    case .clientID(let id), .objectID(let id), .resourceID(let id), .clientOrObjectID(let id):
      "the managed identity `\(id)`"
    }
  }
}

/// Where managed identities answer, as far as no environment variable says otherwise. Tests bring their own.
public struct ManagedIdentityEndpoints: Sendable {
  /// The instance metadata service, scheme and host; `AZURE_POD_IDENTITY_AUTHORITY_HOST` overrides it.
  public var imds = "http://169.254.169.254"
  /// Azure Arc's agent; `IDENTITY_ENDPOINT` overrides it.
  public var arc = "http://localhost:40342/metadata/identity/oauth2/token"
  /// Cloud Shell; `MSI_ENDPOINT` overrides it.
  public var cloudShell = "http://localhost:50342/oauth2/token"
  /// The only folder from which Arc's key files are read.
  public var arcTokenFolder = "/var/opt/azcmagent/tokens"
  /// The program whose presence shows that Arc's agent is installed.
  public var arcAgent = "/var/opt/azcmagent/bin/himds"
  /// How long the default chain waits for the metadata service before it takes it for absent.
  public var probeTimeout = Duration.seconds(1)

  /// Microsoft's own places.
  public static let standard = ManagedIdentityEndpoints()

  /// Creates the standard places, to be changed.
  public init() {}
}

/// The hosts that give tokens to managed identities, in the order in which they are looked for.
enum ManagedIdentitySource: String, Sendable, CaseIterable {
  case serviceFabric = "Service Fabric"
  case appService = "App Service"
  case azureML = "Azure Machine Learning"
  case arc = "Azure Arc"
  case cloudShell = "Cloud Shell"
  case imds = "the instance metadata service"

  /// The host this program runs on. The metadata service is what remains, so that being found does not mean being there.
  static func detect(in context: IdentityContext) -> ManagedIdentitySource {
    let hasEndpoint = context.variable("IDENTITY_ENDPOINT") != nil
    if hasEndpoint, context.variable("IDENTITY_HEADER") != nil {
      return context.variable("IDENTITY_SERVER_THUMBPRINT") != nil ? .serviceFabric : .appService
    }
    if context.variable("MSI_ENDPOINT") != nil, context.variable("MSI_SECRET") != nil { return .azureML }
    if hasEndpoint, context.variable("IMDS_ENDPOINT") != nil { return .arc }
    if FileSystem.isThere(context.endpoints.arcAgent) { return .arc }
    let isCloudShell = context.variable("AZUREPS_HOST_ENVIRONMENT")?.hasPrefix("cloud-shell") ?? false
    if isCloudShell || context.variable("MSI_ENDPOINT") != nil { return .cloudShell }
    return .imds
  }
}
