import AcrCore
import AcrHTTP
import Foundation
import ImportCore
import OCIRegistry
import TestSupport
import Testing

/// Purges repositories made by chance by rules made by chance, and compares with an oracle that knows no more than the
/// documentation. Then every tag that is left is read whole.
///
/// 200 of them run here; `scripts/soak-purge` sets ACRSH_RANDOM_PURGES for more, and ACRSH_RANDOM_SEED to begin elsewhere.
@Suite("Purges of random registries")
struct RandomPurgeTests {
  private static let count = ProcessInfo.processInfo.environment["ACRSH_RANDOM_PURGES"].flatMap { Int($0) } ?? 200
  private static let first = ProcessInfo.processInfo.environment["ACRSH_RANDOM_SEED"].flatMap { UInt64($0) } ?? 1

  @Test("no tag that stays is broken, and everything that may go is gone")
  func memory() async throws {
    let http = HTTPClient(
      transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")),
      retry: RetryPolicy(tries: 2, firstDelay: .milliseconds(10)))
    var seed = Self.first
    var deletions = 0
    while seed < Self.first + UInt64(Self.count) {
      let registry = (plain: try MemoryRegistry(), azure: try MemoryRegistry())
      defer {
        registry.plain.stop()
        registry.azure.stop()
      }
      let seeds = seed..<min(seed + 50, Self.first + UInt64(Self.count))
      deletions += try await withThrowingTaskGroup(of: Int.self) { group in
        for seed in seeds {
          let isAzure = seed % 2 == 0
          group.addTask { try await Self.check(seed, isAzure ? registry.azure : registry.plain, http, isAzure) }
        }
        return try await group.reduce(0, +)
      }
      seed = seeds.upperBound
    }
    #expect(deletions > Self.count, "hardly anything was deleted")
  }

  /// - Returns: how many manifests and tags were deleted.
  private static func check(
    _ seed: UInt64, _ registry: MemoryRegistry, _ http: HTTPClient, _ isAzure: Bool
  ) async throws -> Int {
    var made = RandomRepository(seed: seed, deletesTags: seed % 3 == 0)
    let name = "r\(seed)"
    var options = PurgeOptions(now: Timestamp(seconds: 1_700_000_000))
    options.maxShare = 1
    options.includesLocked = seed % 14 == 0
    // In half of Azure's, images are read only where their bodies are needed.
    if isAzure, seed % 4 == 0 { options.fewUnread = 0 }
    var content = made.content
    if isAzure { makeAzure(&content, &made, options.now) }
    registry[name] = content
    let oracle = PurgeOracle(content, &made, options)
    let session = RegistryClients(http: http, credentials: CredentialStore(environment: [:]))
    let store = session.repository(try RegistryHost(registry.authority), try RepositoryName(name), access: .pull)
    let purge = Purge(PurgeRules(oracle.rules), options, limit: TransferLimit(8), patience: .zero)
    var plans = [try await purge.plan(store)]
    plans.shareBytes()
    let plan = plans[0]
    let planned = Set(plan.rows.filter { $0.action == .delete }.compactMap { $0.digest?.description })
    #expect(planned == oracle.going, "seed \(seed): the plan and the oracle differ")
    if plan.areBytesExact {
      #expect(plan.bytes.bytes == oracle.freedBytes, "seed \(seed): bytes")
    } else {
      #expect(options.fewUnread == 0 && plan.bytes.bytes >= oracle.freedBytes, "seed \(seed): bytes")
    }

    // In some of them tags move between the plan and its run, and an index appears that lists what would go.
    let moves = seed % 4 == 1
    if moves { move(&made, registry, name, oracle) }
    let before = registry[name]
    let rows = try await purge.run(plan)
    let after = registry[name]
    #expect(!rows.contains { [.delete, .untag, .keep, .failed].contains($0.action) }, "seed \(seed): \(rows)")
    for (tag, digest) in after.tags where !tag.hasPrefix("sha256-") || tag.contains(".") {
      #expect(after.missing(below: digest).isEmpty, "seed \(seed): the tag \(tag) is broken")
      #expect(before.tags[tag] == digest)
    }
    for tag in oracle.keptTags {
      #expect(after.tags[tag] == before.tags[tag], "seed \(seed): the tag \(tag) is gone")
    }
    if moves {
      for tag in ["new", "moved"] { #expect(after.tags[tag] == before.tags[tag], "seed \(seed): \(tag)") }
    } else {
      #expect(Set(after.manifests.keys) == Set(before.manifests.keys).subtracting(oracle.going), "seed \(seed)")
      for tag in oracle.deletedTags {
        let digest = before.tags[tag] ?? ""
        guard before.traits.deletesTags || before.traits.isAzure || oracle.going.contains(digest) else { continue }
        #expect(after.tags[tag] == nil, "seed \(seed): the tag \(tag) could have been deleted")
      }
    }
    let told = Set(rows.filter { $0.action == .deleted }.compactMap { $0.digest?.description })
    #expect(
      told == Set(before.manifests.keys).subtracting(after.manifests.keys), "seed \(seed): what is told is not so")
    return before.manifests.count - after.manifests.count + before.tags.count - after.tags.count
  }

