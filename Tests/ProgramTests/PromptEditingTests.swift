import Foundation
import TestSupport
import Testing

@Suite("Editing at the prompt", .serialized)
struct PromptEditingTests {
  @Test("a statement of several lines names its open bracket, and comes back as one block that can be edited")
  func block() async throws {
    try await withPrompt(columns: 70, rows: 20) { terminal in
      terminal.enter("for i in [1, 2] {")
      try await terminal.expect("{…>")
      terminal.enter("print (")
      try await terminal.expect("(…>")
      terminal.enter("$i * 10)")
      try await terminal.expect("the outer bracket again") { $0.currentLine == "{…>" }
      terminal.enter("}")
      try await terminal.expect("\n20")
      try await PromptScreens.check("several-lines", terminal)
      terminal.press(.up)
      try await terminal.expect("the block") { screen in
        screen.currentLine == "}" && screen.lines[screen.row - 1] == "$i * 10)" && screen.row >= 8
      }
      // Alt-↑ moves within it.
      terminal.type("\u{1B}[1;3A")
      terminal.press(.home, .delete, .delete)
      terminal.type("7")
      terminal.press(.enter)
      try await terminal.expect("the edited block ran") { $0.lines.filter { $0 == "70" }.count == 2 }
    }
  }

  @Test("wide and combining characters keep the cursor in its place")
  func wide() async throws {
    try await withPrompt(columns: 40, rows: 10, environment: ["NO_COLOR": "1"]) { terminal in
      terminal.type("print '日本e\u{301}x'")
      try await terminal.expect("the cursor behind the quote") { $0.column == 7 + 6 + 1 + 4 + 1 + 1 + 1 }
      terminal.press(.left, .left, .backspace)
      terminal.type("é")
      terminal.press(.enter)
      try await terminal.expect("\n日本")
      terminal.type("print '" + String(repeating: "語", count: 20) + "'")
      try await terminal.expect("the wide text on two rows") { $0.currentLine.hasSuffix("語'") }
      terminal.press(.enter)
      try await terminal.expect("\n" + String(repeating: "語", count: 20))
    }
  }

  @Test("vi mode by .editrc: Escape, motions, and what the shell adds")
  func vi() async throws {
    try await withTemporaryDirectory { directory in
      try directory.makeDirectory("home")
      try directory.write("acrsh:bind -v\n", to: "home/.editrc")
      try await withPrompt(in: directory, columns: 60, rows: 16) { terminal in
        terminal.type("print 'abc'")
        try await terminal.expect("the line") { $0.typedLine == "acrsh> print 'abc'" }
        terminal.press(.escape)
        try await Task.sleep(for: .milliseconds(200))
        // To the start, a word on, one more to the right, and the character there is another one.
        terminal.type("0wlrX")
        try await terminal.expect("acrsh> print 'Xbc'")
        terminal.press(.enter)
        try await terminal.expect("\nXbc")
        try await terminal.expectPrompt()
        terminal.press(.up)
        try await terminal.expect("the entry again") { $0.typedLine == "acrsh> print 'Xbc'" }
        terminal.press(.controlC)
        try await terminal.expectPrompt()
        terminal.type("list-m")
        terminal.press(.tab)
        try await terminal.expect("acrsh> list-metadata")
        terminal.press(.controlC)
        try await terminal.expectPrompt()
        terminal.paste("print one\nprint two")
        try await terminal.expect("print two")
        #expect(!terminal.screen.lines.contains("one"))
        terminal.press(.enter)
        try await terminal.expect("\ntwo")
        try await terminal.expectPrompt()
        // Escape alone leaves inserting: what follows are commands.
        terminal.type("print 'k'")
        terminal.press(.escape)
        try await Task.sleep(for: .milliseconds(200))
        terminal.type("x")
        try await terminal.expect("the quote is gone") { $0.typedLine == "acrsh> print 'k" }
      }
    }
  }

  @Test("the line is drawn anew after a change of the window's size, also one of several rows")
  func resize() async throws {
    try await withPrompt(columns: 40, rows: 12, environment: ["NO_COLOR": "1"]) { terminal in
      let text = "print '" + String(repeating: "x", count: 20) + "'"
      terminal.type(text)
      try await terminal.expect("acrsh> \(text)")
      try terminal.resize(columns: 30, rows: 12)
      try await terminal.expect("two rows") { $0.currentLine == "xxxx'" || $0.currentLine == "xxxxx'" }
      terminal.press(.enter)
      try await terminal.expect("\n" + String(repeating: "x", count: 20))
    }
  }

  @Test("^C right behind keys that are not read yet is never lost")
  func hastyInterrupt() async throws {
    try await withPrompt(columns: 60, rows: 14, environment: ["NO_COLOR": "1"]) { terminal in
      for turn in 0..<25 {
        terminal.type(String(repeating: "x", count: turn * 3 + 1))
        for _ in 0..<turn { terminal.press(.left) }
        terminal.press(.controlC)
        // Without an answer to ^C the next key would stand behind these.
        try await terminal.expect("an empty line after ^C number \(turn)") { $0.typedLine == "acrsh>" }
      }
    }
  }

  @Test("what work in the background says stands above the line, which stays whole")
  func background() async throws {
    try await withLoopbackServer(handler: { request in
      guard request.target.hasPrefix("/v2/_catalog") else { return .json("{}") }
      return .json("{\"errors\":[{\"code\":\"TOOMANYREQUESTS\"}]}", status: 429, headers: ["Retry-After": "2"])
    }) { server in
      try await withPrompt(columns: 60, rows: 14) { terminal in
        terminal.type("repository list --name \(server.authority)")
        terminal.press(.home)
        for _ in 0..<15 { terminal.press(.right) }
        terminal.press(.end)
        terminal.type(" | where $it == 1")
        terminal.press(.controlC)
        try await terminal.expect("a new prompt below the line that was left") { screen in
          screen.typedLine == "acrsh>" && screen.lines.count { $0.hasPrefix("acrsh>") } == 2
        }
        terminal.type("manifest show \(server.authority)/")
        terminal.press(.tab)
        try await terminal.expect("note: \(server.authority)")
        try await terminal.expect("the line below the note") { screen in
          screen.typedLine == "acrsh> manifest show \(server.authority)/"
            && screen.row > 0 && screen.lines[screen.row - 1].hasSuffix("s")
        }
        terminal.type("x")
        try await terminal.expect("acrsh> manifest show \(server.authority)/x")
        #expect(terminal.screen.text.components(separatedBy: "manifest show").count == 2)
      }
    }
  }
}
