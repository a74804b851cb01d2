import AcrConcurrency
import AcrCore
import AcrHTTP
import AzureIdentity
import AzureRegistry
import ImportCore
import OCIRegistry
import Synchronization

/// What commands know of Azure: the clouds, the account, and the services that are reached with it. Nothing is read or
/// asked before the first use, so that scripts without Azure pay nothing for it.
public final class AzureContext: Sendable {
  /// What a session is made of.
  public struct Settings: Sendable {
    /// Sends requests of signing in, which have rules of their own for tries.
    public var transport: any Transport
    /// Sends all other requests.
    public var http: HTTPClient
    /// Where requests are noted.
    public var trace: RequestTrace?
    /// The time of day, and waiting.
    public var clock: IdentityClock
    /// The environment variables that say how to sign in.
    public var environment: [String: String]
    /// Where clouds, sign-ins, defaults and operations are kept; nil to keep them in memory only.
    public var files: Files?
    /// What only turns out at the first use: the sandbox's own account and variables.
    public var start: (@Sendable () throws -> Start)?
    /// Told what went wrong without being worth an error.
    public var warn: @Sendable (String) -> Void

    /// Creates settings that keep nothing.
    public init(
      transport: any Transport, http: HTTPClient, trace: RequestTrace? = nil, clock: IdentityClock = .system,
      environment: [String: String] = [:], files: Files? = nil, start: (@Sendable () throws -> Start)? = nil,
      warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
      self.transport = transport
      self.http = http
      self.trace = trace
      self.clock = clock
      self.environment = environment
      self.files = files
      self.start = start
      self.warn = warn
    }
  }

  /// How a session starts where it is not left to its user.
  public struct Start: Sendable {
    /// The environment variables that say how to sign in, in place of the settings'.
    public var environment: [String: String]
    /// How to sign in when not signed in.
    public var signIn: SignInMethod

    /// Creates a start.
    public init(environment: [String: String], signIn: SignInMethod) {
      self.environment = environment
      self.signIn = signIn
    }
  }

  /// The files of a session (XDG Base Directory Specification).
  public struct Files: Sendable {
    /// The clouds that were registered, and the chosen one.
    public var clouds: String
    /// The sign-in of `login --save`; only its owner can read it.
    public var signIn: String
    /// What `configure --defaults` was told.
    public var defaults: String
    /// The folder of imports that the service was asked for, so that another session can follow them.
    public var operations: String

    /// The files below `$XDG_CONFIG_HOME/acrsh` and `$XDG_STATE_HOME/acrsh`.
    /// - Returns: nil where there is no home folder.
    public init?(environment: [String: String]) {
      func folder(_ variable: String, _ otherwise: String) -> String? {
        if let path = environment[variable], path.hasPrefix("/") { return "\(path)/acrsh" }
        return environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/\(otherwise)/acrsh" }
      }
      guard let config = folder("XDG_CONFIG_HOME", ".config"), let state = folder("XDG_STATE_HOME", ".local/state")
      else { return nil }
      clouds = "\(config)/clouds.json"
      defaults = "\(config)/defaults.json"
      signIn = "\(state)/sign-in.json"
      operations = "\(state)/operations"
    }
  }

  /// The services of an account in a cloud.
  struct Services: Sendable {
    let identity: AccountManager
    let manager: ResourceManager
    let finder: RegistryFinder
    let exchange: RegistryTokenExchange
    let imports: ImportService
    let engine: ServiceImport
  }

  let settings: Settings
  /// Registries that did not answer a look around.
  let silentHosts = SilentHosts()
  /// A load that failed is tried again: the file may be repaired by then.
  private let loading = SingleFlight<Bool, Services>(keeping: 1)
  private let loaded = Mutex<Services?>(nil)
  private let clouds = Mutex<CloudRegistry?>(nil)

  /// Creates a session; nothing is read yet.
  public init(_ settings: Settings) { self.settings = settings }

  /// The services. At the first call the cloud is chosen and the saved sign-in taken up.
  /// - Throws: ``AcrError`` where the file with the clouds is damaged, or the sandbox's account cannot be signed in.
  func services() async throws -> Services {
    try await loading.value { try await self.load() }
  }

  /// The account, where it is known already; the prompt asks for it and must not wait.
  public var knownServices: (any KnownAccount)? { loaded.withLock { $0?.identity } }

