import AcrConcurrency
import AcrCore

/// Finds the credentials for a registry: those given in this session, then Docker's `config.json` with its helpers, then
/// podman's `auth.json`.
public actor CredentialStore {
  /// The origin of credentials given in this session.
  public static let sessionOrigin = "`acr login`"

  private let environment: [String: String]
  private var explicit: [RegistryHost: Credentials] = [:]
  /// A helper may ask for a password, so a search is made once for all who want its result.
  private let searches = SingleFlight<RegistryHost, FoundCredentials>(keeping: 4096)

  /// - Parameter environment: the process's environment: `DOCKER_CONFIG`, `HOME`, `PATH`, `REGISTRY_AUTH_FILE` and
  ///   `XDG_RUNTIME_DIR` count, and helpers run in it.
  public init(environment: [String: String]) { self.environment = environment }

  /// Remembers credentials for this session, in place of any other.
  public func add(_ credentials: Credentials, for host: RegistryHost) { explicit[host] = credentials }

  /// Forgets what this session was given or has found for a registry.
  /// - Returns: whether this session had been given credentials for it.
  @discardableResult
  public func remove(_ host: RegistryHost) -> Bool {
    searches.forget(host)
    return explicit.removeValue(forKey: host) != nil
  }

  /// The registries this session was given credentials for, in alphabetical order, with the user's name where there is one.
  public func list() -> [(host: RegistryHost, userName: String?)] {
    explicit.map { ($0.key, $0.value.userName) }.sorted { $0.0.name < $1.0.name }
  }

  /// The credentials for a registry; anonymous when none are known. A search is made once per registry.
  /// - Throws: ``AcrError`` that names the file or the helper that failed. A failed search is made again next time.
  public func credentials(for host: RegistryHost) async throws -> FoundCredentials {
    if let credentials = explicit[host] { return FoundCredentials(credentials, origin: Self.sessionOrigin) }
    return try await searches.value(for: host) { [environment] in try await Self.search(host, environment) }
  }

  /// The credentials for a registry that are at hand: given in this session, or written in a file. No helper is started,
  /// and a file that cannot be read is passed over.
  public func quietCredentials(for host: RegistryHost) -> FoundCredentials {
    if let credentials = explicit[host] { return FoundCredentials(credentials, origin: Self.sessionOrigin) }
    for path in Self.configPaths(environment) {
      guard let config = try? DockerConfig(path: path) else { continue }
      if let credentials = config.entry(for: host) { return FoundCredentials(credentials, origin: "`\(path)`") }
    }
    return .anonymous
  }

  /// The registries that the files with credentials name.
  public func configuredHosts() -> [RegistryHost] {
    Self.configPaths(environment).flatMap { path in (try? DockerConfig(path: path))?.hosts ?? [] }
  }

  private static func search(_ host: RegistryHost, _ environment: [String: String]) async throws -> FoundCredentials {
    for path in configPaths(environment) {
      guard let config = try DockerConfig(path: path) else { continue }
      if let name = config.helperName(for: host) {
        let helper = CredentialHelper(name: name, configPath: path, environment: environment)
        if let credentials = try await helper.credentials(for: DockerConfig.serverName(for: host)) {
          return FoundCredentials(credentials, origin: helper.displayName)
        }
      }
      if let credentials = config.entry(for: host) { return FoundCredentials(credentials, origin: "`\(path)`") }
    }
    return .anonymous
  }

  private static func configPaths(_ environment: [String: String]) -> [String] {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let docker = value("DOCKER_CONFIG") ?? value("HOME").map { "\($0)/.docker" }
    return [
      docker.map { "\($0)/config.json" }, value("REGISTRY_AUTH_FILE"),
      value("XDG_RUNTIME_DIR").map { "\($0)/containers/auth.json" },
    ].compactMap { $0 }
  }
}
