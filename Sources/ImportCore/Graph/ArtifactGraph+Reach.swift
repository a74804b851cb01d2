import AcrCore
import OCIRegistry

extension ArtifactGraph {
  /// Everything that is reached from tags.
  /// - Parameter isKept: which tags count. A tag that is named after a manifest of the graph never counts by itself: it
  ///   belongs to that manifest.
  public func reached(from isKept: (TagName) -> Bool = { _ in true }) -> Set<Digest> {
    Set(reachedPositions(isKept).map { nodes[$0].digest })
  }

  func reachedPositions(_ isKept: (TagName) -> Bool) -> Set<Int> {
    reachedPositions(from: nodes.indices.filter { position in tagsOf[position].contains { isKept($0) && isRoot($0) } })
  }

  /// What these reach, themselves among it.
  func reachedPositions(from start: some Sequence<Int>) -> Set<Int> {
    var waiting = Array(start)
    var seen = Set(waiting)
    while let position = waiting.popLast() {
      for next in neighbours(of: position) where seen.insert(next).inserted { waiting.append(next) }
    }
    return seen
  }

  /// True for a tag that keeps its manifest by itself.
  func isRoot(_ tag: TagName) -> Bool { tag.subjectDigest.map { positions[$0] == nil } ?? true }

  private func neighbours(of position: Int) -> [Int] { children[position] + referrers[position] + subjects[position] }

  /// What no tag reaches, in an order in which it can be deleted: an index before its children, a subject before what is
  /// about it.
  /// - Throws: ``AcrError`` of kind `conflict` for a graph that may lack something.
  public func orphans() throws(AcrError) -> [ManifestNode] {
    try requireWhole("garbage cannot be determined")
    let reached = reachedPositions { _ in true }
    return order(Set(nodes.indices.filter { !reached.contains($0) })).map { nodes[$0] }
  }

  /// Users before what they use, otherwise in the graph's order. Where an index is about something that it lists, the index
  /// comes first.
  func order(_ chosen: Set<Int>) -> [Int] {
    let groups = groups()
    var finished: [Int] = []
    var seen: Set<Int> = []
    // An explicit stack: how deep it gets is the registry's choice.
    for start in chosen.sorted().reversed() where seen.insert(start).inserted {
      var stack = [(position: start, rest: parts(of: start, groups).filter(chosen.contains))]
      while var top = stack.popLast() {
        guard let next = top.rest.popLast() else {
          finished.append(top.position)
          continue
        }
        stack.append(top)
        if seen.insert(next).inserted { stack.append((next, parts(of: next, groups).filter(chosen.contains))) }
      }
    }
    return finished.reversed()
  }

  /// What comes after a manifest in the order of deletion.
  func parts(of position: Int, _ groups: [Int]) -> [Int] {
    (isReferrersList(position) ? [] : children[position])
      + referrers[position].filter { groups[$0] != groups[position] }
  }

  /// What only these manifests are needed for: what no tag, index or subject needs once they are gone. Their own tags and
  /// users do not count.
  /// - Returns: the manifests themselves and what goes with them, in the order in which it can be deleted.
  func exclusive(to start: [Int]) -> [Int] {
    var gone = Set(start)
    var left: [Int: Int] = [:]
    var waiting = start
    while let position = waiting.popLast() {
      for part in Set(children[position] + referrers[position]) where !gone.contains(part) {
        let count = (left[part] ?? userCount(of: part)) - 1
        left[part] = count
        if count <= 0 {
          gone.insert(part)
          waiting.append(part)
        }
      }
    }
    return order(gone)
  }

  /// How many need a manifest: its tags that stand for themselves count as one, each index and each subject as one more.
  private func userCount(of position: Int) -> Int {
    let users = Set(parents[position] + subjects[position]).count
    return users + (tagsOf[position].contains(where: isRoot) ? 1 : 0)
  }
}
