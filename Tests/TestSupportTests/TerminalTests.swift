import Foundation
import Testing

@testable import TestSupport

/// Real programs on the pseudo-terminal.
@Suite struct TerminalTests {
  @Test func catEchoesAndEndsAtControlD() async throws {
    try await withTerminal(Program("cat")) { terminal in
      terminal.enter("hello")
      // Once from the terminal's echo and once from cat.
      try await terminal.expect("hello\nhello")
      terminal.press(.controlD)
      #expect(try await terminal.wait() == .exit(0))
    }
  }

  @Test func controlCReachesTheForegroundProgram() async throws {
    try await withTerminal(Program("sleep", ["60"])) { terminal in
      terminal.press(.controlC)
      let ending = try await terminal.wait()
      #expect(ending == .signal(SIGINT))
    }
  }

  @Test func bashEditsResizesAndPastes() async throws {
    try await withTemporaryDirectory { directory in
      let environment = try Environment.isolated(in: directory, extra: ["PS1": "ready> "])
      let bash = Program("bash", ["--norc", "--noprofile", "-i"], environment: environment)
      try await withTerminal(bash, columns: 40, rows: 10) { terminal in
        try await terminal.expect("ready> ".trimmingCharacters(in: .whitespaces))
        terminal.type("echo one-thre")
        terminal.press(.left, .left, .left, .left, .control("k"))
        terminal.enter("two")
        try await terminal.expect("\none-two\n")
        terminal.press(.up)
        try await terminal.expect("the line from the history") { $0.currentLine == "ready> echo one-two" }
        terminal.press(.controlC)
        // What is typed before the shell has handled ^C, the system throws away together with the line.
        try await terminal.expect("a new prompt") { $0.currentLine == "ready>" }
        try terminal.resize(columns: 60, rows: 12)
        terminal.enter("stty size; tty -s && echo is-a-tty")
        try await terminal.expect("12 60\nis-a-tty")
        try await terminal.expect("bracketed paste") { $0.bracketsPaste }
        terminal.paste("echo pasted-\\\n")
        terminal.enter("text")
        try await terminal.expect("pasted-text\n")
        terminal.enter("exit 7")
        #expect(try await terminal.wait() == .exit(7))
      }
    }
  }

  @Test func expectShowsTheScreenWhenItFails() async throws {
    try await withTerminal(Program("echo", ["what is there"])) { terminal in
      let error = await #expect(throws: TestSupportError.self) {
        try await terminal.expect("what is not", within: .seconds(5))
      }
      #expect(error?.description.contains("what is there") == true)
    }
  }
}
