import AcrCore
import AcrRuntime
import ArtifactTrust
import AzureRegistry
import ImageContents
import ImportCore
import OCIRegistry

/// What all commands of one session share: the way to registries, the import engine, and who shows progress.
public final class CommandContext: Sendable {
  /// Registries, with the credentials of this session.
  public let registries: RegistryClients
  /// The account, the clouds, and imports by the service.
  public let azure: AzureContext
  /// The engine of imports that this machine does itself.
  public let engine: DirectImport
  /// The layout folders that were named.
  let layouts: OCILayouts
  /// The session's one limit of transfers at a time.
  public let limit: TransferLimit
  /// Who shows how far imports are.
  public let progress: any ImportProgress
  /// The logs of the runs under way.
  public let logs: ActiveLogs
  /// What the prompt tells.
  public let status: SessionStatus
  /// Where the person is.
  public let places: Places
  /// What `configure --defaults` chose.
  let defaults: Defaults
  /// The imports the service was asked for.
  let operations: PendingOperations
  /// What was seen inside of layers.
  let listings: ListingCache
  /// What is known of Docker Hub's limit.
  let hubPulls: HubPulls
  /// What the flags of the command at hand say of its registry.
  let addressing: RegistryAddressing
  private let trustedRoot: @Sendable () throws(AcrError) -> String?

  /// How many transfers run at a time unless the session says otherwise.
  public static let defaultTransfers = TransferLimit.standard

  /// Creates a session.
  /// - Parameters:
  ///   - registries: made with ``AzureContext/registryIdentity``, so that the account opens Azure's registries.
  ///   - transfers: how many requests of imports and lists may be under way at a time.
  ///   - logs: the logs of the runs under way, for whoever writes messages that belong to no command.
  ///   - firstDelay: the wait before a broken upload goes on.
  ///   - trustedRoot: names the file trusted_root.json of the Sigstore instance that counts where no other is given; nil for
  ///     the public one.
  public init(
    registries: RegistryClients, azure: AzureContext, progress: any ImportProgress,
    transfers: Int = CommandContext.defaultTransfers, logs: ActiveLogs = ActiveLogs(),
    firstDelay: Duration = .milliseconds(500),
    trustedRoot: @escaping @Sendable () throws(AcrError) -> String? = { () throws(AcrError) in nil }
  ) {
    layouts = OCILayouts()
    status = SessionStatus()
    places = Places()
    listings = ListingCache()
    hubPulls = HubPulls()
    addressing = .none
    self.trustedRoot = trustedRoot
    self.registries = registries
    self.azure = azure
    self.progress = progress
    self.logs = logs
    limit = TransferLimit(transfers)
    engine = DirectImport(table: TransferTable(), limit: limit, firstDelay: firstDelay)
    defaults = Defaults(path: azure.settings.files?.defaults)
    operations = PendingOperations(folder: azure.settings.files?.operations)
  }

  /// The same session, for a command whose flags say more of its registry.
  func addressed(_ addressing: RegistryAddressing) -> CommandContext { CommandContext(self, addressing) }

  private init(_ other: CommandContext, _ addressing: RegistryAddressing) {
    registries = other.registries
    azure = other.azure
    engine = other.engine
    layouts = other.layouts
    limit = other.limit
    progress = other.progress
    logs = other.logs
    status = other.status
    places = other.places
    defaults = other.defaults
    operations = other.operations
    listings = other.listings
    hubPulls = other.hubPulls
    trustedRoot = other.trustedRoot
    self.addressing = addressing
  }

  /// The Sigstore instance that counts where no other is given.
  func standardRoot() throws(AcrError) -> TrustedRoot {
    guard let path = try trustedRoot() else { return try TrustArguments.publicRoot() }
    return try TrustArguments.root(path)
  }

  /// Forgets what was found and given out for another account or cloud.
  func accountChanged() async {
    if let services = try? await azure.services() { await services.finder.forget() }
    registries.forgetTokens()
  }

  /// A repository for reading or writing, or a layout folder, whose repository's name is then of no importance.
  func store(
    _ registry: RegistryArgument, _ repository: RepositoryName, _ access: Access, credentials: Credentials? = nil
  ) -> (store: any ArtifactTarget, location: RepositoryLocation?) {
    switch registry {
    case .layout(let path):
      return (layouts.layout(path), nil)
    case .registry(let host):
      let client =
        credentials.map { registries.client(host, credentials: $0, origin: "`--username` and `--password`") }
        ?? self.client(host)
      let store = RegistryRepository(client: client, name: repository, access: access)
      return (store, RepositoryLocation(registry: host, repository: repository))
    }
  }

  /// A repository or layout with the image in it that a whole reference names.
  func store(_ artifact: ArtifactArgument, _ access: Access) throws -> NamedArtifact {
    switch artifact {
    case .image(let image):
      let found = store(.registry(image.registry), image.repository, access)
      return NamedArtifact(store: found.store, location: found.location, tag: image.tag, digest: image.digest)
    case .layout(let layout):
      let store = layouts.layout(layout.path)
      guard access == .pull, case .digest(let digest) = try store.selector(for: layout) else {
        return NamedArtifact(store: store, location: nil, tag: layout.tag, digest: layout.digest)
      }
      return NamedArtifact(store: store, location: nil, tag: layout.tag, digest: digest)
    }
  }
}

/// A store and what is named in it.
struct NamedArtifact: Sendable {
  let store: any ArtifactTarget
  let location: RepositoryLocation?
  let tag: TagName?
  let digest: Digest?

  /// The manifest that is meant: the digest decides, then the tag, then `latest`.
  var selector: ManifestSelector { digest.map(ManifestSelector.digest) ?? .tag(tag ?? .latest) }
}

/// Shows how far imports are.
public protocol ImportProgress: Sendable {
  /// So many imports will start; what is told several times adds up.
  func expect(_ count: Int)
  /// One of those that were expected ended before it started: nothing had to be done, or it was refused (nil).
  func pass(_ result: ImportResult?)
  /// An import starts.
  /// - Parameter name: the import as people write it, for the line that stands for it.
  /// - Returns: what takes its events.
  func start(_ name: String) -> any ImportProgressLine
  /// Something large is read, and nothing is imported. Its line counts among no imports.
  func startReading(_ name: String) -> any ImportProgressLine
}

extension ImportProgress {
  /// For displays of imports only.
  public func startReading(_ name: String) -> any ImportProgressLine { NoProgress() }
}

/// The progress of one import.
public protocol ImportProgressLine: Sendable {
  /// Something happened.
  func report(_ event: ImportEvent)
  /// It ended: with a result, or with an error that is reported elsewhere (nil).
  func finish(_ result: ImportResult?)
}

/// Shows nothing.
public struct NoProgress: ImportProgress, ImportProgressLine {
  /// Creates a display of nothing.
  public init() {}
  public func expect(_ count: Int) {}
  public func pass(_ result: ImportResult?) {}
  public func start(_ name: String) -> any ImportProgressLine { self }
  public func report(_ event: ImportEvent) {}
  public func finish(_ result: ImportResult?) {}
}
