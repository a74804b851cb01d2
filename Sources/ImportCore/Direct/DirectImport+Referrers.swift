import AcrCore
import OCIRegistry

/// Brings what is about images along: signatures, attestations, SBOMs and other referrers.
extension DirectImport {
  /// What came along.
  public struct ReferrerCounts: Sendable, Equatable {
    /// How many were written.
    public var copied = 0
    /// How many the targets had already.
    public var present = 0
    /// What was left out and why.
    public var notes: [String] = []

    /// Creates counts of zero.
    public init() {}
  }

  /// How far artifacts about artifacts are followed: a signature of an SBOM is two.
  private static let referrerDepth = 3

  /// Brings what is about an image that was imported, and about the images in it, to the same targets: referrers without a
  /// tag, what cosign keeps under tags with its tag.
  /// - Parameter digest: the image at the source.
  /// - Throws: what source and targets throw. The image itself is there then.
  public func bringReferrers(
    of digest: Digest, _ request: ImportRequest, observer: @escaping ImportObserver = { _ in }
  ) async throws -> ReferrerCounts {
    let source = request.source.store
    let finder = ArtifactFinder(store: source)
    var counts = ReferrerCounts()
    var seen: Set<Digest> = []
    let first = try await finder.related(toImage: try await manifest(digest, in: source))
    var items = first.items
    counts.notes = first.notes
    for depth in 0..<DirectImport.referrerDepth {
      var new: [Digest] = []
      for item in items where seen.insert(item.digest).inserted {
        guard item.place != .index else { continue }
        let tag = try DirectImport.tag(of: item)
        for target in DirectImport.stores(request) {
          let part = ImportRequest(
            source: ImportSource(store: source, selector: .digest(item.digest), location: request.source.location),
            targets: [ImportTarget(store: target.store, tag: tag, location: target.location)], isForced: true)
          if try await run(part, observer: observer).isUnchanged { counts.present += 1 } else { counts.copied += 1 }
        }
        new.append(item.digest)
      }
      guard depth + 1 < DirectImport.referrerDepth, !new.isEmpty else { break }
      items = []
      for digest in new {
        let more = try await finder.related(to: digest)
        items += more.items
        counts.notes += more.notes
      }
    }
    return counts
  }

  /// The tag under which cosign keeps it; nil for a referrer, which has none.
  private static func tag(of item: RelatedArtifact) throws(AcrError) -> TagName? {
    switch item.place {
    case .signatureTag: try TagName(about: item.subject, .signature)
    case .attestationTag: try TagName(about: item.subject, .attestation)
    case .sbomTag: try TagName(about: item.subject, .sbom)
    case .referrersAPI, .fallbackTag, .index: nil
    }
  }

  /// One target for each store.
  private static func stores(_ request: ImportRequest) -> [ImportTarget] {
    var seen: Set<String> = []
    return request.targets.filter { seen.insert($0.store.displayName).inserted }
  }
}
