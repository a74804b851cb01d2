import AcrCore
import AzureRegistry
import OCIRegistry

extension Purge {
  /// Carries out a plan: tags first, then manifests, those that need others before them. What moved since the plan is kept.
  /// - Parameters:
  ///   - begun: called for each row right before something is deleted for it.
  ///   - ended: called for each row that is done.
  /// - Returns: the rows of the plan with what came of each; a failure is among them, and nothing more is deleted after it.
  /// - Throws: ``AcrError`` of kind `cancelled`; what was done until then was told to `ended`.
  public func run(
    _ plan: PurgePlan, begun: @escaping @Sendable (PurgeRow) -> Void = { _ in },
    ended: @escaping @Sendable (PurgeRow) -> Void = { _ in }
  ) async throws -> [PurgeRow] {
    var run = PurgeRun(
      purge: self, plan: plan, begun: begun, ended: ended, isAzure: try await TagInventory.isAzure(plan.store))
    try await run.all()
    return run.rows
  }
}

/// One plan while it is carried out.
private struct PurgeRun {
  let purge: Purge
  let plan: PurgePlan
  let begun: @Sendable (PurgeRow) -> Void
  let ended: @Sendable (PurgeRow) -> Void
  let isAzure: Bool
  private(set) var rows: [PurgeRow]
  /// What may still go; nil for all of the plan.
  private var allowed: (manifests: Set<Digest>, tags: Set<UInt64>)?
  private var lastLook: ContinuousClock.Instant?
  /// True once something is not as the plan has it.
  private var mustLook = true
  /// Why nothing more is deleted.
  private var stop: String?
  private var deletesTags = true

  init(
    purge: Purge, plan: PurgePlan, begun: @escaping @Sendable (PurgeRow) -> Void,
    ended: @escaping @Sendable (PurgeRow) -> Void, isAzure: Bool
  ) {
    self.purge = purge
    self.plan = plan
    self.begun = begun
    self.ended = ended
    self.isAzure = isAzure
    rows = plan.rows
  }

  private var store: RegistryRepository { plan.store }

  /// What came of one deletion.
  private enum Answer: Sendable {
    case gone
    /// It stays, since it is not as the plan has it.
    case changed(String)
    /// The registry deletes no tags alone.
    case refused
    case failed(AcrError)
    /// Stopped in the middle: nobody knows.
    case interrupted
  }

  mutating func all() async throws {
    if let refusal = plan.refusal {
      for index in rows.indices where rows[index].isPlanned { finish(index, .kept, PurgePlan.tooMuch) }
      rows.append(.leftAlone(plan.repository, refusal))
      if let last = rows.last { ended(last) }
    } else {
      try await deleteTags()
      for wave in plan.waves { try await delete(wave) }
    }
    for index in rows.indices where rows[index].action == .keep { finish(index, .kept, rows[index].reason) }
  }

  // MARK: Tags

  private mutating func deleteTags() async throws {
    var left = plan.untags[...]
    while !left.isEmpty {
      // The first one tells whether the registry can.
      let batch = left.prefix(lastLook == nil ? 1 : Purge.batch)
      left = left.dropFirst(batch.count)
      try await look()
      var open: [PurgePlan.Untag] = []
      for untag in batch {
        if let stop {
          finish(untag.row, .kept, stop)
        } else if !deletesTags {
          finish(untag.row, .kept, "the registry deletes whole manifests only, and \(untag.reason)")
        } else if let allowed, !allowed.tags.contains(PurgePlan.key(untag.tag, untag.digest)) {
          finish(untag.row, .kept, PurgeRun.changed)
        } else {
          begun(rows[untag.row])
          open.append(untag)
        }
      }
      let (store, isAzure) = (store, isAzure)
      try await sideBySide(open) { untag in
        guard let digest = try await store.digest(of: untag.tag) else { return .gone }
        guard digest == untag.digest else { return .changed("the tag was moved since the plan") }
        let metadata = AzureMetadata(store.client)
        guard isAzure else { return try await store.deleteTag(untag.tag) ? .gone : .refused }
        if untag.isLocked { try await PurgeRun.unlock(.tag(store.name, untag.tag), metadata) }
        try await metadata.delete(.tag(store.name, untag.tag))
        return .gone
      } done: { run, untag, answer in
        switch answer {
        case .gone: run.finish(untag.row, .untagged, run.rows[untag.row].reason)
        case .refused:
          run.deletesTags = false
          run.finish(untag.row, .kept, "the registry deletes whole manifests only, and \(untag.reason)")
        default: run.end([untag.row], answer)
        }
      }
    }
  }

  // MARK: Manifests

