import AcrCore

/// The files of an image after some of its layers: what a container would see. Layers are applied from the base on.
public struct FileTree: Sendable {
  /// What a layer does to a path.
  public enum Status: String, Sendable, CaseIterable {
    case added, changed, removed
  }

  /// A path in the tree.
  struct Node: Sendable {
    var entry: LayerListing.Entry
    /// The layer that it is from, from 0.
    var layer: Int32
    var status: Status
    let parent: Int32
    var firstChild: Int32 = -1
    var nextSibling: Int32 = -1
    fileprivate(set) var name: Range<UInt32>
    /// False for a folder that no archive names, though it has something in it.
    var isStated: Bool
    /// True once it was hidden or replaced.
    var isGone = false
  }

  /// What a layer does, as it is applied.
  struct Event {
    let status: Status
    let entry: LayerListing.Entry
    /// The bytes of the layers below that it hides.
    let hidden: Int64
  }

  private(set) var nodes: ContiguousArray<Node> = []
  private var names: ContiguousArray<UInt8> = []
  /// Nodes by the hash of parent and name, with open addressing; -1 is free.
  private var table: ContiguousArray<Int32> = ContiguousArray(repeating: -1, count: 1 << 10)
  /// By layer: the bytes of files in it that a later one hides.
  public private(set) var wasted: [Int64] = []
  private(set) var layerCount = 0
  /// Links lead to the listings' names.
  private var listings: [LayerListing] = []

  /// Creates an empty tree.
  public init() {
    let root = LayerListing.Entry(kind: .folder, mode: 0o755)
    nodes.append(
      Node(entry: root, layer: -1, status: .added, parent: -1, name: 0..<0, isStated: false))
  }

  /// Applies the next layer.
  public mutating func apply(_ listing: LayerListing) { apply(listing) { _ in } }

  /// The same, with each thing that the layer does.
  mutating func apply(_ listing: LayerListing, _ each: (Event) throws -> Void) rethrows {
    let layer = Int32(layerCount)
    layerCount += 1
    wasted.append(0)
    listings.append(listing)
    for entry in listing.entries {
      let event: Event? = listing.withPath(entry) { path in
        switch entry.mark {
        case .removed:
          guard let node = find(path) else { return nil }
          let hidden = hide(node, below: layer)
          return hidden.map { Event(status: .removed, entry: entry, hidden: $0) }
        case .opaque:
          guard let node = path.isEmpty ? 0 : find(path) else { return nil }
          let hidden = hideChildren(of: node, below: layer)
          return hidden.map { Event(status: .removed, entry: entry, hidden: $0) }
        case .none: return put(entry, path, layer)
        }
      }
      if let event { try each(event) }
    }
  }

  // MARK: Changes

  private mutating func put(_ entry: LayerListing.Entry, _ path: UnsafeBufferPointer<UInt8>, _ layer: Int32) -> Event {
    var parent: Int32 = 0
    var start = 0
    while let slash = path[start...].firstIndex(of: 0x2F) {
      let part = UnsafeBufferPointer(rebasing: path[start..<slash])
      let folder = LayerListing.Entry(kind: .folder, mode: 0o755)
      if let known = child(of: parent, part) {
        if nodes[Int(known)].isGone || nodes[Int(known)].entry.kind != .folder {
          // A folder that nobody names takes the place of what was there.
          _ = replace(known, folder, layer, isStated: false)
        }
        parent = known
      } else {
        parent = add(part, to: parent, folder, layer, isStated: false)
      }
      start = slash + 1
    }
    let name = UnsafeBufferPointer(rebasing: path[start...])
    guard let known = child(of: parent, name) else {
      _ = add(name, to: parent, entry, layer, isStated: true)
      return Event(status: .added, entry: entry, hidden: 0)
    }
    let (status, hidden) = replace(known, entry, layer, isStated: true)
    return Event(status: status, entry: entry, hidden: hidden)
  }

