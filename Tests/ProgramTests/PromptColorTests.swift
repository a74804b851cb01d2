import Foundation
import TestSupport
import Testing

@Suite("Colours while typing, abbreviations, and what every prompt has", .serialized)
struct PromptColorTests {
  /// The style of the cell where a text begins on the cursor's line; nil where it is not.
  private func style(of text: String, _ screen: TerminalScreen) -> String? {
    let line = screen.currentLine
    guard let range = line.range(of: text) else { return nil }
    return screen.style(row: screen.row, column: line.distance(from: line.startIndex, to: range.lowerBound))
  }

  @Test("words have the colours of what they are, at every width", arguments: [40, 80, 120, 200])
  func colors(columns: Int) async throws {
    try await withPrompt(["--no-rc"], columns: columns, rows: 12) { terminal in
      terminal.type("print 'ab")
      try await terminal.expect("a command, and a text without an end") { screen in
        style(of: "print", screen) == "1" && style(of: "'ab", screen) == "31" && style(of: "ab", screen) == "32"
      }
      terminal.type("' $error 12")
      try await terminal.expect("the end of the text, a variable, a number") { screen in
        style(of: "'ab'", screen) == "32" && style(of: "$error", screen) == "35" && style(of: "12", screen) == "35"
      }
      terminal.press(.controlC)
      try await terminal.expectPrompt()
      terminal.type("prin")
      try await terminal.expect("nothing red yet") { style(of: "prin", $0) == "" }
      terminal.type("x ")
      try await terminal.expect("nobody knows it") { style(of: "prinx", $0) == "31" }
      terminal.press(.backspace, .backspace)
      try await terminal.expect("it may become one again") {
        $0.typedLine.hasSuffix("> prin") && style(of: "prin", $0) == ""
      }
      terminal.press(.controlC)
      try await terminal.expectPrompt()
      terminal.type("print (1)")
      try await terminal.expect("both brackets") { style(of: "(1", $0) == "1;4" && style(of: ")", $0) == "1;4" }
      terminal.press(.home)
      try await terminal.expect("none any more") { style(of: "(1", $0) == "" && style(of: ")", $0) == "" }
      terminal.press(.enter)
      try await terminal.expect("\n1")
    }
  }

  @Test("a long line that is edited in its middle keeps its colours, and its text")
  func middle() async throws {
    try await withPrompt(["--no-rc"], columns: 40, rows: 14) { terminal in
      terminal.type("print 'one two three four five six seven' 12345 # the end of it")
      try await terminal.expect("the comment") { $0.currentLine.hasSuffix("of it") && style(of: "of it", $0) == "2" }
      for _ in 0..<40 { terminal.press(.left) }
      terminal.type("XY")
      try await terminal.expect("the letters in the text") { screen in
        let text = screen.text.replacingOccurrences(of: "\n", with: "")
        return text.contains("'one two three four fiveXY six seven' 12345 # the end of it")
          || text.contains("XY") && text.hasSuffix("# the end of it")
      }
      try await terminal.expect("their colour") { screen in
        guard let row = screen.lines.firstIndex(where: { $0.contains("XY") }),
          let range = screen.lines[row].range(of: "XY")
        else { return false }
        let column = screen.lines[row].distance(from: screen.lines[row].startIndex, to: range.lowerBound)
        return screen.style(row: row, column: column) == "32"
      }
    }
  }

  @Test("NO_COLOR: nothing")
  func plain() async throws {
    try await withPrompt(["--no-rc"], columns: 60, rows: 10, environment: ["NO_COLOR": "1"]) { terminal in
      terminal.type("prnt 'ab")
      try await terminal.expect("no style at all") { screen in
        style(of: "prnt", screen) == "" && style(of: "'ab", screen) == "" && screen.currentLine.hasSuffix("prnt 'ab")
      }
    }
  }

  @Test("an abbreviation is written out at a space and at Enter, at the start of a command only")
  func abbreviations() async throws {
    try await withPrompt(["--no-rc"], columns: 80, rows: 20) { terminal in
      terminal.enter("abbr pp = print hello")
      try await terminal.expectPrompt()
      terminal.type("pp ")
      try await terminal.expect("the text") {
        $0.typedLine.hasSuffix("> print hello") || $0.currentLine.hasSuffix("> print hello")
      }
      terminal.type("pp ")
      try await terminal.expect("the word itself") { $0.currentLine.contains("> print hello pp") }
      terminal.press(.enter)
      try await terminal.expect("\nhello pp")
      terminal.enter("pp")
      try await terminal.expect("it ran") { $0.lines.contains("hello") }
      terminal.enter("abbr --remove pp; abbr | count")
      try await terminal.expect("\n0")
      terminal.enter("abbr --remove pp")
      try await terminal.expect("there is no abbreviation `pp`")
      terminal.enter("abbr p/ = x")
      try await terminal.expect("cannot be an abbreviation")
    }
  }

