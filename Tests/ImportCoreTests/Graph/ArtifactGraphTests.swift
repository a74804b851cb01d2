import AcrCore
import AcrHTTP
import Foundation
import ImportCore
import OCIRegistry
import TestSupport
import Testing

@Suite("The graph of a repository")
struct ArtifactGraphTests {
  private static let manifestType = MediaType.ociManifest

  /// A repository with an index `v1` over two platforms that share a layer, a signature of one platform, and garbage.
  private struct Sample {
    var content = MemoryRegistry.Repository()
    var names: [String: Digest] = [:]

    init() throws {
      let shared = content.put(blob: [UInt8](repeating: 1, count: 1000))
      try add("amd64", layers: [shared, content.put(blob: [UInt8](repeating: 2, count: 100))])
      try add("arm64", layers: [shared, content.put(blob: [UInt8](repeating: 3, count: 200))])
      try index("v1", of: ["amd64", "arm64"], tag: "v1")
      try add("signature", layers: [content.put(blob: [4])], subject: "amd64")
      try add("old", layers: [shared, content.put(blob: [UInt8](repeating: 5, count: 400))])
      try index("garbage", of: ["old"])
    }

    func digest(_ name: String) throws -> Digest { try #require(names[name]) }

    mutating func add(_ name: String, layers: [String], subject: String? = nil, tag: String? = nil) throws {
      let config = content.put(blob: Array(#"{"os":"linux","architecture":"\#(name)"}"#.utf8))
      let list = layers.map { descriptor($0, "application/vnd.oci.image.layer.v1.tar", content.blobs[$0]?.count) }
      let about = try subject.map { ",\"subject\":\(try manifest($0))" } ?? ""
      try put(
        name, MediaType.ociManifest,
        """
        "config":\(descriptor(config, MediaType.ociConfig, content.blobs[config]?.count)),\
        "layers":[\(list.joined(separator: ","))]\(about)
        """, tag)
    }

    mutating func index(_ name: String, of children: [String], tag: String? = nil) throws {
      let list = try children.map { try manifest($0) }.joined(separator: ",")
      try put(name, MediaType.ociIndex, #""manifests":[\#(list)]"#, tag)
    }

    private mutating func put(_ name: String, _ type: String, _ members: String, _ tag: String?) throws {
      let text = #"{"schemaVersion":2,"mediaType":"\#(type)",\#(members)}"#
      names[name] = try Digest(content.put(manifest: Array(text.utf8), mediaType: type, tag: tag))
    }

    private func manifest(_ name: String) throws -> String {
      let digest = try digest(name).description
      let found = try #require(content.manifests[digest])
      return descriptor(digest, found.mediaType, found.bytes.count)
    }

    private func descriptor(_ digest: String, _ type: String, _ size: Int?) -> String {
      #"{"mediaType":"\#(type)","digest":"\#(digest)","size":\#(size ?? 0)}"#
    }
  }

  private func withRegistry(
    _ content: MemoryRegistry.Repository, _ body: (MemoryRegistry, RegistryRepository) async throws -> Void
  ) async throws {
    let registry = try MemoryRegistry()
    defer { registry.stop() }
    registry["app"] = content
    let http = HTTPClient(
      transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")),
      retry: RetryPolicy(tries: 2, firstDelay: .milliseconds(10)))
    let session = RegistryClients(http: http, credentials: CredentialStore(environment: [:]))
    try await body(
      registry, session.repository(try RegistryHost(registry.authority), try RepositoryName("app"), access: .push))
  }

  private func reader(_ store: any ArtifactSource, _ limits: WireLimits = .standard) -> GraphReader {
    GraphReader(store: store, limit: TransferLimit(8), limits: limits)
  }

  @Test("what needs a manifest, what deleting it frees, and each manifest read once")
  func users() async throws {
    let sample = try Sample()
    try await withRegistry(sample.content) { registry, store in
      let graph = try await reader(store).repository()
      #expect(graph.gaps.isEmpty)
      #expect(graph.users(of: try sample.digest("v1")).texts == ["tag:v1"])
      #expect(graph.users(of: try sample.digest("amd64")).texts == ["index:\(try sample.digest("v1"))"])
      #expect(graph.users(of: try sample.digest("signature")).texts == ["subject:\(try sample.digest("amd64"))"])
      // What no tag leads to is not seen in a registry that lists tags only.
      #expect(graph.node(try sample.digest("garbage")) == nil)
      #expect(try graph.orphans().isEmpty)
      let reads = registry.requests.filter { $0.path.contains("/manifests/") }.map(\.path)
      #expect(reads.count == 4 && Set(reads).count == 4)

      // Only the index and what only it needs: both platforms with their layers, the signature, and what they share.
      let kept = try ["v1", "amd64", "arm64", "signature"].map { try sample.digest($0).description }
      let bytes = kept.reduce(0) { $0 + (sample.content.manifests[$1]?.bytes.count ?? 0) }
      let configs = ["amd64", "arm64", "signature"].reduce(0) {
        $0 + #"{"os":"linux","architecture":"\#($1)"}"#.utf8.count
      }
      #expect(
        graph.freedBytes(ofDeleting: try sample.digest("v1"), graph.blobUses())
          == Int64(bytes + configs + 1000 + 100 + 200 + 1))
    }
  }

  @Test(
    "an OCI layout lists everything: garbage is what no tag leads to, an index before its parts, and its bytes add up")
  func orphans() async throws {
    try await withTemporaryDirectory { directory in
      let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
      let index = try images.index("app", baseLayers: [1000], ownLayer: 100, tag: "v1")
      let image = try images.image("old", layers: [400, 300], tag: nil)
      let signature = try images.artifact(type: "application/x.signature", content: "signed", subject: image)
      try images.artifact(type: "application/x.signature", content: "kept", subject: index)
      let layout = OCILayout(path: images.layout.path)
      let graph = try await reader(layout).repository()
      let orphans = try graph.orphans()
      #expect(orphans.map(\.digest) == [image.digest, signature.digest])
      let shares = graph.freedShares(of: orphans.map(\.digest)).total
      let blobs = try orphans.flatMap { node in try node.blobs.map { try images.layout.read($0.digest).count } }
      // The empty configuration of the signature is shared with the one that stays.
      #expect(shares == Int64(blobs.reduce(0, +)) + orphans.map(\.size.bytes).reduce(0, +) - 2)
    }
  }

  @Test("a child that is not there, a page that fails, a list that is not a list: nothing is deleted")
  func gaps() async throws {
    var sample = try Sample()
    sample.content.manifests[try sample.digest("arm64").description] = nil
    try sample.add("other", layers: [], tag: "gone")
    try await withRegistry(sample.content) { registry, store in
      let graph = try await reader(store).repository()
      #expect(graph.gaps.count == 1)
      let tag = try TagName("gone")
      let error = try await failure { _ = try graph.planDeletion(of: [tag]) }
      #expect(error.kind == .conflict)
      #expect(error.message.contains("nothing is deleted: the index "), "\(error.message)")
      #expect(try await failure { _ = try graph.orphans() }.kind == .conflict)
      let other = try sample.digest("other")
      let refused = try await failure {
        _ = try await ManifestRemover(store: store, limit: TransferLimit(4)).impact(of: other)
      }
      #expect(refused.kind == .conflict)
    }
  }

  @Test("deleting names the tags that go, the indexes that break, and what is left over")
  func impact() async throws {
    var sample = try Sample()
    try sample.index("all", of: ["v1"], tag: "all")
    sample.content.tags["stable"] = try sample.digest("v1").description
    sample.content.tags["arm"] = try sample.digest("arm64").description
    try await withRegistry(sample.content) { _, store in
      let remover = ManifestRemover(store: store, limit: TransferLimit(4))
      let child = try await remover.impact(of: try sample.digest("amd64"))
      #expect(child.tags.isEmpty)
      #expect(child.brokenIndexes == [try sample.digest("v1")])
      #expect(Set(child.brokenTags.map(\.name)) == ["v1", "stable", "all"])
      #expect(child.referrers.map(\.digest) == [try sample.digest("signature")])
      let error = try await failure { try child.requireUnneeded("`app`") }
      #expect(error.kind == .conflict)
      #expect(error.notes.contains { $0.contains("`stable`") && $0.contains("`all`") }, "\(error.notes)")

      let signature = try await remover.impact(of: try sample.digest("signature"))
      #expect(signature.subjects == [try sample.digest("amd64")] && signature.breaks)

      let top = try await remover.impact(of: try sample.digest("all"))
      #expect(!top.breaks && top.tags.map(\.name) == ["all"] && top.leftovers.isEmpty)
      let missing = try Digest("sha256:" + String(repeating: "0", count: 64))
      #expect(try await failure { _ = try await remover.impact(of: missing) }.kind == .notFound)
    }
  }

  @Test("five levels of 30 equal children are six reads, and equal entries of referrers one each")
  func repeats() async throws {
    var sample = try Sample()
    var name = "amd64"
    for level in 1...5 {
      try sample.index("level\(level)", of: Array(repeating: name, count: 30), tag: "level\(level)")
      name = "level\(level)"
    }
    for number in 1...3 {
      try sample.add("about\(number)", layers: [], subject: number == 1 ? "level5" : "about\(number - 1)")
    }
    sample.content.traits.referrersRepeat = 40
    try await withRegistry(sample.content) { registry, store in
      let root = try await store.manifest(.tag(try TagName("level5")))
      let tree = try await PlanReader(source: store, limit: TransferLimit(8)).read(root)
      #expect(tree.levels.map(\.count) == [1, 1, 1, 1, 1])
      #expect(registry.requests.count { $0.path.contains("/manifests/") } == 6)
      let graph = try await reader(store).tree(root)
      #expect(graph.gaps.isEmpty)
      // Six levels, the signature of the image, and what is about the top, about that, and about that.
      #expect(graph.nodes.count == 10)
      #expect(registry.requests.count { $0.path.contains("/referrers/") } == 10)
      #expect(registry.requests.count { $0.path.contains("/manifests/") } == 6 + 9)
    }
  }

  @Test("limits of manifests, of depth and of memory end a read with a sentence that names the limit")
  func limits() async throws {
    var sample = try Sample()
    var name = "amd64"
    for level in 1...9 {
      try sample.index("level\(level)", of: [name], tag: level == 9 ? "deep" : nil)
      name = "level\(level)"
    }
    try await withRegistry(sample.content) { _, store in
      let deep = try await store.manifest(.tag(try TagName("deep")))
      let nested = try await failure { _ = try await PlanReader(source: store, limit: TransferLimit(8)).read(deep) }
      #expect(nested.help?.contains("--limit nesting=16") == true, "\(nested)")
      let root = try await store.manifest(.tag(try TagName("v1")))
      var limits = WireLimits()
      limits[.manifests] = 1
      let many = try await failure {
        _ = try await PlanReader(source: store, limit: TransferLimit(8), limits: limits).read(root)
      }
      #expect(many.help?.contains("--limit manifests=2") == true, "\(many)")
      #expect(try await failure { _ = try await reader(store, limits).tree(root) }.code == WireLimits.code)
      limits = WireLimits()
      limits[.memory] = 1000
      #expect(try await failure { _ = try await reader(store, limits).repository() }.code == WireLimits.code)
    }
  }

  @Test("a registry that resolves `sha256-HEX` to the image itself: its platforms are no referrers")
  func digestTags() async throws {
    var sample = try Sample()
    sample.content.traits.resolvesDigestTags = true
    sample.content.traits.hasReferrersAPI = false
    let digest = try sample.digest("v1")
    sample.content.tags["sha256-\(digest.hex).sig"] = try sample.digest("old").description
    try await withRegistry(sample.content) { _, store in
      #expect(try await store.referrers(of: digest).isEmpty)
      let graph = try await reader(store).tree(try await store.manifest(.digest(digest)))
      #expect(graph.referrers(of: digest).map(\.digest) == [try sample.digest("old")])
    }
  }

  @Test("large manifests are not kept: they are read again when they are written, and arrive as they are")
  func largeManifests() async throws {
    var content = MemoryRegistry.Repository()
    let blob = content.put(blob: Array("{}".utf8))
    var entries: [String] = []
    for number in 1...12 {
      let text = """
        {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","annotations":{"pad":"\(number)\(String(repeating: "x", count: 1 << 20))"},\
        "config":{"mediaType":"\(MediaType.ociConfig)","digest":"\(blob)","size":2},"layers":[]}
        """
      let digest = content.put(manifest: Array(text.utf8), mediaType: MediaType.ociManifest)
      entries.append(#"{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(digest)","size":\#(text.utf8.count)}"#)
    }
    let index =
      #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entries.joined(separator: ","))]}"#
    content.put(manifest: Array(index.utf8), mediaType: MediaType.ociIndex, tag: "big")
    try await withTemporaryDirectory { directory in
      try await withRegistry(content) { registry, store in
        let engine = DirectImport(table: TransferTable(), limit: TransferLimit(8))
        let layout = OCILayout(path: directory.path("copy"))
        let request = ImportRequest(
          source: ImportSource(store: store, selector: .tag(try TagName("big")), location: nil),
          targets: [ImportTarget(store: layout, tag: try TagName("big"), location: nil)])
        let plan = try await engine.plan(request)
        #expect(plan.children.count == 12)
        #expect(plan.children.count(where: \.keepsBody) == 3)
        _ = try await engine.run(request, plan: plan)
        let arrived = try await RegistryContent.verify(layout: directory.path("copy"), reference: "big")
        #expect(arrived.manifests.count == 13)
        // Those beyond the kept ones are read twice.
        #expect(registry.requests.count { $0.path.contains("/manifests/sha256:") } == 12 + 9)
      }
    }
  }
}
