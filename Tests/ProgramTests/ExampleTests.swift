import Foundation
import TestSupport
import Testing

@Suite("The examples, run between real registries")
struct ExampleTests {
  /// Two registries; `shop/api` with tags 1.0.0, 1.1.0 and 2.0.0 is in the first.
  struct World {
    let dev: RegistryServer
    let prod: RegistryServer
    let directory: TemporaryDirectory
    let digests: [String: String]

    func run(_ example: String, _ arguments: String..., environment: [String: String] = [:]) async throws
      -> ProgramResult
    {
      let path = Repository.path("examples/\(example).acr")
      return try await BuiltProducts.acrsh([path] + arguments, in: directory, environment: environment).run()
    }

    func content(_ server: RegistryServer) throws -> RegistryContent {
      try RegistryContent(authority: server.directAuthority)
    }
  }

  private func withWorld(
    prod protection: RegistryServer.Protection = .plain, _ body: (World) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { dev in
        try await withRegistryServer(protection) { prod in
          let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
          var digests: [String: String] = [:]
          for tag in ["1.0.0", "1.1.0", "2.0.0"] {
            digests[tag] = try images.index(tag, baseLayers: [500], ownLayer: 100, tag: tag).digest.description
          }
          try await RegistryContent(authority: dev.directAuthority).push(images.layout, to: "shop/api")
          try await body(World(dev: dev, prod: prod, directory: directory, digests: digests))
        }
      }
    }
  }

  @Test("promote.acr")
  func promote() async throws {
    try await withWorld { world in
      let (dev, prod) = (world.dev.authority, world.prod.authority)
      let result = try await world.run("promote", "shop/api:1.0.0", "--from", dev, "--to", prod)
      #expect(result.output == "promoted shop/api:1.0.0 from \(dev) to \(prod)\n", "\(result.errorOutput)")
      let arrived = try await world.content(world.prod).verify("shop/api", reference: "1.0.0")
      #expect(arrived.digest == world.digests["1.0.0"])
    }
  }

  @Test("gated-import.acr lets in what is signed, and promotes it only after its test")
  func gate() async throws {
    try await withWorld { world in
      let signer = try await ImageSigner(in: world.directory)
      let images = SyntheticImages(in: try ImageLayout(path: world.directory.path("signed")))
      let image = try images.image("tool", layers: [100], tag: "1.0.0")
      try await signer.signOld(image, in: images)
      try await world.content(world.dev).push(images.layout, to: "public/tool")
      _ = try world.directory.write(
        "acrsh: policy\nrules:\n  - {source: '*/public/*', signatures: [{key: key.pub}]}\n", to: "gate-policy.yaml")
      let (dev, prod) = (world.dev.authority, world.prod.authority)
      let test = try world.directory.write("#!/bin/sh\ntest \"$1\" = \"$EXPECTED\"\n", to: "test.sh", mode: 0o755)
      let arguments = ["\(dev)/public/tool:1.0.0", "base/tool", "1", "--to", prod, "--test", test]
      func run(expecting reference: String) async throws -> ProgramResult {
        try await BuiltProducts.acrsh(
          [Repository.path("examples/gated-import.acr")] + arguments, in: world.directory,
          environment: ["EXPECTED": reference]
        ).run()
      }
      let refused = try await run(expecting: "another")
      #expect(refused.exitCode != 0)
      // The signature comes along, so that it can be verified here, too.
      let signature = "sha256-\(image.digest.hex).sig"
      #expect(try await world.content(world.prod).tags("quarantine/base/tool").sorted() == ["1", signature])
      let passed = try await run(expecting: "\(prod)/quarantine/base/tool@\(image.digest)")
      #expect(passed.output.hasSuffix("promoted: \(prod)/base/tool:1 is \(image.digest)\n"), "\(passed.errorOutput)")
      #expect(
        try await world.content(world.prod).verify("base/tool", reference: "1").digest == image.digest.description)
      #expect(try await world.content(world.prod).tags("base/tool").sorted() == ["1", signature])
      let unsigned = try await BuiltProducts.acrsh(
        [Repository.path("examples/gated-import.acr"), "\(dev)/shop/api:1.0.0", "base/api", "1", "--to", prod],
        in: world.directory
      ).run()
      #expect(unsigned.exitCode == 7, "\(unsigned.errorOutput)")
      let checked = try await BuiltProducts.acrsh(
        ["--check", Repository.path("examples/gate-policy.yaml")], in: world.directory
      ).run()
      #expect(checked.exitCode == 0, "\(checked.errorOutput)")
    }
  }

  @Test("pin-base-images.acr")
  func pins() async throws {
    try await withWorld { world in
      let digest = try #require(world.digests["1.1.0"])
      let pins = try world.directory.write(
        #"[{"source": "\#(world.dev.authority)/shop/api", "repository": "base/api", "tag": "pinned", "digest": "\#(digest)"}]"#,
        to: "pins.json")
      let result = try await world.run("pin-base-images", "--to", world.prod.authority, "--pins", pins)
      #expect(result.output == "base/api:pinned is \(digest)\n", "\(result.errorOutput)")
      #expect(try await world.content(world.prod).verify("base/api", reference: "pinned").digest == digest)
    }
  }

  @Test("missing-tags.acr imports what the range asks for, once")
  func missingTags() async throws {
    try await withWorld { world in
      let (dev, prod) = (world.dev.authority, world.prod.authority)
      let first = try await world.run("missing-tags", "shop/api", "--from", dev, "--to", prod)
      #expect(first.output == "importing 2 tags of shop/api\n", "\(first.errorOutput)")
      #expect(try await world.content(world.prod).tags("shop/api").sorted() == ["1.0.0", "1.1.0"])
      let again = try await world.run("missing-tags", "shop/api", "--from", dev, "--to", prod)
      #expect(again.output == "importing 0 tags of shop/api\n", "\(again.errorOutput)")
    }
  }

  @Test("compare-registries.acr")
  func compare() async throws {
    try await withWorld { world in
      let (dev, prod) = (world.dev.authority, world.prod.authority)
      _ = try await world.run("missing-tags", "shop/api", "--from", dev, "--to", prod)
      let result = try await world.run("compare-registries", dev, prod, "shop/api")
      #expect(result.exitCode == 1, "\(result.errorOutput)")
      let rows = try JSONSerialization.jsonObject(with: Data(result.outputBytes)) as? [[String: String]]
      #expect(rows == [["repo": "shop/api", "tag": "2.0.0", "status": "only in left"]])
      #expect(try await world.run("compare-registries", dev, dev, "shop/api").exitCode == 0)
    }
  }

  @Test("report-untagged.acr")
  func untagged() async throws {
    try await withWorld { world in
      // The platforms of tagged indexes have no tags, and are no garbage.
      let result = try await world.run("report-untagged", world.dev.authority, "shop/api")
      #expect(result.output == "[]\n", "\(result.errorOutput)")
      #expect(result.errorOutput.hasPrefix("0 orphaned manifests hold 0"), "\(result.errorOutput)")

      let images = SyntheticImages(in: try ImageLayout(path: world.directory.path("garbage")))
      try images.image("kept", layers: [300], tag: "1")
      let old = try images.image("old", layers: [400], tag: nil)
      let found = try await world.run("report-untagged", "oci:\(images.layout.path)", "any")
      let rows = try JSONSerialization.jsonObject(with: Data(found.outputBytes)) as? [[String: Any]]
      #expect(rows?.map { $0["digest"] as? String } == [old.digest.description], "\(found.errorOutput)")
      #expect(found.errorOutput.hasPrefix("1 orphaned manifests hold "))
    }
  }

  @Test("mirror-json.acr continues after a failure and reports it")
  func mirrorJSON() async throws {
    try await withWorld { world in
      let dev = world.dev.authority
      try world.directory.write(
        """
        [{"source": "\(dev)/shop/api:1.0.0", "image": "a:1"}, {"source": "\(dev)/shop/api:nope", "image": "a:2"},
         {"source": "\(dev)/shop/api:2.0.0", "image": "a:3"}]
        """, to: "mirror.json")
      let result = try await world.run("mirror-json", "--to", world.prod.authority)
      #expect(result.exitCode == 6, "\(result.errorOutput)")
      #expect(try await world.content(world.prod).tags("a").sorted() == ["1", "3"])
      let report = Data(try world.directory.read("mirror-report.json"))
      let object = try JSONSerialization.jsonObject(with: report) as? [String: Any]
      let rows = try #require(object?["rows"] as? [[String: Any]])
      #expect(rows.map { $0["ok"] as? Bool } == [true, false, true])
      #expect((rows[1]["error"] as? [String: Any])?["kind"] as? String == "not-found")
    }
  }

  @Test("mirror-csv.acr with a password from the environment")
  func mirrorCSV() async throws {
    try await withTemporaryDirectory { directory in
      let protection = RegistryServer.Protection.tlsWithPassword(user: "me", password: "swordfish")
      try await withRegistryServer(protection) { source in
        try await withRegistryServer { target in
          let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
          try images.image("one", layers: [100], tag: "1")
          try await RegistryContent(authority: source.directAuthority).push(images.layout, to: "private")
          let list = try directory.write(
            "source,image,user,secret_name\n\(source.authority)/private:1,open:1,me,MIRROR_PASSWORD\n", to: "list.csv")
          let result = try await BuiltProducts.acrsh(
            [
              "--ca-file", try #require(source.caFile), Repository.path("examples/mirror-csv.acr"), list, "--to",
              target.authority,
            ], in: directory, environment: ["MIRROR_PASSWORD": "swordfish"]
          ).run()
          #expect(result.output == "open:1\n", "\(result.errorOutput)")
          try await RegistryContent(authority: target.directAuthority).verify("open", reference: "1")
        }
      }
    }
  }

  @Test("import-once.acr with its module")
  func importOnce() async throws {
    try await withWorld { world in
      let (dev, prod) = (world.dev.authority, world.prod.authority)
      let first = try await world.run("import-once", "shop/api:1.0.0", "--from", dev, "--to", prod)
      #expect(first.output == "imported shop/api:1.0.0\n", "\(first.errorOutput)")
      let again = try await world.run("import-once", "shop/api:1.0.0", "--from", dev, "--to", prod)
      #expect(again.output == "shop/api:1.0.0 is there\n", "\(again.errorOutput)")
    }
  }
}
