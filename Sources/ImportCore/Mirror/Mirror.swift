import AcrConcurrency
import AcrCore
import OCIRegistry
import Synchronization

/// Makes repositories like others: their tags, everything those need, and what is about them.
public struct Mirror: Sendable {
  /// Brings one image; the service or this machine.
  public typealias Importer =
    @Sendable (ImportRequest, @escaping ImportObserver) async throws -> ImportResult

  let engine: DirectImport
  let queue: ImportQueue
  /// Tags that are looked at: twice as many as are copied, since most of a night's tags are there already.
  private let looks: ImportQueue
  private let copies: Limit
  let journal: ImportJournal?
  let importer: Importer
  let gate: Gate?

  /// Looks at an image before it is copied, and gives the same import of exactly what was looked at. An error of kind
  /// `rejected` makes a row of it; what is about an image comes only along with it.
  public typealias Gate = @Sendable (ImportRequest) async throws -> ImportRequest

  /// Creates a mirror.
  /// - Parameters:
  ///   - journal: what an earlier run finished, and where this one's progress is noted.
  ///   - importer: who brings tagged images; without it the engine itself. What is about them always comes by the engine.
  public init(
    engine: DirectImport, queue: ImportQueue = ImportQueue(), journal: ImportJournal? = nil, importer: Importer? = nil,
    gate: Gate? = nil
  ) {
    self.gate = gate
    self.engine = engine
    self.queue = queue
    looks = ImportQueue(jobs: 2 * queue.jobs, keepsGoing: queue.keepsGoing)
    copies = Limit(queue.jobs)
    self.journal = journal
    self.importer =
      importer ?? { request, observer in try await engine.run(request, journal: journal, observer: observer) }
  }

  // MARK: The plan

  /// Reads both lists of tags and chooses.
  /// - Throws: ``AcrError``: `not-found` for a source that does not exist, and what registries throw.
  public func plan(_ pair: MirrorPair, _ options: MirrorOptions) async throws -> MirrorPlan {
    async let targetInventory = TagInventory.read(pair.target, isTarget: true)
    let source = try await TagInventory.read(pair.source, isTarget: false, isComplete: options.prunes)
    let target = try await targetInventory
    let present = Set(target.tags)
    let item = { (tag: TagName) -> MirrorPlan.Item in
      let known: ImportTarget.Known? =
        !present.contains(tag) ? .absent : target.facts?[tag].map { .digest($0.digest) }
      return MirrorPlan.Item(tag: tag, sourceDigest: source.facts?[tag]?.digest, known: known)
    }
    let subjects = source.tags.compactMap { tag in tag.subjectDigest.map { (tag, $0) } }
    let plain = source.tags.filter { $0.subjectDigest == nil && options.selects?($0) ?? true }
    var chosen = try await newest(of: plain, in: pair.source, source.facts, options)
    var companions: [Digest: [MirrorPlan.Item]] = [:]
    if options.listsReferrers {
      if options.isPartial || options.platforms != nil || gate != nil {
        for (tag, subject) in subjects { companions[subject, default: []].append(item(tag)) }
      } else {
        chosen += subjects.map(\.0)
      }
    }
    let all = Set(source.tags)
    let prunes = target.tags.filter { tag in
      options.prunes && !all.contains(tag) && tag.subjectDigest == nil && options.selects?(tag) ?? true
    }
    let refusal = source.tags.isEmpty && !options.prunesAll ? Mirror.refusal(pair, prunes.count) : nil
    if let refusal, !queue.keepsGoing { throw refusal }
    return MirrorPlan(
      pair: pair, options: options, items: chosen.map(item), companions: companions, prunes: prunes,
      pruneRefusal: refusal,
      folderReferrers: options.listsReferrers ? try await (pair.source as? OCILayout)?.referrersBySubject() : nil)
  }

