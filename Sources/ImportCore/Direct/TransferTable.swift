import AcrCore
import OCIRegistry
import Synchronization

/// What one session knows of blobs and manifests at targets: which are being sent now and which are there. Imports that
/// run side by side and need the same blob send it once to a registry; other repositories of it mount the blob.
public actor TransferTable {
  /// A store that is written to.
  struct Place: Hashable {
    /// The store's name, which tells stores apart.
    let name: String
    /// Its registry and repository; nil for a folder.
    let location: RepositoryLocation?

    init(_ target: ImportTarget) {
      name = target.store.displayName
      location = target.location
    }
  }

  private struct Key: Hashable {
    let store: String
    let digest: Digest
  }

  private enum Entry {
    case running(Task<BlobOutcome, any Error>)
    case present
  }

  /// The first repository of a registry that got a blob: the others mount it from there.
  private struct Home {
    let repository: RepositoryName
    let job: ImportJob
    var upload: Task<BlobOutcome, any Error>?
  }

  private struct HomeKey: Hashable {
    let registry: RegistryHost
    let digest: Digest
  }

  private var entries: [Key: Entry] = [:]
  private var homes: [HomeKey: Home] = [:]
  private let manifests = ManifestCache()
  private var written: Set<Key> = []
  /// Stores whose last answer was that the blob is there already: asking before reading saves the read.
  private var storesWithContent: Set<String> = []

  /// Creates an empty table.
  public init() {}

  // MARK: Blobs

  /// Brings a blob to a store, unless another import did or is doing it.
  /// - Parameter work: sends the blob; it gets the repository to mount it from, where another one of the registry has it.
  /// - Throws: what `work` throws. When another import's attempt fails, this one makes its own.
  func bring(
    _ digest: Digest, to place: Place, for job: ImportJob,
    work: @escaping @Sendable (RepositoryName?) async throws -> BlobOutcome
  ) async throws -> BlobOutcome {
    let key = Key(store: place.name, digest: digest)
    while true {
      switch entries[key] {
      case .present: return .present
      case .running(let task):
        if (try? await task.value) != nil { return .present }
        try Task.checkCancellation()
        continue
      case nil:
        return try await lead(key, place, job, work)
      }
    }
  }

  private func lead(
    _ key: Key, _ place: Place, _ job: ImportJob,
    _ work: @escaping @Sendable (RepositoryName?) async throws -> BlobOutcome
  ) async throws -> BlobOutcome {
    let homeKey = place.location.map { HomeKey(registry: $0.registry, digest: key.digest) }
    let isHome = homeKey.map { homes[$0] == nil } ?? false
    let task = Task { [self] in
      try await work(isHome ? nil : mountSource(homeKey, for: place, job))
    }
    entries[key] = .running(task)
    if isHome, let homeKey, let location = place.location {
      homes[homeKey] = Home(repository: location.repository, job: job, upload: task)
    }
    do {
      let outcome = try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
      entries[key] = .present
      if isHome, let homeKey { homes[homeKey]?.upload = nil }
      if outcome == .present { storesWithContent.insert(key.store) } else { storesWithContent.remove(key.store) }
      return outcome
    } catch {
      entries[key] = nil
      if isHome, let homeKey { homes[homeKey] = nil }
      throw error
    }
  }

  /// The repository that another import brought the blob to. Some registries mount only what belongs to an image, so an
  /// earlier import is awaited to its end. A later one is not: two imports could wait for each other for ever.
  private func mountSource(_ key: HomeKey?, for place: Place, _ job: ImportJob) async -> RepositoryName? {
    guard let key, let home = homes[key], home.repository != place.location?.repository else { return nil }
    if let upload = home.upload { _ = try? await upload.value }
    if home.job.number < job.number { await home.job.end() }
    return homes[key]?.repository
  }

  /// True when the last blob asked for at this store was there already.
  func expectsContent(at store: String) -> Bool { storesWithContent.contains(store) }

  /// Notes blobs that an earlier run brought to a store.
  func note(_ digests: some Sequence<Digest>, at store: String) {
    for digest in digests {
      let key = Key(store: store, digest: digest)
      if entries[key] == nil { entries[key] = .present }
    }
  }

  /// Forgets what is known of a store, after it said that a blob is missing which this table thought present.
  func forget(store: String) {
    for (key, entry) in entries where key.store == store {
      if case .present = entry { entries[key] = nil }
    }
    homes = homes.filter { $0.value.upload != nil }
    written = written.filter { $0.store != store }
  }

  // MARK: Manifests

  /// A manifest by its digest, read once for all imports that need it.
  nonisolated func manifest(
    _ digest: Digest, of store: String, read: @escaping @Sendable () async throws -> FetchedManifest
  ) async throws -> FetchedManifest {
    try await manifests.manifest(digest, of: store, read: read)
  }

  /// Keeps a manifest that was read by its tag, for those who will want it by its digest.
  nonisolated func note(_ manifest: FetchedManifest, of store: String) async {
    await manifests.note(manifest, of: store)
  }

  /// True for a manifest that this session wrote to a store by its digest.
  func hasWritten(_ digest: Digest, to store: String) -> Bool { written.contains(Key(store: store, digest: digest)) }

  /// Notes a manifest that was written.
  func noteWritten(_ digest: Digest, to store: String) { written.insert(Key(store: store, digest: digest)) }
}

/// One import of a session, for those that wait for its end.
final class ImportJob: Sendable {
  private static let last = Atomic<Int>(0)

  /// Its place in the order in which imports began.
  let number: Int
  private let state = Mutex<(isEnded: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

  init() { number = ImportJob.last.wrappingAdd(1, ordering: .relaxed).newValue }

  /// Waits until it has ended, well or not.
  func end() async {
    await withCheckedContinuation { continuation in
      let isEnded = state.withLock { state in
        if !state.isEnded { state.waiting.append(continuation) }
        return state.isEnded
      }
      if isEnded { continuation.resume() }
    }
  }

  /// Lets those go on that wait.
  func finish() {
    let waiting = state.withLock { state in
      state.isEnded = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiter in waiting { waiter.resume() }
  }
}
