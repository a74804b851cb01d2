import AcrCore
import OCIRegistry
import Synchronization

/// Reads the table of contents of a layer that has one (eStargz, zstd:chunked), by ranges: only that is read of the layer.
///
/// A table is believed where an annotation of the layer's descriptor has its digest, since the manifest's digest covers it. All
/// other layers are read whole.
struct TableReader: Sendable {
  private let store: any ArtifactSource
  private let budget: ContentBudget
  /// The table that was read last: whoever lists a layer may want a file of it next.
  private let last = LastTable()

  /// Tables up to this size are kept for a moment.
  private static let keptBytes = 8 << 20

  private final class LastTable: Sendable {
    let value = Mutex<(layer: Digest, bytes: [UInt8])?>(nil)
  }

  init(store: any ArtifactSource, budget: ContentBudget) {
    self.store = store
    self.budget = budget
  }

  /// Where a table is.
  private enum Place {
    case stargz(Digest)
    case chunked(Digest, offset: Int64, length: Int64)
  }

  /// The entries by the layer's table; nil for a layer without one that can be believed, and where the store gives no ranges.
  /// - Throws: ``AcrError`` of kind `invalid` for a table with another digest, or one that cannot be read.
  func listing(of layer: Descriptor, name: String) async throws -> LayerListing? {
    try await table(of: layer, name: name).map { try TableOfContents.listing($0, name: name, budget: budget) }
  }

  /// The contents of one file by the layer's table, which has the file's digest: only its parts of the layer are read.
  /// - Returns: nil where the table does not tell enough, or is none.
  /// - Throws: as ``listing(of:name:)``.
  func contents(of path: [UInt8], in layer: Descriptor, name: String) async throws -> TableFile? {
    guard let bytes = try await table(of: layer, name: name),
      let file = try TableOfContents.file(path, in: bytes, name: name, end: layer.size.bytes)
    else { return nil }
    return TableFile(file, of: layer, name: name, store: store, budget: budget)
  }

  /// The table's document; nil for a layer without one that can be believed, and where the store gives no ranges.
  private func table(of layer: Descriptor, name: String) async throws -> [UInt8]? {
    if let kept = last.value.withLock({ $0 }), kept.layer == layer.digest { return kept.bytes }
    guard let place = TableReader.place(layer) else { return nil }
    let table: [UInt8]?
    do {
      table =
        switch place {
        case .stargz(let digest): try await stargz(layer, digest, name)
        case .chunked(let digest, let offset, let length): try await chunked(layer, digest, offset, length, name)
        }
    } catch let error as AcrError where error.code == RangeFailure.code {
      return nil
    }
    if let table, table.count <= TableReader.keptBytes { last.value.withLock { $0 = (layer.digest, table) } }
    return table
  }

  private static func place(_ layer: Descriptor) -> Place? {
    let stargz = layer.annotation("containerd.io/snapshot/stargz/toc.digest").flatMap { try? Digest($0) }
    for prefix in ["io.github.containers.zstd-chunked", "io.containers.zstd-chunked"] {
      guard let digest = layer.annotation("\(prefix).manifest-checksum").flatMap({ try? Digest($0) }),
        let position = layer.annotation("\(prefix).manifest-position")
      else { continue }
      let numbers = position.split(separator: ":", omittingEmptySubsequences: false).map { WireSize(digits: $0) }
      guard numbers.count == 4, let offset = numbers[0], let length = numbers[1], numbers[3] == WireSize(clamping: 1),
        offset + length <= layer.size, length > 0, length <= ContentBudget.mostTable
      else { return nil }
      // Two tables that both claim to be the layer's have to agree, and reading one would not tell.
      return stargz == nil ? .chunked(digest, offset: offset.bytes, length: length.bytes) : nil
    }
    return stargz.map { .stargz($0) }
  }

  // MARK: zstd:chunked

  private func chunked(
    _ layer: Descriptor, _ digest: Digest, _ offset: Int64, _ length: Int64, _ name: String
  ) async throws -> [UInt8] {
    let packed = try await bytes(of: layer, offset..<offset + length, name)
    try check(packed, digest, name)
    return try unpack(packed, name)
  }