  /// A plan of one image, which may get another tag.
  public func plan(
    _ image: ManifestSelector, as tag: TagName, _ pair: MirrorPair, _ options: MirrorOptions
  ) async throws -> MirrorPlan {
    var companions: [Digest: [MirrorPlan.Item]] = [:]
    if options.listsReferrers {
      // Signatures may be tags that are named after the image.
      let source = try await TagInventory.read(pair.source, isTarget: false)
      for tag in source.tags {
        guard let subject = tag.subjectDigest else { continue }
        companions[subject, default: []].append(.init(tag: tag, sourceDigest: source.facts?[tag]?.digest, known: nil))
      }
    }
    var digest: Digest?
    if case .digest(let named) = image { digest = named }
    var item = MirrorPlan.Item(tag: tag, sourceDigest: digest, known: nil)
    item.selector = image
    return MirrorPlan(
      pair: pair, options: options, items: [item], companions: companions, prunes: [], pruneRefusal: nil,
      folderReferrers: options.listsReferrers ? try await (pair.source as? OCILayout)?.referrersBySubject() : nil)
  }

  /// A list that came back empty by mistake must not empty the target.
  private static func refusal(_ pair: MirrorPair, _ count: Int) -> AcrError? {
    guard count > 0 else { return nil }
    return AcrError(
      .conflict,
      "\(pair.source.displayName) lists no tags, and pruning would delete \(count == 1 ? "the only tag" : "\(count) tags") "
        + "of \(pair.target.displayName)",
      help: "check the source first; if it is really empty, add --allow-empty-source")
  }

  /// The tags that are new enough. An Azure registry's pages tell when a tag was last changed; elsewhere the image says
  /// when it was made, which has to be read.
  private func newest(
    of tags: [TagName], in store: any ArtifactSource, _ facts: [TagName: TagInventory.Facts]?, _ options: MirrorOptions
  ) async throws -> [TagName] {
    guard options.newest != nil || options.newerThan != nil else { return tags }
    let dates = try await ImportQueue(jobs: queue.jobs).run(tags) { tag -> Timestamp? in
      if let facts { return facts[tag]?.updated }
      return try await ImageDate.created(.tag(tag), in: store)
    }
    var dated = zip(tags, dates).map { tag, date in (tag: tag, date: (try? date.get()) ?? nil) }
    if let limit = options.newerThan {
      dated.removeAll { entry in entry.date.map { $0.nanoseconds <= limit.nanoseconds } ?? true }
    }
    guard let count = options.newest, dated.count > count else { return dated.map(\.tag) }
    let order = dated.sorted { left, right in
      let (first, second) = (left.date?.nanoseconds ?? .min, right.date?.nanoseconds ?? .min)
      return first == second ? left.tag.name > right.tag.name : first > second
    }
    let kept = Set(order.prefix(count).map(\.tag))
    return dated.map(\.tag).filter { kept.contains($0) }
  }

  // MARK: The run

  /// Mirrors repositories in one queue, then deletes what is to be deleted.
  /// - Parameters:
  ///   - observer: gives the observer of one tag's events, by the target's whole reference.
  ///   - ended: called for each tag in the order in which they end.
  /// - Returns: the rows in the order of the plans and their tags. Failed ones are among them where the queue keeps going;
  ///   nothing is then deleted in their repository.
  /// - Throws: the first failure, unless the queue keeps going.
  public func run(
    _ plans: MirrorPlan..., observer: @escaping @Sendable (String) -> ImportObserver = { _ in { _ in } },
    ended: @escaping @Sendable (MirrorRow) -> Void = { _ in }
  ) async throws -> [MirrorRow] {
    try await run(plans, observer: observer, ended: ended)
  }

  /// The same for a list of plans.
  public func run(
    _ plans: [MirrorPlan], observer: @escaping @Sendable (String) -> ImportObserver,
    ended: @escaping @Sendable (MirrorRow) -> Void
  ) async throws -> [MirrorRow] {
    try await plans.map(\.pair.target).batch { try await runAll(plans, observer: observer, ended: ended) }
  }

