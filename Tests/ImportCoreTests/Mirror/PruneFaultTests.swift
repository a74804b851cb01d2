import AcrCore
import AcrHTTP
import ImportCore
import OCIRegistry
import TestSupport
import Testing

@Suite("Pruning while a registry fails")
struct PruneFaultTests {
  /// Mirrors `source` to `target` of a registry through a proxy with faults, with --prune.
  private func prune(
    _ registry: MemoryRegistry, faults: [FaultProxy.Fault], keepsGoing: Bool = true
  ) async throws -> [MirrorRow] {
    try await withFaultProxy(to: registry.authority, faults: faults) { proxy in
      let http = HTTPClient(
        transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")),
        retry: RetryPolicy(tries: 2, firstDelay: .milliseconds(10)))
      let session = RegistryClients(http: http, credentials: CredentialStore(environment: [:]))
      let host = try RegistryHost(proxy.authority)
      let (from, to) = (try RepositoryName("source"), try RepositoryName("target"))
      let pair = MirrorPair(
        source: session.repository(host, from, access: .pull), sourceLocation: .init(registry: host, repository: from),
        target: session.repository(host, to, access: .push), targetLocation: .init(registry: host, repository: to))
      let mirror = Mirror(
        engine: DirectImport(table: TransferTable(), limit: TransferLimit(4)),
        queue: ImportQueue(jobs: 2, keepsGoing: keepsGoing))
      return try await mirror.run(try await mirror.plan(pair, MirrorOptions(prunes: true)))
    }
  }

  /// A source with one tag of a target with many, of which at least two manifests may go.
  private func registry() throws -> MemoryRegistry {
    for seed in UInt64(1)...100 {
      var target = RandomRepository(seed: seed, hasReferrersAPI: true).content
      target.traits.pageSize = 3
      let tags = RandomRepository.plainTags(target)
      let reached = RandomRepository.reached(Array(tags.prefix(1)), in: target)
      guard Set(tags.compactMap { target.tags[$0] }).subtracting(reached).count > 1 else { continue }
      var source = target
      for tag in tags.dropFirst() { source.tags[tag] = nil }
      let registry = try MemoryRegistry()
      registry["source"] = source
      registry["target"] = target
      return registry
    }
    throw TestSupportError("no such repository among the first hundred")
  }

  @Test(
    "a page or a list that fails while the target is looked at: nothing is deleted",
    arguments: ["^GET /v2/target/referrers/", "^GET /v2/target/manifests/t"])
  func unreadable(_ pattern: String) async throws {
    let registry = try registry()
    defer { registry.stop() }
    let before = registry["target"]
    let rows = try await prune(registry, faults: [.answer(matching: pattern, status: 403, times: 1000)])
    #expect(rows.contains { $0.action == .failed && $0.error?.kind == .denied })
    #expect(!rows.contains { $0.action == .deleted })
    #expect(registry["target"].manifests.count == before.manifests.count)
    #expect(registry["target"].tags == before.tags)
    await #expect(throws: AcrError.self) {
      try await prune(
        registry, faults: [.answer(matching: pattern, status: 403, times: 1000)], keepsGoing: false)
    }
  }

  @Test("a page of the source's list that does not say which tags there are: nothing is deleted")
  func pageWithoutNames() async throws {
    let registry = try registry()
    defer { registry.stop() }
    let tags = registry["target"].tags
    let names = RandomRepository.plainTags(registry["target"])
    try await withLoopbackServer { request in
      guard request.path.hasSuffix("/tags/list") else { return .init(404) }
      return request.queryValue("last") == nil
        ? .json(#"{"tags":["\#(names[0])"]}"#, headers: ["Link": "</v2/source/tags/list?last=x>; rel=\"next\""])
        : .json(#"{"tags":null}"#)
    } _: { server in
      let session = RegistryClients(
        http: HTTPClient(
          transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")), retry: .none),
        credentials: CredentialStore(environment: [:]))
      let (from, to) = (try RegistryHost(server.authority), try RegistryHost(registry.authority))
      let (source, target) = (try RepositoryName("source"), try RepositoryName("target"))
      let pair = MirrorPair(
        source: session.repository(from, source, access: .pull),
        sourceLocation: .init(registry: from, repository: source),
        target: session.repository(to, target, access: .push), targetLocation: .init(registry: to, repository: target))
      let mirror = Mirror(engine: DirectImport(table: TransferTable(), limit: TransferLimit(4)))
      let error = try await failure { _ = try await mirror.plan(pair, MirrorOptions(prunes: true)) }
      #expect(error.code == RegistryClient.notAList)
      // Without pruning such a list is as long as it is.
      #expect(try await mirror.plan(pair, MirrorOptions(listsReferrers: false)).items.map(\.tag.name) == [names[0]])
    }
    #expect(registry["target"].tags == tags)
  }

  @Test("a child that is missing: the tags stay, and the rows say what is missing")
  func missingChild() async throws {
    let registry = try registry()
    defer { registry.stop() }
    var target = registry["target"]
    let kept = target.put(
      manifest: Array(
        #"{"schemaVersion":2,"manifests":[{"mediaType":"\#(MediaType.ociManifest)","digest":"sha256:\#(String(repeating: "0", count: 64))","size":9}]}"#
          .utf8), mediaType: MediaType.ociIndex, tag: "broken")
    registry["target"] = target
    var source = registry["source"]
    source.manifests[kept] = target.manifests[kept]
    source.tags["broken"] = kept
    registry["source"] = source
    let rows = try await prune(registry, faults: [])
    #expect(rows.contains { $0.action == .kept && $0.reason.contains("nothing is deleted: the index ") })
    #expect(!rows.contains { $0.action == .deleted })
    #expect(registry["target"].tags == target.tags)
  }

  @Test("a deletion that fails: nothing more is deleted, and no tag is broken")
  func deletion() async throws {
    let registry = try registry()
    defer { registry.stop() }
    let before = registry["target"]
    let rows = try await prune(
      registry, faults: [.answer(matching: "^DELETE /v2/target/manifests/sha256", status: 403, times: 1)])
    #expect(rows.contains { $0.action == .failed })
    #expect(rows.contains { $0.action == .kept && $0.reason == "deleting stopped at a failure" })
    #expect(registry["target"].manifests.count == before.manifests.count)
    for (tag, digest) in registry["target"].tags where !tag.hasPrefix("sha256-") {
      #expect(registry["target"].missing(below: digest).isEmpty)
    }
  }
}