  /// Puts an entry in the place of a node.
  private mutating func replace(
    _ position: Int32, _ entry: LayerListing.Entry, _ layer: Int32, isStated: Bool
  ) -> (Status, hidden: Int64) {
    let old = nodes[Int(position)]
    var hidden: Int64 = 0
    var status = Status.added
    if old.isGone {
      // Hidden by this layer and made anew by it: it has changed.
      if old.status == .removed, old.layer == layer { status = .changed }
    } else if old.layer == layer {
      status = old.status
      if entry.kind != .folder || old.entry.kind != .folder { _ = hideChildren(of: position, below: layer + 1) }
    } else {
      status = old.isStated ? .changed : .added
      hidden = waste(old)
      if entry.kind != .folder { hidden += hideChildren(of: position, below: layer + 1) ?? 0 }
    }
    nodes[Int(position)].entry = entry
    nodes[Int(position)].layer = layer
    nodes[Int(position)].status = status
    nodes[Int(position)].isStated = isStated
    nodes[Int(position)].isGone = false
    return (status, hidden)
  }

  /// Counts a node's bytes as wasted.
  private mutating func waste(_ node: Node) -> Int64 {
    guard node.entry.kind == .file, node.layer >= 0 else { return 0 }
    wasted[Int(node.layer)] = wasted[Int(node.layer)].addingClamped(node.entry.size)
    return node.entry.size
  }

  /// Hides a node with all below it, as far as it is from an earlier layer.
  /// - Returns: the bytes that were hidden; nil where there was nothing to hide.
  private mutating func hide(_ position: Int32, below layer: Int32) -> Int64? {
    let node = nodes[Int(position)]
    guard !node.isGone else { return nil }
    // A folder that this layer has stated before its whiteout keeps what the layer put there.
    guard node.layer < layer else { return hideChildren(of: position, below: layer) }
    var hidden = hideChildren(of: position, below: layer) ?? 0
    hidden = hidden.addingClamped(waste(node))
    let hasNewer = hasLiving(position)
    nodes[Int(position)].isGone = !hasNewer
    nodes[Int(position)].isStated = nodes[Int(position)].isStated && !hasNewer
    nodes[Int(position)].status = .removed
    nodes[Int(position)].layer = layer
    return hidden
  }

  private func hasLiving(_ position: Int32) -> Bool {
    var child = nodes[Int(position)].firstChild
    while child >= 0 {
      if !nodes[Int(child)].isGone { return true }
      child = nodes[Int(child)].nextSibling
    }
    return false
  }

  private mutating func hideChildren(of position: Int32, below layer: Int32) -> Int64? {
    var hidden: Int64 = 0
    var isAny = false
    // Folders in folders are followed with an own stack: how deep they go is the archive's choice. What is below is hidden
    // before what is above, so that a folder with something newer in it stays.
    var order: [Int32] = []
    var waiting: [Int32] = [position]
    while let next = waiting.popLast() {
      var child = nodes[Int(next)].firstChild
      while child >= 0 {
        if !nodes[Int(child)].isGone {
          order.append(child)
          waiting.append(child)
        }
        child = nodes[Int(child)].nextSibling
      }
    }
    for child in order.reversed() where nodes[Int(child)].layer < layer {
      let node = nodes[Int(child)]
      let hasNewer = node.firstChild >= 0 && hasLiving(child)
      hidden = hidden.addingClamped(waste(node))
      isAny = true
      nodes[Int(child)].layer = layer
      nodes[Int(child)].status = .removed
      nodes[Int(child)].isGone = !hasNewer
      if hasNewer { nodes[Int(child)].isStated = false }
    }
    return isAny ? hidden : nil
  }

  // MARK: Finding

  /// The node of a path that is there; nil for one that is not.
  func find(_ path: UnsafeBufferPointer<UInt8>) -> Int32? {
    var position: Int32 = 0
    for part in path.split(separator: 0x2F) {
      guard let next = child(of: position, UnsafeBufferPointer(rebasing: part)), !nodes[Int(next)].isGone else {
        return nil
      }
      position = next
    }
    return position
  }