  // MARK: eStargz

  /// The last bytes that are read at once: mostly the whole table is among them.
  private static let tail: Int64 = 64 << 10
  private static let footer: Int64 = 51

  private func stargz(_ layer: Descriptor, _ digest: Digest, _ name: String) async throws -> [UInt8]? {
    let size = layer.size.bytes
    guard size > TableReader.footer else { return nil }
    let start = max(0, size - TableReader.tail)
    var end = try await bytes(of: layer, start..<size, name)
    guard let offset = TableReader.offset(inFooter: end.suffix(Int(TableReader.footer))), offset >= 0,
      offset < size - TableReader.footer
    else { return nil }
    if offset < start {
      guard size - offset <= ContentBudget.mostTable else { return nil }
      end = try await bytes(of: layer, offset..<start, name) + end
    } else {
      end.removeFirst(Int(offset - start))
    }
    end.removeLast(Int(TableReader.footer))
    // The table is the only file of an archive of its own.
    var handler = TableHandler()
    var tar = TarReader("the table of contents of \(name)", budget: ContentBudget(for: name))
    let decompressor = Decompressor("the table of contents of \(name)", budget: budget)
    try decompressor.feed(end) { try tar.feed($0, &handler) }
    try decompressor.finish { try tar.feed($0, &handler) }
    try check(handler.table, digest, name)
    return handler.table
  }

  /// The offset of the table: 16 hexadecimal digits in the footer's extra field.
  static func offset(inFooter footer: ArraySlice<UInt8>) -> Int64? {
    let footer = Array(footer)
    let head: [UInt8] = [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 26, 0, 0x53, 0x47, 22, 0]
    guard footer.count == 51, footer.starts(with: head), Array(footer[32..<38]) == Array("STARGZ".utf8) else {
      return nil
    }
    return Int64(String(decoding: footer[16..<32], as: UTF8.self), radix: 16)
  }

  private struct TableHandler: TarHandler {
    var table: [UInt8] = []
    mutating func begin(_ entry: TarEntry) -> Bool { entry.path == Array("stargz.index.json".utf8) && table.isEmpty }
    mutating func data(_ bytes: UnsafeRawBufferPointer) throws {
      guard Int64(table.count + bytes.count) <= ContentBudget.mostTable else { throw TableReader.tooLarge() }
      table += bytes
    }
    mutating func end() {}
  }

  // MARK: Parts

  private func bytes(of layer: Descriptor, _ range: Range<Int64>, _ name: String) async throws -> [UInt8] {
    let reader = try await store.blob(layer, in: range)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    while let piece = try await reader.next() { bytes += piece }
    guard bytes.count == range.count else {
      throw AcrError(.network, "\(store.displayName) sent \(bytes.count) of \(range.count) bytes of \(name)")
    }
    return bytes
  }

  private func check(_ bytes: [UInt8], _ digest: Digest, _ name: String) throws(AcrError) {
    let found = Digest.of(bytes, digest.algorithm)
    guard found == digest else {
      throw AcrError(
        .invalid, "the table of contents of \(name) has the digest \(found), and the manifest says \(digest)",
        help: "the layer does not belong to this manifest; tell the registry's operator")
    }
  }

  private func unpack(_ packed: [UInt8], _ name: String) throws -> [UInt8] {
    var table: [UInt8] = []
    let decompressor = Decompressor("the table of contents of \(name)", budget: budget)
    let take = { (bytes: UnsafeRawBufferPointer) throws in
      guard Int64(table.count + bytes.count) <= ContentBudget.mostTable else { throw TableReader.tooLarge() }
      table += bytes
    }
    try decompressor.feed(packed, take)
    try decompressor.finish(take)
    return table
  }

  private static func tooLarge() -> AcrError {
    AcrError(.invalid, "a table of contents has more than \(ByteCount.human(ContentBudget.mostTable))")
  }
}
