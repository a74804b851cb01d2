/// Shapes by the names that lead to them, one after the other. Records of a text that have the same names share one.
struct ShapeTree: ~Copyable {
  private var nodes = [Node()]
  /// The names of all nodes as they stand in a text, between quotes and without escapes.
  private var spellings: [UInt8] = []
  /// Where names lead from a node, but for the one that came first.
  private var ways: [Way: Int] = [:]

  /// How many shapes the records of a text may share.
  private static let mostNodes = 4096

  private struct Node {
    /// The latest name, and the shape without it.
    var name = ""
    var parent = -1
    var count = 0
    var shape: Shape?
    /// Where a name led from here the first time; -1 for nowhere yet.
    var first = -1
    /// The name as it stands in a text.
    var spelling = 0..<0
  }

  private struct Way: Hashable {
    let node: Int
    let name: String
  }

  /// What a name leads to.
  enum Step {
    case node(Int)
    /// The record has the name already, at this place.
    case repeated(Int)
    /// The record's names are its own from here on.
    case own(Shape)
  }

  /// The node that the next name leads to, where it is the one that came first from here.
  /// - Parameter cursor: stands at the quote before the name; it is set behind the quote after it where there is a node.
  @inline(__always)
  func way(from node: Int, at cursor: inout JSONCursor) -> Int? {
    let first = nodes[node].first
    guard first >= 0 else { return nil }
    let spelling = nodes[first].spelling
    let isThere = spellings.withUnsafeBufferPointer { cursor.take(UnsafeBufferPointer(rebasing: $0[spelling])) }
    return isThere ? first : nil
  }

  /// Follows a name from a node.
  mutating func follow(_ node: Int, _ name: String) -> Step {
    let first = nodes[node].first
    if first >= 0, nodes[first].name == name { return .node(first) }
    if let next = ways[Way(node: node, name: name)] { return .node(next) }
    if let index = index(of: name, in: node) { return .repeated(index) }
    guard nodes[node].count < Shape.mostShared, nodes.count < ShapeTree.mostNodes else {
      let own = Shape(names(node))
      own.append(name)
      return .own(own)
    }
    nodes.append(Node(name: name, parent: node, count: nodes[node].count + 1))
    let next = nodes.count - 1
    if first < 0 { nodes[node].first = next } else { ways[Way(node: node, name: name)] = next }
    let start = spellings.count
    spellings.append(0x22)
    spellings.append(contentsOf: name.utf8)
    spellings.append(0x22)
    // A name that cannot stand as it is never equals the bytes of a text.
    if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) { spellings[start] = 0 }
    nodes[next].spelling = start..<spellings.count
    return .node(next)
  }

  /// The shape of a node.
  mutating func shape(_ node: Int) -> Shape {
    if let shape = nodes[node].shape { return shape }
    let shape = Shape(names(node))
    nodes[node].shape = shape
    return shape
  }

  /// Where a name stands among those of a node.
  private func index(of name: String, in node: Int) -> Int? {
    var node = node
    while nodes[node].parent >= 0 {
      if nodes[node].name == name { return nodes[node].count - 1 }
      node = nodes[node].parent
    }
    return nil
  }

  private func names(_ node: Int) -> [String] {
    var names: [String] = []
    var node = node
    while nodes[node].parent >= 0 {
      names.append(nodes[node].name)
      node = nodes[node].parent
    }
    names.reverse()
    return names
  }
}
