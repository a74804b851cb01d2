import AcrCore
import Foundation
import TestSupport
import Testing

@testable import ImageContents

/// Archives that GNU tar makes, in all its formats.
@Suite("Tar archives")
struct TarReaderTests {
  private func tar(_ arguments: [String], in directory: TemporaryDirectory) async throws -> [UInt8] {
    try await Program(
      "tar",
      ["--create", "--file", directory.path("out.tar"), "--directory", directory.path("tree"), "--sort=name"]
        + arguments
    ).succeed()
    return try Archives.file(directory.path("out.tar"))
  }

  /// A folder with what the formats differ in.
  private func tree(in directory: TemporaryDirectory, longest: Int) throws {
    let manager = FileManager.default
    let root = directory.path("tree")
    let deep = (0..<max(1, longest / 60)).map { "\($0)" + String(repeating: "d", count: 50) }.joined(separator: "/")
    try manager.createDirectory(atPath: "\(root)/etc/empty", withIntermediateDirectories: true)
    try manager.createDirectory(atPath: "\(root)/\(deep)", withIntermediateDirectories: true)
    try Data("hello\n".utf8).write(to: URL(filePath: "\(root)/etc/hello"))
    try Data(repeating: 7, count: 1500).write(to: URL(filePath: "\(root)/\(deep)/name"))
    try Data().write(to: URL(filePath: "\(root)/etc/zero"))
    try manager.createSymbolicLink(
      atPath: "\(root)/etc/link", withDestinationPath: longest > 200 ? "../\(deep)/name" : "hello")
    try manager.linkItem(atPath: "\(root)/etc/hello", toPath: "\(root)/etc/same")
  }

