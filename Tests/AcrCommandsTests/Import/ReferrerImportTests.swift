import AcrCore
import AcrRuntime
import TestSupport
import Testing

@Suite("import --referrers")
struct ReferrerImportTests {
  private static func number(_ value: Value?) -> Int64? { if case .int(let number)? = value { number } else { nil } }
  private static func text(_ value: Value?) -> String? { if case .string(let text)? = value { text } else { nil } }

  @Test("brings signatures and attestations of an image and its platforms, so that they verify at the target")
  func brings() async throws {
    try await VerifyTests.with { world in
      let signer = try await ImageSigner(in: world.directory)
      let index = try world.images.index("app", baseLayers: [100], ownLayer: 50, tag: "v1")
      try await signer.signOld(index, in: world.images)
      try await signer.attest(index, "https://slsa.dev/provenance/v1", ["buildDefinition": [:]], in: world.images)
      let document = try JSONValue(parsing: try world.images.layout.read(index.digest))
      let arm = try Descriptor(json: try #require(document["manifests"]?.array?[1]), in: "the index")
      try await signer.signOld(arm, in: world.images)
      try await world.push()
      let host = world.server.authority
      guard case .record(let row) = try await world.runner.run("import \(world.app):v1 \(host)/in:v1 --referrers")
      else {
        Issue.record("no record")
        return
      }
      #expect(Self.number(row["referrers"]) == 3)
      let key = "--key \(signer.publicKey)"
      #expect(try await world.rows("verify \(host)/in:v1 \(key)").count == 1)
      #expect(try await world.rows("verify \(host)/in:v1 \(key) --type slsaprovenance").count == 1)
      #expect(try await world.rows("verify \(host)/in@\(arm.digest) \(key)").count == 1)
      // A second time there is nothing to do, and without the flag nothing is looked for.
      guard
        case .record(let again) = try await world.runner.run("import \(world.app):v1 \(host)/in:v1 --referrers"),
        case .record(let plain) = try await world.runner.run("import \(world.app):v1 \(host)/plain:v1")
      else { return }
      #expect(Self.text(again["status"]) == "unchanged")
      #expect(Self.number(again["referrers"]) == 0)
      #expect(plain["referrers"] == nil)
      let unsigned = try await world.error("verify \(host)/plain:v1 \(key)")
      #expect(unsigned.contains("has no signature"), "\(unsigned)")
      let rows = try await world.rows(
        "[{source: \"\(world.app):v1\", to: \"\(host)/rows:v1\"}, {source: \"\(world.app):no\", to: \"\(host)/rows:v2\"}] "
          + "| import --referrers --keep-going")
      #expect(rows.compactMap { Self.number($0["referrers"]) } == [3])
    }
  }
}
