import AcrCore
import TestSupport
import Testing

@Suite("OCI distribution: discovery and management", .serialized)
struct DiscoveryConformanceTests {
  private func tags(_ answer: LoopbackClient.Answer) -> [String]? { answer.json["tags"]?.array?.compactMap(\.string) }

  @Test("listing tags: all, in pages, from a tag on, and none", arguments: ConformanceServer.allCases)
  func tagLists(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let all = ["B", "a", "b", "c-1", "c.1", "z_9"]
      for tag in all.shuffled() { try await registry.image("app", tag) }
      let list = try await registry.send("GET", "/v2/app/tags/list")
      #expect(list.status == 200)
      #expect(list.json["name"]?.string == "app")
      if registry.lacks(.tagPages) {
        #expect(Set(tags(list) ?? []) == Set(all))
        let page = try await registry.send("GET", "/v2/app/tags/list?n=2&last=b")
        #expect(tags(page)?.count == all.count)
        return
      }
      // The order of ASCII, in which capitals stand before small letters.
      #expect(tags(list) == all)
      for size in [1, 2, 5] {
        var path: String? = "/v2/app/tags/list?n=\(size)"
        var pages: [[String]] = []
        while let next = path, pages.count < 10 {
          let answer = try await registry.send("GET", next)
          pages.append(tags(answer) ?? [])
          path = AzureDetailsTests.next(answer)
        }
        #expect(pages.dropLast().allSatisfy { $0.count == size })
        #expect(pages.flatMap(\.self) == all)
      }
      #expect(try await tags(registry.send("GET", "/v2/app/tags/list?last=b")) == ["c-1", "c.1", "z_9"])
      // `last` need not be a tag.
      #expect(try await tags(registry.send("GET", "/v2/app/tags/list?n=2&last=bb")) == ["c-1", "c.1"])
      let none = try await registry.send("GET", "/v2/app/tags/list?n=0")
      #expect(tags(none) == [])
      #expect(none.headers["Link"] == nil)
      #expect(try await tags(registry.send("GET", "/v2/app/tags/list?n=2&last=z_9")) == [])
    }
  }

  @Test("listing tags of a repository that is not there", arguments: ConformanceServer.allCases)
  func noRepository(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let answer = try await registry.send("GET", "/v2/none/tags/list")
      #expect(answer.status == 404)
      #expect(answer.errorCode == "NAME_UNKNOWN")
    }
  }

  @Test("listing referrers: by subject, by type, and an empty index for none", arguments: ConformanceServer.allCases)
  func referrers(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let (image, digest) = try await registry.manifest(in: "app")
      let subject = JSONValue.Member(
        "subject",
        [
          "mediaType": .string(ConformanceRegistry.manifestType), "digest": .string(digest),
          "size": .integer(Int64(image.count)),
        ])
      // One came before its subject, one has a type of its own, and one has only that of its configuration.
      let (first, firstDigest) = try await registry.manifest(
        in: "app", layer: "sbom",
        [subject, .init("artifactType", "example/sbom"), .init("annotations", ["made": "today"])])
      let (second, secondDigest) = try await registry.manifest(in: "app", layer: "plain", [subject])
      #expect(try await registry.putManifest(first, "app", firstDigest).status == 201)
      #expect(try await registry.putManifest(image, "app", "v1").status == 201)
      #expect(try await registry.putManifest(second, "app", "signature").status == 201)
      let path = "/v2/app/referrers/\(digest)"
      let all = try await registry.send("GET", path)
      if registry.lacks(.referrers) {
        #expect(all.status == 404)
        return
      }
      #expect(all.status == 200)
      #expect(all.headers["Content-Type"] == ConformanceRegistry.indexType)
      #expect(all.json["schemaVersion"] == 2)
      let entries = all.json["manifests"]?.array ?? []
      #expect(Set(entries.compactMap { $0["digest"]?.string }) == [firstDigest, secondDigest])
      let sbom = try #require(entries.first { $0["digest"]?.string == firstDigest })
      #expect(sbom["artifactType"]?.string == "example/sbom")
      #expect(sbom["annotations"]?["made"]?.string == "today")
      #expect(sbom["size"]?.integer == Int64(first.count))
      #expect(sbom["mediaType"]?.string == ConformanceRegistry.manifestType)
      #expect(entries.first { $0["digest"]?.string == secondDigest }?["artifactType"]?.string == MediaType.ociConfig)
      let filtered = try await registry.send("GET", "\(path)?artifactType=example%2Fsbom")
      #expect(filtered.json["manifests"]?.array?.compactMap { $0["digest"]?.string } == [firstDigest])
      #expect(filtered.headers["OCI-Filters-Applied"] == "artifactType")
      for other in [sha256([8]), secondDigest] {
        let none = try await registry.send("GET", "/v2/app/referrers/\(other)")
        #expect(none.status == 200)
        #expect(none.json["manifests"]?.array == [])
      }
      #expect(try await registry.send("GET", "/v2/app/referrers/sha256:abc").status == 400)
      // What is deleted refers to nothing.
      #expect(try await registry.send("DELETE", "/v2/app/manifests/\(firstDigest)").status == 202)
      let rest = try await registry.send("GET", path)
      #expect(rest.json["manifests"]?.array?.compactMap { $0["digest"]?.string } == [secondDigest])
    }
  }

  @Test("long lists of referrers come in pages", arguments: ConformanceServer.allCases)
  func manyReferrers(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let subject: JSONValue = [
        "mediaType": .string(ConformanceRegistry.manifestType), "digest": .string(sha256([1])), "size": 1,
      ]
      var digests: Set<String> = []
      for number in 0..<5 {
        let (bytes, digest) = try await registry.manifest(
          in: "app", [.init("subject", subject), .init("annotations", ["number": .string(String(number))])])
        #expect(try await registry.putManifest(bytes, "app", digest).status == 201)
        digests.insert(digest)
      }
      if registry.lacks(.referrers) { return }
      var path: String? = "/v2/app/referrers/\(sha256([1]))?n=2"
      var seen: [String] = []
      var pages = 0
      while let next = path, pages < 10 {
        let answer = try await registry.send("GET", next)
        seen += answer.json["manifests"]?.array?.compactMap { $0["digest"]?.string } ?? []
        path = AzureDetailsTests.next(answer)
        pages += 1
      }
      #expect(pages == 3)
      #expect(seen.count == 5)
      #expect(Set(seen) == digests)
    }
  }

  @Test("deleting tags: the manifest stays", arguments: ConformanceServer.allCases)
  func tagDeletion(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let digest = try await registry.image("app", "v1")
      try await registry.image("app", "v2")
      let answer = try await registry.send("DELETE", "/v2/app/manifests/v1")
      if registry.lacks(.tagDeletion) {
        #expect(answer.status == 400)
        #expect(answer.errorCode == "DIGEST_INVALID")
        return
      }
      #expect(answer.status == 202)
      #expect(try await registry.send("GET", "/v2/app/manifests/v1", ConformanceRegistry.accepted).status == 404)
      for reference in ["v2", digest] {
        #expect(
          try await registry.send("GET", "/v2/app/manifests/\(reference)", ConformanceRegistry.accepted).status == 200)
      }
      #expect(try await registry.send("DELETE", "/v2/app/manifests/v1").status == 404)
    }
  }

  @Test("deleting manifests: their tags go with them", arguments: ConformanceServer.allCases)
  func manifestDeletion(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let digest = try await registry.image("app", "v1")
      try await registry.image("app", "kept", layer: "other")
      #expect(try await registry.send("DELETE", "/v2/app/manifests/\(digest)").status == 202)
      for reference in ["v1", digest] {
        #expect(
          try await registry.send("GET", "/v2/app/manifests/\(reference)", ConformanceRegistry.accepted).status == 404)
      }
      #expect(try await tags(registry.send("GET", "/v2/app/tags/list")) == ["kept"])
      #expect(try await registry.send("DELETE", "/v2/app/manifests/\(digest)").status == 404)
      // It can be pushed again.
      try await registry.image("app", "v1")
      #expect(try await registry.send("GET", "/v2/app/manifests/v1", ConformanceRegistry.accepted).status == 200)
    }
  }

  @Test("deleting blobs", arguments: ConformanceServer.allCases)
  func blobDeletion(_ server: ConformanceServer) async throws {
    try await ConformanceRegistry.run(server) { registry in
      let digest = try await registry.push(Array("gone soon".utf8), to: "app")
      #expect(try await registry.send("DELETE", "/v2/app/blobs/\(digest)").status == 202)
      #expect(try await registry.send("GET", "/v2/app/blobs/\(digest)").status == 404)
      #expect(try await registry.send("DELETE", "/v2/app/blobs/\(digest)").status == 404)
      try await registry.push(Array("gone soon".utf8), to: "app")
      #expect(try await registry.send("GET", "/v2/app/blobs/\(digest)").text == "gone soon")
    }
  }

  @Test("only docker-registry lacks anything, and every lack has its reason")
  func lacks() {
    for offer in Offer.allCases {
      #expect(offer.reasonOfLack(at: .emulator) == nil)
      #expect(offer.reasonOfLack(at: .dockerRegistry)?.isEmpty == false)
    }
  }
}
