import AcrCore
import OCIRegistry

/// Carries one plan out: its content to the targets, blobs first, then manifests from the leaves to the root.
struct Delivery: Sendable {
  let plan: ImportPlan
  let source: ImportSource
  let table: TransferTable
  let limit: TransferLimit
  let job: ImportJob
  let journal: ImportJournal?
  let observer: ImportObserver
  let firstDelay: Duration

  /// Brings all blobs, then the manifests under the root, to one store.
  func bring(to target: ImportTarget) async throws -> ImportResult.BlobCounts {
    let copier = copier(to: target)
    let counts = try await withThrowingTaskGroup(of: (BlobOutcome, WireSize).self) { group in
      for blob in plan.blobs { group.addTask { (try await copier.copy(blob), blob.size) } }
      var counts = ImportResult.BlobCounts()
      for try await (outcome, size) in group { counts.add(outcome, size: size) }
      return counts
    }
    for level in plan.levels {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for child in level {
          group.addTask {
            // Another index of this session may have brought it.
            if await !table.hasWritten(child.digest, to: target.store.displayName) {
              try await writeChild(child, to: target)
              await table.noteWritten(child.digest, to: target.store.displayName)
            }
            observer(.manifest(child.digest))
          }
        }
        try await group.waitForAll()
      }
    }
    return counts
  }

  /// Writes the root under the target's tag, or by its digest.
  func writeRoot(to target: ImportTarget) async throws {
    let selector = target.tag.map(ManifestSelector.tag) ?? .digest(plan.root.digest)
    try await write(plan.root, as: selector, to: target)
    observer(.manifest(plan.root.digest))
    observer(.tagged(target.displayName))
  }

  /// Writes one manifest under the root. A large one is read again for it, so few of those are under way at a time.
  private func writeChild(_ child: PlannedManifest, to target: ImportTarget) async throws {
    guard child.body == nil else {
      return try await write(try await child.fetched(from: source.store), as: .digest(child.digest), to: target)
    }
    try await limit.withHalfPlaces(ManifestWindow.largestHalves) {
      let manifest = try await child.fetched(from: source.store)
      try await target.store.putManifest(manifest, as: .digest(child.digest))
    }
  }

  private func copier(to target: ImportTarget) -> BlobCopier {
    BlobCopier(
      source: source, target: target, table: table, limit: limit, job: job, journal: journal, observer: observer,
      firstDelay: firstDelay)
  }

  /// Writes one manifest. A registry that misses a blob this session thought present (it was collected meanwhile) gets
  /// everything again, once.
  private func write(_ manifest: FetchedManifest, as selector: ManifestSelector, to target: ImportTarget) async throws {
    do {
      try await limit.withHalfPlaces(1) { try await target.store.putManifest(manifest, as: selector) }
    } catch let error as AcrError where ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"].contains(error.code) {
      await table.forget(store: target.store.displayName)
      let copier = copier(to: target)
      for blob in plan.blobs { _ = try await copier.copy(blob) }
      for child in plan.children where child.digest != manifest.digest {
        try await target.store.putManifest(
          try await child.fetched(from: source.store), as: .digest(child.digest))
      }
      try await target.store.putManifest(manifest, as: selector)
    }
  }
}
