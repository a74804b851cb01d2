import AcrCore
import OCIRegistry

/// Makes a plan of what rules decided: nothing that something kept reaches goes, and parts go with what needed them.
struct PurgePlanner {
  let graph: ArtifactGraph
  let facts: PurgeFacts
  let store: RegistryRepository
  let options: PurgeOptions
  /// What an earlier plan has seen: everything else is kept, whatever the rules say. Nil for the first plan.
  let known: Set<UInt64>?
  /// What the caller let go, where it was asked: nothing else goes. Nil where nobody is asked.
  var released: Set<PurgeCandidate.Key>?

  /// What becomes of the manifests.
  private struct Outcome {
    /// Those that go.
    var going: Set<Int>
    /// Those that stay, with everything they reach.
    var kept: Set<Int>
  }

  func plan(_ rules: [PurgeRule]) -> PurgePlan {
    let decisions = PurgeDecider(graph: graph, facts: facts, now: options.now).decide(rules)
    let outcome = outcome(of: decisions, deletesQuarantined: PurgeRules(rules).deletesQuarantined)
    var rows: [PurgeRow] = []
    var untags: [PurgePlan.Untag] = []
    var kept: [PurgeRow] = []
    var deciding: [Int: PurgeRule] = [:]
    var tagRules: [TagName: PurgeRule] = [:]
    for decision in decisions {
      let (item, mayGo) = (decision.item, mayGo(decision))
      if mayGo, outcome.going.contains(item.position) {
        // The row stands beside its manifest.
        deciding[item.position] = deciding[item.position] ?? decision.rule
        if let tag = item.tag { tagRules[tag] = decision.rule }
        continue
      }
      guard mayGo, let tag = item.tag else {
        if options.listsKept || decision.deletes { kept.append(keptRow(decision, outcome)) }
        continue
      }
      let reason =
        options.deletesTagsOnly
        ? "only tags are deleted" : graph.reason(item.position, keeping: keepsTag(decisions), outcome.kept)
      untags.append(
        .init(
          tag: tag, digest: graph.nodes[item.position].digest, row: rows.count, isLocked: item.isLocked,
          reason: reason))
      rows.append(row(item, .untag, decision.rule, reason: "the manifest stays: \(reason)"))
    }
    let waves = steps(outcome.going, &deciding, tagRules, &rows)
    let deletedTags = untags.count + waves.joined().reduce(0) { $0 + $1.tags.count }
    rows += kept
    return PurgePlan(
      repository: store.name, rows: rows, counts: (graph.tags.count, graph.nodes.count),
      deletions: (deletedTags, outcome.going.count),
      refusal: refusal(deletedTags, outcome.going.count), store: store, waves: waves, untags: untags,
      keptBlobs: keptBlobs(outcome.going), seen: seen)
  }

  /// What the rules delete and no lock keeps, for the caller to decide about.
  func candidates(_ rules: [PurgeRule]) -> [PurgeCandidate] {
    PurgeDecider(graph: graph, facts: facts, now: options.now).decide(rules).filter(mayGo).map { decision in
      let (item, node) = (decision.item, graph.nodes[decision.item.position])
      // Both an index and its images may tell the same platform.
      var seen: Set<String> = []
      let platforms = facts.platforms(item.position, in: graph).filter { seen.insert($0.description).inserted }
      return PurgeCandidate(
        repository: store.name, tag: item.tag, digest: node.digest, time: item.time,
        bytes: graph.bytes(below: node.digest), mediaType: node.mediaType, artifactType: node.artifactType,
        platforms: platforms, rule: decision.rule?.name ?? "")
    }
  }

  // MARK: What goes

  private func isKeptByLock(_ item: PurgeDecider.Item) -> Bool { item.isLocked && !options.includesLocked }

  /// What waits for a scan goes only by a rule that is about quarantine.
  private func isKeptByQuarantine(_ decision: PurgeDecider.Decision) -> Bool {
    decision.item.isQuarantined && !(decision.rule?.namesQuarantine ?? false)
  }

  private func isReleased(_ item: PurgeDecider.Item) -> Bool {
    released?.contains(.init(tag: item.tag, digest: graph.nodes[item.position].digest)) ?? true
  }

  /// Whether a rule deletes it, and neither a lock, quarantine nor the caller keeps it.
  private func mayGo(_ decision: PurgeDecider.Decision) -> Bool {
    decision.deletes && !isKeptByLock(decision.item) && !isKeptByQuarantine(decision) && isReleased(decision.item)
  }

  private func isKnown(_ item: PurgeDecider.Item) -> Bool {
    guard let known, let tag = item.tag else { return true }
    return known.contains(PurgePlan.key(tag, graph.nodes[item.position].digest))
  }

