import AcrCore
import AcrHTTP
import Foundation
import ImportCore
import OCIRegistry
import TestSupport
import Testing

/// Prunes and deletes in repositories made by chance, then reads every tag that is left whole.
///
/// 200 of them run here; `scripts/soak-prune` sets ACRSH_RANDOM_REGISTRIES for more, and ACRSH_RANDOM_SEED to begin
/// elsewhere.
@Suite("Prune and delete in random registries")
struct RandomRegistryTests {
  private static let count = ProcessInfo.processInfo.environment["ACRSH_RANDOM_REGISTRIES"].flatMap { Int($0) } ?? 200
  private static let first = ProcessInfo.processInfo.environment["ACRSH_RANDOM_SEED"].flatMap { UInt64($0) } ?? 1

  @Test("no tag that stays is broken, and what may go is gone")
  func memory() async throws {
    let http = HTTPClient(
      transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")),
      retry: RetryPolicy(tries: 2, firstDelay: .milliseconds(10)))
    var seed = Self.first
    var deletions = 0
    while seed < Self.first + UInt64(Self.count) {
      let registry = try MemoryRegistry()
      defer { registry.stop() }
      let seeds = seed..<min(seed + 50, Self.first + UInt64(Self.count))
      deletions += try await withThrowingTaskGroup(of: Int.self) { group in
        for seed in seeds { group.addTask { try await Self.check(seed, registry, http) } }
        return try await group.reduce(0, +)
      }
      seed = seeds.upperBound
    }
    #expect(deletions > Self.count / 2, "hardly anything was deleted")
  }

  /// - Returns: how many manifests and tags were deleted.
  private static func check(_ seed: UInt64, _ registry: MemoryRegistry, _ http: HTTPClient) async throws -> Int {
    var made = RandomRepository(seed: seed, deletesTags: seed % 5 == 0)
    let name = "r\(seed)"
    registry[name] = made.content
    registry["source/\(name)"] = source(&made)
    let session = RegistryClients(http: http, credentials: CredentialStore(environment: [:]))
    let lab = try RandomLab(registry.authority, session, name)
    let tags = RandomRepository.plainTags(registry["source/\(name)"])
    let reached = RandomRepository.reached(tags, in: made.content)

    let rows = try await lab.mirror()
    #expect(!rows.contains { $0.action == .failed }, "seed \(seed): \(rows.map(\.reason))")
    let after = registry[name]
    #expect(reached.isSubset(of: after.manifests.keys), "seed \(seed): what a kept tag reaches is gone")
    for tag in RandomRepository.plainTags(made.content) where !tags.contains(tag) {
      let digest = made.content.tags[tag] ?? ""
      let others = made.content.tags.filter { $0.value == digest && $0.key.hasPrefix("sha256-") }
      guard made.content.traits.deletesTags || (!reached.contains(digest) && others.isEmpty) else { continue }
      #expect(after.tags[tag] == nil, "seed \(seed): the tag \(tag) could have been deleted")
    }
    var count = made.content.tags.count - after.tags.count
    expectWhole(after, "seed \(seed), after the prune")

    for _ in 0..<4 {
      let digests = registry[name].manifests.keys.sorted()
      guard !digests.isEmpty else { break }
      let digest = try Digest(made.pick(digests))
      let before = registry[name]
      do {
        let remover = ManifestRemover(store: lab.target, limit: TransferLimit(8))
        let impact = try await remover.impact(of: digest)
        try impact.requireUnneeded("the manifest")
        try await lab.target.deleteManifest(digest)
        count += 1
        #expect(Set(impact.tags.map(\.name)) == Set(before.tags.filter { $0.value == digest.description }.keys))
      } catch let error as AcrError where error.kind == .conflict {
        continue
      }
      expectWhole(registry[name], "seed \(seed), after deleting \(digest.short)")
    }
    return count
  }

  /// The repository with some of its tags, at least one.
  private static func source(_ made: inout RandomRepository) -> MemoryRegistry.Repository {
    var source = made.content
    for tag in RandomRepository.plainTags(source).dropFirst() where made.next(2) == 0 { source.tags[tag] = nil }
    return source
  }

  private static func expectWhole(_ repository: MemoryRegistry.Repository, _ place: String) {
    for (tag, digest) in repository.tags {
      // Lists of referrers may name what is gone.
      if tag.hasPrefix("sha256-"), !tag.contains(".") { continue }
      #expect(repository.missing(below: digest).isEmpty, "\(place): the tag \(tag) is broken")
    }
  }

  @Test("the same in docker-registry, read over HTTP by a program of its own")
  func dockerRegistry() async throws {
    try await withRegistryServer { server in
      let http = HTTPClient(
        transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")),
        retry: RetryPolicy(tries: 2, firstDelay: .milliseconds(10)))
      let session = RegistryClients(http: http, credentials: CredentialStore(environment: [:]))
      let content = try RegistryContent(authority: server.directAuthority)
      let deleted = try await withThrowingTaskGroup(of: Int.self) { group in
        for seed in UInt64(1)...20 {
          group.addTask { try await Self.check(seed, at: server.authority, content, session) }
        }
        return try await group.reduce(0, +)
      }
      #expect(deleted > 10)
    }
  }

  /// - Returns: how many tags were deleted.
  private static func check(
    _ seed: UInt64, at authority: String, _ content: RegistryContent, _ session: RegistryClients
  ) async throws -> Int {
    var made = RandomRepository(seed: seed, hasReferrersAPI: false)
    let name = "r\(seed)"
    let source = source(&made)
    try await content.push(made.content, to: name)
    try await content.push(source, to: "source/\(name)")
    let rows = try await RandomLab(authority, session, name).mirror()
    #expect(!rows.contains { $0.action == .failed }, "seed \(seed): \(rows.map(\.reason))")
    let left = try await content.tags(name)
    for tag in left where !tag.hasPrefix("sha256-") || tag.contains(".") {
      try await content.verify(name, reference: tag)
    }
    let kept = RandomRepository.plainTags(source)
    #expect(Set(kept).isSubset(of: left), "seed \(seed)")
    for digest in RandomRepository.reached(kept, in: made.content) {
      try await content.verify(name, reference: digest)
    }
    return rows.count { $0.action == .deleted }
  }
}

/// One repository and what it is made like.
private struct RandomLab {
  let target: RegistryRepository
  private let pair: MirrorPair

  init(_ authority: String, _ session: RegistryClients, _ name: String) throws {
    let host = try RegistryHost(authority)
    let (from, to) = (try RepositoryName("source/\(name)"), try RepositoryName(name))
    target = session.repository(host, to, access: .push)
    pair = MirrorPair(
      source: session.repository(host, from, access: .pull), sourceLocation: .init(registry: host, repository: from),
      target: target, targetLocation: .init(registry: host, repository: to))
  }

  func mirror() async throws -> [MirrorRow] {
    let mirror = Mirror(
      engine: DirectImport(table: TransferTable(), limit: TransferLimit(8)), queue: ImportQueue(jobs: 4))
    return try await mirror.run(try await mirror.plan(pair, MirrorOptions(prunes: true)))
  }
}
