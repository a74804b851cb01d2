import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Garbage and parts: list-metadata, manifest delete, untag, prune")
struct GarbageTests {
  private func acrsh(_ line: String, in directory: TemporaryDirectory) async throws -> ProgramResult {
    try await BuiltProducts.acrsh(["-c", line], in: directory).run()
  }

  /// `app:v1` is an index for three platforms with the tags `v1` and `stable`; `app:arm` is one of its platforms.
  private func withIndex(
    _ body: (_ server: RegistryServer, _ directory: TemporaryDirectory, _ images: SyntheticImages) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
        let index = try images.index("app", baseLayers: [1000], ownLayer: 100, tag: "v1")
        try images.layout.list(index, tag: "stable")
        let document = try JSONValue(parsing: try images.layout.read(index.digest))
        let child = try Descriptor(json: try #require(document["manifests"]?.array?[1]), in: "the index")
        try images.layout.list(child, tag: "arm")
        try await RegistryContent(authority: server.directAuthority).push(images.layout, to: "app")
        try await body(server, directory, images)
      }
    }
  }

  @Test("a platform of an index is not deleted, an image is deleted with tags that are named")
  func delete() async throws {
    try await withIndex { server, directory, images in
      let app = "\(server.authority)/app"
      let content = try RegistryContent(authority: server.directAuthority)
      let refused = try await acrsh("manifest delete \(app):arm --yes", in: directory)
      #expect(refused.exitCode == 1)
      #expect(refused.errorOutput.contains("`\(app):arm` is needed: the index sha256:"), "\(refused.errorOutput)")
      #expect(refused.errorOutput.contains("these tags would break: "), "\(refused.errorOutput)")
      #expect(refused.errorOutput.contains("`stable`") && refused.errorOutput.contains("`v1`"))
      #expect(refused.errorOutput.contains("--force"))
      try await content.verify("app", reference: "v1")

      let asked = try await acrsh("manifest delete \(app):v1", in: directory)
      #expect(asked.exitCode == 2)
      #expect(asked.errorOutput.contains("with its 2 tags `"), "\(asked.errorOutput)")
      #expect(asked.errorOutput.contains("leaves what only it needed: sha256:"), "\(asked.errorOutput)")
      let planned = try await acrsh("manifest delete \(app):v1 --dry-run | get tags | sort-by | to json", in: directory)
      #expect(planned.exitCode == 2 || planned.output.contains("stable"))

      let deleted = try await acrsh(
        "manifest delete \(app):v1 --yes | get tags | sort-by | to jsonl | print", in: directory)
      #expect(deleted.output.contains("stable") && deleted.output.contains("v1"), "\(deleted.errorOutput)")
      #expect(try await content.tags("app") == ["arm"])
      let forced = try await acrsh("manifest delete \(app):arm --yes --force | get status | print", in: directory)
      #expect(forced.output == "deleted\n", "\(forced.errorOutput)")
      _ = images
    }
  }

  @Test("usedBy tells what needs a manifest, and what only lost its tag in a folder is orphaned")
  func uses() async throws {
    try await withIndex { server, directory, images in
      let app = "\(server.authority)/app"
      let rows = try await acrsh(
        "list-metadata \(app) --used-by | where .tags == null | each { $it.usedBy | get 0 } | print", in: directory)
      let index = try images.layout.descriptor(tag: "v1").digest
      #expect(rows.output == "index:\(index)\nindex:\(index)\n", "\(rows.errorOutput)")
      #expect(try await acrsh("list-metadata \(app) --orphaned | count | print", in: directory).output == "0\n")
      let freed = try await acrsh(
        "list-metadata \(app) --used-by | where count(.usedBy) == 2 and .freedBytes > 1500B | count | print",
        in: directory)
      // The index (`stable`, `v1`) and the platform with a tag of its own.
      #expect(freed.output == "2\n", "\(freed.errorOutput)")

      let old = try images.image("old", layers: [500], tag: nil)
      let found = try await acrsh(
        "list-metadata oci:\(images.layout.path) --orphaned | get digest | print", in: directory)
      #expect(found.output == "\(old.digest)\n", "\(found.errorOutput)")
    }
  }

  @Test("Azure: an index without its tag is garbage with its platforms, and rows are deleted together")
  func azure() async throws {
    try await withTemporaryDirectory { directory in
      let script = try directory.write(
        """
        let app = "myregistry.azurecr.io/shop/api"
        import mysourceregistry.azurecr.io/hello-world:latest myregistry.azurecr.io/shop/api:1 | ignore
        import mysourceregistry.azurecr.io/aci-helloworld:latest myregistry.azurecr.io/shop/api:2 | ignore
        list-metadata $app | where .tags == null | count | print
        az acr manifest list-metadata -r myregistry -n shop/api --orphaned | count | print
        let parts = list-metadata $app | where .tags == null | get digest | first 1
        try { manifest delete "$app@${parts[0]}" --yes } catch e { print "${e.kind}" }
        try { $parts | manifest delete $app --yes } catch e { print "${e.kind}" }
        repository untag -n myregistry --image shop/api:1 --yes | ignore
        let rows = list-metadata $app --orphaned
        print (count($rows))
        print ($rows | where count(.usedBy) == 0 | count)
        print ($rows | get mediaType | first)
        print (sum($rows, "freedBytes") > 0B)
        print ($rows | manifest delete $app --yes | count)
        list-metadata $app --orphaned | count | print
        list-metadata $app | get tags | flatten | print
        """, to: "script.acr")
      let result = try await BuiltProducts.acrsh(["--sandbox", script], in: directory).run(timeout: .seconds(120))
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      let index = "application/vnd.oci.image.index.v1+json"
      #expect(
        result.output == "6\n0\nconflict\nconflict\n6\n1\n\(index)\ntrue\n6\n0\nnull\n2\n", "\(result.errorOutput)")
    }
  }

  @Test("docker-registry: untag says that it cannot and what would go; prune keeps the platforms of an index")
  func untagAndPrune() async throws {
    try await withIndex { server, directory, images in
      let app = "\(server.authority)/app"
      let content = try RegistryContent(authority: server.directAuthority)
      let refused = try await acrsh(
        "repository untag -n \(server.authority) --image app:arm --yes", in: directory)
      #expect(refused.exitCode == 4)
      #expect(refused.errorOutput.contains("cannot remove a tag without its image"), "\(refused.errorOutput)")
      #expect(refused.errorOutput.contains("with all tags: `manifest delete \(app)@sha256:"))
      let missing = try await acrsh("repository untag -n \(server.authority) --image app:none --yes", in: directory)
      #expect(missing.exitCode == 3, "\(missing.errorOutput)")

      try await content.push(images.layout, tag: "v1", to: "source")
      let line = "mirror \(server.authority)/source \(app) --prune --yes"
      let planned = try await acrsh("\(line) --dry-run | where .tag == \"arm\" | get reason | print", in: directory)
      #expect(planned.output.contains("stays if the registry deletes whole manifests only"), "\(planned.errorOutput)")
      let pruned = try await acrsh("\(line) | sort-by tag | select tag action | to jsonl | print", in: directory)
      #expect(
        pruned.output == """
          {"tag":"arm","action":"kept"}
          {"tag":"stable","action":"kept"}
          {"tag":"v1","action":"unchanged"}

          """, "\(pruned.errorOutput)")
      for tag in ["arm", "stable", "v1"] { try await content.verify("app", reference: tag) }
    }
  }

  @Test("a source that lists no tags prunes nothing, unless that is asked for")
  func emptySource() async throws {
    let registry = try MemoryRegistry()
    defer { registry.stop() }
    var hidden = MemoryRegistry.Repository()
    hidden.traits.hidesTags = true
    registry["source"] = hidden
    registry["target"] = RandomRepository(seed: 7, deletesTags: true).content
    let tags = registry["target"].tags
    try await withTemporaryDirectory { directory in
      let line = "mirror \(registry.authority)/source \(registry.authority)/target --prune --yes"
      for more in ["", " --dry-run"] {
        let refused = try await acrsh(line + more, in: directory)
        #expect(refused.exitCode == 1)
        #expect(refused.errorOutput.contains("lists no tags, and pruning would delete "), "\(refused.errorOutput)")
        #expect(refused.errorOutput.contains("--allow-empty-source"))
      }
      let kept = try await acrsh("\(line) --keep-going | get action | unique | print", in: directory)
      #expect(kept.exitCode == 6 && kept.output == "failed\n", "\(kept.errorOutput)")
      #expect(registry["target"].tags == tags)
      let pruned = try await acrsh("\(line) --allow-empty-source | get action | unique | print", in: directory)
      #expect(pruned.output == "deleted\n", "\(pruned.errorOutput)")
      #expect(RandomRepository.plainTags(registry["target"]).isEmpty)
    }
  }

  @Test("a tree shows a signature of cosign, and a platform once where a registry answers `sha256-HEX` with the image")
  func tree() async throws {
    let registry = try MemoryRegistry()
    defer { registry.stop() }
    var content = RandomRepository(seed: 3, hasReferrersAPI: false).content
    content.traits.resolvesDigestTags = true
    content.tags = [:]
    let manifests = content.manifests.sorted { $0.key < $1.key }
    let top = try #require(manifests.first { !$0.value.digests("manifests").isEmpty })
    // One that is nobody's referrer already: it would stand in two places.
    let signature = try #require(
      manifests.first {
        $0.key != top.key && !$0.value.digests("layers").isEmpty && $0.value.digests("subject").isEmpty
      })
    content.tags["v1"] = top.key
    content.tags["\(top.key.replacing(":", with: "-")).sig"] = signature.key
    registry["app"] = content
    try await withTemporaryDirectory { directory in
      let rows = try await acrsh(
        "manifest tree \(registry.authority)/app:v1 --flat | where .part == \"signature\" | select part digest "
          + "| to jsonl | print",
        in: directory)
      #expect(
        rows.output == "{\"part\":\"signature\",\"digest\":\"\(signature.key)\"}\n", "\(rows.errorOutput)")
      let children = try await acrsh(
        "manifest tree \(registry.authority)/app:v1 --flat | where .depth == 1 | get digest | to jsonl | print",
        in: directory
      ).output.split(separator: "\n")
      #expect(!children.isEmpty && Set(children).count == children.count, "\(children)")
    }
  }

  @Test("two images of 10,000 layers: what they share stands on one row, in order")
  func largeDiff() async throws {
    let registry = try MemoryRegistry()
    defer { registry.stop() }
    var content = MemoryRegistry.Repository()
    let blob = content.put(blob: Array("{}".utf8))
    for (tag, first) in [("a", 0), ("b", 1000)] {
      let layers = (first..<first + 10_000).map { number in
        let digits = String(number, radix: 16)
        let digest = "sha256:\(String(repeating: "0", count: 64 - digits.count))\(digits)"
        return #"{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"\#(digest)","size":10}"#
      }
      let text = """
        {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","config":{"mediaType":"\(MediaType.ociConfig)",\
        "digest":"\(blob)","size":2},"layers":[\(layers.joined(separator: ","))]}
        """
      content.put(manifest: Array(text.utf8), mediaType: MediaType.ociManifest, tag: tag)
    }
    registry["app"] = content
    try await withTemporaryDirectory { directory in
      let app = "\(registry.authority)/app"
      let result = try await acrsh(
        """
        let rows = diff \(app):a \(app):b | where .part == "layer"
        print ($rows | group-by status | each { "${$it.key}: ${count($it.rows)}" } | sort-by | to json)
        print ($rows | where .status == \"same\" and .left != .right | count)
        """, in: directory)
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(result.output.contains("same: 9000") && result.output.contains("left only: 1000"), "\(result.output)")
      #expect(result.output.contains("right only: 1000") && result.output.hasSuffix("0\n"), "\(result.output)")
    }
  }
}
