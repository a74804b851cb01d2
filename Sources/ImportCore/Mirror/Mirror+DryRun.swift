import AcrCore
import OCIRegistry

extension Mirror {
  /// What a run would do, found out by reading only.
  /// - Returns: the rows in the order of the plan. A tag that cannot be read is a failed one.
  public func preview(_ plan: MirrorPlan) async throws -> [MirrorRow] {
    let results = try await ImportQueue(jobs: queue.jobs, keepsGoing: true).run(plan.items) { item in
      try await preview(item, plan)
    }
    let rows = zip(plan.items, results).map { item, result -> MirrorRow in
      switch result {
      case .success(let row): return row
      case .failure(let error):
        return MirrorRow(plan, item.tag, error as? AcrError ?? AcrError(.cancelled, "interrupted"))
      }
    }
    return try await rows + previewPrune(plan)
  }

  private func preview(_ item: MirrorPlan.Item, _ plan: MirrorPlan) async throws -> MirrorRow {
    let state = try await state(item, plan)
    if state.isSame {
      return MirrorRow(plan, item.tag, .unchanged, digest: state.source, reason: "the same digest")
    }
    var request = request(item, plan)
    request.targets[0].known = state.target
    if let refused = try await refusal(&request, plan, item, state.source) { return refused }
    let made = try await engine.plan(request)
    if made.isUnchanged {
      return MirrorRow(plan, item.tag, .unchanged, digest: made.root.digest, reason: "the same digest")
    }
    let isNew = made.states.first == .missing
    var row = MirrorRow(
      plan, item.tag, isNew ? .wouldCopy : .wouldUpdate, digest: made.root.digest,
      reason: isNew ? "missing at the target" : "another digest")
    row.bytes = made.totalBytes
    return row
  }
}