  private func runAll(
    _ plans: [MirrorPlan], observer: @escaping @Sendable (String) -> ImportObserver,
    ended: @escaping @Sendable (MirrorRow) -> Void
  ) async throws -> [MirrorRow] {
    let work = plans.enumerated().flatMap { index, plan in plan.items.map { (index, $0) } }
    let subjects = MirroredSubjects()
    let results = try await looks.run(work) { index, item in
      try await mirror(item, plans[index], subjects, observer)
    } ended: { position, result in
      let (index, item) = work[position]
      ended(Mirror.row(result, plans[index], item))
    }
    var rows = zip(work, results).map { Mirror.row($1, plans[$0.0], $0.1) }
    Mirror.countOnce(&rows, work.map(\.0))
    for (index, plan) in plans.enumerated() where !plan.prunes.isEmpty {
      let mine = zip(work, rows).filter { $0.0.0 == index }.map(\.1)
      let deleted = try await prune(plan, after: mine)
      for row in deleted { ended(row) }
      rows += deleted
    }
    if let journal, rows.allSatisfy({ $0.action != .failed }) { journal.complete() }
    return rows
  }

  /// Counts what is about an image at the first of its tags, whichever of them brought it.
  private static func countOnce(_ rows: inout [MirrorRow], _ plans: [Int]) {
    var first: [String: Int] = [:]
    for index in rows.indices {
      guard let digest = rows[index].digest else { continue }
      let image = "\(plans[index]) \(digest)"
      guard let known = first[image] else {
        first[image] = index
        continue
      }
      rows[known].referrers += rows[index].referrers
      rows[index].referrers = 0
    }
  }

  private static func row(
    _ result: Result<MirrorRow, any Error>, _ plan: MirrorPlan, _ item: MirrorPlan.Item
  ) -> MirrorRow {
    switch result {
    case .success(let row): return row
    case .failure(let error):
      let failure = error as? AcrError ?? AcrError(.cancelled, "interrupted")
      var row = MirrorRow(plan, item.tag, .failed, reason: failure.message)
      row.error = failure
      return row
    }
  }

  /// Brings one tag with what is about it.
  private func mirror(
    _ item: MirrorPlan.Item, _ plan: MirrorPlan, _ subjects: MirroredSubjects,
    _ observer: @Sendable (String) -> ImportObserver
  ) async throws -> MirrorRow {
    let target = "\(plan.pair.target.displayName):\(item.tag)"
    // A journal saves work and never a look: tags move, and targets are emptied.
    let state = try await state(item, plan)
    var row: MirrorRow
    if state.isSame, let digest = state.source {
      if journal?.finished(plan.pair.source.displayName, target) == digest {
        return MirrorRow(plan, item.tag, .unchanged, digest: digest, reason: "finished by the previous run")
      }
      row = MirrorRow(plan, item.tag, .unchanged, digest: digest, reason: "the same digest")
    } else {
      row = try await copies.run { try await copy(item, plan, state.source, known: state.target, observer(target)) }
      if row.action == .refused { return row }
    }
    if plan.options.listsReferrers, item.tag.subjectDigest == nil {
      let digest = row.digest
      if digest.map({ subjects.begin($0, at: plan, isNew: row.action != .unchanged) }) ?? true {
        row.referrers = try await copyReferrers(of: digest.map { [$0] } ?? [], row, plan)
      }
    }
    if let digest = row.digest { journal?.note(finished: plan.pair.source.displayName, target, digest) }
    return row
  }

