import AcrCore
import AcrRuntime
import OCIRegistry
import TestSupport
import Testing

/// A registry that somebody else has changed, and one that answers with too much.
@Suite("verify at a hostile registry")
struct HostileVerifyTests {
  @Test("an index whose child was replaced is no longer the one that was signed, with its signature or without")
  func replacedChild() async throws {
    try await VerifyTests.with { world in
      let signer = try await ImageSigner(.p256, in: world.directory)
      let signed = try world.images.index("signed", baseLayers: [100], ownLayer: 50, tag: "v1")
      try await signer.signOld(signed, in: world.images)
      let document = try JSONValue(parsing: try world.images.layout.read(signed.digest))
      var entries = try (document["manifests"]?.array ?? []).map { try Descriptor(json: $0, in: "the index") }
      var evil = try world.images.image("evil", layers: [70])
      evil.platform = entries[1].platform
      entries[1] = evil
      // One new index comes without a signature, the other with that of the index it stands for.
      _ = try world.images.index(of: entries, tag: "bare")
      let copied = try world.images.index(of: entries.reversed(), tag: "copied")
      try await signer.signOld(copied, in: world.images, digest: signed.digest)
      try await world.push()
      let key = "--key \(signer.publicKey)"
      #expect(try await world.rows("verify \(world.app):v1 \(key)").count == 1)
      let bareDigest = try world.images.layout.descriptor(tag: "bare").digest
      // Whatever is asked for, the copied signature counts for nothing.
      for flag in ["", " --recursive"] {
        let bare = try await world.error("verify \(world.app):bare \(key)\(flag)")
        #expect(
          bare.contains("error[rejected]: `\(world.app):bare` (\(bareDigest)) has no signature"), "\(flag): \(bare)")
        let moved = try await world.error("verify \(world.app):copied \(key)\(flag)")
        #expect(
          moved.contains("error[rejected]: the signature of `\(world.app):copied` (\(copied.digest)) is not accepted: ")
            && moved.contains("the signature is for another image: \(signed.digest)"), "\(flag): \(moved)")
      }
      let platform = "--platform linux/arm64"
      for (tag, digest, why) in [
        ("bare", bareDigest, "the index \(bareDigest) has no signature either"),
        (
          "copied", copied.digest,
          "the signature of the index \(copied.digest) is not accepted: the signature is for another image: \(signed.digest)"
        ),
      ] {
        let refused = try await world.error("verify \(world.app):\(tag) \(key) \(platform)")
        // The replaced platform is named, and why the index does not cover it.
        #expect(
          refused.contains("error[rejected]: `\(world.app):\(tag)` (\(evil.digest)) has no signature"), "\(refused)")
        #expect(refused.contains(why) && refused.contains("\(digest)"), "\(refused)")
      }
      let policy = try world.directory.write(
        "acrsh: policy\nrules:\n  - source: \"*\"\n    signatures: [{key: key.pub}]\n", to: "policy.yaml")
      let host = world.server.authority
      let refused = try await world.error("import \(world.app):copied \(host)/out:v1 --policy \(policy)")
      #expect(refused.contains("error[rejected]"), "\(refused)")
      let nothing = try await world.error("repository show-tags --name \(host) --repository out")
      #expect(nothing.contains("error[not-found]"), "\(nothing)")
    }
  }

  /// Runs a test with a registry in memory that holds what was put into a layout.
  private static func withMemory(
    rounds: RequestRounds? = nil,
    _ body: (SyntheticImages, ImageSigner, (MemoryRegistry.Repository) throws -> MemoryRegistry, CommandRunner)
      async throws ->
      Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      let registry = try MemoryRegistry(rounds: rounds)
      defer { registry.stop() }
      let runner = CommandRunner()
      defer { runner.shutDown() }
      let signer = try await ImageSigner(.p256, in: directory)
      let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
      try await body(
        images, signer,
        { content in
          registry["app"] = content
          return registry
        }, runner)
    }
  }

  private static func error(_ runner: CommandRunner, _ line: String) async -> String {
    do {
      return "no error: \(try await runner.run(line))"
    } catch {
      return "\(error)"
    }
  }

  @Test("a child that the registry replaced under its digest is refused by the digest")
  func otherBytes() async throws {
    try await Self.withMemory { images, signer, serve, runner in
      let index = try images.index("app", baseLayers: [100], ownLayer: 50, tag: "v1")
      try await signer.signOld(index, in: images)
      let other = try images.image("other", layers: [70])
      var content = try MemoryRegistry.Repository(images.layout)
      let document = try JSONValue(parsing: try images.layout.read(index.digest))
      let child = try Descriptor(json: try #require(document["manifests"]?.array?[1]), in: "the index")
      content.manifests[child.digest.description] = content.manifests[other.digest.description]
      let registry = try serve(content)
      let copied = await Self.error(runner, "import \(registry.authority)/app:v1 oci:\(images.layout.path)-copy:v1")
      #expect(copied.contains("error[invalid]") && copied.contains(child.digest.description), "\(copied)")
    }
  }

  @Test("a bundle of 100 MB is not read")
  func largeBundle() async throws {
    try await Self.withMemory { images, signer, serve, runner in
      let image = try images.image("app", layers: [100], tag: "v1")
      let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json"
      let referrer = try images.artifact(type: bundle, content: "{}", subject: image)
      var content = try MemoryRegistry.Repository(images.layout)
      // The manifest says that its blob is large, so the manifest itself is another one.
      let text = String(decoding: try images.layout.read(referrer.digest), as: UTF8.self)
      let large = text.replacing(#""size":2"#, with: #""size":104857600"#)
      #expect(large != text)
      content.manifests[referrer.digest.description] = nil
      content.put(manifest: Array(large.utf8), mediaType: referrer.mediaType)
      let registry = try serve(content)
      let error = await Self.error(runner, "verify \(registry.authority)/app:v1 --key \(signer.publicKey)")
      #expect(error.contains("error[rejected]") && error.contains("longer than 32 MiB"), "\(error)")
      #expect(!registry.requests.contains { $0.path.contains("/blobs/") })
    }
  }

  @Test("100,000 referrers end in a sentence")
  func manyReferrers() async throws {
    try await Self.withMemory { images, signer, serve, runner in
      let image = try images.image("app", layers: [100], tag: "v1")
      try images.artifact(type: "application/x.report", content: "report", subject: image)
      var content = try MemoryRegistry.Repository(images.layout)
      content.traits.referrersRepeat = 100_000
      let registry = try serve(content)
      let error = await Self.error(runner, "verify \(registry.authority)/app:v1 --key \(signer.publicKey)")
      #expect(error.contains("error[rejected]") || error.contains("error[invalid]"), "\(error)")
      // A referrer that is there often is read once.
      #expect(registry.requests.count { $0.method == "GET" && $0.path.contains("/manifests/") } <= 3)
    }
  }

  @Test("one image costs few requests, and no more than six of them one after another")
  func roundTrips() async throws {
    let rounds = RequestRounds()
    try await Self.withMemory(rounds: rounds) { images, signer, serve, runner in
      let index = try images.index("app", baseLayers: [100], ownLayer: 50, tag: "old")
      try await signer.signOld(index, in: images)
      let new = try images.image("new", layers: [100], tag: "new")
      try await signer.attest(new, in: images)
      let registry = try serve(try MemoryRegistry.Repository(images.layout))
      for tag in ["old", "new"] {
        let before = rounds.counts
        _ = try await runner.run("verify \(registry.authority)/app:\(tag) --key \(signer.publicKey)")
        let after = rounds.counts
        #expect(after.requests - before.requests <= 10, "\(tag): \(registry.requests.map(\.path))")
        #expect((1...6).contains(after.rounds - before.rounds), "\(tag): \(registry.requests.map(\.path))")
      }
    }
  }
}
