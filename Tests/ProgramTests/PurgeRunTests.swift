import AcrCore
import Foundation
import TestSupport
import Testing

/// What long purges have: a journal, figures, shards, and rows that are true.
@Suite("Long purges")
struct PurgeRunTests {
  /// A registry in memory with repositories of so many images, which all share a layer.
  private static func registry(_ names: [String], images: Int) throws -> MemoryRegistry {
    let registry = try MemoryRegistry()
    for name in names {
      var content = MemoryRegistry.Repository()
      content.traits = .init(hasReferrersAPI: true, deletesTags: true)
      let layer = content.put(blob: [UInt8](repeating: 1, count: 500))
      for number in 0..<images {
        let config = content.put(blob: Array(#"{"os":"linux","architecture":"amd64","n":\#(number)}"#.utf8))
        let text = """
          {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":\
          "application/vnd.oci.image.config.v1+json","digest":"\(config)","size":\(content.blobs[config]?.count ?? 0)},\
          "layers":[{"mediaType":"l","digest":"\(layer)","size":500}]}
          """
        content.put(
          manifest: Array(text.utf8), mediaType: "application/vnd.oci.image.manifest.v1+json", tag: "t\(number)")
      }
      registry[name] = content
    }
    return registry
  }

  private static func rows(_ result: ProgramResult) throws -> [JSONValue] {
    try JSONValue(parsing: Array(result.output.utf8)).array ?? []
  }

  @Test("a run after kill -9 deletes what is left, and tells what both deleted")
  func killed() async throws {
    let registry = try Self.registry(["app"], images: 300)
    defer { registry.stop() }
    try await withTemporaryDirectory { directory in
      try await withFaultProxy(to: registry.authority, faults: [.latency(.milliseconds(80))]) { proxy in
        let line = [
          "-o", "json", "-c",
          "purge \(proxy.authority)/app --tags \"*\" --max-share 100% --yes --journal journal --report report.json --metrics run.prom",
        ]
        let first = try BuiltProducts.acrsh(line, in: directory).start()
        // A thread of its own looks: tasks of other tests can hold this one up for long.
        let child = first
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
          Thread.detachNewThread {
            for _ in 0..<6000 where child.isRunning && registry["app"].manifests.count > 290 { usleep(10_000) }
            child.send(SIGKILL)
            done.resume()
          }
        }
        _ = try await first.wait()
        let left = registry["app"].manifests.count
        try #require(left > 0 && left < 300, "\(left) are left: \(first.errorOutput)")
        let second = try await BuiltProducts.acrsh(line, in: directory).run(timeout: .seconds(60))
        #expect(second.exitCode == 0, "\(second.errorOutput)")
        #expect(registry["app"].manifests.isEmpty && registry["app"].tags.isEmpty)
        let rows = try Self.rows(second)
        #expect(Set(rows.compactMap { $0["tag"]?.string }).count == 300 && rows.count == 300)
        #expect(rows.allSatisfy { $0["action"]?.string == "deleted" })
        // What was under way when the run was killed may have gone a moment later.
        let earlier = rows.count { $0["reason"]?.string == "by an earlier run" }
        #expect(earlier >= 10 && earlier < 300)
        let report = try JSONValue(parsing: Array(try Data(contentsOf: URL(filePath: directory.path("report.json")))))
        #expect(report["rows"]?.array?.count == 300)
        // A run that finished everything leaves an empty journal, and figures.
        #expect(try Data(contentsOf: URL(filePath: directory.path("journal"))).isEmpty)
        let figures = try String(contentsOfFile: directory.path("run.prom"), encoding: .utf8)
        #expect(
          figures.contains("acrsh_run_rows{command=\"purge\",action=\"deleted\"} \(300 - earlier)\n"), "\(figures)")
        #expect(figures.contains("acrsh_run_success{command=\"purge\"} 1\n") && figures.hasSuffix("# EOF\n"))
      }
    }
  }

  @Test("figures tell of a run that fails")
  func failedFigures() async throws {
    let registry = try Self.registry(["app"], images: 4)
    defer { registry.stop() }
    try await withTemporaryDirectory { directory in
      let result = try await BuiltProducts.acrsh(
        ["-c", "purge \(registry.authority)/app --tags t1 --tags t2 --tags t3 --yes --metrics run.prom"], in: directory
      ).run(timeout: .seconds(60))
      #expect(result.exitCode == 6, "\(result.errorOutput)")
      let figures = try String(contentsOfFile: directory.path("run.prom"), encoding: .utf8)
      #expect(figures.contains("acrsh_run_success{command=\"purge\"} 0\n"), "\(figures)")
      #expect(figures.contains("acrsh_run_failures{command=\"purge\",kind=\"conflict\"} 1\n"), "\(figures)")
      #expect(registry["app"].tags.count == 4)
    }
  }

  @Test("rows of a plan that is refused say that nothing goes")
  func refused() async throws {
    let registry = try Self.registry(["app"], images: 4)
    defer { registry.stop() }
    try await withTemporaryDirectory { directory in
      for (flag, action) in [("--dry-run", "keep"), ("--yes", "kept")] {
        let result = try await BuiltProducts.acrsh(
          ["-o", "json", "-c", "purge \(registry.authority)/app --tags t1 --tags t2 --tags t3 \(flag)"], in: directory
        ).run(timeout: .seconds(60))
        let rows = try Self.rows(result)
        let tags = rows.filter { $0["tag"]?.string != nil }
        #expect(tags.count == 3 && tags.allSatisfy { $0["action"]?.string == action }, "\(result.output)")
        #expect(tags.allSatisfy { $0["bytes"]?.integer == 0 && $0["reason"]?.string?.contains("too much") == true })
        #expect(rows.last?["action"]?.string == "failed" && result.exitCode == 6)
      }
    }
  }