  /// Copies one tag that is not there, or another one, if the gate lets it through.
  private func copy(
    _ item: MirrorPlan.Item, _ plan: MirrorPlan, _ source: Digest?, known: ImportTarget.Known?,
    _ events: @escaping ImportObserver
  ) async throws -> MirrorRow {
    var wanted = request(item, plan)
    wanted.targets[0].known = known
    // The tag may be moved at the source meanwhile; what was compared is what comes.
    if let source, plan.options.platforms == nil { wanted.source.selector = .digest(source) }
    if let refused = try await refusal(&wanted, plan, item, source) { return refused }
    let result = try await importer(wanted, events)
    let isNew = known == .absent
    var digest = result.digest ?? source
    // The service does not always tell.
    if digest == nil { digest = try await plan.pair.target.digest(of: item.tag) }
    var row = MirrorRow(
      plan, item.tag, result.isUnchanged ? .unchanged : isNew ? .copied : .updated, digest: digest,
      reason: result.isUnchanged ? "the same digest" : isNew ? "missing at the target" : "another digest")
    row.bytes = result.blobs.copiedBytes
    if let original = result.trimmedFrom, let digest {
      row.reason += "; the index \(original.short) without its other platforms is \(digest.short)"
    }
    return row
  }

  /// Asks the gate; the row of an image that it refuses.
  func refusal(
    _ request: inout ImportRequest, _ plan: MirrorPlan, _ item: MirrorPlan.Item, _ digest: Digest?
  ) async throws -> MirrorRow? {
    guard let gate else { return nil }
    do {
      // The tag names it, whatever it was pinned to by the comparison.
      request.source.name = "\(plan.pair.source.displayName):\(item.tag)"
      request = try await gate(request)
      return nil
    } catch let error as AcrError where error.kind == .rejected {
      var row = MirrorRow(plan, item.tag, .refused, digest: digest, reason: error.message)
      row.error = error
      return row
    }
  }

  func request(_ item: MirrorPlan.Item, _ plan: MirrorPlan) -> ImportRequest {
    let pair = plan.pair
    var target = ImportTarget(store: pair.target, tag: item.tag, location: pair.targetLocation)
    target.known = item.known
    return ImportRequest(
      source: ImportSource(
        store: pair.source, selector: item.selector ?? .tag(item.tag), location: pair.sourceLocation),
      targets: [target], isForced: true, platforms: item.tag.subjectDigest == nil ? plan.options.platforms : nil)
  }

  /// What both sides have under a tag. Where the lists told it nothing is asked; else both are asked at once by HEAD.
  func state(
    _ item: MirrorPlan.Item, _ plan: MirrorPlan
  ) async throws -> (source: Digest?, target: ImportTarget.Known?, isSame: Bool) {
    // An index that is cut down has to be read first.
    if plan.options.platforms != nil || item.known == .absent { return (item.sourceDigest, item.known, false) }
    async let askedTarget = known(item, plan.pair.target)
    let source: Digest?
    if let digest = item.sourceDigest {
      source = digest
    } else if case .tag(let tag)? = item.selector {
      source = try await plan.pair.source.digest(of: tag)
    } else {
      source = try await plan.pair.source.digest(of: item.tag)
    }
    let target = try await askedTarget
    guard let source else {
      if let selector = item.selector {
        throw AcrError(.notFound, "\(plan.pair.source.displayName) has no image `\(selector)`")
      }
      throw AcrError(.notFound, "\(plan.pair.source.displayName):\(item.tag) is gone since the tags were listed")
    }
    return (source, target, target == .digest(source))
  }

  private func known(_ item: MirrorPlan.Item, _ target: any ArtifactTarget) async throws -> ImportTarget.Known {
    if let known = item.known { return known }
    return try await target.digest(of: item.tag).map { .digest($0) } ?? .absent
  }
}

/// The images whose referrers were looked for in a run, so that those of an image with several tags come once.
final class MirroredSubjects: Sendable {
  private let subjects = Mutex<Set<String>>([])

  /// True for the first tag of an image that comes from one place to another.
  /// - Parameter isNew: whether the image has come; what is about its platforms is looked for then, too.
  func begin(_ digest: Digest, at plan: MirrorPlan, isNew: Bool) -> Bool {
    // Another source may know of more that is about the same image.
    let pair = "\(plan.pair.source.displayName) \(plan.pair.target.displayName)"
    return subjects.withLock { $0.insert("\(pair)@\(digest) \(isNew)").inserted }
  }
}
