import AcrCore
import TestSupport
import Testing

@testable import OCIRegistry

@Suite struct OCILayoutTests {
  struct Reference: Sendable {
    let text: String
    let path: String
    var tag: String?
    var hasDigest = false
  }

  private static let digest = Digest.of([]).description

  @Test(arguments: [
    Reference(text: "oci:a", path: "a"),
    Reference(text: "oci:/a/b/", path: "/a/b"),
    Reference(text: "oci:/", path: "/"),
    Reference(text: "oci:a:v1", path: "a", tag: "v1"),
    Reference(text: "oci:a:b/c", path: "a:b/c"),
    Reference(text: "oci:a:b/c:v1", path: "a:b/c", tag: "v1"),
    Reference(text: "oci:a@b", path: "a@b"),
    Reference(text: "oci:a@\(digest)", path: "a", hasDigest: true),
    Reference(text: "oci:a:v1@\(digest)", path: "a", tag: "v1", hasDigest: true),
  ])
  func referencesAreRead(_ expected: Reference) throws {
    let reference = try OCILayoutReference(expected.text)
    #expect(reference.path == expected.path)
    #expect(reference.tag?.name == expected.tag)
    #expect((reference.digest != nil) == expected.hasDigest)
    #expect(try OCILayoutReference(reference.description) == reference)
  }

