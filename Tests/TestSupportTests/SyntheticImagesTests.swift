import AcrCore
import Foundation
import Testing

@testable import TestSupport

/// Images that the kit makes, judged by gzip, tar, skopeo and a real registry.
@Suite struct SyntheticImagesTests {
  /// Everything the kit can make, in one layout.
  private func makeAll(in directory: TemporaryDirectory) throws -> ImageLayout {
    let layout = try ImageLayout(path: directory.path("layout"))
    let images = SyntheticImages(in: layout)
    let app = try images.image("app", layers: [100_000, 3], tag: "app")
    try images.image("app", layers: [1000], format: .docker, tag: "docker")
    try images.index("multi", baseLayers: [5000, 10], ownLayer: 70_000, tag: "multi")
    try images.index("multi", baseLayers: [5000], ownLayer: 1, format: .docker, tag: "list")
    try images.helmChart("chart", tag: "chart")
    let sbom = try images.artifact(type: "application/spdx+json", content: "{}", subject: app)
    try images.referrersTag(of: app, listing: [sbom])
    try images.artifact(type: "text/plain", content: "note", tag: "note")
    return layout
  }

  @Test func layersAreWhatGzipAndTarUnderstand() async throws {
    try await withTemporaryDirectory { directory in
      for size in [0, 1, 511, 512, 65535, 200_000] {
        let layer = LayerArchive(seed: "seed", size: size)
        let file = try directory.write(layer.bytes, to: "layer.tgz")
        let tar = try await Program("gzip", ["-dc", file]).succeed()
        let sum = try await Program("sha256sum", [try directory.write(tar.outputBytes, to: "layer.tar")]).succeed()
        #expect("sha256:\(sum.output.prefix(64))" == layer.diffID)
        let content = try await Program("tar", ["-xzOf", file]).succeed()
        #expect(content.outputBytes == LayerArchive.random(seed: "seed", count: size))
      }
    }
  }

  @Test func makesTheSameBytesEachTime() throws {
    // What SplitMix64 gives in an independent implementation.
    #expect(LayerArchive.random(seed: "a", count: 9) == [39, 133, 155, 221, 170, 194, 41, 95, 79])
    #expect(LayerArchive.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
  }

  @Test func pushesAndVerifiesEverything() async throws {
    try await withTemporaryDirectory { directory in
      let layout = try makeAll(in: directory)
      try await withRegistryServer(.plain) { registry in
        let content = try RegistryContent(authority: registry.directAuthority)
        try await content.push(layout, to: "team/all")
        let app = try layout.descriptor(tag: "app")
        #expect(
          try await content.tags("team/all").sorted()
            == ["app", "chart", "docker", "list", "multi", "note", "sha256-\(app.digest.hex)"])
        for entry in layout.tops {
          let digest = entry.descriptor.digest.description
          let summary = try await content.verify("team/all", reference: entry.tag ?? digest)
          #expect(summary.digest == digest)
          #expect(try await RegistryContent.verify(layout: layout.path, reference: digest) == summary)
        }
        let multi = try await content.verify("team/all", reference: "multi")
        // An index and three images; two base layers, three own layers and three configurations.
        #expect(multi.manifests.count == 4 && multi.blobs.count == 8)
        #expect(try await registry.requestLog().isEmpty)

        for tag in ["app", "docker", "multi", "list"] {
          let source = "docker://\(registry.authority)/team/all:\(tag)"
          try await Program("skopeo", ["inspect", "--tls-verify=false", "--override-os=linux", source]).succeed()
          // An OCI layout cannot hold Docker's media types; the transport `dir` takes anything.
          let folder = directory.path("copy-\(tag)")
          let target = tag == "app" || tag == "multi" ? "oci:\(folder):\(tag)" : "dir:\(folder)"
          let options = ["--insecure-policy", "--all", "--preserve-digests", "--src-tls-verify=false"]
          try await Program("skopeo", ["copy"] + options + [source, target]).succeed()
        }
        let copied = try await RegistryContent.verify(layout: directory.path("copy-multi"), reference: "multi")
        #expect(copied == multi)
      }
    }
  }

  @Test func verifyNoticesDamage() async throws {
    try await withTemporaryDirectory { directory in
      let layout = try makeAll(in: directory)
      let chart = try layout.descriptor(tag: "chart")
      let manifest = try JSONValue(parsing: layout.read(chart.digest))
      let digest = try Digest(try #require(manifest["layers"]?.array?.first?["digest"]?.string))
      var bytes = try layout.read(digest)
      bytes[20] ^= 1
      try Data(bytes).write(to: URL(fileURLWithPath: layout.file(digest)))
      await #expect(throws: TestSupportError.self) {
        try await RegistryContent.verify(layout: layout.path, reference: "chart")
      }
      try FileManager.default.removeItem(atPath: layout.file(digest))
      await #expect(throws: TestSupportError.self) {
        try await RegistryContent.verify(layout: layout.path, reference: "chart")
      }
    }
  }
}
