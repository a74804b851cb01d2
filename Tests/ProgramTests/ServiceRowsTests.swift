import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Many imports by the service")
struct ServiceRowsTests {
  /// A line that imports twelve rows into `myregistry`.
  private static func line(_ flags: String = "") -> String {
    """
    range(12) | each { |n| {source: "docker.io/library/hello-world:latest", image: "copy/n$n:1"} } \
    | import --name myregistry --jobs 12 --keep-going \(flags) | to jsonl | print
    """
  }

  private func rows(_ result: ProgramResult) throws -> [JSONValue] {
    try result.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
  }

  private func asked(_ world: AzureWorld) async throws -> Int {
    let log = try await world.admin("GET", "requests").array ?? []
    return log.count { $0["method"]?.string == "POST" && $0["path"]?.string?.hasSuffix("/importImage") == true }
  }

  @Test("what the target has already is not asked for")
  func present() async throws {
    try await withAzureWorld { world in
      let first = try await world.run(["-c", Self.line()])
      #expect(first.exitCode == 0, "\(first.errorOutput)")
      #expect(try rows(first).map { $0["status"]?.string } == Array(repeating: "imported", count: 12))
      #expect(try await asked(world) == 12)
      let second = try await world.run(["-c", Self.line()])
      #expect(second.exitCode == 0, "\(second.errorOutput)")
      let again = try rows(second)
      #expect(again.map { $0["status"]?.string } == Array(repeating: "unchanged", count: 12))
      #expect(again.allSatisfy { $0["digest"]?.string == (try? rows(first))?.first?["digest"]?.string })
      #expect(try await asked(world) == 12)
    }
  }

  @Test("a run that was killed leaves its operations, and the next one follows them and asks for nothing twice")
  func killed() async throws {
    try await withAzureWorld { world in
      try await world.admin("POST", "imports", ["seconds": 15, "retryAfter": 1])
      let running = try BuiltProducts.acrsh(
        ["-c", Self.line("--journal rows.journal")], in: world.directory, environment: try world.environment()
      ).start()
      defer { running.stop() }
      while try await asked(world) < 12 { try await Task.sleep(for: .milliseconds(50)) }
      // The answer to the last one is written down when it arrives.
      try await world.waitForNotedOperations(12)
      running.send(SIGKILL)
      _ = try await running.wait(timeout: .seconds(60))

      let pending = try await world.run(["-c", "operation list | count | print"])
      #expect(pending.output == "12\n", "\(pending.errorOutput)")
      let second = try await world.run(["-c", Self.line("--journal rows.journal")])
      #expect(second.exitCode == 0, "\(second.errorOutput)")
      // On a busy machine some have ended before the second run looks at the target.
      let statuses = try rows(second).map { $0["status"]?.string }
      #expect(statuses.count == 12 && statuses.allSatisfy { ["imported", "unchanged"].contains($0) }, "\(statuses)")
      #expect(try await asked(world) == 12)
      #expect(try await world.content(of: "myregistry").count == 12)
      let rest = try await world.run(["-c", "operation list | count | print"])
      #expect(rest.output == "0\n")
    }
  }

