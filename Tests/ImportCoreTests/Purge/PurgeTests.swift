import AcrCore
import AcrHTTP
import Foundation
import ImportCore
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@Suite("Purges of registries that fail, change and share")
struct PurgeTests {
  /// How many repositories docker-registry gets; `scripts/soak-purge` has 100.
  private static let repositories =
    ProcessInfo.processInfo.environment["ACRSH_PURGE_REPOSITORIES"].flatMap { UInt64($0) } ?? 12
  private static let now = Timestamp(seconds: 1_700_000_000)
  private static let deleteAll = PurgeRules([PurgeRule("all", .delete)])

  private func session(tries: Int = 2) -> RegistryClients {
    RegistryClients(
      http: HTTPClient(
        transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")),
        retry: RetryPolicy(tries: tries, firstDelay: .milliseconds(10))),
      credentials: CredentialStore(environment: [:]))
  }

  private func store(_ authority: String, _ name: String = "app", tries: Int = 2) throws -> RegistryRepository {
    session(tries: tries).repository(try RegistryHost(authority), try RepositoryName(name), access: .pull)
  }

  private func purge(
    _ rules: PurgeRules = PurgeTests.deleteAll, maxShare: Double = 1, includesLocked: Bool = false
  ) -> Purge {
    var options = PurgeOptions(now: Self.now)
    options.maxShare = maxShare
    options.includesLocked = includesLocked
    return Purge(rules, options, limit: TransferLimit(4), patience: .zero)
  }

  private func tags(_ texts: String...) -> PurgeRules {
    let wanted = Set(texts)
    return PurgeRules([PurgeRule("tags", .delete, [.tag([TextTest("") { wanted.contains($0) }])])])
  }

