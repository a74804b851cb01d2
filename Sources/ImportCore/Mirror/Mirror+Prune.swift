import AcrCore
import AzureRegistry
import OCIRegistry

extension Mirror {
  /// Deletes tags at the target. Registries of Azure, and those that follow the specification, delete a tag alone.
  /// docker-registry deletes whole manifests only, with every tag of theirs: one that is needed by another tag stays.
  func prune(_ plan: MirrorPlan, after rows: [MirrorRow]) async throws -> [MirrorRow] {
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
        done.append(MirrorRow(plan, tag, .deleted, reason: "gone at the source"))
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
      case .success: return MirrorRow(plan, tag, .deleted, reason: "gone at the source")
      case .failure(let error):
        var row = MirrorRow(plan, tag, .failed, reason: (error as? AcrError)?.message ?? "interrupted")
        row.error = error as? AcrError
        return row
      }
    }
  }

  private func deleteManifests(
    of tags: [TagName], in repository: RegistryRepository, _ plan: MirrorPlan
  ) async throws -> [MirrorRow] {
    guard !tags.isEmpty else { return [] }
    let wanted = Set(tags)
    let all = try await repository.tagPages().all()
    let digests = try await queue.run(all) { try await repository.digest(of: $0) }
    var names: [Digest: [TagName]] = [:]
    for (tag, digest) in zip(all, digests) {
      if let digest = try digest.get() { names[digest, default: []].append(tag) }
    }
    var rows: [TagName: MirrorRow] = [:]
    for (digest, tags) in names where tags.contains(where: { wanted.contains($0) }) {
      let others = tags.filter { !wanted.contains($0) }
      if let other = others.first {
        for tag in tags where wanted.contains(tag) {
          rows[tag] = MirrorRow(
            plan, tag, .kept, digest: digest,
            reason: "the registry deletes whole manifests only, and `\(other)` needs this one")
        }
      } else {
        try await repository.deleteManifest(digest)
        for tag in tags { rows[tag] = MirrorRow(plan, tag, .deleted, reason: "gone at the source") }
      }
    }
    return tags.map { rows[$0] ?? MirrorRow(plan, $0, .deleted, reason: "gone at the source") }
  }
}
