import AcrCore
import ImportCore
import OCIRegistry

/// What Tab asks registries: their repositories, tags and digests. It never signs in anywhere and never starts a credential
/// helper; what cannot be had with the credentials at hand is an error.
public struct RegistryLookup: Sendable {
  /// Registries that an account can see, for example those of its subscriptions; asked when names of registries are wanted.
  public typealias AccountRegistries = @Sendable () async throws -> [String]

  private let session: AcrSession
  private let accountRegistries: AccountRegistries?

  /// How many names are read of one list; a person who sees more types another letter.
  public static let nameLimit = 20_000
  /// How many tags are asked for their digests.
  static let digestLimit = 200

  /// Creates a lookup with the session's credentials.
  /// - Parameter accountRegistries: names the registries of the signed-in account; nil without accounts. It must not sign in.
  public init(session: AcrSession, accountRegistries: AccountRegistries? = nil) {
    self.session = session
    self.accountRegistries = accountRegistries
  }

  /// The registries this session knows, those of the account first.
  public func registries() async -> [String] {
    let account = (try? await accountRegistries?()) ?? []
    let known = await session.registries.knownHosts().map(\.name)
    return account + known.filter { !account.contains($0) }
  }

  /// The repositories of a registry, named as in `--name`. A folder has none.
  /// - Throws: ``AcrError`` when the registry cannot be asked.
  public func repositories(of registry: String) async throws -> [String] {
    guard case .registry(let host) = try RegistryArgument(registry) else { return [] }
    return try await first(session.registries.quietClient(host).catalog()) { $0.name }
  }

  /// The tags of a repository, or of a folder, in the order of people: 1.9 before 1.10.
  /// - Throws: ``AcrError`` when the registry cannot be asked.
  public func tags(of repository: String, in registry: String) async throws -> [String] {
    try await first(try store(registry, repository).tagPages()) { $0.name }.sorted(by: VersionOrder.precedes)
  }

  /// The digests behind the tags of a repository, each with its tags.
  /// - Throws: ``AcrError`` when the registry cannot be asked.
  public func digests(of repository: String, in registry: String) async throws -> [(digest: String, tags: [String])] {
    let store = try store(registry, repository)
    let reader = MetadataReader(store: store, limit: session.limit)
    let tags = try await first(store.tagPages()) { $0 }.prefix(RegistryLookup.digestLimit)
    return try await reader.taggedManifests(Array(tags)).map { ($0.digest.description, $0.tags) }
  }

  private func store(_ registry: String, _ repository: String) throws -> any ArtifactSource {
    switch try RegistryArgument(registry) {
    case .layout(let path): return OCILayout(path: path)
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
