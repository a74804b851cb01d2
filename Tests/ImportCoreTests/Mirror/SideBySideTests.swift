import AcrCore
import AcrHTTP
import ImportCore
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@Suite("Runs side by side at one target")
struct SideBySideTests {
  /// docker-registry writes the file that links a blob to a repository anew each time, and who reads it in this moment finds
  /// no blob.
  @Test("two mirrors at one target both succeed, and the target reads whole", .timeLimit(.minutes(5)))
  func twoMirrors() async throws {
    try await withLab { lab in
      for number in 0..<36 {
        try lab.images.image(
          "i\(number)", layers: [900, 800, 700, 600, 500, 400], sharedWith: "base", sharedCount: 5, tag: "t\(number)")
      }
      let source = OCILayout(path: lab.images.layout.path)
      for round in 0..<5 {
        try await withThrowingTaskGroup { group in
          for _ in 0..<2 {
            group.addTask {
              let name = "round\(round)"
              let pair = MirrorPair(
                source: source, sourceLocation: nil,
                target: try lab.separateRepository(name), targetLocation: try lab.location(lab.target.authority, name))
              let mirror = Mirror(engine: lab.freshEngine)
              let rows = try await mirror.run(try await mirror.plan(pair, MirrorOptions(listsReferrers: false)))
              #expect(rows.count == 36)
            }
          }
          try await group.waitForAll()
        }
        let content = try RegistryContent(authority: lab.target.directAuthority)
        for number in 0..<36 { try await content.verify("round\(round)", reference: "t\(number)") }
      }
    }
  }

  /// A registry that has all blobs, and refuses manifests.
  private func withRefusingRegistry(
    _ code: String, times: Int, _ body: (Lab, LoopbackServer) async throws -> Void
  ) async throws {
    try await withLab { lab in
      try lab.images.image("app", layers: [300, 400])
      let left = Mutex(times)
      let reply: @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply = { request in
        switch (request.method, request.path.contains("/manifests/")) {
        case ("POST", _): return .init(201)
        case ("PUT", true):
          let refuses = left.withLock { left in
            left -= 1
            return left >= 0
          }
          return refuses ? .json(#"{"errors":[{"code":"\#(code)"}]}"#, status: 400) : .init(201)
        default: return .init(404)
        }
      }
      try await withLoopbackServer(handler: reply) { try await body(lab, $0) }
    }
  }

  private func run(_ lab: Lab, _ server: LoopbackServer) async throws {
    let source = ImportSource(store: OCILayout(path: lab.images.layout.path), selector: .tag(.latest), location: nil)
    _ = try await lab.engine.run(
      ImportRequest(source: source, targets: [try lab.importTarget("app:1", at: server.authority)]))
  }

  @Test(
    "a manifest whose parts are missed is put again after its parts were asked for",
    arguments: ["DIGEST_INVALID", "BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"])
  func missedParts(code: String) async throws {
    try await withRefusingRegistry(code, times: 3) { lab, server in
      try await run(lab, server)
      #expect(server.requests.count { $0.method == "PUT" } == 4)
      // Configuration and two layers, at first and after each refusal; and one with bytes, to find out whether that is taken.
      #expect(posts(server, withBytes: false) == 12)
      #expect(posts(server, withBytes: true) == 1)
    }
  }

  /// How many uploads were opened, with the blob in the request or without.
  private func posts(_ server: LoopbackServer, withBytes: Bool) -> Int {
    server.requests.count { $0.method == "POST" && $0.target.contains("digest=") == withBytes }
  }

  @Test("a registry that always misses parts is given up, and a refusal for another reason is none of these")
  func givenUp() async throws {
    try await withRefusingRegistry("MANIFEST_BLOB_UNKNOWN", times: 100) { lab, server in
      let error = try await failure { try await run(lab, server) }
      #expect(error.code == "MANIFEST_BLOB_UNKNOWN")
      #expect(server.requests.count { $0.method == "PUT" } == 6)
    }
    try await withRefusingRegistry("MANIFEST_INVALID", times: 100) { lab, server in
      let error = try await failure { try await run(lab, server) }
      #expect(error.code == "MANIFEST_INVALID")
      #expect(server.requests.count { $0.method == "PUT" } == 1)
    }
  }

  @Test("a damaged layer in a target folder is replaced with a note; in a source it is named")
  func damagedLayers() async throws {
    try await withLab { lab in
      let image = try lab.images.image("app", layers: [3000])
      let layout = lab.images.layout
      let bytes = try layout.read(image.digest)
      let model = try ImageManifest(
        FetchedManifest(bytes: bytes, mediaType: image.mediaType, digest: image.digest), name: "app")
      let layer = try #require(model.layers.first).digest
      let source = ImportSource(store: OCILayout(path: layout.path), selector: .tag(.latest), location: nil)
      let folder = lab.directory.path("copied")
      let request = { (tag: String) in
        ImportRequest(
          source: source,
          targets: [ImportTarget(store: OCILayout(path: folder), tag: try TagName(tag), location: nil)])
      }
      _ = try await lab.engine.run(try request("1"))
      let wrong = try layout.read(layer).map { $0 ^ 1 }
      try lab.directory.write(wrong, to: "copied/blobs/sha256/\(layer.hex)")
      let events = Events()
      let result = try await lab.freshEngine.run(try request("2")) { events.add($0) }
      #expect(result.blobs.copied == 1 && result.blobs.present == 1)
      let note = "the file `\(folder)/blobs/sha256/\(layer.hex)` was damaged; it is replaced"
      #expect(events.all.contains(.note(note)))
      #expect(try await RegistryContent.verify(layout: folder, reference: "2").digest == image.digest.description)

      // A tag that is right says nothing of the files below it; who asks for it gets them looked at.
      try lab.directory.write(wrong, to: "copied/blobs/sha256/\(layer.hex)")
      #expect(try await lab.freshEngine.run(try request("2")).isUnchanged)
      var repairing = try request("2")
      (repairing.isForced, repairing.repairsFolders) = (true, true)
      #expect(try await lab.freshEngine.run(repairing).blobs.copied == 1)
      #expect(try await RegistryContent.verify(layout: folder, reference: "2").digest == image.digest.description)

      try lab.directory.write(wrong, to: "layout/blobs/sha256/\(layer.hex)")
      let other = ImportTarget(store: OCILayout(path: lab.directory.path("other")), tag: .latest, location: nil)
      let error = try await failure {
        _ = try await lab.freshEngine.run(ImportRequest(source: source, targets: [other]))
      }
      #expect(error.kind == .invalid)
      #expect(error.message.hasPrefix("the file `\(layout.file(layer))` has the digest sha256:"))
      #expect(error.message.hasSuffix("and is damaged"))
    }
  }
}

extension Lab {
  /// A repository of the target with connections of its own, as another process has them.
  func separateRepository(_ name: String) throws -> RegistryRepository {
    let http = HTTPClient(
      transport: CurlTransport(CurlTransport.Configuration(userAgent: "acrsh-tests")),
      retry: RetryPolicy(tries: 4, firstDelay: .milliseconds(10)))
    let session = RegistryClients(http: http, credentials: CredentialStore(environment: ["HOME": directory.path]))
    return session.repository(
      try RegistryHost(target.authority), try RepositoryName(name), access: .push)
  }
}
