import AcrCore
import OCIRegistry

extension Mirror {
  /// What a run would do, found out by reading only.
  /// - Returns: the rows in the order of the plan. A tag that cannot be read is a failed one.
  public func preview(_ plan: MirrorPlan) async throws -> [MirrorRow] {
    let results = try await ImportQueue(jobs: queue.jobs, keepsGoing: true).run(plan.items) { item in
      try await preview(item, plan)
    }
    // Tags of the same image have the same referrers, which come once.
    var seen: Set<String> = []
    let rows = zip(plan.items, results).map { item, result -> MirrorRow in
      switch result {
      case .success(let preview):
        var row = preview.row
        row.referrers = preview.referrers.count { seen.insert($0).inserted }
        return row
      case .failure(let error):
        return MirrorRow(plan, item.tag, error as? AcrError ?? AcrError(.cancelled, "interrupted"))
      }
    }
    return try await rows + previewPrune(plan)
  }

  /// A row, and the names of what would come along.
  private struct Preview: Sendable {
    var row: MirrorRow
    var referrers: [String] = []
  }

  private func preview(_ item: MirrorPlan.Item, _ plan: MirrorPlan) async throws -> Preview {
    let state = try await state(item, plan)
    if state.isSame, let digest = state.source { return try await unchanged(item, digest, plan) }
    var request = request(item, plan)
    request.targets[0].known = state.target
    if let refused = try await refusal(&request, plan, item, state.source) { return Preview(row: refused) }
    let made = try await engine.plan(request)
    if made.isUnchanged { return try await unchanged(item, made.root.digest, plan) }
    let isNew = made.states.first == .missing
    var row = MirrorRow(
      plan, item.tag, isNew ? .wouldCopy : .wouldUpdate, digest: made.root.digest,
      reason: isNew ? "missing at the target" : "another digest")
    row.bytes = made.totalBytes
    guard hasReferrers(item, plan) else { return Preview(row: row) }
    let referrers = try await missingReferrers(of: made.root.digest, image: made, plan)
    return Preview(row: row, referrers: referrers)
  }

  private func unchanged(_ item: MirrorPlan.Item, _ digest: Digest, _ plan: MirrorPlan) async throws -> Preview {
    let row = MirrorRow(plan, item.tag, .unchanged, digest: digest, reason: "the same digest")
    guard hasReferrers(item, plan) else { return Preview(row: row) }
    return Preview(row: row, referrers: try await missingReferrers(of: digest, image: nil, plan))
  }

  /// Whether what is about a tag comes along.
  private func hasReferrers(_ item: MirrorPlan.Item, _ plan: MirrorPlan) -> Bool {
    plan.options.listsReferrers && item.tag.subjectDigest == nil
  }
}
