import AcrCore
import OCIRegistry

/// Copies from registry to registry itself: blobs first, several at once, then manifests from the leaves to the root,
/// tags last, so that a reader of the target never sees half an image.
public struct DirectImport: Sendable {
  private let table: TransferTable
  /// The session's limit of transfers.
  let limit: TransferLimit
  private let firstDelay: Duration

  /// Creates an engine. Imports of one session share the table and the limit, so that they share work and connections.
  /// - Parameter firstDelay: the wait before a broken upload goes on; it doubles from one failure to the next.
  public init(table: TransferTable, limit: TransferLimit, firstDelay: Duration = .milliseconds(500)) {
    self.table = table
    self.limit = limit
    self.firstDelay = firstDelay
  }

  /// Finds out what is to be done, by reading only.
  /// - Throws: ``AcrError``: `conflict` when a tag points at something else and the request is not forced, and what
  ///   source and targets throw.
  public func plan(_ request: ImportRequest) async throws -> ImportPlan {
    try await explaining(request, note: "nothing was written") { try await makePlan(request) }
  }

  private func makePlan(_ request: ImportRequest) async throws -> ImportPlan {
    async let found = existing(request.targets)
    let root: FetchedManifest
    if request.source.location?.registry == .dockerHub, request.platforms == nil, !request.repairsFolders,
      case .tag(let tag) = request.source.selector
    {
      // Docker Hub counts a GET of a manifest as a pull and a HEAD not, so what is there already costs none.
      let digest = try await request.source.store.digest(of: tag)
      let known = try await found
      if let digest, known.allSatisfy({ $0 == digest }) {
        let placeholder = FetchedManifest(bytes: [], mediaType: "", digest: digest)
        return ImportPlan(root: placeholder, levels: [], blobs: [], states: known.map { _ in .same })
      }
    }
    let original: FetchedManifest
    switch request.source.selector {
    // Who checked an image by a policy has read it already.
    case .digest(let digest) where request.source.name != nil:
      original = try await manifest(digest, in: request.source.store)
    default: original = try await request.source.store.manifest(request.source.selector)
    }
    if let choice = request.platforms {
      root = try await chosen(original, choice, request)
    } else {
      root = original
    }
    table.note(root, of: request.source.store.id)
    let states = try await states(of: request, root: root.digest, existing: found)
    if states.allSatisfy({ $0 == .same }) {
      return ImportPlan(root: root, levels: [], blobs: [], states: states)
    }
    let tree = try await PlanReader(source: request.source.store, limit: limit, table: table).read(root)
    var plan = ImportPlan(root: root, levels: tree.levels, blobs: tree.blobs, states: states)
    if root.digest != original.digest { plan.trimmedFrom = original.digest }
    return plan
  }

  /// Carries a plan out.
  /// - Throws: ``AcrError``, with a note that says what had been done. No tag is written before everything it needs.
  /// - Parameter journal: where finished blobs and open uploads are noted, and open uploads of an earlier run are found.
  public func run(
    _ request: ImportRequest, plan: ImportPlan, journal: ImportJournal? = nil,
    observer: @escaping ImportObserver = { _ in }
  ) async throws -> ImportResult {
    let job = await table.makeJob()
    defer { job.finish() }
    var result = ImportResult(
      source: request.source.displayName, targets: request.targets.map(\.displayName), digest: plan.root.digest,
      mediaType: plan.root.mediaType, isUnchanged: plan.isUnchanged, manifests: 0, blobs: .init())
    result.trimmedFrom = plan.trimmedFrom
    guard !plan.isUnchanged else { return result }
    let delivery = ImportRun(
      plan: plan, source: request.source, table: table, limit: limit, job: job, journal: journal, observer: observer,
      firstDelay: firstDelay)
    observer(.planned(manifests: plan.children.count + 1, blobs: plan.blobs.count, bytes: plan.totalBytes))
    try await explaining(request, note: DirectImport.partialNote) {
      try await request.targets.map(\.store).batch { try await bring(delivery, request, plan, &result) }
    }
    return result
  }

  private func bring(
    _ delivery: ImportRun, _ request: ImportRequest, _ plan: ImportPlan, _ result: inout ImportResult
  ) async throws {
    for target in stores(of: request, plan) {
      let counts = try await delivery.bring(to: target)
      result.blobs.copied += counts.copied
      result.blobs.copiedBytes += counts.copiedBytes
      result.blobs.present += counts.present
      result.manifests += plan.children.count
    }
    for (target, state) in zip(request.targets, plan.states) where state != .same {
      try await delivery.writeRoot(to: target)
      result.manifests += 1
    }
  }

  /// Plans and runs.
  public func run(
    _ request: ImportRequest, journal: ImportJournal? = nil, observer: @escaping ImportObserver = { _ in }
  ) async throws -> ImportResult {
    let plan = try await self.plan(request)
    return try await run(request, plan: plan, journal: journal, observer: observer)
  }

