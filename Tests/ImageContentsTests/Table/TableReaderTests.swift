import AcrCore
import Foundation
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import ImageContents

/// Layers with tables of contents, as stargz-snapshotter and containers/storage lay them out.
@Suite("Tables of contents")
struct TableReaderTests {
  private static let table = """
    {"version":1,"entries":[{"name":"etc/","type":"dir","mode":493,"modtime":"2024-01-01T00:00:00Z"},\
    {"name":"etc/a","type":"reg","size":4,"mode":420,"uid":5,"gid":6,"modtime":"2024-01-01T00:00:00Z",\
    "digest":"sha256:03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4","offset":100},\
    {"name":"etc/a","type":"chunk","offset":200,"chunkOffset":4},\
    {"name":"etc/l","type":"symlink","linkName":"a"},{"name":".no.prefetch.landmark","type":"reg","size":1}]}
    """

  /// An eStargz blob: the layer, the table in an archive of its own, the footer.
  private static func stargz(padding: Int) -> [UInt8] {
    var layer = TarArchive()
    layer.file("etc/a", "1234")
    let head = layer.gzipped + TarArchive.gzip(LayerNoise.bytes(padding))
    var archive = TarArchive()
    archive.add("stargz.index.json", "0", Array(table.utf8))
    let offset = String(head.count, radix: 16)
    let digits = String(repeating: "0", count: 16 - offset.count) + offset
    let footer: [UInt8] =
      [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 26, 0, 0x53, 0x47, 22, 0] + Array("\(digits)STARGZ".utf8)
      + [1, 0, 0, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 8)
    return head + archive.gzipped + footer
  }

  private func files(_ bytes: [UInt8], _ annotations: [String: String]) -> (ImageFiles, RangeStore) {
    let store = RangeStore(bytes)
    let layer = Descriptor(
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: .of(bytes), size: Int64(bytes.count),
      annotations: annotations.map { .init($0.key, .string($0.value)) })
    let files = ImageFiles(name: "the image", layers: [layer], store: store, cache: ListingCache()) { _ in
      let pieces = Pieces(bytes)
      store.noteWhole()
      return { await pieces.next() }
    }
    return (files, store)
  }

  private static let expected = ["folder etc 0", "file etc/a 4", "link etc/l -> a 0"]

  @Test("eStargz: only the end is read, in one request or two", arguments: [(0, 1), (200_000, 1)])
  func eStargz(_ padding: Int, _ requests: Int) async throws {
    let bytes = Self.stargz(padding: padding)
    let digest = Digest.of(Array(Self.table.utf8)).description
    let (files, store) = files(bytes, ["containerd.io/snapshot/stargz/toc.digest": digest])
    let listing = try await files.listing(0, isHashed: true)
    #expect(listing.lines == Self.expected)
    #expect(listing.entries[1].hash != 0 && listing.entries[1].user == 5)
    #expect(store.ranges.count == requests && !store.wasWhole)
    #expect(store.ranges.reduce(0) { $0 + $1.count } <= 64 << 10)
  }

  @Test("a table with another digest is refused; without an annotation the layer is read whole")
  func untrusted() async throws {
    let bytes = Self.stargz(padding: 10)
    let (wrong, _) = files(bytes, ["containerd.io/snapshot/stargz/toc.digest": Digest.of([1]).description])
    let error = await #expect(throws: AcrError.self) { _ = try await wrong.listing(0) }
    #expect(error?.message.contains("the manifest says \(Digest.of([1]))") == true)
    var plain = TarArchive()
    plain.file("only", "x")
    let (whole, store) = files(plain.gzipped, [:])
    #expect(try await whole.listing(0).lines == ["file only 1"])
    #expect(store.ranges.isEmpty && store.wasWhole)
    // A store that gives no ranges is read whole too.
    let (refused, other) = files(
      plain.gzipped, ["containerd.io/snapshot/stargz/toc.digest": Digest.of([1]).description])
    other.refuse()
    #expect(try await refused.listing(0).lines == ["file only 1"])
    #expect(other.wasWhole)
  }

  @Test("zstd:chunked: the annotations say where the table is: one range")
  func chunked() async throws {
    var run = Program("zstd", ["-c", "--quiet"])
    run.input = Array(Self.table.utf8)
    let packed = try await run.succeed().outputBytes
    let head = LayerNoise.bytes(100_000)
    let bytes = head + packed + LayerNoise.bytes(5_000)
    let annotations = [
      "io.github.containers.zstd-chunked.manifest-checksum": Digest.of(packed).description,
      "io.github.containers.zstd-chunked.manifest-position": "\(head.count):\(packed.count):\(Self.table.utf8.count):1",
    ]
    let (files, store) = files(bytes, annotations)
    #expect(try await files.listing(0, isHashed: true).lines == Self.expected)
    #expect(store.ranges == [Int64(head.count)..<Int64(head.count + packed.count)] && !store.wasWhole)
    let (wrong, _) = self.files(
      bytes,
      annotations.merging(["io.github.containers.zstd-chunked.manifest-checksum": Digest.of([2]).description]) { $1 })
    await #expect(throws: AcrError.self) { _ = try await wrong.listing(0) }
  }