  @Test("the same at docker-registry: what may go is gone, and each tag that stays is read whole")
  func dockerRegistry() async throws {
    let count =
      ProcessInfo.processInfo.environment["ACRSH_PURGE_REPOSITORIES"].flatMap { UInt64($0) } ?? 8
    let http = HTTPClient(transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")))
    var deleted = 0
    try await withRegistryServer { server in
      let content = try RegistryContent(authority: server.directAuthority)
      let session = RegistryClients(http: http, credentials: CredentialStore(environment: [:]))
      for seed in Self.first..<Self.first + count {
        var made = RandomRepository(seed: seed, hasReferrersAPI: false)
        let name = "random/r\(seed)"
        var options = PurgeOptions(now: Timestamp(seconds: 1_700_000_000))
        options.maxShare = 1
        // The registry lists no manifests without a tag.
        var whole = made.content
        whole.manifests = RandomRepository.visible(whole).manifests
        try await content.push(whole, to: name)
        let oracle = PurgeOracle(whole, &made, options)
        let store = session.repository(try RegistryHost(server.authority), try RepositoryName(name), access: .pull)
        let purge = Purge(PurgeRules(oracle.rules), options, limit: TransferLimit(8), patience: .zero)
        let plan = try await purge.plan(store)
        let planned = Set(plan.rows.filter { $0.action == .delete }.compactMap { $0.digest?.description })
        #expect(planned == oracle.going, "seed \(seed): the plan and the oracle differ")
        let rows = try await purge.run(plan)
        #expect(!rows.contains { [.delete, .untag, .keep, .failed].contains($0.action) }, "seed \(seed): \(rows)")
        for digest in whole.manifests.keys {
          let isThere = try await store.hasManifest(try Digest(digest))
          #expect(isThere != oracle.going.contains(digest), "seed \(seed): \(digest)")
        }
        deleted += oracle.going.count
        let left = whole.tags.keys.filter { !oracle.going.contains(whole.tags[$0] ?? "") }
        #expect(Set(try await content.tags(name)) == Set(left), "seed \(seed)")
        for tag in left where !tag.hasPrefix("sha256-") || tag.contains(".") {
          try await content.verify(name, reference: tag)
        }
      }
    }
    #expect(deleted > Int(count) / 2, "hardly anything was deleted")
  }

  /// Gives tags and manifests ages of up to ten days, and locks some.
  private static func makeAzure(
    _ content: inout MemoryRegistry.Repository, _ made: inout RandomRepository, _ now: Timestamp
  ) {
    content.traits.isAzure = true
    content.traits.hasReferrersAPI = true
    content.traits.deletesTags = true
    for key in content.tags.keys.sorted() + content.manifests.keys.sorted() {
      content.metadata.times[key] = now.adding(seconds: -Int64(made.next(240)) * 3600 - 1).description
      if made.next(12) == 0 { content.metadata.locked.insert(key) }
    }
  }

  private static func move(
    _ made: inout RandomRepository, _ registry: MemoryRegistry, _ name: String, _ oracle: PurgeOracle
  ) {
    var content = registry[name]
    let digests = content.manifests.keys.sorted()
    let going = oracle.going.sorted()
    let target = going.isEmpty ? made.pick(digests) : made.pick(going)
    content.tags["moved"] = target
    if let tag = oracle.keptTags.first { content.tags[tag] = made.pick(digests) }
    let child = going.isEmpty ? made.pick(digests) : made.pick(going)
    let manifest = content.manifests[child]
    let text = """
      {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":\
      "\(manifest?.mediaType ?? "")","digest":"\(child)","size":\(manifest?.bytes.count ?? 0)}]}
      """
    content.put(manifest: Array(text.utf8), mediaType: "application/vnd.oci.image.index.v1+json", tag: "new")
    registry[name] = content
  }
}

/// What may go by the documentation, found by taking away what may not, until nothing is left to take away.
private struct PurgeOracle {
  private(set) var rules: [PurgeRule] = []
  private(set) var keptTags: [String] = []
  private(set) var deletedTags: [String] = []
  private(set) var going: Set<String> = []
  private(set) var freedBytes: Int64 = 0