  @Test("clear, ^D in a continuation, history with what became of it, quit")
  func common() async throws {
    try await withPrompt(["--no-rc"], columns: 80, rows: 20) { terminal in
      try await terminal.run("print 'seen'", expecting: "\nseen")
      terminal.enter("clear")
      try await terminal.expect("an empty screen") { !$0.text.contains("seen") && $0.row == 0 }
      terminal.enter("for i in [1] {")
      try await terminal.expect("{…>")
      terminal.press(.control("d"))
      try await terminal.expect("a prompt on a line of its own") { screen in
        screen.currentLine == "acrsh>" && screen.row > 0 && screen.lines[screen.row - 1].hasPrefix("{…>")
      }
      terminal.enter("open missing.csv")
      try await terminal.expect("not-found>")
      terminal.enter("history | last 2 | select state entry | to tsv | print")
      try await terminal.expect("what became of it") { screen in
        screen.lines.contains { $0.contains("not-found") && $0.contains("open missing.csv") && !$0.contains(">") }
      }
      terminal.enter("quit")
      #expect(try await terminal.wait() == .exit(0))
    }
  }

  @Test("help fits the screen: `?` keeps its first line, and `help` wraps", arguments: [40, 80, 120, 200])
  func help(columns: Int) async throws {
    try await withPrompt(["--no-rc", "--no-pager"], columns: columns, rows: 24) { terminal in
      try await terminal.clear()
      terminal.type("import ?")
      try await terminal.expect("how to see the rest") { screen in
        screen.text.contains("`help import` ")
          && screen.lines.contains { $0.hasPrefix("acrsh> import") && screen.lines[screen.row] == $0 }
      }
      let screen = terminal.screen
      #expect(screen.lines[0].hasPrefix("acrsh> import"), "\(screen.text)")
      #expect(screen.lines[1].hasPrefix("Copies an image") || screen.lines[1].hasPrefix("Imports"), "\(screen.text)")
    }
  }

  @Test("^X^E edits the statement outside; what it leaves is there, and nothing has run")
  func outside() async throws {
    let environment = ["VISUAL": "", "EDITOR": "sed -i s/one/two/"]
    try await withPrompt(["--no-rc"], columns: 80, rows: 12, environment: environment) { terminal in
      terminal.type("print 'one'")
      terminal.press(.control("x"), .control("e"))
      try await terminal.expect("the changed line") { $0.typedLine.hasSuffix("> print 'two'") }
      #expect(!terminal.screen.lines.contains("two"))
      terminal.press(.enter)
      try await terminal.expect("\ntwo")
      try await terminal.expectPrompt()
      // A statement that is taller than the screen.
      let lines = (1...20).map { "  print 'one \($0)'" }.joined(separator: "\n")
      terminal.paste("if true {\n\(lines)\n}")
      terminal.press(.control("x"), .control("e"), .enter)
      try await terminal.expect("all of it ran") { $0.lines.contains("two 20") && $0.lines.contains("two 12") }
    }
    try await withPrompt(["--no-rc"], columns: 80, rows: 12, environment: ["VISUAL": "no-such-editor"]) { terminal in
      terminal.type("print 'one'")
      terminal.press(.control("x"), .control("e"))
      try await terminal.expect("why not") { $0.text.contains("no-such-editor") }
      terminal.press(.enter)
      try await terminal.expect("\none")
    }
  }

  @Test("a script at a terminal asks, and takes no for an answer")
  func scriptAsks() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("confirm 'Go on?'\nprint 'went on'\n", to: "ask.acr")
      let program = try BuiltProducts.acrsh([directory.path("ask.acr")], in: directory)
      try await withTerminal(program, columns: 80, rows: 10) { terminal in
        try await terminal.expect("Go on? [y/N]")
        terminal.enter("y")
        try await terminal.expect("\nwent on")
      }
      let refused = try BuiltProducts.acrsh([directory.path("ask.acr")], in: directory)
      try await withTerminal(refused, columns: 80, rows: 10) { terminal in
        try await terminal.expect("Go on? [y/N]")
        terminal.enter("n")
        try await terminal.expect("the answer to \"Go on?\" was no")
      }
    }
  }
}
