/// One path that differs between two images.
public struct FileDifference: Sendable, Equatable {
  /// What differs of a file that both have.
  public enum Aspect: String, Sendable, CaseIterable {
    case type, content, mode, owner, link
  }

  /// The path.
  public let path: String
  /// The file on the left; nil where it is only on the right.
  public let left: ImageFile?
  /// The file on the right.
  public let right: ImageFile?
  /// What differs; empty where one side lacks it.
  public let aspects: [Aspect]
}

/// Walks through two trees side by side, by name, and gives what differs. Times are not compared: images that are built again
/// have new ones. Contents are compared by their hashes.
public struct TreeComparison: Sequence, IteratorProtocol {
  private let left: FileTree
  private let right: FileTree
  /// Pairs of nodes that are still to be looked at, the next one last.
  private var waiting: [(Int32?, Int32?)]

  /// Compares two trees.
  public init(_ left: FileTree, _ right: FileTree) {
    self.left = left
    self.right = right
    waiting = [(0, 0)]
  }

  public mutating func next() -> FileDifference? {
    while let (mine, other) = waiting.popLast() {
      waiting += pairs(below: mine, other).reversed()
      switch (mine, other) {
      case (let mine?, nil):
        let file = left.file(mine)
        return FileDifference(path: file.path, left: file, right: nil, aspects: [])
      case (nil, let other?):
        let file = right.file(other)
        return FileDifference(path: file.path, left: nil, right: file, aspects: [])
      case (let mine?, let other?):
        let aspects = differences(mine, other)
        guard !aspects.isEmpty else { continue }
        let file = left.file(mine)
        return FileDifference(path: file.path, left: file, right: right.file(other), aspects: aspects)
      case (nil, nil): continue
      }
    }
    return nil
  }

  private func pairs(below mine: Int32?, _ other: Int32?) -> [(Int32?, Int32?)] {
    let (ours, theirs) = (mine.map(left.children) ?? [], other.map(right.children) ?? [])
    var pairs: [(Int32?, Int32?)] = []
    var (i, j) = (0, 0)
    while i < ours.count || j < theirs.count {
      guard i < ours.count, j < theirs.count else {
        pairs += ours[i...].map { ($0, nil) } + theirs[j...].map { (nil, $0) }
        break
      }
      let (a, b) = (left.name(left.nodes[Int(ours[i])]), right.name(right.nodes[Int(theirs[j])]))
      if a.elementsEqual(b) {
        pairs.append((ours[i], theirs[j]))
        (i, j) = (i + 1, j + 1)
      } else if a.lexicographicallyPrecedes(b) {
        pairs.append((ours[i], nil))
        i += 1
      } else {
        pairs.append((nil, theirs[j]))
        j += 1
      }
    }
    return pairs
  }

  private func differences(_ mine: Int32, _ other: Int32) -> [FileDifference.Aspect] {
    let (a, b) = (left.nodes[Int(mine)], right.nodes[Int(other)])
    // Folders that no archive names have no mode of their own.
    guard a.isStated, b.isStated else { return a.entry.kind == b.entry.kind ? [] : [.type] }
    var found: [FileDifference.Aspect] = []
    if a.entry.kind != b.entry.kind { found.append(.type) }
    if a.entry.kind == .file, b.entry.kind == .file, a.entry.size != b.entry.size || a.entry.hash != b.entry.hash {
      found.append(.content)
    }
    // The mode of a link means nothing.
    if a.entry.kind != .link || b.entry.kind != .link, a.entry.mode != b.entry.mode { found.append(.mode) }
    if a.entry.user != b.entry.user || a.entry.group != b.entry.group { found.append(.owner) }
    if a.entry.kind == b.entry.kind, !left.target(a).elementsEqual(right.target(b)) { found.append(.link) }
    return found
  }
}
