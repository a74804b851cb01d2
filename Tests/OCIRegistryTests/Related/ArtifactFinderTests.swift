import AcrCore
import AcrHTTP
import Foundation
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("What is about an image")
struct ArtifactFinderTests {
  private static let slsa = "https://slsa.dev/provenance/v1"
  private static let spdx = "https://spdx.dev/Document"
  private static let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json"

  /// An index of two platforms with everything that tools put beside images.
  private struct Sample {
    let layout: ImageLayout
    let index: Descriptor
    let amd64: Descriptor
    let arm64: Descriptor

    init(_ path: String) throws {
      layout = try ImageLayout(path: path)
      let images = SyntheticImages(in: layout)
      var amd = try images.image("amd", layers: [100], tag: nil)
      var arm = try images.image("arm", layers: [100], tag: nil)
      amd.platform = Platform(os: "linux", architecture: "amd64")
      arm.platform = Platform(os: "linux", architecture: "arm64", variant: "v8")
      let attestation = try images.attestationEntry(
        about: amd,
        statements: [(ArtifactFinderTests.slsa, #"{"a":1}"#), (ArtifactFinderTests.spdx, #"{"b":1}"#)])
      (amd64, arm64) = (amd, arm)
      index = try images.index(of: [amd, arm, attestation], tag: "v1")
      try images.related(
        [RelatedBlob(ArtifactFinderTests.bundle, "{}")], type: ArtifactFinderTests.bundle, subject: index,
        annotations: [
          .init("dev.sigstore.bundle.predicateType", "https://sigstore.dev/cosign/sign/v1"),
          .init("org.opencontainers.image.created", "2026-01-02T03:04:05Z"),
        ])
      try images.artifact(type: "application/vnd.cyclonedx+json", content: #"{"c":1}"#, subject: arm)
      try images.artifact(type: "application/x.report", content: "report", subject: arm)
      try images.related(
        [
          RelatedBlob(RelatedType.simpleSigning, #"{"d":1}"#, ["dev.cosignproject.cosign/signature": "AA=="]),
          RelatedBlob(RelatedType.simpleSigning, #"{"d":2}"#, ["dev.cosignproject.cosign/signature": "AQ=="]),
        ], tag: "sha256-\(index.digest.hex).sig")
      try images.related(
        [RelatedBlob(RelatedType.envelope, #"{"e":1}"#, ["predicateType": ArtifactFinderTests.slsa])],
        tag: "sha256-\(amd.digest.hex).att")
    }
  }

  private static func line(_ item: RelatedArtifact) -> String {
    "\(item.kind.rawValue), \(item.place.rawValue), \(item.platform?.description ?? "-")"
  }

  private func withRegistry(
    _ content: MemoryRegistry.Repository, _ body: (MemoryRegistry, RegistryRepository) async throws -> Void
  ) async throws {
    let registry = try MemoryRegistry()
    defer { registry.stop() }
    registry["app"] = content
    let transport = CurlTransport(.init(userAgent: "acrsh-test"))
    defer { transport.shutDown() }
    let session = RegistryClients(
      http: HTTPClient(transport: transport, retry: RetryPolicy(tries: 2, firstDelay: .milliseconds(10))),
      credentials: CredentialStore(environment: [:]))
    let host = try RegistryHost(registry.authority)
    try await body(registry, session.repository(host, try RepositoryName("app"), access: .pull))
  }

  private static let everything: Set<String> = [
    "provenance, index, linux/amd64", "sbom, index, linux/amd64", "signature, referrers API, -",
    "sbom, referrers API, linux/arm64/v8", "other, referrers API, linux/arm64/v8", "signature, sig tag, -",
    "provenance, att tag, linux/amd64",
  ]

  @Test("is found in a registry's list, under cosign's tags and in the index, with the platform it belongs to")
  func registry() async throws {
    try await withTemporaryDirectory { directory in
      let sample = try Sample(directory.path("layout"))
      try await withRegistry(try MemoryRegistry.Repository(sample.layout)) { registry, store in
        let root = try await store.manifest(.tag(TagName("v1")))
        let found = try await ArtifactFinder(store: store).related(toImage: root)
        #expect(found.notes.isEmpty)
        #expect(Set(found.items.map(Self.line)) == Self.everything)
        #expect(found.items.count == 8)
        let signatures = found.items.filter { $0.place == .signatureTag }
        #expect(
          signatures.map { $0.contents?.annotation("dev.cosignproject.cosign/signature") } == ["AA==", "AQ=="])
        let bundle = try #require(found.items.first { $0.isBundle })
        #expect(bundle.subject == sample.index.digest)
        #expect(bundle.created == "2026-01-02T03:04:05Z")
        #expect(bundle.contents != nil && bundle.size == 2)
        // Each manifest is read once.
        let reads = registry.requests.filter { $0.method == "GET" && $0.path.contains("/manifests/") }.map(\.path)
        #expect(Set(reads).count == reads.count)

        let arm = Platform(os: "linux", architecture: "arm64")
        let one = try await ArtifactFinder(store: store).related(toImage: root, platform: arm)
        #expect(
          Set(one.items.map(Self.line)) == [
            "sbom, referrers API, linux/arm64/v8", "other, referrers API, linux/arm64/v8",
          ])
      }
    }
  }

  @Test("is found with few requests where lists are shared, and for many images with the list of tags alone")
  func fewRequests() async throws {
    try await withTemporaryDirectory { directory in
      let sample = try Sample(directory.path("layout"))
      try await withRegistry(try MemoryRegistry.Repository(sample.layout)) { registry, store in
        let root = try await store.manifest(.tag(TagName("v1")))
        func asked(_ method: String, _ part: String, since count: Int) -> Int {
          registry.requests.dropFirst(count).count { $0.method == method && $0.path.contains(part) }
        }
        let lists = RelatedLists(store: store)
        var before = registry.requests.count
        let found = try await ArtifactFinder(store: store, lists: lists).related(toImage: root)
        #expect(found.notes.isEmpty)
        #expect(Set(found.items.map(Self.line)) == Self.everything)
        #expect(asked("GET", "/referrers/", since: before) == 3, "the index and its two images")
        #expect(asked("HEAD", "/manifests/", since: before) == 5, "four names of the index, one tag of the list")
        #expect(asked("GET", "/tags/list", since: before) == 1)
        // A second image of the same repository needs no list of tags.
        before = registry.requests.count
        let again = try await ArtifactFinder(store: store, lists: lists).related(toAny: [sample.amd64.digest])
        #expect(again.items.map(Self.line) == ["provenance, att tag, -"])
        #expect(asked("GET", "/tags/list", since: before) == 0)
        #expect(asked("HEAD", "/manifests/", since: before) == 1)
        // For many, no name is asked for that the list lacks.
        before = registry.requests.count
        let many = RelatedLists(store: store, isForMany: true)
        let all = try await ArtifactFinder(store: store, lists: many).related(toImage: root)
        #expect(Set(all.items.map(Self.line)) == Self.everything)
        #expect(asked("GET", "/tags/list", since: before) == 1)
        #expect(asked("HEAD", "/manifests/", since: before) == 2)
      }
    }
  }

  @Test("is found by names where the list of tags is hidden")
  func hiddenTags() async throws {
    try await withTemporaryDirectory { directory in
      let sample = try Sample(directory.path("layout"))
      var content = try MemoryRegistry.Repository(sample.layout)
      content.traits.hidesTags = true
      try await withRegistry(content) { _, store in
        let root = try await store.manifest(.tag(TagName("v1")))
        let found = try await ArtifactFinder(store: store, lists: RelatedLists(store: store)).related(toImage: root)
        #expect(Set(found.items.map(Self.line)) == Self.everything)
      }
    }
  }

  @Test("is found under the fallback tag of a registry without a list, and in a layout folder")
  func fallback() async throws {
    try await withTemporaryDirectory { directory in
      let sample = try Sample(directory.path("layout"))
      let folder = try await ArtifactFinder(store: OCILayout(path: sample.layout.path)).related(
        toImage: try await OCILayout(path: sample.layout.path).manifest(.tag(TagName("v1"))))
      #expect(Set(folder.items.map(Self.line)) == Self.everything)

      let images = SyntheticImages(in: sample.layout)
      let referrer = try images.artifact(type: "application/spdx+json", content: #"{"f":1}"#, subject: sample.index)
      let missing = Descriptor(mediaType: MediaType.ociManifest, digest: .of([7]), size: 1)
      try images.referrersTag(of: sample.index, listing: [referrer, missing])
      var content = try MemoryRegistry.Repository(sample.layout)
      content.traits.hasReferrersAPI = false
      try await withRegistry(content) { _, store in
        let found = try await ArtifactFinder(store: store).related(to: sample.index.digest)
        #expect(
          Set(found.items.map(Self.line)) == ["sbom, fallback tag, -", "signature, sig tag, -"])
        #expect(
          found.notes == ["fallback tag: `\(store.displayName)@\(missing.digest.short)` is listed and does not exist"])
      }
    }
  }

  @Test("is not believed of a registry that lists what is about another image")
  func lies() async throws {
    try await withTemporaryDirectory { directory in
      let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
      let (one, two) = (try images.image("one", layers: [10]), try images.image("two", layers: [20], tag: "two"))
      let about = try images.artifact(type: RelatedType.notation, content: "signature", subject: two)
      try images.referrersTag(of: one, listing: [about])
      var content = try MemoryRegistry.Repository(images.layout)
      content.traits.hasReferrersAPI = false
      try await withRegistry(content) { _, store in
        let found = try await ArtifactFinder(store: store).related(to: one.digest)
        #expect(found.items.isEmpty)
        #expect(found.notes.count == 1)
        #expect(
          found.notes[0].hasSuffix("is listed as a referrer of \(one.digest.short), and is about \(two.digest.short)"))
      }
    }
  }

  @Test("has a kind by its types and annotations")
  func kinds() {
    func kind(_ artifact: String?, _ contents: String?, _ predicate: String? = nil) -> RelatedArtifact.Kind {
      RelatedType.kind(
        artifactType: artifact, contents: contents, predicateType: predicate, isMessageSignature: false)
    }
    #expect(kind("application/vnd.cncf.notary.signature", "application/jose+json") == .signature)
    #expect(kind("application/vnd.dev.cosign.artifact.sig.v1+json", RelatedType.simpleSigning) == .signature)
    #expect(kind(Self.bundle, Self.bundle) == .attestation)
    #expect(kind(Self.bundle, Self.bundle, Self.slsa) == .provenance)
    #expect(kind(nil, "text/spdx") == .sbom)
    #expect(kind(nil, RelatedType.statement, "https://cyclonedx.org/bom/v1.4") == .sbom)
    #expect(kind(nil, RelatedType.envelope, "https://openvex.dev/ns/v0.2.0") == .attestation)
    #expect(kind("application/vnd.amazon.soci.index.v1+json", "application/octet-stream") == .other)
  }
}
