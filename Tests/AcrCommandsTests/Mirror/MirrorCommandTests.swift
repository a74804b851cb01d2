import AcrCore
import AcrRuntime
import Foundation
import TestSupport
import Testing

@Suite("mirror as a command: plans, shards, figures")
struct MirrorCommandTests {
  private static func number(_ row: Record, _ name: String) -> Int64 {
    if case .int(let number)? = row[name] { number } else { -1 }
  }

  private static func text(_ row: Record, _ name: String) -> String {
    if case .string(let text)? = row[name] { text } else { "" }
  }

  private static func rows(_ runner: CommandRunner, _ line: String) async throws -> [Record] {
    guard case .list(let items) = try await runner.run(line) else { throw TestSupportError("no rows: \(line)") }
    return items.compactMap { if case .record(let record) = $0 { record } else { nil } }
  }

  /// An index under two tags, an image, and what is about the index, one of its platforms, the image, and the SBOM of the
  /// image: four artifacts.
  private static func related(in folder: String) throws -> SyntheticImages {
    let images = SyntheticImages(in: try ImageLayout(path: folder))
    let index = try images.index("multi", baseLayers: [100], ownLayer: 50, tag: "multi")
    try images.layout.list(index, tag: "stable")
    let document = try JSONValue(parsing: try images.layout.read(index.digest))
    let child = try Descriptor(json: try #require(document["manifests"]?.array?[1]), in: "the index")
    let image = try images.image("single", layers: [80], tag: "single")
    try images.artifact(type: "application/x.signature", content: "of the index", subject: index)
    try images.artifact(type: "application/x.signature", content: "of a platform", subject: child)
    let sbom = try images.artifact(type: "application/spdx+json", content: "{}", subject: image)
    try images.artifact(type: "application/x.signature", content: "of the SBOM", subject: sbom)
    return images
  }

  @Test("a dry run counts the referrers that the run brings, each once, from a registry and from a folder")
  func dryRunCountsReferrers() async throws {
    try await withTemporaryDirectory { directory in
      let registry = try MemoryRegistry()
      defer { registry.stop() }
      for name in ["registry", "folder"] {
        let images = try Self.related(in: directory.path("from-\(name)"))
        registry["app"] = try MemoryRegistry.Repository(images.layout)
        let source = name == "folder" ? "oci:\(images.layout.path)" : "\(registry.authority)/app"
        let runner = CommandRunner()
        defer { runner.shutDown() }
        let target = "oci:\(directory.path("to-\(name)"))"
        let line = "mirror \(source) \(target) --jobs 1"
        let plan = try await Self.rows(runner, "\(line) --dry-run")
        #expect(plan.count == 3 && plan.allSatisfy { Self.text($0, "action") == "would copy" }, "\(name)")
        #expect(!FileManager.default.fileExists(atPath: directory.path("to-\(name)/index.json")), "\(name)")
        let run = try await Self.rows(runner, line)
        func counts(_ rows: [Record]) -> [String: Int64] {
          Dictionary(
            uniqueKeysWithValues: rows.map { (Self.text($0, "tag"), Self.number($0, "referrers")) })
        }
        #expect(counts(plan) == counts(run), "\(name)")
        #expect(counts(plan)["single"] == 2 && counts(plan).values.reduce(0, +) == 4, "\(name): \(counts(plan))")
        let again = try await Self.rows(runner, "\(line) --dry-run")
        #expect(again.allSatisfy { Self.text($0, "action") == "unchanged" && Self.number($0, "referrers") == 0 })
        // What is new about an image that is there is planned, too.
        try images.artifact(
          type: "application/x.report", content: "late \(name)",
          subject: try images.layout.descriptor(tag: "single"))
        registry["app"] = try MemoryRegistry.Repository(images.layout)
        let late = try await Self.rows(runner, "\(line) --dry-run")
        #expect(counts(late) == ["multi": 0, "stable": 0, "single": 1], "\(name)")
        let without = try await Self.rows(runner, "\(line) --dry-run --no-referrers")
        #expect(without.allSatisfy { Self.number($0, "referrers") == 0 })
        let second = try await Self.rows(runner, line)
        #expect(counts(second) == counts(late), "\(name)")
      }
    }
  }

  /// Repositories of one image each, at a registry that takes everything.
  private static func fill(_ registry: MemoryRegistry, _ names: [String]) {
    for name in names {
      var content = MemoryRegistry.Repository()
      let config = content.put(blob: Array(#"{"os":"linux","architecture":"amd64","name":"\#(name)"}"#.utf8))
      let text = """
        {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","config":{"mediaType":"\(MediaType.ociConfig)",\
        "digest":"\(config)","size":\(content.blobs[config]?.count ?? 0)},"layers":[]}
        """
      content.put(manifest: Array(text.utf8), mediaType: MediaType.ociManifest, tag: "v1")
      registry[name] = content
    }
  }

  @Test("shards mirror every repository exactly once")
  func shards() async throws {
    let names = (0..<9).map { "team/app-\($0)" }
    let registry = try MemoryRegistry()
    defer { registry.stop() }
    Self.fill(registry, names)
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { target in
        let runner = CommandRunner()
        defer { runner.shutDown() }
        var seen: [String] = []
        for number in 1...3 {
          let line = "mirror \(registry.authority) \(target.authority)/copy --all-repositories --shard \(number)/3"
          let rows = try await Self.rows(runner, line)
          #expect(rows.allSatisfy { Self.text($0, "action") == "copied" }, "\(number): \(rows)")
          #expect(rows.count < names.count, "one shard did everything")
          seen += rows.map { Self.text($0, "repository") }
        }
        #expect(seen.sorted() == names.map { "\(target.authority)/copy/\($0)" })
        let content = try RegistryContent(authority: target.directAuthority)
        for name in names { try await content.verify("copy/\(name)", reference: "v1") }
        do {
          _ = try await runner.run("mirror \(registry.authority) \(target.authority) --all-repositories --shard 4/3")
          Issue.record("4/3 was taken")
        } catch let error as TestSupportError {
          #expect("\(error)".contains("4/3"), "\(error)")
        }
        _ = directory
      }
    }
  }

  @Test("figures tell rows, bytes, failures, and how often a registry asked to send later")
  func metrics() async throws {
    let registry = try MemoryRegistry()
    defer { registry.stop() }
    Self.fill(registry, ["app"])
    try await withTemporaryDirectory { directory in
      let path = directory.path("run.prom")
      func figures() throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
      }
      let runner = CommandRunner()
      defer { runner.shutDown() }
      let faults = [
        FaultProxy.Fault.answer(
          matching: "^(GET|HEAD) /v2/app/manifests/", status: 429, retryAfter: 0, times: 3)
      ]
      try await withFaultProxy(to: registry.authority, faults: faults) { proxy in
        _ = try await runner.run("mirror \(proxy.authority)/app oci:\(directory.path("out")) --metrics \(path)")
        let lines = try figures()
        for line in [
          #"acrsh_run_success{command="mirror"} 1"#, #"acrsh_run_rows{command="mirror",action="copied"} 1"#,
          #"acrsh_run_throttled_requests{command="mirror"} 3"#, "# EOF",
        ] {
          #expect(lines.contains(line), "\(line): \(lines)")
        }
        #expect(lines.contains { $0.hasPrefix(#"acrsh_run_sent_bytes{command="mirror"} "#) && !$0.hasSuffix(" 0") })
        // Each run counts its own.
        _ = try await runner.run("mirror \(proxy.authority)/app oci:\(directory.path("out")) --metrics \(path)")
        let second = try figures()
        #expect(second.contains(#"acrsh_run_throttled_requests{command="mirror"} 0"#), "\(second)")
        #expect(second.contains(#"acrsh_run_rows{command="mirror",action="unchanged"} 1"#), "\(second)")
      }
      // A run that fails before its first row must not leave the figures of the one before.
      let missing = "mirror \(registry.authority)/none oci:\(directory.path("out")) --metrics \(path)"
      await #expect(throws: TestSupportError.self) { _ = try await runner.run(missing) }
      let failed = try figures()
      #expect(failed.contains(#"acrsh_run_success{command="mirror"} 0"#), "\(failed)")
      #expect(failed.contains(#"acrsh_run_failures{command="mirror",kind="not-found"} 1"#), "\(failed)")
      try FileManager.default.removeItem(atPath: path)
      let dry = "mirror \(registry.authority)/app oci:\(directory.path("dry")) --metrics \(path) --dry-run"
      _ = try await runner.run(dry)
      #expect(!FileManager.default.fileExists(atPath: path), "a dry run leaves no figures")
    }
  }
}