  @Test(
    "are read in every format, whatever the pieces, as `tar t` lists them",
    arguments: [("v7", 60), ("ustar", 120), ("oldgnu", 400), ("gnu", 400), ("pax", 400)])
  func formats(_ format: String, _ longest: Int) async throws {
    try await withTemporaryDirectory { directory in
      try tree(in: directory, longest: longest)
      let bytes = try await tar(["--format=\(format)", "."], in: directory)
      let listed = try await Program("tar", ["--list", "--file", directory.path("out.tar")])
        .succeed().output.split(separator: "\n").map { line -> String in
          let path = line.hasPrefix("./") ? line.dropFirst(2) : line[...]
          return path.hasSuffix("/") ? String(path.dropLast()) : String(path)
        }
      let listing = try Archives.listing(bytes)
      #expect(
        listing.entries.map { String(decoding: listing.path($0), as: UTF8.self) } == listed.filter { !$0.isEmpty })
      #expect(listing.lines.contains("file etc/hello 6"))
      #expect(listing.lines.contains("file etc/zero 0"))
      #expect(listing.lines.contains("hard link etc/same -> etc/hello 0"))
      #expect(
        listing.lines.contains { $0.hasPrefix(longest > 200 ? "link etc/link -> ../0ddd" : "link etc/link -> hello 0") }
      )
      #expect(listing.lines.contains { $0.hasPrefix("file 0ddd") && $0.hasSuffix("/name 1500") })
      for pieces in [1, 7, 511, 513] { #expect(try Archives.listing(bytes, pieces: pieces).lines == listing.lines) }
    }
  }

  @Test("owners and times that need more than the fields hold", arguments: ["gnu", "pax"])
  func largeNumbers(_ format: String) async throws {
    try await withTemporaryDirectory { directory in
      try tree(in: directory, longest: 60)
      let bytes = try await tar(
        [
          "--format=\(format)", "--owner=big:3000000000", "--group=big:+2999999999", "--mtime=1960-01-01T00:00:00Z",
          "etc/hello",
        ],
        in: directory)
      let entry = try #require(Archives.listing(bytes).entries.first)
      #expect(entry.user == 3_000_000_000 && entry.group == 2_999_999_999)
      #expect(entry.modified == -315_619_200)
    }
  }

  @Test(
    "sparse files have their real size and their holes",
    arguments: [
      "--format=oldgnu", "--format=gnu", "--sparse-version=0.0", "--sparse-version=0.1", "--sparse-version=1.0",
    ])
  func sparse(_ format: String) async throws {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(atPath: directory.path("tree"), withIntermediateDirectories: true)
      // 60 parts need more than the header of a GNU archive holds.
      let path = directory.path("tree/sparse")
      _ = FileManager.default.createFile(atPath: path, contents: nil)
      let file = try #require(FileHandle(forWritingAtPath: path))
      for part in 0..<60 {
        try file.seek(toOffset: UInt64(part) * 131_072 + 4096)
        try file.write(contentsOf: Data(repeating: UInt8(part + 1), count: 4096))
      }
      try file.truncate(atOffset: 9_000_000)
      try file.close()
      try Data("after".utf8).write(to: URL(filePath: directory.path("tree/z")))
      let pax = format.contains("version") ? ["--format=pax"] : []
      let bytes = try await tar(pax + [format, "--sparse", "sparse", "z"], in: directory)
      #expect(bytes.count < 1_000_000)
      #expect(try Archives.listing(bytes, pieces: 100).lines == ["file sparse 9000000", "file z 5"])
      var contents = Contents(wanted: "sparse")
      try Archives.read(bytes, pieces: 3000, &contents)
      #expect(contents.bytes == (try Archives.file(path)))
    }
  }

  @Test("a file of 9 GiB, most of it a hole", arguments: ["gnu", "pax"])
  func large(_ format: String) async throws {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(atPath: directory.path("tree"), withIntermediateDirectories: true)
      let path = directory.path("tree/large")
      _ = FileManager.default.createFile(atPath: path, contents: nil)
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.truncate(atOffset: 9 << 30)
      try file.close()
      let bytes = try await tar(["--format=\(format)", "--sparse", "large"], in: directory)
      #expect(try Archives.listing(bytes).lines == ["file large \(9 << 30)"])
    }
  }

  @Test("what is cut off, or no archive, is told with the place")
  func damaged() throws {
    var archive = TarArchive()
    archive.file("a", String(repeating: "x", count: 2000))
    archive.file("b", "second")
    let bytes = archive.bytes
    func message(_ bytes: [UInt8]) -> String? {
      do {
        _ = try Archives.listing(bytes)
        return nil
      } catch { return (error as? AcrError)?.message }
    }
    #expect(message(Array(bytes[..<1000]))?.contains("is cut off") == true)
    #expect(message(Array(bytes[..<2600]))?.contains("is cut off") == true)
    // Without its zero blocks it is complete.
    #expect(message(Array(bytes[..<(bytes.count - 1024)])) == nil)
    #expect(
      message(Array("no archive at all".utf8) + [UInt8](repeating: 1, count: 1000))
        == "the archive is not a tar archive")
    var changed = bytes
    changed[2560] ^= 1
    #expect(
      message(changed)?.contains("byte 2560 of its tar archive begins no entry") == true, "\(message(changed) ?? "")")
    #expect(message([]) == nil)
  }

  @Test("paths: cleaned; those that lead out are counted and left out; names of whiteouts are marks")
  func paths() throws {
    var archive = TarArchive()
    for path in ["./a", "/b//c", "d/./e", "../f", "g/../../h", "i/.wh.gone", "j/.wh..wh..opq", ".wh..wh.plnk", ".wh."] {
      archive.file(path, "x")
    }
    archive.folder(".")
    let listing = try Archives.listing(archive.bytes)
    #expect(listing.lines == ["file a 1", "file b/c 1", "file d/e 1", "removed i/gone 0", "opaque j 0"])
    #expect(listing.escaping == 2)
  }

  @Test(
    "devices and pipes are listed; unknown types are passed over with their data; links have no data, whatever they say"
  )
  func types() throws {
    var archive = TarArchive()
    archive.add("null", "3")
    archive.add("disk", "4")
    archive.add("queue", "6")
    archive.add("label", "V", Array("data".utf8))
    archive.add("later", "Z", [UInt8](repeating: 1, count: 700))
    archive.file("last", "x")
    #expect(
      try Archives.listing(archive.bytes).lines == [
        "character device null 0", "block device disk 0", "pipe queue 0", "file last 1",
      ])
  }

  @Test("a header with too many bytes of names is refused before they are held")
  func longNames() throws {
    var archive = TarArchive()
    archive.add("././@LongLink", "L", [UInt8](repeating: 0x61, count: 2 << 20))
    archive.file("a")
    #expect(throws: AcrError.self) { try Archives.listing(archive.bytes) }
  }
}

/// Takes the contents of one file.
private struct Contents: TarHandler {
  let wanted: String
  var bytes: [UInt8] = []

  init(wanted: String) { self.wanted = wanted }

  mutating func begin(_ entry: TarEntry) -> Bool { String(decoding: entry.path, as: UTF8.self) == wanted }
  mutating func data(_ bytes: UnsafeRawBufferPointer) { self.bytes += bytes }
  mutating func end() {}
}