  private func keepsTag(_ decisions: [PurgeDecider.Decision]) -> (TagName) -> Bool {
    let going = Set(decisions.filter(mayGo).compactMap(\.item.tag))
    return { !going.contains($0) }
  }

  /// What the rules delete, less what anything kept reaches, with what only that was needed for.
  private func outcome(of decisions: [PurgeDecider.Decision], deletesQuarantined: Bool) -> Outcome {
    var roots: Set<Int> = []
    var candidates: Set<Int> = []
    for decision in decisions {
      if mayGo(decision), isKnown(decision.item) {
        candidates.insert(decision.item.position)
      } else {
        roots.insert(decision.item.position)
      }
    }
    if let known {
      for (position, node) in graph.nodes.enumerated() where !known.contains(node.digest.key) { roots.insert(position) }
    }
    if !deletesQuarantined {
      for (position, node) in graph.nodes.enumerated() where facts.isQuarantined(node.digest) { roots.insert(position) }
    }
    if !options.includesLocked {
      for (position, node) in graph.nodes.enumerated() {
        let isLocked =
          facts.isLocked(node.digest) || graph.tagsOf[position].contains { facts.isLocked($0) }
        if isLocked { roots.insert(position) }
      }
    }
    if options.deletesTagsOnly {
      return Outcome(going: [], kept: Set(graph.nodes.indices))
    }
    var kept = graph.reachedPositions(from: roots)
    while true {
      let going = grown(candidates.subtracting(kept), keeping: kept)
      // What neither goes nor is reached is kept too, and so is what it reaches.
      let rest = graph.nodes.indices.filter { !going.contains($0) && !kept.contains($0) }
      guard !rest.isEmpty else { return Outcome(going: going, kept: kept) }
      kept.formUnion(graph.reachedPositions(from: rest))
    }
  }

  /// With the parts and referrers that only these were needed for.
  private func grown(_ start: Set<Int>, keeping kept: Set<Int>) -> Set<Int> {
    var going = start
    var waiting = Array(start)
    while let position = waiting.popLast() {
      for part in graph.children[position] + graph.referrers[position]
      where !kept.contains(part) && !graph.tagsOf[part].contains(where: graph.isRoot) {
        if going.insert(part).inserted { waiting.append(part) }
      }
    }
    // What anything else needs stays, and then what that needs.
    var doubtful = going.subtracting(start)
    while true {
      let needed = doubtful.filter { !(graph.parents[$0] + graph.subjects[$0]).allSatisfy(going.contains) }
      guard !needed.isEmpty else { break }
      going.subtract(needed)
      doubtful.subtract(needed)
    }
    return going
  }

  // MARK: Rows and steps

  private func row(_ item: PurgeDecider.Item, _ action: PurgeRow.Action, _ rule: PurgeRule?, reason: String)
    -> PurgeRow
  {
    PurgeRow(
      store.name, tag: item.tag, digest: graph.nodes[item.position].digest, action, rule: rule?.name, time: item.time,
      reason: reason)
  }

  private func keptRow(_ decision: PurgeDecider.Decision, _ outcome: Outcome) -> PurgeRow {
    let reason: String
    if decision.deletes, isKeptByLock(decision.item) {
      reason = "it is locked"
    } else if decision.deletes, isKeptByQuarantine(decision) {
      reason = "it is in quarantine"
    } else if decision.deletes, !isReleased(decision.item) {
      reason = "kept by --keep-if"
    } else if decision.deletes, options.deletesTagsOnly {
      reason = "only tags are deleted"
    } else if decision.deletes {
      reason = graph.reason(decision.item.position, keeping: { _ in true }, outcome.kept)
    } else {
      reason = decision.rule == nil ? "no rule fits" : ""
    }
    return row(decision.item, .keep, decision.rule, reason: reason)
  }

