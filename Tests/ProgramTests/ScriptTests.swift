import Foundation
import TestSupport
import Testing

@Suite("The program: scripts, lines and exit codes")
struct ScriptTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var line: String
    var output = ""
    var error = ""
    var code: Int32 = 0
    var testDescription: String { line }
  }

  static let lines = [
    Case(line: "print 1", output: "1\n"),
    Case(line: "1 + 2 * 3", output: "7\n"),
    Case(line: "[{a: 1}] | extend b = .a + 1", output: "[\n  {\n    \"a\": 1,\n    \"b\": 2\n  }\n]\n"),
    Case(line: "exit 7", code: 7),
    Case(line: "throw \"no\"", error: "error[thrown]: no\n", code: 1),
    Case(
      line: "imprt a b",
      error: """
        error: `imprt` is not a command
          --> -c:1:1
          |
        1 | imprt a b
          | ^^^^^ did you mean `import`?

        """, code: 2),
    Case(line: "print $nme", error: "error: unknown variable `$nme`\n", code: 2),
    Case(line: "[1, 2] | each --keep-going { |n| if $n == 2 { throw \"two\" } } | count", output: "2\n", code: 6),
  ]

  @Test("one line", arguments: lines)
  func line(line: Case) async throws {
    try await withTemporaryDirectory { directory in
      let result = try await BuiltProducts.acrsh(["-c", line.line], in: directory).run()
      #expect(result.output == line.output)
      // The first line of a diagnostic is its message; where the whole is given, the whole is compared.
      let shown = line.error.contains("-->") ? result.errorOutput : firstLine(result.errorOutput)
      #expect(shown == line.error)
      #expect(result.exitCode == line.code)
    }
  }

  private func firstLine(_ text: String) -> String {
    text.split(separator: "\n", maxSplits: 1).first.map { "\($0)\n" } ?? ""
  }

  @Test("a script with an error on its last line does not start")
  func lastLine() async throws {
    try await withTemporaryDirectory { directory in
      let lines = (1...79).map { "print \($0) | save --append out.txt" } + ["print $undefined"]
      let script = try directory.write(lines.joined(separator: "\n"), to: "long.acr")
      let result = try await BuiltProducts.acrsh([script], in: directory).run()
      #expect(result.exitCode == 2)
      #expect(result.errorOutput.contains("long.acr:80:7"))
      #expect(!FileManager.default.fileExists(atPath: directory.path("out.txt")))
    }
  }

  @Test("a file that is not UTF-8 is refused with the place")
  func notUTF8() async throws {
    try await withTemporaryDirectory { directory in
      let script = try directory.write(Array("print 1\nprint '".utf8) + [0xFF, 0x27], to: "latin.acr")
      let result = try await BuiltProducts.acrsh([script], in: directory).run()
      #expect(result.exitCode == 2)
      #expect(result.errorOutput.contains("latin.acr:2:8"))
      #expect(result.errorOutput.contains("UTF-8"))
      #expect(result.output.isEmpty)
    }
  }

  @Test("a missing script, an unknown option, a full disk")
  func badInput() async throws {
    try await withTemporaryDirectory { directory in
      let missing = try await BuiltProducts.acrsh(["nowhere.acr"], in: directory).run()
      #expect(missing.exitCode == 3)
      #expect(missing.errorOutput.contains("there is no file `nowhere.acr`"))

      let option = try await BuiltProducts.acrsh(["--bogus"], in: directory).run()
      #expect(option.exitCode == 2)
      #expect(option.errorOutput.contains("--bogus"))

      let full = try await BuiltProducts.acrsh(["-c", "print done; 'text' | save /dev/full"], in: directory).run()
      #expect(full.exitCode == 1)
      #expect(full.errorOutput.contains("cannot write `/dev/full`: no space left on device"))
    }
  }

  @Test("parameters are the script's flags, and --help is made from them")
  func parameters() async throws {
    try await withTemporaryDirectory { directory in
      let script = try directory.write(
        """
        #!/usr/bin/env acrsh
        ## Greets a person.
        param name: string            ## who
        param --times: int = 1        ## how often
        for i in range(0, $times) { print "hello $name" }
        """, to: "greet.acr")
      let run = try await BuiltProducts.acrsh([script, "world", "--times", "2"], in: directory).run()
      #expect(run.output == "hello world\nhello world\n")
      let help = try await BuiltProducts.acrsh([script, "--help"], in: directory).run()
      #expect(help.exitCode == 0)
      for text in ["Greets a person.", "--times", "how often", "who"] { #expect(help.output.contains(text)) }
      let wrong = try await BuiltProducts.acrsh([script, "world", "--tims", "2"], in: directory).run()
      #expect(wrong.exitCode == 2)
      #expect(wrong.errorOutput.contains("--times"))
    }
  }

  @Test("standard input is a script")
  func standardInput() async throws {
    try await withTemporaryDirectory { directory in
      let piped = try await BuiltProducts.acrsh([], in: directory, input: "let x = 2\nprint $x\n").run()
      #expect(piped.output == "2\n")
      let dash = try await BuiltProducts.acrsh(["-"], in: directory, input: "print a\nprint $b\n").run()
      #expect(dash.exitCode == 2)
      #expect(dash.output.isEmpty)
    }
  }

  @Test("diagnostics as JSON, one object a line")
  func jsonDiagnostics() async throws {
    try await withTemporaryDirectory { directory in
      let result = try await BuiltProducts.acrsh(
        ["--diagnostics", "json", "-c", "print $a\nprint $b"], in: directory
      ).run()
      let lines = result.errorOutput.split(separator: "\n")
      #expect(lines.count == 2)
      for line in lines {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["severity"] as? String == "error")
      }
    }
  }

  @Test("--strict reports more, and warnings count")
  func strict() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write("let p = secret env P\nprint ${len(reveal($p))}\n", to: "secret.acr")
      let lax = try await BuiltProducts.acrsh(["--check", path], in: directory).run()
      #expect(lax.exitCode == 0)
      #expect(lax.errorOutput.isEmpty)
      let strict = try await BuiltProducts.acrsh(["--check", "--strict", path], in: directory).run()
      #expect(strict.exitCode == 2)
      #expect(strict.errorOutput.contains("secret.acr:2:13"), "\(strict.errorOutput)")
      let alone = try await BuiltProducts.acrsh(["--strict", path], in: directory).run()
      #expect(alone.exitCode == 2)
      #expect(alone.errorOutput.contains("--strict requires --check"))
    }
  }

  @Test("every example passes the check")
  func examples() async throws {
    let folder = Repository.path("examples")
    // The article's blocks are as the article has them, with a mistake and with passwords; they have a test of their own.
    let scripts = try #require(FileManager.default.enumerator(atPath: folder))
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".acr") && !$0.hasPrefix("article/") }.sorted()
    #expect(!scripts.isEmpty)
    try await withTemporaryDirectory { directory in
      let paths = scripts.map { "\(folder)/\($0)" }
      let result = try await BuiltProducts.acrsh(["--check", "--strict"] + paths, in: directory).run()
      #expect(result.exitCode == 0, "\(result.errorOutput)")
    }
  }
}

extension ScriptTests {
  @Test("every piece of acr in the manual passes the check")
  func manual() async throws {
    let manual = try String(contentsOfFile: Repository.path("docs/manual.md"), encoding: .utf8)
    let pieces = manual.components(separatedBy: "```acr\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
    #expect(pieces.count > 5)
    try await withTemporaryDirectory { directory in
      let paths = try pieces.enumerated().map { try directory.write($1, to: "piece-\($0).acr") }
      let result = try await BuiltProducts.acrsh(["--check"] + paths, in: directory).run()
      #expect(result.exitCode == 0, "\(result.errorOutput)")
    }
  }
}

/// Files of the repository the tests were built from.
enum Repository {
  static func path(_ name: String) -> String {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return tests.deletingLastPathComponent().appendingPathComponent(name).path
  }
}
