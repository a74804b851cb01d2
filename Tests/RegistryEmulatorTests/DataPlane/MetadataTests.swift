import AcrCore
import TestSupport
import Testing

@Suite("Azure's metadata API", .serialized)
struct MetadataTests {
  @Test("manifests are listed page by page, in the order asked for, with tags only where there are some")
  func manifests() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      var digests: [String] = []
      for name in ["one", "two", "three"] { digests.append(try await registry.putImage("a/b", "same", layer: name)) }
      let byTime = try await registry.send("GET", "/acr/v1/a%2Fb/_manifests?orderby=timedesc", headers: everything)
      let entries = byTime.json["manifests"]?.array ?? []
      #expect(entries.compactMap { $0["digest"]?.string } == digests.reversed())
      #expect(entries.map { $0["tags"]?.array } == [["same"], nil, nil])
      #expect(byTime.json["imageName"]?.string == "a/b")
      let first = try #require(entries.first)
      #expect(first["architecture"]?.string == "amd64")
      #expect(first["os"]?.string == "linux")
      #expect(first["configMediaType"]?.string == MediaType.ociConfig)
      #expect(first["imageSize"]?.integer == 42)
      #expect(first["changeableAttributes"]?["deleteEnabled"]?.bool == true)
      #expect(first["createdTime"]?.string?.count == 28)

      var path: String? = "/acr/v1/a/b/_manifests?n=2"
      var pages: [[String]] = []
      while let next = path {
        let answer = try await registry.send("GET", next, headers: everything)
        pages.append((answer.json["manifests"]?.array ?? []).compactMap { $0["digest"]?.string })
        let link = answer.headers["Link"]
        if let link { #expect(link.hasPrefix("</acr/v1/a%2Fb/_manifests?last=sha256%3A")) }
        if let link { #expect(link.hasSuffix("&n=2&orderby=>; rel=\"next\"")) }
        path = link.flatMap { $0.split(separator: ">").first?.dropFirst() }.map(String.init)
      }
      #expect(pages.map(\.count) == [2, 1])
      #expect(pages.flatMap(\.self) == digests.sorted())
    }
  }

  @Test("an index is described with what it refers to, and without a platform")
  func index() async throws {
    try await withEmulator(world: nil) { emulator in
      let registry = try emulator.registry("mysourceregistry")
      let headers: HeaderFields = ["Authorization": "Basic \(Base64.encode(Array("sample:sample-password".utf8)))"]
      let tag = try await registry.send("GET", "/acr/v1/hello-world/_tags/latest", headers: headers)
      let digest = try #require(tag.json["tag"]?["digest"]?.string)
      let answer = try await registry.send("GET", "/acr/v1/hello-world/_manifests/\(digest)", headers: headers)
      let manifest = try #require(answer.json["manifest"])
      #expect(manifest["mediaType"]?.string == MediaType.ociIndex)
      #expect(manifest["architecture"] == nil)
      #expect(manifest["references"]?.array?.count == 5)
      #expect(manifest["references"]?.array?.last?["os"]?.string == "windows")
    }
  }

  @Test("locks keep tags, manifests and repositories from being changed and deleted")
  func locks() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let digest = try await registry.putImage("app", "v1", layer: "one")
      func lock(_ path: String, _ attributes: JSONValue) async throws -> LoopbackClient.Answer {
        try await registry.send("PATCH", "/acr/v1/\(path)", headers: everything, body: Array(attributes.text.utf8))
      }
      let locked = try await lock("app/_tags/v1", ["writeEnabled": false, "deleteEnabled": false])
      #expect(locked.json["tag"]?["changeableAttributes"]?["writeEnabled"]?.bool == false)
      let other = imageManifest(
        config: (sha256(Array(#"{"architecture":"amd64","os":"linux"}"#.utf8)), 37),
        layer: (try await registry.putBlob(Array("two".utf8), in: "app"), 3))
      #expect(try await registry.putManifest("app", "v1", other).status == 405)
      #expect(try await registry.send("DELETE", "/acr/v1/app/_tags/v1", headers: everything).status == 405)
      #expect(try await registry.send("DELETE", "/v2/app/manifests/\(digest)", headers: everything).status == 405)
      #expect(try await registry.send("DELETE", "/acr/v1/app", headers: everything).status == 405)
      #expect(try await registry.putManifest("app", "v2", other).status == 201)
      _ = try await lock("app/_tags/v1", ["deleteEnabled": true, "writeEnabled": true])
      _ = try await lock("app/_manifests/\(digest)", ["readEnabled": false])
      #expect(try await registry.send("GET", "/v2/app/manifests/v1", headers: everything).status == 405)
      _ = try await lock("app", ["listEnabled": false])
      #expect(try await registry.send("GET", "/v2/_catalog", headers: everything).json["repositories"]?.isNull == true)
      #expect(try await lock("app", ["writeEnabled": "no"]).status == 400)
      #expect(try await registry.send("DELETE", "/acr/v1/app", headers: everything).status == 202)
      #expect(try await registry.send("GET", "/acr/v1/app", headers: everything).errorCode == "NAME_UNKNOWN")
    }
  }

  @Test("what is not there is refused as recorded")
  func unknown() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      try await registry.putImage("app", "v1")
      for (path, code) in [
        ("none/_manifests", "NAME_UNKNOWN"), ("app/_tags/none", "TAG_UNKNOWN"),
        ("app/_manifests/\(sha256([1]))", "MANIFEST_UNKNOWN"),
      ] {
        let answer = try await registry.send("GET", "/acr/v1/\(path)", headers: everything)
        #expect(answer.status == 404)
        #expect(answer.errorCode == code)
      }
    }
  }
}