  private mutating func delete(_ wave: [PurgePlan.Step]) async throws {
    var left = wave[...]
    while !left.isEmpty {
      let batch = left.prefix(Purge.batch)
      left = left.dropFirst(batch.count)
      try await look()
      var open: [PurgePlan.Step] = []
      for step in batch {
        if let stop {
          for row in step.rows { finish(row, .kept, stop) }
        } else if let allowed, !allowed.manifests.contains(step.digest) {
          for row in step.rows { finish(row, .kept, PurgeRun.changed) }
        } else {
          for row in step.rows { begun(rows[row]) }
          open.append(step)
        }
      }
      let (store, isAzure) = (store, isAzure)
      try await sideBySide(open) { step in
        if let change = try await PurgeRun.change(of: step, store, isAzure: isAzure) { return .changed(change) }
        if step.isLocked {
          let metadata = AzureMetadata(store.client)
          for tag in step.tags { try await PurgeRun.unlock(.tag(store.name, tag), metadata) }
          try await PurgeRun.unlock(.manifest(store.name, step.digest), metadata)
        }
        if isAzure {
          try await AzureMetadata(store.client).delete(.manifest(store.name, step.digest))
        } else {
          try await store.deleteManifest(step.digest)
        }
        return .gone
      } done: { run, step, answer in
        if case .gone = answer {
          for row in step.rows { run.finish(row, .deleted, run.rows[row].reason) }
        } else {
          run.end(Array(step.rows), answer)
        }
      }
    }
  }

  /// Looks whether the tags of a manifest are still those of the plan, right before it is deleted.
  /// - Returns: what is different; nil for nothing that keeps it.
  private static func change(
    of step: PurgePlan.Step, _ store: RegistryRepository, isAzure: Bool
  ) async throws -> String? {
    if isAzure {
      let pages = AzureMetadata(store.client).tags(of: store.name, of: step.digest)
      var left = Set(step.tags.map(\.name))
      while let page = try await pages.next() {
        for item in page where item["digest"]?.string == step.digest.description {
          guard let name = item["name"]?.string, left.remove(name) != nil else {
            return "the tag `\(item["name"]?.string ?? "")` points at it since the plan"
          }
        }
      }
      guard let tag = left.first else { return nil }
      // Azure deletes what is about a manifest with it: then both are gone.
      return try await store.hasManifest(step.digest) ? "its tag `\(tag)` was moved or deleted since the plan" : nil
    }
    for tag in step.tags {
      guard try await store.digest(of: tag) == step.digest else {
        return "its tag `\(tag)` was moved or deleted since the plan"
      }
    }
    return nil
  }

  private static func unlock(_ item: AzureMetadata.Item, _ metadata: AzureMetadata) async throws {
    do {
      _ = try await metadata.setLocks(.init(deleteEnabled: true, writeEnabled: true), of: item)
    } catch let error as AcrError where error.kind == .notFound {
      // What is gone needs no unlocking.
    }
  }

  // MARK: The work

  private static let changed = "the repository changed since the plan, and now it is needed"

  /// Looks at the repository again, at the beginning, when something was different, and from time to time.
  private mutating func look() async throws {
    guard stop == nil else { return }
    if let lastLook, !mustLook, ContinuousClock.now - lastLook < purge.patience { return }
    do {
      if let new = try await purge.look(plan) {
        var manifests = Set(new.waves.joined().map(\.digest))
        var tags = Set(new.untags.map { PurgePlan.key($0.tag, $0.digest) })
        for step in new.waves.joined() { for tag in step.tags { tags.insert(PurgePlan.key(tag, step.digest)) } }
        if let allowed {
          manifests.formIntersection(allowed.manifests)
          tags.formIntersection(allowed.tags)
        }
        allowed = (manifests, tags)
      }
      lastLook = .now
      mustLook = false
    } catch let error as AcrError where error.kind != .cancelled {
      stop = "nothing more was deleted: \(error.message)"
      var row = PurgeRow.leftAlone(plan.repository, error)
      row.reason = "looking at the repository again failed: \(error.message)"
      rows.append(row)
      ended(row)
    }
  }

  /// Does work side by side, each in a place of the limit, and takes what comes of it.
  private mutating func sideBySide<Item: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) async throws -> Answer,
    done: (inout PurgeRun, Item, Answer) -> Void
  ) async throws {
    let limit = purge.limit
    await withTaskGroup(of: (Int, Answer).self) { group in
      for (index, item) in items.enumerated() {
        group.addTask {
          do {
            // These are small requests: several share a place.
            return (index, try await limit.withParts(1) { try await work(item) })
          } catch let error as AcrError where error.kind == .notFound {
            // Azure's registries delete what is about a manifest with it.
            return (index, .gone)
          } catch let error as AcrError where error.kind != .cancelled {
            return (index, .failed(error))
          } catch {
            return (index, .interrupted)
          }
        }
      }
      for await (index, answer) in group { done(&self, items[index], answer) }
    }
    try Task.checkCancellation()
  }

  private mutating func end(_ indices: [Int], _ answer: Answer) {
    for index in indices {
      switch answer {
      case .changed(let reason):
        mustLook = true
        finish(index, .kept, reason)
      case .failed(let error):
        stop = stop ?? "deleting stopped at a failure"
        rows[index].error = error
        finish(index, .failed, error.message)
      case .interrupted: finish(index, .failed, "interrupted: it may be deleted")
      case .gone, .refused: break
      }
    }
  }

  private mutating func finish(_ index: Int, _ action: PurgeRow.Action, _ reason: String) {
    rows[index].action = action
    rows[index].reason = reason
    if action == .kept || action == .failed { rows[index].bytes = .zero }
    ended(rows[index])
  }
}
