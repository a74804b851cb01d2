import AcrCore
import OCIRegistry

/// Decides by the rules what becomes of each tag, and of each manifest that no tag and nothing else needs.
///
/// Manifests that an index lists or that are about another one are not decided: they go with what needs them.
struct PurgeDecider {
  /// A tag, or a manifest without one.
  struct Item {
    let position: Int
    let tag: TagName?
    let time: Timestamp?
    let isLocked: Bool
    let isQuarantined: Bool
  }

  /// What the rules say of an item.
  struct Decision {
    let item: Item
    /// The rule that fits; nil where none does, so that it is kept.
    let rule: PurgeRule?

    var deletes: Bool { rule?.action == .delete }
  }

  let graph: ArtifactGraph
  let facts: PurgeFacts
  let now: Timestamp

  /// The items: tags in the registry's order, then manifests. A tag that is named after a manifest of the repository
  /// (`sha256-….sig`) belongs to that one, and is none.
  func items() -> [Item] {
    var items: [Item] = []
    for (tag, digest) in graph.tags {
      guard let position = graph.positions[digest], graph.isRoot(tag) else { continue }
      items.append(
        Item(
          position: position, tag: tag, time: facts.time(tag, position, in: graph),
          isLocked: facts.isLocked(tag) || facts.isLocked(digest), isQuarantined: facts.isQuarantined(digest)))
    }
    for position in graph.unneeded() {
      let digest = graph.nodes[position].digest
      items.append(
        Item(
          position: position, tag: nil, time: facts.time(position, in: graph), isLocked: facts.isLocked(digest),
          isQuarantined: facts.isQuarantined(digest)))
    }
    return items
  }

  /// Decides all of them.
  /// - Parameter rules: those that can fit something in the repository, in their order.
  func decide(_ rules: [PurgeRule]) -> [Decision] {
    let items = items()
    var chosen = [PurgeRule?](repeating: nil, count: items.count)
    for rule in rules {
      let test = PurgeTest(rule, self)
      let open = items.indices.filter { chosen[$0] == nil && test.fits(items[$0]) }
      for index in rule.newest.map({ choose(open, items, $0, rule) }) ?? open { chosen[index] = rule }
    }
    return zip(items, chosen).map { Decision(item: $0, rule: $1) }
  }

  private func name(_ item: Item) -> String { item.tag?.name ?? graph.nodes[item.position].digest.hex }

  /// The newest of each group for a rule to keep, all others for a rule to delete.
  private func choose(
    _ open: [Int], _ items: [Item], _ newest: PurgeRule.Newest, _ rule: PurgeRule
  ) -> [Int] {
    // Manifests without a tag are counted by rules about nothing else.
    let isAboutUntagged = rule.conditions.contains { if case .untagged = $0 { true } else { false } }
    var groups: [String?: [(index: Int, tag: TagName?)]] = [:]
    for index in open {
      guard let tag = items[index].tag else {
        if isAboutUntagged { groups[nil, default: []].append((index, nil)) }
        continue
      }
      guard let group = newest.group else {
        groups["", default: []].append((index, tag))
        continue
      }
      if let name = group(tag) { groups[name, default: []].append((index, tag)) }
    }
    var found: [Int] = []
    for members in groups.values {
      // What tells no time may be the newest: it is kept, and does not count.
      let unknown = newest.isOlder == nil ? members.filter { items[$0.index].time == nil } : []
      let known = newest.isOlder == nil ? members.filter { items[$0.index].time != nil } : members
      let order = known.sorted { left, right in
        if let isOlder = newest.isOlder, let first = left.tag, let second = right.tag { return isOlder(second, first) }
        let (first, second) = (items[left.index].time, items[right.index].time)
        return first == second
          ? name(items[left.index]) > name(items[right.index])
          : (first?.nanoseconds ?? .min) > (second?.nanoseconds ?? .min)
      }
      switch rule.action {
      case .keep: found += (order.prefix(newest.count) + unknown).map(\.index)
      case .delete: found += order.dropFirst(newest.count).map(\.index)
      }
    }
    return found
  }
}

/// The conditions of one rule, with what is looked up once for all items.
private struct PurgeTest {
  private let conditions: [PurgeCondition]
  private let decider: PurgeDecider
  /// What is or leads to one of the digests that the rule names.
  private let holders: Set<Int>

  init(_ rule: PurgeRule, _ decider: PurgeDecider) {
    self.decider = decider
    conditions = rule.conditions
    var waiting: [Int] = []
    for case .digests(let digests) in rule.conditions {
      waiting += digests.compactMap { decider.graph.positions[$0] }
    }
    var holders = Set(waiting)
    while let next = waiting.popLast() {
      for parent in decider.graph.parents[next] where holders.insert(parent).inserted { waiting.append(parent) }
    }
    self.holders = holders
  }

  func fits(_ item: PurgeDecider.Item) -> Bool { conditions.allSatisfy { holds($0, item) } }

  private func holds(_ condition: PurgeCondition, _ item: PurgeDecider.Item) -> Bool {
    let graph = decider.graph
    let node = graph.nodes[item.position]
    switch condition {
    // Those that do not fit the repository are not among the rules.
    case .repository: return true
    case .tag(let tests): return item.tag.map { tag in tests.contains { $0.matches(tag.name) } } ?? false
    case .untagged: return item.tag == nil
    case .olderThan(let age): return item.time.map { isOlder($0, age) } ?? false
    case .newerThan(let age): return item.time.map { !isOlder($0, age) } ?? true
    case .platform(let wanted):
      let platforms = decider.facts.platforms(item.position, in: graph)
      return wanted.contains { one in platforms.contains { one.includes($0) } }
    case .artifactType(let tests):
      let types = [node.artifactType, node.config?.mediaType].compactMap(\.self)
      return tests.contains { test in types.contains { test.matches($0) } }
    case .annotation(let name, let tests):
      return node.annotations[name].map { value in tests.contains { $0.matches(value) } } ?? false
    case .largerThan(let size): return graph.bytes(below: node.digest) > size
    case .smallerThan(let size): return graph.bytes(below: node.digest) < size
    case .locked(let isLocked): return item.isLocked == isLocked
    case .quarantined(let isQuarantined): return item.isQuarantined == isQuarantined
    case .usedBy(.index): return !graph.indexes(of: item.position).isEmpty
    case .usedBy(.subject): return !graph.subjects[item.position].isEmpty
    case .usedBy(.nothing):
      return graph.indexes(of: item.position).isEmpty && graph.subjects[item.position].isEmpty
    case .digests: return holders.contains(item.position)
    }
  }

  private func isOlder(_ time: Timestamp, _ age: Duration) -> Bool {
    decider.now.duration(since: time) > age
  }
}
