import AcrCore

/// The entries of one layer, in the order of its archive, in little memory: names lie one behind the other.
public struct LayerListing: Sendable {
  /// One entry.
  struct Entry: Sendable {
    var kind: FileKind
    /// What a whiteout says, or nothing.
    var mark = Mark.none
    /// Permission bits.
    var mode: UInt32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
    /// Seconds since 1970.
    var modified: Int64 = 0
    var size: Int64 = 0
    /// The first bytes of the SHA-256 of its contents; 0 where it was not computed.
    var hash: UInt64 = 0
    /// The position in the archive.
    var number: UInt32 = 0
    fileprivate var path: Range<UInt32> = 0..<0
    fileprivate var target: Range<UInt32> = 0..<0

    init(kind: FileKind, mode: UInt32 = 0) {
      self.kind = kind
      self.mode = mode
    }
  }

  /// Whiteouts of image-spec, layer.md.
  enum Mark: UInt8, Sendable {
    case none
    /// `.wh.NAME`: the path is hidden from the layers below.
    case removed
    /// `.wh..wh..opq`: all that layers below have in the folder is hidden.
    case opaque
  }

  private(set) var entries: ContiguousArray<Entry> = []
  private var names: ContiguousArray<UInt8> = []
  /// Entries whose paths lead out of the image; container runtimes refuse them.
  public private(set) var escaping = 0
  /// True where contents were hashed.
  var isHashed = false
  /// The digest of the unpacked archive (its diff ID); nil where the layer was not read whole.
  var unpacked: Digest?

  /// About how many bytes of memory it takes.
  public var memory: Int { entries.capacity * MemoryLayout<Entry>.stride + names.capacity }

  /// The path of an entry without `/` at either end; of whiteouts the path that they hide.
  func path(_ entry: Entry) -> ArraySlice<UInt8> {
    ArraySlice(names[Int(entry.path.lowerBound)..<Int(entry.path.upperBound)])
  }

  /// Where a link leads.
  func target(_ entry: Entry) -> ArraySlice<UInt8> {
    ArraySlice(names[Int(entry.target.lowerBound)..<Int(entry.target.upperBound)])
  }

  /// Runs `body` with the bytes of an entry's path.
  func withPath<Result>(_ entry: Entry, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try names.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[Int(entry.path.lowerBound)..<Int(entry.path.upperBound)]))
    }
  }

  /// Adds an entry of an archive. Its path is cleaned; `.wh.` names become marks.
  /// - Returns: false for an entry that is left out: the root itself, what aufs keeps, and paths that lead out of the image.
  @discardableResult
  mutating func append(_ found: TarEntry) -> Bool {
    guard let path = PathText.cleaned(found.path) else {
      escaping += 1
      return false
    }
    var entry = Entry(kind: found.kind)
    entry.mode = found.mode
    entry.user = UInt32(clamping: found.user)
    entry.group = UInt32(clamping: found.group)
    entry.modified = found.modified
    entry.size = found.size
    entry.number = UInt32(clamping: found.number)
    var shown = path[...]
    let start = path.lastIndex(of: 0x2F).map { $0 + 1 } ?? 0
    let name = path[start...]
    if name.starts(with: PathText.whiteout) {
      if name.elementsEqual(PathText.opaque) {
        entry.mark = .opaque
        shown = path[..<max(0, start - 1)]
      } else if name.dropFirst(PathText.whiteout.count).starts(with: PathText.whiteout)
        || name.count == PathText.whiteout.count
      {
        return false
      } else {
        entry.mark = .removed
        shown = path[..<start] + name.dropFirst(PathText.whiteout.count)
      }
      entry.size = 0
    } else if path.isEmpty {
      return false
    }
    // A hard link's target is a path in the image, a symbolic link's is a text.
    let target = found.kind == .hardLink ? PathText.cleaned(found.target) ?? [] : found.target
    guard names.count + shown.count + target.count < Int(UInt32.max) else { return false }
    entry.path = add(shown)
    entry.target = entry.mark == .none ? add(target[...]) : 0..<0
    entries.append(entry)
    return true
  }

  /// Notes the hash of the last entry's contents.
  mutating func setHash(_ hash: UInt64) { if !entries.isEmpty { entries[entries.count - 1].hash = hash } }

  private mutating func add(_ bytes: ArraySlice<UInt8>) -> Range<UInt32> {
    let start = UInt32(names.count)
    names += bytes
    return start..<UInt32(names.count)
  }
}

/// Paths in layers, as bytes.
enum PathText {
  static let whiteout = Array(".wh.".utf8)
  static let opaque = Array(".wh..wh..opq".utf8)

  /// A path without `/` at its ends, without empty parts and `.`; nil for one with `..` or a NUL in it.
  static func cleaned(_ path: [UInt8]) -> [UInt8]? {
    guard !path.contains(0) else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(path.count)
    for part in path.split(separator: 0x2F) {
      if part.elementsEqual([0x2E]) { continue }
      if part.elementsEqual([0x2E, 0x2E]) { return nil }
      if !result.isEmpty { result.append(0x2F) }
      result += part
    }
    return result
  }
}