  /// The manifests that go in waves, with their rows.
  private func steps(
    _ going: Set<Int>, _ deciding: inout [Int: PurgeRule], _ tagRules: [TagName: PurgeRule], _ rows: inout [PurgeRow]
  ) -> [[PurgePlan.Step]] {
    let order = graph.order(going)
    let groups = graph.groups()
    var levels: [Int: Int] = [:]
    for position in order {
      let level = levels[position, default: 0]
      for part in graph.parts(of: position, groups) where going.contains(part) {
        levels[part] = max(levels[part, default: 0], level + 1)
      }
      for part in graph.children[position] + graph.referrers[position] where deciding[part] == nil {
        deciding[part] = deciding[position]
      }
    }
    var waves: [[PurgePlan.Step]] = []
    // Within a wave by name, so that the same plan always looks the same.
    let names = order.reduce(into: [Int: String]()) { names, position in
      let tag = graph.tagsOf[position].map(\.name).min()
      names[position] = tag.map { "0\($0)" } ?? "1\(graph.nodes[position].digest.hex)"
    }
    let sorted = order.sorted { left, right in
      (levels[left, default: 0], names[left] ?? "") < (levels[right, default: 0], names[right] ?? "")
    }
    for position in sorted {
      let level = levels[position, default: 0]
      while waves.count <= level { waves.append([]) }
      let node = graph.nodes[position]
      let tags = graph.tagsOf[position]
      let first = rows.count
      let reason = reason(position)
      for tag in tags.map(Optional.some) + (tags.isEmpty ? [nil] : []) {
        let time =
          tag.map { facts.time($0, position, in: graph) } ?? facts.time(position, in: graph)
        rows.append(
          PurgeRow(
            store.name, tag: tag, digest: node.digest, .delete,
            rule: (tag.flatMap { tagRules[$0] } ?? deciding[position])?.name, time: time,
            reason: tag.map { graph.isRoot($0) } ?? false ? "" : reason))
      }
      let isLocked = facts.isLocked(node.digest) || tags.contains { facts.isLocked($0) }
      let blobs = [(node.digest.key, node.size)] + node.blobs.filter { !$0.isForeign }.map { ($0.digest.key, $0.size) }
      waves[level].append(
        .init(digest: node.digest, tags: tags, rows: first..<rows.count, isLocked: isLocked, blobs: blobs))
    }
    return waves
  }

  /// What a manifest without a tag of its own goes with.
  private func reason(_ position: Int) -> String {
    if let subject = graph.subjects[position].first { return "it refers to \(graph.called(subject))" }
    if let index = graph.indexes(of: position).first { return "part of \(graph.called(index))" }
    return ""
  }

  // MARK: What the plan keeps in mind

  private func keptBlobs(_ going: Set<Int>) -> Set<UInt64> {
    var kept: Set<UInt64> = []
    for (position, node) in graph.nodes.enumerated() where !going.contains(position) {
      kept.insert(node.digest.key)
      if let config = node.config { kept.insert(config.digest.key) }
      for layer in node.layers { kept.insert(layer.digest.key) }
    }
    return kept
  }

  private var seen: Set<UInt64> {
    var seen: Set<UInt64> = []
    for (tag, digest) in graph.tags { seen.insert(PurgePlan.key(tag, digest)) }
    for node in graph.nodes { seen.insert(node.digest.key) }
    return seen
  }

  /// A plan that deletes more of the repository than it may is not carried out.
  private func refusal(_ tags: Int, _ manifests: Int) -> AcrError? {
    func share(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
    let (ofTags, ofManifests) = (share(tags, graph.tags.count), share(manifests, graph.nodes.count))
    guard max(ofTags, ofManifests) > options.maxShare else { return nil }
    let what =
      ofTags >= ofManifests
      ? "\(tags) of \(graph.tags.count) tags" : "\(manifests) of \(graph.nodes.count) manifests"
    let percent = Int((max(ofTags, ofManifests) * 100).rounded(.up))
    return AcrError(
      .conflict,
      "\(store.displayName) was left alone: the rules delete \(what), more than \(Int(options.maxShare * 100)) %",
      help: "look at the plan with `--dry-run`; if it is right, add `--max-share \(percent)%`")
  }
}

extension PurgePlan {
  /// Stands for a tag that points at a manifest.
  static func key(_ tag: TagName, _ digest: Digest) -> UInt64 {
    // FNV-1a over the name, beginning at the digest: the same in every run.
    tag.name.utf8.reduce(digest.key ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}

extension [PurgePlan] {
  /// Says of each row how many bytes its deletion frees: those of blobs and manifests that nothing kept names, in any of
  /// these repositories. What several rows share counts for the first.
  public mutating func shareBytes() {
    var going: Set<UInt64> = []
    var counted: Set<UInt64> = []
    for plan in self {
      for step in plan.waves.joined() {
        for (key, _) in step.blobs {
          // A repository that is left alone keeps what its plan would delete.
          if plan.refusal == nil { going.insert(key) } else { counted.insert(key) }
        }
      }
    }
    for plan in self { counted.formUnion(going.intersection(plan.keptBlobs)) }
    for index in indices where self[index].refusal == nil {
      for step in self[index].waves.joined() {
        var bytes = WireSize.zero
        for (key, size) in step.blobs {
          if counted.insert(key).inserted { bytes += size }
        }
        self[index].rows[step.rows.lowerBound].bytes = bytes
      }
    }
  }
}
