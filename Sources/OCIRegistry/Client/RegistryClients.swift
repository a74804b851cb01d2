import AcrCore
import AcrHTTP
import Synchronization

/// What the commands hold on to: one client for each registry, so that addresses and tokens are learnt once a session.
public final class RegistryClients: Sendable {
  /// The credentials of the session.
  public let credentials: CredentialStore
  private let http: HTTPClient
  private let insecureHosts: InsecureHosts
  private let identity: (any RegistryIdentity)?
  private let clients = Mutex<[RegistryHost: RegistryClient]>([:])
  /// Clients with credentials of their own, so that many imports with the same ones share their tokens.
  private let borrowedClients = Mutex<
    [(host: RegistryHost, credentials: Credentials, exchanges: Bool, client: RegistryClient)]
  >([])
  /// Clients that sign in nowhere; see ``quietClient(_:)``.
  private let quietClients = Mutex<[RegistryHost: RegistryClient]>([:])

  /// Creates a session.
  /// - Parameters:
  ///   - insecureHosts: registries for which plain http is allowed where https does not work.
  ///   - identity: who is signed in elsewhere, for registries without credentials of their own.
  public init(
    http: HTTPClient, credentials: CredentialStore, insecureHosts: InsecureHosts = [],
    identity: (any RegistryIdentity)? = nil
  ) {
    self.http = http
    self.credentials = credentials
    self.insecureHosts = insecureHosts
    self.identity = identity
  }

  /// The client for a registry.
  public func client(_ host: RegistryHost) -> RegistryClient {
    clients.withLock { clients in
      if let client = clients[host] { return client }
      let client = makeClient(host, identity) { [credentials] in try await credentials.credentials(for: host) }
      clients[host] = client
      return client
    }
  }

  /// A client that uses other credentials than the session's, without keeping them for it.
  /// - Parameters:
  ///   - origin: where they come from, to be read after "from" in errors.
  ///   - identity: who exchanges an access token for what the registry itself gives out; without one it is shown as it is.
  public func client(
    _ host: RegistryHost, credentials: Credentials, origin: String, identity: (any RegistryIdentity)? = nil
  ) -> RegistryClient {
    borrowedClients.withLock { clients in
      let key = (host, credentials, identity != nil)
      if let known = clients.first(where: { ($0.host, $0.credentials, $0.exchanges) == key }) { return known.client }
      let found = identity == nil ? FoundCredentials(credentials, origin: origin) : .anonymous
      let client = makeClient(host, identity) { found }
      clients.append((host, credentials, identity != nil, client))
      return client
    }
  }

  /// A client for background requests, such as completion: it shows the credentials this session was given or that
  /// stand in a file, and starts no credential helper, which might ask a person. What it learns it keeps for itself, so that
  /// commands find neither its tokens nor its failures.
  public func quietClient(_ host: RegistryHost) -> RegistryClient {
    quietClients.withLock { clients in
      if let client = clients[host] { return client }
      let client = makeClient(host, identity) { [credentials] in await credentials.quietCredentials(for: host) }
      clients[host] = client
      return client
    }
  }

  /// The registries this session has to do with: signed in to, used, or in a file with credentials; in alphabetical order.
  public func knownHosts() async -> [RegistryHost] {
    let used = clients.withLock { Array($0.keys) } + borrowedClients.withLock { $0.map(\.host) }
    let signedIn = await credentials.list().map(\.host)
    return Set(used + signedIn + (await credentials.configuredHosts())).sorted { $0.name < $1.name }
  }

  /// One repository of a registry.
  public func repository(_ host: RegistryHost, _ name: RepositoryName, access: Access) -> RegistryRepository {
    RegistryRepository(client: client(host), name: name, access: access)
  }

  /// Tries credentials, and keeps them for the session when the registry accepts them.
  /// - Throws: ``AcrError`` of kind `auth` when they are refused; then nothing is kept.
  public func login(_ host: RegistryHost, _ new: Credentials) async throws {
    let found = FoundCredentials(new, origin: CredentialStore.sessionOrigin)
    try await makeClient(host) { found }.checkLogin()
    await credentials.add(new, for: host)
    forgetClient(host)
  }

  /// Forgets the credentials and tokens of a registry.
  /// - Returns: whether this session had been given credentials for it.
  @discardableResult
  public func logout(_ host: RegistryHost) async -> Bool {
    forgetClient(host)
    return await credentials.remove(host)
  }

  /// Asks a registry whether it accepts the credentials known for it.
  /// - Throws: ``AcrError`` of kind `auth` when it does not.
  public func checkLogin(_ host: RegistryHost) async throws { try await client(host).checkLogin() }

  /// Forgets all tokens that were got by the identity: another one is signed in now.
  public func forgetTokens() {
    clients.withLock { $0 = [:] }
    quietClients.withLock { $0 = [:] }
  }

  private func forgetClient(_ host: RegistryHost) {
    clients.withLock { $0[host] = nil }
    quietClients.withLock { $0[host] = nil }
  }

  private func makeClient(
    _ host: RegistryHost, _ identity: (any RegistryIdentity)? = nil,
    credentials: @escaping @Sendable () async throws -> FoundCredentials
  ) -> RegistryClient {
    let isInsecure = insecureHosts.contains(URLReference("https://\(host.apiHost)"))
    return RegistryClient(
      host: host, http: http, isInsecure: isInsecure, identity: identity, credentials: credentials)
  }
}
