import AcrCore
import OCIRegistry

extension ArtifactGraph {
  /// What needs a manifest, apart from tags: indexes that list it, and what it is about.
  private func needs(_ position: Int) -> [Int] { indexes(of: position) + subjects[position] }

  /// The manifests without a tag of their own that nothing outside of their group needs. A group is one manifest, or several
  /// that need each other: an index can be about an image that it lists.
  func unneeded() -> [Int] {
    let groups = groups()
    var isFree = [Bool](repeating: true, count: (groups.max() ?? -1) + 1)
    for position in nodes.indices {
      let isTagged = tagsOf[position].contains(where: isRoot)
      if isTagged || needs(position).contains(where: { groups[$0] != groups[position] }) {
        isFree[groups[position]] = false
      }
    }
    return nodes.indices.filter { isFree[groups[$0]] }
  }

  /// The number of the group that each manifest is in: the strongly connected components of "needs" (Tarjan 1972), without
  /// recursion, since how deep it gets is the registry's choice.
  func groups() -> [Int] {
    var groups = [Int](repeating: -1, count: nodes.count)
    var index = [Int](repeating: -1, count: nodes.count)
    var low = index
    var (next, found) = (0, 0)
    var path: [Int] = []
    for start in nodes.indices where index[start] < 0 {
      var stack = [(position: start, rest: needs(start)[...])]
      (index[start], low[start]) = (next, next)
      next += 1
      path.append(start)
      while var top = stack.popLast() {
        let position = top.position
        guard let user = top.rest.popFirst() else {
          if low[position] == index[position] {
            while let member = path.popLast() {
              groups[member] = found
              if member == position { break }
            }
            found += 1
          }
          if let above = stack.last?.position { low[above] = min(low[above], low[position]) }
          continue
        }
        stack.append(top)
        if index[user] < 0 {
          (index[user], low[user]) = (next, next)
          next += 1
          path.append(user)
          stack.append((user, needs(user)[...]))
        } else if groups[user] < 0 {
          low[position] = min(low[position], index[user])
        }
      }
    }
    return groups
  }
}