  /// The root with the wanted platforms only. An image that is no index has to be one of them.
  private func chosen(
    _ root: FetchedManifest, _ choice: PlatformChoice, _ request: ImportRequest
  ) async throws -> FetchedManifest {
    let name = request.source.displayName
    if MediaType.isIndex(root.mediaType) { return try choice.trim(root, name: name) }
    guard let config = try ImageManifest(root, name: name).config, config.size <= BlobCopier.smallBlob,
      [MediaType.ociConfig, MediaType.dockerConfig].contains(config.mediaType)
    else { return root }
    let bytes = try await VerifiedBlob(config, from: request.source.store, observer: { _ in }).all()
    guard let platform = (try? JSONValue(parsing: bytes)).flatMap(Platform.init(json:)) else { return root }
    guard choice.platforms.contains(where: { $0.includes(platform) }) else {
      let wanted = choice.platforms.map(\.description).joined(separator: ", ")
      throw AcrError(.notFound, "\(name) is a single-platform image for \(platform), not for \(wanted)")
    }
    return root
  }

  /// Gives errors what was being done and what is left behind; a cancellation becomes an error like the others.
  private func explaining<Result>(
    _ request: ImportRequest, note: String, _ work: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await work()
    } catch var error as AcrError where error.kind != .cancelled {
      if error.activity == nil { error.activity = activity(request) }
      if note == DirectImport.partialNote { error.notes.append(note) }
      throw error
    } catch  where error is CancellationError || (error as? AcrError)?.kind == .cancelled {
      throw AcrError(.cancelled, "interrupted", activity: activity(request), notes: [note])
    }
  }

  private func activity(_ request: ImportRequest) -> String { "importing \(request.source.displayName)" }

  /// What an import that stopped in the middle leaves behind.
  private static let partialNote =
    "no tag points at an incomplete image; run the import again to send only what is missing"

  /// A manifest of a store by its digest, read once in a session.
  public func manifest(_ digest: Digest, in store: any ArtifactSource) async throws -> FetchedManifest {
    try await table.manifest(digest, of: store.id) { try await store.manifest(.digest(digest)) }
  }

  /// The bytes of all blobs below a manifest, each counted once, as its manifests say.
  public func size(of root: FetchedManifest, in store: any ArtifactSource) async throws -> WireSize {
    try await PlanReader(source: store, limit: limit, table: table).read(root).blobs.lazy.map(\.size).total
  }

  // MARK: What is there already

  private func existing(_ targets: [ImportTarget]) async throws -> [Digest?] {
    try await withThrowingTaskGroup(of: (Int, Digest?).self) { group in
      for (index, target) in targets.enumerated() {
        guard let tag = target.tag, target.known == nil else { continue }
        group.addTask {
          do {
            return (index, try await limit.withParts(1) { try await target.store.digest(of: tag) })
          } catch let error as AcrError where error.kind == .notFound {
            // A repository or folder that is made by this import.
            return (index, nil)
          }
        }
      }
      var found = [Digest?](repeating: nil, count: targets.count)
      for (index, target) in targets.enumerated() {
        if case .digest(let digest) = target.known { found[index] = digest }
      }
      for try await (index, digest) in group { found[index] = digest }
      return found
    }
  }

  private func states(
    of request: ImportRequest, root: Digest, existing: [Digest?]
  ) async throws -> [ImportPlan.TargetState] {
    var states: [ImportPlan.TargetState] = []
    for (target, digest) in zip(request.targets, existing) {
      if target.tag == nil {
        var isThere = target.known == .digest(root)
        if !isThere { isThere = try await target.store.hasManifest(root) }
        states.append(isThere ? .same : .untagged)
      } else if let digest {
        let isRepaired = request.repairsFolders && target.location == nil
        states.append(digest == root && !isRepaired ? .same : .other(digest))
      } else {
        states.append(.missing)
      }
    }
    if !request.isForced { try checkConflicts(request, states, root) }
    return states
  }

  private func checkConflicts(_ request: ImportRequest, _ states: [ImportPlan.TargetState], _ root: Digest) throws {
    for (target, state) in zip(request.targets, states) {
      guard case .other(let digest) = state else { continue }
      throw AcrError(
        .conflict, "\(target.displayName) already exists and is a different image", help: "`--force` moves the tag",
        target: target.location?.registry.name, activity: activity(request),
        notes: ["there: \(digest)", "source: \(root)", "nothing was copied"])
    }
  }

  /// One target for each store that lacks the content, in the request's order.
  private func stores(of request: ImportRequest, _ plan: ImportPlan) -> [ImportTarget] {
    var seen: Set<String> = []
    return zip(request.targets, plan.states).compactMap { target, state in
      state != .same && seen.insert(target.store.displayName).inserted ? target : nil
    }
  }
}
