import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("mirror and imports of rows, as a program")
struct MirrorProgramTests {
  /// A source with `app:1.0`, `app:1.1`, `app:2.0`, and an empty target.
  private func withPair(
    _ body: (
      _ source: RegistryServer, _ target: RegistryServer, _ directory: TemporaryDirectory, _ layout: ImageLayout
    ) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { source in
        try await withRegistryServer { target in
          let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
          for tag in ["1.0", "1.1", "2.0"] { try images.image("app-\(tag)", layers: [500], tag: tag) }
          try await RegistryContent(authority: source.directAuthority).push(images.layout, to: "app")
          try await body(source, target, directory, images.layout)
        }
      }
    }
  }

  private func acrsh(_ line: String, in directory: TemporaryDirectory) async throws -> ProgramResult {
    try await BuiltProducts.acrsh(["-c", line], in: directory).run()
  }

  @Test("a plan, a choice by version, the same again, a prune with an unanswered question, and a report")
  func mirror() async throws {
    try await withPair { source, target, directory, layout in
      let pair = "mirror \(source.authority)/app \(target.authority)/app"
      let plan = try await acrsh(
        "\(pair) --tags '^1' --dry-run | sort-by tag | select tag action reason | to jsonl | print", in: directory)
      #expect(
        plan.output == """
          {"tag":"1.0","action":"would copy","reason":"missing at the target"}
          {"tag":"1.1","action":"would copy","reason":"missing at the target"}

          """, "\(plan.errorOutput)")
      let content = try RegistryContent(authority: target.directAuthority)
      #expect(try await content.tags("app").isEmpty)

      let first = try await acrsh("\(pair) --report report.json | get action | to json | print", in: directory)
      #expect(first.output.filter { !$0.isWhitespace } == "[\"copied\",\"copied\",\"copied\"]", "\(first.errorOutput)")
      #expect(first.errorOutput.contains("3 tags: 3 copied"))
      let report = try JSONValue(parsing: try directory.read("report.json"))
      #expect(report["rows"]?.array?.count == 3)
      #expect(report["rows"]?.array?.first?["action"]?.string == "copied")
      let again = try await acrsh("\(pair) --report report.csv", in: directory)
      #expect(again.exitCode == 0, "\(again.errorOutput)")
      #expect(String(decoding: try directory.read("report.csv"), as: UTF8.self).hasPrefix("repository,tag,action,"))
      let second = try await acrsh("\(pair) | get action | to json | print", in: directory)
      #expect(second.output.contains("unchanged") && !second.output.contains("copied"))

      // From the target back: everything is the same, and a tag that only the other side has would go.
      try await RegistryContent(authority: source.directAuthority)
        .push(layout, tag: "2.0", to: "small")
      let prune = "mirror \(source.authority)/small \(target.authority)/app --prune"
      let refused = try await acrsh(prune, in: directory)
      #expect(refused.exitCode == 2)
      #expect(refused.errorOutput.contains("will be deleted from \(target.authority)/app: 1."))
      #expect(refused.errorOutput.contains("no terminal to ask whether 2 tags may be deleted"))
      #expect(try await content.tags("app").count == 3)
      let pruned = try await acrsh("\(prune) --yes", in: directory)
      #expect(pruned.exitCode == 0, "\(pruned.errorOutput)")
      #expect(try await content.tags("app") == ["2.0"])
    }
  }

  @Test("a whole registry, into a folder of names at the target")
  func allRepositories() async throws {
    try await withPair { source, target, directory, layout in
      try await RegistryContent(authority: source.directAuthority)
        .push(layout, tag: "2.0", to: "team/web")
      let line = "mirror \(source.authority) \(target.authority)/copies --all-repositories | count | print"
      let result = try await acrsh(line, in: directory)
      #expect(result.output == "4\n", "\(result.errorOutput)")
      let content = try RegistryContent(authority: target.directAuthority)
      #expect(try await content.tags("copies/app").count == 3)
      try await content.verify("copies/team/web", reference: "2.0")
    }
  }

  @Test("imports of rows: from a table file, with a failure that does not end the run")
  func rows() async throws {
    try await withPair { source, target, directory, _ in
      let table = """
        source,image
        \(source.authority)/app:1.0,base/app:one
        \(source.authority)/app:9.9,base/app:nine
        \(source.authority)/app:2.0,

        """
      _ = try directory.write(table, to: "images.csv")
      let line = """
        open images.csv | import --name \(target.authority) --jobs 4 --keep-going
        | select status targets | to jsonl | print
        """
      let result = try await acrsh(line, in: directory)
      // Rows come as they finish.
      #expect(
        Set(result.output.split(separator: "\n").map(String.init)) == [
          "{\"status\":\"imported\",\"targets\":[\"\(target.authority)/base/app:one\"]}",
          "{\"status\":\"failed\",\"targets\":[\"\(target.authority)/base/app:nine\"]}",
          "{\"status\":\"imported\",\"targets\":[\"\(target.authority)/app:2.0\"]}",
        ], "\(result.errorOutput)")
      #expect(result.exitCode == 6)
      let content = try RegistryContent(authority: target.directAuthority)
      try await content.verify("base/app", reference: "one")
      try await content.verify("app", reference: "2.0")

      let wrong = try await acrsh(
        "[{source: \"\(source.authority)/app:1.0\"}, {image: \"x\"}] | import --name \(target.authority)", in: directory
      )
      #expect(wrong.exitCode == 2)
      #expect(wrong.errorOutput.contains("row 2 has no source"))
      #expect(try await content.tags("app") == ["2.0"], "nothing is imported before all rows are read")
    }
  }

  @Test("mistakes in the line are found before anything is asked")
  func mistakes() async throws {
    try await withTemporaryDirectory { directory in
      for (line, words) in [
        ("mirror localhost:1/a localhost:1/b --tags '/[/'", "is not a regular expression"),
        ("mirror localhost:1/a localhost:1/b --platform linux", "`linux` is not a platform"),
        ("mirror localhost:1/a localhost:1/b --engine azure", "`--engine azure` is not an engine"),
      ] {
        let script = try directory.write(line, to: "wrong.acr")
        let result = try await BuiltProducts.acrsh(["--check", script], in: directory).run()
        let text = result.errorOutput + result.output
        #expect(result.exitCode == 2, "\(line): \(text)")
        #expect(text.contains(words), "\(text)")
      }
      let image = try await acrsh("mirror localhost:1/a:1.0 localhost:1/b", in: directory)
      #expect(image.errorOutput.contains("is one image, and `mirror` copies repositories"))
    }
  }
}
