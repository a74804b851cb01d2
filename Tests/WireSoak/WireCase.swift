import AcrCommands
import AcrCore
import AcrHTTP
import AcrLanguage
import AcrRuntime
import Foundation
import OCIRegistry
import Synchronization
import TestSupport

/// One case: two registries, one or both of which lie, a script that has to do with them, and what must be true afterwards.
/// Everything about it follows from its number and the seed.
struct WireCase {
  let number: Int
  let scenario: Scenario
  let script: String
  let sourcePlan: LiePlan
  let targetPlan: LiePlan
  let azurePlan: LiePlan

  /// What came of a case.
  struct Report: Sendable {
    var failures: [String] = []
    var script = ""
    var outcome = ""
    var output = ""
    var told: [LyingServer.Told] = []
    var requests = 0
  }

  private let source: HonestRegistry
  private let target: HonestRegistry
  private let sourceServer: LyingServer
  private let targetServer: LyingServer
  private let azureServer: LyingServer
  private let foreign: LoopbackServer
  private let folder: String
  private let showsTables: Bool
  private let before: [String: HonestRegistry.Repository]

  static let sourceSecrets = HonestRegistry.Secrets(
    password: "pw-source-Zx81kqLm77", refreshToken: "refresh-source-q8TTbw0Lk3", accessToken: "access-source-m3NNvv91Qa"
  )
  static let targetSecrets = HonestRegistry.Secrets(
    password: "pw-target-Rt52hjWc40", refreshToken: "refresh-target-x7KKdd2Pz9", accessToken: "access-target-b6YYcc83Ge"
  )

