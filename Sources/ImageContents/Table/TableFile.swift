import AcrCore
import OCIRegistry
import struct Crypto.SHA256

extension TableOfContents {
  /// Where one file is in a layer.
  struct File: Sendable {
    /// A part of the file: the compressed bytes, and what of them it is.
    struct Part: Sendable {
      /// Where its member or frame begins, and where the next one does.
      let range: Range<Int64>
      /// How many unpacked bytes stand before it.
      let skipped: Int64
      /// How many unpacked bytes it has.
      let size: Int64
      /// True for a hole, of which nothing is stored.
      let isHole: Bool
    }

    let size: Int64
    let digest: Digest
    let parts: [Part]
  }

  /// Files of more parts are read with their layer.
  private static let mostParts = 100_000

  /// Looks a file up.
  /// - Parameter end: the size of the layer.
  /// - Returns: nil where the table lacks the digest of the file, or its parts do not make it up.
  /// - Throws: ``AcrError`` of kind `invalid` for a table that cannot be read.
  static func file(_ path: [UInt8], in bytes: [UInt8], name: String, end: Int64) throws(AcrError) -> File? {
    var starts: Set<Int64> = [end]
    var found: (size: Int64, digest: Digest)?
    var rows: [JSONValue] = []
    var isKnown = true
    try eachEntry(of: bytes, name) { entry in
      if let offset = entry["offset"]?.integer { starts.insert(offset) }
      let type = entry["type"]?.string
      guard type == "reg" || type == "chunk", let text = entry["name"]?.string,
        PathText.cleaned(Array(text.utf8)) == path
      else { return }
      // Of several files with this path the first is the one that a reader of the archive finds, too.
      if type == "chunk" || found == nil, rows.count < mostParts { rows.append(entry) } else { isKnown = false }
      guard type == "reg", found == nil else { return }
      let size = entry["size"]?.integer ?? 0
      if size >= 0, let digest = entry["digest"]?.string.flatMap({ try? Digest($0) }) { found = (size, digest) }
    }
    guard isKnown, rows.first?["type"]?.string == "reg" else { return nil }
    let order = starts.sorted()
    guard let found, found.digest.algorithm == .sha256 else { return nil }
    var parts: [File.Part] = []
    var position: Int64 = 0
    for entry in rows where position < found.size {
      let length = entry["chunkSize"]?.integer ?? 0
      let size = length > 0 ? length : found.size - position
      guard entry["chunkOffset"]?.integer ?? 0 == position, size <= found.size - position else { return nil }
      let isHole = entry["chunkType"]?.string == "zeros"
      let start = entry["offset"]?.integer ?? -1
      let skipped = entry["innerOffset"]?.integer ?? 0
      guard isHole || (start >= 0 && start < end && skipped >= 0) else { return nil }
      let next = isHole ? start : following(start, order) ?? end
      parts.append(.init(range: isHole ? 0..<0 : start..<next, skipped: skipped, size: size, isHole: isHole))
      position += size
    }
    return position == found.size ? File(size: found.size, digest: found.digest, parts: parts) : nil
  }

  /// The next start behind one.
  private static func following(_ start: Int64, _ order: [Int64]) -> Int64? {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if order[middle] > start { high = middle } else { low = middle + 1 }
    }
    return low < order.count ? order[low] : nil
  }
}

/// A file of a layer with a table of contents, read by ranges. Its end is reached only if its digest is that of the table.
actor TableFile {
  private let file: TableOfContents.File
  private let layer: Descriptor
  private let name: String
  private let store: any ArtifactSource
  private let budget: ContentBudget
  private var hasher = SHA256()
  private var next = 0
  private var part: Part?
  private var isEnded = false

  /// A part that is being read.
  private struct Part {
    let reader: BlobReader?
    let decompressor: Decompressor?
    var skipped: Int64
    var left: Int64
  }

  init(
    _ file: TableOfContents.File, of layer: Descriptor, name: String, store: any ArtifactSource, budget: ContentBudget
  ) {
    self.file = file
    self.layer = layer
    self.name = name
    self.store = store
    self.budget = budget
  }

  func next() async throws -> [UInt8]? {
    while !isEnded {
      guard var current = try await current() else {
        try check()
        isEnded = true
        return nil
      }
      let piece = try await read(&current)
      part = current.left > 0 ? current : nil
      guard !piece.isEmpty else { continue }
      piece.withUnsafeBytes { hasher.update(bufferPointer: $0) }
      return piece
    }
    return nil
  }

  private func current() async throws -> Part? {
    if let part { return part }
    guard next < file.parts.count else { return nil }
    let wanted = file.parts[next]
    next += 1
    guard !wanted.isHole else { return Part(reader: nil, decompressor: nil, skipped: 0, left: wanted.size) }
    return Part(
      reader: try await store.blob(layer, in: wanted.range), decompressor: Decompressor(name, budget: budget),
      skipped: wanted.skipped, left: wanted.size)
  }

  /// The next bytes of a part; empty where more has to be read for them.
  private func read(_ part: inout Part) async throws -> [UInt8] {
    guard let reader = part.reader, let decompressor = part.decompressor else {
      let size = min(part.left, 128 << 10)
      part.left -= size
      return [UInt8](repeating: 0, count: Int(size))
    }
    var (skipped, left) = (part.skipped, part.left)
    var found: [UInt8] = []
    let take = { (bytes: UnsafeRawBufferPointer) in
      let unwanted = Int(min(skipped, Int64(bytes.count)))
      skipped -= Int64(unwanted)
      let size = Int(min(left, Int64(bytes.count - unwanted)))
      left -= Int64(size)
      found += bytes[unwanted..<unwanted + size]
    }
    if let piece = try await reader.next() {
      try decompressor.feed(piece, take)
    } else {
      try decompressor.finish(take)
      guard left == 0 else {
        throw AcrError(
          .invalid, "\(name) has fewer bytes of the file than its table of contents says",
          help: "the layer is damaged; tell the registry's operator")
      }
    }
    (part.skipped, part.left) = (skipped, left)
    return found
  }

  private func check() throws {
    let found = Digest(sha256: hasher.finalize())
    guard found != file.digest else { return }
    throw AcrError(
      .invalid,
      "the file has the digest \(found?.description ?? "-"), and the table of contents of \(name) says \(file.digest)",
      help: "the layer is damaged, or its table is wrong; tell the registry's operator")
  }
}
