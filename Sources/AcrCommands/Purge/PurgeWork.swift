import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry
import Synchronization

/// Plans, asks, deletes: what `purge` and `acr purge` share.
struct PurgeWork {
  let session: CommandContext
  let targets: PurgeTargets
  let rules: PurgeRules
  let options: PurgeOptions
  /// How many repositories are read and cleaned at a time.
  let jobs: Int
  let isDryRun: Bool
  let report: RunReport?
  let run: RunContext
  /// Decides about what the rules delete: true keeps it. Called on the evaluator's thread.
  var keepIf: BlockValue?

  /// Does it all.
  /// - Parameter ask: asks whether what it is given may be deleted, and throws if not.
  func callAsFunction(_ ask: (String) throws -> Void) throws -> Output {
    let purge = Purge(rules, options, limit: session.limit)
    let stores = targets.repositories
    let found = try Blocking.wait(run) { [jobs] in
      try await ImportQueue(jobs: jobs, keepsGoing: true).run(stores) { try await purge.plan($0) }
    }
    var plans: [PurgePlan] = []
    var rows: [PurgeRow] = []
    for (store, result) in zip(stores, found) {
      switch result {
      case .success(let plan): plans.append(plan)
      case .failure(let error):
        let error = error as? AcrError ?? AcrError(.cancelled, "interrupted")
        rows.append(PurgeRow.leftAlone(store.name, error))
        run.sink.message("left alone: \(error.message)")
      }
    }
    if let keepIf {
      for index in plans.indices {
        plans[index] = try plans[index].keeping { try PurgeKeepIf.keeps($0, keepIf, run, now: options.now) }
      }
    }
    plans.shareBytes()
    let isExact = targets.isWholeRegistry && rows.isEmpty
    announce(plans)
    for plan in plans {
      if let refusal = plan.refusal {
        run.sink.message("\(refusal.message)")
        if let help = refusal.help { run.sink.message("help: \(help)") }
      }
    }
    if isDryRun {
      rows =
        plans.flatMap(\.rows) + rows + plans.compactMap { plan in plan.refusal.map { .leftAlone(plan.repository, $0) } }
      tell("would delete", plans.filter { $0.refusal == nil }, isExact)
      run.sink.message("dry run: nothing was changed")
      return try finish(rows)
    }
    let work = plans.filter { $0.refusal == nil && !$0.isEmpty }
    if !work.isEmpty { try ask(PurgeWork.text(work, isExact, bytes: PurgeWork.bytes(work))) }
    return try carryOut(plans, purge, rows, isExact)
  }

  private func carryOut(_ plans: [PurgePlan], _ purge: Purge, _ failed: [PurgeRow], _ isExact: Bool) throws -> Output {
    let (report, now) = (report, options.now)
    let results: [[PurgeRow]]
    do {
      results = try Blocking.wait(run) { [jobs] in
        try await ImportQueue(jobs: jobs, keepsGoing: true).run(plans) { plan in
          try await purge.run(plan) { report?.add(PurgeRows.record($0, now: now)) }
        }.enumerated().map { index, result in
          do {
            return try result.get()
          } catch let error as AcrError where error.kind != .cancelled {
            let row = PurgeRow.leftAlone(plans[index].repository, error)
            report?.add(PurgeRows.record(row, now: now))
            return [row]
          }
        }
      }
    } catch {
      // What was done up to here is in it.
      try? report?.finish()
      throw error
    }
    for row in failed { report?.add(PurgeRows.record(row, now: now)) }
    try report?.finish()
    let rows = results.flatMap(\.self) + failed
    let gone = rows.filter { $0.action == .deleted || $0.action == .untagged }
    let tags = gone.count { $0.tag != nil }
    let manifests = Set(
      gone.filter { $0.action == .deleted }.compactMap { row in row.digest.map { "\(row.repository)@\($0)" } })
    run.sink.message(
      "deleted \(PurgeWork.counted(tags, "tag")) and \(PurgeWork.counted(manifests.count, "manifest")), which frees "
        + PurgeWork.size(gone.lazy.map(\.bytes).total, isExact))
    let failures = rows.count { $0.action == .failed }
    if failures > 0 { run.sink.message("\(failures) failed: see the rows with the action `failed`") }
    return output(rows)
  }

  private func finish(_ rows: [PurgeRow]) throws -> Output {
    for row in rows { report?.add(PurgeRows.record(row, now: options.now)) }
    try report?.finish()
    return output(rows)
  }

  private func output(_ rows: [PurgeRow]) -> Output {
    if rows.contains(where: { $0.action == .failed }) { run.noteFailedItem() }
    return .value(.list(rows.map { .record(PurgeRows.record($0, now: options.now)) }))
  }

  // MARK: Messages

  /// The plan in a line for each repository, before the question.
  private func announce(_ plans: [PurgePlan]) {
    guard !isDryRun else { return }
    for plan in plans where !plan.isEmpty && plan.refusal == nil {
      let going = plan.rows.filter { $0.action == .delete || $0.action == .untag }
      let tags = going.compactMap(\.tag).map(\.name)
      let shown = tags.prefix(20).joined(separator: ", ")
      let more = tags.count > 20 ? " and \(tags.count - 20) more" : ""
      run.sink.message(
        "\(plan.repository): \(PurgeWork.counted(plan.deletions.tags, "tag")) of \(plan.counts.tags) and "
          + "\(PurgeWork.counted(plan.deletions.manifests, "manifest")) of \(plan.counts.manifests), "
          + "\(ByteCount.human(plan.bytes))\(tags.isEmpty ? "" : ": \(shown)\(more)")")
    }
  }

  private func tell(_ verb: String, _ plans: [PurgePlan], _ isExact: Bool) {
    run.sink.message("\(verb) \(PurgeWork.text(plans, isExact, bytes: PurgeWork.bytes(plans)))")
  }

  private static func bytes(_ plans: [PurgePlan]) -> WireSize { plans.lazy.map(\.bytes).total }

  private static func text(_ plans: [PurgePlan], _ isExact: Bool, bytes: WireSize) -> String {
    let tags = plans.reduce(0) { $0 + $1.deletions.tags }
    let manifests = plans.reduce(0) { $0 + $1.deletions.manifests }
    let count = plans.count { !$0.isEmpty }
    return
      "\(counted(tags, "tag")) and \(counted(manifests, "manifest")) in \(count == 1 ? "1 repository" : "\(count) repositories")"
      + ", which frees \(size(bytes, isExact))"
  }

  /// Blobs may be shared with repositories that were not read.
  private static func size(_ bytes: WireSize, _ isExact: Bool) -> String {
    isExact || bytes == 0
      ? ByteCount.human(bytes)
      : "at most \(ByteCount.human(bytes)) (other repositories may share layers)"
  }

  private static func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}