  @Test("garbage --by month is a chart in tables, with the month in which each blob came first, and numbers in data")
  func growth() async throws {
    let registry = try Self.registry(["app"], images: 4)
    defer { registry.stop() }
    var content = registry["app"]
    content.traits.isAzure = true
    let digests = (0..<4).compactMap { content.tags["t\($0)"] }
    for (digest, month) in zip(digests, ["2026-01", "2026-03", "2026-03", "2026-04"]) {
      content.metadata.times[digest] = "\(month)-05T00:00:00.0000000Z"
    }
    // One is garbage: it is a part of the growth, and not of what tags reach.
    content.tags["t3"] = nil
    registry["app"] = content
    let size = Int64(content.manifests[digests[0]]?.bytes.count ?? 0)
    let config = Int64(#"{"os":"linux","architecture":"amd64","n":0}"#.utf8.count)
    let own = size + config
    try await withTemporaryDirectory { directory in
      func run(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> ProgramResult {
        let line = "garbage \(registry.authority)/app --by month"
        let result = try await BuiltProducts.acrsh(
          arguments + ["-c", line], in: directory, environment: environment
        ).run(timeout: .seconds(60))
        #expect(result.exitCode == 0, "\(result.errorOutput)")
        return result
      }
      let rows = try Self.rows(try await run(["-o", "json"]))
      #expect(rows.map { $0["month"]?.string } == ["2026-01", "2026-03", "2026-04"])
      #expect(rows.map { $0["manifests"]?.integer } == [1, 2, 1])
      // The layer that all share came with the first.
      #expect(rows.map { $0["bytes"]?.integer } == [own + 500, 2 * own, own])
      #expect(rows.map { $0["total"]?.integer } == [own + 500, 3 * own + 500, 4 * own + 500])
      let all = Double(4 * own + 500)
      for (row, total) in zip(rows, [own + 500, 3 * own + 500, 4 * own + 500]) {
        guard case .number(let share)? = row["share"] else {
          #expect(row["share"]?.integer == 1 && total == 4 * own + 500)
          continue
        }
        #expect(abs(share - Double(total) / all) < 1e-9)
      }
      let chart = try await run(["-o", "table"], ["LANG": "C.UTF-8"])
      let lines = chart.output.split(separator: "\n").map(String.init)
      try #require(lines.count >= 4, "\(chart.output)")
      func bar(_ line: String) -> Int { line.count { $0 == "█" } }
      // Bars grow with the share, to the full ten places.
      #expect(bar(lines[1]) < bar(lines[2]) && bar(lines[2]) < bar(lines[3]), "\(chart.output)")
      #expect(lines[3].contains("██████████") && lines[3].hasSuffix("100 %"), "\(chart.output)")
      let percent = Int((Double(own + 500) / all * 100).rounded())
      #expect(lines[1].hasPrefix("2026-01") && lines[1].hasSuffix(" \(percent) %"), "\(chart.output)")
      #expect(chart.errorOutput.contains("1 manifest that nothing reaches"), "\(chart.errorOutput)")
      let ascii = try await run(["-o", "table"], ["LANG": "C", "LC_ALL": "C"])
      #expect(!ascii.output.contains("█") && ascii.output.contains("100 %"), "\(ascii.output)")
    }
  }

  @Test("shards do every repository exactly once, also by the number of a job in Kubernetes")
  func shards() async throws {
    let names = (0..<9).map { "team/app-\($0)" }
    let registry = try Self.registry(names, images: 3)
    defer { registry.stop() }
    try await withTemporaryDirectory { directory in
      var seen: [String] = []
      for number in 0..<3 {
        let result = try await BuiltProducts.acrsh(
          ["-o", "json", "-c", "purge \"\(registry.authority)/team/*\" --tags t1 --dry-run --shard auto/3"],
          in: directory, environment: ["JOB_COMPLETION_INDEX": "\(number)"]
        ).run(timeout: .seconds(60))
        seen += try Self.rows(result).compactMap { $0["repository"]?.string }
      }
      #expect(seen.sorted() == names)
      // The same for imports of rows, by the target's repository.
      let list = names.map {
        "{source: \"\(registry.authority)/\($0):t1\", to: \"oci:\(directory.path("copy"))/\($0):t1\"}"
      }
      var targets: [String] = []
      for number in 1...3 {
        let result = try await BuiltProducts.acrsh(
          ["-o", "json", "-c", "[\(list.joined(separator: ", "))] | import --shard \(number)/3"], in: directory
        ).run(timeout: .seconds(60))
        #expect(result.exitCode == 0, "\(result.errorOutput)")
        targets += try Self.rows(result).compactMap { $0["targets"]?.array?.first?.string }
      }
      #expect(Set(targets).count == names.count && targets.count == names.count)
      let missing = try await BuiltProducts.acrsh(
        ["-c", "purge \(registry.authority)/team/app-1 --tags t1 --dry-run --shard auto/3"], in: directory
      ).run(timeout: .seconds(60))
      #expect(missing.exitCode == 2 && missing.errorOutput.contains("JOB_COMPLETION_INDEX"), "\(missing.errorOutput)")
    }
  }
}
