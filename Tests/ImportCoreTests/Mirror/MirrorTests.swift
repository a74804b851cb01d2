import AcrCore
import Foundation
import ImportCore
import OCIRegistry
import TestSupport
import Testing

@Suite("Mirrors of repositories")
struct MirrorTests {
  @Test("new tags cost one read each, three requests a blob and one for the manifest; the same again two HEADs a tag")
  func requestCounts() async throws {
    try await withLab { lab in
      let count = 12
      for number in 1...count { try lab.images.image("v\(number)", layers: [300, 400, 500], tag: "v\(number)") }
      try await lab.push("app")
      let pair = try lab.mirrorPair("app")
      let mirror = Mirror(engine: lab.engine)
      let rows = try await mirror.run(try await mirror.plan(pair, MirrorOptions()))
      #expect(rows.map(\.action) == Array(repeating: .copied, count: count))
      #expect(rows.map(\.bytes).allSatisfy { $0 > 1200 })
      let (read, sent) = (try await lab.source.requestLog(), try await lab.target.requestLog())
      // Tags, manifests, blobs; and once the question whether this registry lists referrers.
      #expect(read.count == 1 + count + 4 * count + 1)
      #expect(read.count { $0.method == "HEAD" } == 0)
      // Tags, POST and PUT for each blob, PUT for each manifest.
      #expect(sent.count == 1 + 2 * 4 * count + count)

      try await lab.source.forgetRequests()
      try await lab.target.forgetRequests()
      let again = Mirror(engine: lab.freshEngine)
      let unchanged = try await again.run(try await again.plan(pair, MirrorOptions()))
      #expect(unchanged.map(\.action) == Array(repeating: .unchanged, count: count))
      #expect(try await lab.source.requestLog().count == 1 + count)
      #expect(try await lab.target.requestLog().count == 1 + count)
    }
  }

  @Test("a blob of many repositories is sent once and mounted for the others")
  func mounts() async throws {
    try await withLab { lab in
      for number in 1...5 {
        try lab.images.image(
          "r\(number)", layers: [400_000, 100], sharedWith: "base", sharedCount: 1, tag: "r\(number)")
        try await RegistryContent(authority: lab.source.directAuthority)
          .push(lab.images.layout, tag: "r\(number)", to: "team/r\(number)")
      }
      try await lab.forgetRequests()
      let mirror = Mirror(engine: lab.engine)
      var plans: [MirrorPlan] = []
      for number in 1...5 {
        plans.append(
          try await mirror.plan(try lab.mirrorPair("team/r\(number)", to: "copy/r\(number)"), MirrorOptions()))
      }
      let rows = try await mirror.run(plans, observer: { _ in { _ in } }, ended: { _ in })
      #expect(rows.count == 5)
      let content = try RegistryContent(authority: lab.target.directAuthority)
      for number in 1...5 { try await content.verify("copy/r\(number)", reference: "r\(number)") }
      // Five configurations, five layers of their own, one shared layer.
      #expect(try await lab.target.requestLog().count { $0.method == "PUT" && $0.path.contains("/blobs/") } == 11)
      #expect(try await lab.source.requestLog().count { $0.path.contains("/blobs/") } == 11)
    }
  }

