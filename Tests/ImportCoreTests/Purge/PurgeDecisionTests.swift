import AcrCore
import AcrHTTP
import Foundation
import ImportCore
import OCIRegistry
import TestSupport
import Testing

/// What a caller decides about the candidates of a plan, as `--keep-if` does.
@Suite("Decisions about what a purge deletes")
struct PurgeDecisionTests {
  private struct Refusal: Error {}

  private func store(_ registry: MemoryRegistry, _ name: String = "app") throws -> RegistryRepository {
    let session = RegistryClients(
      http: HTTPClient(
        transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")),
        retry: RetryPolicy(tries: 2, firstDelay: .milliseconds(10))),
      credentials: CredentialStore(environment: [:]))
    return session.repository(try RegistryHost(registry.authority), try RepositoryName(name), access: .pull)
  }

  private func purge(_ rules: [PurgeRule] = [PurgeRule("all", .delete)], asks: Bool = true) -> Purge {
    var options = PurgeOptions(now: Timestamp(seconds: 1_700_000_000))
    options.maxShare = 1
    options.asks = asks
    return Purge(PurgeRules(rules), options, limit: TransferLimit(4), patience: .zero)
  }

  private func image(_ text: String, in content: inout MemoryRegistry.Repository, tag: String?) -> String {
    let config = content.put(
      blob: Array(#"{"os":"linux","architecture":"arm64","created":"2023-01-01T00:00:00Z"}"#.utf8))
    let layer = content.put(blob: Array(text.utf8))
    let manifest = """
      {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","config":{"mediaType":"\(MediaType.ociConfig)",\
      "digest":"\(config)","size":\(content.blobs[config]?.count ?? 0)},"layers":[{"mediaType":"l","digest":"\(layer)",\
      "size":\(text.utf8.count)}]}
      """
    return content.put(manifest: Array(manifest.utf8), mediaType: MediaType.ociManifest, tag: tag)
  }

  private func index(of child: String, in content: inout MemoryRegistry.Repository, tag: String) -> String {
    let size = content.manifests[child]?.bytes.count ?? 0
    let text = """
      {"schemaVersion":2,"mediaType":"\(MediaType.ociIndex)","manifests":[{"mediaType":"\(MediaType.ociManifest)",\
      "digest":"\(child)","size":\(size),"platform":{"os":"linux","architecture":"arm64"}}]}
      """
    return content.put(manifest: Array(text.utf8), mediaType: MediaType.ociIndex, tag: tag)
  }

  /// Images `a` and `b`, where `b2` also points at that of `b`, and an index `multi` with an image of its own.
  private func registry() throws -> (registry: MemoryRegistry, child: String) {
    var content = MemoryRegistry.Repository()
    content.traits = .init(hasReferrersAPI: true, deletesTags: true)
    _ = image("layer a", in: &content, tag: "a")
    content.tags["b2"] = image("layer b", in: &content, tag: "b")
    let child = image("layer c", in: &content, tag: nil)
    _ = index(of: child, in: &content, tag: "multi")
    let registry = try MemoryRegistry()
    registry["app"] = content
    return (registry, child)
  }

  @Test("what is kept stays with everything it needs, and the plan says why")
  func keeps() async throws {
    let (registry, child) = try registry()
    defer { registry.stop() }
    let purge = purge()
    let asked = try await purge.plan(try store(registry))
    #expect(Set(asked.candidates.compactMap { $0.tag?.name }) == ["a", "b", "b2", "multi"])
    let multi = try #require(asked.candidates.first { $0.tag?.name == "multi" })
    #expect(multi.platforms.map(\.description) == ["linux/arm64"] && multi.rule == "all" && multi.bytes.bytes > 7)
    #expect(multi.time == Timestamp(rfc3339: "2023-01-01T00:00:00Z"))
    let plan = asked.keeping { ["multi", "b2"].contains($0.tag?.name ?? "") }
    #expect(plan.candidates.isEmpty)
    let kept = plan.rows.filter { $0.action == .keep }
    #expect(Set(kept.compactMap { $0.tag?.name }) == ["multi", "b2"])
    #expect(kept.allSatisfy { $0.reason == "kept by --keep-if" }, "\(kept)")
    #expect(plan.rows.first { $0.tag?.name == "b" }?.reason == "the manifest stays: `b2` also points at it")
    _ = try await purge.run(plan)
    #expect(Set(registry["app"].tags.keys) == ["b2", "multi"])
    #expect(registry["app"].manifests[child] != nil && registry["app"].manifests.count == 3)
  }

  @Test("an error in a decision is passed on, and without decisions the plan is that of the rules")
  func errors() async throws {
    let (registry, _) = try registry()
    defer { registry.stop() }
    let plan = try await purge().plan(try store(registry))
    #expect(throws: Refusal.self) {
      _ = try plan.keeping { candidate in
        if candidate.tag?.name == "multi" { throw Refusal() }
        return false
      }
    }
    #expect(registry["app"].tags.count == 4)
    let plain = try await purge(asks: false).plan(try store(registry))
    #expect(plain.candidates.isEmpty && plain.deletions == (4, 4))
    #expect(plain.keeping { _ in true }.deletions == (4, 4), "nobody was asked")
    #expect(plan.keeping { _ in true }.deletions == (0, 0))
  }

  @Test("decisions hold when the repository is looked at again, and what is new or moved is kept")
  func moved() async throws {
    let (registry, child) = try registry()
    defer { registry.stop() }
    let purge = purge()
    let plan = try await purge.plan(try store(registry)).keeping { $0.tag?.name == "b" }
    var content = registry["app"]
    // `a` moves to a manifest that is known and may go under its own tag; `new` is new, with what may go below it.
    let old = try #require(content.tags["a"])
    content.tags["a"] = content.tags["multi"]
    content.tags["multi"] = nil
    _ = index(of: old, in: &content, tag: "new")
    registry["app"] = content
    _ = try await purge.run(plan)
    let after = registry["app"]
    #expect(Set(after.tags.keys) == ["a", "b", "new"], "\(after.tags)")
    for digest in after.tags.values { #expect(after.missing(below: digest).isEmpty) }
    #expect(after.manifests[child] != nil && after.manifests[old] != nil)
  }

  @Test("random repositories: a decision to keep tags is as good as a rule that keeps them")
  func random() async throws {
    let registry = try MemoryRegistry()
    defer { registry.stop() }
    var kept = 0
    for seed in UInt64(1)...60 {
      let content = RandomRepository(seed: seed, deletesTags: seed % 2 == 0).content
      registry["r\(seed)"] = content
      let wanted = Set(
        content.tags.keys.sorted().enumerated().filter { ($0.offset + Int(seed)) % 3 == 0 }.map(\.element))
      let store = try store(registry, "r\(seed)")
      let asking = purge()
      let decided = try await asking.plan(store).keeping { $0.tag.map { wanted.contains($0.name) } ?? false }
      let byRules = try await purge(
        [
          PurgeRule("wanted", .keep, [.tag([TextTest("") { wanted.contains($0) }])]), PurgeRule("all", .delete),
        ], asks: false
      ).plan(store)
      let going = { (plan: PurgePlan) in
        Set(
          plan.rows.filter { $0.action != .keep }.map { "\($0.action) \($0.tag?.name ?? "") \($0.digest?.hex ?? "")" })
      }
      #expect(going(decided) == going(byRules), "seed \(seed)")
      _ = try await asking.run(decided)
      let after = registry["r\(seed)"]
      for (tag, digest) in after.tags where !tag.hasPrefix("sha256-") || tag.contains(".") {
        #expect(after.missing(below: digest).isEmpty, "seed \(seed): the tag \(tag) is broken")
      }
      for tag in wanted where !tag.hasPrefix("sha256-") {
        #expect(after.tags[tag] == content.tags[tag], "seed \(seed): the tag \(tag) is gone")
        kept += 1
      }
    }
    #expect(kept > 60)
  }
}
