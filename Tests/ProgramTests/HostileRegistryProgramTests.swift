import AcrCore
import Foundation
import OCIRegistry
import TestSupport
import Testing

@Suite("The program and registries that lie", .timeLimit(.minutes(3)))
struct HostileRegistryProgramTests {
  /// A registry of two images whose layers claim to have as many bytes as a number can say, and whose configurations were
  /// made in the last second there is.
  private static func server() throws -> LoopbackServer {
    let config = Array(
      #"{"os":"linux","architecture":"amd64","created":"2262-04-11T23:47:16.9Z","rootfs":{"type":"layers"}}"#.utf8)
    func manifest(_ seed: UInt8) -> [UInt8] {
      let layers = [seed, seed + 1].map { byte in
        #"{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"\#(Digest.of([byte]))","size":9223372036854775807}"#
      }
      return Array(
        """
        {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","config":{"mediaType":"\(MediaType.ociConfig)",\
        "digest":"\(Digest.of(config))","size":\(config.count)},"layers":[\(layers.joined(separator: ","))]}
        """.utf8)
    }
    let manifests = ["v1": manifest(1), "v2": manifest(3)]
    return try LoopbackServer { request in
      let parts = request.path.split(separator: "/")
      switch parts.dropFirst(2).first {
      case "tags": return .json(#"{"name":"app","tags":["v1","v2"]}"#)
      case "manifests":
        let name = String(parts.last ?? "")
        let found = manifests.first { $0.key == name || Digest.of($0.value).description == name }?.value
        guard let found else { return .init(404) }
        let headers: HeaderFields = [
          "Content-Type": MediaType.ociManifest, "Docker-Content-Digest": Digest.of(found).description,
        ]
        return request.method == "HEAD" ? .init(200, headers) : .init(200, headers, body: found)
      case "blobs" where parts.last.map(String.init) == Digest.of(config).description: return .init(200, body: config)
      case "blobs": return .init(200, body: [1])
      default: return .init(parts.count <= 1 ? 200 : 404)
      }
    }
  }

  @Test(
    "layers of 2^63-1 bytes and a time at the end of all time are no crash",
    arguments: [
      "list-metadata $D/app", "manifest tree $D/app:v1", "diff $D/app:v1 $D/app:v2", "import $D/app:v1 oci:out:v1",
      "mirror $D/app oci:out --dry-run", "manifest show $D/app:v1", "list-metadata $D/app --detail",
      "referrers $D/app:v1", "files $D/app:v1", "layers $D/app:v1", "layers $D/app:v1 --manifest-only",
      "file show $D/app:v1 etc/passwd", "sbom $D/app:v1", "provenance $D/app:v1", "diff $D/app:v1 $D/app:v2 --files",
      "diff $D/app:v1 $D/app:v2 --config", "manifest digest $D/app:v1",
      "purge $D/app --older-than 1d --keep-tags v1 --all --dry-run", "garbage $D/app",
    ])
  func largestSizes(_ line: String) async throws {
    let server = try Self.server()
    defer { server.stop() }
    try await withTemporaryDirectory { directory in
      let result = try await BuiltProducts.acrsh(
        ["-c", line.replacing("$D", with: server.authority)], in: directory
      ).run()
      #expect((0...6).contains(result.exitCode), "\(result.exitCode): \(result.errorOutput)")
      if line.hasPrefix("manifest tree") { #expect(result.output.contains("9223372036854775807")) }
      if line.hasPrefix("import") { #expect(result.exitCode != 0) }
    }
  }

  @Test("limits are raised by --limit, and named where they are reached")
  func limits() async throws {
    let server = try LoopbackServer { request in
      let page = Int(request.queryValue("last") ?? "") ?? 0
      guard page < 5 else { return .json(#"{"tags":["t\#(page)"]}"#) }
      return .json(
        #"{"tags":["t\#(page)"]}"#, headers: ["Link": #"</v2/app/tags/list?last=\#(page + 1)>; rel="next""#])
    }
    defer { server.stop() }
    try await withTemporaryDirectory { directory in
      let line = ["-c", "repository show-tags --name \(server.authority) --repository app"]
      let lowered = try await BuiltProducts.acrsh(["--limit", "pages=3"] + line, in: directory).run()
      #expect(lowered.exitCode == 1)
      #expect(lowered.errorOutput.contains("has more than 3 pages"), "\(lowered.errorOutput)")
      #expect(lowered.errorOutput.contains("acrsh --limit pages=6"))
      let raised = try await BuiltProducts.acrsh(["--limit", "pages=6", "--limit", "rows=6"] + line, in: directory)
        .run()
      #expect(raised.exitCode == 0, "\(raised.errorOutput)")
      for wrong in ["pages", "pages=0", "pages=1MB", "memory=5", "pagse=5"] {
        let refused = try await BuiltProducts.acrsh(["--limit", wrong] + line, in: directory).run()
        #expect(refused.exitCode == 2, "\(wrong)")
      }
    }
  }

  /// A short text of very many values takes far more memory than its length.
  @Test("a document of millions of values is refused")
  func manyValues() async throws {
    let body = Array("[\(String(repeating: "[],", count: 2_000_000))[]]".utf8)
    let server = try LoopbackServer { _ in .init(200, ["Content-Type": "application/json"], body: body) }
    defer { server.stop() }
    try await withTemporaryDirectory { directory in
      let line = "repository show-tags --name \(server.authority) --repository app"
      let result = try await BuiltProducts.acrsh(["-c", line], in: directory).run()
      #expect(result.exitCode == 1)
      #expect(result.errorOutput.contains("has more than 1000000 JSON values"), "\(result.errorOutput)")
    }
  }
}
