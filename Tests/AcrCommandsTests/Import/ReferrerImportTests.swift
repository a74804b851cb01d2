import AcrCore
import AcrRuntime
import Foundation
import TestSupport
import Testing

@Suite("What comes along with an import")
struct ReferrerImportTests {
  private static func number(_ value: Value?) -> Int64? { if case .int(let number)? = value { number } else { nil } }
  private static func text(_ value: Value?) -> String? { if case .string(let text)? = value { text } else { nil } }

  /// An index with a signature and an attestation, and one of its images with a signature: three artifacts.
  private static func signedIndex(_ world: VerifyTests.World, _ signer: ImageSigner) async throws -> Descriptor {
    let index = try world.images.index("app", baseLayers: [100], ownLayer: 50, tag: "v1")
    try await signer.signOld(index, in: world.images)
    try await signer.attest(index, "https://slsa.dev/provenance/v1", ["buildDefinition": [:]], in: world.images)
    let document = try JSONValue(parsing: try world.images.layout.read(index.digest))
    let arm = try Descriptor(json: try #require(document["manifests"]?.array?[1]), in: "the index")
    try await signer.signOld(arm, in: world.images)
    try await world.push()
    return arm
  }

  @Test("are signatures and attestations of an image and its platforms, so that they verify at the target")
  func brings() async throws {
    try await VerifyTests.with { world in
      let signer = try await ImageSigner(in: world.directory)
      let arm = try await Self.signedIndex(world, signer)
      let host = world.server.authority
      func imported(_ target: String, isDryRun: Bool = false) async throws -> Record {
        let line = "import \(world.app):v1 \(target)"
        guard case .record(let row) = try await world.runner.run(line, isDryRun: isDryRun) else {
          throw TestSupportError("no record")
        }
        return row
      }
      let planned = try await imported("\(host)/in:v1", isDryRun: true)
      #expect(Self.number(planned["referrers"]) == 3)
      #expect(Self.number(try await imported("\(host)/in:v1")["referrers"]) == 3)
      let key = "--key \(signer.publicKey)"
      #expect(try await world.rows("verify \(host)/in:v1 \(key)").count == 1)
      #expect(try await world.rows("verify \(host)/in:v1 \(key) --type slsaprovenance").count == 1)
      #expect(try await world.rows("verify \(host)/in@\(arm.digest) \(key)").count == 1)
      // A second time there is nothing to do, which is told as well.
      let again = try await imported("\(host)/in:v1")
      #expect(Self.text(again["status"]) == "unchanged")
      #expect(Self.number(again["referrers"]) == 0)
      let rows = try await world.rows(
        "[{source: \"\(world.app):v1\", to: \"\(host)/rows:v1\"}, {source: \"\(world.app):no\", to: \"\(host)/rows:v2\"}] "
          + "| import --keep-going")
      #expect(rows.map { Self.number($0["referrers"]) }.sorted { ($0 ?? -1) < ($1 ?? -1) } == [nil, 3])
    }
  }

  @Test("stay behind with --no-referrers, and are brought later with --referrers")
  func leaves() async throws {
    try await VerifyTests.with { world in
      let signer = try await ImageSigner(in: world.directory)
      _ = try await Self.signedIndex(world, signer)
      let host = world.server.authority
      guard
        case .record(let plain) = try await world.runner.run("import \(world.app):v1 \(host)/plain:v1 --no-referrers")
      else { return }
      #expect(Self.number(plain["referrers"]) == 0)
      let unsigned = try await world.error("verify \(host)/plain:v1 --key \(signer.publicKey)")
      #expect(unsigned.contains("has no signature"), "\(unsigned)")
      // What is about an image that is there is looked for, and with the flag what is about its platforms, too.
      guard
        case .record(let second) = try await world.runner.run("import \(world.app):v1 \(host)/plain:v1"),
        case .record(let third) = try await world.runner.run("import \(world.app):v1 \(host)/plain:v1 --referrers")
      else { return }
      #expect(Self.text(second["status"]) == "unchanged")
      #expect([second, third].map { Self.number($0["referrers"]) } == [2, 1])
      let both = try await world.error("import \(world.app):v1 \(host)/plain:v1 --referrers --no-referrers")
      #expect(both.contains("`--referrers` and `--no-referrers` cannot be combined"), "\(both)")
    }
  }

  @Test("are said to stay behind with --no-wait and --no-preflight, where Azure imports")
  func saysWhatStays() async throws {
    try await CommandWorld.with { world in
      _ = try await world.runner.run("login --identity")
      let line = "import --name myregistry --source mcr.microsoft.com/hello-world:latest --image"
      let loud = "signatures and other referrers are not copied"
      func notes(_ flags: String) async throws -> [String] {
        let before = world.runner.messages.count
        _ = try await world.runner.run("\(line) \(flags)")
        return world.runner.messages.dropFirst(before).filter { $0.contains(loud) }
      }
      let waiting = try await notes("hello:1 --no-wait")
      #expect(waiting.count == 1 && waiting[0].contains("--no-wait") && waiting[0].contains("--referrers brings them"))
      let blind = try await notes("hello:2 --no-preflight")
      #expect(blind.count == 1 && blind[0].contains("--no-preflight") && blind[0].contains("--referrers brings them"))
      for flags in [
        "hello:3", "hello:4 --no-wait --no-referrers", "hello:5 --no-preflight --no-referrers",
        "hello:6 --no-preflight --referrers",
      ] {
        #expect(try await notes(flags).isEmpty, "\(flags)")
      }
      // One note for all rows.
      let before = world.runner.messages.count
      _ = try await world.runner.run(
        "['hello-world:latest', 'windows/servercore:ltsc2019'] | each { \"mcr.microsoft.com/$it\" } "
          + "| import --name myregistry --no-preflight")
      #expect(world.runner.messages.dropFirst(before).count { $0.contains(loud) } == 1, "\(world.runner.messages)")
      do {
        _ = try await world.runner.run("\(line) hello:7 --no-wait --referrers")
        Issue.record("no error")
      } catch let error as TestSupportError {
        #expect("\(error)".contains("`--referrers` and `--no-wait` cannot be combined"), "\(error)")
      }
    }
  }

  @Test("are a note where they cannot be brought, and the image is there")
  func notes() async throws {
    try await VerifyTests.with { world in
      let image = try world.images.image("app", layers: [100], tag: "v1")
      let good = try world.images.artifact(type: "application/spdx+json", content: "{}", subject: image)
      let broken = try world.images.artifact(type: "application/x.report", content: "a report", subject: image)
      let document = try JSONValue(parsing: try world.images.layout.read(broken.digest))
      let blob = try Descriptor(json: try #require(document["layers"]?.array?.first), in: "the report")
      try FileManager.default.removeItem(atPath: "\(world.images.layout.path)/blobs/sha256/\(blob.digest.hex)")
      let host = world.server.authority
      let folder = "oci:\(world.images.layout.path)"
      guard case .record(let row) = try await world.runner.run("import \(folder):v1 \(host)/in:v1") else { return }
      #expect(Self.text(row["status"]) == "imported")
      #expect(Self.number(row["referrers"]) == 1)
      #expect(world.runner.messages.contains { $0.hasPrefix("note: ") && $0.contains("could not be brought along") })
      let rows = try await world.rows("referrers \(host)/in:v1")
      #expect(rows.map { Self.text($0["digest"]) } == [good.digest.description])
    }
  }
}
