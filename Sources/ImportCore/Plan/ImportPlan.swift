import AcrCore
import OCIRegistry

/// What an import will do, made by reading only.
public struct ImportPlan: Sendable {
  /// The manifest the targets will name.
  public let root: FetchedManifest
  /// Manifests under the root by depth, the deepest level first: those of one level do not refer to each other.
  public let levels: [[FetchedManifest]]
  /// The blobs of all manifests, each once, in the order of the manifests.
  public let blobs: [Descriptor]
  /// What each target has now, in the request's order.
  public let states: [TargetState]
  /// The digest of the source's index, where ``root`` is that index without some of its platforms.
  public var trimmedFrom: Digest?

  /// What a target's tag points at before the import.
  public enum TargetState: Sendable, Equatable {
    /// The tag does not exist.
    case missing
    /// The tag points at the root already.
    case same
    /// The tag points at another manifest.
    case other(Digest)
    /// There is no tag to look at; the manifest itself is not there.
    case untagged
  }

  /// All manifests under the root, each behind everything it refers to.
  public var children: [FetchedManifest] { levels.flatMap(\.self) }

  /// True when every target has the root already.
  public var isUnchanged: Bool { states.allSatisfy { $0 == .same } }

  /// The bytes of all blobs together.
  public var totalBytes: WireSize { blobs.totalSize }
}

/// Reads a source from its root manifest down.
public struct PlanReader: Sendable {
  private let source: any ArtifactSource
  private let limit: TransferLimit
  private let table: TransferTable?

  /// Creates a reader of trees in `source`.
  /// - Parameter table: the session's table, so that manifests under several indexes are read once.
  public init(source: any ArtifactSource, limit: TransferLimit, table: TransferTable? = nil) {
    self.source = source
    self.limit = limit
    self.table = table
  }

  /// How deep indexes may be nested; image-spec sets no limit, and nobody nests more than two.
  public static let maximumDepth = 8

  /// The tree under `root`: its manifests in the order to write them, and all blobs.
  /// - Throws: ``AcrError`` of kind `not-found` when a child is missing, `invalid` when a manifest does not parse.
  public func read(_ root: FetchedManifest) async throws -> (levels: [[FetchedManifest]], blobs: [Descriptor]) {
    var blobs: [Descriptor] = []
    var seenManifests: Set<Digest> = [root.digest]
    var seenBlobs: Set<Digest> = []
    var level = [root]
    var levels: [[FetchedManifest]] = []
    while !level.isEmpty {
      guard levels.count < PlanReader.maximumDepth else {
        throw AcrError(.invalid, "\(source.displayName) nests more than \(PlanReader.maximumDepth) indexes")
      }
      var next: [Descriptor] = []
      for manifest in level {
        let image = try ImageManifest(manifest, name: source.displayName)
        for child in image.manifests where seenManifests.insert(child.digest).inserted { next.append(child) }
        for blob in image.blobs where !blob.isForeign && seenBlobs.insert(blob.digest).inserted { blobs.append(blob) }
      }
      level = try await fetch(next)
      if !level.isEmpty { levels.append(level) }
    }
    return (levels.reversed(), blobs)
  }

  private func fetch(_ descriptors: [Descriptor]) async throws -> [FetchedManifest] {
    try await withThrowingTaskGroup(of: (Int, FetchedManifest).self) { group in
      for (index, descriptor) in descriptors.enumerated() {
        group.addTask { (index, try await limit.withPlace { try await fetch(descriptor) }) }
      }
      var fetched: [(Int, FetchedManifest)] = []
      for try await item in group { fetched.append(item) }
      return fetched.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func fetch(_ descriptor: Descriptor) async throws -> FetchedManifest {
    do {
      guard let table else { return try await source.manifest(.digest(descriptor.digest)) }
      return try await table.manifest(descriptor.digest, of: source.displayName) { [source] in
        try await source.manifest(.digest(descriptor.digest))
      }
    } catch var error as AcrError where error.kind == .notFound {
      let platform = descriptor.platform.map { " for \($0)" } ?? ""
      error.message =
        "the index names a manifest\(platform) that \(source.displayName) does not hold: \(descriptor.digest)"
      error.help = "the source is incomplete; import one platform by its digest, or have the source repaired"
      throw error
    }
  }
}
