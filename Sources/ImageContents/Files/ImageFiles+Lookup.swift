import AcrCore

/// Finding one file: from the top layer down, so that no layer is read below the one that decides.
extension ImageFiles {
  /// How many symbolic links are followed.
  private static let mostLinks = 40

  /// A file that was found.
  public struct Located: Sendable {
    /// The layer that it is in, from 0.
    public let layer: Int
    /// What it is.
    public let kind: FileKind
    /// Its size.
    public let size: Int64
    let number: UInt32
    let path: [UInt8]
  }

  /// Finds a file; symbolic links are followed as in a container, hard links too.
  /// - Throws: ``AcrError``: `not-found` for a path that is not there, `invalid` for links in a circle or to the outside.
  public func locate(_ path: String) async throws -> Located {
    guard let start = PathText.cleaned(Array(path.utf8)) else {
      throw AcrError(.usage, "`\(path)` is not a path in an image", help: "write it without `..`")
    }
    var waiting = start.split(separator: 0x2F).map { Array($0) }
    var done: [UInt8] = []
    var links = 0
    var found = Located(layer: 0, kind: .folder, size: 0, number: 0, path: [])
    waiting.reverse()
    while let part = waiting.popLast() {
      if part == [0x2E] { continue }
      if part == [0x2E, 0x2E] {
        done = done.lastIndex(of: 0x2F).map { Array(done[..<$0]) } ?? []
        continue
      }
      let next = done.isEmpty ? part : done + [0x2F] + part
      guard let (layer, entry, listing) = try await lookup(next) else { throw missing(path) }
      guard let entry else {
        done = next
        found = Located(layer: layer, kind: .folder, size: 0, number: 0, path: next)
        continue
      }
      switch entry.kind {
      case .link:
        links += 1
        guard links <= ImageFiles.mostLinks else {
          throw AcrError(
            .invalid, "`\(path)` of \(name) leads through more than \(ImageFiles.mostLinks) symbolic links")
        }
        let target = Array(listing.target(entry))
        if target.first == 0x2F { done = [] }
        waiting += target.split(separator: 0x2F).map { Array($0) }.reversed()
      case .hardLink:
        let target = Array(listing.target(entry))
        links += 1
        guard links <= ImageFiles.mostLinks, target != next else { throw missing(path) }
        done = []
        waiting += target.split(separator: 0x2F).map { Array($0) }.reversed()
      default:
        guard waiting.isEmpty || entry.kind == .folder else { throw missing(path) }
        done = next
        found = Located(layer: layer, kind: entry.kind, size: entry.size, number: entry.number, path: next)
      }
    }
    return found
  }

  /// The contents of a file that was found.
  public func contents(of file: Located) -> FileContents {
    FileContents(of: file, in: self)
  }

  private func missing(_ path: String) -> AcrError {
    AcrError(.notFound, "`\(path)` is not in \(name)", help: "`files` lists what is")
  }

  /// The topmost entry of a path; without an entry for a folder that only has something in it; nil for a path that is not there.
  private func lookup(
    _ path: [UInt8]
  ) async throws -> (layer: Int, entry: LayerListing.Entry?, listing: LayerListing)? {
    for layer in layers.indices.reversed() {
      let listing = try await listing(layer)
      var found: LayerListing.Entry?
      var isFolder = false
      var isHidden = false
      for entry in listing.entries {
        listing.withPath(entry) { other in
          switch entry.mark {
          case .none:
            if other.count == path.count {
              if other.elementsEqual(path) { found = entry }
            } else if other.count > path.count, other[path.count] == 0x2F, other.starts(with: path) {
              isFolder = true
            } else if entry.kind != .folder, path.count > other.count, path[other.count] == 0x2F,
              path.starts(with: other)
            {
              // What was a folder below is something else here.
              isHidden = true
            }
          case .removed:
            if path.starts(with: other), path.count == other.count || path[other.count] == 0x2F { isHidden = true }
          case .opaque:
            if path.starts(with: other), other.isEmpty || (path.count > other.count && path[other.count] == 0x2F) {
              isHidden = true
            }
          }
        }
      }
      if let found { return (layer, found, listing) }
      if isFolder { return (layer, nil, listing) }
      if isHidden { return nil }
    }
    return nil
  }
}
