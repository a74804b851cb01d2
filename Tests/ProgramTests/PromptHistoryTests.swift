import Foundation
import TestSupport
import Testing

@Suite("Suggestions and history at the prompt", .serialized)
struct PromptHistoryTests {
  @Test("an earlier entry is suggested dim behind the line, and taken by key")
  func suggestions() async throws {
    try await withPrompt(columns: 80, rows: 10) { terminal in
      try await terminal.run("print 'one two three'", expecting: "\none two three")
      try await terminal.clear()
      terminal.type("pri")
      try await terminal.expect("the suggestion") {
        $0.currentLine == "acrsh> print 'one two three'" && $0.column == 10
      }
      #expect(terminal.screen.typedLine == "acrsh> pri")
      try await PromptScreens.check("suggestion", terminal)
      // A word of it, then all of it.
      terminal.type("\u{1B}[1;5C")
      // → takes what stands there, so the rest has to be drawn again first.
      try await terminal.expect("one word, and the rest dim") {
        $0.typedLine == "acrsh> print" && $0.currentLine == "acrsh> print 'one two three'"
      }
      terminal.press(.right)
      try await terminal.expect("all of it") { $0.typedLine == "acrsh> print 'one two three'" }
      terminal.press(.controlC)
      try await terminal.expectPrompt()
      terminal.type("print '")
      try await terminal.expect("the suggestion") { $0.currentLine.hasSuffix("three'") }
      terminal.press(.control("e"), .enter)
      try await terminal.expect("\none two three")
      try await terminal.expectPrompt()
      // What is suggested and not taken is not run.
      try await terminal.run("1 + 12", expecting: "\n13")
      terminal.type("1 + 1")
      try await terminal.expect("the suggestion") { $0.currentLine == "acrsh> 1 + 12" }
      terminal.press(.enter)
      try await terminal.expect("\n2")
    }
  }

  @Test("of 3,000 entries all are found, though the prompt appears before most of them are read")
  func longHistory() async throws {
    try await withTemporaryDirectory { directory in
      _ = try directory.makeDirectory("home/.local/state/acrsh")
      let lines = (0..<3000).map { "\"print entry-\($0)\"\n" }.joined()
      try directory.write("\"version --first\"\n" + lines, to: "home/.local/state/acrsh/history")
      let program = try BuiltProducts.acrsh([], in: directory)
      try await withTerminal(program, columns: 80, rows: 20) { terminal in
        // Keys that come before the prompt is there, and with it before anything has been read.
        terminal.type("version --f")
        terminal.press(.up)
        try await terminal.expect("the oldest") { $0.typedLine == "acrsh> version --first" }
        terminal.press(.controlC)
        try await terminal.expectPrompt()
        terminal.press(.up, .up)
        try await terminal.expect("the second newest") { $0.typedLine == "acrsh> print entry-2998" }
        terminal.press(.down, .down)
        try await terminal.expectPrompt()
        terminal.press(.control("r"))
        terminal.type("entry-17 ")
        try await terminal.expect("entry-17")
        terminal.press(.enter)
        try await terminal.expect("an entry of the list") { $0.typedLine.hasPrefix("acrsh> print entry-17") }
      }
    }
  }

  @Test("a dim line below names what is missing")
  func missing() async throws {
    try await withPrompt(columns: 80, rows: 6) { terminal in
      terminal.type("cloud set ")
      try await terminal.expect("needs --name STRING: the cloud")
      let screen = terminal.screen
      #expect(screen.linesBelow.first == "needs --name STRING: the cloud")
      #expect(screen.style(row: screen.row + 1, column: 0) == "2")
      #expect(screen.column == 17)
      try await PromptScreens.check("missing", terminal)
      terminal.type("--name x ")
      try await terminal.expect("nothing is missing") {
        $0.currentLine == "acrsh> cloud set --name x" && $0.text.hasSuffix(" x")
      }
      // In the last row the screen scrolls once, and the line stays whole.
      terminal.press(.controlC)
      try await terminal.expectPrompt()
      for _ in 0..<6 { terminal.press(.enter) }
      terminal.type("cloud set ")
      try await terminal.expect("needs --name")
      #expect(terminal.screen.row == 4)
      terminal.type("y")
      try await terminal.expect("acrsh> cloud set y")
    }
  }

