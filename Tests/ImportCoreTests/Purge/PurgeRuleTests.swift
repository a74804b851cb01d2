import AcrCore
import AcrHTTP
import ImportCore
import OCIRegistry
import TestSupport
import Testing

/// What each condition of a rule holds for, in one repository that has something of everything.
@Suite("Rules of purges")
struct PurgeRuleTests {
  private static let now = Timestamp(seconds: 1_700_000_000)

  private static func text(_ texts: String...) -> [TextTest] { texts.map { text in TextTest(text) { $0 == text } } }

  /// `amd` and `arm` are images of an index `both`, `old` was built 40 days ago, `new` yesterday, `zero` in 1970; `chart`
  /// is an artifact with an annotation, and `sbom` one about `new`. An index of an image without tags is alone.
  private func registry() throws -> MemoryRegistry {
    var content = MemoryRegistry.Repository()
    content.traits = .init(hasReferrersAPI: true, deletesTags: true)
    func image(
      _ name: String, _ architecture: String, daysOld: Int64?, layer: Int, tag: String?
    ) -> String {
      let time = daysOld.map { Self.now.adding(seconds: -$0 * 86_400).description } ?? "1970-01-01T00:00:00Z"
      let config = content.put(
        blob: Array(#"{"os":"linux","architecture":"\#(architecture)","created":"\#(time)","n":"\#(name)"}"#.utf8))
      let bytes = content.put(blob: [UInt8](repeating: 7, count: layer))
      let text = """
        {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","config":{"mediaType":"\(MediaType.ociConfig)",\
        "digest":"\(config)","size":\(content.blobs[config]?.count ?? 0)},\
        "layers":[{"mediaType":"l","digest":"\(bytes)","size":\(layer)}]}
        """
      return content.put(manifest: Array(text.utf8), mediaType: MediaType.ociManifest, tag: tag)
    }
    func descriptor(_ digest: String, _ platform: String = "") -> String {
      let size = content.manifests[digest]?.bytes.count ?? 0
      return #"{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(digest)","size":\#(size)\#(platform)}"#
    }
    func artifact(_ type: String, tag: String, subject: String? = nil) {
      let config = content.put(blob: Array("{}".utf8))
      let about = subject.map { ",\"subject\":\(descriptor($0))" } ?? ""
      let text = """
        {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","artifactType":"\(type)","annotations":{"team":"blue"},\
        "config":{"mediaType":"\(MediaType.empty)","digest":"\(config)","size":2},"layers":[]\(about)}
        """
      content.put(manifest: Array(text.utf8), mediaType: MediaType.ociManifest, tag: tag)
    }
    let amd = image("amd", "amd64", daysOld: 5, layer: 100, tag: "amd")
    let arm = image("arm", "arm64", daysOld: 10, layer: 100, tag: "arm")
    let index = """
      {"schemaVersion":2,"mediaType":"\(MediaType.ociIndex)","manifests":[\
      \(descriptor(amd, #","platform":{"os":"linux","architecture":"amd64"}"#)),\
      \(descriptor(arm, #","platform":{"os":"linux","architecture":"arm64"}"#))]}
      """
    content.put(manifest: Array(index.utf8), mediaType: MediaType.ociIndex, tag: "both")
    _ = image("old", "amd64", daysOld: 40, layer: 9000, tag: "old")
    let new = image("new", "amd64", daysOld: 1, layer: 100, tag: "new")
    _ = image("zero", "amd64", daysOld: nil, layer: 100, tag: "zero")
    artifact("application/x.chart", tag: "chart")
    artifact("application/spdx+json", tag: "sbom", subject: new)
    let registry = try MemoryRegistry()
    registry["app"] = content
    return registry
  }

  /// A condition, and the tags of the repository that it holds for.
  private static let cases: [(condition: [PurgeCondition], tags: Set<String>)] = [
    ([.repository([TextTest("app") { $0 == "app" }])], all),
    ([.repository([TextTest("other") { $0 == "other" }])], []),
    ([.tag(text("old", "new"))], ["old", "new"]),
    ([.tag([TextTest("*o*") { $0.contains("o") }]), .tag(text("old", "amd"))], ["old"]),
    ([.untagged], []),
    ([.olderThan(.seconds(7 * 86_400))], ["old", "arm"]),
    ([.newerThan(.seconds(7 * 86_400))], ["new", "amd", "both", "zero", "chart", "sbom"]),
    ([.platform([Platform(os: "linux", architecture: "arm64")])], ["arm", "both"]),
    ([.platform([Platform(os: "windows", architecture: "amd64")])], []),
    ([.artifactType(text("application/x.chart"))], ["chart"]),
    ([.artifactType(text(MediaType.ociConfig))], ["amd", "arm", "old", "new", "zero"]),
    ([.annotation("team", text("blue"))], ["chart", "sbom"]),
    ([.annotation("team", text("red"))], []),
    ([.annotation("owner", text("blue"))], []),
    ([.largerThan(WireSize(clamping: 5000))], ["old"]),
    ([.smallerThan(WireSize(clamping: 50))], ["chart", "sbom"]),
    ([.locked(true)], []),
    ([.usedBy(.index)], ["amd", "arm"]),
    ([.usedBy(.subject)], ["sbom"]),
    ([.usedBy(.nothing)], ["both", "old", "new", "zero", "chart"]),
  ]
  private static let all: Set<String> = ["amd", "arm", "both", "old", "new", "zero", "chart", "sbom"]

  private func plan(_ rules: [PurgeRule], _ registry: MemoryRegistry) async throws -> PurgePlan {
    let session = RegistryClients(
      http: HTTPClient(
        transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")), retry: .none),
      credentials: CredentialStore(environment: [:]))
    var options = PurgeOptions(now: Self.now)
    options.maxShare = 1
    options.listsKept = true
    return try await Purge(PurgeRules(rules), options, limit: TransferLimit(8)).plan(
      session.repository(try RegistryHost(registry.authority), try RepositoryName("app"), access: .pull))
  }

  @Test("conditions", arguments: 0..<cases.count)
  func conditions(_ number: Int) async throws {
    let (condition, expected) = Self.cases[number]
    let registry = try registry()
    defer { registry.stop() }
    let rows = try await plan([PurgeRule("rule", .delete, condition)], registry).rows
    #expect(Set(rows.filter { $0.rule == "rule" }.compactMap(\.tag?.name)) == expected, "\(condition)")
    #expect(Set(rows.compactMap(\.tag?.name)) == Self.all, "every tag has a row")
  }

  @Test("digests hold for what they name, and for indexes that list it")
  func digests() async throws {
    let registry = try registry()
    defer { registry.stop() }
    let arm = try Digest(registry["app"].tags["arm"] ?? "")
    let rows = try await plan([PurgeRule("in use", .keep, [.digests([arm])])], registry).rows
    #expect(Set(rows.filter { $0.rule == "in use" }.compactMap(\.tag?.name)) == ["arm", "both"])
  }

  @Test("the first rule that fits decides, and without a rule that deletes nothing goes")
  func order() async throws {
    let registry = try registry()
    defer { registry.stop() }
    let keepOld = PurgeRule("keep", .keep, [.tag(Self.text("old"))])
    let all = PurgeRule("all", .delete)
    let first = try await plan([keepOld, all], registry)
    #expect(first.rows.first { $0.tag?.name == "old" }?.action == .keep)
    #expect(first.rows.first { $0.tag?.name == "new" }?.action == .delete)
    let second = try await plan([all, keepOld], registry)
    #expect(second.rows.first { $0.tag?.name == "old" }?.action == .delete)
    #expect(try await plan([keepOld], registry).isEmpty)
    #expect(try await plan([], registry).isEmpty)
  }

  @Test("the newest: by time with what tells none kept beside, by an order of names, by groups")
  func newest() async throws {
    let registry = try registry()
    defer { registry.stop() }
    func kept(_ newest: PurgeRule.Newest, _ action: PurgeRule.Action = .keep) async throws -> Set<String> {
      let rows = try await plan([PurgeRule("newest", action, newest: newest)], registry).rows
      return Set(rows.filter { $0.rule == "newest" }.compactMap(\.tag?.name))
    }
    // `both` is as old as the newest image in it; nothing tells when `zero`, `chart` and `sbom` were made.
    #expect(try await kept(.init(2)) == ["new", "both", "zero", "chart", "sbom"])
    #expect(try await kept(.init(2), .delete) == ["amd", "arm", "old"])
    #expect(try await kept(.init(2, isOlder: { $0.name < $1.name })) == ["sbom", "zero"])
    let byFirst: @Sendable (TagName) -> String? = { $0.name == "zero" ? nil : String($0.name.prefix(1)) }
    #expect(
      try await kept(.init(1, group: byFirst, isOlder: { $0.name < $1.name })) == [
        "arm", "both", "old", "new", "chart", "sbom",
      ])
  }

  @Test("a tag whose manifest something needs goes alone, and the row says what needs it")
  func untag() async throws {
    let registry = try registry()
    defer { registry.stop() }
    let rows = try await plan([PurgeRule("parts", .delete, [.tag(Self.text("amd", "sbom", "new"))])], registry).rows
    #expect(rows.first { $0.tag?.name == "amd" }?.action == .untag)
    #expect(rows.first { $0.tag?.name == "amd" }?.reason == "the manifest stays: the index `both` needs it")
    #expect(rows.first { $0.tag?.name == "new" }?.action == .delete)
    #expect(rows.first { $0.tag?.name == "sbom" }?.action == .delete)
    let one = try await plan([PurgeRule("sbom", .delete, [.tag(Self.text("sbom"))])], registry).rows
    #expect(one.first { $0.tag?.name == "sbom" }?.action == .untag, "a referrer never goes before its subject")
  }
}
