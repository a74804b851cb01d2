import AcrCore
import AzureRegistry
import OCIRegistry

/// Cleans repositories by rules: reads each as a graph, plans what goes, looks again, deletes.
public struct Purge: Sendable {
  let rules: PurgeRules
  let options: PurgeOptions
  let limit: TransferLimit
  /// How old a look at a repository may be before it is looked at again between deletions.
  let patience: Duration

  /// How many manifests are deleted side by side.
  static let batch = 64

  /// Creates a purge.
  /// - Parameters:
  ///   - limit: the session's limit of transfers.
  ///   - patience: how long a look at a repository holds while it is being deleted from.
  public init(
    _ rules: PurgeRules, _ options: PurgeOptions, limit: TransferLimit, patience: Duration = .seconds(10)
  ) {
    self.rules = rules
    self.options = options
    self.limit = limit
    self.patience = patience
  }

  /// Plans what is deleted in a repository. Nothing is changed.
  /// - Throws: ``AcrError``: `conflict` for a repository that could not be read completely or that is locked, and what the
  ///   registry throws: such a repository is left alone.
  public func plan(_ store: RegistryRepository) async throws -> PurgePlan { try await plan(store, since: nil) }

  /// - Parameter old: what was planned before; nothing goes that is not known from it.
  private func plan(_ store: RegistryRepository, since old: PurgePlan?) async throws -> PurgePlan {
    let rules = rules.fitting(store.name)
    let needs = PurgeRules(rules)
    var reader = GraphReader(store: store, limit: limit)
    reader.keepsFacts = true
    reader.annotations = needs.annotations
    let readsAll = options.readsAll || options.asks || needs.needManifests
    // Tags that go alone leave every manifest where it is.
    let isTagsOnly = options.deletesTagsOnly && needs.needOnlyLists && !readsAll && !options.listsKept
    var reading = try await reader.reading(of: readsAll ? .whole : isTagsOnly ? .names : .listed)
    // The lists told whether this is a registry of Azure.
    try await requireUnlocked(store)
    var unread = reading.nodes.filter { !$0.isRead }.map(\.digest)
    if isTagsOnly {
      unread = []
    } else if unread.count <= options.fewUnread {
      try await reader.read(unread, of: &reading)
      unread = []
    }
    var asked: Set<Digest> = []
    while true {
      let graph = reading.graph()
      try graph.requireWhole("nothing is deleted")
      var facts = PurgeFacts(graph.facts)
      try await facts.complete(
        graph, from: store, limit, times: needs.needTimes || options.listsKept || options.asks,
        platforms: needs.needPlatforms || options.asks)
      let planner = PurgePlanner(
        graph: graph, facts: facts, store: store, options: options, known: old?.seen, released: old?.released)
      var plan = planner.plan(rules)
      if try await fill(&reading, reader, plan, &unread, &asked) { continue }
      plan.areBytesExact = unread.isEmpty
      if options.asks, old == nil {
        plan.question = PurgeQuestion(planner: planner, rules: rules, candidates: planner.candidates(rules))
      }
      return plan
    }
  }

  /// Reads what goes by a plan and was only listed, and asks what is about everything that goes: an image that was not read
  /// could be about it. In the end nothing goes of which not every neighbour is known.
  /// - Returns: true where something was read, so that the plan has to be made again.
  private func fill(
    _ reading: inout GraphReading, _ reader: GraphReader, _ plan: PurgePlan, _ unread: inout [Digest],
    _ asked: inout Set<Digest>
  ) async throws -> Bool {
    guard !unread.isEmpty else { return false }
    let going = Set(plan.waves.joined().map(\.digest))
    var wanted = unread.filter { going.contains($0) }
    let new = going.subtracting(asked)
    guard !wanted.isEmpty || !new.isEmpty else { return false }
    // A registry that does not tell leaves only the manifests themselves.
    if !new.isEmpty, try await !reader.askForReferrers(of: new, &reading) { wanted = unread }
    asked.formUnion(new)
    try await reader.read(wanted, of: &reading)
    unread = reading.nodes.filter { !$0.isRead }.map(\.digest)
    return true
  }

  /// A locked repository refuses every deletion.
  private func requireUnlocked(_ store: RegistryRepository) async throws {
    guard try await TagInventory.isAzure(store) else { return }
    let details: JSONValue
    do {
      details = try await limit.withPlace {
        try await AzureMetadata(store.client).details(of: .repository(store.name))
      }
    } catch let error as AcrError where [.denied, .auth].contains(error.kind) {
      return
    }
    let locks = details["changeableAttributes"]
    guard ["deleteEnabled", "writeEnabled"].contains(where: { locks?[$0]?.bool == false }) else { return }
    throw AcrError(
      .conflict, "\(store.displayName) is locked, so nothing is deleted",
      help: "unlock it: repository update --repository \(store.name) --delete-enabled true --write-enabled true")
  }

  /// What is there by now, beside what a plan has seen.
  /// - Returns: nil where nothing is new and no tag has moved; else a new plan.
  func look(_ plan: PurgePlan) async throws -> PurgePlan? {
    let inventory = try await GraphReader(store: plan.store, limit: limit).inventory()
    let store = plan.store
    let isNew = { (digest: Digest) in !plan.seen.contains(digest.key) }
    if inventory.manifests?.contains(where: { isNew($0.digest) }) ?? false || !inventory.gaps.isEmpty {
      return try await self.plan(store, since: plan)
    }
    for (tag, digest) in inventory.tags {
      if let digest, !plan.seen.contains(PurgePlan.key(tag, digest)) {
        return try await self.plan(store, since: plan)
      }
    }
    let unknown = inventory.tags.filter { $0.digest == nil }.map(\.tag)
    let limit = limit
    let found = try await ImportQueue(jobs: 32).run(unknown) { tag in
      try await limit.withParts(1) { try await store.digest(of: tag) }
    }
    for (tag, digest) in zip(unknown, found) {
      if let digest = try digest.get(), !plan.seen.contains(PurgePlan.key(tag, digest)) {
        return try await self.plan(store, since: plan)
      }
    }
    return nil
  }
}
