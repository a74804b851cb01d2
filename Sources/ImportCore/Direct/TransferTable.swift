import AcrConcurrency
import AcrCore
import OCIRegistry
import Synchronization

/// What one session knows of blobs and manifests at targets: which are being sent now and which are there. Imports that
/// run side by side and need the same blob send it once to a registry; other repositories of it mount the blob.
public actor TransferTable {
  /// A store that is written to.
  struct Place: Hashable {
    /// The store.
    let id: StoreID
    /// Its registry and repository; nil for a folder.
    let location: RepositoryLocation?

    init(_ target: ImportTarget) {
      id = target.store.id
      location = target.location
    }
  }

  private struct Key: Hashable {
    let store: StoreID
    let digest: Digest
  }

  /// The first repository of a registry that got a blob, or is getting it: the others mount it from there.
  private struct Origin {
    let repository: RepositoryName
    let job: ImportJob
    /// Open when the blob is there, or will not be.
    let settled = Gate()
  }

  private struct OriginKey: Hashable {
    let registry: RegistryHost
    let digest: Digest
  }

  /// What an attempt of another import came to: with the source that it read from.
  private struct FailedAttempt: Error {
    let source: StoreID
    let error: any Error
  }

  /// Blobs that stores have.
  private var present: Set<Key> = []
  private var origins: [OriginKey: Origin] = [:]
  private let attempts = SingleFlight<Key, BlobOutcome>()
  private let manifests = ManifestCache()
  private var written: Set<Key> = []
  /// Stores whose last answer was that the blob is there already: asking before reading saves the read.
  private var storesWithContent: Set<StoreID> = []
  private var jobCount = 0

  /// Creates an empty table.
  public init() {}

  /// The next import of the session.
  func makeJob() -> ImportJob {
    jobCount += 1
    return ImportJob(number: jobCount)
  }

  // MARK: Blobs

  /// Copies a blob to a store, unless another import did or is doing it.
  ///
  /// A failed attempt is the answer for all imports that wait for it and read from the same source. One that reads from
  /// another source makes an attempt of its own, and only one.
  /// - Parameters:
  ///   - source: the store that `work` reads from.
  ///   - work: sends the blob; it gets the repository to mount it from, where another one of the registry has it.
  /// - Throws: what `work` throws, or the attempt of another import that this one waited for.
  func copy(
    _ digest: Digest, from source: StoreID, to place: Place, for job: ImportJob,
    work: @escaping @Sendable (RepositoryName?) async throws -> BlobOutcome
  ) async throws -> BlobOutcome {
    let key = Key(store: place.id, digest: digest)
    while !present.contains(key) {
      let isOwn = Flag()
      do {
        let outcome = try await attempts.value(for: key) { [self] in
          isOwn.set()
          do {
            return try await attempt(key, place, job, work)
          } catch {
            throw FailedAttempt(source: source, error: error)
          }
        }
        return isOwn.isSet ? outcome : .present
      } catch let failed as FailedAttempt {
        guard !isOwn.isSet, failed.source != source else { throw failed.error }
        try Task.checkCancellation()
      }
    }
    return .present
  }

  /// Sends a blob to the first repository of a registry, or mounts it from there.
  private func attempt(
    _ key: Key, _ place: Place, _ job: ImportJob, _ work: @Sendable (RepositoryName?) async throws -> BlobOutcome
  ) async throws -> BlobOutcome {
    let originKey = place.location.map { OriginKey(registry: $0.registry, digest: key.digest) }
    var origin: Origin?
    if let originKey, let location = place.location, origins[originKey] == nil {
      let first = Origin(repository: location.repository, job: job)
      origins[originKey] = first
      origin = first
    }
    defer { origin?.settled.open() }
    do {
      let outcome = try await work(origin == nil ? mountSource(originKey, for: place, job) : nil)
      present.insert(key)
      if outcome == .present { storesWithContent.insert(key.store) } else { storesWithContent.remove(key.store) }
      return outcome
    } catch {
      if let originKey, origin != nil { origins[originKey] = nil }
      throw error
    }
  }

  /// The repository that another import brought the blob to. Some registries mount only what belongs to an image, so an
  /// earlier import is awaited to its end. A later one is not: two imports could wait for each other for ever.
  private func mountSource(_ key: OriginKey?, for place: Place, _ job: ImportJob) async throws -> RepositoryName? {
    guard let key, let origin = origins[key], origin.repository != place.location?.repository else { return nil }
    try await origin.settled.wait()
    if origin.job.number < job.number { try await origin.job.end() }
    return origins[key]?.repository
  }

  /// True when the last blob asked for at this store was there already.
  func expectsContent(at store: StoreID) -> Bool { storesWithContent.contains(store) }

  /// Forgets that a store has blobs, after it said that one of them is missing.
  func forget(_ digests: Set<Digest>, at store: StoreID) {
    for digest in digests { present.remove(Key(store: store, digest: digest)) }
  }

  // MARK: Manifests

  /// A manifest by its digest, read once for all imports that need it.
  nonisolated func manifest(
    _ digest: Digest, of store: StoreID, read: @escaping @Sendable () async throws -> FetchedManifest
  ) async throws -> FetchedManifest {
    try await manifests.manifest(digest, of: store, read: read)
  }

  /// Keeps a manifest that was read by its tag, for those who will want it by its digest.
  nonisolated func note(_ manifest: FetchedManifest, of store: StoreID) {
    manifests.note(manifest, of: store)
  }

  /// True for a manifest that this session wrote to a store by its digest.
  func hasWritten(_ digest: Digest, to store: StoreID) -> Bool { written.contains(Key(store: store, digest: digest)) }

  /// Notes a manifest that was written.
  func noteWritten(_ digest: Digest, to store: StoreID) { written.insert(Key(store: store, digest: digest)) }
}

/// Tells a closure's caller that it ran.
private final class Flag: Sendable {
  private let state = Atomic(false)

  var isSet: Bool { state.load(ordering: .acquiring) }

  func set() { state.store(true, ordering: .releasing) }
}