  @Test("moved tags are updated, gone ones are pruned unless a tag that stays needs their manifest")
  func updatesAndPrunes() async throws {
    try await withLab { lab in
      try lab.images.image("one", layers: [300], tag: "stays")
      try lab.images.image("two", layers: [400], tag: "moves")
      try await lab.push("app")
      let old = try lab.images.image("old", layers: [500], tag: "gone")
      try await lab.push("app", to: lab.target)
      _ = try await lab.run("app:stays", to: "app:alias")
      _ = old
      try lab.images.image("new", layers: [600], tag: "moves")
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, tag: "moves", to: "app")
      let mirror = Mirror(engine: lab.freshEngine)
      let plan = try await mirror.plan(try lab.mirrorPair("app"), MirrorOptions(prunes: true))
      #expect(Set(plan.prunes.map(\.name)) == ["alias", "gone"])
      let preview = try await mirror.preview(plan)
      #expect(preview.filter { $0.action == .wouldUpdate }.map(\.tag.name) == ["moves"])
      #expect(preview.filter { $0.action == .wouldDelete }.count == 2)
      #expect(try await lab.targetTags("app") == ["alias", "gone", "moves", "stays"])

      let rows = try await mirror.run(plan)
      var actions: [String: MirrorRow.Action] = [:]
      for row in rows { actions[row.tag.name] = row.action }
      #expect(actions == ["stays": .unchanged, "moves": .updated, "gone": .deleted, "alias": .kept])
      #expect(try await lab.targetTags("app") == ["alias", "moves", "stays"])
    }
  }

  @Test("signatures and other artifacts come along, also with a choice of tags, and can be left out")
  func referrers() async throws {
    try await withLab { lab in
      let image = try lab.images.image("app", layers: [300], tag: "v1")
      try lab.images.image("other", layers: [350], tag: "other")
      let note = try lab.images.artifact(type: "application/vnd.example.sbom", content: "parts", subject: image)
      try lab.images.referrersTag(of: image, listing: [note])
      try lab.images.image("signature", layers: [50], tag: "sha256-\(image.digest.hex).sig")
      try await lab.push("app")
      let v1 = MirrorOptions(selects: { $0.name == "v1" })
      let mirror = Mirror(engine: lab.engine)
      // The plan counts what the run brings, and reads only.
      let planned = try await mirror.preview(try await mirror.plan(try lab.mirrorPair("app"), v1))
      #expect(planned.map(\.referrers) == [2] && planned.first?.action == .wouldCopy)
      #expect(try await lab.targetTags("app").isEmpty)
      let rows = try await mirror.run(try await mirror.plan(try lab.mirrorPair("app"), v1))
      #expect(rows.map(\.tag.name) == ["v1"])
      #expect(rows.first?.referrers == 2)
      let again = try await mirror.preview(try await mirror.plan(try lab.mirrorPair("app"), v1))
      #expect(again.map(\.referrers) == [0] && again.first?.action == .unchanged)
      let fallback = "sha256-\(image.digest.hex)"
      #expect(try await lab.targetTags("app") == [fallback, "\(fallback).sig", "v1"])
      let content = try RegistryContent(authority: lab.target.directAuthority)
      try await content.verify("app", reference: fallback)

      let bare = MirrorOptions(listsReferrers: false)
      _ = try await mirror.run(try await mirror.plan(try lab.mirrorPair("app", to: "bare"), bare))
      #expect(try await lab.targetTags("bare") == ["other", "v1"])
    }
  }

  @Test("exactly the named platforms, in an index whose new digest is said")
  func platforms() async throws {
    try await withLab { lab in
      let index = try lab.images.index("multi", baseLayers: [2000], ownLayer: 500, tag: "v1")
      try await lab.push("multi")
      let choice = PlatformChoice([
        try PlatformChoice.platform("linux/arm64"), try PlatformChoice.platform("windows/amd64"),
      ])
      let mirror = Mirror(engine: lab.engine)
      let plan = try await mirror.plan(try lab.mirrorPair("multi"), MirrorOptions(platforms: choice))
      let row = try #require(try await mirror.run(plan).first)
      #expect(row.digest != index.digest)
      #expect(row.reason.contains(index.digest.short))
      let arrived = try await RegistryContent(authority: lab.target.directAuthority).verify("multi", reference: "v1")
      #expect(arrived.manifests.count == 3)
      #expect(
        try await mirror.run(try await mirror.plan(try lab.mirrorPair("multi"), plan.options)).map(\.action) == [
          .unchanged
        ])

      let missing = MirrorOptions(platforms: PlatformChoice([try PlatformChoice.platform("linux/s390x")]))
      let error = try await failure {
        _ = try await mirror.run(try await mirror.plan(try lab.mirrorPair("multi", to: "none"), missing))
      }
      #expect(error.kind == .notFound)
      #expect(error.help == "it has linux/amd64, linux/arm64/v8, windows/amd64")
    }
  }

  @Test("a run continues after a failure, says which tag it was, and prunes nothing then")
  func keepsGoing() async throws {
    try await withLab { lab in
      for number in 1...4 { try lab.images.image("v\(number)", layers: [300], tag: "v\(number)") }
      try await lab.push("app")
      try lab.images.image("old", layers: [500], tag: "gone")
      try await lab.push("app", tag: "gone", to: lab.target)
      let faults = [FaultProxy.Fault.answer(matching: "^PUT .*/manifests/v2", status: 403, times: 1)]
      try await withFaultProxy(to: lab.target.authority, faults: faults) { proxy in
        let pair = try lab.mirrorPair("app", at: proxy.authority)
        let mirror = Mirror(engine: lab.engine, queue: ImportQueue(jobs: 2, keepsGoing: true))
        let rows = try await mirror.run(try await mirror.plan(pair, MirrorOptions(prunes: true)))
        // docker-registry lists tags in an order of its own.
        let failed = rows.filter { $0.action == .failed }
        #expect(failed.map(\.tag.name) == ["v2"])
        #expect(failed.first?.error?.kind == .denied)
        #expect(rows.last?.action == .kept && rows.last?.tag.name == "gone")
        #expect(rows.count { $0.action == .copied } == 3)
      }
      #expect(try await lab.targetTags("app") == ["gone", "v1", "v3", "v4"])
    }
  }

  @Test("a journal: what a run finished is only compared by the next, and a complete run leaves it empty")
  func journal() async throws {
    try await withLab { lab in
      for number in 1...6 { try lab.images.image("v\(number)", layers: [300, 200], tag: "v\(number)") }
      try await lab.push("app")
      let path = lab.directory.path("journal")
      let faults = [FaultProxy.Fault.answer(matching: "^PUT .*/manifests/v5", status: 403, times: 1)]
      try await withFaultProxy(to: lab.target.authority, faults: faults) { proxy in
        let pair = try lab.mirrorPair("app", at: proxy.authority)
        let killed = try ImportJournal(path: path)
        let first = Mirror(engine: lab.engine, queue: ImportQueue(jobs: 1), journal: killed)
        let plan = try await first.plan(pair, MirrorOptions(listsReferrers: false))
        _ = try await failure { _ = try await first.run(plan) }
        killed.close()
        // docker-registry lists tags in an order of its own, so more or fewer come before the one that fails.
        let done = try await lab.targetTags("app").count

        try await lab.forgetRequests()
        let journal = try ImportJournal(path: path)
        let second = Mirror(engine: lab.freshEngine, queue: ImportQueue(jobs: 1), journal: journal)
        let rows = try await second.run(try await second.plan(pair, MirrorOptions(listsReferrers: false)))
        let rest = 6 - done
        #expect(
          rows.map(\.action) == Array(repeating: .unchanged, count: done) + Array(repeating: .copied, count: rest))
        let sent = try await lab.target.requestLog()
        // Of the one that failed only the manifest was missing; its blobs are asked for and not sent again.
        #expect(sent.count { $0.method == "POST" } == 3 * rest)
        #expect(sent.count { $0.method == "PUT" } == 3 * (rest - 1) + rest)
        #expect(try await lab.source.requestLog().count { $0.method == "HEAD" } == done)
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8).isEmpty)
    }
  }

  @Test("a journal never stands for a look: moved tags and an emptied target are brought up to date")
  func journalAfterChanges() async throws {
    try await withLab { lab in
      for number in 1...6 { try lab.images.image("v\(number)", layers: [300, 200], tag: "v\(number)") }
      try await lab.push("app")
      let path = lab.directory.path("journal")
      let pair = try lab.mirrorPair("app")
      // A run that was killed leaves its journal: this one is not completed.
      for number in 1...6 {
        let journal = try ImportJournal(path: path)
        let name = pair.target.displayName
        let digest = try #require(try await pair.source.digest(of: try TagName("v\(number)")))
        journal.note(finished: pair.source.displayName, "\(name):v\(number)", digest)
      }
      // Meanwhile a tag moves at the source; the target has nothing at all.
      try lab.images.image("moved", layers: [400], tag: "v1")
      try await lab.push("app")
      let mirror = Mirror(engine: lab.freshEngine, journal: try ImportJournal(path: path))
      let rows = try await mirror.run(try await mirror.plan(pair, MirrorOptions(listsReferrers: false)))
      #expect(rows.map(\.action) == Array(repeating: .copied, count: 6))
      let content = try RegistryContent(authority: lab.target.directAuthority)
      for number in 1...6 {
        try await content.verify("app", reference: "v\(number)")
        let tag = try TagName("v\(number)")
        let left = try await pair.source.digest(of: tag)
        let right = try await pair.target.digest(of: tag)
        #expect(left != nil && left == right)
      }
    }
  }

  @Test("the newest, by the date in the image")
  func newest() async throws {
    try await withLab { lab in
      for name in ["a", "b", "c"] { try lab.images.image(name, layers: [300], tag: name) }
      try await lab.push("app")
      let mirror = Mirror(engine: lab.engine)
      // All have the same date: then the later name counts.
      let two = try await mirror.plan(try lab.mirrorPair("app"), MirrorOptions(newest: 2))
      #expect(two.items.map(\.tag.name) == ["b", "c"])
      let date = try #require(Timestamp(rfc3339: "2024-01-01T00:00:00Z"))
      let none = try await mirror.plan(try lab.mirrorPair("app"), MirrorOptions(newerThan: date))
      #expect(none.items.isEmpty)
      let before = Timestamp(nanoseconds: date.nanoseconds - 1)
      #expect(try await mirror.plan(try lab.mirrorPair("app"), MirrorOptions(newerThan: before)).items.count == 3)
    }
  }
}

extension Lab {
  /// An engine that knows nothing of what the other did, as in a new process.
  var freshEngine: DirectImport {
    DirectImport(table: TransferTable(), limit: TransferLimit(8), firstDelay: .milliseconds(10))
  }

  func push(_ repository: String, tag: String? = nil, to registry: RegistryServer? = nil) async throws {
    try await RegistryContent(authority: (registry ?? source).directAuthority)
      .push(images.layout, tag: tag, to: repository)
    try await forgetRequests()
  }

  func forgetRequests() async throws {
    try await source.forgetRequests()
    try await target.forgetRequests()
  }

  func targetTags(_ repository: String) async throws -> [String] {
    try await RegistryContent(authority: target.directAuthority).tags(repository).sorted()
  }

  func mirrorPair(_ name: String, to other: String? = nil, at authority: String? = nil) throws -> MirrorPair {
    let target = authority ?? self.target.authority
    return MirrorPair(
      source: try repository(source.authority, name, .pull), sourceLocation: try location(source.authority, name),
      target: try repository(target, other ?? name), targetLocation: try location(target, other ?? name))
  }
}
