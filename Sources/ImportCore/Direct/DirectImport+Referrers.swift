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
  /// How many are brought at a time.
  private static let referrerJobs = 8

  /// Brings what is about an image that was imported, and about the images in it, to the same targets: referrers without a
  /// tag, what cosign keeps under tags with its tag. What cannot be found or brought is a note: the image itself is there.
  /// - Parameters:
  ///   - digest: the image at the source.
  ///   - lookup: what imports of the same run share.
  ///   - isRootOnly: leaves out what is about the images of an index, which was brought when the index came.
  ///   - isDryRun: counts what would be brought, and writes nothing.
  ///   - silent: hosts that may not answer this machine; the source is then waited for a while only.
  /// - Throws: ``AcrError`` of kind `cancelled` only.
  public func bringReferrers(
    of digest: Digest, _ request: ImportRequest, lookup: ReferrerLookup = ReferrerLookup(), isRootOnly: Bool = false,
    silent: SilentHosts? = nil, isDryRun: Bool = false, observer: @escaping ImportObserver = { _ in }
  ) async throws -> ReferrerCounts {
    let source = request.source.store
    let finder = ArtifactFinder(store: source, lists: lookup.lists(of: source)) { digest in
      try await self.manifest(digest, in: source)
    }
    var notes = CappedNotes()
    var counts = ReferrerCounts()
    do {
      let look = { @Sendable () async throws -> RelatedArtifacts in
        guard !isRootOnly else { return try await finder.related(to: digest) }
        return try await finder.related(toImage: try await self.manifest(digest, in: source))
      }
      var next: RelatedArtifacts?
      if let silent, let host = request.source.location?.registry.name {
        next = try await silent.look(at: host, within: DirectImport.referrerPatience, look)
        if next == nil {
          notes.add("`\(host)` did not answer in time, so signatures and other referrers were not looked for")
        }
      } else {
        next = try await look()
      }
      var seen: Set<Digest> = []
      for depth in 0..<DirectImport.referrerDepth {
        guard let found = next else { break }
        found.notes.forEach { notes.add($0) }
        let items = found.items.filter { $0.place != .index && seen.insert($0.digest).inserted }
        guard !items.isEmpty else { break }
        guard try await bring(items, request, isDryRun: isDryRun, &counts, &notes, observer) else { break }
        guard depth + 1 < DirectImport.referrerDepth else { break }
        next = try await finder.related(toAny: items.map(\.digest))
      }
    } catch let error as AcrError where error.kind != .cancelled {
      notes.add(
        "signatures and other referrers of `\(request.source.displayName)` were not all found: \(error.message)")
    }
    counts.notes = notes.all
    return counts
  }

  /// How long a source is waited for that may be silent.
  private static let referrerPatience = Duration.seconds(10)

  /// Brings artifacts side by side.
  /// - Returns: false where one could not be brought for a reason that all share.
  private func bring(
    _ items: [RelatedArtifact], _ request: ImportRequest, isDryRun: Bool, _ counts: inout ReferrerCounts,
    _ notes: inout CappedNotes, _ observer: @escaping ImportObserver
  ) async throws -> Bool {
    let source = request.source
    let works = try items.flatMap { item in
      let tag = try DirectImport.tag(of: item)
      return DirectImport.stores(request).map { target -> (digest: Digest, request: ImportRequest) in
        var part = ImportRequest(
          source: ImportSource(store: source.store, selector: .digest(item.digest), location: source.location),
          targets: [ImportTarget(store: target.store, tag: tag, location: target.location)], isForced: true)
        // It was read already.
        part.source.name = part.source.displayName
        return (item.digest, part)
      }
    }
    // The first tells whether the target takes any.
    var left = works[...]
    var isRefused = false
    while !left.isEmpty, !isRefused {
      let batch = Array(left.prefix(left.count == works.count ? 1 : works.count))
      left = left.dropFirst(batch.count)
      let results = try await ImportQueue(jobs: DirectImport.referrerJobs, keepsGoing: true).run(batch) { work in
        if isDryRun { return try await self.plan(work.request).isUnchanged }
        return try await self.run(work.request, observer: observer).isUnchanged
      }
      for (work, result) in zip(batch, results) {
        switch result {
        case .success(let isUnchanged):
          if isUnchanged { counts.present += 1 } else { counts.copied += 1 }
        case .failure(let error):
          let failure = error as? AcrError ?? AcrError(.cancelled, "interrupted")
          notes.add("`\(work.request.source.displayName)` could not be brought along: \(failure.message)")
          isRefused = isRefused || [.auth, .denied, .network, .throttled].contains(failure.kind)
        }
      }
    }
    if !left.isEmpty { notes.add("\(left.count) more referrers were not tried") }
    return !isRefused
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

/// Notes, of which the first few are kept.
private struct CappedNotes {
  private static let most = 8
  private var notes: [String] = []
  private var dropped = 0

  mutating func add(_ note: String) {
    if notes.count < CappedNotes.most { notes.append(note) } else { dropped += 1 }
  }

  var all: [String] { notes + (dropped > 0 ? ["\(dropped) more notes of this kind are left out"] : []) }
}
