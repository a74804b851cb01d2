import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("The distribution API", .serialized)
struct DistributionTests {
  @Test("a blob is uploaded in chunks, whose order is checked and whose progress can be asked for")
  func chunks() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let start = try await registry.send("POST", "/v2/app/blobs/uploads/", headers: everything)
      #expect(start.status == 202)
      let location = try #require(start.headers["Location"])
      var chunk = everything
      chunk["Content-Range"] = "0-4"
      #expect(try await registry.send("PATCH", location, headers: chunk, body: Array("hello".utf8)).status == 202)
      chunk["Content-Range"] = "9-13"
      let early = try await registry.send("PATCH", location, headers: chunk, body: Array("world".utf8))
      #expect(early.status == 416)
      #expect(early.headers["Range"] == "0-4")
      let progress = try await registry.send("GET", location, headers: everything)
      #expect(progress.status == 204)
      #expect(progress.headers["Range"] == "0-4")
      chunk["Content-Range"] = "5-9"
      #expect(try await registry.send("PATCH", location, headers: chunk, body: Array("world".utf8)).status == 202)
      let digest = sha256(Array("helloworld!".utf8))
      let end = try await registry.send(
        "PUT", "\(location)&digest=\(digest)", headers: everything, body: Array("!".utf8))
      #expect(end.status == 201)
      #expect(end.headers["Docker-Content-Digest"] == digest)
      #expect(try await registry.send("GET", "/v2/app/blobs/\(digest)", headers: everything).text == "helloworld!")
      #expect(try await registry.send("GET", location, headers: everything).errorCode == "BLOB_UPLOAD_UNKNOWN")
    }
  }

  @Test("bytes that do not have their digest are refused and leave nothing")
  func wrongDigest() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let digest = sha256(Array("right".utf8))
      let answer = try await registry.send(
        "POST", "/v2/app/blobs/uploads/?digest=\(digest)", headers: everything, body: Array("wrong".utf8))
      #expect(answer.status == 400)
      #expect(answer.errorCode == "DIGEST_INVALID")
      #expect(try await registry.send("HEAD", "/v2/app/blobs/\(digest)", headers: everything).status == 404)
    }
  }

  @Test(
    "ranges of a blob by RFC 7233",
    arguments: [
      ("bytes=0-0", 206, "0", "bytes 0-0/10"), ("bytes=4-", 206, "456789", "bytes 4-9/10"),
      ("bytes=-3", 206, "789", "bytes 7-9/10"), ("bytes=8-99", 206, "89", "bytes 8-9/10"),
      ("bytes=10-", 416, "", "bytes */10"), ("bytes=5-2", 200, "0123456789", nil),
      ("lines=1-2", 200, "0123456789", nil), ("bytes=0-9223372036854775807", 206, "0123456789", "bytes 0-9/10"),
      ("bytes=9223372036854775807-9223372036854775807", 416, "", "bytes */10"),
      ("bytes=-9223372036854775807", 206, "0123456789", "bytes 0-9/10"),
    ] as [(String, Int, String, String?)])
  func range(_ range: String, _ status: Int, _ body: String, _ contentRange: String?) async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let digest = try await registry.putBlob(Array("0123456789".utf8), in: "app")
      var headers = everything
      headers["Range"] = range
      let answer = try await registry.send("GET", "/v2/app/blobs/\(digest)", headers: headers)
      #expect(answer.status == status)
      #expect(answer.text == body)
      #expect(answer.headers["Content-Range"] == contentRange)
    }
  }

  @Test("numbers at the end of the range of 64 bits do not end the emulator")
  func hugeNumbers() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let start = try await registry.send("POST", "/v2/app/blobs/uploads/", headers: everything, body: [])
      let location = try #require(start.headers["Location"])
      var headers = everything
      headers["Content-Range"] = "0-9223372036854775807"
      #expect(try await registry.send("PATCH", location, headers: headers, body: [1, 2]).status == 400)
      let config = Array("{}".utf8)
      let digest = try await registry.putBlob(config, in: "app")
      var layers: [String] = []
      for content in ["one", "two"] {
        let layer = try await registry.putBlob(Array(content.utf8), in: "app")
        layers.append(
          "{\"mediaType\": \"application/vnd.oci.image.layer.v1.tar\", \"digest\": \"\(layer)\", \"size\": 9223372036854775807}"
        )
      }
      let manifest = """
        {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
         "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "\(digest)", "size": 2},
         "layers": [\(layers.joined(separator: ", "))]}
        """
      var type = everything
      type["Content-Type"] = "application/vnd.oci.image.manifest.v1+json"
      #expect(
        try await registry.send("PUT", "/v2/app/manifests/huge", headers: type, body: Array(manifest.utf8)).status
          == 201)
      let list = try await registry.send("GET", "/acr/v1/app/_manifests", headers: everything)
      #expect(list.json["manifests"]?.array?.first?["imageSize"]?.integer == .max)
    }
  }

  @Test(
    "the emulator's own interface answers to this machine only, and to no web page",
    arguments: [
      ([:], 200), (["Origin": "http://localhost:3000"], 200), (["Origin": "https://evil.example"], 403),
      (["Origin": "null"], 403), (["X-Host": "evil.example"], 403), (["X-Host": "127.0.0.1.evil.example:80"], 403),
    ] as [([String: String], Int)])
  func ownInterface(_ headers: [String: String], _ status: Int) async throws {
    try await withEmulator { emulator in
      let control = try emulator.endpoint("control")
      var arguments = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "http://\(control)/emulator/state"]
      for (name, value) in headers { arguments += ["-H", "\(name == "X-Host" ? "Host" : name): \(value)"] }
      let answer = try await Program("curl", arguments).run()
      #expect(answer.output == String(status))
    }
  }

  @Test("a source can be told to answer ranges wrongly, in each of the article's three ways")
  func wrongRanges() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let digest = try await registry.putBlob(Array("0123456789".utf8), in: "app")
      var headers = everything
      headers["Range"] = "bytes=2-4"
      for (word, status, length) in [
        ("ignored", 200, 10), ("refused", 416, 0), ("short", 206, 2), ("supported", 206, 3),
      ] {
        try await emulator.admin("POST", "ranges/first", ["ranges": .string(word)])
        let answer = try await registry.send("GET", "/v2/app/blobs/\(digest)", headers: headers)
        #expect(answer.status == status)
        #expect(answer.body.count == length)
        #expect((answer.headers["Accept-Ranges"] == nil) == (word == "ignored"))
      }
    }
  }

  @Test("a manifest needs its blobs, its type and its digest")
  func manifestChecks() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let missing = imageManifest(config: (sha256([1]), 1), layer: (sha256([2]), 1))
      let answer = try await registry.putManifest("app", "v1", missing)
      #expect(answer.status == 400)
      #expect(
        answer.json["errors"]?.array?.map { $0["code"]?.string } == ["MANIFEST_BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"])
      #expect(try await registry.putManifest("app", "v1", ["schemaVersion": 2]).errorCode == "MANIFEST_INVALID")
      let digest = try await registry.putImage("app", "v1")
      let read = try await registry.send("GET", "/v2/app/manifests/v1", headers: everything)
      #expect(sha256(read.body) == digest)
      #expect(read.headers["Content-Type"] == MediaType.ociManifest)
      #expect(read.headers["Docker-Content-Digest"] == digest)
      let wrong = try await registry.putManifest("app", sha256([3]), read.json)
      #expect(wrong.errorCode == "DIGEST_INVALID")
      #expect(
        try await registry.send("GET", "/v2/app/manifests/v2", headers: everything).errorCode == "MANIFEST_UNKNOWN")
      #expect(try await registry.send("GET", "/v2/none/manifests/v2", headers: everything).errorCode == "NAME_UNKNOWN")
    }
  }

  @Test("a blob is mounted from a repository that the client may pull from")
  func mount() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let digest = try await registry.putBlob([1, 2, 3], in: "app")
      let mounted = try await registry.send(
        "POST", "/v2/other/blobs/uploads/?mount=\(digest)&from=app", headers: everything)
      #expect(mounted.status == 201)
      #expect(try await registry.send("HEAD", "/v2/other/blobs/\(digest)", headers: everything).status == 200)
      let unknown = try await registry.send(
        "POST", "/v2/other/blobs/uploads/?mount=\(sha256([9]))&from=app", headers: everything)
      #expect(unknown.status == 202)
    }
  }

  @Test("tags and repositories come page by page, and the Link leads to the next")
  func paging() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      for tag in ["b", "a", "d", "c", "e"] { try await registry.putImage("app", tag) }
      try await registry.putImage("zoo/other", "v1")
      var path: String? = "/v2/app/tags/list?n=2"
      var pages: [[String]] = []
      while let next = path {
        let answer = try await registry.send("GET", next, headers: everything)
        pages.append(answer.json["tags"]?.array?.compactMap(\.string) ?? [])
        path = answer.headers["Link"].flatMap { $0.split(separator: ">").first?.dropFirst() }.map(String.init)
      }
      #expect(pages == [["a", "b"], ["c", "d"], ["e"]])
      let catalog = try await registry.send("GET", "/v2/_catalog?n=1", headers: everything)
      #expect(catalog.json["repositories"]?.array == ["app"])
      #expect(catalog.headers["Link"] == "</v2/_catalog?last=app&n=1>; rel=\"next\"")
      let wrong = try await registry.send("GET", "/v2/app/tags/list?n=x", headers: everything)
      #expect(wrong.status == 400)
    }
  }

  @Test("referrers are listed by subject and filtered by type")
  func referrers() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let image = try await registry.putImage("app", "v1")
      let subject: JSONValue = ["mediaType": .string(MediaType.ociManifest), "digest": .string(image), "size": 1]
      let signature = try await registry.putImage(
        "app",
        sha256(
          Array(
            imageManifest(
              config: (sha256(Array(#"{"architecture":"amd64","os":"linux"}"#.utf8)), 37),
              layer: (sha256(Array("signature".utf8)), 9), subject: subject, artifactType: "application/signature"
            ).text.utf8)), layer: "signature", subject: subject, artifactType: "application/signature")
      let all = try await registry.send("GET", "/v2/app/referrers/\(image)", headers: everything)
      #expect(all.headers["Content-Type"] == MediaType.ociIndex)
      #expect(all.json["manifests"]?.array?.compactMap { $0["digest"]?.string } == [signature])
      let other = try await registry.send(
        "GET", "/v2/app/referrers/\(image)?artifactType=application%2Fother", headers: everything)
      #expect(other.json["manifests"]?.array?.isEmpty == true)
      #expect(other.headers["OCI-Filters-Applied"] == "artifactType")
      let none = try await registry.send("GET", "/v2/app/referrers/\(signature)", headers: everything)
      #expect(none.status == 200)
    }
  }

  @Test("everybody gets what they may, and a challenge with the scope for the rest")
  func rights() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      try await registry.putImage("app", "v1")
      try await registry.putImage("hidden", "v1")
      let reader: HeaderFields = ["Authorization": "Basic \(Base64.encode(Array("reader:secret".utf8)))"]
      #expect(try await registry.send("GET", "/v2/app/manifests/v1", headers: reader).status == 200)
      #expect(try await registry.send("GET", "/v2/hidden/manifests/v1", headers: reader).status == 401)
      let push = try await registry.send("POST", "/v2/app/blobs/uploads/", headers: reader)
      #expect(push.status == 401)
      #expect(push.headers["WWW-Authenticate"]?.contains("scope=\"repository:app:pull,push\"") == true)
      let wrong: HeaderFields = ["Authorization": "Basic \(Base64.encode(Array("all:wrong".utf8)))"]
      #expect(try await registry.send("GET", "/v2/", headers: wrong).status == 401)
      let token = try await registry.send("GET", "/oauth2/token?service=x&scope=repository:hidden:pull,push")
      let anonymous = HeaderFields(dictionaryLiteral: ("Authorization", "Bearer \(try token.string("access_token"))"))
      #expect(try await registry.send("GET", "/v2/hidden/manifests/v1", headers: anonymous).status == 200)
      #expect(try await registry.send("DELETE", "/v2/hidden/manifests/v1", headers: anonymous).status == 401)
      let invalid = try await registry.send("GET", "/acr/v1/UPPER", headers: everything)
      #expect(invalid.status == 404)
      #expect(invalid.headers["WWW-Authenticate"] == nil)
    }
  }

  @Test("a registry can send clients to storage on another host, which takes no credentials but its own signature")
  func redirects() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("second")
      let admin: HeaderFields = ["Authorization": "Basic \(Base64.encode(Array("second:admin-password".utf8)))"]
      let digest = try await registry.putBlob(Array("0123456789".utf8), in: "app", headers: admin)
      let answer = try await registry.send("GET", "/v2/app/blobs/\(digest)", headers: admin)
      #expect(answer.status == 307)
      let location = try #require(answer.headers["Location"])
      let prefix = "http://localhost:"
      #expect(location.hasPrefix(prefix))
      let path = String(location.dropFirst(prefix.count).drop { $0 != "/" })
      let part = try await registry.send("GET", path, headers: ["Range": "bytes=2-4"])
      #expect(part.status == 206)
      #expect(part.text == "234")
      #expect(try await registry.send("GET", path, headers: admin).status == 400)
      #expect(try await registry.send("GET", path + "x").status == 403)
    }
  }

  @Test("skopeo pushes, lists, inspects, copies, and deletes")
  func skopeo() async throws {
    try await withEmulator { emulator in
      try await withTemporaryDirectory { directory in
        let layout = try ImageLayout(path: directory.path("layout"))
        let index = try SyntheticImages(in: layout).index("many", baseLayers: [3000, 70_000], ownLayer: 900)
        let (first, second) = (try emulator.address("first"), try emulator.address("second"))
        let policy = ["--insecure-policy"]
        func skopeo(_ arguments: String...) async throws -> String {
          try await Program("skopeo", policy + arguments).succeed().output
        }
        _ = try await skopeo(
          "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", "--dest-creds=all:secret",
          "oci:\(layout.path):latest", "docker://\(first)/many:v1")
        #expect(try await skopeo("list-tags", "--tls-verify=false", "docker://\(first)/many").contains("\"v1\""))
        let raw = try await skopeo("inspect", "--raw", "--tls-verify=false", "docker://\(first)/many:v1")
        #expect(sha256(Array(raw.utf8)) == index.digest.description)
        let owner = try await emulator.token(
          tenant: "t-1",
          [
            "grant_type": "password", "client_id": "cli", "username": "owner", "password": "secret",
            "scope": "https://containerregistry.azure.net/.default",
          ]
        ).string("access_token")
        let refresh = try await emulator.registry("second").post(
          "/oauth2/exchange", form: ["grant_type": "access_token", "service": second, "access_token": owner]
        ).string("refresh_token")
        _ = try await skopeo(
          "copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false",
          "--dest-creds=00000000-0000-0000-0000-000000000000:\(refresh)", "docker://\(first)/many:v1",
          "docker://\(second)/copy:v1")
        _ = try await skopeo(
          "copy", "--all", "--src-tls-verify=false",
          "--src-creds=00000000-0000-0000-0000-000000000000:\(refresh)", "docker://\(second)/copy:v1",
          "oci:\(directory.path("back")):v1")
        _ = try await RegistryContent.verify(layout: directory.path("back"), reference: "v1")
        _ = try await skopeo("delete", "--tls-verify=false", "--creds=all:secret", "docker://\(first)/many:v1")
        let gone = try await emulator.registry("first").send("GET", "/v2/many/manifests/v1", headers: everything)
        #expect(gone.status == 404)
      }
    }
  }
}