  /// An eStargz layer of one file in two parts, with a table that says where they are.
  /// - Parameter changed: makes the second part other than the table says.
  private static func split(changed: Bool = false, digest: Bool = true) -> (bytes: [UInt8], table: String) {
    var layer = TarArchive()
    layer.file("etc/a", "12345678")
    let head = TarArchive.gzip(Array(layer.bytes[..<512]))
    let first = TarArchive.gzip(Array("1234".utf8))
    let second = TarArchive.gzip(Array((changed ? "56x8" : "5678").utf8))
    let rest = TarArchive.gzip(Array(layer.bytes[520...]))
    let noise = TarArchive.gzip(LayerNoise.bytes(100_000))
    let (one, two) = (head.count, head.count + first.count)
    let sum = digest ? "\"digest\":\"\(Digest.of(Array("12345678".utf8)))\"," : ""
    let table = """
      {"version":1,"entries":[{"name":"etc/a","type":"reg","size":8,\(sum)"offset":\(one),"chunkSize":4},\
      {"name":"etc/a","type":"chunk","offset":\(two),"chunkOffset":4,"chunkSize":4},\
      {"name":"etc/b","type":"reg","size":9,"offset":\(two + second.count)}]}
      """
    let body = head + first + second + rest + noise
    var archive = TarArchive()
    archive.add("stargz.index.json", "0", Array(table.utf8))
    let offset = String(body.count, radix: 16)
    let digits = String(repeating: "0", count: 16 - offset.count) + offset
    let footer: [UInt8] =
      [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 26, 0, 0x53, 0x47, 22, 0] + Array("\(digits)STARGZ".utf8)
      + [1, 0, 0, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 8)
    return (body + archive.gzipped + footer, table)
  }

  @Test("contents: only the parts of the file are read, and the table's digest is compared")
  func contents() async throws {
    func read(_ sample: (bytes: [UInt8], table: String)) async throws -> (text: String, store: RangeStore) {
      let digest = Digest.of(Array(sample.table.utf8)).description
      let (files, store) = files(sample.bytes, ["containerd.io/snapshot/stargz/toc.digest": digest])
      let contents = files.contents(of: try await files.locate("/etc/a"))
      var found: [UInt8] = []
      while let piece = try await contents.next() { found += piece }
      return (String(decoding: found, as: UTF8.self), store)
    }
    let (text, store) = try await read(Self.split())
    #expect(text == "12345678" && !store.wasWhole)
    // The table once, and two parts.
    #expect(store.ranges.count == 3)
    #expect(store.ranges.dropFirst().allSatisfy { $0.count < 100 })
    // A table without the file's digest proves nothing of its contents.
    let whole = try await read(Self.split(digest: false))
    #expect(whole.text == "12345678" && whole.store.wasWhole)
    let error = await #expect(throws: AcrError.self) { _ = try await read(Self.split(changed: true)) }
    #expect(error?.message.contains("the table of contents of layer 1") == true, "\(error?.message ?? "-")")
  }

  @Test("tables that are no tables")
  func broken() {
    for text in [
      "", "[]", "{}", #"{"entries":{}}"#, #"{"entries":[1]}"#, #"{"entries":[{"name":"a"}]}"#, #"{"entries":["#,
    ] {
      #expect(throws: AcrError.self, "\(text)") {
        try TableOfContents.listing(Array(text.utf8), name: "the layer", budget: ContentBudget(for: "the image"))
      }
    }
  }
}

/// Bytes of no meaning.
enum LayerNoise {
  static func bytes(_ count: Int) -> [UInt8] {
    var state: UInt64 = 99
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 40)
    }
  }
}

/// A store of one blob that notes which parts of it are asked for.
final class RangeStore: ArtifactSource {
  private struct State {
    var ranges: [Range<Int64>] = []
    var wasWhole = false
    var refuses = false
  }

  private let bytes: [UInt8]
  private let state = Mutex(State())

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var ranges: [Range<Int64>] { state.withLock { $0.ranges } }
  var wasWhole: Bool { state.withLock { $0.wasWhole } }
  func noteWhole() { state.withLock { $0.wasWhole = true } }
  func refuse() { state.withLock { $0.refuses = true } }

  let id = StoreID.folder("/ranges")
  let displayName = "example.com/app"
  func manifest(_ selector: ManifestSelector) async throws -> FetchedManifest { throw AcrError(.notFound, "none") }
  func digest(of tag: TagName) async throws -> Digest? { nil }
  func blob(_ descriptor: Descriptor, from offset: Int64) async throws -> BlobReader {
    try await blob(descriptor, in: offset..<Int64(bytes.count))
  }
  func blob(_ descriptor: Descriptor, in range: Range<Int64>) async throws -> BlobReader {
    let refuses = state.withLock { state in
      state.ranges.append(range)
      return state.refuses
    }
    if refuses { throw AcrError(.invalid, "no ranges", code: RangeFailure.code) }
    let pieces = Pieces(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
    return BlobReader(length: Int64(range.count)) { await pieces.next() }
  }
  func blobSize(_ digest: Digest) async throws -> WireSize? { WireSize(clamping: bytes.count) }
  func tagPages() -> PageReader<TagName> { PageReader { nil } }
  func referrers(of digest: Digest) async throws -> [Descriptor] { [] }
}
