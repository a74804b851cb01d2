import AcrConcurrency
import AcrCore
import AcrHTTP
import AzureIdentity
import OCIRegistry

/// Signs the account of Entra in to Azure's registries: they give out a refresh token for its token
/// (`POST /oauth2/exchange`), and access tokens for that one (`POST /oauth2/token`), which is what OCIRegistry does with
/// every identity token (wire facts, 4.1 to 4.3).
public actor RegistryTokenExchange: RegistryIdentity {
  /// What errors about these credentials call them.
  public static let origin = "the account of `login`"

  /// A registry gives the account tokens whatever it may do, and refuses them where a role is missing.
  private static let help =
    "the account needs a role on this registry: `AcrPull` to read, `AcrPush` to write, `AcrDelete` to delete (where roles "
    + "are for repositories: `Container Registry Repository Reader`, `Writer`, `Contributor`)"

  /// A registry knows only accounts of its own tenant, and tokens of its own kind where a policy says so.
  private static let unknownAccountHelp =
    "the registry takes accounts of its own tenant only: sign in there with `login --tenant TENANT`, or to the registry "
    + "with `acr login --username --password` (an admin user or a token)"

  /// A refresh token is got anew when it has less time left than this.
  private static let margin: Int64 = 300
  /// The life of a refresh token that does not tell it, and how long a refusal is believed, in seconds.
  private static let shortLife: Int64 = 300

  private struct Key: Hashable {
    let host: RegistryHost
    let account: Account
  }

  private struct Entry: Sendable {
    /// Nil where the registry does not know the account.
    let token: Secret?
    /// In seconds since 1970.
    let end: Int64
  }

  private let http: HTTPClient
  private let identity: AccountManager
  private let finder: RegistryFinder
  private let clock: IdentityClock
  private var entries: [Key: Entry] = [:]
  private let exchanges = SingleFlight<Key, Entry>()

  /// Creates an exchange without tokens.
  /// - Parameter finder: tells whether a host without the cloud's ending is a registry of Azure.
  public init(http: HTTPClient, identity: AccountManager, finder: RegistryFinder, clock: IdentityClock = .system) {
    self.http = http
    self.identity = identity
    self.finder = finder
    self.clock = clock
  }

  /// A refresh token of the registry for the account that is signed in.
  /// - Returns: nil if not signed in, where the host is not an Azure registry, and where it does not know the
  ///   account: what is public there can still be read.
  public func credentials(
    for host: RegistryHost, realm: String, service: String?
  ) async throws -> FoundCredentials? {
    guard let account = await identity.account, await isAzure(host, realm: realm) else { return nil }
    let key = Key(host: host, account: account)
    let now = clock.now().seconds
    let entry: Entry
    if let known = entries[key], known.end - (known.token == nil ? 0 : RegistryTokenExchange.margin) > now {
      entry = known
    } else {
      entry = try await exchanges.value(for: key) { try await self.exchange(host, realm: realm, service: service) }
      entries[key] = entry
    }
    guard let token = entry.token else {
      // What is public can be read all the same, and an error then says who was refused.
      return FoundCredentials(
        .anonymous, origin: RegistryTokenExchange.origin, help: RegistryTokenExchange.unknownAccountHelp)
    }
    return FoundCredentials(
      .identityToken(token), origin: RegistryTokenExchange.origin, help: RegistryTokenExchange.help)
  }

  /// A refresh token of a registry for the account, to be shown to programs that sign in by themselves (what `az acr login
  /// --expose-token` prints).
  /// - Throws: ``AcrError`` of kind `auth` where the registry does not know the account, `usage` for a host that is no
  ///   registry of Azure.
  public func refreshToken(for host: RegistryHost) async throws -> Secret {
    let scheme = host.isLoopback ? "http" : "https"
    let response = try await http.send(TransportRequest(.get, "\(scheme)://\(host.apiHost)/v2/"))
    let challenge = Challenge.parse(response.headers.all("WWW-Authenticate")).first { $0.scheme == "bearer" }
    _ = await response.body.beginning(upTo: HTTPClient.errorLimit)
    guard let realm = challenge?.parameters["realm"], await isAzure(host, realm: realm) else {
      throw AcrError(
        .usage, "`\(host)` is not an Azure registry, so the account has no token for it",
        help: "sign in to it with `--username` and `--password`", status: response.status, target: host.name)
    }
    let found = try await credentials(for: host, realm: realm, service: challenge?.parameters["service"])
    guard case .identityToken(let token)? = found?.credentials else {
      throw AcrError(
        .auth, "`\(host)` does not know the account",
        help: "it needs a role there, such as `AcrPull`, and the registry must be in the account's tenant",
        target: host.name)
    }
    return token
  }

  /// Tells whether a host is one of Azure's: the account's token must reach no other. The token server has to be at the
  /// host itself, which ends as the cloud's registries do or is known to the resource manager.
  private func isAzure(_ host: RegistryHost, realm: String) async -> Bool {
    guard RegistryTokenRequest.isAtRegistry(realm, host) else { return false }
    if let suffix = await identity.cloud.registrySuffix, host.hostWithoutPort.hasSuffix(suffix) { return true }
    // Where the resource manager cannot be asked, the host is not known to be Azure's.
    return (try? await finder.registry(at: host)) != nil
  }

  private func exchange(_ host: RegistryHost, realm: String, service: String?) async throws -> Entry {
    let token = try await identity.token(scopes: [AzureCloud.registryScope])
    let request = RegistryTokenRequest(token: token.token, tenant: token.tenant, host: host)
    guard let secret = try await request.send(http, realm: realm, service: service) else {
      return Entry(token: nil, end: clock.now().seconds + RegistryTokenExchange.shortLife)
    }
    let end = TokenClaims(peekingInto: secret)?.expiresOn?.seconds
    return Entry(token: secret, end: end ?? clock.now().seconds + RegistryTokenExchange.shortLife * 2)
  }
}
