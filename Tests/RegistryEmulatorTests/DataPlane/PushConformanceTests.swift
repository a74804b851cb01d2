import AcrCore
import TestSupport
import Testing

@Suite("OCI distribution: push", .serialized)
struct PushConformanceTests {
  @Test("pushing a blob monolithically: POST, then PUT", arguments: ConformanceServer.allCases)
  func postThenPut(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      for content in ["hello", ""] {
        let bytes = Array(content.utf8)
        let digest = sha256(bytes)
        let answer = try await registry.finish(try await registry.startUpload("app"), digest, bytes)
        #expect(answer.status == 201)
        let location = try #require(answer.headers["Location"])
        #expect(try await registry.send("GET", location).body == bytes)
        #expect(try await registry.send("GET", "/v2/app/blobs/\(digest)").body == bytes)
      }
    }
  }

  @Test("pushing a blob monolithically: one POST, or the beginning of an upload", arguments: ConformanceServer.allCases)
  func onePost(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let bytes = Array("at once".utf8)
      let answer = try await registry.send(
        "POST", "/v2/app/blobs/uploads/?digest=\(sha256(bytes))", ["Content-Type": "application/octet-stream"], bytes)
      if registry.lacks(.blobInOneRequest) {
        #expect(answer.status == 202)
        let location = try #require(answer.headers["Location"])
        #expect(try await registry.finish(location, sha256(bytes), bytes).status == 201)
      } else {
        #expect(answer.status == 201)
        #expect(answer.headers["Location"]?.hasSuffix("/v2/app/blobs/\(sha256(bytes))") == true)
      }
      #expect(try await registry.send("GET", "/v2/app/blobs/\(sha256(bytes))").body == bytes)
    }
  }

  @Test("pushing a blob in chunks: each answer says where the next goes", arguments: ConformanceServer.allCases)
  func chunks(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let digest = sha256(Array("helloworld!".utf8))
      for isLastInPut in [true, false] {
        var location = try await registry.startUpload("app")
        let pieces = isLastInPut ? ["hello", "world"] : ["hello", "world", "!"]
        var end = 0
        for piece in pieces {
          let answer = try await registry.chunk(
            location, Array(piece.utf8), range: "\(end)-\(end + piece.utf8.count - 1)")
          end += piece.utf8.count
          #expect(answer.status == 202)
          #expect(answer.headers["Range"] == "0-\(end - 1)")
          location = try #require(answer.headers["Location"])
        }
        let progress = try await registry.send("GET", location)
        #expect(progress.status == 204)
        #expect(progress.headers["Range"] == "0-\(end - 1)")
        location = try #require(progress.headers["Location"])
        let last = try await registry.finish(location, digest, isLastInPut ? Array("!".utf8) : [])
        #expect(last.status == 201)
        #expect(try await registry.send("GET", "/v2/app/blobs/\(digest)").text == "helloworld!")
      }
    }
  }

  @Test("pushing a blob in chunks: one out of order is refused with 416", arguments: ConformanceServer.allCases)
  func chunkOrder(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let start = try await registry.startUpload("app")
      let first = try await registry.chunk(start, Array("hello".utf8), range: "0-4")
      let location = try #require(first.headers["Location"])
      let early = try await registry.chunk(location, Array("later".utf8), range: "9-13")
      if registry.lacks(.chunkOrder) {
        #expect(early.status == 202)
        #expect(early.headers["Range"] == "0-9")
        return
      }
      #expect(early.status == 416)
      let again = try await registry.chunk(location, Array("hello".utf8), range: "0-4")
      #expect(again.status == 416)
      // What is there can be asked for, and the upload goes on from it.
      let progress = try await registry.send("GET", location)
      #expect(progress.headers["Range"] == "0-4")
      let next = try await registry.chunk(
        try #require(progress.headers["Location"]), Array("world".utf8), range: "5-9")
      #expect(next.status == 202)
      let end = try await registry.finish(
        try #require(next.headers["Location"]), sha256(Array("helloworld".utf8)))
      #expect(end.status == 201)
    }
  }

  @Test("an upload whose last answer was lost can be asked how far it came", arguments: ConformanceServer.allCases)
  func lostAnswer(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let start = try await registry.startUpload("app")
      _ = try await registry.chunk(start, Array("hello".utf8), range: "0-4")
      let progress = try await registry.send("GET", start)
      if registry.lacks(.brokenChunks) {
        #expect(progress.status == 404)
        return
      }
      #expect(progress.status == 204)
      #expect(progress.headers["Range"] == "0-4")
    }
  }

  @Test("cancelling an upload", arguments: ConformanceServer.allCases)
  func cancel(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let location = try await registry.startUpload("app")
      #expect(try await registry.send("DELETE", location).status == 204)
      let gone = try await registry.send("GET", location)
      #expect(gone.status == 404)
      #expect(gone.errorCode == "BLOB_UPLOAD_UNKNOWN")
    }
  }

  @Test("bytes that do not have the digest are refused and leave nothing", arguments: ConformanceServer.allCases)
  func wrongDigest(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let digest = sha256(Array("right".utf8))
      let answer = try await registry.finish(try await registry.startUpload("app"), digest, Array("wrong".utf8))
      #expect(answer.status == 400)
      #expect(answer.errorCode == "DIGEST_INVALID")
      #expect(try await registry.send("HEAD", "/v2/app/blobs/\(digest)").status == 404)
      for text in ["sha256:abc", "md5:0123", "nothing"] {
        let location = try await registry.startUpload("app")
        #expect(try await registry.finish(location, text, Array("x".utf8)).status == 400)
      }
    }
  }

  @Test("mounting a blob from another repository", arguments: ConformanceServer.allCases)
  func mount(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let digest = try await registry.push(Array("shared".utf8), to: "from/here")
      let mounted = try await registry.send("POST", "/v2/to/there/blobs/uploads/?mount=\(digest)&from=from/here")
      #expect(mounted.status == 201)
      #expect(mounted.headers["Location"]?.hasSuffix("/v2/to/there/blobs/\(digest)") == true)
      #expect(try await registry.send("GET", "/v2/to/there/blobs/\(digest)").text == "shared")
      // Where nothing can be mounted, an upload is opened.
      for query in ["mount=\(sha256([7]))&from=from/here", "mount=\(digest)&from=no/where", "mount=\(digest)"] {
        let refused = try await registry.send("POST", "/v2/a/third/blobs/uploads/?\(query)")
        #expect(refused.status == 202)
        #expect(refused.headers["Location"]?.contains("/blobs/uploads/") == true)
      }
    }
  }

  @Test("blobs by SHA-512", arguments: ConformanceServer.allCases)
  func sha512Blobs(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let bytes = Array("by another algorithm".utf8)
      let digest = sha512(bytes)
      try await registry.push(bytes, to: "app", digest: digest)
      let answer = try await registry.send("GET", "/v2/app/blobs/\(digest)")
      #expect(answer.body == bytes)
      #expect(answer.headers["Docker-Content-Digest"] == (registry.lacks(.ownDigestNames) ? sha256(bytes) : digest))
    }
  }

  @Test("manifests by SHA-512", arguments: ConformanceServer.allCases)
  func sha512Manifests(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let (bytes, _) = try await registry.manifest(in: "app")
      let digest = sha512(bytes)
      let answer = try await registry.putManifest(bytes, "app", digest)
      if registry.lacks(.manifestsBySHA512) {
        #expect(answer.status == 400)
        #expect(answer.errorCode == "DIGEST_INVALID")
        return
      }
      #expect(answer.status == 201)
      #expect(answer.headers["Docker-Content-Digest"] == digest)
      let read = try await registry.send("GET", "/v2/app/manifests/\(digest)", ConformanceRegistry.accepted)
      #expect(read.body == bytes)
    }
  }

  @Test(
    "pushing manifests: what they need, what they may have, and what is refused", arguments: ConformanceServer.allCases)
  func manifests(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let (bytes, digest) = try await registry.manifest(in: "app")
      for reference in ["v1", digest] {
        let answer = try await registry.putManifest(bytes, "app", reference)
        #expect(answer.status == 201)
        #expect(answer.headers["Docker-Content-Digest"] == digest)
        let location = try #require(answer.headers["Location"])
        #expect(try await registry.send("GET", location, ConformanceRegistry.accepted).body == bytes)
      }
      let wrong = try await registry.putManifest(bytes, "app", sha256([1]))
      #expect(wrong.status == 400)
      #expect(wrong.errorCode == "DIGEST_INVALID")
      let missing = imageManifest(config: (sha256(Array("{}".utf8)), 2), layer: (sha256([3]), 1))
      let refused = try await registry.putManifest(Array(missing.text.utf8), "app", "missing")
      #expect(refused.status == 400)
      #expect(refused.errorCode == "MANIFEST_BLOB_UNKNOWN")
      for text in ["", "{", "[]", "\"text\"", "null"] {
        let broken = try await registry.putManifest(Array(text.utf8), "app", "broken")
        #expect(broken.status == (text == "null" && registry.lacks(.blameOfTheClient) ? 500 : 400), "\(text)")
      }
      let index = JSONValue.object([
        .init("schemaVersion", 2), .init("mediaType", .string(ConformanceRegistry.indexType)),
        .init(
          "manifests",
          [
            [
              "mediaType": .string(ConformanceRegistry.manifestType), "digest": .string(digest),
              "size": .integer(Int64(bytes.count)),
            ]
          ]),
      ])
      let put = try await registry.putManifest(
        Array(index.text.utf8), "app", "many", type: ConformanceRegistry.indexType)
      #expect(put.status == 201)
      let read = try await registry.send("GET", "/v2/app/manifests/many", ConformanceRegistry.accepted)
      #expect(read.headers["Content-Type"] == ConformanceRegistry.indexType)
      #expect(read.text == index.text)
      // A tag that exists is moved.
      let (other, otherDigest) = try await registry.manifest(in: "app", layer: "other")
      #expect(try await registry.putManifest(other, "app", "v1").status == 201)
      let moved = try await registry.send("HEAD", "/v2/app/manifests/v1", ConformanceRegistry.accepted)
      #expect(moved.headers["Docker-Content-Digest"] == otherDigest)
    }
  }

  @Test("manifests up to 4 MiB are taken, and larger ones refused", arguments: ConformanceServer.allCases)
  func largeManifests(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      func padded(to size: Int) async throws -> [UInt8] {
        let (small, _) = try await registry.manifest(in: "app", [.init("annotations", ["pad": ""])])
        let (bytes, _) = try await registry.manifest(
          in: "app", [.init("annotations", ["pad": .string(String(repeating: "x", count: size - small.count))])])
        #expect(bytes.count == size)
        return bytes
      }
      #expect(try await registry.putManifest(try await padded(to: 4 << 20), "app", "large").status == 201)
      let tooLarge = try await registry.putManifest(try await padded(to: (4 << 20) + 1), "app", "larger")
      #expect(tooLarge.status == (registry.lacks(.tooLargeManifests) ? 400 : 413))
    }
  }

  @Test("a manifest may have a subject that is not there yet", arguments: ConformanceServer.allCases)
  func subjects(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let subject: JSONValue = [
        "mediaType": .string(ConformanceRegistry.manifestType), "digest": .string(sha256([5])), "size": 1,
      ]
      let (bytes, digest) = try await registry.manifest(
        in: "app", [.init("subject", subject), .init("artifactType", "application/vnd.example")])
      let answer = try await registry.putManifest(bytes, "app", digest)
      #expect(answer.status == 201)
      // The header says that the registry lists referrers by itself.
      #expect(answer.headers["OCI-Subject"] == (registry.lacks(.referrers) ? nil : sha256([5])))
    }
  }
}
