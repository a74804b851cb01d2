import AcrCore
import Foundation
import TestSupport
import Testing

@testable import ImageContents

@Suite("Files of several layers")
struct FileTreeTests {
  private func layer(_ make: (inout TarArchive) -> Void) throws -> LayerListing {
    var archive = TarArchive()
    make(&archive)
    return try Archives.listing(archive.bytes)
  }

  private func lines(_ tree: FileTree) -> [String] {
    tree.files()?.map { "\($0.path) \($0.layer) \($0.status.rawValue)" } ?? []
  }

  @Test("added, changed, removed; what is hidden counts as wasted where it is stored")
  func statuses() throws {
    var tree = FileTree()
    tree.apply(
      try layer {
        $0.folder("etc")
        $0.file("etc/a", "1234")
        $0.file("etc/b", "12345678")
        $0.file("opt/tool/bin", "12")
      })
    let changes = tree.changes(
      applying: try layer {
        $0.file("etc/a", "1")
        $0.file("etc/.wh.b")
        $0.file("etc/new", "123")
        $0.file("opt/.wh.tool")
        $0.file("etc/.wh.never")
      })
    #expect(
      changes.map { "\($0.path) \($0.status.rawValue) \($0.size)" } == [
        "etc/a changed 1", "etc/b removed 8", "etc/new added 3", "opt/tool removed 2",
      ])
    #expect(lines(tree) == ["etc 1 added", "etc/a 2 changed", "etc/new 2 added", "opt 1 added"])
    #expect(tree.wasted == [4 + 8 + 2, 0])
    #expect(tree.totals.files == 2 && tree.totals.bytes == 4)
    // What was removed and comes again is new.
    tree.apply(try layer { $0.file("etc/b", "new") })
    #expect(lines(tree).contains("etc/b 3 added"))
  }

  @Test("an opaque folder hides what layers below have in it, wherever it stands in its own layer")
  func opaque() throws {
    for isFirst in [true, false] {
      var tree = FileTree()
      tree.apply(
        try layer {
          $0.file("var/lib/a", "1")
          $0.file("var/lib/deep/b", "22")
          $0.file("var/log", "333")
        })
      tree.apply(
        try layer {
          if isFirst { $0.file("var/lib/.wh..wh..opq") }
          $0.file("var/lib/deep/c", "4444")
          if !isFirst { $0.file("var/lib/.wh..wh..opq") }
        })
      #expect(tree.files(below: "")?.filter { $0.kind == .file }.map(\.path) == ["var/lib/deep/c", "var/log"])
      #expect(tree.wasted == [3, 0])
    }
  }

  @Test("a file in the place of a folder hides all below it; a folder over a folder keeps it")
  func replaced() throws {
    var tree = FileTree()
    tree.apply(
      try layer {
        $0.folder("a")
        $0.file("a/x", "1")
        $0.folder("b", mode: 0o700)
        $0.file("b/y", "22")
      })
    tree.apply(
      try layer {
        $0.file("a", "now a file")
        $0.folder("b", mode: 0o755)
      })
    let files = Array(try #require(tree.files()))
    #expect(files.map(\.path) == ["a", "b", "b/y"])
    #expect(files[0].kind == .file && files[1].octalMode == "0755" && files[1].status == .changed)
    #expect(tree.wasted == [1, 0])
    // And back again.
    tree.apply(try layer { $0.file("a/z", "3") })
    #expect(tree.files()?.map(\.path) == ["a", "a/z", "b", "b/y"])
  }

  @Test("a path that is twice in one archive is there once: the last one counts")
  func twice() throws {
    var tree = FileTree()
    tree.apply(
      try layer {
        $0.file("a", "first")
        $0.file("a", "2nd")
      })
    #expect(tree.files()?.map(\.size) == [3])
    #expect(tree.wasted == [0])
  }

  @Test("100,000 files in one folder, and 5,000 folders in each other, take a moment")
  func many() throws {
    var tree = FileTree()
    tree.apply(
      try layer { archive in
        for number in 0..<20_000 { archive.file("all/\(number)") }
      })
    #expect(tree.totals.files == 20_000)
    var deep = LayerListing()
    var entry = TarEntry()
    entry.path = Array((0..<5_000).map { _ in "d" }.joined(separator: "/").utf8)
    deep.append(entry)
    tree.apply(deep)
    #expect(tree.find(entry.path) != nil)
    var whiteout = TarEntry()
    whiteout.path = Array(".wh.d".utf8)
    var last = LayerListing()
    last.append(whiteout)
    tree.apply(last)
    #expect(tree.find(entry.path) == nil)
    #expect(tree.totals.files == 20_000)
  }

  // MARK: Images

  private static func image() -> [[UInt8]] {
    var base = TarArchive()
    base.file("usr/lib/os-release", "NAME=Base\n")
    base.link("etc/os-release", to: "../usr/lib/os-release")
    base.link("lib", to: "/usr/lib")
    base.file("etc/passwd", "root")
    base.link("loop", to: "loop")
    base.hardLink("etc/alias", to: "etc/passwd")
    base.file("dir/old", "old")
    var top = TarArchive()
    top.file("etc/passwd", String(repeating: "p", count: 10_000))
    top.file("dir/.wh..wh..opq")
    top.file("dir/new", "new")
    top.file("empty")
    return [base.gzipped, top.gzipped]
  }

  @Test("contents: links are followed as in a container, the topmost layer counts")
  func contents() async throws {
    let files = Archives.files(Self.image())
    func read(_ path: String) async throws -> String {
      let contents = files.contents(of: try await files.locate(path))
      var bytes: [UInt8] = []
      while let piece = try await contents.next() { bytes += piece }
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(try await read("/etc/os-release") == "NAME=Base\n")
    #expect(try await read("lib/os-release") == "NAME=Base\n")
    #expect(try await read("etc/passwd") == String(repeating: "p", count: 10_000))
    #expect(try await read("dir/new") == "new")
    #expect(try await read("empty") == "")
    #expect(try await files.locate("etc").kind == .folder)
    for path in ["dir/old", "nothing", "etc/passwd/x", "loop"] {
      await #expect(throws: AcrError.self, "\(path)") { _ = try await files.locate(path) }
    }
    await #expect(throws: AcrError.self) { _ = try await files.locate("../etc/passwd") }
  }

  @Test("layers have to unpack to what the configuration says, in lists, contents and from the cache")
  func diffIDs() async throws {
    var archive = TarArchive()
    archive.file("a", "1234")
    let right = Digest.of(archive.bytes)
    for layer in [archive.bytes, archive.gzipped] {
      let good = Archives.files([layer], diffIDs: { [right] })
      #expect(try await good.tree().files()?.map(\.path) == ["a"])
      // Digests of another kind, and none at all, are compared with nothing.
      for ids in [nil, [nil]] as [[Digest?]?] { _ = try await Archives.files([layer], diffIDs: { ids }).tree() }
      let cache = ListingCache()
      _ = try await Archives.files([layer], cache: cache).tree()
      for (ids, message) in [
        ([Digest.of([1])], "unpacks to \(right), and the configuration says \(Digest.of([1]))"),
        ([right, right], "has 2 digests in `rootfs.diff_ids`, and the manifest 1 layers"),
      ] {
        for cache in [ListingCache(), cache] {
          let files = Archives.files([layer], cache: cache, diffIDs: { ids })
          let error = await #expect(throws: AcrError.self) { _ = try await files.tree() }
          #expect(error?.kind == .invalid && error?.message.contains(message) == true, "\(error?.message ?? "-")")
        }
      }
      // Contents end in the error, and their last piece is held back.
      let contents = good.contents(
        of: ImageFiles.Located(layer: 0, kind: .file, size: 4, number: 0, path: Array("a".utf8)))
      #expect(try await contents.next() == Array("1234".utf8))
      let wrong = Archives.files([layer], diffIDs: { [Digest.of([1])] })
      let bad = wrong.contents(of: ImageFiles.Located(layer: 0, kind: .file, size: 4, number: 0, path: Array("a".utf8)))
      await #expect(throws: AcrError.self) { while try await bad.next() != nil { Issue.record("a piece came") } }
    }
  }

  @Test("layers that the way down does not need are not read")
  func topOnly() async throws {
    let layers = Self.image()
    let files = Archives.files([Array("not a layer at all".utf8) + [UInt8](repeating: 1, count: 600), layers[1]])
    #expect(try await files.locate("dir/new").layer == 1)
    let error = await #expect(throws: AcrError.self) { _ = try await files.tree() }
    #expect(error?.message.contains("layer 1 (sha256:") == true)
    #expect(error?.message.hasSuffix("is not a tar archive") == true)
  }

  @Test("more files than allowed are an error that names the limit")
  func limit() async throws {
    var limits = WireLimits.standard
    try limits.set("files=10")
    let error = await #expect(throws: AcrError.self) {
      _ = try await Archives.files(Self.image(), limits: limits).tree()
    }
    #expect(error?.help?.contains("--limit files=20") == true)
  }

  @Test("two images side by side: what differs, times aside")
  func comparison() async throws {
    var left = TarArchive()
    left.file("same", "same", modified: 1)
    left.file("content", "aaaa")
    left.file("mode", "m", mode: 0o644)
    left.link("link", to: "a")
    left.file("gone", "g")
    left.file("folder/x", "x")
    var right = TarArchive()
    right.file("same", "same", modified: 2)
    right.file("content", "bbbb")
    right.file("mode", "m", mode: 0o755, owner: 7)
    right.link("link", to: "b")
    right.folder("folder")
    right.file("folder/x", "x")
    right.file("new", "n")
    let a = try await Archives.files([left.gzipped]).tree(isHashed: true)
    let b = try await Archives.files([right.gzipped]).tree(isHashed: true)
    let found = TreeComparison(a, b).map { difference in
      "\(difference.path) \(difference.left == nil ? "right" : difference.right == nil ? "left" : "both") "
        + difference.aspects.map(\.rawValue).joined(separator: ",")
    }
    #expect(found == ["content both content", "gone left ", "link both link", "mode both mode,owner", "new right "])
    #expect(Array(TreeComparison(a, a)).isEmpty)
  }

  @Test("listings are kept up to so many bytes, the ones used last")
  func cache() throws {
    let one = try layer { archive in for number in 0..<100 { archive.file("some/path/\(number)") } }
    let cache = ListingCache(limit: one.memory * 2 + 100)
    let digests = (0..<3).map { Digest.of([UInt8($0)]) }
    cache.keep(one, digests[0])
    cache.keep(one, digests[1])
    #expect(cache.listing(digests[0], isHashed: false) != nil)
    #expect(cache.listing(digests[0], isHashed: true) == nil)
    cache.keep(one, digests[2])
    #expect(cache.listing(digests[1], isHashed: false) == nil)
    #expect(cache.listing(digests[0], isHashed: false) != nil && cache.listing(digests[2], isHashed: false) != nil)
    #expect(cache.bytes <= one.memory * 2 + 100)
  }
}
