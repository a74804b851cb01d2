import AcrCore
import OCIRegistry

/// A manifest under the root of a plan. Small ones are kept; of large ones only the name is, and they are read again when
/// they are written.
public struct PlannedManifest: Sendable {
  /// The digest.
  public let digest: Digest
  /// The media type.
  public let mediaType: String
  /// The bytes; nil where the plan would have become too large.
  let body: [UInt8]?

  /// False for a large manifest, which is read again when it is written.
  public var keepsBody: Bool { body != nil }

  init(_ manifest: FetchedManifest, keepsBody: Bool) {
    digest = manifest.digest
    mediaType = manifest.mediaType
    body = keepsBody ? manifest.bytes : nil
  }

  /// The manifest with its bytes.
  /// - Throws: what `source` throws, where it has to be read again.
  func fetched(from source: any ArtifactSource) async throws -> FetchedManifest {
    guard let body else { return try await source.manifest(.digest(digest)) }
    return FetchedManifest(bytes: body, mediaType: mediaType, digest: digest)
  }
}

/// Reads a source from its root manifest down: each manifest once, within fixed limits of memory.
public struct PlanReader: Sendable {
  private let source: any ArtifactSource
  private let limit: TransferLimit
  private let table: TransferTable?
  private let limits: WireLimits

  /// Creates a reader of trees in `source`.
  /// - Parameter table: the session's table, so that manifests under several indexes are read once.
  /// - Parameter limits: how many manifests, how deep and how much memory a plan may have.
  public init(
    source: any ArtifactSource, limit: TransferLimit, table: TransferTable? = nil, limits: WireLimits? = nil
  ) {
    self.source = source
    self.limit = limit
    self.table = table
    self.limits = limits ?? source.limits
  }

  /// How many bytes of manifests a plan keeps. What is beyond is read again when it is written.
  static let keptBodies = 4 << 20

  /// What is known of a tree so far.
  private struct Progress {
    let budget: WireBudget
    var manifests: Set<Digest>
    var seenBlobs: Set<Digest> = []
    /// Media types, each once in memory.
    var types: [String: String] = [:]
    var bodies = 0

    /// What is new in a manifest: its children and its blobs, without what only matters inside of the manifest.
    mutating func add(_ image: ImageManifest) throws(AcrError) -> (children: [Descriptor], blobs: [Descriptor]) {
      var blobs: [Descriptor] = []
      for blob in image.blobs where !blob.isForeign && seenBlobs.insert(blob.digest).inserted {
        // Measured: what a descriptor takes, with its place in a list and a set that grow by doubling.
        try budget.take(800, of: .memory)
        let type = types[blob.mediaType, default: blob.mediaType]
        types[type] = type
        blobs.append(Descriptor(mediaType: type, digest: blob.digest, size: blob.size))
      }
      var new: [Descriptor] = []
      for child in image.manifests where manifests.insert(child.digest).inserted {
        new.append(
          Descriptor(mediaType: child.mediaType, digest: child.digest, size: child.size, platform: child.platform))
      }
      try budget.take(new.count, of: .manifests)
      try budget.take(new.count * 1000, of: .memory)
      return (new, blobs)
    }
  }

  /// The tree under `root`: its manifests in the order to write them, and all blobs.
  /// - Throws: ``AcrError`` of kind `not-found` when a child is missing, `invalid` when a manifest does not parse or there
  ///   are more of them than any image has.
  public func read(_ root: FetchedManifest) async throws -> (levels: [[PlannedManifest]], blobs: [Descriptor]) {
    let budget = WireBudget(limits, for: "the image `\(source.displayName)@\(root.digest.short)`")
    var progress = Progress(budget: budget, manifests: [root.digest])
    var (next, blobs) = try progress.add(try ImageManifest(root, name: source.displayName))
    var levels: [[PlannedManifest]] = []
    while !next.isEmpty {
      guard levels.count < limits.count(.nesting) else {
        throw limits.exceeded(.nesting, by: "the image `\(source.displayName)@\(root.digest.short)`")
      }
      let level = try await readLevel(next, &progress)
      levels.append(level.compactMap(\.?.manifest))
      blobs += level.flatMap { $0?.blobs ?? [] }
      next = level.flatMap { $0?.children ?? [] }
    }
    return (levels.reversed(), blobs)
  }

  private typealias Part = (manifest: PlannedManifest, children: [Descriptor], blobs: [Descriptor])

  /// Reads the manifests of one level, of which only small ones stay in memory.
  private func readLevel(_ wanted: [Descriptor], _ progress: inout Progress) async throws -> [Part?] {
    // Answers come in any order; what they name is kept in the order of the index.
    var level = [Part?](repeating: nil, count: wanted.count)
    try await ManifestWindow(limit: limit).read(
      Array(wanted.enumerated()), size: \.element.size, fetch: { try await fetch($0.element) }, bytes: \.bytes.count
    ) { want, manifest in
      let keeps = progress.bodies + manifest.bytes.count <= PlanReader.keptBodies
      if keeps { progress.bodies += manifest.bytes.count }
      let new = try progress.add(try ImageManifest(manifest, name: source.displayName))
      level[want.offset] = (PlannedManifest(manifest, keepsBody: keeps), new.children, new.blobs)
    }
    return level
  }

  private func fetch(_ descriptor: Descriptor) async throws -> FetchedManifest {
    do {
      guard let table else { return try await source.manifest(.digest(descriptor.digest)) }
      return try await table.manifest(descriptor.digest, of: source.id) { [source] in
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
