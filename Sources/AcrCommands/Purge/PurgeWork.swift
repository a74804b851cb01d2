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
  /// The run: its messages, its journal, its report.
  let long: LongRun
  private var run: RunContext { long.run }
  /// Decides about what the rules delete: true keeps it. Called on the evaluator's thread.
  var keepIf: BlockValue?

  /// Does it all.
  /// - Parameter ask: asks whether what it is given may be deleted, and throws if not.
  func callAsFunction(_ ask: (String) throws -> Void) throws -> Output {
    let purge = Purge(rules, options, limit: session.limit)
    let stores = targets.repositories
    let found = try long.wait { [jobs] in
      try await ImportQueue(jobs: jobs, keepsGoing: true).run(stores) { try await purge.plan($0) }
    }
    let cleaned = Set((long.journal?.deletions ?? []).compactMap { $0.row["repository"]?.string })
    var plans: [PurgePlan] = []
    var rows: [PurgeRow] = []
    for (store, result) in zip(stores, found) {
      switch result {
      case .success(let plan): plans.append(plan)
      case .failure(let error):
        let error = error as? AcrError ?? AcrError(.cancelled, "interrupted")
        // An earlier run may have deleted the last that it had.
        if error.kind == .notFound, cleaned.contains(store.name.name) { continue }
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
    let doubt = PurgeDoubt(
      otherRepositories: !targets.isWholeRegistry || !rows.isEmpty, unreadImages: !plans.allSatisfy(\.areBytesExact))
    announce(plans)
    if plans.contains(where: { $0.refusal == nil && !$0.isEmpty }) { try tellOfSoftDelete() }
    for plan in plans {
      if let refusal = plan.refusal {
        run.sink.message("\(refusal.message)")
        if let help = refusal.help { run.sink.message("help: \(help)") }
      }
    }
    if long.isDryRun {
      rows =
        plans.flatMap(\.shownRows) + rows
        + plans.compactMap { plan in plan.refusal.map { .leftAlone(plan.repository, $0) } }
      tell("would delete", plans.filter { $0.refusal == nil }, doubt)
      run.sink.message("dry run: nothing was changed")
      return try finish(rows)
    }
    let earlier = self.earlier(plans, failed: Set(rows.map(\.repository.name)))
    let work = plans.filter { $0.refusal == nil && !$0.isEmpty }
    if !work.isEmpty { try ask(PurgeWork.text(work, doubt, bytes: PurgeWork.bytes(work))) }
    return try carryOut(plans, purge, rows, doubt, earlier)
  }

  private func carryOut(
    _ plans: [PurgePlan], _ purge: Purge, _ failed: [PurgeRow], _ doubt: PurgeDoubt, _ earlier: [Record]
  ) throws -> Output {
    let (long, now) = (long, options.now)
    for row in earlier { long.add(row, isEarlier: true) }
    long.expect(plans.reduce(0) { $0 + $1.rows.count(where: \.isPlanned) })
    let results = try long.wait { [jobs] in
      try await ImportQueue(jobs: jobs, keepsGoing: true).run(plans) { plan in
        try await purge.run(plan) {
          long.journal?.note(deletion: PurgeRows.json($0), isDone: false)
        } ended: { row in
          if PurgeWork.isGone(row) { long.journal?.note(deletion: PurgeRows.json(row), isDone: true) }
          long.add(PurgeRows.reported(row, now: now))
        }
      }.enumerated().map { index, result in
        do {
          return try result.get()
        } catch let error as AcrError where error.kind != .cancelled {
          let row = PurgeRow.leftAlone(plans[index].repository, error)
          long.add(PurgeRows.reported(row, now: now))
          return [row]
        }
      }
    }
    for row in failed { long.add(PurgeRows.reported(row, now: now)) }
    let rows = results.flatMap(\.self) + failed
    let gone = rows.filter(PurgeWork.isGone)
    let tags = gone.count { $0.tag != nil }
    let manifests = Set(
      gone.filter { $0.action == .deleted }.compactMap { row in row.digest.map { "\(row.repository)@\($0)" } })
    run.sink.message(
      "deleted \(PurgeWork.counted(tags, "tag")) and \(PurgeWork.counted(manifests.count, "manifest")), which frees "
        + PurgeWork.size(gone.lazy.map(\.bytes).total, doubt))
    let failures = rows.count { $0.action == .failed }
    if failures > 0 { run.sink.message("\(failures) failed: see the rows with the action `failed`") }
    if !earlier.isEmpty {
      run.sink.message("\(PurgeWork.counted(earlier.count, "row")) are of an earlier run, by the journal")
    }
    if failures == 0 { long.journal?.complete() }
    return try output(rows, earlier)
  }

  private static func isGone(_ row: PurgeRow) -> Bool { row.action == .deleted || row.action == .untagged }

  /// What an earlier run deleted. What it was about to delete when it was killed counts if it is gone.
  private func earlier(_ plans: [PurgePlan], failed: Set<String>) -> [Record] {
    let asked = Set(targets.repositories.map(\.name.name))
    let byName = Dictionary(plans.map { ($0.repository.name, $0) }, uniquingKeysWith: { first, _ in first })
    return (long.journal?.deletions ?? []).compactMap { deletion in
      guard let name = deletion.row["repository"]?.string, let text = deletion.row["digest"]?.string else { return nil }
      if !deletion.isDone {
        guard let digest = try? Digest(text) else { return nil }
        guard let plan = byName[name] else {
          // A repository that is gone as a whole.
          return asked.contains(name) && !failed.contains(name) ? PurgeRows.record(deletion.row) : nil
        }
        let isTagOnly = deletion.row["action"]?.string == PurgeRow.Action.untag.rawValue
        let tag = isTagOnly ? deletion.row["tag"]?.string.flatMap { try? TagName($0) } : nil
        guard !plan.had(digest, tag: tag) else { return nil }
      }
      return PurgeRows.record(deletion.row)
    }
  }

  private func finish(_ rows: [PurgeRow]) throws -> Output {
    for row in rows { long.add(PurgeRows.reported(row, now: options.now)) }
    return try output(rows)
  }

  private func output(_ rows: [PurgeRow], _ earlier: [Record] = []) throws -> Output {
    if rows.contains(where: { $0.action == .failed }) { run.noteFailedItem() }
    try long.finish()
    return .value(.list((earlier + rows.map { PurgeRows.record($0, now: options.now) }).map(Value.record)))
  }

  // MARK: Messages

  /// Says that deleted artifacts are kept for a while, where the account can see the registry in Azure. Whoever is not
  /// signed in, or not allowed to, is told nothing.
  private func tellOfSoftDelete() throws {
    let hosts = Set(targets.repositories.map(\.client.host))
    let azure = session.azure
    for host in hosts.sorted(by: { $0.name < $1.name }) {
      let days = try Blocking.wait(run) { () async throws -> Int? in
        guard try await azure.isAzure(host), let services = try? await azure.services(),
          await services.identity.account != nil
        else { return nil }
        return (try? await services.finder.registry(at: host))?.softDeleteDays
      }
      guard let days else { continue }
      run.sink.message(
        "note: \(host.name) has soft delete: what is deleted can be restored for \(days) day\(days == 1 ? "" : "s"), and "
          + "its bytes are freed after that")
    }
  }

  /// The plan in a line for each repository, before the question.
  private func announce(_ plans: [PurgePlan]) {
    guard !long.isDryRun else { return }
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

  private func tell(_ verb: String, _ plans: [PurgePlan], _ doubt: PurgeDoubt) {
    run.sink.message("\(verb) \(PurgeWork.text(plans, doubt, bytes: PurgeWork.bytes(plans)))")
  }

  private static func bytes(_ plans: [PurgePlan]) -> WireSize { plans.lazy.map(\.bytes).total }

  private static func text(_ plans: [PurgePlan], _ doubt: PurgeDoubt, bytes: WireSize) -> String {
    let tags = plans.reduce(0) { $0 + $1.deletions.tags }
    let manifests = plans.reduce(0) { $0 + $1.deletions.manifests }
    let count = plans.count { !$0.isEmpty }
    return
      "\(counted(tags, "tag")) and \(counted(manifests, "manifest")) in \(count == 1 ? "1 repository" : "\(count) repositories")"
      + ", which frees \(size(bytes, doubt))"
  }

  private static func size(_ bytes: WireSize, _ doubt: PurgeDoubt) -> String {
    guard let reason = doubt.reason, bytes > 0 else { return ByteCount.human(bytes) }
    return "at most \(ByteCount.human(bytes)) (\(reason))"
  }

  private static func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}

/// Why fewer bytes may be freed than were counted: something that stays, and was not read, may name the same blobs.
struct PurgeDoubt {
  let otherRepositories: Bool
  let unreadImages: Bool

  var reason: String? {
    if unreadImages { return "images that stay may share layers; --exact-bytes reads them all" }
    return otherRepositories ? "other repositories may share layers" : nil
  }
}
