import AcrCore
import ImportCore
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@Suite("Imports when something goes wrong")
struct FaultTests {
  @Test("an interrupted download resumes")
  func brokenDownload() async throws {
    try await withLab { lab in
      try lab.images.image("large", layers: [12 << 20])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "large")
      try await withFaultProxy(to: lab.source.authority, faults: [.cut(afterServerBytes: 5 << 20)]) { proxy in
        let request = ImportRequest(
          source: try lab.importSource("large:latest", at: proxy.authority), targets: [try lab.importTarget("large:1")])
        _ = try await lab.engine.run(request)
        #expect(proxy.faultCount == 1)
      }
      try await RegistryContent(authority: lab.target.directAuthority).verify("large", reference: "1")
      // The layer's PATCH was one stream: the target saw nothing of the break.
      #expect(try await lab.target.requestLog().count { $0.method == "PATCH" } == 1)
    }
  }

  @Test(
    "an upload that breaks is sent again",
    arguments: [
      FaultProxy.Fault.reset(matching: "^PUT .*/blobs/uploads/", times: 2),
      .reset(matching: "^PATCH ", times: 1),
      .answer(matching: "^(POST|PATCH|PUT) ", status: 503, times: 2),
      .answer(matching: "^(POST|PATCH|PUT) ", status: 429, retryAfter: 0, times: 3),
    ])
  func brokenUpload(fault: FaultProxy.Fault) async throws {
    try await withLab { lab in
      try lab.images.image("mixed", layers: [5 << 20, 2000])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "mixed")
      try await withFaultProxy(to: lab.target.authority, faults: [fault]) { proxy in
        let request = ImportRequest(
          source: try lab.importSource("mixed:latest"), targets: [try lab.importTarget("mixed:1", at: proxy.authority)])
        _ = try await lab.engine.run(request)
        #expect(proxy.faultCount > 0)
      }
      try await RegistryContent(authority: lab.target.directAuthority).verify("mixed", reference: "1")
    }
  }

  @Test("a large upload that breaks in its middle is sent again where the registry gives it up")
  func cutUpload() async throws {
    try await withLab { lab in
      try lab.images.image("large", layers: [12 << 20])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "large")
      try await withFaultProxy(to: lab.target.authority, faults: [.cutRequest(afterBodyBytes: 7 << 20)]) { proxy in
        let request = ImportRequest(
          source: try lab.importSource("large:latest"), targets: [try lab.importTarget("large:1", at: proxy.authority)])
        _ = try await lab.engine.run(request)
        #expect(proxy.faultCount == 1)
        #expect(proxy.count(matching: "^GET .*/blobs/uploads/") == 1, "it is asked how far it came")
        #expect(proxy.count(matching: "^PATCH ") == 2)
      }
      try await RegistryContent(authority: lab.target.directAuthority).verify("large", reference: "1")
    }
  }

  @Test("an upload that is never answered is given up after three tries")
  func silentUpload() async throws {
    try await withLab(stallTimeout: .milliseconds(400)) { lab in
      try lab.images.image("large", layers: [5 << 20])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "large")
      try await withLoopbackServer { request in
        switch request.method {
        case "POST": .init(202, ["Location": "/v2/large/blobs/uploads/1"])
        case "PUT": .init(201)
        case "PATCH": .stall
        default: .init(404)
        }
      } _: { server in
        let request = ImportRequest(
          source: try lab.importSource("large:latest"), targets: [try lab.importTarget("large:1", at: server.authority)]
        )
        let error = try await failure { _ = try await lab.engine.run(request) }
        #expect(error.kind == .timeout)
        #expect(server.requests.count { $0.method == "PATCH" } == 3)
      }
    }
  }

  @Test("an upload of which nothing arrived is begun anew, since the broken request may still arrive")
  func emptyUpload() async throws {
    try await withLab(stallTimeout: .milliseconds(400)) { lab in
      try lab.images.image("large", layers: [5 << 20])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "large")
      let uploads = Mutex(0)
      try await withLoopbackServer { request in
        switch (request.method, request.path) {
        case ("POST", _):
          let number = uploads.withLock { count in
            count += 1
            return count
          }
          return .init(202, ["Location": "/v2/large/blobs/uploads/\(number)"])
        case ("GET", let path) where path.contains("/uploads/"): return .init(204, ["Range": "0-0"])
        case ("PATCH", _): return .stall
        case ("PUT", _): return .init(201)
        case ("DELETE", _): return .init(204)
        default: return .init(404)
        }
      } _: { server in
        let request = ImportRequest(
          source: try lab.importSource("large:latest"), targets: [try lab.importTarget("large:1", at: server.authority)]
        )
        _ = try await failure { _ = try await lab.engine.run(request) }
        let patched = server.requests.filter { $0.method == "PATCH" }.map(\.path)
        #expect(patched.count == 3)
        #expect(Set(patched).count == 3, "\(patched)")
      }
    }
  }

  @Test("a download that comes to a standstill is taken up again after the time allowed")
  func stalledDownload() async throws {
    try await withLab(stallTimeout: .seconds(1)) { lab in
      try lab.images.image("large", layers: [9 << 20])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "large")
      try await withFaultProxy(to: lab.source.authority, faults: [.stall(afterServerBytes: 3 << 20)]) { proxy in
        let request = ImportRequest(
          source: try lab.importSource("large:latest", at: proxy.authority), targets: [try lab.importTarget("large:1")])
        _ = try await lab.engine.run(request)
        #expect(proxy.faultCount == 1)
      }
      try await RegistryContent(authority: lab.target.directAuthority).verify("large", reference: "1")
    }
  }

  @Test("a source without ranges is read again from its start, and a note says so with the article's words")
  func refusedRange() async throws {
    try await withLab { lab in
      let image = try lab.images.image("app", layers: [3 << 20])
      let layout = lab.images.layout
      let manifest = try layout.read(image.digest)
      let isFirst = Mutex(true)
      try await withLoopbackServer(handler: { request in
        if request.path.hasPrefix("/v2/app/manifests/") {
          return LoopbackServer.Reply(200, ["Content-Type": image.mediaType], body: manifest)
        }
        guard request.path.hasPrefix("/v2/app/blobs/"), let digest = try? Digest(request.path.split(separator: "/")[3]),
          let bytes = try? layout.read(digest)
        else { return LoopbackServer.Reply(200, text: "{}") }
        let breaks =
          bytes.count > 1 << 20
          && isFirst.withLock { isFirst in
            defer { isFirst = false }
            return isFirst
          }
        // A range is answered with the whole blob, as RFC 7233 allows.
        return breaks
          ? .cut(body: bytes, after: 2 << 20, reset: true) : LoopbackServer.Reply(200, body: bytes)
      }) { server in
        let events = Events()
        let request = ImportRequest(
          source: try lab.importSource("app:latest", at: server.authority), targets: [try lab.importTarget("app:1")])
        _ = try await lab.engine.run(request) { events.add($0) }
        let notes = events.all.compactMap { if case .note(let text) = $0 { text } else { nil } }
        #expect(notes.count == 1)
        #expect(notes.first?.hasPrefix("The remote server may not be RFC 7233 compliant") == true)
      }
      try await RegistryContent(authority: lab.target.directAuthority).verify("app", reference: "1")
    }
  }

  @Test("an import that fails leaves no tag, and the next one sends what is missing")
  func noHalfImage() async throws {
    try await withLab { lab in
      try lab.images.image("app", layers: [3000, 4000, 5000])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "app")
      let faults = [FaultProxy.Fault.answer(matching: "^PUT .*/manifests/", status: 403, times: 1)]
      let content = try RegistryContent(authority: lab.target.directAuthority)
      try await withFaultProxy(to: lab.target.authority, faults: faults) { proxy in
        let request = ImportRequest(
          source: try lab.importSource("app:latest"), targets: [try lab.importTarget("app:1", at: proxy.authority)])
        let error = try await failure { _ = try await lab.engine.run(request) }
        #expect(error.kind == .denied)
        #expect(error.activity == "importing \(lab.source.authority)/app:latest")
        #expect(try await content.tags("app").isEmpty)
        let again = try await lab.engine.run(request)
        #expect(again.blobs.copied == 0)
      }
      try await content.verify("app", reference: "1")
    }
  }

  @Test("an import that is cancelled in the middle ends at once and leaves no tag")
  func cancelled() async throws {
    try await withLab { lab in
      try lab.images.image("slow", layers: [8 << 20])
      try await RegistryContent(authority: lab.source.directAuthority).push(lab.images.layout, to: "slow")
      try await withFaultProxy(to: lab.source.authority, faults: [.latency(.milliseconds(100))]) { proxy in
        let request = ImportRequest(
          source: try lab.importSource("slow:latest", at: proxy.authority), targets: [try lab.importTarget("slow:1")])
        let events = Events()
        let engine = lab.engine
        let task = Task { try await engine.run(request) { events.add($0) } }
        while !events.all.contains(where: { if case .transferred = $0 { true } else { false } }) {
          try await Task.sleep(for: .milliseconds(5))
        }
        task.cancel()
        let error = try await failure { _ = try await task.value }
        #expect(error.kind == .cancelled)
      }
      #expect(try await RegistryContent(authority: lab.target.directAuthority).tags("slow").isEmpty)
    }
  }

  /// What a source does to a blob, and what is said of it. Nothing may be written under the digest that was asked for.
  struct Lie: Sendable, CustomTestStringConvertible {
    let name: String
    let reply: @Sendable ([UInt8]) -> LoopbackServer.Reply
    let kind: ErrorKind
    let words: String
    var testDescription: String { name }
  }

  static let lies = [
    Lie(
      name: "other bytes of the same length",
      reply: { bytes in LoopbackServer.Reply(200, body: bytes.map { $0 ^ 1 }) }, kind: .invalid, words: "has the digest"
    ),
    Lie(
      name: "a shorter body that says so",
      reply: { bytes in LoopbackServer.Reply(200, body: Array(bytes.dropLast(10))) },
      kind: .invalid, words: "Unexpected length of body in response"),
    Lie(
      name: "a web page",
      reply: { _ in LoopbackServer.Reply(200, ["Content-Type": "text/html"], text: "<html>Welcome</html>") },
      kind: .invalid, words: "Unexpected length of body in response"),
  ]

  @Test("a source that lies about a blob", arguments: lies)
  func lyingSource(lie: Lie) async throws {
    try await withLab { lab in
      let image = try lab.images.image("app", layers: [30_000])
      let layout = lab.images.layout
      let manifest = try layout.read(image.digest)
      try await withLoopbackServer(handler: { request in
        if request.path.hasPrefix("/v2/app/manifests/") {
          return LoopbackServer.Reply(200, ["Content-Type": image.mediaType], body: manifest)
        }
        guard request.path.hasPrefix("/v2/app/blobs/"), let digest = try? Digest(request.path.split(separator: "/")[3]),
          let bytes = try? layout.read(digest)
        else { return LoopbackServer.Reply(200, text: "{}") }
        return lie.reply(bytes)
      }) { server in
        let request = ImportRequest(
          source: try lab.importSource("app:latest", at: server.authority), targets: [try lab.importTarget("app:1")])
        let error = try await failure { _ = try await lab.engine.run(request) }
        #expect(error.kind == lie.kind)
        #expect(error.message.contains(lie.words))
      }
      #expect(try await RegistryContent(authority: lab.target.directAuthority).tags("app").isEmpty)
    }
  }

  /// A source of eight images under the tags t0 to t7, which share their configuration and their only layer.
  private func withSharedLayer(
    _ lab: Lab, spoils: Bool, _ body: (LoopbackServer, _ layer: Digest) async throws -> Void
  ) async throws {
    let image = try lab.images.image("shared", layers: [30_000])
    let layout = lab.images.layout
    let manifest = String(decoding: try layout.read(image.digest), as: UTF8.self)
    let layer = try #require(
      try ImageManifest(
        FetchedManifest(bytes: Array(manifest.utf8), mediaType: image.mediaType, digest: image.digest), name: "shared"
      ).blobs.last)
    try await withLoopbackServer(handler: { request in
      let name = request.path.split(separator: "/").last.map(String.init) ?? ""
      if request.path.hasPrefix("/v2/app/manifests/") {
        let text = "{\"annotations\":{\"tag\":\"\(name)\"},\(manifest.dropFirst())"
        return LoopbackServer.Reply(200, ["Content-Type": image.mediaType], text: text)
      }
      guard request.path.hasPrefix("/v2/app/blobs/"), let digest = try? Digest(name),
        let bytes = try? layout.read(digest)
      else { return LoopbackServer.Reply(200, text: "{}") }
      return LoopbackServer.Reply(200, body: spoils && digest == layer.digest ? bytes.map { $0 ^ 1 } : bytes)
    }) { try await body($0, layer.digest) }
  }

  @Test("imports that share a layer whose bytes are corrupt all fail, and end", .timeLimit(.minutes(2)))
  func sharedCorruptLayer() async throws {
    try await withLab { lab in
      try await withSharedLayer(lab, spoils: true) { server, layer in
        let requests = try (0..<8).map { number in
          ImportRequest(
            source: try lab.importSource("app:t\(number)", at: server.authority),
            targets: [try lab.importTarget("app:t\(number)")])
        }
        let results = try await ImportQueue(jobs: 8, keepsGoing: true).run(requests) { try await lab.engine.run($0) }
        for result in results {
          let error = try await failure { _ = try result.get() }
          #expect(error.kind == .invalid)
          #expect(error.message.contains("has the digest"))
        }
        // A failure is the answer for all who wait for it; whoever comes later tries once more.
        #expect((1...8).contains(server.count { $0.path.hasSuffix(layer.description) }))
      }
      #expect(try await RegistryContent(authority: lab.target.directAuthority).tags("app").isEmpty)
    }
  }

  @Test("an import whose own source is good does not fail with the attempt of another one", .timeLimit(.minutes(2)))
  func sharedLayerOfTwoSources() async throws {
    try await withLab { lab in
      try await withSharedLayer(lab, spoils: true) { bad, _ in
        try await withSharedLayer(lab, spoils: false) { good, _ in
          let requests = try (0..<8).map { number in
            ImportRequest(
              source: try lab.importSource("app:t\(number)", at: (number < 4 ? bad : good).authority),
              targets: [try lab.importTarget("app:t\(number)")])
          }
          let results = try await ImportQueue(jobs: 8, keepsGoing: true).run(requests) { try await lab.engine.run($0) }
          for (number, result) in results.enumerated() where number >= 4 {
            _ = try result.get()
            try await RegistryContent(authority: lab.target.directAuthority).verify("app", reference: "t\(number)")
          }
        }
      }
    }
  }
}
