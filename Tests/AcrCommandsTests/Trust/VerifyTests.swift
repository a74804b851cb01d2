import AcrCore
import AcrRuntime
import TestSupport
import Testing

/// Images of a docker-registry, signed by keys of openssl in the forms of cosign.
@Suite("verify")
struct VerifyTests {
  /// A registry with what a test put into a layout, and a runner.
  struct World {
    let images: SyntheticImages
    let directory: TemporaryDirectory
    let runner: CommandRunner
    let server: RegistryServer

    var app: String { "\(server.authority)/app" }
    func push() async throws {
      try await RegistryContent(authority: server.directAuthority).push(images.layout, to: "app")
    }

    /// The rows of a command, or the first line of its error with the notes.
    func rows(_ line: String) async throws -> [Record] {
      guard case .list(let rows) = try await runner.run(line) else { return [] }
      return rows.compactMap { if case .record(let row) = $0 { row } else { nil } }
    }

    func error(_ line: String) async throws -> String {
      do {
        return "no error: \(try await runner.run(line))"
      } catch let error as TestSupportError {
        return error.description
      }
    }
  }

  static func with(_ body: (World) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let runner = CommandRunner()
        defer { runner.shutDown() }
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
        try await body(World(images: images, directory: directory, runner: runner, server: server))
      }
    }
  }

  @Test("accepts every kind of key, in the older form and as a bundle", arguments: ImageSigner.Kind.allCases)
  func kinds(_ kind: ImageSigner.Kind) async throws {
    try await Self.with { world in
      let signer = try await ImageSigner(kind, in: world.directory)
      let old = try world.images.image("old", layers: [100], tag: "old")
      let new = try world.images.image("new", layers: [100], tag: "new")
      try await signer.signOld(old, in: world.images, optional: ["release": "stable"])
      try await signer.attest(new, in: world.images)
      try await world.push()
      for (tag, image, place) in [("old", old, "sig tag"), ("new", new, "fallback tag")] {
        let rows = try await world.rows("verify \(world.app):\(tag) --key \(signer.publicKey)")
        #expect(rows.count == 1, "\(tag)")
        #expect(rows.first?["status"]?.text == "verified")
        #expect(rows.first?["digest"]?.text == image.digest.description)
        #expect(rows.first?["signer"]?.text?.hasPrefix("SHA256:") == true)
        #expect(rows.first?["place"]?.text == place)
      }
      let said = try await world.rows(
        "verify \(world.app)@\(old.digest) --key \(signer.publicKey) --annotation release=stable")
      #expect(said.count == 1)
      let other = try await world.error("verify \(world.app):old --key \(signer.publicKey) --annotation release=beta")
      #expect(
        other.contains("error[rejected]") && other.contains("does not say `release=beta`, but `stable`"), "\(other)")
    }
  }

  @Test("refuses what is unsigned, signed by another, or signed for another image, and says which check failed")
  func refusals() async throws {
    try await Self.with { world in
      let signer = try await ImageSigner(.p256, in: world.directory)
      let stranger = try await ImageSigner(.p256, "stranger", in: world.directory)
      let good = try world.images.image("good", layers: [100], tag: "good")
      try await signer.signOld(good, in: world.images)
      _ = try world.images.image("bare", layers: [100], tag: "bare")
      let foreign = try world.images.image("foreign", layers: [100], tag: "foreign")
      try await stranger.signOld(foreign, in: world.images)
      let moved = try world.images.image("moved", layers: [100], tag: "moved")
      try await signer.signOld(moved, in: world.images, digest: good.digest)
      let bundle = try world.images.image("bundle", layers: [100], tag: "bundle")
      try await signer.attest(bundle, about: good.digest, in: world.images)
      let report = try world.images.image("report", layers: [100], tag: "report")
      try await signer.attest(
        report, "https://slsa.dev/provenance/v1", ["buildDefinition": [:]],
        annotated: "https://sigstore.dev/cosign/sign/v1", in: world.images)
      let loose = try world.images.image("loose", layers: [100], tag: "loose")
      try await signer.signOld(loose, in: world.images, annotations: ["dev.cosignproject.cosign/signature": "AA-_"])
      try await world.push()
      for (tag, message) in [
        ("bare", "has no signature"), ("foreign", "the signature does not fit the payload and the key"),
        ("moved", "the signature is for another image: \(good.digest)"),
        ("bundle", "the signed statement is about other artifacts"),
        ("report", "it is an attestation of the type `https://slsa.dev/provenance/v1`, and no signature"),
        ("loose", "is not standard base64"),
      ] {
        let error = try await world.error("verify \(world.app):\(tag) --key \(signer.publicKey)")
        #expect(error.contains("error[rejected]") && error.contains(message), "\(tag): \(error)")
      }
      let private_ = try await world.error("verify \(world.app):good --key \(signer.privateKey)")
      #expect(private_.contains("holds a private key (`PRIVATE KEY`)"), "\(private_)")
      let named = try await world.error(
        "verify \(world.app):good --identity me@example.com --issuer https://accounts.google.com")
      #expect(named.contains("signed with a key, and a certificate of a signer was asked for"), "\(named)")
    }
  }

  @Test("takes one good signature, and lists the bad ones beside it")
  func several() async throws {
    try await Self.with { world in
      let signer = try await ImageSigner(.p256, in: world.directory)
      let stranger = try await ImageSigner(.rsa2048, "stranger", in: world.directory)
      let image = try world.images.image("app", layers: [100], tag: "v1")
      try await stranger.signOld(image, in: world.images)
      try await signer.attest(image, in: world.images)
      try await world.push()
      let rows = try await world.rows("verify \(world.app):v1 --key \(signer.publicKey)")
      #expect(rows.compactMap { $0["status"]?.text } == ["verified", "failed"])
      #expect(rows.last?["check"]?.text == "signature")
      let either = try await world.rows(
        "verify \(world.app):v1 --key \(signer.publicKey) --key \(stranger.publicKey)")
      #expect(either.compactMap { $0["status"]?.text } == ["verified", "verified"])
      // A folder is read as a registry is.
      let folder = try await world.rows("verify oci:\(world.images.layout.path):v1 --key \(signer.publicKey)")
      #expect(folder.first?["status"]?.text == "verified")
    }
  }

  @Test("asks for an attestation by its type")
  func attestations() async throws {
    try await Self.with { world in
      let signer = try await ImageSigner(.p384, in: world.directory)
      let image = try world.images.image("app", layers: [100], tag: "v1")
      try await signer.attest(image, "https://slsa.dev/provenance/v1", ["buildDefinition": [:]], in: world.images)
      try await signer.attestOld(image, "https://spdx.dev/Document", ["packages": []], in: world.images)
      try await world.push()
      for (type, predicate) in [
        ("slsaprovenance", "https://slsa.dev/provenance/v1"), ("sbom", "https://spdx.dev/Document"),
      ] {
        let rows = try await world.rows("verify \(world.app):v1 --key \(signer.publicKey) --type \(type)")
        #expect(rows.compactMap { $0["predicateType"]?.text } == [predicate])
      }
      let error = try await world.error("verify \(world.app):v1 --key \(signer.publicKey) --type vuln")
      #expect(error.contains("has no attestation of the type `vuln`"), "\(error)")
    }
  }

  @Test("takes the signature of an index for its platforms, and of a platform for itself")
  func platforms() async throws {
    try await Self.with { world in
      let signer = try await ImageSigner(.p256, in: world.directory)
      let signed = try world.images.index("signed", baseLayers: [100], ownLayer: 50, tag: "signed")
      try await signer.signOld(signed, in: world.images)
      let children = try world.images.index("children", baseLayers: [100], ownLayer: 50, tag: "children")
      let document = try JSONValue(parsing: try world.images.layout.read(children.digest))
      let arm = try Descriptor(json: try #require(document["manifests"]?.array?[1]), in: "the index")
      try await signer.signOld(arm, in: world.images)
      try await world.push()
      let key = "--key \(signer.publicKey)"
      let covered = try await world.rows("verify \(world.app):signed \(key) --platform linux/arm64")
      #expect(covered.first?["digest"]?.text == signed.digest.description)
      #expect(covered.first?["covers"]?.text?.hasPrefix("sha256:") == true)
      let own = try await world.rows("verify \(world.app):children \(key) --platform linux/arm64")
      #expect(own.first?["digest"]?.text == arm.digest.description)
      #expect(own.first?["platform"]?.text == "linux/arm64/v8")
      for line in [
        "verify \(world.app):children \(key)", "verify \(world.app):children \(key) --platform linux/amd64",
        "verify \(world.app):signed \(key) --recursive",
      ] {
        let error = try await world.error(line)
        #expect(error.contains("error[rejected]") && error.contains("has no signature"), "\(line): \(error)")
      }
      let none = try await world.error("verify \(world.app):signed \(key) --platform linux/s390x")
      #expect(none.contains("error[not-found]"), "\(none)")
    }
  }
}

extension Value {
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
}