  /// `a`, `b` and `c` are images with a layer of their own and one that they share.
  private func registry(isAzure: Bool = false, pageSize: Int = 2) throws -> MemoryRegistry {
    var content = MemoryRegistry.Repository()
    content.traits = .init(hasReferrersAPI: true, deletesTags: true)
    content.traits.isAzure = isAzure
    content.traits.pageSize = pageSize
    let shared = content.put(blob: [UInt8](repeating: 1, count: 5000))
    for (tag, count) in [("a", 1000), ("b", 2000), ("c", 3000)] {
      let layer = content.put(blob: [UInt8](repeating: tag.utf8.first ?? 0, count: count))
      let config = content.put(blob: Array(#"{"os":"linux","architecture":"amd64","tag":"\#(tag)"}"#.utf8))
      let text = """
        {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","config":{"mediaType":"\(MediaType.ociConfig)",\
        "digest":"\(config)","size":\(content.blobs[config]?.count ?? 0)},"layers":[{"mediaType":"l","digest":"\(shared)",\
        "size":5000},{"mediaType":"l","digest":"\(layer)","size":\(count)}]}
        """
      content.put(manifest: Array(text.utf8), mediaType: MediaType.ociManifest, tag: tag)
    }
    let registry = try MemoryRegistry()
    registry["app"] = content
    return registry
  }

  @Test(
    "a page that is refused, or a manifest: the repository is left alone",
    arguments: [
      "^GET /v2/app/tags/list", "^GET /v2/app/tags/list.*last=", "^GET /v2/app/manifests/b", "^GET /v2/app/referrers/",
    ])
  func refused(_ pattern: String) async throws {
    let registry = try registry()
    defer { registry.stop() }
    try await withFaultProxy(
      to: registry.authority, faults: [.answer(matching: pattern, status: 403, times: 1000)]
    ) { proxy in
      let store = try store(proxy.authority)
      await #expect(throws: AcrError.self) { try await purge().plan(store) }
    }
    #expect(registry["app"].tags.count == 3 && registry["app"].manifests.count == 3)
  }

  @Test("an Azure registry whose list of tags comes empty: the plan deletes too much, and nothing is deleted")
  func emptyAnswer() async throws {
    let registry = try registry(isAzure: true)
    defer { registry.stop() }
    var content = registry["app"]
    content.tags = [:]
    registry["app"] = content
    let rules = PurgeRules([PurgeRule("untagged", .delete, [.untagged])])
    let purge = purge(rules, maxShare: PurgeOptions.defaultMaxShare)
    let plan = try await purge.plan(try store(registry.authority))
    #expect(plan.refusal?.message.contains("the rules delete 3 of 3 manifests, more than 50 %") == true)
    #expect(plan.refusal?.help?.contains("--max-share 100%") == true)
    let rows = try await purge.run(plan)
    #expect(rows.count { $0.action == .kept } == 3 && rows.last?.action == .failed)
    #expect(registry["app"].manifests.count == 3)
  }

  @Test("where only tags go, no manifest at Azure is read, and none is deleted")
  func tagsOnly() async throws {
    let registry = try registry(isAzure: true)
    defer { registry.stop() }
    var options = PurgeOptions(now: Self.now)
    options.maxShare = 1
    options.deletesTagsOnly = true
    let purge = Purge(tags("a", "c"), options, limit: TransferLimit(4), patience: .zero)
    let plan = try await purge.plan(try store(registry.authority))
    #expect(!registry.requests.contains { $0.path.contains("/v2/app/manifests/") || $0.path.contains("/referrers/") })
    #expect(plan.rows.filter { $0.action == .untag }.compactMap(\.tag?.name).sorted() == ["a", "c"])
    _ = try await purge.run(plan)
    #expect(Set(registry["app"].tags.keys) == ["b"] && registry["app"].manifests.count == 3)
    #expect(!registry.requests.contains { $0.method == "GET" && $0.path.contains("/v2/app/manifests/") })
  }

  @Test("a rule about manifests without a tag: by their age, and the newest of them stay")
  func newestUntagged() async throws {
    let registry = try registry(isAzure: true)
    defer { registry.stop() }
    var content = registry["app"]
    let digests = ["a", "b", "c"].compactMap { content.tags[$0] }
    for (digest, day) in zip(digests, ["01", "02", "03"]) {
      content.metadata.times[digest] = "2023-01-\(day)T00:00:00.0000000Z"
    }
    content.tags = [:]
    registry["app"] = content
    func going(_ conditions: [PurgeCondition], _ newest: PurgeRule.Newest?) async throws -> Set<String> {
      let rules = PurgeRules([PurgeRule("untagged", .delete, conditions, newest: newest)])
      let rows = try await purge(rules).plan(try store(registry.authority)).rows
      return Set(rows.filter { $0.action == .delete }.compactMap { $0.digest?.description })
    }
    #expect(try await going([.untagged], nil) == Set(digests))
    #expect(try await going([.untagged], .init(1)) == Set(digests.prefix(2)))
    #expect(try await going([.untagged], .init(5)).isEmpty)
    let age = Self.now.duration(since: try #require(Timestamp(rfc3339: "2023-01-02T12:00:00Z")))
    #expect(try await going([.untagged, .olderThan(age)], .init(1)) == Set(digests.prefix(1)))
    // A rule about tags and manifests counts tags only, and leaves manifests alone.
    #expect(try await going([], .init(1)).isEmpty)
  }

  @Test("what Azure holds in quarantine stays with everything it needs, unless a rule is about quarantine")
  func quarantine() async throws {
    let registry = try registry(isAzure: true)
    defer { registry.stop() }
    var content = registry["app"]
    let digest = try #require(content.tags["b"])
    content.metadata.quarantine = [digest: "Quarantined", try #require(content.tags["c"]): "Passed"]
    content.tags["b2"] = digest
    // An index that needs it goes, and it stays.
    let size = content.manifests[digest]?.bytes.count ?? 0
    content.put(
      manifest: Array(
        #"{"schemaVersion":2,"manifests":[{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(digest)","size":\#(size)}]}"#
          .utf8), mediaType: MediaType.ociIndex, tag: "multi")
    registry["app"] = content
    let plan = try await purge().plan(try store(registry.authority))
    let kept = plan.rows.filter { $0.action == .keep }
    #expect(Set(kept.compactMap { $0.tag?.name }) == ["b", "b2"])
    #expect(kept.allSatisfy { $0.reason == "it is in quarantine" }, "\(kept)")
    _ = try await purge().run(plan)
    #expect(Set(registry["app"].tags.keys) == ["b", "b2"] && Set(registry["app"].manifests.keys) == [digest])
    let rules = PurgeRules([PurgeRule("scanned", .delete, [.quarantined(false)])])
    #expect(try await purge(rules).plan(try store(registry.authority)).isEmpty)
    let failed = PurgeRules([PurgeRule("failed scans", .delete, [.quarantined(true)])])
    let second = try await purge(failed).plan(try store(registry.authority))
    #expect(second.rows.count { $0.action == .delete } == 2, "\(second.rows)")
    _ = try await purge(failed).run(second)
    #expect(registry["app"].manifests.isEmpty)
  }

  @Test("an index whose child is missing: the repository is left alone, and the message names it")
  func missingChild() async throws {
    let registry = try registry()
    defer { registry.stop() }
    var content = registry["app"]
    content.put(
      manifest: Array(
        #"{"schemaVersion":2,"manifests":[{"mediaType":"\#(MediaType.ociManifest)","digest":"sha256:\#(String(repeating: "0", count: 64))","size":9}]}"#
          .utf8), mediaType: MediaType.ociIndex, tag: "broken")
    registry["app"] = content
    do {
      _ = try await purge().plan(try store(registry.authority))
      Issue.record("there is a plan")
    } catch let error as AcrError {
      #expect(error.kind == .conflict && error.message.contains("nothing is deleted: the index "))
    }
  }

  /// A registry of Azure with images of one layer that all share, and one that is about `t1`, which the list does not tell.
  private func large(_ count: Int) throws -> MemoryRegistry {
    var content = MemoryRegistry.Repository()
    content.traits = .init(hasReferrersAPI: true, deletesTags: true)
    content.traits.isAzure = true
    let layer = content.put(blob: [UInt8](repeating: 1, count: 5000))
    let config = content.put(blob: Array(#"{"os":"linux","architecture":"amd64"}"#.utf8))
    func image(_ number: Int, subject: String? = nil) -> String {
      let about = subject.map {
        #","subject":{"mediaType":"\#(MediaType.ociManifest)","digest":"\#($0)","size":1}"#
      }
      let text = """
        {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","annotations":{"n":"\(number)"},"config":{"mediaType":\
        "\(MediaType.ociConfig)","digest":"\(config)","size":\(content.blobs[config]?.count ?? 0)},"layers":[{"mediaType":\
        "l","digest":"\(layer)","size":5000}]\(about ?? "")}
        """
      return content.put(manifest: Array(text.utf8), mediaType: MediaType.ociManifest)
    }
    for number in 0..<count { content.tags["t\(number)"] = image(number) }
    content.tags["about"] = image(count, subject: content.tags["t1"] ?? "")
    let registry = try MemoryRegistry()
    registry["app"] = content
    return registry
  }

  @Test("of a large repository at Azure only what goes is read, and what an unread image is about stays")
  func fewRequests() async throws {
    let registry = try large(300)
    defer { registry.stop() }
    let store = try store(registry.authority)
    let plan = try await purge(tags("t0", "t1", "t2")).plan(store)
    let reads = registry.requests.filter { $0.path.contains("/manifests/") }.count
    let asked = registry.requests.filter { $0.path.contains("/referrers/") }.count
    // `t1` is read before it turns out that `about` needs it.
    #expect(reads == 3 && asked == 3)
    #expect(!plan.areBytesExact)
    let actions = Dictionary(uniqueKeysWithValues: plan.rows.map { ($0.tag?.name ?? "-", $0.action) })
    #expect(actions == ["t0": .delete, "t1": .untag, "t2": .delete])
    let rows = try await purge(tags("t0", "t1", "t2")).run(plan)
    #expect(Set(rows.map(\.action)) == [.deleted, .untagged])
    #expect(registry["app"].manifests.count == 299 && registry["app"].tags.count == 298)

    // Whoever wants exact bytes has everything read.
    var options = PurgeOptions(now: Self.now)
    options.readsAll = true
    var plans = [try await Purge(tags("t3"), options, limit: TransferLimit(4)).plan(store)]
    plans.shareBytes()
    #expect(plans[0].areBytesExact && plans[0].bytes.bytes < 5000)
  }

  @Test("a large repository at an Azure registry that lists no referrers is read whole before anything goes")
  func withoutReferrers() async throws {
    let registry = try large(150)
    defer { registry.stop() }
    var content = registry["app"]
    content.traits.hasReferrersAPI = false
    registry["app"] = content
    let plan = try await purge(tags("t0", "t1")).plan(try store(registry.authority))
    #expect(plan.areBytesExact)
    #expect(plan.rows.map(\.action).sorted { $0.rawValue < $1.rawValue } == [.delete, .untag])
  }

  @Test("429 in lists and deletions: the requests wait, and everything goes", arguments: [false, true])
  func throttled(_ isAzure: Bool) async throws {
    let registry = try registry(isAzure: isAzure)
    defer { registry.stop() }
    try await withFaultProxy(
      to: registry.authority,
      faults: [
        .answer(matching: "^GET .*(tags|manifests)", status: 429, retryAfter: 0, times: 2),
        .answer(matching: "^DELETE ", status: 429, retryAfter: 0, times: 2),
      ]
    ) { proxy in
      let store = try store(proxy.authority, tries: 6)
      let purge = purge(tags("a", "b"))
      let rows = try await purge.run(try await purge.plan(store))
      #expect(rows.count { $0.action == .deleted } == 2, "\(rows)")
    }
    #expect(Set(registry["app"].tags.keys) == ["c"])
  }

  @Test("a deletion that fails: nothing more is deleted there, and the rows say so")
  func failure() async throws {
    let registry = try registry()
    defer { registry.stop() }
    var content = registry["app"]
    // An index of `a`: it comes first.
    let child = content.tags["a"] ?? ""
    content.put(
      manifest: Array(
        #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(child)","size":\#(content.manifests[child]?.bytes.count ?? 0)}]}"#
          .utf8), mediaType: MediaType.ociIndex, tag: "index")
    registry["app"] = content
    try await withFaultProxy(
      to: registry.authority, faults: [.answer(matching: "^DELETE /v2/app/manifests/sha256", status: 403, times: 1000)]
    ) { proxy in
      let purge = purge(tags("a", "index"))
      let rows = try await purge.run(try await purge.plan(try store(proxy.authority)))
      #expect(rows.contains { $0.action == .failed && $0.tag?.name == "index" && $0.error?.kind == .denied })
      #expect(
        rows.contains { $0.action == .kept && $0.tag?.name == "a" && $0.reason == "deleting stopped at a failure" })
    }
    #expect(registry["app"].manifests.count == 4)
  }

  @Test("locks are kept, or with --include-locked removed; a locked repository is left alone")
  func locks() async throws {
    let registry = try registry(isAzure: true)
    defer { registry.stop() }
    registry["app"].metadata.locked = ["a", registry["app"].tags["b"] ?? ""]
    let store = try store(registry.authority)
    let careful = purge()
    let rows = try await careful.run(try await careful.plan(store))
    #expect(rows.filter { $0.action == .kept }.compactMap(\.tag?.name).sorted() == ["a", "b"])
    #expect(rows.filter { $0.action == .kept }.allSatisfy { $0.reason == "it is locked" })
    #expect(Set(registry["app"].tags.keys) == ["a", "b"])
    let bold = purge(includesLocked: true)
    let gone = try await bold.run(try await bold.plan(store))
    #expect(gone.count { $0.action == .deleted } == 2, "\(gone)")
    #expect(registry["app"].manifests.isEmpty)
    registry["app"].metadata.isLocked = true
    do {
      _ = try await bold.plan(store)
      Issue.record("there is a plan")
    } catch let error as AcrError {
      #expect(error.kind == .conflict && error.message.hasSuffix("is locked, so nothing is deleted"))
    }
  }

  @Test("a tag that is moved while its repository is being deleted from is kept", arguments: [false, true])
  func moved(_ isAzure: Bool) async throws {
    let registry = try registry(isAzure: isAzure)
    defer { registry.stop() }
    let purge = purge(tags("a", "b"))
    let plan = try await purge.plan(try store(registry.authority))
    // `c`, which stays, is set back to what would go.
    registry["app"].tags["c"] = registry["app"].tags["a"]
    let rows = try await purge.run(plan)
    #expect(rows.first { $0.tag?.name == "a" }?.action == .kept, "\(rows)")
    #expect(rows.first { $0.tag?.name == "b" }?.action == .deleted)
    let after = registry["app"]
    #expect(after.missing(below: after.tags["c"] ?? "").isEmpty && after.tags["c"] != nil)
  }

  @Test("^C: what was done is told, and what was not is left")
  func interrupted() async throws {
    let registry = try registry()
    defer { registry.stop() }
    let purge = purge(tags("a", "b", "c"))
    let plan = try await purge.plan(try store(registry.authority))
    let told = Told()
    let task = Task {
      try await purge.run(plan) { row in
        told.add(row)
        withUnsafeCurrentTask { $0?.cancel() }
      }
    }
    _ = await task.result
    let deleted = Set(told.rows.filter { $0.action == .deleted }.compactMap(\.tag?.name))
    let unsure = Set(told.rows.filter { $0.action == .failed }.compactMap(\.tag?.name))
    #expect(!told.rows.isEmpty)
    #expect(deleted.isDisjoint(with: registry["app"].tags.keys))
    #expect(Set(registry["app"].tags.keys).union(deleted).union(unsure) == ["a", "b", "c"])
  }

  /// What a run told, from any of its tasks.
  private final class Told: Sendable {
    private let state = Mutex<[PurgeRow]>([])
    var rows: [PurgeRow] { state.withLock { $0 } }
    func add(_ row: PurgeRow) { state.withLock { $0.append(row) } }
  }

  @Test("bytes: what repositories share counts where nothing kept uses it, and once")
  func sharedBytes() async throws {
    let registry = try registry()
    defer { registry.stop() }
    registry["other"] = registry["app"]
    registry["other"].tags["b"] = nil
    registry["other"].manifests = registry["other"].manifests.filter { $0.key != registry["app"].tags["b"] }
    let all = purge(tags("a", "b"))
    var plans = [
      try await all.plan(try store(registry.authority)), try await all.plan(try store(registry.authority, "other")),
    ]
    plans.shareBytes()
    let a = try #require(registry["app"].manifests[registry["app"].tags["a"] ?? ""])
    let b = try #require(registry["app"].manifests[registry["app"].tags["b"] ?? ""])
    let configs = (a.digests("config") + b.digests("config")).compactMap { registry["app"].blobs[$0]?.count }
    let expected = a.bytes.count + b.bytes.count + configs.reduce(0, +) + 1000 + 2000
    #expect(plans.reduce(0) { $0 + $1.bytes.bytes } == Int64(expected))
    #expect(plans[1].bytes == 0, "the first repository counts what both free")
    // Where `a` stays in the other repository, its layer stays too.
    var one = [
      try await all.plan(try store(registry.authority)),
      try await purge(tags("x")).plan(try store(registry.authority, "other")),
    ]
    one.shareBytes()
    #expect(one[0].bytes == Int64(b.bytes.count + (registry["app"].blobs[b.digests("config")[0]]?.count ?? 0) + 2000))
  }

  @Test("the bytes told are those that docker-registry's own garbage collection then frees")
  func collected() async throws {
    try await withRegistryServer { server in
      let content = try RegistryContent(authority: server.directAuthority)
      let session = session()
      var stores: [RegistryRepository] = []
      for seed in UInt64(1)...Self.repositories {
        var made = RandomRepository(seed: seed, hasReferrersAPI: false).content
        // The registry lists no manifests without a tag, and keeps what they name.
        let visible = RandomRepository.visible(made)
        made.manifests = visible.manifests
        try await content.push(made, to: "r\(seed)")
        // A second repository shares all of it, with half of the tags.
        if seed % 3 == 0 {
          for tag in RandomRepository.plainTags(made).dropFirst(2) { made.tags[tag] = nil }
          made.manifests = RandomRepository.visible(made).manifests
          try await content.push(made, to: "shared/r\(seed)")
          stores.append(
            session.repository(try RegistryHost(server.authority), try RepositoryName("shared/r\(seed)"), access: .pull)
          )
        }
        stores.append(
          session.repository(try RegistryHost(server.authority), try RepositoryName("r\(seed)"), access: .pull))
      }
      try await server.collectGarbage()
      let before = try server.storedBytes()
      let purge = purge(
        PurgeRules([PurgeRule("some", .delete, [.tag([TextTest("") { ["t0", "t2", "t3", "t5", "t6"].contains($0) }])])])
      )
      var plans: [PurgePlan] = []
      for store in stores { plans.append(try await purge.plan(store)) }
      plans.shareBytes()
      var rows: [PurgeRow] = []
      for plan in plans { rows += try await purge.run(plan) }
      #expect(!rows.contains { $0.action == .failed }, "\(rows.filter { $0.action == .failed })")
      try await server.collectGarbage()
      let told = rows.reduce(0) { $0 + $1.bytes.bytes }
      #expect(told > 1000)
      #expect(before - (try server.storedBytes()) == told)
      for store in stores {
        for tag in try await content.tags(store.name.name) where !tag.hasPrefix("sha256-") || tag.contains(".") {
          try await content.verify(store.name.name, reference: tag)
        }
      }
    }
  }
}
