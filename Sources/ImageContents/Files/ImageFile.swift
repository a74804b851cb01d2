import AcrCore

/// A file of an image for people and scripts.
public struct ImageFile: Sendable, Equatable {
  /// The path without `/` in front. Bytes that are no UTF-8 are shown as the replacement character.
  public let path: String
  /// What it is.
  public let kind: FileKind
  /// The bytes of a file.
  public let size: Int64
  /// Permission bits with set-user-id, set-group-id and sticky.
  public let mode: UInt32
  /// The owner's number.
  public let user: UInt32
  /// The group's number.
  public let group: UInt32
  /// Where a link leads.
  public let target: String?
  /// The layer that it is from, from 1.
  public let layer: Int
  /// When its contents were changed, as the archive says.
  public let modified: Timestamp
  /// What that layer did to it.
  public let status: FileTree.Status

  init(
    _ entry: LayerListing.Entry, path: [UInt8], target: ArraySlice<UInt8>, layer: Int, status: FileTree.Status,
    size: Int64? = nil
  ) {
    self.path = String(decoding: path, as: UTF8.self)
    kind = entry.kind
    self.size = size ?? entry.size
    mode = entry.mode
    user = entry.user
    group = entry.group
    self.target = entry.kind == .link || entry.kind == .hardLink ? String(decoding: target, as: UTF8.self) : nil
    self.layer = layer
    modified = Timestamp(seconds: entry.modified)
    self.status = status
  }

  /// The permission bits in octal digits: `0755`.
  public var octalMode: String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// `USER:GROUP` in numbers.
  public var owner: String { "\(user):\(group)" }
}

extension FileTree {
  /// The files below a path, folders before what is in them, by name; one at a time.
  public struct Walk: Sequence, IteratorProtocol {
    private let tree: FileTree
    private var waiting: [Int32]

    init(_ tree: FileTree, from start: Int32) {
      self.tree = tree
      waiting =
        start == 0 || tree.nodes[Int(start)].entry.kind == .folder ? tree.children(of: start).reversed() : [start]
    }

    public mutating func next() -> ImageFile? {
      guard let position = waiting.popLast() else { return nil }
      if tree.nodes[Int(position)].firstChild >= 0 { waiting += tree.children(of: position).reversed() }
      return tree.file(position)
    }
  }

  func file(_ position: Int32) -> ImageFile {
    let node = nodes[Int(position)]
    return ImageFile(
      node.entry, path: path(position), target: target(node), layer: Int(node.layer) + 1, status: node.status)
  }

  /// The files below a folder, or the file itself; nil for a path that is not there.
  public func files(below path: String = "") -> Walk? {
    guard let cleaned = PathText.cleaned(Array(path.utf8)), let start = find(cleaned) else { return nil }
    return Walk(self, from: start)
  }

  /// How many files there are, without folders, and their bytes. Hard links count once.
  public var totals: (files: Int, bytes: Int64) {
    nodes.dropFirst().reduce(into: (0, 0)) { sums, node in
      guard !node.isGone, node.entry.kind != .folder else { return }
      sums.0 += 1
      sums.1 = sums.1.addingClamped(node.entry.size)
    }
  }

  /// Applies the next layer, and gives what it does: a row for each thing, in the order of its archive.
  public mutating func changes(applying listing: LayerListing) -> [ImageFile] {
    var found: [ImageFile] = []
    let layer = layerCount + 1
    apply(listing) { event in
      found.append(
        ImageFile(
          event.entry, path: Array(listing.path(event.entry)), target: listing.target(event.entry), layer: layer,
          status: event.status, size: event.status == .removed ? event.hidden : nil))
    }
    return found
  }
}

extension LayerListing {
  /// How many files the layer has, without folders and whiteouts, and their bytes.
  public var totals: (files: Int, bytes: Int64) {
    entries.reduce(into: (0, 0)) { sums, entry in
      guard entry.mark == .none, entry.kind != .folder else { return }
      sums.0 += 1
      sums.1 = sums.1.addingClamped(entry.size)
    }
  }
}
