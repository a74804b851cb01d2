import AcrCore
import OCIRegistry

/// Copies from registry to registry itself: blobs first, several at once, then manifests from the leaves to the root,
/// tags last, so that a reader of the target never sees half an image.
public struct DirectImport: Sendable {
  private let table: TransferTable
  private let limit: TransferLimit

  /// Creates an engine. Imports of one session share the table and the limit, so that they share work and connections.
  public init(table: TransferTable, limit: TransferLimit) {
    self.table = table
    self.limit = limit
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
    if request.source.location?.registry == .dockerHub, case .tag(let tag) = request.source.selector {
      // Docker Hub counts a GET of a manifest as a pull and a HEAD not, so what is there already costs none.
      let digest = try await request.source.store.digest(of: tag)
      let known = try await found
      if let digest, known.allSatisfy({ $0 == digest }) {
        let placeholder = FetchedManifest(bytes: [], mediaType: "", digest: digest)
        return ImportPlan(root: placeholder, levels: [], blobs: [], states: known.map { _ in .same })
      }
    }
    root = try await request.source.store.manifest(request.source.selector)
    let states = try await states(of: request, root: root.digest, existing: found)
    if states.allSatisfy({ $0 == .same }) {
      return ImportPlan(root: root, levels: [], blobs: [], states: states)
    }
    let tree = try await PlanReader(source: request.source.store, limit: limit).read(root)
    return ImportPlan(root: root, levels: tree.levels, blobs: tree.blobs, states: states)
  }

  /// Carries a plan out.
  /// - Throws: ``AcrError``, with a note that says what had been done. No tag is written before everything it needs.
  public func run(
    _ request: ImportRequest, plan: ImportPlan, observer: @escaping ImportObserver = { _ in }
  ) async throws -> ImportResult {
    var result = ImportResult(
      source: request.source.displayName, targets: request.targets.map(\.displayName), digest: plan.root.digest,
      mediaType: plan.root.mediaType, isUnchanged: plan.isUnchanged, manifests: 0, blobs: .init())
    guard !plan.isUnchanged else { return result }
    observer(.planned(manifests: plan.children.count + 1, blobs: plan.blobs.count, bytes: plan.totalBytes))
    try await explaining(request, note: DirectImport.partialNote) {
      for target in stores(of: request, plan) {
        let counts = try await bring(plan, from: request.source, to: target, observer)
        result.blobs.copied += counts.copied
        result.blobs.copiedBytes += counts.copiedBytes
        result.blobs.present += counts.present
        result.manifests += plan.children.count
      }
      for (target, state) in zip(request.targets, plan.states) where state != .same {
        try await writeRoot(plan, from: request.source, to: target, observer)
        result.manifests += 1
      }
    }
    return result
  }

  /// Plans and runs.
  public func run(_ request: ImportRequest, observer: @escaping ImportObserver = { _ in }) async throws -> ImportResult
  {
    let plan = try await self.plan(request)
    return try await run(request, plan: plan, observer: observer)
  }

  /// Gives errors what was being done and what is left behind; a cancellation becomes an error like the others.
  private func explaining<Result>(
    _ request: ImportRequest, note: String, _ work: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await work()
    } catch is CancellationError {
      throw AcrError(.cancelled, "interrupted", activity: activity(request), notes: [note])
    } catch var error as AcrError {
      if error.activity == nil { error.activity = activity(request) }
      if error.kind == .cancelled || note == DirectImport.partialNote { error.notes.append(note) }
      throw error
    }
  }

  private func activity(_ request: ImportRequest) -> String { "importing \(request.source.displayName)" }

  /// What an import that stopped in the middle leaves behind.
  private static let partialNote =
    "no tag points at half an image; the same import again sends only what is missing"

  // MARK: What is there already

  private func existing(_ targets: [ImportTarget]) async throws -> [Digest?] {
    try await withThrowingTaskGroup(of: (Int, Digest?).self) { group in
      for (index, target) in targets.enumerated() {
        guard let tag = target.tag else { continue }
        group.addTask {
          do {
            return (index, try await limit.withPlace { try await target.store.digest(of: tag) })
          } catch let error as AcrError where error.kind == .notFound {
            // A repository or folder that is made by this import.
            return (index, nil)
          }
        }
      }
      var found = [Digest?](repeating: nil, count: targets.count)
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
        states.append(try await target.store.hasManifest(root) ? .same : .untagged)
      } else if let digest {
        states.append(digest == root ? .same : .other(digest))
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
        .conflict, "\(target.displayName) exists already and is another image", help: "`--force` moves the tag",
        target: target.location?.registry.name, activity: activity(request),
        notes: ["there: \(digest)", "source: \(root)", "nothing was copied"])
    }
  }

  // MARK: Content

  /// One target for each store that lacks the content, in the request's order.
  private func stores(of request: ImportRequest, _ plan: ImportPlan) -> [ImportTarget] {
    var seen: Set<String> = []
    return zip(request.targets, plan.states).compactMap { target, state in
      state != .same && seen.insert(target.store.displayName).inserted ? target : nil
    }
  }

  /// Brings all blobs, then the manifests under the root, to one store.
  private func bring(
    _ plan: ImportPlan, from source: ImportSource, to target: ImportTarget, _ observer: @escaping ImportObserver
  ) async throws -> ImportResult.BlobCounts {
    let copier = BlobCopier(source: source, target: target, table: table, limit: limit, observer: observer)
    let counts = try await withThrowingTaskGroup(of: (BlobOutcome, Int64).self) { group in
      for blob in plan.blobs { group.addTask { (try await copier.copy(blob), blob.size) } }
      var counts = ImportResult.BlobCounts()
      for try await (outcome, size) in group { counts.add(outcome, size: size) }
      return counts
    }
    for level in plan.levels {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for child in level {
          group.addTask {
            try await write(child, as: .digest(child.digest), plan, from: source, to: target, observer)
            observer(.manifest(child.digest))
          }
        }
        try await group.waitForAll()
      }
    }
    return counts
  }

  private func writeRoot(
    _ plan: ImportPlan, from source: ImportSource, to target: ImportTarget, _ observer: @escaping ImportObserver
  ) async throws {
    let selector = target.tag.map(ManifestSelector.tag) ?? .digest(plan.root.digest)
    try await write(plan.root, as: selector, plan, from: source, to: target, observer)
    observer(.manifest(plan.root.digest))
    observer(.tagged(target.displayName))
  }

  /// Writes one manifest. A registry that misses a blob this session thought present (it was collected meanwhile) gets
  /// everything again, once.
  private func write(
    _ manifest: FetchedManifest, as selector: ManifestSelector, _ plan: ImportPlan, from source: ImportSource,
    to target: ImportTarget, _ observer: @escaping ImportObserver
  ) async throws {
    do {
      try await limit.withPlace { try await target.store.putManifest(manifest, as: selector) }
    } catch let error as AcrError where error.code == "MANIFEST_BLOB_UNKNOWN" || error.code == "BLOB_UNKNOWN" {
      await table.forget(store: target.store.displayName)
      let copier = BlobCopier(source: source, target: target, table: table, limit: limit, observer: observer)
      for blob in plan.blobs { _ = try await copier.copy(blob) }
      for child in plan.children where child.digest != manifest.digest {
        try await target.store.putManifest(child, as: .digest(child.digest))
      }
      try await target.store.putManifest(manifest, as: selector)
    }
  }
}
