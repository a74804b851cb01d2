import AcrConcurrency
import AcrCore
import OCIRegistry
import Synchronization

/// Manifests that were read, each once for all imports of a session. It begins anew when it holds too much.
final class ManifestCache: Sendable {
  private struct Key: Hashable {
    let store: StoreID
    let digest: Digest
  }

  /// How many bytes of manifests are kept. Most have a few thousand.
  private static let byteLimit = 16 << 20
  /// How many are kept.
  private static let countLimit = 4096

  private let reads = SingleFlight<Key, FetchedManifest>(keeping: ManifestCache.countLimit)
  /// Those that were kept since it began anew.
  private let bytes = Mutex(0)

  /// Creates an empty cache.
  init() {}

  /// A manifest by its digest, read once for all that need it.
  /// - Throws: what `read` throws.
  func manifest(
    _ digest: Digest, of store: StoreID, read: @escaping @Sendable () async throws -> FetchedManifest
  ) async throws -> FetchedManifest {
    try await reads.value(for: Key(store: store, digest: digest)) { [self] in
      let manifest = try await read()
      makeRoom(for: manifest)
      return manifest
    }
  }

  /// Keeps a manifest that was read by its tag, for those who will want it by its digest.
  func note(_ manifest: FetchedManifest, of store: StoreID) {
    let key = Key(store: store, digest: manifest.digest)
    guard reads.known(key) == nil else { return }
    makeRoom(for: manifest)
    reads.note(manifest, for: key)
  }

  private func makeRoom(for manifest: FetchedManifest) {
    let isFull = bytes.withLock { bytes in
      bytes += manifest.bytes.count
      guard bytes > ManifestCache.byteLimit else { return false }
      bytes = manifest.bytes.count
      return true
    }
    if isFull { reads.forgetAll() }
  }
}