  /// The same for bytes in an array.
  func find(_ path: [UInt8]) -> Int32? { path.withUnsafeBufferPointer { find($0) } }

  private func child(of parent: Int32, _ name: UnsafeBufferPointer<UInt8>) -> Int32? {
    var place = FileTree.hash(parent, name) & (table.count - 1)
    while table[place] >= 0 {
      let node = nodes[Int(table[place])]
      if node.parent == parent, isNamed(node, name) { return table[place] }
      place = (place + 1) & (table.count - 1)
    }
    return nil
  }

  private func isNamed(_ node: Node, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    node.name.count == name.count
      && names[Int(node.name.lowerBound)..<Int(node.name.upperBound)].elementsEqual(name)
  }

  private mutating func add(
    _ name: UnsafeBufferPointer<UInt8>, to parent: Int32, _ entry: LayerListing.Entry, _ layer: Int32, isStated: Bool
  ) -> Int32 {
    let position = Int32(nodes.count)
    let start = UInt32(names.count)
    names += name
    var node = Node(
      entry: entry, layer: layer, status: .added, parent: parent, name: start..<UInt32(names.count),
      isStated: isStated)
    node.nextSibling = nodes[Int(parent)].firstChild
    nodes[Int(parent)].firstChild = position
    nodes.append(node)
    if nodes.count * 2 > table.count { grow() }
    enter(position)
    return position
  }

  private mutating func grow() {
    table = ContiguousArray(repeating: -1, count: table.count * 2)
    for position in 1..<nodes.count - 1 { enter(Int32(position)) }
  }

  private mutating func enter(_ position: Int32) {
    let node = nodes[Int(position)]
    let hash = names.withUnsafeBufferPointer { names in
      FileTree.hash(
        node.parent, UnsafeBufferPointer(rebasing: names[Int(node.name.lowerBound)..<Int(node.name.upperBound)]))
    }
    var place = hash & (table.count - 1)
    while table[place] >= 0 { place = (place + 1) & (table.count - 1) }
    table[place] = position
  }

  /// Seeded by the process, so that nobody can choose names that fall on one place.
  private static func hash(_ parent: Int32, _ name: UnsafeBufferPointer<UInt8>) -> Int {
    var hasher = Hasher()
    hasher.combine(parent)
    hasher.combine(bytes: UnsafeRawBufferPointer(name))
    return hasher.finalize() & Int.max
  }

  // MARK: Texts

  /// The name of a node in bytes.
  func name(_ node: Node) -> ArraySlice<UInt8> {
    ArraySlice(names[Int(node.name.lowerBound)..<Int(node.name.upperBound)])
  }

  /// The path of a node in bytes.
  func path(_ position: Int32) -> [UInt8] {
    var parts: [ArraySlice<UInt8>] = []
    var next = position
    while next > 0 {
      parts.append(name(nodes[Int(next)]))
      next = nodes[Int(next)].parent
    }
    return Array(parts.reversed().joined(separator: [0x2F]))
  }

  /// Where a link of a node leads, in bytes.
  func target(_ node: Node) -> ArraySlice<UInt8> {
    node.layer >= 0 && Int(node.layer) < listings.count ? listings[Int(node.layer)].target(node.entry) : []
  }

  /// The children of a node that are there, by name.
  func children(of position: Int32) -> [Int32] {
    var found: [Int32] = []
    var child = nodes[Int(position)].firstChild
    while child >= 0 {
      if !nodes[Int(child)].isGone { found.append(child) }
      child = nodes[Int(child)].nextSibling
    }
    return found.sorted { name(nodes[Int($0)]).lexicographicallyPrecedes(name(nodes[Int($1)])) }
  }
}

extension Int64 {
  /// The sum, or the largest number.
  func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
