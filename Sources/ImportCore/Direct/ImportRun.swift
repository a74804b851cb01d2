import AcrCore
import OCIRegistry

/// Carries one plan out: its content to the targets, blobs first, then manifests from the leaves to the root.
struct ImportRun: Sendable {
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
            if await !table.hasWritten(child.digest, to: target.store.id) {
              try await writeChild(child, to: target)
              await table.noteWritten(child.digest, to: target.store.id)
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
    try await write(as: selector, to: target) { plan.root }
    observer(.manifest(plan.root.digest))
    observer(.tagged(target.displayName))
  }

  /// Writes one manifest under the root. A large one is read again for it, so few of those are under way at a time.
  private func writeChild(_ child: PlannedManifest, to target: ImportTarget) async throws {
    let parts = child.body == nil ? ManifestWindow.largestParts : 1
    try await write(as: .digest(child.digest), to: target, parts: parts) {
      try await child.fetched(from: source.store)
    }
  }

  private func copier(to target: ImportTarget) -> BlobCopier {
    BlobCopier(
      source: source, target: target, table: table, limit: limit, job: job, journal: journal, observer: observer,
      firstDelay: firstDelay)
  }

  /// Writes one manifest. A registry that misses parts of it gets those that it lacks, and then the manifest again: they
  /// were collected meanwhile, or another run is writing the same ones just now. A file of docker-registry is empty for a
  /// moment when it is written again, and it then finds the part missing, or its digest wrong.
  private func write(
    as selector: ManifestSelector, to target: ImportTarget, parts: Int = 1,
    _ fetch: @Sendable () async throws -> FetchedManifest
  ) async throws {
    var failures = 0
    while true {
      do {
        // The healing below needs places of its own.
        return try await limit.withParts(parts) {
          try await target.store.putManifest(try await fetch(), as: selector)
        }
      } catch let error as AcrError where error.isAboutMissingParts && failures < BlobCopier.maximumAttempts {
        failures += 1
        let copier = copier(to: target)
        try await copier.pause(after: failures)
        try await bringParts(of: try await fetch(), with: copier)
      }
    }
  }

  /// Asks for each part of a manifest, and sends what is not there.
  private func bringParts(of manifest: FetchedManifest, with copier: BlobCopier) async throws {
    let target = copier.target
    let model = try ImageManifest(manifest, name: target.store.displayName)
    let digests = Set(model.blobs.map(\.digest))
    await table.forget(digests, at: target.store.id)
    for blob in plan.blobs where digests.contains(blob.digest) { _ = try await copier.copy(blob) }
    let listed = Set(model.manifests.map(\.digest))
    for child in plan.children where listed.contains(child.digest) {
      if try await !target.store.hasManifest(child.digest) { try await writeChild(child, to: target) }
    }
  }
}

extension AcrError {
  /// True where a registry refused a manifest because it does not find a blob or manifest that it names. Its own digest is
  /// known to be right, so `DIGEST_INVALID` means a part as well.
  fileprivate var isAboutMissingParts: Bool {
    ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "DIGEST_INVALID"].contains(code)
  }
}
