import AcrCore
import AcrRuntime
import TestSupport
import Testing

/// Images of a docker-registry with signatures of Notary Project by keys of openssl.
@Suite("verify by a trust policy of Notary Project")
struct NotaryTests {
  private static func with(
    _ body: (VerifyTests.World, NotarySigner, _ root: NotarySigner.Identity, _ leaf: NotarySigner.Identity) async throws
      -> Void
  ) async throws {
    try await VerifyTests.with { world in
      let signer = NotarySigner(directory: world.directory)
      let root = try await signer.identity("root", "P-256", issuer: nil, extensions: NotarySigner.authorityExtensions())
      let leaf = try await signer.identity("release", "P-256", issuer: root)
      try await body(world, signer, root, leaf)
    }
  }

  @Test("accepts both forms, and says whose certificate it was")
  func accepted() async throws {
    try await Self.with { world, signer, root, leaf in
      for form in ["jws", "cose"] {
        let image = try world.images.image(form, layers: [100], tag: form)
        try await signer.sign(image, by: leaf, chain: [root], form: form, in: world.images)
      }
      try await world.push()
      let policy = try signer.trust(root, scope: world.app)
      for form in ["jws", "cose"] {
        let rows = try await world.rows("verify \(world.app):\(form) --trust-policy \(policy)")
        #expect(rows.count == 1)
        #expect(rows.first?["status"]?.text == "verified")
        #expect(rows.first?["format"]?.text == "Notary Project (\(form.uppercased()))")
        #expect(rows.first?["signer"]?.text?.contains("release") == true)
        #expect(rows.first?["issuer"]?.text?.contains("root") == true)
      }
    }
  }

  @Test("refuses what is unsigned, for another image, by another root, or for another repository, with a cure")
  func refused() async throws {
    try await Self.with { world, signer, root, leaf in
      let good = try world.images.image("good", layers: [100], tag: "good")
      try await signer.sign(good, by: leaf, chain: [root], in: world.images)
      _ = try world.images.image("bare", layers: [100], tag: "bare")
      let moved = try world.images.image("moved", layers: [100], tag: "moved")
      try await signer.sign(moved, by: leaf, chain: [root], in: world.images, digest: good.digest)
      let stranger = try await signer.identity(
        "stranger", "P-256", issuer: nil, extensions: NotarySigner.authorityExtensions())
      let other = try await signer.identity("other", "P-256", issuer: stranger)
      let foreign = try world.images.image("foreign", layers: [100], tag: "foreign")
      try await signer.sign(foreign, by: other, chain: [stranger], in: world.images)
      try await world.push()
      let policy = try signer.trust(root, scope: world.app)
      for (tag, part) in [
        ("bare", "has no signature"), ("moved", "the signature is about another digest"),
        ("foreign", "no certificate of the signature is in the trust stores"),
      ] {
        let error = try await world.error("verify \(world.app):\(tag) --trust-policy \(policy)")
        #expect(error.contains("error[rejected]") && error.contains(part), "\(error)")
      }
      let foreignError = try await world.error("verify \(world.app):foreign --trust-policy \(policy)")
      #expect(foreignError.contains("put the root certificate of the signer into the trust store"), "\(foreignError)")
      let narrow = try signer.trust(root, scope: "registry.example/other")
      let error = try await world.error("verify \(world.app):good --trust-policy \(narrow)")
      #expect(error.contains("no statement of the trust policy is for `\(world.app)`"), "\(error)")
      let missing = try await world.error("verify \(world.app):good --trust-store /nowhere --key k")
      #expect(missing.contains("`--trust-store` needs `--trust-policy`"), "\(missing)")
    }
  }

  @Test("a policy for imports takes a trust policy as a signer")
  func policy() async throws {
    try await Self.with { world, signer, root, leaf in
      let good = try world.images.image("good", layers: [100], tag: "good")
      try await signer.sign(good, by: leaf, chain: [root], in: world.images)
      _ = try world.images.image("bare", layers: [100], tag: "bare")
      try await world.push()
      _ = try signer.trust(root)
      let policy = try world.directory.write(
        """
        acrsh: policy
        rules:
          - source: "*/app"
            signatures:
              - trust-policy: notation/trustpolicy.json
        """, to: "policy.yaml")
      let host = world.server.authority
      guard
        case .record(let row) = try await world.runner.run(
          "import \(world.app):good \(host)/in:good --policy \(policy)")
      else {
        Issue.record("no record")
        return
      }
      #expect(row["status"]?.text == "imported")
      let error = try await world.error("import \(world.app):bare \(host)/in:bare --policy \(policy)")
      #expect(error.contains("error[rejected]") && error.contains("has no signature"), "\(error)")
    }
  }
}
