import AcrCore
import TestSupport
import Testing

@Suite("OCI distribution: pull", .serialized)
struct PullConformanceTests {
  @Test("determining support: /v2/ answers 200", arguments: ConformanceServer.allCases)
  func support(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let answer = try await registry.send("GET", "/v2/")
      #expect(answer.status == 200)
    }
  }

  @Test("pulling manifests: the bytes that were pushed, by tag and by digest", arguments: ConformanceServer.allCases)
  func manifests(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let (bytes, digest) = try await registry.manifest(in: "team/app")
      #expect(try await registry.putManifest(bytes, "team/app", "v1").status == 201)
      for reference in ["v1", digest] {
        let path = "/v2/team/app/manifests/\(reference)"
        let answer = try await registry.send("GET", path, ConformanceRegistry.accepted)
        #expect(answer.status == 200)
        #expect(answer.body == bytes)
        #expect(answer.headers["Content-Type"] == ConformanceRegistry.manifestType)
        #expect(answer.headers["Docker-Content-Digest"] == digest)
        let head = try await registry.send("HEAD", path, ConformanceRegistry.accepted)
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.headers["Content-Length"] == String(bytes.count))
        #expect(head.headers["Docker-Content-Digest"] == digest)
      }
      for reference in ["v2", sha256([9])] {
        let path = "/v2/team/app/manifests/\(reference)"
        let missing = try await registry.send("GET", path, ConformanceRegistry.accepted)
        #expect(missing.status == 404)
        #expect(missing.errorCode == "MANIFEST_UNKNOWN")
        #expect(try await registry.send("HEAD", path, ConformanceRegistry.accepted).status == 404)
      }
      let none = try await registry.send("GET", "/v2/none/manifests/v1", ConformanceRegistry.accepted)
      #expect(none.status == 404)
      #expect(["MANIFEST_UNKNOWN", "NAME_UNKNOWN"].contains(none.errorCode))
    }
  }

  @Test("pulling blobs: whole, in parts, and their heads", arguments: ConformanceServer.allCases)
  func blobs(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let digest = try await registry.push(Array("0123456789".utf8), to: "app")
      let path = "/v2/app/blobs/\(digest)"
      let answer = try await registry.send("GET", path)
      #expect(answer.status == 200)
      #expect(answer.text == "0123456789")
      #expect(answer.headers["Docker-Content-Digest"] == digest)
      let head = try await registry.send("HEAD", path)
      #expect(head.status == 200)
      #expect(head.headers["Content-Length"] == "10")
      for (range, text, content) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"), ("bytes=4-", "456789", "bytes 4-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
      ] {
        let part = try await registry.send("GET", path, ["Range": range])
        #expect(part.status == 206)
        #expect(part.text == text)
        #expect(part.headers["Content-Range"] == content)
      }
      let missing = try await registry.send("GET", "/v2/app/blobs/\(sha256([9]))")
      #expect(missing.status == 404)
      #expect(missing.errorCode == "BLOB_UNKNOWN")
      #expect(try await registry.send("HEAD", "/v2/app/blobs/\(sha256([9]))").status == 404)
      // A blob belongs to the repository it was pushed to.
      _ = try await registry.push([1], to: "other")
      #expect(try await registry.send("GET", "/v2/other/blobs/\(digest)").status == 404)
    }
  }

  @Test("a range behind the end of a blob is refused with 416", arguments: ConformanceServer.allCases)
  func rangeBehindTheEnd(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let digest = try await registry.push(Array("0123456789".utf8), to: "app")
      let ask = { try await registry.send("GET", "/v2/app/blobs/\(digest)", ["Range": "bytes=10-"]) }
      if registry.lacks(.unsatisfiableRanges) {
        await #expect(throws: TestSupportError.self) { try await ask() }
        return
      }
      let answer = try await ask()
      #expect(answer.status == 416)
      #expect(answer.headers["Content-Range"] == "bytes */10")
    }
  }

  @Test("errors are JSON with a code in capitals and a message", arguments: ConformanceServer.allCases)
  func errors(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let answer = try await registry.send("GET", "/v2/app/blobs/\(sha256([9]))")
      let error = try #require(answer.json["errors"]?.array?.first)
      #expect(error["code"]?.string?.allSatisfy { $0.isUppercase || $0 == "_" } == true)
      #expect(error["message"]?.string?.isEmpty == false)
      #expect(answer.headers["Content-Type"]?.hasPrefix("application/json") == true)
    }
  }

  @Test(
    "names outside the grammar are no repositories, and nothing breaks",
    arguments: ConformanceServer.allCases,
    ["UPPER", "a//b", "-a", "a-", "a..b", "a___b", "%2e%2e/a", ".", "a/_b", String(repeating: "a", count: 300)])
  func names(_ server: ConformanceServer, _ name: String) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let answer = try await registry.send("GET", "/v2/\(name)/tags/list")
      // docker-registry leads `a//b` and dots to the path without them first.
      let isBlamed = (400..<500).contains(answer.status) || [301, 308].contains(answer.status)
      #expect(isBlamed || registry.lacks(.blameOfTheClient) && answer.status == 500 && name.utf8.count == 300)
      #expect(try await registry.send("GET", "/v2/").status == 200)
    }
  }
}
