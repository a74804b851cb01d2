import AcrConcurrency
import AcrCore
import OCIRegistry

/// The files of one image, read layer by layer when they are needed.
public struct ImageFiles: Sendable {
  /// How many layers are read at a time.
  private static let width = 2

  /// How the image is called in messages.
  public let name: String
  /// The layers from the base on.
  public let layers: [Descriptor]

  let reader: LayerReader
  let table: TableReader?
  private let cache: ListingCache
  private let diffIDs: DiffIDReader?
  private let knownIDs = SingleFlight<Int, [Digest?]?>(keeping: 1)
  private let limit = Limit(ImageFiles.width)

  /// Gives the digests that the unpacked layers are to have, as the configuration says (`rootfs.diff_ids`); nil where it says
  /// none, and in it for a digest of another kind.
  public typealias DiffIDReader = @Sendable () async throws -> [Digest?]?

  /// Creates the files of an image.
  /// - Parameters:
  ///   - diffIDs: asked for once, when a layer was read whole; nil compares nothing.
  ///   - store: gives ranges of layers that have a table of contents; nil reads layers whole.
  ///   - open: opens a layer from its start (``LayerReader/Opener``).
  public init(
    name: String, layers: [Descriptor], store: (any ArtifactSource)?, cache: ListingCache,
    limits: WireLimits = .standard, diffIDs: DiffIDReader? = nil,
    open: @escaping LayerReader.Opener
  ) {
    self.diffIDs = diffIDs
    self.name = name
    self.layers = layers
    self.cache = cache
    let budget = ContentBudget(limits, for: name)
    reader = LayerReader(budget: budget, open: open)
    table = store.map { TableReader(store: $0, budget: budget) }
  }

  /// How a layer is called in messages.
  func name(ofLayer index: Int) -> String { "layer \(index + 1) (\(layers[index].digest.short)) of \(name)" }

  /// The entries of one layer.
  /// - Parameter isHashed: whether contents are to be comparable.
  /// - Throws: ``AcrError`` of kind `invalid` for what is no layer or holds too much, and what the store throws.
  public func listing(_ index: Int, isHashed: Bool = false) async throws -> LayerListing {
    let layer = layers[index]
    if let kept = cache.listing(layer.digest, isHashed: isHashed) {
      try await check(kept.unpacked, ofLayer: index)
      return kept
    }
    guard !layer.isForeign else {
      throw AcrError(
        .invalid, "\(name(ofLayer: index)) is not in the registry: the manifest names another address for it",
        help: "acrsh does not follow such addresses; `layers --manifest-only` shows what the manifest says")
    }
    let found: LayerListing
    if let listed = try await table?.listing(of: layer, name: name(ofLayer: index)), listed.isHashed || !isHashed {
      found = listed
    } else {
      found = try await reader.listing(of: layer, name: name(ofLayer: index), isHashed: isHashed)
      try await check(found.unpacked, ofLayer: index)
    }
    cache.keep(found, layer.digest)
    return found
  }

  /// Compares what a layer unpacks to with what the configuration says.
  /// - Throws: ``AcrError`` of kind `invalid` where they differ.
  func check(_ unpacked: Digest?, ofLayer index: Int) async throws {
    guard let unpacked, let diffIDs else { return }
    guard let expected = try await knownIDs.value(for: 0, diffIDs), !expected.isEmpty else { return }
    guard expected.count == layers.count else {
      throw AcrError(
        .invalid,
        "the configuration of \(name) has \(expected.count) digests in `rootfs.diff_ids`, and the manifest \(layers.count) layers",
        help: "manifest and configuration do not belong together; build or push the image again")
    }
    guard let wanted = expected[index], wanted.algorithm == unpacked.algorithm, wanted != unpacked else { return }
    throw AcrError(
      .invalid,
      "\(name(ofLayer: index)) unpacks to \(unpacked), and the configuration says \(wanted) in `rootfs.diff_ids`",
      help: "layer and configuration do not belong together; build or push the image again")
  }

  /// The entries of all layers, some read side by side, handed over from the base on.
  public func eachListing(isHashed: Bool = false, _ take: (Int, LayerListing) throws -> Void) async throws {
    try await withThrowingTaskGroup(of: (Int, LayerListing).self) { group in
      var started = 0
      var waiting: [Int: LayerListing] = [:]
      var next = 0
      while next < layers.count {
        while started < layers.count, started - next < ImageFiles.width {
          let index = started
          group.addTask { (index, try await listing(index, isHashed: isHashed)) }
          started += 1
        }
        guard let (index, listing) = try await group.next() else { return }
        waiting[index] = listing
        while let ready = waiting.removeValue(forKey: next) {
          try take(next, ready)
          next += 1
        }
      }
    }
  }

  /// What a container would see.
  public func tree(isHashed: Bool = false) async throws -> FileTree {
    var tree = FileTree()
    try await eachListing(isHashed: isHashed) { _, listing in tree.apply(listing) }
    return tree
  }
}
