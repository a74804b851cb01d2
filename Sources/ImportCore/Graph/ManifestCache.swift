import AcrCore
import OCIRegistry

/// Manifests that were read, each once for all imports of a session. It begins anew when it holds too much.
actor ManifestCache {
  private struct Key: Hashable {
    let store: String
    let digest: Digest
  }

  /// How many bytes of manifests are kept. Most have a few thousand.
  private static let byteLimit = 16 << 20
  /// How many are kept.
  private static let countLimit = 4096

  private var manifests: [Key: Task<FetchedManifest, any Error>] = [:]
  private var bytes = 0

  /// A manifest by its digest, read once for all that need it.
  /// - Throws: what `read` throws.
  func manifest(
    _ digest: Digest, of store: String, read: @escaping @Sendable () async throws -> FetchedManifest
  ) async throws -> FetchedManifest {
    let key = Key(store: store, digest: digest)
    if let known = manifests[key], let manifest = try? await known.value { return manifest }
    let task = Task { try await read() }
    keep(task, key)
    let manifest = try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
    count(manifest, key)
    return manifest
  }

  /// Keeps a manifest that was read by its tag, for those who will want it by its digest.
  func note(_ manifest: FetchedManifest, of store: String) {
    let key = Key(store: store, digest: manifest.digest)
    guard manifests[key] == nil else { return }
    keep(Task { manifest }, key)
    count(manifest, key)
  }

  private func keep(_ task: Task<FetchedManifest, any Error>, _ key: Key) {
    if manifests.count >= ManifestCache.countLimit { forget() }
    manifests[key] = task
  }

  private func count(_ manifest: FetchedManifest, _ key: Key) {
    guard manifests[key] != nil else { return }
    bytes += manifest.bytes.count
    if bytes > ManifestCache.byteLimit { forget() }
  }

  private func forget() {
    manifests = [:]
    bytes = 0
  }
}