  init(_ whole: MemoryRegistry.Repository, _ made: inout RandomRepository, _ options: PurgeOptions) {
    let content = RandomRepository.visible(whole)
    let locked = options.includesLocked ? [] : content.metadata.locked
    let roots = content.tags.keys.filter { tag in
      PurgeOracle.subject(of: tag).map { content.manifests[$0] == nil } ?? true
    }.sorted()
    let edges = PurgeOracle.edges(content)
    let owners = PurgeOracle.owners(content)
    let tagged = Set(roots.compactMap { content.tags[$0] })
    let above = Dictionary(
      uniqueKeysWithValues: content.manifests.keys.map { ($0, PurgeOracle.closure(of: $0, owners)) })
    let alone = content.manifests.keys.filter { digest in
      !tagged.contains(digest)
        && above[digest, default: []].allSatisfy { above[$0, default: []].contains(digest) && !tagged.contains($0) }
    }.sorted()

    // A few of the tags by their names, then perhaps all others, perhaps manifests without a tag, perhaps pinned ones.
    var decided: [String: Bool] = [:]
    for number in 0..<1 + made.next(4) {
      let names = Set(roots.filter { _ in made.next(3) == 0 })
      let deletes = made.next(5) > 1
      rules.append(
        PurgeRule("rule \(number)", deletes ? .delete : .keep, [.tag([TextTest("") { names.contains($0) }])]))
      for tag in names where decided[tag] == nil { decided[tag] = deletes }
    }
    if made.next(3) == 0, !content.manifests.isEmpty {
      let pinned = made.pick(content.manifests.keys.sorted())
      let holders = PurgeOracle.holders(of: pinned, content)
      if let digest = try? Digest(pinned) { rules.append(PurgeRule("pinned", .keep, [.digests([digest])])) }
      for tag in roots where holders.contains(content.tags[tag] ?? "") && decided[tag] == nil { decided[tag] = false }
      for digest in alone where holders.contains(digest) && decided[digest] == nil { decided[digest] = false }
    }
    if made.next(2) == 0 {
      rules.append(PurgeRule("untagged", .delete, [.untagged]))
      for digest in alone where decided[digest] == nil { decided[digest] = true }
    }
    if made.next(3) == 0 {
      let count = made.next(3)
      rules.append(
        PurgeRule("newest", .delete, [], newest: .init(count, isOlder: { $0.name < $1.name })))
      let open = roots.filter { decided[$0] == nil }
      for tag in open.dropLast(count) { decided[tag] = true }
    }
    if content.traits.isAzure, made.next(2) == 0 {
      let hours = made.next(240)
      rules.append(PurgeRule("old", .delete, [.olderThan(.seconds(hours * 3600))]))
      let limit = options.now.adding(seconds: -Int64(hours) * 3600)
      for key in roots + alone where decided[key] == nil {
        if let time = Timestamp(rfc3339: content.metadata.times[key] ?? ""), time < limit { decided[key] = true }
      }
    }
    for tag in roots where locked.contains(tag) || locked.contains(content.tags[tag] ?? "") { decided[tag] = false }
    keptTags = roots.filter { decided[$0] != true }
    deletedTags = roots.filter { decided[$0] == true }

    going = Set(content.manifests.keys)
    for digest in content.manifests.keys {
      let tags = roots.filter { content.tags[$0] == digest }
      let mayGo =
        tags.isEmpty ? !alone.contains(digest) || decided[digest] == true : tags.allSatisfy { decided[$0] == true }
      let isLocked = locked.contains(digest) || content.tags.contains { $0.value == digest && locked.contains($0.key) }
      if !mayGo || isLocked { going.remove(digest) }
    }
    while true {
      let stuck = going.filter { digest in edges[digest, default: []].contains { !going.contains($0) } }
      guard !stuck.isEmpty else { break }
      going.subtract(stuck)
    }
    var kept: Set<String> = []
    for (digest, manifest) in content.manifests where !going.contains(digest) {
      kept.formUnion(manifest.digests("config") + manifest.digests("layers"))
    }
    var freed: Set<String> = []
    for digest in going {
      guard let manifest = content.manifests[digest] else { continue }
      freedBytes += Int64(manifest.bytes.count)
      for blob in manifest.digests("config") + manifest.digests("layers")
      where !kept.contains(blob) && freed.insert(blob).inserted {
        freedBytes += Int64(content.blobs[blob]?.count ?? 0)
      }
    }
  }

