import Foundation
import TestSupport
import Testing

@Suite("Secrets that are written in a script or typed at the prompt", .serialized, .timeLimit(.minutes(3)))
struct SecretTextTests {
  /// Lines that fail, each with the password `hunter2` in it, before and after names are known.
  static let failing: [String] = [
    "acr login --name localhost:1 -u me -p hunter2", "acr login --name localhost:1 -u me --password=hunter2",
    "acr login --nmae localhost:1 -u me -p hunter2", "login --service-principal -u me --password \"hunter2\" --tenat x",
    "login -u me -p hunter2 | where (", "acr login --name localhost:1 -u me -p -hunter2",
    "acr login -n x -p hunter2 extra hunter2",
    "acr lgoin -p hunter2", "login --pasword hunter2", "import docker.io/a/b x.azurecr.io/a/b -u me -p hunter2 --froce",
    "import docker.io/a/b x.azurecr.io/a/b -u me \\\n  -p hunter2 --froce",
    "Import-AzContainerRegistryImage -Password hunter2 -Nmae x", "Connect-AzContainerRegistry -Password 'hunter2' )",
    "def f(x: secret) { throw \"bad\" }\nf hunter2 2", "def f(x: secret) { throw \"bad\" }\nlet y = f(\"hunter2\") + 1",
    "param x: secret = \"hunter2\"\nthrow \"bad\"", "param x: secret = \"hunter2\" + y",
    "[{password: \"hunter2\"}] | import --nothing", "let password = \"hunter2\"; nothing",
    "open \"https://me:hunter2@localhost:1/x?sig=hunter2\"", "run false --password hunter2; throw \"bad\"",
    "print \"Authorization: Bearer hunter2hunter2\" | nothing",
    "par-each { acr login --name localhost:1 -u me -p hunter2 }",
    "[1] | each { acr login --name localhost:1 -u me -p hunter2 }",
    "try { acr login --name localhost:1 -u me -p hunter2 } catch e { print $e; throw $e }",
    "retry --times 2 --wait 1ms { acr login --name localhost:1 -u me -p hunter2 }",
    "acr login --name localhost:1 -u me -p hunter2 --debug", "acr login --name localhost:1 -u me -p hunter2 --verbose",
  ]

  @Test("are in no error, trace or note", arguments: failing)
  func errors(_ text: String) async throws {
    try await withTemporaryDirectory { directory in
      let script = try directory.write(text + "\n", to: "script.acr")
      let trace = directory.path("trace")
      let runs = [
        [script], ["-c", text], ["--check", "--strict", script], ["--diagnostics", "json", script],
        ["--trace", trace, script], ["--fmt", "--check", script], ["-o", "table", script],
      ]
      for arguments in runs {
        let result = try await BuiltProducts.acrsh(arguments, in: directory).run()
        #expect(!(result.output + result.errorOutput).contains("hunter2"), "\(result.output)\(result.errorOutput)")
      }
      #expect((try? String(contentsOfFile: trace, encoding: .utf8))?.contains("hunter2") != true)
    }
  }

  @Test("The excerpt shows where, with the carets below it")
  func excerpt() async throws {
    try await withTemporaryDirectory { directory in
      let result = try await BuiltProducts.acrsh(
        ["-c", "acr login --name localhost:1 -u me --password=hunter2 --nmae x"], in: directory
      ).run()
      #expect(result.errorOutput.contains("1 | acr login --name localhost:1 -u me --password=••• --nmae x\n"))
      #expect(result.errorOutput.contains("  |                                                   ^^^^^^ did you mean"))
    }
  }

  @Test("`--help` of a script says that a default is a secret, and not which")
  func help() async throws {
    try await withTemporaryDirectory { directory in
      let script = try directory.write(
        "param x: secret = \"hunter2\"\nparam --api-token = \"hunter2\"\nparam --count: int = 3\nprint done\n",
        to: "script.acr")
      let result = try await BuiltProducts.acrsh([script, "--help"], in: directory).run()
      #expect(!result.output.contains("hunter2"))
      #expect(result.output.contains("(default: a secret)"))
      #expect(result.output.contains("(default: 3)"))
    }
  }

  /// Entries that hold the password, in the order in which they are typed.
  static let entries: [String] = [
    "def f(x: secret, --key: secret = \"none\") { null }", "f hunter2", "f 'hunter2'", "f $env.X --key hunter2",
    "print (f('hunter2'))",
    "def g(x: secret = 'hunter2') { null }", "let password = 'hunter2'",
    "Connect-AzContainerRegistry -Name localhost:1 -Password hunter2",
    "acr login -n x --password hunter2 ]", "if true {\n  f hunter2\n}", "use \"lib.acr\" as lib; lib.h hunter2",
    "lib.h hunter2",
    "login --pasword hunter2", "print \"https://me:hunter2@localhost:1/x\"", "print 'x?sig=hunter2'",
  ]

  @Test("The history keeps none of them, and what else is typed")
  func history() async throws {
    try await withTemporaryDirectory { directory in
      _ = try directory.write("def h(x: secret) { null }\n", to: "lib.acr")
      try await withPrompt(in: directory, columns: 120, rows: 50, environment: ["X": "x"]) { terminal in
        for entry in Self.entries {
          terminal.paste(entry)
          terminal.press(.enter)
          try await terminal.expectPrompt()
          try await terminal.clear()
        }
        terminal.press(.up)
        try await terminal.expect("an entry without the password") { !$0.currentLine.contains("hunter2") }
        terminal.press(.controlC)
        try await terminal.expectPrompt()
        try await terminal.run("print 'kept'", expecting: "\nkept")
        terminal.press(.controlD)
        try await terminal.wait()
      }
      let text = try String(contentsOfFile: directory.path("home/.local/state/acrsh/history"), encoding: .utf8)
      #expect(text.contains("kept"))
      #expect(!text.contains("hunter2"), "\(text)")
    }
  }
}
