import AcrCore
import AzureRegistry
import OCIRegistry

extension Mirror {
  /// Deletes tags at the target. Registries of Azure, and those that follow the specification, delete a tag alone.
  /// docker-registry deletes whole manifests only, with every tag of theirs: what a tag that stays reaches is kept.
  func prune(_ plan: MirrorPlan, after rows: [MirrorRow]) async throws -> [MirrorRow] {
    if let refusal = plan.pruneRefusal { return plan.prunes.map { MirrorRow(plan, $0, refusal) } }
    if rows.contains(where: { $0.action == .failed }) {
      return plan.prunes.map {
        MirrorRow(plan, $0, .kept, reason: "nothing is deleted in a repository where something failed")
      }
    }
    guard let repository = plan.pair.target as? RegistryRepository else {
      return plan.prunes.map { MirrorRow(plan, $0, .kept, reason: "tags of a folder are not deleted") }
    }
    if await repository.client.hasAzureTokens {
      let metadata = AzureMetadata(repository.client)
      return try await deleting(plan) { try await metadata.delete(.tag(repository.name, $0)) }
    }
    var left: [TagName] = []
    var done: [MirrorRow] = []
    for tag in plan.prunes {
      // The first refusal tells for all of them.
      if left.isEmpty, try await repository.deleteTag(tag) {
        done.append(MirrorRow(plan, tag, .deleted, reason: MirrorRow.gone))
      } else {
        left.append(tag)
      }
    }
    return try await done + deleteManifests(of: left, in: repository, plan)
  }

  private func deleting(
    _ plan: MirrorPlan, _ delete: @escaping @Sendable (TagName) async throws -> Void
  ) async throws -> [MirrorRow] {
    let results = try await queue.run(plan.prunes) { tag in try await delete(tag) }
    return zip(plan.prunes, results).map { tag, result in
      switch result {
      case .success: MirrorRow(plan, tag, .deleted, reason: MirrorRow.gone)
      case .failure(let error): MirrorRow(plan, tag, error as? AcrError ?? AcrError(.cancelled, "interrupted"))
      }
    }
  }

  /// Deletes the manifests of tags, as far as nothing that stays needs them.
  private func deleteManifests(
    of tags: [TagName], in repository: RegistryRepository, _ plan: MirrorPlan
  ) async throws -> [MirrorRow] {
    guard !tags.isEmpty else { return [] }
    let deletion: DeletionPlan
    do {
      let graph = try await GraphReader(store: repository, limit: engine.limit).repository()
      deletion = try graph.planDeletion(of: tags)
    } catch let error as AcrError where error.kind != .cancelled && (queue.keepsGoing || error.kind == .conflict) {
      // An incomplete graph is told as the reason; a registry that could not be read, as a failure.
      return tags.map { tag in
        error.kind == .conflict
          ? MirrorRow(plan, tag, .kept, reason: error.message) : MirrorRow(plan, tag, error)
      }
    }
    var rows: [TagName: MirrorRow] = [:]
    for kept in deletion.kept {
      rows[kept.tag] = MirrorRow(
        plan, kept.tag, .kept, digest: kept.digest,
        reason: "the registry deletes whole manifests only, and \(kept.reason)")
    }
    var failure: AcrError?
    for item in deletion.items {
      guard failure == nil else {
        // What was not deleted may list what comes now.
        for tag in item.tags {
          rows[tag] = MirrorRow(plan, tag, .kept, digest: item.digest, reason: "deleting stopped at a failure")
        }
        continue
      }
      do {
        try await repository.deleteManifest(item.digest)
        for tag in item.tags { rows[tag] = MirrorRow(plan, tag, .deleted, reason: MirrorRow.gone(item.leftovers)) }
      } catch let error as AcrError where error.kind != .cancelled && queue.keepsGoing {
        failure = error
        for tag in item.tags { rows[tag] = MirrorRow(plan, tag, error) }
      }
    }
    return tags.map { rows[$0] ?? MirrorRow(plan, $0, .deleted, reason: MirrorRow.gone) }
  }

  /// What pruning would do, without deleting anything: whether a registry deletes tags alone is only seen when it does.
  func previewPrune(_ plan: MirrorPlan) async throws -> [MirrorRow] {
    if let refusal = plan.pruneRefusal { return plan.prunes.map { MirrorRow(plan, $0, refusal) } }
    var reasons: [TagName: String] = [:]
    if let repository = plan.pair.target as? RegistryRepository, !plan.prunes.isEmpty,
      await !repository.client.hasAzureTokens
    {
      do {
        let graph = try await GraphReader(store: repository, limit: engine.limit).repository()
        let deletion = try graph.planDeletion(of: plan.prunes)
        for kept in deletion.kept {
          reasons[kept.tag] = "\(MirrorRow.gone); stays if the registry deletes whole manifests only: \(kept.reason)"
        }
        for item in deletion.items { for tag in item.tags { reasons[tag] = MirrorRow.gone(item.leftovers) } }
      } catch let error as AcrError where error.kind == .conflict {
        for tag in plan.prunes { reasons[tag] = "stays if the registry deletes whole manifests only: \(error.message)" }
      }
    }
    return plan.prunes.map { MirrorRow(plan, $0, .wouldDelete, reason: reasons[$0] ?? MirrorRow.gone) }
  }
}

extension MirrorRow {
  fileprivate static let gone = "gone at the source"

  /// The reason of a deletion, with what nothing needs any more.
  fileprivate static func gone(_ leftovers: [Digest]) -> String {
    guard let first = leftovers.first else { return gone }
    return leftovers.count == 1
      ? "\(gone); \(first.short), which only it needed, stays without a tag"
      : "\(gone); \(leftovers.count) manifests that only it needed stay without a tag"
  }
}
