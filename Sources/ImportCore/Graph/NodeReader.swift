import AcrCore
import OCIRegistry

/// Reads manifests by their digests: many at a time, few bytes of them at once, and nothing of them is kept but what they
/// name.
public struct NodeReader: Sendable {
  private let store: any ArtifactSource
  private let limit: TransferLimit
  private let budget: WireBudget

  /// Creates a reader.
  /// - Parameter budget: what is read takes from it; nil for the usual limits.
  public init(store: any ArtifactSource, limit: TransferLimit, budget: WireBudget? = nil) {
    self.store = store
    self.limit = limit
    self.budget = budget ?? WireBudget(store.limits, for: "`\(store.displayName)`")
  }

  /// What several manifests name; one that is not there is nil.
  /// - Throws: ``AcrError``: `invalid` for a document that is no manifest and for more than fits into memory, and what the
  ///   store throws.
  /// - Parameter sizes: how large they will be, as far as an index told it: fewer large ones are then read at a time.
  public func nodes(_ digests: [Digest], sizes: [Digest: WireSize] = [:]) async throws -> [ManifestNode?] {
    var found = [ManifestNode?](repeating: nil, count: digests.count)
    var factory = NodeFactory(budget)
    try await ManifestWindow(limit: limit).read(
      Array(digests.enumerated()), size: { sizes[$0.element] },
      fetch: { want -> FetchedManifest? in
        do {
          return try await store.manifest(.digest(want.element))
        } catch let error as AcrError where error.kind == .notFound {
          return nil
        }
      },
      bytes: { $0?.bytes.count ?? 0 }
    ) { want, manifest in
      guard let manifest else { return }
      try budget.take(1, of: .manifests)
      found[want.offset] = try factory.node(manifest, try ImageManifest(manifest, name: store.displayName))
    }
    return found
  }

  /// Reads the configurations of images, few bytes of them at once.
  /// - Parameter take: takes what it needs out of a document.
  /// - Returns: what was taken; nil for an image without a configuration, and where it could not be read.
  public func configurations<Facts: Sendable>(
    of nodes: [ManifestNode?], _ take: @escaping @Sendable (Descriptor) async throws -> Facts
  ) async throws -> [Facts?] {
    var found = [Facts?](repeating: nil, count: nodes.count)
    let images = nodes.enumerated().compactMap { index, node -> (Int, Descriptor)? in
      guard let config = node?.config, [MediaType.ociConfig, MediaType.dockerConfig].contains(config.mediaType) else {
        return nil
      }
      return (index, config.descriptor)
    }
    try await ManifestWindow(limit: limit).read(
      images, size: \.1.size, fetch: { image in try? await take(image.1) }, bytes: { _ in 0 }
    ) { image, facts in found[image.0] = facts }
    try Task.checkCancellation()
    return found
  }
}
