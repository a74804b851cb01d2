import AcrCore
import AcrSystem
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("The index of a layout folder")
struct OCILayoutIndexTests {
  private static let manifests = (0..<8).map { Sample.image("image \($0)").manifest }

  /// The rules in their plainest form, on a list.
  private struct Model {
    var entries: [(digest: Digest, name: String?)] = []

    mutating func add(_ manifest: FetchedManifest, _ tag: TagName?, children: [Digest]) {
      entries.removeAll { entry in
        if let tag, entry.name == tag.name { return true }
        guard entry.name == nil else { return false }
        return children.contains(entry.digest) || (tag != nil && entry.digest == manifest.digest)
      }
      if tag == nil, entries.contains(where: { $0.digest == manifest.digest }) { return }
      entries.append((manifest.digest, tag?.name))
    }
  }

  @Test("many changes in random order leave what the plain rules leave", arguments: 0..<20)
  func randomChanges(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    var index = OCILayoutIndex()
    var model = Model()
    for step in 0..<600 {
      let tag =
        try Int.random(in: 0..<3, using: &random) == 0 ? nil : TagName("t\(Int.random(in: 0..<12, using: &random))")
      var manifest = Self.manifests[Int.random(in: 0..<8, using: &random)]
      if Int.random(in: 0..<6, using: &random) == 0 {
        manifest = Sample.index([manifest, Self.manifests[Int.random(in: 0..<8, using: &random)]])
      }
      let change = OCILayoutIndex.Change(manifest, tag: tag)
      index.apply(try #require(OCILayoutIndex.Change(line: change.line)))
      model.add(manifest, tag, children: change.children)
      if step % 50 == 0 { index = try OCILayoutIndex(path: "index.json", bytes: index.bytes) }
      #expect(index.entries.map(\.digest) == model.entries.map(\.digest))
      #expect(index.entries.map(\.name) == model.entries.map(\.name))
      #expect(index.count == model.entries.count)
      #expect(index.entry(digest: manifest.digest)?.digest == manifest.digest)
      if let tag { #expect(index.entry(tag: tag)?.digest == manifest.digest) }
    }
  }

  @Test("what other programs write is kept: unknown members, names that are no tags, a name twice")
  func otherPrograms() throws {
    let digest = Self.manifests[0].digest
    let entry = { (name: String, extra: String) in
      #"{"mediaType":"m","digest":"\#(digest)","size":1,"x":{"y":[1,2]}\#(extra),"#
        + #""annotations":{"org.opencontainers.image.ref.name":"\#(name)"}}"#
    }
    let text = #"""
      {"schemaVersion":2,"manifests":[\#(entry("docker.io/a:1", "")),\#(entry("v1", "")),\#(entry("v1", #","z":2"#))],
       "annotations":{"of":"the index"}}
      """#
    var index = try OCILayoutIndex(path: "index.json", bytes: Array(text.utf8))
    #expect(index.entries.map(\.name) == ["docker.io/a:1", "v1", "v1"])
    let first = try #require(index.entry(tag: try TagName("v1")))
    #expect(try JSONValue(parsing: first.text)["z"] == nil)
    index.apply(OCILayoutIndex.Change(Self.manifests[1], tag: try TagName("v1")))
    #expect(index.entries.map(\.name) == ["docker.io/a:1", "v1"])
    let written = try JSONValue(parsing: index.bytes)
    #expect(written["annotations"] == ["of": "the index"])
    #expect(written["manifests"]?.array?.first?["x"] == ["y": [1, 2]])
    #expect(index.entry(tag: try TagName("v1"))?.digest == Self.manifests[1].digest)
  }

  @Test(
    "what is no index is refused with its name",
    arguments: [
      ("{", "is not valid JSON"), ("[]", "has no list `manifests`"), (#"{"manifests":{}}"#, "has no list"),
      (#"{"manifests":[]} x"#, "is not valid JSON"), (#"{"manifests":[{}]}"#, "without a digest"),
      ("", "is not valid JSON"),
    ])
  func notAnIndex(text: String, words: String) {
    #expect {
      try OCILayoutIndex(path: "a/index.json", bytes: Array(text.utf8))
    } throws: { error in
      (error as? AcrError)?.message.contains(words) == true
        && (error as? AcrError)?.message.contains("a/index.json") == true
    }
  }
}

@Suite("Many entries for a layout folder")
struct OCILayoutBatchTests {
  private static let image = Sample.image("one")

  private func tag(_ layout: OCILayout, _ range: Range<Int>, prefix: String = "v") async throws {
    try await withThrowingTaskGroup { group in
      for worker in 0..<4 {
        group.addTask {
          for number in range where number % 4 == worker {
            try await layout.putManifest(Self.image.manifest, as: .tag(TagName("\(prefix)\(number)")))
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private func logs(_ path: String) -> [String] {
    (FileSystem.names(in: path) ?? []).filter { $0.hasPrefix(OCILayoutLog.prefix) }
  }

  private func names(_ path: String) async throws -> Set<String> {
    let names = try await OCILayout(path: path).tagPages().all().map(\.name)
    #expect(names.count == Set(names).count)
    return Set(names)
  }

  /// What other programs see.
  private func written(_ path: String) throws -> Int {
    try OCILayoutIndex(path: "index", bytes: try FileSystem.read("\(path)/index.json")).count
  }

  @Test("in a batch most entries go to a log, the index is written now and then, and has all at the end")
  func batch() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("layout")
      let layout = OCILayout(path: path)
      try await Self.image.push(to: layout, tag: "first")
      await layout.beginBatch()
      try await tag(layout, 0..<1000)
      let count = try written(path)
      #expect(count > 500 && count < 1001)
      #expect(logs(path).count == 1)
      #expect(try layout.index().count == 1001)
      #expect(try await layout.digest(of: TagName("v999")) == Self.image.manifest.digest)
      try await layout.endBatch()
      #expect(try written(path) == 1001)
      #expect(logs(path).isEmpty)
      // Outside of a batch each is in the index at once.
      try await layout.putManifest(Self.image.manifest, as: .tag(TagName("last")))
      #expect(try written(path) == 1002)
    }
  }

  @Test("what a killed run left is in the index after the next look, but for a line that was cut off")
  func killed() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("layout")
      try await leave(path, 0..<700)
      let log = try #require(logs(path).first)
      let bytes = try FileSystem.read("\(path)/\(log)")
      try FileSystem.append(Array(bytes.suffix(90).dropLast(30)), to: "\(path)/\(log)")
      #expect(try written(path) < 700)
      #expect(try await names(path).count == 700)
      #expect(try written(path) == 700)
      #expect(logs(path).isEmpty)
    }
  }

  @Test("a tag that another program has written since is newer than that of the killed run")
  func killedAndChanged() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("layout")
      try await leave(path, 0..<700)
      let bytes = try FileSystem.read("\(path)/index.json")
      var index = try OCILayoutIndex(path: "index", bytes: bytes)
      let other = Sample.image("other").manifest
      index.apply(OCILayoutIndex.Change(other, tag: try TagName("v699")))
      try FileSystem.replace("\(path)/index.json", with: index.bytes)
      #expect(try await names(path).count == 700)
      #expect(try await OCILayout(path: path).digest(of: TagName("v699")) == other.digest)
    }
  }

  /// Does what a run does that is killed: its files are closed, and nothing else happens.
  private func leave(_ path: String, _ range: Range<Int>) async throws {
    let layout = OCILayout(path: path)
    await layout.beginBatch()
    try await Self.image.push(to: layout, tag: "v0")
    try await tag(layout, range)
    #expect(logs(path).count == 1)
  }

  @Test("what was half written more than a day ago is removed")
  func oldUploads() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("layout")
      try await Self.image.push(to: OCILayout(path: path), tag: "a")
      for name in ["old", "new"] { try directory.write("half", to: "layout/\(TemporaryFile.prefix)\(name)") }
      try await Program("/usr/bin/env", ["touch", "-d", "2 days ago", "\(path)/\(TemporaryFile.prefix)old"]).succeed()
      let layout = OCILayout(path: path)
      _ = try await layout.digest(of: TagName("a"))
      await layout.beginBatch()
      try await layout.putManifest(Self.image.manifest, as: .tag(TagName("b")))
      try await layout.endBatch()
      let left = (FileSystem.names(in: path) ?? []).filter { $0.hasPrefix(TemporaryFile.prefix) }
      #expect(left == ["\(TemporaryFile.prefix)new"])
    }
  }

  @Test("writers who know nothing of each other lose nothing, in batches and alone")
  func sideBySide() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("layout")
      try await Self.image.push(to: OCILayout(path: path), tag: "a0")
      try await withThrowingTaskGroup { group in
        for name in ["a", "b", "c"] {
          group.addTask {
            let layout = OCILayout(path: path)
            await layout.beginBatch()
            try await tag(layout, 0..<400, prefix: name)
            try await layout.endBatch()
          }
        }
        group.addTask { try await tag(OCILayout(path: path), 0..<20, prefix: "d") }
        try await group.waitForAll()
      }
      #expect(try await names(path).count == 1220)
      #expect(try written(path) == 1220)
      #expect(logs(path).isEmpty)
    }
  }

  @Test("the folders of a session are one by whatever path they are named")
  func oneState() async throws {
    try await withTemporaryDirectory { directory in
      try directory.makeDirectory("a")
      let layouts = OCILayouts()
      let first = layouts.layout(directory.path("a/new"))
      #expect(first.state === layouts.layout(directory.path("a/../a/new")).state)
      #expect(first.state !== layouts.layout(directory.path("a")).state)
    }
  }
}

@Suite("Damaged files of a layout folder")
struct OCILayoutDamageTests {
  @Test("a blob of the right length with wrong bytes is not there, and is replaced")
  func wrongBytes() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("layout")
      let image = try await Sample.image("right").push(to: OCILayout(path: path), tag: "v1")
      let file = "layout/blobs/sha256/\(image.layer.digest.hex)"
      try directory.write("wrong", to: file)
      let layout = OCILayout(path: path)
      #expect(try await !layout.hasBlob(image.layer.digest))
      guard case .session(let upload) = try await layout.startUpload(image.layer, mountFrom: nil) else {
        Issue.record("wrong bytes count as the blob")
        return
      }
      #expect(upload.note == "the file `\(directory.path(file))` was damaged; it is replaced")
      try await layout.finish(upload, image.layer, bytes: image.layerBytes)
      #expect(try await layout.read(image.layer) == image.layerBytes)
      guard case .mounted = try await layout.startUpload(image.layer, mountFrom: nil) else {
        Issue.record("a blob that is there was asked for")
        return
      }
      // A manifest that is not listed is found by nobody.
      let other = Sample.image("other")
      _ = try await layout.upload(other.manifest.bytes)
      #expect(try await layout.hasBlob(other.manifest.digest))
      #expect(try await !layout.hasManifest(other.manifest.digest))
      #expect(try await layout.hasManifest(image.manifest.digest))
      // A damaged manifest is replaced as well.
      try directory.write("{}", to: "layout/blobs/sha256/\(image.manifest.digest.hex)")
      #expect(try await !layout.hasManifest(image.manifest.digest))
      try await layout.putManifest(image.manifest, as: .tag(TagName("v1")))
      #expect(try await layout.manifest(.tag(TagName("v1"))) == image.manifest)
    }
  }

  @Test("a file is read once, as long as it stays as it is")
  func readOnce() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write("bytes", to: "file")
      let digest = Digest.of(Array("bytes".utf8))
      let files = VerifiedFiles()
      let file = try OpenFile(reading: path)
      // What was noted is believed; nobody has read it.
      let claimed = Digest.of(Array("other".utf8))
      files.note(file.status.version, claimed)
      #expect(try await files.digest(of: file, expected: claimed) == claimed)
      #expect(try await files.digest(of: file, expected: digest) == digest)
      try directory.write("other bytes", to: "file")
      #expect(try await files.digest(of: try OpenFile(reading: path), expected: claimed) != claimed)
    }
  }

  @Test("pipes and folders in place of blobs are no blobs")
  func noFiles() async throws {
    try await withTemporaryDirectory { directory in
      let image = Sample.image("x")
      let layout = OCILayout(path: directory.path("layout"))
      try await image.push(to: layout, tag: "v1")
      let file = directory.path("layout/blobs/sha256/\(image.layer.digest.hex)")
      try FileSystem.remove(file)
      try await Program("/usr/bin/env", ["mkfifo", file]).succeed()
      #expect(try await !layout.hasBlob(image.layer.digest))
      #expect(try await layout.upload(image.layerBytes).digest == image.layer.digest)
      #expect(try await layout.read(image.layer) == image.layerBytes)
    }
  }
}
