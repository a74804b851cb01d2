import AcrCore
import AcrRuntime
import Foundation
import ImportCore
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import AcrCommands

@Suite("Reports and journals in a registry")
struct FileArtifactTests {
  private static func fill(_ registry: MemoryRegistry, _ names: [String], images: Int = 2) {
    for name in names {
      var content = MemoryRegistry.Repository()
      for number in 0..<images {
        let config = content.put(blob: Array(#"{"os":"linux","architecture":"amd64","n":"\#(name)\#(number)"}"#.utf8))
        let text = """
          {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":\
          "application/vnd.oci.image.config.v1+json","digest":"\(config)","size":\(content.blobs[config]?.count ?? 0)},\
          "layers":[]}
          """
        content.put(
          manifest: Array(text.utf8), mediaType: "application/vnd.oci.image.manifest.v1+json", tag: "t\(number)")
      }
      registry[name] = content
    }
  }

  @Test(
    "what is an artifact, and what is a file",
    arguments: [
      ("localhost:5000/runs:night", true), ("r.example.com/a/b:1", true), ("reports/run.json", false),
      ("/tmp/a:1", false), ("./a/b:1", false), ("../a/b:1", false), ("r.example.com/a/b", false),
      ("my.folder/report.json", false), ("run.json", false),
    ])
  func references(_ text: String, _ isReference: Bool) {
    #expect(FileArtifact.isReference(text) == isReference, "\(text)")
  }

  @Test("writers side by side lose nothing: each takes over what the others wrote")
  func sideBySide() async throws {
    try await withRegistryServer { registry in
      let runner = CommandRunner()
      defer { runner.shutDown() }
      let name = "\(registry.authority)/runs:list"
      let context = runner.context
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<5 {
          group.addTask {
            let artifact = try FileArtifact(name, .journal, context)
            // As a run does: it knows what was there at its start, and merges what it finds.
            let known = try await artifact.digest()
            _ = try await artifact.write(over: known, mediaType: "text/plain", settles: .milliseconds(400)) { other in
              var lines = Set(
                String(decoding: other?.bytes ?? [], as: UTF8.self).split(separator: "\n").map(String.init))
              lines.insert("writer \(writer)")
              return Array(lines.sorted().joined(separator: "\n").utf8)
            }
          }
        }
        try await group.waitForAll()
      }
      let content = try #require(try await FileArtifact(name, .journal, context).read())
      #expect(String(decoding: content.bytes, as: UTF8.self).split(separator: "\n").count == 5)
    }
  }

  @Test("what is something else under the tag is refused, and left alone")
  func somethingElse() async throws {
    let registry = try MemoryRegistry()
    registry["runs"] = .init()
    defer { registry.stop() }
    Self.fill(registry, ["app"])
    let before = registry["app"].tags
    try await withTemporaryDirectory { directory in
      let runner = CommandRunner()
      defer { runner.shutDown() }
      let line = "mirror \(registry.authority)/app oci:\(directory.path("out")) --journal \(registry.authority)/app:t0"
      await #expect(throws: TestSupportError.self) { _ = try await runner.run(line) }
      await #expect(throws: TestSupportError.self) {
        _ = try await runner.run("report merge \(registry.authority)/app:t0")
      }
      await #expect(throws: TestSupportError.self) {
        _ = try await runner.run("report merge \(registry.authority)/app:none")
      }
      let dry =
        "mirror \(registry.authority)/app oci:\(directory.path("out")) --dry-run --report \(registry.authority)/runs:x"
      await #expect(throws: TestSupportError.self) { _ = try await runner.run(dry) }
    }
    #expect(registry["app"].tags == before && registry["runs"].tags.isEmpty)
  }

  @Test("the parts of a run write reports and journals of their own, and one command merges them")
  func shards() async throws {
    let source = try MemoryRegistry()
    defer { source.stop() }
    let names = (0..<6).map { "team/app\($0)" }
    Self.fill(source, names)
    try await withServer { directory, target in
      let runner = CommandRunner()
      defer { runner.shutDown() }
      let runs = "\(target.authority)/runs"
      for number in 1...2 {
        _ = try await runner.run(
          "mirror --file \(try Self.file(directory, source, target, names)) --shard \(number)/2 "
            + "--report \(runs):night --journal \(runs):journal")
      }
      let tags = try await RegistryContent(authority: target.directAuthority).tags("runs")
      #expect(Set(tags) == ["night-1-of-2", "night-2-of-2", "journal-1-of-2", "journal-2-of-2"])
      guard case .record(let manifest) = try await runner.run("manifest show \(runs):night-1-of-2"),
        case .string(let type)? = manifest["artifactType"]
      else { throw TestSupportError("no artifact type") }
      #expect(type == "application/vnd.acrsh.report.v1")
      let path = directory.path("all.json")
      guard case .record(let record) = try await runner.run("report merge \(runs):night --report \(path)") else {
        throw TestSupportError("no record")
      }
      #expect(try Value.record(record).json().contains("\"reports\":2,\"rows\":12,\"failed\":0,\"changed\":12"))
      let merged = try JSONValue(parsing: try directory.read("all.json"))
      #expect(merged["complete"]?.bool == true && merged["reports"]?.array?.count == 2)
      // A run that finished everything leaves an empty journal.
      let journal = try #require(try await FileArtifact("\(runs):journal-1-of-2", .journal, runner.context).read())
      #expect(String(decoding: journal.bytes, as: UTF8.self) == "{\"journal\":\"acrsh\",\"version\":1}\n")
    }
  }

  /// A folder, and a registry that takes uploads.
  private func withServer(_ body: (TemporaryDirectory, RegistryServer) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in try await body(directory, server) }
    }
  }

  private static func file(
    _ directory: TemporaryDirectory, _ source: MemoryRegistry, _ target: RegistryServer, _ names: [String]
  ) throws -> String {
    let entries = names.map { "  - {source: \"\(source.authority)/\($0)\", target: \"\(target.authority)/\($0)\"}" }
    return try directory.write("acrsh: mirror\nmirrors:\n" + entries.joined(separator: "\n") + "\n", to: "m.yaml")
  }

  @Test("a journal in a registry tells the next run what was finished, without the addresses of uploads")
  func journal() async throws {
    let registry = try MemoryRegistry()
    defer { registry.stop() }
    Self.fill(registry, ["app"])
    try await withServer { directory, server in
      let runner = CommandRunner()
      defer { runner.shutDown() }
      let digest = try Digest(try #require(registry["app"].tags["t0"]))
      let changes = Mutex(0)
      let journal = try ImportJournal(name: "j", text: []) { changes.withLock { $0 += 1 } }
      journal.note(
        finished: "\(registry.authority)/app", "oci:\(directory.path("out")):t0", digest)
      journal.note(deletion: ["repository": "a", "tag": "b", "digest": "c"], isDone: false)
      let other = try ImportJournal(name: "k", text: journal.text) {}
      other.note(deletion: ["repository": "a", "tag": "b", "digest": "c"], isDone: true)
      other.note(operation: "key", ["id": "x"])
      try journal.merge(other.text)
      #expect(changes.withLock { $0 } == 2 && journal.deletions.map(\.isDone) == [true])
      #expect(journal.operations.count == 1)
      #expect(throws: AcrError.self) { try ImportJournal(name: "l", text: Array("[]\n".utf8)) {} }

      let name = "\(server.authority)/runs:journal"
      let artifact = try FileArtifact(name, .journal, runner.context)
      let text = journal.text
      _ = try await artifact.write(over: nil, mediaType: "application/jsonl") { _ in text }
      // The same tag is there, as the journal says.
      _ = try await runner.run("mirror \(registry.authority)/app oci:\(directory.path("out")) --tags t0")
      guard
        case .list(let rows) = try await runner.run(
          "mirror \(registry.authority)/app oci:\(directory.path("out")) --tags t0 --journal \(name)"),
        case .record(let row)? = rows.first, case .string(let reason)? = row["reason"]
      else { throw TestSupportError("no row") }
      #expect(reason == "finished by the previous run")
    }
  }

  @Test("a report that another run writes too is told of, and both can be read")
  func twoRuns() async throws {
    try await withRegistryServer { registry in
      let runner = CommandRunner()
      defer { runner.shutDown() }
      let artifact = try FileArtifact("\(registry.authority)/runs:report", .report, runner.context)
      let seen = Mutex<[String]>([])
      let file = RemoteFile(artifact, mediaType: "application/json", known: nil) { other in
        if let other { seen.withLock { $0.append(String(decoding: other.bytes, as: UTF8.self)) } }
        return Array("mine".utf8)
      }
      try await file.write()
      let theirs = try await artifact.write(over: try await artifact.digest(), mediaType: "application/json") { _ in
        Array("theirs".utf8)
      }
      try await file.finish()
      #expect(seen.withLock { $0 } == ["theirs"])
      #expect(String(decoding: try #require(try await artifact.read()).bytes, as: UTF8.self) == "mine")
      // What was replaced is still there by its digest.
      _ = try await runner.run("manifest show \(registry.authority)/runs@\(theirs)")
    }
  }
}
