import AcrCore
import Foundation
import TestSupport
import Testing

/// What real clients noticed: where the answers of Azure's registries differ from others'.
@Suite("Details of Azure's registries", .serialized)
struct AzureDetailsTests {
  /// The path in a `Link`; nil without one.
  static func next(_ answer: LoopbackClient.Answer) -> String? {
    answer.headers["Link"].flatMap { $0.split(separator: ">").first?.dropFirst() }.map(String.init)
  }

  @Test("lists that have nothing are null in the metadata API, as Microsoft's own clients expect at the end")
  func emptyLists() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      try await registry.putImage("app", "v1")
      let manifest = try await registry.putImage("app", "v2", layer: "other")
      for (path, member) in [
        ("app/_tags?n=2&last=v2", "tags"), ("app/_manifests?n=1&last=sha256:ffff", "manifests"),
        ("_catalog?n=1&last=app", "repositories"),
      ] {
        let answer = try await registry.send("GET", "/acr/v1/\(path)", headers: everything)
        #expect(answer.status == 200)
        #expect(answer.json[member]?.isNull == true, "\(answer.text)")
      }
      #expect(
        try await registry.send("GET", "/v2/app/tags/list?n=2&last=v2", headers: everything).json["tags"]?.array == [])
      for tag in ["v1", "v2"] {
        #expect(try await registry.send("DELETE", "/acr/v1/app/_tags/\(tag)", headers: everything).status == 202)
      }
      let deleted = try await registry.send("DELETE", "/acr/v1/app", headers: everything)
      #expect(deleted.json["tagsDeleted"]?.isNull == true)
      #expect(deleted.json["manifestsDeleted"]?.array?.contains(.string(manifest)) == true)
    }
  }

  @Test("a list ordered by time goes on behind a tag or manifest that was deleted since the page before")
  func deletedWhileReading() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      // By name the tags stand in the opposite order.
      let tags = ["e", "d", "c", "b", "a"]
      for tag in tags { try await registry.putImage("app", tag, layer: tag) }
      for (order, expected) in [("timeasc", tags), ("timedesc", Array(tags.reversed()))] {
        var path: String? = "/acr/v1/app/_tags?n=2&orderby=\(order)"
        var seen: [String] = []
        while let next = path {
          let answer = try await registry.send("GET", next, headers: everything)
          let page = answer.json["tags"]?.array?.compactMap { $0["name"]?.string } ?? []
          seen += page
          path = Self.next(answer)
          for tag in page {
            #expect(try await registry.send("DELETE", "/acr/v1/app/_tags/\(tag)", headers: everything).status == 202)
          }
        }
        #expect(seen == expected)
        for tag in tags { try await registry.putImage("app", tag, layer: tag) }
      }
      var path: String? = "/acr/v1/app/_manifests?n=2&orderby=timedesc"
      var count = 0
      while let next = path {
        let answer = try await registry.send("GET", next, headers: everything)
        let page = answer.json["manifests"]?.array?.compactMap { $0["digest"]?.string } ?? []
        count += page.count
        path = Self.next(answer)
        for digest in page {
          #expect(
            try await registry.send("DELETE", "/v2/app/manifests/\(digest)", headers: everything).status == 202)
        }
      }
      #expect(count == tags.count)
    }
  }

  @Test("everybody who may pull gets the list of repositories with a token for nobody, and nobody where that is off")
  func anonymousCatalog() async throws {
    try await withEmulator { emulator in
      try await emulator.registry("first").putImage("app", "v1")
      for (name, status) in [("first", 200), ("second", 401)] {
        let registry = try emulator.registry(name)
        let challenge = try await registry.send("GET", "/acr/v1/_catalog")
        #expect(challenge.status == 401)
        #expect(challenge.headers["WWW-Authenticate"]?.contains("scope=\"registry:catalog:*\"") == true)
        let token = try await registry.post(
          "/oauth2/token", form: ["grant_type": "password", "service": "x", "scope": "registry:catalog:*"])
        let bearer = HeaderFields(dictionaryLiteral: ("Authorization", "Bearer \(try token.string("access_token"))"))
        #expect(try await registry.send("GET", "/acr/v1/_catalog", headers: bearer).status == status)
      }
    }
  }

  @Test(
    "repositories may be called like the parts of the interface",
    arguments: ["x/blobs", "x/manifests", "x/tags", "x/blobs/uploads", "x/referrers", "tags/list", "blobs/uploads"])
  func awkwardNames(_ name: String) async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let digest = try await registry.putImage(name, "list")
      for path in [
        "/v2/\(name)/manifests/list", "/v2/\(name)/manifests/\(digest)", "/v2/\(name)/tags/list",
        "/v2/\(name)/blobs/\(sha256(Array("layer".utf8)))", "/v2/\(name)/referrers/\(digest)",
        "/acr/v1/\(name)/_tags/list", "/acr/v1/\(name)",
      ] {
        #expect(try await registry.send("GET", path, headers: everything).status == 200, "\(path)")
      }
      let start = try await registry.send("POST", "/v2/\(name)/blobs/uploads/", headers: everything)
      let location = try #require(start.headers["Location"])
      let chunk = try await registry.send("PATCH", location, headers: everything, body: [1, 2, 3])
      #expect(chunk.status == 202)
      let end = try #require(chunk.headers["Location"])
      #expect(
        try await registry.send("PUT", "\(end)&digest=\(sha256([1, 2, 3]))", headers: everything).status == 201)
    }
  }

  @Test("an upload's address has a state that is new in every answer and has to come back")
  func uploadState() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      let start = try await registry.send("POST", "/v2/app/blobs/uploads/", headers: everything)
      let first = try #require(start.headers["Location"])
      #expect(first.contains("?_nouploadcache=false&_state="))
      let second = try #require(
        try await registry.send("PATCH", first, headers: everything, body: [1]).headers["Location"])
      let third = try #require(try await registry.send("GET", second, headers: everything).headers["Location"])
      #expect(Set([first, second, third]).count == 3)
      let path = String(second.prefix { $0 != "?" })
      for wrong in [path, "\(path)?_state=x", "\(path)?_state=\(second.dropFirst(path.count + 8))x"] {
        let answer = try await registry.send("PATCH", wrong, headers: everything, body: [2])
        #expect(answer.status == 400)
        #expect(answer.errorCode == "BLOB_UPLOAD_INVALID")
      }
      let other = try await registry.send("POST", "/v2/app/blobs/uploads/", headers: everything)
      let stolen = try #require(other.headers["Location"]?.split(separator: "?").last)
      #expect(try await registry.send("PATCH", "\(path)?\(stolen)", headers: everything, body: [2]).status == 400)
      #expect(
        try await registry.send("PUT", "\(third)&digest=\(sha256([1]))", headers: everything).status == 201)
    }
  }

  @Test("a challenge names what is missing without a class, and both repositories of a mount")
  func challenges() async throws {
    try await withEmulator(world: nil) { emulator in
      let registry = try emulator.registry("myregistry")
      let answer = try await registry.send("POST", "/v2/new/blobs/uploads/?mount=\(sha256([1]))&from=old")
      #expect(
        answer.headers["WWW-Authenticate"]?.contains("scope=\"repository:new:pull,push repository:old:pull\"") == true)
      let details = answer.json["errors"]?.array?.first?["detail"]?.array ?? []
      #expect(
        details == [
          ["Type": "repository", "Name": "new", "Action": "pull"],
          ["Type": "repository", "Name": "new", "Action": "push"],
          ["Type": "repository", "Name": "old", "Action": "pull"],
        ])
      let hub = try await emulator.registry("docker.io").send("GET", "/v2/library/busybox/manifests/latest")
      #expect(hub.json["errors"]?.array?.first?["detail"]?.array?.first?["Class"] == "")
    }
  }

  @Test("the tag of a repository that is not there is an unknown tag")
  func unknownTag() async throws {
    try await withEmulator { emulator in
      for method in ["GET", "DELETE"] {
        let answer = try await emulator.registry("first").send(method, "/acr/v1/none/_tags/none", headers: everything)
        #expect(answer.status == 404)
        #expect(answer.errorCode == "TAG_UNKNOWN")
      }
    }
  }
}
