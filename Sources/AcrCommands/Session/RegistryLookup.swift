import AcrCore
import ImportCore
import OCIRegistry

/// What Tab asks registries: their repositories, tags and digests. It does not sign in and starts no credential helper; what
/// cannot be had with the account and the credentials at hand is an error.
public struct RegistryLookup: Sendable {
  private let session: CommandContext

  /// How many names are read of one list; a person who sees more types another letter.
  public static let nameLimit = 20_000
  /// How many tags are asked for their digests.
  static let digestLimit = 200

  /// Creates a lookup with the session's credentials.
  public init(session: CommandContext) { self.session = session }

  /// The names of registries as flags take them, each with its host where that is another: those of the account, then the
  /// hosts this session knows.
  public func registries() async -> [(name: String, host: String)] {
    let account = await accountRegistries()
    let known = await session.registries.knownHosts().map(\.name)
    return account + known.filter { host in !account.contains { $0.host == host } }.map { ($0, $0) }
  }

  private func accountRegistries() async -> [(name: String, host: String)] {
    guard let services = try? await session.azure.services(), await services.identity.account != nil,
      let found = try? await services.finder.all()
    else { return [] }
    return found.map { ($0.name, $0.loginServer.name) }
  }

  /// The repositories of a registry, named as in `--name`. A folder has none.
  /// - Throws: ``AcrError`` when the registry cannot be asked.
  public func repositories(of registry: String) async throws -> [String] {
    guard case .registry(let host) = try await argument(registry) else { return [] }
    return try await first(session.registries.quietClient(host).catalog()) { $0.name }
  }

  /// The tags of a repository, or of a folder, in the order of people: 1.9 before 1.10.
  /// - Throws: ``AcrError`` when the registry cannot be asked.
  public func tags(of repository: String, in registry: String) async throws -> [String] {
    try await first(try await store(registry, repository).tagPages()) { $0.name }.sorted(by: VersionOrder.precedes)
  }

  /// The digests behind the tags of a repository, each with its tags.
  /// - Throws: ``AcrError`` when the registry cannot be asked.
  public func digests(of repository: String, in registry: String) async throws -> [(digest: String, tags: [String])] {
    let store = try await store(registry, repository)
    let reader = MetadataReader(store: store, limit: session.limit)
    let tags = try await first(store.tagPages()) { $0 }.prefix(RegistryLookup.digestLimit)
    return try await reader.taggedManifests(Array(tags)).map { ($0.digest.description, $0.tags) }
  }

  private func argument(_ registry: String) async throws -> RegistryArgument {
    switch try RegistryText(registry) {
    case .layout(let path): .layout(path: path)
    case .host(let host): .registry(host)
    case .azureName(let name): .registry(try await session.azure.loginServer(ofName: name))
    case .azureID(let id): .registry(try await session.azure.loginServer(of: id))
    }
  }

  private func store(_ registry: String, _ repository: String) async throws -> any ArtifactSource {
    switch try await argument(registry) {
    case .layout(let path): return session.layouts.layout(path)
    case .registry(let host):
      // Docker Hub's own images are written without `library/`.
      let isShort = host == .dockerHub && !repository.contains("/")
      let name = try RepositoryName(isShort ? "library/\(repository)" : repository)
      return RegistryRepository(client: session.registries.quietClient(host), name: name, access: .pull)
    }
  }

  private func first<Element: Sendable, Name: Sendable>(
    _ pages: PageReader<Element>, _ name: (Element) -> Name
  ) async throws -> [Name] {
    var names: [Name] = []
    while names.count < RegistryLookup.nameLimit, let page = try await pages.next() { names += page.map(name) }
    return names
  }
}
