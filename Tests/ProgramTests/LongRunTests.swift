import AcrCore
import Foundation
import TestSupport
import Testing

/// What all long works have: a lock, a deadline, a log, reports.
@Suite("Long runs")
struct LongRunTests {
  private static func registry(images: Int) throws -> MemoryRegistry {
    let registry = try MemoryRegistry()
    var content = MemoryRegistry.Repository()
    for number in 0..<images {
      let config = content.put(blob: Array(#"{"os":"linux","architecture":"amd64","n":\#(number)}"#.utf8))
      let layer = content.put(blob: Array("layer \(number)".utf8))
      let text = """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":\
        "application/vnd.oci.image.config.v1+json","digest":"\(config)","size":\(content.blobs[config]?.count ?? 0)},\
        "layers":[{"mediaType":"l","digest":"\(layer)","size":\(content.blobs[layer]?.count ?? 0)}]}
        """
      content.put(
        manifest: Array(text.utf8), mediaType: "application/vnd.oci.image.manifest.v1+json", tag: "t\(number)")
    }
    registry["app"] = content
    return registry
  }

  private static func run(
    _ line: String, _ directory: TemporaryDirectory, _ options: [String] = []
  ) async throws -> ProgramResult {
    try await BuiltProducts.acrsh(
      options + ["-c", line], in: directory, environment: ["XDG_STATE_HOME": directory.path("state")]
    ).run(timeout: .seconds(60))
  }

  private static func json(_ directory: TemporaryDirectory, _ name: String) throws -> JSONValue {
    try JSONValue(parsing: try directory.read(name))
  }

  private static func text(_ directory: TemporaryDirectory, _ name: String) throws -> String {
    String(decoding: try directory.read(name), as: UTF8.self)
  }

  @Test("a lock names its holder, keeps others out, and is taken over from a process that was killed")
  func lock() async throws {
    let registry = try Self.registry(images: 40)
    defer { registry.stop() }
    try await withTemporaryDirectory { directory in
      try await withFaultProxy(to: registry.authority, faults: [.latency(.milliseconds(150))]) { proxy in
        let slow = "mirror \(proxy.authority)/app oci:\(directory.path("slow")) --jobs 1 --lock nightly"
        let first = try BuiltProducts.acrsh(
          ["-c", slow], in: directory, environment: ["XDG_STATE_HOME": directory.path("state")]
        ).start()
        defer { first.stop() }
        let file = directory.path("state/acrsh/locks/nightly.lock")
        for _ in 0..<6000 where first.isRunning && (FileManager.default.contents(atPath: file) ?? Data()).isEmpty {
          try await Task.sleep(for: .milliseconds(10))
        }
        let quick = "mirror \(registry.authority)/app oci:\(directory.path("quick")) --lock nightly"
        let refused = try await Self.run(quick, directory)
        #expect(refused.exitCode == 9, "\(refused.errorOutput)")
        #expect(refused.errorOutput.contains("another run holds the lock `nightly`"), "\(refused.errorOutput)")
        #expect(refused.errorOutput.contains("process \(first.identifier) on "), "\(refused.errorOutput)")
        #expect(!FileManager.default.fileExists(atPath: directory.path("quick")))
        // Other names, and a dry run, which changes nothing, are not kept out.
        #expect(try await Self.run("\(quick)-2", directory).exitCode == 0)
        #expect(try await Self.run("\(quick) --dry-run", directory).exitCode == 0)
        first.send(SIGKILL)
        _ = try await first.wait()
        let after = try await Self.run(quick, directory)
        #expect(after.exitCode == 0, "\(after.errorOutput)")
        #expect(after.errorOutput.contains("ended without giving its lock back: process \(first.identifier)"))
        let again = try await Self.run(quick, directory)
        #expect(again.exitCode == 0 && !again.errorOutput.contains("without giving"), "\(again.errorOutput)")
      }
    }
  }

  @Test("a lock that is a path, a file that is no lock, and names that are none")
  func lockPaths() async throws {
    let registry = try Self.registry(images: 1)
    defer { registry.stop() }
    try await withTemporaryDirectory { directory in
      let line = "mirror \(registry.authority)/app oci:\(directory.path("out"))"
      #expect(try await Self.run("\(line) --lock ./my.lock", directory).exitCode == 0)
      #expect(try directory.read("my.lock").isEmpty)
      try directory.write("precious", to: "data")
      let precious = try await Self.run("\(line) --lock ./data", directory)
      #expect(precious.exitCode == 2 && precious.errorOutput.contains("is no lock of acrsh"), "\(precious.errorOutput)")
      #expect(try directory.read("data") == Array("precious".utf8))
      for name in ["'a b'", "..", "''"] {
        let wrong = try await Self.run("\(line) --lock \(name)", directory)
        #expect(wrong.exitCode == 2, "\(name): \(wrong.errorOutput)")
      }
    }
  }

  @Test("a deadline ends a run with its own exit code, a true report, and a journal the next run goes on from")
  func deadline() async throws {
    let registry = try Self.registry(images: 60)
    defer { registry.stop() }
    try await withTemporaryDirectory { directory in
      try await withFaultProxy(to: registry.authority, faults: [.latency(.milliseconds(100))]) { proxy in
        let line = """
          mirror \(proxy.authority)/app oci:\(directory.path("out")) --jobs 1 --journal journal --metrics run.prom \
          --report run.json --report run.html --report run.xml
          """
        let late = try await Self.run("\(line) --deadline 3s", directory)
        #expect(late.exitCode == 8, "\(late.errorOutput)")
        #expect(late.errorOutput.contains("error[deadline]: the run was not done within 3s"), "\(late.errorOutput)")
        let report = try Self.json(directory, "run.json")
        let done = try #require(report["rows"]?.array)
        let actions = Set(done.map { $0["action"]?.string })
        #expect(actions.isSubset(of: ["copied"]) && done.count < 60, "\(report)")
        #expect(report["complete"]?.bool == false && report["error"]?["kind"]?.string == "deadline")
        #expect(report["left"]?.integer == Int64(60 - done.count))
        // Every row of the report is true.
        let index = try JSONValue(parsing: try directory.read("out/index.json"))
        let tags = index["manifests"]?.array?.compactMap {
          $0["annotations"]?["org.opencontainers.image.ref.name"]?.string
        }
        let told = Set(done.compactMap { $0["tag"]?.string })
        #expect(told.isSubset(of: Set(tags ?? [])))
        let page = try Self.text(directory, "run.html")
        #expect(page.contains("The deadline was reached"))
        let units = try Self.text(directory, "run.xml")
        #expect(units.contains("<error type=\"deadline\""))
        let figures = try Self.text(directory, "run.prom")
        #expect(figures.contains("acrsh_run_success{command=\"mirror\"} 0\n"))
        #expect(figures.contains("kind=\"deadline\"} 1\n"), "\(figures)")
      }
      let line = "mirror \(registry.authority)/app oci:\(directory.path("out")) --journal journal --report run.json"
      let rest = try await Self.run("\(line) --deadline 10m", directory)
      #expect(rest.exitCode == 0, "\(rest.errorOutput)")
      let report = try Self.json(directory, "run.json")
      #expect(report["complete"]?.bool == true && report["rows"]?.array?.count == 60)
      #expect(try directory.read("journal").isEmpty, "a run that finished everything leaves an empty journal")
      #expect(try await Self.run("\(line) --deadline 0s", directory).exitCode == 2)
    }
  }

  @Test("a log has a line for each event, by its level, and no secrets; standard error is the log where it goes there")
  func log() async throws {
    let registry = try Self.registry(images: 3)
    defer { registry.stop() }
    try await withTemporaryDirectory { directory in
      try directory.write(
        "source,image,username,password\n\(registry.authority)/app:t0,a:0,,\n\(registry.authority)/app:no,a:1,me,hunter2\n",
        to: "rows.csv")
      let line = """
        open rows.csv | import --name oci:\(directory.path("out")) --keep-going --log json --log-file run.log \
        --log-level debug | ignore
        """
      let result = try await Self.run(line, directory)
      #expect(result.exitCode == 6, "\(result.errorOutput)")
      let text = try Self.text(directory, "run.log")
      #expect(!text.contains("hunter2") && text.hasSuffix("\n"))
      let events = try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
      #expect(events.first?["event"]?.string == "started" && events.last?["event"]?.string == "ended", "\(text)")
      let isWhole = events.allSatisfy { $0["command"]?.string == "import" && $0["time"]?.string != nil }
      #expect(isWhole)
      let rows = events.filter { $0["event"]?.string == "row" }
      let failed = rows.filter { $0["level"]?.string == "error" }
      #expect(rows.count == 2 && failed.count == 1 && failed[0]["kind"]?.string == "not-found")
      #expect(events.last?["level"]?.string == "error" && events.last?["failed"]?.integer == 1)

      let mirror = "mirror \(registry.authority)/app oci:\(directory.path("out2"))"
      let loud = try await Self.run("\(mirror) --log json", directory, ["-o", "none"])
      #expect(loud.exitCode == 0)
      let lines = loud.errorOutput.split(separator: "\n")
      let levels = try lines.map { try JSONValue(parsing: Array($0.utf8))["level"]?.string }
      #expect(Set(levels) == ["info"])
      #expect(lines.contains { $0.contains("3 tags: 3 copied") }, "messages of the command are lines of the log")
      let quiet = try await Self.run("\(mirror) --log text --log-level error", directory, ["-o", "none"])
      #expect(quiet.exitCode == 0 && quiet.errorOutput.isEmpty, "\(quiet.errorOutput)")
      let unchanged = try await Self.run("\(mirror) --log text --log-level debug", directory, ["-o", "none"])
      #expect(unchanged.errorOutput.contains(" DEBUG mirror row item="))
      #expect(unchanged.errorOutput.contains("action=unchanged"))
      for wrong in [
        "--log xml", "--log-level info", "--log json --log-level loud", "--log json --log-file no/such/file",
      ] {
        let refused = try await Self.run("\(mirror) \(wrong)", directory)
        #expect(refused.exitCode == 2, "\(wrong): \(refused.errorOutput)")
      }
      let single = try await Self.run(
        "import \(registry.authority)/app:t0 oci:\(directory.path("x")):t --lock a", directory)
      #expect(single.exitCode == 2 && single.errorOutput.contains("is for imports of rows"), "\(single.errorOutput)")
    }
  }
}