  private static func subject(of tag: String) -> String? {
    tag.hasPrefix("sha256-") ? "sha256:\(tag.dropFirst(7).prefix { $0 != "." })" : nil
  }

  /// By manifest, what keeps it: its indexes, its subjects, and what is about it.
  private static func edges(_ content: MemoryRegistry.Repository) -> [String: Set<String>] {
    var edges: [String: Set<String>] = [:]
    func relate(_ subject: String, _ referrer: String) {
      guard subject != referrer, content.manifests[subject] != nil, content.manifests[referrer] != nil else { return }
      edges[referrer, default: []].insert(subject)
      edges[subject, default: []].insert(referrer)
    }
    for (digest, manifest) in content.manifests {
      for child in manifest.digests("manifests") where content.manifests[child] != nil {
        edges[child, default: []].insert(digest)
      }
      for subject in manifest.digests("subject") { relate(subject, digest) }
    }
    for (tag, digest) in content.tags { if let subject = subject(of: tag) { relate(subject, digest) } }
    return edges
  }

  /// By manifest without a tag of its own, the indexes and subjects that it goes with.
  private static func owners(_ content: MemoryRegistry.Repository) -> [String: Set<String>] {
    var owners: [String: Set<String>] = [:]
    for (digest, manifest) in content.manifests {
      for subject in manifest.digests("subject") where content.manifests[subject] != nil {
        owners[digest, default: []].insert(subject)
      }
      let lists = content.tags.contains { tag, target in
        target == digest && !tag.contains(".") && subject(of: tag).map { content.manifests[$0] != nil } ?? false
      }
      for child in manifest.digests("manifests") where content.manifests[child] != nil && !lists {
        owners[child, default: []].insert(digest)
      }
    }
    for (tag, digest) in content.tags {
      guard let subject = subject(of: tag), content.manifests[subject] != nil, subject != digest else { continue }
      owners[digest, default: []].insert(subject)
    }
    return owners
  }

  /// Everything that is above a manifest, however far.
  private static func closure(of digest: String, _ owners: [String: Set<String>]) -> Set<String> {
    var found: Set<String> = []
    var waiting = Array(owners[digest, default: []])
    while let next = waiting.popLast() {
      if found.insert(next).inserted { waiting += owners[next, default: []] }
    }
    return found
  }

  /// A manifest, and every index that leads to it.
  private static func holders(of digest: String, _ content: MemoryRegistry.Repository) -> Set<String> {
    var found: Set<String> = [digest]
    while true {
      let more = content.manifests.filter { key, manifest in
        !found.contains(key) && manifest.digests("manifests").contains { found.contains($0) }
      }.keys
      guard !more.isEmpty else { return found }
      found.formUnion(more)
    }
  }
}
