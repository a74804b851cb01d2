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
      try await world.admin("POST", "imports", ["seconds": 8, "retryAfter": 1])
      let running = try BuiltProducts.acrsh(
        ["-c", Self.line("--journal rows.journal")], in: world.directory, environment: try world.environment()
      ).start()
      defer { running.stop() }
      while try await asked(world) < 12 { try await Task.sleep(for: .milliseconds(50)) }
      // The answer to the last one is written down when it arrives.
      try await Task.sleep(for: .milliseconds(500))
      running.send(SIGKILL)
      _ = try await running.wait(timeout: .seconds(20))

      let pending = try await world.run(["-c", "operation list | count | print"])
      #expect(pending.output == "12\n", "\(pending.errorOutput)")
      let second = try await world.run(["-c", Self.line("--journal rows.journal")])
      #expect(second.exitCode == 0, "\(second.errorOutput)")
      #expect(try rows(second).map { $0["status"]?.string } == Array(repeating: "imported", count: 12))
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
}