  @Test(arguments: ["a", "oci:", "oci::v1", "oci:a:", "oci:a:-x", "oci:a@sha256:12"])
  func badReferencesAreRefused(_ text: String) {
    #expect {
      try OCILayoutReference(text)
    } throws: { error in
      (error as? AcrError)?.kind == .usage
    }
  }

  @Test func whatIsWrittenIsReadBack() async throws {
    try await withTemporaryDirectory { directory in
      let layout = OCILayout(path: directory.path("new/layout"))
      let first = try await Sample.image("one").push(to: layout, tag: "v1")
      let second = try await Sample.image("two").push(to: layout, tag: "v2")
      #expect(try await layout.tagPages().all().map(\.name) == ["v1", "v2"])
      #expect(try await layout.manifest(.tag(TagName("v1"))) == first.manifest)
      #expect(try await layout.manifest(.digest(second.manifest.digest)) == second.manifest)
      #expect(try await layout.read(first.layer) == Array("one".utf8))
      #expect(try await layout.read(first.layer, from: 1) == Array("ne".utf8))
      #expect(try await layout.hasBlob(first.layer.digest))
      // A tag that moves leaves no second entry.
      try await layout.putManifest(first.manifest, as: .tag(TagName("v2")))
      #expect(try await layout.digest(of: TagName("v2")) == first.manifest.digest)
      #expect(try await layout.tagPages().all().map(\.name) == ["v1", "v2"])
      guard case .mounted = try await layout.startUpload(first.layer, mountFrom: nil) else {
        Issue.record("a blob that is there was asked for")
        return
      }
      let error = await failure { try await layout.manifest(.tag(TagName("v3"))) }
      #expect(error?.kind == .notFound)
      #expect(error?.help == "did you mean `v1`, `v2`?")
    }
  }

  @Test func anIndexHoldsOnlyWhatIsOnTop() async throws {
    try await withTemporaryDirectory { directory in
      let layout = OCILayout(path: directory.path("layout"))
      let children = ["a", "b"].map { Sample.image($0) }
      for child in children {
        _ = try await layout.upload(child.config)
        _ = try await layout.upload(child.layerBytes)
        try await layout.putManifest(child.manifest, as: .digest(child.manifest.digest))
      }
      #expect(try layout.index().entries.count == 2)
      let index = Sample.index(children.map(\.manifest))
      try await layout.putManifest(index, as: .digest(index.digest))
      #expect(try layout.index().entries.map(\.digest) == [index.digest])
      try await layout.putManifest(index, as: .tag(TagName("all")))
      #expect(try layout.index().entries.map(\.name) == ["all"])
      try await layout.putManifest(index, as: .digest(index.digest))
      #expect(try layout.index().entries.count == 1)
      #expect(try layout.selector(for: OCILayoutReference("oci:\(layout.path)")) == .digest(index.digest))
      try await layout.putManifest(children[0].manifest, as: .tag(TagName("a")))
      let error = await failure { try layout.selector(for: OCILayoutReference("oci:\(layout.path)")) }
      #expect(error?.kind == .usage)
    }
  }

  @Test func wrongBytesLeaveNothingBehind() async throws {
    try await withTemporaryDirectory { directory in
      let layout = OCILayout(path: directory.path("layout"))
      let blob = Sample.blob(Array("right".utf8))
      for wrong in ["wrong", "righ", "right and more"] {
        guard case .session(let upload) = try await layout.startUpload(blob, mountFrom: nil) else { return }
        let error = await failure { try await layout.finish(upload, blob, bytes: Array(wrong.utf8)) }
        #expect(error?.kind == .invalid)
      }
      guard case .session(let upload) = try await layout.startUpload(blob, mountFrom: nil) else { return }
      let broken = BlobBody(length: 5) { throw AcrError(.network, "the source broke off") }
      #expect(await failure { try await layout.finish(upload, blob, body: broken) }?.kind == .network)
      guard case .session(let given) = try await layout.startUpload(blob, mountFrom: nil) else { return }
      await layout.cancel(given)
      #expect(try await !layout.hasBlob(blob.digest))
      let files = try await Program("/usr/bin/env", ["find", layout.path, "-type", "f"]).succeed()
      #expect(
        Set(files.output.split(separator: "\n").compactMap { $0.split(separator: "/").last }) == [
          "index.json", "oci-layout",
        ])
    }
  }

  @Test func manyWritersLoseNothing() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("layout")
      try await withThrowingTaskGroup { group in
        for number in 0..<12 {
          group.addTask {
            try await Sample.image("text \(number % 4)").push(to: OCILayout(path: path), tag: "v\(number)")
          }
        }
        try await group.waitForAll()
      }
      #expect(try await OCILayout(path: path).tagPages().all().count == 12)
    }
  }

  @Test func damageIsNoticed() async throws {
    try await withTemporaryDirectory { directory in
      let layout = OCILayout(path: directory.path("layout"))
      let image = try await Sample.image("x").push(to: layout, tag: "v1")
      try directory.write("{}", to: "layout/blobs/sha256/\(image.manifest.digest.hex)")
      #expect(await failure { try await layout.manifest(.tag(TagName("v1"))) }?.message.contains("is damaged") == true)
      try directory.write("", to: "layout/blobs/sha256/\(image.layer.digest.hex)")
      #expect(await failure { try await layout.read(image.layer) }?.kind == .invalid)
      try directory.write("{", to: "layout/index.json")
      #expect(
        await failure { try await layout.tagPages().all() }?.message.contains("index.json` is not valid JSON") == true)
    }
  }

  @Test func otherFoldersAreLeftAlone() async throws {
    try await withTemporaryDirectory { directory in
      let missing = OCILayout(path: directory.path("missing"))
      #expect(await failure { try await missing.tagPages().all() }?.kind == .notFound)
      try directory.makeDirectory("other")
      try directory.write("x", to: "other/file")
      let other = OCILayout(path: directory.path("other"))
      let reading = await failure { try await other.manifest(.tag(.latest)) }
      #expect(reading?.kind == .invalid)
      #expect(reading?.message.contains("is not an OCI layout") == true)
      let writing = await failure { try await other.upload([1]) }
      #expect(writing?.kind == .invalid)
      #expect(writing?.message.contains("holds other files") == true)
      try directory.write(#"{"imageLayoutVersion":"2.0.0"}"#, to: "other/oci-layout")
      #expect(await failure { try await other.tagPages().all() }?.message.contains("`2.0.0`") == true)
    }
  }

  @Test func referrersAreFound() async throws {
    try await withTemporaryDirectory { directory in
      let layout = OCILayout(path: directory.path("layout"))
      let image = try await Sample.image("x").push(to: layout, tag: "v1")
      let signature = Sample.manifest(
        Sample.blob(image.config, "application/x-signature"), image.layer,
        extra: [
          .init("subject", Sample.json(Descriptor(mediaType: "m", digest: image.manifest.digest, size: 1)))
        ])
      try await layout.putManifest(signature, as: .digest(signature.digest))
      let found = try await layout.referrers(of: image.manifest.digest)
      #expect(found.map(\.digest) == [signature.digest])
      #expect(found.first?.artifactType == "application/x-signature")
    }
  }

  @Test func skopeoAndThisReadEachOther() async throws {
    try await withTemporaryDirectory { directory in
      let ours = OCILayout(path: directory.path("ours"))
      let image = try await Sample.image("x").push(to: ours, tag: "v1")
      let inspected = try await skopeo("inspect", "--raw", "oci:\(ours.path):v1")
      #expect(inspected.outputBytes == image.manifest.bytes)
      let policy = try directory.write(#"{"default":[{"type":"insecureAcceptAnything"}]}"#, to: "policy.json")
      let theirs = OCILayout(path: directory.path("theirs"))
      try await skopeo("--policy", policy, "copy", "--preserve-digests", "oci:\(ours.path):v1", "oci:\(theirs.path):v2")
      #expect(try await theirs.manifest(.tag(TagName("v2"))).digest == image.manifest.digest)
      #expect(try await theirs.read(image.layer) == image.layerBytes)
      // And what skopeo began, this goes on with.
      try await Sample.image("y").push(to: theirs, tag: "v3")
      try await skopeo("--policy", policy, "copy", "--preserve-digests", "oci:\(theirs.path):v3", "oci:\(ours.path):v3")
      #expect(try await ours.tagPages().all().map(\.name) == ["v1", "v3"])
    }
  }
}