  init(number: Int, seed: UInt64) throws {
    self.number = number
    var random = SeededGenerator(seed, "case \(number)")
    let scenario = random.chance(4) ? .importLarge : random.pick(Scenario.allCases.filter { $0 != .importLarge })
    self.scenario = scenario
    let images = SampleImages.shared
    let sourceTags = scenario == .importLarge ? images.largeTags : images.tags
    source = HonestRegistry(
      signIn: scenario.usesAzure ? .none : random.pick(HonestRegistry.SignIn.allCases), secrets: Self.sourceSecrets,
      listsReferrers: random.chance(60),
      repositories: [
        "app": HonestRegistry.repository(tags: sourceTags),
        "lib/one": HonestRegistry.repository(tags: [
          "1": images.tags["single"] ?? ""
        ]),
      ])
    let isNew = ![.delete, .untag, .purge].contains(scenario) && random.chance(40)
    target = HonestRegistry(
      signIn: scenario.usesAzure ? .azure : random.pick(HonestRegistry.SignIn.allCases), secrets: Self.targetSecrets,
      listsReferrers: random.chance(60),
      repositories: isNew ? [:] : ["app": HonestRegistry.repository(tags: images.oldTags)])
    before = target.state.withLock { $0.repositories }

    let whoLies = random.below(10)
    let azureLies = scenario.usesAzure && random.chance(70)
    sourcePlan = Self.plan(!azureLies && (whoLies < 6 || whoLies == 9), Self.registryTopics, &random)
    targetPlan = Self.plan(!azureLies && whoLies >= 6, Self.registryTopics, &random)
    azurePlan = Self.plan(azureLies, [.entra, .manager, .manager, .operation, .operation], &random)
    foreign = try LoopbackServer { _ in .json("{\"foreign\":true}") }
    sourceServer = try LyingServer(plan: sourcePlan, foreign: foreign.url) { [source] in source.answer($0, origin: $1) }
    targetServer = try LyingServer(plan: targetPlan, foreign: foreign.url) { [target] in target.answer($0, origin: $1) }
    let azure = HonestAzure(source: source, target: target, failsImports: random.chance(30))
    azure.use(source: sourceServer.authority, target: targetServer.authority)
    azureServer = try LyingServer(plan: azurePlan, foreign: foreign.url) { azure.answer($0, origin: $1) }
    showsTables = random.chance(50)

    folder = FileManager.default.temporaryDirectory.appendingPathComponent("wire-soak-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder + "/layout", withIntermediateDirectories: true)
    let names = Scenario.Names(
      source: sourceServer.authority, target: targetServer.authority, folder: folder + "/layout",
      indexDigest: images.tags["v1"] ?? "", azure: "http://\(azureServer.authority)")
    var lines = scenario.usesAzure ? Scenario.azureStart(names) : []
    var entries: [String] = []
    for (server, secrets, name) in [
      (sourceServer, Self.sourceSecrets, "SOURCE"), (targetServer, Self.targetSecrets, "TARGET"),
    ] where !scenario.usesAzure {
      switch random.below(4) {
      case 0:
        lines.append(
          "try { acr login --name \(server.authority) -u \(secrets.user) -p (secret env SOAK_\(name)_PASSWORD) } "
            + "catch e { print \"${e.message} ${e.help}\" }")
      case 1: entries.append("\"\(server.authority)\":{\"identitytoken\":\"\(secrets.refreshToken)\"}")
      default:
        let basic = Base64.encode(Array("\(secrets.user):\(secrets.password)".utf8))
        entries.append("\"\(server.authority)\":{\"auth\":\"\(basic)\"}")
      }
    }
    try Data("{\"auths\":{\(entries.joined(separator: ","))}}".utf8).write(
      to: URL(fileURLWithPath: folder + "/config.json"))
    lines.append(scenario.script(names, &random))
    script = lines.joined(separator: "\n") + "\n"
  }

  private static let registryTopics: [Topic] = [
    .ping, .token, .exchange, .catalog, .tags, .tags, .manifest, .manifest, .manifest, .blob, .blob, .upload, .upload,
    .referrers, .metadata,
  ]

  private static func plan(_ lies: Bool, _ topics: [Topic], _ random: inout SeededGenerator) -> LiePlan {
    guard lies else { return LiePlan(when: .never, seed: 0) }
    let seed = random.next()
    if random.chance(35) { return LiePlan(when: .often(random.pick([3, 10, 30])), seed: seed) }
    // JSON is where most can be said.
    let lie = random.chance(25) ? .json : random.pick(Lie.allCases)
    return LiePlan(
      when: .about(random.pick(topics), lie, times: random.pick([1, 2, 1_000_000, 1_000_000])), seed: seed)
  }

  // MARK: Running

  /// What has happened so far in a case that does not end.
  var progress: Report {
    Report(
      script: script, outcome: "running", told: sourceServer.told + targetServer.told + azureServer.told,
      requests: sourceServer.requestCount + targetServer.requestCount + azureServer.requestCount)
  }

  /// Runs it, and looks at what became of the registries.
  func run() -> Report {
    defer { cleanUp() }
    let sink = RecordingSink(showsTables: showsTables)
    let client = WireClient(dockerConfig: folder, sink: sink)
    defer { client.shutDown() }
    let (outcome, isSuccess) = client.run(script)
    var report = Report(script: script, outcome: outcome, output: sink.text)
    report.told = progress.told
    report.requests = progress.requests
    report.failures = check(sink, client.trace.text, isSuccess)
    return report
  }

  private func cleanUp() {
    sourceServer.stop()
    targetServer.stop()
    azureServer.stop()
    foreign.stop()
    try? FileManager.default.removeItem(atPath: folder)
  }

  // MARK: What must be true

  private func check(_ sink: RecordingSink, _ trace: String, _ isSuccess: Bool) -> [String] {
    var failures = secretsShown(in: sink.text, "the output") + secretsShown(in: trace, "the trace")
    for request in foreign.requests {
      let all = "\(request.target) \(request.headers.all) \(request.text)"
      failures += secretsShown(in: all, "a request to another server (\(request.method) \(request.target.prefix(80)))")
    }
    for server in [sourceServer, targetServer, azureServer] where server.requestCount > LyingServer.mostRequests {
      failures.append("\(server.requestCount) requests to one server")
    }
    let after = target.state.withLock { $0 }
    let given = source.state.withLock { $0 }
    failures += after.wrongs
    if given.changes > 0 { failures.append("the source was changed \(given.changes) times") }
    failures += checkKept(after.repositories)
    if isSuccess { failures += checkSuccess(after.repositories, sink) }
    failures += checkLayout()
    return failures
  }

  private func secretsShown(in text: String, _ place: String) -> [String] {
    var found: [String] = []
    for secrets in [Self.sourceSecrets, Self.targetSecrets] {
      let basic = Base64.encode(Array("\(secrets.user):\(secrets.password)".utf8))
      for secret in [secrets.password, secrets.refreshToken, secrets.accessToken, basic] where text.contains(secret) {
        found.append("\(place) holds the secret \(secret)")
      }
    }
    for secret in [HonestAzure.clientSecret, HonestAzure.tokenMark] where text.contains(secret) {
      found.append("\(place) holds the secret \(secret)")
    }
    return found
  }

  /// Lies that could pass for the truth, by who told them.
  private func believable(_ server: LyingServer, _ topics: Set<Topic>) -> Bool {
    server.told.contains { $0.lie.isBelievable && topics.contains($0.topic) }
  }

  /// Nothing that a kept tag needs is gone; nothing goes where nothing was to be deleted.
  private func checkKept(_ after: [String: HonestRegistry.Repository]) -> [String] {
    var failures: [String] = []
    // A target that lies about itself may bring anybody to delete too much.
    guard targetServer.told.allSatisfy({ !$0.lie.isBelievable }) else { return [] }
    for (name, repository) in after.sorted(by: { $0.key < $1.key }) {
      failures += HonestRegistry.missing(in: repository).map { "in \(name) of the target, \($0)" }
    }
    let lists: Set<Topic> = [.tags, .metadata, .catalog]
    let isMisled = believable(sourceServer, lists)
    for (name, repository) in before.sorted(by: { $0.key < $1.key }) {
      let kept = after[name] ?? HonestRegistry.Repository()
      for tag in repository.tags.keys.sorted() where kept.tags[tag] == nil {
        let isInSource = source.state.withLock { $0.repositories[name]?.tags[tag] != nil }
        if !scenario.deletes { failures.append("the tag \(tag) of \(name) is gone") }
        if [.mirrorPrune, .mirrorAll].contains(scenario), isInSource, !isMisled {
          failures.append("the tag \(tag) of \(name) is gone, and the source has it")
        }
      }
      if !scenario.deletes {
        for digest in repository.manifests.keys.sorted() where kept.manifests[digest] == nil {
          failures.append("the manifest \(digest) of \(name) is gone")
        }
      }
    }
    return failures
  }

  /// A success means that the target has what the source gave.
  private func checkSuccess(_ after: [String: HonestRegistry.Repository], _ sink: RecordingSink) -> [String] {
    guard scenario.copies, targetServer.told.allSatisfy({ !$0.lie.isBelievable }), !script.contains("--dry-run") else {
      return []
    }
    // The one word by which Azure can make a failure look like a success.
    guard !azureServer.told.contains(where: { $0.lie == .json && $0.answer.contains("Succeeded") }) else { return [] }
    var failures: [String] = []
    let given = source.state.withLock { $0.repositories["app"]?.tags ?? [:] }
    let isDeceived = believable(sourceServer, [.manifest])
    func expect(_ name: String, _ tag: String, _ digest: String?) {
      guard let found = after[name]?.tags[tag] else {
        failures.append("success, and the target has no \(name):\(tag)")
        return
      }
      if let digest, found != digest, !isDeceived {
        failures.append("success, and \(name):\(tag) is \(found), and the source's is \(digest)")
      }
      if !scenario.usesAzure, !sourceServer.sentManifests.contains(found), before[name]?.tags[tag] != found {
        failures.append("success, and \(name):\(tag) is \(found), which the source never sent")
      }
    }
    switch scenario {
    case .importOne:
      let tag = script.split(separator: ":").last.map { String($0.prefix { $0 != " " && $0 != "\n" }) } ?? ""
      expect("app", tag, given[tag])
      if let digest = sink.values.last?["digest"]?.string, digest != after["app"]?.tags[tag] {
        failures.append("success with the digest \(digest), and the target's tag is another")
      }
    case .importDigest: expect("new/app", "pinned", given["v1"])
    case .serviceImport where !script.contains("--no-wait"):
      let tag = script.split(separator: "service:").last.map { String($0.prefix { $0 != " " && $0 != "\n" }) } ?? ""
      expect("service", tag, given[tag])
    case .serviceRows: for tag in ["v1", "v2", "single"] { expect("service", tag, given[tag]) }
    case .importLarge: expect("large", "large", given["large"])
    case .importRows: for tag in ["v1", "v2", "single", "docker"] { expect("rows/\(tag)", "x", given[tag]) }
    case .mirror, .mirrorPrune:
      guard !believable(sourceServer, [.tags, .metadata]), !script.contains("--newest"), !script.contains("--platform")
      else { break }
      // Without referrers, the tags of signatures stay behind too.
      let hasReferrers = !script.contains("--referrers false")
      for (tag, digest) in given where hasReferrers || !tag.hasPrefix("sha256-") {
        guard !script.contains("--tags") || tag.hasPrefix("v") else { continue }
        expect("app", tag, digest)
      }
    default: break
    }
    return failures
  }

  /// Each file of a layout has the digest that it is called by.
  private func checkLayout() -> [String] {
    let blobs = folder + "/layout/blobs/sha256"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: blobs)) ?? []
    return names.sorted().compactMap { name in
      guard name.count == 64, let data = FileManager.default.contents(atPath: "\(blobs)/\(name)") else { return nil }
      let found = Digest.of(Array(data)).description
      return found == "sha256:\(name)" ? nil : "the layout's blob \(name) has the digest \(found)"
    }
  }
}
