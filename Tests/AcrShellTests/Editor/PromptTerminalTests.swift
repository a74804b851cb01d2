import Foundation
import TestSupport
import Testing

/// The prompt on a pseudo-terminal, as a person meets it.
@Suite(.serialized)
struct PromptTerminalTests {
  private func withProbe(
    columns: Int = 80, variables: [String: String] = [:], through shell: String? = nil,
    _ body: (Terminal, TemporaryDirectory) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      let probe = try BuiltProducts.executable("prompt-probe")
      let environment = try Environment.isolated(in: directory, extra: variables)
      let program =
        if let shell {
          Program(
            "/bin/sh", ["-c", "exec \"$0\" \(shell)", probe], environment: environment, directory: directory.path)
        } else {
          Program(probe, environment: environment, directory: directory.path)
        }
      try await withTerminal(program, columns: columns) { terminal in
        try await terminal.expect("acrsh>")
        try await body(terminal, directory)
      }
    }
  }

  /// Waits until the cursor's line is exactly this text, trailing spaces aside.
  private func expectLine(_ text: String, in terminal: Terminal) async throws {
    try await terminal.expect("the line \(text.debugDescription)") {
      String($0.currentLine.reversed().drop { $0 == " " }.reversed()) == text
    }
  }

  @Test(arguments: ["C.UTF-8", "C", "POSIX", ""])
  func typesTextBeyondASCII(locale: String) async throws {
    try await withProbe(variables: ["LANG": locale, "LC_ALL": locale]) { terminal, _ in
      terminal.type("é日本")
      try await expectLine("acrsh> é日本", in: terminal)
      terminal.press(.backspace)
      try await expectLine("acrsh> é日", in: terminal)
      terminal.press(.enter)
      try await terminal.expect("ran <é日>")
    }
  }

  @Test
  func dropsTheLineAtControlCAndLivesOn() async throws {
    try await withProbe { terminal, _ in
      terminal.type("half a line")
      try await expectLine("acrsh> half a line", in: terminal)
      terminal.press(.controlC)
      try await terminal.expect("acrsh> half a line^C")
      try await expectLine("acrsh>", in: terminal)
      terminal.enter("next")
      try await terminal.expect("ran <next>")
      #expect(!terminal.screen.text.contains("ran <half"))
    }
  }

  @Test
  func cancelsARunningStatementAtControlC() async throws {
    try await withProbe { terminal, _ in
      terminal.enter("slow")
      try await terminal.expect("started")
      terminal.press(.controlC)
      try await terminal.expect("cancelled")
      try await expectLine("acrsh>", in: terminal)
      terminal.enter("next")
      try await terminal.expect("ran <next>")
    }
  }

  @Test
  func endsAtASecondControlCWhileItIsStillStopping() async throws {
    try await withProbe { terminal, _ in
      terminal.enter("hang")
      try await terminal.expect("started")
      terminal.press(.controlC)
      // Two signals that nobody has taken yet are one: the new line says that the first was taken.
      try await terminal.expect("the line below ^C") { $0.row > 0 && $0.lines[$0.row - 1].hasPrefix("^C") }
      terminal.press(.controlC)
      #expect(try await terminal.wait() == .exit(130))
    }
  }

  @Test
  func leavesAtControlDOnAnEmptyLineOnly() async throws {
    try await withProbe { terminal, _ in
      terminal.type("ab")
      try await expectLine("acrsh> ab", in: terminal)
      terminal.press(.home, .controlD)
      try await expectLine("acrsh> b", in: terminal)
      terminal.press(.delete)
      try await expectLine("acrsh>", in: terminal)
      terminal.press(.controlD)
      let ending = try await terminal.wait()
      #expect(ending == .exit(0))
      #expect(terminal.transcript.components(separatedBy: "\u{1B}[?2004l").count > 1)
    }
  }

  @Test
  func leavesWithTheExitCodeOfAStatement() async throws {
    try await withProbe { terminal, _ in
      terminal.enter("exit 7")
      let ending = try await terminal.wait()
      #expect(ending == .exit(7))
    }
  }

  @Test
  func recallsByWhatTheLineStartsWith() async throws {
    try await withProbe { terminal, _ in
      for statement in ["import one", "list .*", "import two", "last"] {
        terminal.enter(statement)
        try await terminal.expect("ran <\(statement)>")
        // What is typed before the next prompt is echoed by the kernel, as in any shell.
        try await expectLine("acrsh>", in: terminal)
      }
      terminal.press(.up)
      try await expectLine("acrsh> last", in: terminal)
      terminal.press(.down)
      try await expectLine("acrsh>", in: terminal)
      terminal.type("imp")
      terminal.press(.up)
      try await expectLine("acrsh> import two", in: terminal)
      terminal.press(.up)
      try await expectLine("acrsh> import one", in: terminal)
      terminal.press(.down, .down)
      // The rest is a suggestion, and dim.
      try await terminal.expect("the line as it was, and the suggestion dim") { screen in
        screen.column == 10 && screen.currentLine.hasPrefix("acrsh> imp")
          && screen.style(row: screen.row, column: 10) == "2"
      }
    }
  }

  @Test
  func searchesAtControlR() async throws {
    try await withProbe { terminal, _ in
      terminal.enter("import alpine")
      try await terminal.expect("ran <import alpine>")
      try await expectLine("acrsh>", in: terminal)
      terminal.press(.controlR)
      terminal.type("alp")
      try await terminal.expect("> import alpine")
      terminal.press(.enter)
      try await expectLine("acrsh> import alpine", in: terminal)
      terminal.press(.enter)
      try await terminal.expect("two runs") { $0.text.components(separatedBy: "ran <import alpine>").count == 3 }
    }
  }

  @Test
  func keepsSecretsAndSpacedLinesOutOfTheHistory() async throws {
    try await withProbe { terminal, directory in
      for statement in ["plain", " spaced", "secret x"] {
        terminal.enter(statement)
        try await terminal.expect("ran <\(statement)>")
        // What is typed before the next prompt is echoed by the kernel, as in any shell.
        try await expectLine("acrsh>", in: terminal)
      }
      terminal.press(.up)
      try await expectLine("acrsh> plain", in: terminal)
      let file = try directory.read("home/.local/state/acrsh/history")
      #expect(String(decoding: file, as: UTF8.self) == "\"plain\"\n")
    }
  }

  @Test
  func goesOnUntilTheStatementIsCompleteAndRecallsItAsOneBlock() async throws {
    try await withProbe { terminal, _ in
      terminal.enter("each {")
      try await expectLine("{…>", in: terminal)
      terminal.enter("print (")
      try await expectLine("(…>", in: terminal)
      terminal.enter(") }")
      try await terminal.expect("ran <each {⏎print (⏎) }>")
      try await expectLine("acrsh>", in: terminal)
      terminal.press(.up)
      try await terminal.expect("the block") { screen in
        screen.row >= 2 && screen.lines[screen.row - 2].hasPrefix("acrsh> each {")
          && screen.lines[screen.row - 1].hasPrefix("print (") && screen.currentLine.hasPrefix(") }")
      }
      terminal.press(.enter)
      try await terminal.expect("two runs") { $0.text.components(separatedBy: "ran <each {⏎print (⏎) }>").count == 3 }
    }
  }

  @Test
  func dropsAllLinesOfAStatementAtControlC() async throws {
    try await withProbe { terminal, _ in
      terminal.enter("each {")
      try await expectLine("{…>", in: terminal)
      terminal.press(.controlC)
      try await expectLine("acrsh>", in: terminal)
      terminal.enter("next")
      try await terminal.expect("ran <next>")
    }
  }

  @Test
  func pastesABlockAsOneEdit() async throws {
    try await withProbe { terminal, _ in
      try await terminal.expect("bracketed paste") { $0.bracketsPaste }
      terminal.paste("one\ntwo\u{1B}\tx\nthree\n")
      try await terminal.expect("the pasted lines") { $0.currentLine.hasPrefix("three") }
      #expect(!terminal.screen.text.contains("ran <"))
      terminal.press(.enter)
      try await terminal.expect("ran <one⏎two")
      try await terminal.expect("⏎three>")
    }
  }

  @Test
  func completesCommandsFlagsValuesAndFiles() async throws {
    try await withProbe { terminal, directory in
      try directory.write("", to: "two words.json")
      terminal.type("az acr ma\tli\t")
      try await expectLine("acrsh> az acr manifest list-metadata", in: terminal)
      terminal.type("--reg\tcontosop\t--name sh\t")
      try await expectLine(
        "acrsh> az acr manifest list-metadata --registry contosoprod --name shop/", in: terminal)
      terminal.press(.controlC)
      try await expectLine("acrsh>", in: terminal)
      terminal.type("open tw\t")
      try await expectLine("acrsh> open \"two words.json\"", in: terminal)
    }
  }

  @Test
  func listsOnTheSecondTabAndKeepsTheLine() async throws {
    try await withProbe { terminal, _ in
      terminal.type("each {\r  import  x")
      try await expectLine("{…>   import  x", in: terminal)
      terminal.press(.left, .left)
      terminal.press(.tab)
      try await expectLine("{…>   import -- x", in: terminal)
      terminal.press(.tab)
      try await terminal.expect("(required) the registry")
      try await expectLine("{…>   import -- x", in: terminal)
      terminal.type("f\t")
      try await expectLine("{…>   import --force x", in: terminal)
      // Descriptions are dim.
      let screen = terminal.screen
      let row = try #require(screen.lines.firstIndex { $0.hasPrefix("--force") })
      #expect(screen.style(row: row, column: 12).contains("2"))
    }
  }

  @Test
  func showsNoColoursWhenNotWanted() async throws {
    try await withProbe(variables: ["NO_COLOR": "1"]) { terminal, _ in
      terminal.type("import --\t\t")
      try await terminal.expect("(required) the registry")
      #expect(!terminal.transcript.contains("\u{1B}[2m") && !terminal.transcript.contains("\u{1B}[1m"))
    }
  }

  @Test
  func movesByWordsAndKillsAndYanks() async throws {
    try await withProbe { terminal, _ in
      terminal.type("one two three\u{1B}[1;5D\u{1B}[1;5DX")
      try await expectLine("acrsh> one Xtwo three", in: terminal)
      terminal.press(.control("k"), .home, .control("y"))
      try await expectLine("acrsh> two threeone X", in: terminal)
      terminal.press(.end, .control("w"), .control("w"))
      try await expectLine("acrsh> two", in: terminal)
    }
  }

  @Test
  func drawsTheLineAnewAfterAResize() async throws {
    try await withProbe(columns: 40) { terminal, _ in
      terminal.type("some words")
      try await expectLine("acrsh> some words", in: terminal)
      try terminal.resize(columns: 60, rows: 20)
      terminal.type(String(repeating: "x", count: 30))
      try await expectLine("acrsh> some words" + String(repeating: "x", count: 30), in: terminal)
      #expect(terminal.screen.text.components(separatedBy: "acrsh>").count == 2)
    }
  }

  @Test
  func editsWhenStandardOutputIsAFile() async throws {
    try await withProbe(through: ">out.txt") { terminal, directory in
      terminal.type("ax")
      terminal.press(.backspace)
      try await expectLine("acrsh> a", in: terminal)
      terminal.press(.enter)
      try await expectLine("acrsh>", in: terminal)
      terminal.press(.controlD)
      let ending = try await terminal.wait()
      #expect(ending == .exit(0))
      let written = try directory.read("out.txt")
      #expect(String(decoding: written, as: UTF8.self) == "ran <a>\n")
    }
  }

  @Test
  func asksForASecretWithoutEcho() async throws {
    try await withProbe { terminal, directory in
      terminal.enter("ask")
      try await terminal.expect("Password:")
      terminal.type("geheix\u{7F}m")
      terminal.press(.enter)
      try await terminal.expect("got 6 characters")
      terminal.enter("ask")
      try await terminal.expect("two questions") { $0.text.components(separatedBy: "Password:").count == 3 }
      terminal.press(.controlC)
      try await terminal.expect("cancelled: no secret was given")
      try await expectLine("acrsh>", in: terminal)
      #expect(!terminal.transcript.contains("gehei"))
      let history = try directory.read("home/.local/state/acrsh/history")
      #expect(!String(decoding: history, as: UTF8.self).contains("gehei"))
    }
  }

  @Test(arguments: [SIGTERM, SIGHUP])
  func restoresTheTerminalWhenASignalEndsIt(signal: Int32) async throws {
    try await withProbe(through: "; true") { terminal, _ in
      try await terminal.expect("bracketed paste") { $0.bracketsPaste }
      terminal.send(signal)
      let ending = try await terminal.wait()
      #expect(ending == .signal(signal))
      #expect(!terminal.screen.bracketsPaste)
    }
  }

  @Test
  func ignoresControlZWhileALineIsTyped() async throws {
    try await withProbe { terminal, _ in
      terminal.type("kept")
      try await expectLine("acrsh> kept", in: terminal)
      terminal.press(.control("z"))
      terminal.enter(" whole")
      try await terminal.expect("ran <kept")
    }
  }

  @Test
  func readsLinesWithoutATerminal() async throws {
    try await withTemporaryDirectory { directory in
      let probe = Program(
        try BuiltProducts.executable("prompt-probe"), environment: try Environment.isolated(in: directory),
        input: "one\r\neach {\n}\nlast")
      let result = try await probe.run()
      #expect(result.output == "ran <one>\nran <each {⏎}>\nran <last>\n")
      #expect(result.errorOutput.isEmpty)
    }
  }
}