  @Test("the resource manager's limit is waited out, and its notes are gathered")
  func throttled() async throws {
    try await withAzureWorld { world in
      try await world.admin(
        "POST", "faults", ["method": "POST", "path": "*/importImage", "status": 429, "retryAfter": 2, "times": 40])
      let result = try await world.run(["-c", Self.line()])
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(try rows(result).map { $0["status"]?.string } == Array(repeating: "imported", count: 12))
      let notes = result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("note: management.azure.com") }
      #expect((1...5).contains(notes.count), "\(result.errorOutput)")
    }
  }

  @Test("a row that failed carries the whole error")
  func failedRow() async throws {
    try await withAzureWorld { world in
      let result = try await world.run([
        "-c",
        """
        [{source: "docker.io/library/nothing-here:1", image: "a:1"}] | import --name myregistry --keep-going \
        | to jsonl | print
        """,
      ])
      #expect(result.exitCode == 6)
      let error = try #require(try rows(result).first?["error"])
      #expect(error["kind"]?.string == "not-found" || error["kind"]?.string == "auth")
      #expect(error["message"]?.string?.isEmpty == false)
      #expect(error["help"]?.string?.isEmpty == false)
    }
  }

  // MARK: Rows of a file

  private static let source = "mcr.microsoft.com/hello-world:latest"

  /// A table of imports of one image under many tags.
  private static func table(_ count: Int) -> String {
    (0..<count).map { #"{"source":"\#(source)","image":"rows:t\#($0)"}"# }.joined(separator: "\n") + "\n"
  }

  /// How often each target was asked for.
  private func targets(_ world: AzureWorld) async throws -> [String: Int] {
    let imports = try await world.admin("GET", "state")["imports"]?.array ?? []
    return imports.reduce(into: [:]) { $0[$1["request"]?["targetTags"]?.text ?? "", default: 0] += 1 }
  }

  @Test(
    "a run that is killed leaves its operations in operation list and in the journal, and the next asks for none twice")
  func killedHalfWay() async throws {
    try await withAzureWorld { world in
      try await world.admin("POST", "imports", ["seconds": 10, "retryAfter": 1])
      _ = try world.directory.write(Self.table(6), to: "rows.jsonl")
      let line = "open rows.jsonl | import --name myregistry --jobs 3 --journal journal --report report.csv"
      let first = try BuiltProducts.acrsh(
        ["-c", line], in: world.directory, environment: try world.environment()
      ).start()
      defer { first.stop() }
      // Three answers have come when a fourth import cannot begin.
      for _ in 0..<1200 {
        // Looking takes time too: the imports end after ten seconds.
        if try await targets(world).count >= 3 { break }
        try await Task.sleep(for: .milliseconds(50))
      }
      for _ in 0..<3000 {
        let journal = (try? String(contentsOfFile: world.directory.path("journal"), encoding: .utf8)) ?? ""
        if journal.split(separator: "\n").count(where: { $0.contains("\"location\"") }) >= 3 { break }
        try await Task.sleep(for: .milliseconds(20))
      }
      first.send(SIGKILL)
      _ = try await first.wait()
      let listed = try await world.run(["-o", "jsonl", "-c", "operation list"])
      #expect(
        listed.output.split(separator: "\n").count == 3,
        "\(listed.output)\(listed.errorOutput)\(first.output)\(first.errorOutput)")

      let second = try await world.run(["-o", "jsonl", "-c", line])
      #expect(second.exitCode == 0, "\(second.errorOutput)")
      #expect(second.output.split(separator: "\n").count == 6)
      let counts = try await targets(world)
      #expect(counts.count == 6 && counts.values.allSatisfy { $0 == 1 }, "\(counts)")
      #expect(try await world.run(["-o", "jsonl", "-c", "operation list"]).output.isEmpty)
      let report = try String(contentsOfFile: world.directory.path("report.csv"), encoding: .utf8)
      #expect(report.hasPrefix("status,source,targets,"))
      #expect(report.split(separator: "\r\n").count == 7)
    }
  }

  @Test("rows come as they finish, a failed one with the whole error, and the report has all")
  func streams() async throws {
    try await withAzureWorld { world in
      let rows = """
        {"source":"mcr.microsoft.com/missing:1","image":"rows:missing"}
        {"source":"\(Self.source)","image":"rows:one"}

        """
      _ = try world.directory.write(rows, to: "rows.jsonl")
      let result = try await world.run([
        "-o", "jsonl", "-c", "open rows.jsonl | import --name myregistry --keep-going --report report.json",
      ])
      #expect(result.exitCode == 6)
      let values = try result.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
      #expect(values.count == 2)
      let failed = try #require(values.first { $0["status"]?.string == "failed" })
      #expect(failed["error"]?["kind"]?.string == "not-found")
      #expect(failed["error"]?["message"]?.string?.isEmpty == false)
      #expect(failed["error"]?["status"] != nil)
      #expect(failed["error"]?["help"] != nil)
      let report = try JSONValue(
        parsing: Array(try String(contentsOfFile: world.directory.path("report.json"), encoding: .utf8).utf8))
      #expect(report["rows"]?.array?.count == 2 && report["complete"]?.bool == true)

      // The slow row does not hold back the quick one.
      try await world.admin("POST", "imports", ["seconds": 8, "retryAfter": 1])
      let line = """
        [{source: "\(Self.source)", image: "rows:slow"}, {source: "\(Self.source)", image: "rows:one"}]
        | import --name myregistry
        """
      let run = try BuiltProducts.acrsh(
        ["-o", "jsonl", "-c", line], in: world.directory, environment: try world.environment()
      ).start()
      defer { run.stop() }
      let isFirst = try await run.waitForOutput(within: .seconds(60)) { output, _ in output.contains("\n") }
      #expect(isFirst && run.output.contains("unchanged") && !run.output.contains("imported"), "\(run.output)")
      run.stop()

      let wrong = try await world.run(["-c", "[\"\(Self.source)\"] | import --name myregistry --report rows.txt"])
      #expect(wrong.exitCode == 2 && wrong.errorOutput.contains("has no known format"))
    }
  }

  @Test("a throttled run waits as long as it takes, and says so once")
  func waitsAndSaysSo() async throws {
    try await withAzureWorld { world in
      try await world.admin(
        "POST", "faults",
        ["target": "control", "method": "POST", "path": "*importImage", "status": 429, "retryAfter": 2, "times": 9])
      let result = try await world.run([
        "-o", "jsonl", "-c",
        "[{source: \"\(Self.source)\", image: \"rows:a\"}] | import --name myregistry",
      ])
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(result.output.contains("imported"))
      let notes = result.errorOutput.split(separator: "\n").filter { $0.contains("HTTP 429") }
      #expect((2...4).contains(notes.count), "\(result.errorOutput)")
      #expect(notes.last?.contains(" times)") == true)
    }
  }
}
