import AcrCore
import ImportCore
import OCIRegistry
import TestSupport
import Testing

/// How many requests it takes to bring along what is about images.
@Suite("Requests for referrers")
struct ReferrerRequestTests {
  /// Runs a test with a registry that lists referrers as the source, and docker-registry as the target.
  private static func with(
    _ make: (SyntheticImages) throws -> Void, _ body: (MemoryRegistry, Lab) async throws -> Void
  ) async throws {
    try await withLab { lab in
      try make(lab.images)
      let registry = try MemoryRegistry()
      defer { registry.stop() }
      registry["app"] = try MemoryRegistry.Repository(lab.images.layout)
      try await body(registry, lab)
    }
  }

  private static func request(_ lab: Lab, _ registry: MemoryRegistry, _ tag: String) throws -> ImportRequest {
    ImportRequest(
      source: try lab.importSource("app:\(tag)", at: registry.authority), targets: [try lab.importTarget("app:\(tag)")])
  }

  @Test("an image without any takes five more of the source, and none of the target")
  func plainImage() async throws {
    try await Self.with {
      try $0.image("v1", layers: [100], tag: "v1")
    } _: { registry, lab in
      let request = try Self.request(lab, registry, "v1")
      let digest = try #require(try await lab.engine.run(request).digest)
      let before = registry.requests.count
      try await lab.target.forgetRequests()
      let counts = try await lab.engine.bringReferrers(of: digest, request)
      #expect(counts == DirectImport.ReferrerCounts())
      let asked = registry.requests.dropFirst(before)
      #expect(asked.map(\.method).sorted() == ["GET", "HEAD", "HEAD", "HEAD", "HEAD"])
      #expect(asked.count { $0.path.contains("/referrers/") } == 1)
      #expect(try await lab.target.requestLog().isEmpty)
    }
  }

  @Test("an index takes one more for each of its images, and one for the list of tags")
  func index() async throws {
    try await Self.with {
      try $0.index("v1", baseLayers: [100], ownLayer: 50, tag: "v1")
    } _: { registry, lab in
      let request = try Self.request(lab, registry, "v1")
      let result = try await lab.engine.run(request)
      let digest = try #require(result.digest)
      var before = registry.requests.count
      _ = try await lab.engine.bringReferrers(of: digest, request)
      let asked = registry.requests.dropFirst(before)
      // The index was read by the import, and is not read again.
      #expect(asked.count { $0.path.contains("/referrers/") } == result.manifests)
      #expect(asked.count { $0.method == "HEAD" } == 4)
      #expect(asked.count { $0.path.contains("/tags/list") } == 1)
      #expect(asked.count == result.manifests + 5)
      // One that is there already is asked about as a whole only.
      before = registry.requests.count
      _ = try await lab.engine.bringReferrers(of: digest, request, isRootOnly: true)
      #expect(registry.requests.count - before == 5)
    }
  }

  @Test("many images of one repository share its list of tags")
  func manyImages() async throws {
    try await Self.with { images in
      for number in 1...10 { try images.image("v\(number)", layers: [number], tag: "v\(number)") }
    } _: { registry, lab in
      let requests = try (1...10).map { try Self.request(lab, registry, "v\($0)") }
      let digests = try await ImportQueue(jobs: 4).run(requests) { try await lab.engine.run($0).digest }
      let before = registry.requests.count
      let lookup = ReferrerLookup(requests)
      _ = try await ImportQueue(jobs: 4).run(Array(zip(requests, digests))) { request, digest in
        try await lab.engine.bringReferrers(of: try #require(try digest.get()), request, lookup: lookup)
      }
      let asked = registry.requests.dropFirst(before)
      #expect(asked.count { $0.path.contains("/tags/list") } == 1)
      #expect(asked.count { $0.path.contains("/referrers/") } == 10)
      #expect(asked.count == 11)
    }
  }
}