  private func load() async throws -> Services {
    let cloud = try withClouds { $0.active }
    let start = try settings.start?()
    let context = IdentityContext(
      transport: settings.transport, trace: settings.trace, limits: settings.http.limits, clock: settings.clock,
      environment: start?.environment ?? settings.environment)
    let identity = AccountManager(
      cloud: cloud, context: context, savePath: settings.files?.signIn, warn: settings.warn)
    if await identity.restore() == nil, let start { try await identity.signIn(start.signIn) }
    let manager = ResourceManager(http: settings.http, identity: identity)
    let finder = RegistryFinder(manager)
    let imports = ImportService(manager, clock: settings.clock)
    let services = Services(
      identity: identity, manager: manager, finder: finder,
      exchange: RegistryTokenExchange(http: settings.http, identity: identity, finder: finder, clock: settings.clock),
      imports: imports,
      engine: ServiceImport(service: imports, finder: finder, silent: silentHosts))
    loaded.withLock { $0 = services }
    return services
  }

  /// Reads or changes the clouds; a change is written at once.
  /// - Throws: what the change throws, and ``AcrError`` of kind `invalid` where the file is damaged.
  func withClouds<Result>(_ body: (inout CloudRegistry) throws -> Result) throws -> Result {
    try clouds.withLock { known in
      var clouds = try known ?? CloudRegistry(path: settings.files?.clouds)
      let result = try body(&clouds)
      known = clouds
      return result
    }
  }

  // MARK: Registries

  /// True for the host of an Azure registry: it ends as those of the cloud do, or, on this machine, the resource manager
  /// knows it. The first needs no sign-in.
  func isAzure(_ host: RegistryHost) async throws -> Bool {
    let suffix = try withClouds { $0.active.registrySuffix }
    if let suffix, host.hostWithoutPort.hasSuffix(suffix) { return true }
    guard host.isLoopback else { return false }
    let services = try await services()
    guard await services.identity.account != nil else { return false }
    return (try? await services.finder.registry(at: host)) != nil
  }

  /// The login server of a registry's name. The resource manager is asked when signed in, since a registry
  /// with a domain name label has another host than its name tells; what it does not know is taken for the name in front
  /// of the cloud's ending, as az does.
  /// - Parameter suffix: what stands behind the name of a registry that cannot be looked up (az's `--suffix`).
  func loginServer(ofName name: String, suffix tenant: String? = nil) async throws -> RegistryHost {
    let services = try await services()
    if await services.identity.account != nil {
      do {
        return try await services.finder.find(name).loginServer
      } catch let error as AcrError where error.kind == .notFound || error.kind == .denied {
        // The registry may open itself to the account, or to other credentials, all the same.
      }
    }
    let cloud = await services.identity.cloud
    guard let suffix = cloud.registrySuffix else {
      throw AcrError(
        .usage, "the cloud `\(cloud.name)` has no suffix for registries, so `\(name)` is not a full name",
        help: "give the login server, or add the suffix: cloud update --name \(cloud.name) "
          + "--suffix-acr-login-server-endpoint SUFFIX")
    }
    return try RegistryHost(name.lowercased() + (tenant.map { "-\($0.lowercased())" } ?? "") + suffix)
  }

  /// The login server of a registry's resource id.
  func loginServer(of id: AzureResourceID) async throws -> RegistryHost {
    let services = try await services()
    do {
      return try await services.finder.find(id).loginServer
    } catch let error as AcrError where error.kind == .denied || error.kind == .auth {
      return try await loginServer(ofName: id.name)
    }
  }
}

/// Who is signed in, for those who only want to show it.
public protocol KnownAccount: Sendable {
  /// The account's name; nil if not signed in.
  func accountName() async -> String?
}

extension AccountManager: KnownAccount {
  public func accountName() async -> String? { account?.userName }
}

/// The account as registries see it: nothing of Azure is read before a registry asks for credentials.
struct SessionIdentity: RegistryIdentity {
  let azure: AzureContext

  func credentials(for host: RegistryHost, realm: String, service: String?) async throws -> FoundCredentials? {
    try await azure.services().exchange.credentials(for: host, realm: realm, service: service)
  }
}

extension AzureContext {
  /// What lets registries be opened by the account.
  public var registryIdentity: any RegistryIdentity { SessionIdentity(azure: self) }
}