  @Test("prefix search with ↑, incremental search with ^R")
  func searches() async throws {
    try await withPrompt(columns: 80, rows: 24) { terminal in
      for (entry, shown) in [("print 'alpha'", "alpha"), ("1 + 1", "2"), ("print 'beta'", "beta")] {
        try await terminal.run(entry, expecting: "\n\(shown)")
      }
      terminal.type("pr")
      terminal.press(.up, .up)
      try await terminal.expect("the older one") { $0.typedLine == "acrsh> print 'alpha'" }
      terminal.press(.down)
      try await terminal.expect("the newer one") { $0.typedLine == "acrsh> print 'beta'" }
      terminal.press(.controlC)
      try await terminal.expectPrompt()
      terminal.press(.controlR)
      terminal.type("alp")
      try await terminal.expect("the list") {
        $0.text.contains("history: alp   1 of 1") && $0.text.contains("> print 'alpha'")
      }
      try await PromptScreens.check("search", terminal)
      // Enter takes the entry into the line, where it can be changed; Enter again runs it.
      terminal.press(.enter)
      try await terminal.expect("the entry in the line") {
        $0.typedLine == "acrsh> print 'alpha'" && !$0.text.contains("history:")
      }
      terminal.press(.enter)
      try await terminal.expect("alpha twice") { $0.lines.filter { $0 == "alpha" }.count == 2 }
    }
  }

  @Test(
    "the list of ^R: arrows choose, ^G and Escape leave the line as it was, other keys go on in the line, ^C drops it")
  func searchKeys() async throws {
    try await withPrompt(columns: 60, rows: 20) { terminal in
      for entry in ["print 'one'", "print 'two'", "print 'three'"] {
        try await terminal.run(entry, expecting: "\n\(entry.dropFirst(7).dropLast())")
      }
      terminal.type("pri")
      terminal.press(.controlR)
      try await terminal.expect("> print 'three'")
      terminal.press(.down)
      try await terminal.expect("> print 'two'")
      terminal.type("\u{07}")
      try await terminal.expect("the line as it was") {
        $0.typedLine == "acrsh> pri" && !$0.text.contains("history:")
      }
      terminal.press(.controlR)
      try await terminal.expect("> print 'three'")
      terminal.press(.up)
      try await terminal.expect("> print 'one'")
      // Home takes the entry and goes where it goes in the line.
      terminal.type("\u{1B}[H")
      try await terminal.expect("the entry") { $0.typedLine == "acrsh> print 'one'" && !$0.text.contains("history:") }
      terminal.type("#")
      try await terminal.expect("acrsh> #print 'one'")
      terminal.press(.controlC)
      try await terminal.expectPrompt()
      terminal.press(.controlR)
      terminal.type("xyzzy")
      try await terminal.expect("history: xyzzy   nothing fits")
      terminal.press(.controlC)
      try await terminal.expect("an empty prompt, and no list") {
        $0.currentLine == "acrsh>" && !$0.text.contains("history:")
      }
      try await terminal.run("print 'after'", expecting: "\nafter")
    }
  }

  @Test("two prompts that write at once lose nothing, and `history` shows both")
  func shared() async throws {
    try await withTemporaryDirectory { directory in
      try await withPrompt(in: directory, rows: 60) { first in
        try await withPrompt(in: directory, rows: 60) { second in
          for turn in 0..<20 {
            first.enter("let a\(turn) = 1")
            second.enter("let b\(turn) = 1")
          }
          try await first.run("print 'first done'", expecting: "\nfirst done")
          try await second.run("print 'second done'", expecting: "\nsecond done")
          first.enter("history | count")
          try await first.expect("\n43")
          try await first.expectPrompt()
          first.enter("history 'let b19' --last 2")
          try await first.expect("let b19 = 1")
        }
      }
      let text = try String(contentsOfFile: directory.path("home/.local/state/acrsh/history"), encoding: .utf8)
      for turn in 0..<20 {
        #expect(text.contains("\"let a\(turn) = 1\"\n"))
        #expect(text.contains("\"let b\(turn) = 1\"\n"))
      }
    }
  }

  @Test("`history --clear` forgets entries; secrets never get in")
  func clearing() async throws {
    try await withTemporaryDirectory { directory in
      try await withPrompt(in: directory) { terminal in
        try await terminal.run("print 'keep'", expecting: "\nkeep")
        try await terminal.run("print 'drop me'", expecting: "\ndrop me")
        for secret in ["--password=hunter2", "-p hunter2", "--password \\\n  hunter2"] {
          terminal.enter("acr login --name localhost:1 -u me \(secret)")
          try await terminal.expect("error")
          try await terminal.expect("the prompt") { $0.currentLine.contains("✗") }
          try await terminal.clear()
        }
        try await terminal.run("history 'drop' --clear", expecting: "entries are forgotten")
        try await terminal.run("history", expecting: "print 'keep'")
        terminal.press(.controlD)
        try await terminal.wait()
      }
      let text = try String(contentsOfFile: directory.path("home/.local/state/acrsh/history"), encoding: .utf8)
      #expect(text.contains("keep"))
      #expect(!text.contains("drop me"))
      #expect(!text.contains("hunter2"))
    }
  }
}
