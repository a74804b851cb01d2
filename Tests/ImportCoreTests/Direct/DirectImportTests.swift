import AcrCore
import ImportCore
import OCIRegistry
import TestSupport
import Testing

@Suite("Direct import between real registries")
struct DirectImportTests {
  @Test("an index arrives with all platforms, digest for digest", arguments: SyntheticImages.Format.allCases)
  func index(format: SyntheticImages.Format) async throws {
    try await withLab { lab in
      let index = try lab.images.index("multi", baseLayers: [20_000, 300_000], ownLayer: 5_000, format: format)
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "samples/multi")
      let events = Events()

      let result = try await lab.run("samples/multi:latest", to: "base/multi:1.0", events: events)

      #expect(result.digest == index.digest)
      #expect(result.manifests == 4)
      #expect(result.blobs.copied == 8)
      let arrived = try await RegistryContent(authority: lab.target.directAuthority)
        .verify("base/multi", reference: "1.0")
      #expect(arrived.digest == index.digest.description)
      #expect(arrived.manifests.count == 4)
      #expect(events.all.first == .planned(manifests: 4, blobs: 8, bytes: result.blobs.copiedBytes))
      #expect(events.all.last == .tagged("\(lab.target.authority)/base/multi:1.0"))
    }
  }

  @Test("any artifact is copied: a chart, and one with the empty configuration")
  func artifacts() async throws {
    try await withLab { lab in
      let chart = try lab.images.helmChart("shop")
      let note = try lab.images.artifact(type: "application/vnd.example.note", content: "hello", tag: "note")
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "charts/shop")
      #expect(try await lab.run("charts/shop:1.0.0", to: "charts/shop:1.0.0").digest == chart.digest)
      #expect(try await lab.run("charts/shop:note", to: "charts/shop:note").digest == note.digest)
      let content = try RegistryContent(authority: lab.target.directAuthority)
      try await content.verify("charts/shop", reference: "1.0.0")
      try await content.verify("charts/shop", reference: "note")
    }
  }

  @Test("a digest without a tag, and several targets in several repositories")
  func targets() async throws {
    try await withLab { lab in
      let image = try lab.images.image("one", layers: [1000, 2000])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "one")
      let content = try RegistryContent(authority: lab.target.directAuthority)

      try await lab.run("one@\(image.digest)", to: "untagged")
      #expect(try await content.tags("untagged").isEmpty)
      try await content.verify("untagged", reference: image.digest.description)

      try await lab.run("one:latest", to: "a:1", "b/c:2", "a:3")
      #expect(try await content.tags("a").sorted() == ["1", "3"])
      #expect(try await content.verify("b/c", reference: "2").digest == image.digest.description)
    }
  }

  @Test("the same digest is a success that sends nothing; another one is a conflict before anything is copied")
  func existingTags() async throws {
    try await withLab { lab in
      try lab.images.image("first", layers: [1000], tag: "first")
      let second = try lab.images.image("second", layers: [1500], tag: "second")
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "shop")
      try await lab.run("shop:first", to: "shop:live")
      try await lab.target.forgetRequests()

      let again = try await lab.run("shop:first", to: "shop:live")
      #expect(again.isUnchanged)
      #expect(try await lab.target.requestLog().map(\.method) == ["HEAD"])

      try await lab.target.forgetRequests()
      let error = try await failure { try await lab.run("shop:second", to: "shop:live") }
      #expect(error.kind == .conflict)
      #expect(error.message == "\(lab.target.authority)/shop:live already exists and is a different image")
      #expect(error.help == "`--force` moves the tag")
      #expect(try await lab.target.requestLog().map(\.method) == ["HEAD"])

      let forced = try await lab.run("shop:second", to: "shop:live", force: true)
      #expect(forced.digest == second.digest)
      let content = try RegistryContent(authority: lab.target.directAuthority)
      #expect(try await content.verify("shop", reference: "live").digest == second.digest.description)
    }
  }

  @Test("a new small image costs three requests a blob and one for each manifest on both sides together")
  func requestCount() async throws {
    try await withLab { lab in
      try lab.images.image("small", layers: [1000, 2000, 3000])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "small")
      try await lab.source.forgetRequests()
      try await lab.target.forgetRequests()
      try await lab.run("small:latest", to: "small:latest")
      let asked = try await lab.source.requestLog().map(\.method)
      let sent = try await lab.target.requestLog().map(\.method)
      #expect(asked == ["GET", "GET", "GET", "GET", "GET"])
      #expect(sent.count { $0 == "POST" } == 4)
      #expect(sent.count { $0 == "PUT" } == 5)
      #expect(sent.count == 10, "one HEAD for the tag beside those: \(sent)")
    }
  }

  @Test("blobs that are in the repository, or can be mounted from the source's, are not sent")
  func presentBlobs() async throws {
    try await withLab { lab in
      try lab.images.image("v1", layers: [9000, 100], sharedWith: "base", sharedCount: 1, tag: "v1")
      try lab.images.image("v2", layers: [9000, 200], sharedWith: "base", sharedCount: 1, tag: "v2")
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "app")
      try await lab.run("app:v1", to: "app:v1")
      // A new engine, as of a new process, knows nothing of what the first one sent.
      let fresh = DirectImport(table: TransferTable(), limit: TransferLimit(8))
      let request = ImportRequest(source: try lab.importSource("app:v2"), targets: [try lab.importTarget("app:v2")])
      let second = try await fresh.run(request)
      #expect(second.blobs.present == 1)
      #expect(second.blobs.copied == 2)

      let within = ImportRequest(
        source: try lab.importSource("app:v2", at: lab.target.authority), targets: [try lab.importTarget("copy:v2")])
      let mounted = try await fresh.run(within)
      #expect(mounted.blobs.copied == 0)
      #expect(mounted.blobs.present == 3)
      try await RegistryContent(authority: lab.target.directAuthority).verify("copy", reference: "v2")
    }
  }

  @Test("imports side by side send a shared blob once")
  func sharedBlobs() async throws {
    try await withLab { lab in
      for number in 1...6 {
        try lab.images.image(
          "v\(number)", layers: [500_000, 100], sharedWith: "base", sharedCount: 1, tag: "v\(number)")
      }
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "app")
      let copied = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 1...6 {
          group.addTask { try await lab.run("app:v\(number)", to: "app:v\(number)").blobs.copied }
        }
        return try await group.reduce(0, +)
      }
      #expect(copied == 1 + 6 * 2)
    }
  }

  @Test("large blobs are streamed with one PATCH")
  func largeBlob() async throws {
    try await withLab { lab in
      try lab.images.image("large", layers: [9 << 20])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "large")
      try await lab.run("large:latest", to: "large:latest")
      #expect(try await lab.target.requestLog().count { $0.method == "PATCH" } == 1)
      try await RegistryContent(authority: lab.target.directAuthority).verify("large", reference: "latest")
    }
  }

  @Test("to and from a layout folder, and skopeo reads the folder")
  func layoutFolder() async throws {
    try await withLab { lab in
      let index = try lab.images.index("multi", baseLayers: [2000], ownLayer: 500)
      let from = ImportSource(store: OCILayout(path: lab.images.layout.path), selector: .tag(.latest), location: nil)
      _ = try await lab.engine.run(ImportRequest(source: from, targets: [try lab.importTarget("multi:1")]))
      let folder = lab.directory.path("copied")
      let to = ImportTarget(store: OCILayout(path: folder), tag: try TagName("1"), location: nil)
      let back = ImportRequest(source: try lab.importSource("multi:1", at: lab.target.authority), targets: [to])
      _ = try await lab.engine.run(back)
      #expect(try await RegistryContent.verify(layout: folder, reference: "1").digest == index.digest.description)
      let raw = try await Program("skopeo", ["inspect", "--raw", "oci:\(folder):1"]).succeed().outputBytes
      #expect(Digest.of(raw) == index.digest)
    }
  }

  @Test("a target with TLS and a password")
  func protectedTarget() async throws {
    let user = (user: "me", password: "correct horse")
    try await withLab(
      target: .tlsWithPassword(user: user.user, password: user.password), credentials: user
    ) { lab in
      try lab.images.image("one", layers: [1000])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "one")
      try await lab.run("one:latest", to: "one:1")
      try await RegistryContent(authority: lab.target.directAuthority).verify("one", reference: "1")
    }
  }
}
