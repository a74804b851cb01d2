import Foundation
import TestSupport
import Testing

@Suite("The prompt on a pseudo-terminal", .serialized)
struct PromptTests {
  @Test("typing, values that stay, errors that do not end the session, and ^D")
  func session() async throws {
    try await withPrompt { terminal in
      terminal.enter("let name = 'é日'")
      terminal.enter("print \"hello $name\"")
      try await terminal.expect("hello é日")
      terminal.enter("print $nam")
      try await terminal.expect("did you mean `$name`?")
      terminal.enter("[{a: 1, b: 'x'}, {a: 22, b: 'y'}]")
      try await terminal.expect("a  b")
      terminal.enter("throw 'gone'")
      try await terminal.expect("error[thrown]: gone")
      terminal.enter("print ${error.kind}")
      try await terminal.expect("\nthrown")
      try await terminal.expect("the next prompt") { $0.currentLine.hasSuffix(">") }
      terminal.press(.controlD)
      #expect(try await terminal.wait() == .exit(0))
    }
  }

  @Test("Tab completes commands and flags")
  func completion() async throws {
    try await withPrompt { terminal in
      terminal.type("list-m")
      terminal.press(.tab)
      try await terminal.expect("acrsh> list-metadata")
      terminal.type("--reg")
      terminal.press(.tab)
      try await terminal.expect("list-metadata --registry")
      terminal.press(.controlC)
    }
  }

  @Test("a statement over several lines comes back as one with ↑")
  func multiLine() async throws {
    try await withPrompt { terminal in
      terminal.enter("for i in [1, 2] {")
      try await terminal.expect("{…>")
      terminal.enter("print \"line $i\"")
      terminal.enter("}")
      try await terminal.expect("line 2")
      terminal.press(.up)
      try await terminal.expect("the block again") { screen in
        screen.text.components(separatedBy: "for i in [1, 2] {").count == 3
      }
      terminal.press(.controlC)
    }
  }

  @Test("a pasted block runs when Enter is pressed, not before")
  func paste() async throws {
    try await withPrompt { terminal in
      terminal.paste("print one\nprint two\nprint three")
      try await terminal.expect("print three")
      #expect(!terminal.screen.lines.contains("one"))
      terminal.press(.enter)
      try await terminal.expect("\nthree")
      #expect(terminal.screen.lines.contains("one"))
    }
  }

  @Test("^C in the middle of an import: the session lives, and the target has no half image")
  func interruptedImport() async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        try images.image("large", layers: [12 << 20])
        let content = try RegistryContent(authority: server.directAuthority)
        try await content.push(images.layout, to: "large")
        try await withFaultProxy(to: server.authority, faults: [.latency(.milliseconds(150))]) { proxy in
          try await withPrompt { terminal in
            terminal.enter("import \(proxy.authority)/large:latest \(server.authority)/copy:1")
            while proxy.count(matching: "^GET .*/blobs/") == 0 { try await Task.sleep(for: .milliseconds(10)) }
            terminal.press(.controlC)
            try await terminal.expect("error[cancelled]: interrupted")
            terminal.enter("print 'still here'")
            try await terminal.expect("\nstill here")
          }
        }
        #expect(try await content.tags("copy").isEmpty)
      }
    }
  }

  @Test("the history is private, and holds no line with a secret or a leading space")
  func history() async throws {
    try await withTemporaryDirectory { directory in
      try await withPrompt(in: directory) { terminal in
        terminal.enter("print 'kept'")
        try await terminal.expect("\nkept")
        terminal.enter(" print 'spaced'")
        try await terminal.expect("\nspaced")
        terminal.enter("acr login --name localhost:1 -u me --password hunter2")
        try await terminal.expect("was refused")
        try await terminal.expect("the next prompt") { $0.currentLine.hasSuffix(">") }
        terminal.press(.controlD)
        _ = try await terminal.wait()
      }
      let path = directory.path("home/.local/state/acrsh/history")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains("kept"))
      #expect(!text.contains("spaced"))
      #expect(!text.contains("hunter2"))
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  private func withPrompt(in directory: TemporaryDirectory, _ body: (Terminal) async throws -> Void) async throws {
    let program = try BuiltProducts.acrsh([], in: directory, environment: ["TERM": "xterm", "NO_COLOR": "1"])
    try await withTerminal(program, columns: 100, rows: 30) { terminal in
      try await terminal.expect("acrsh>")
      try await body(terminal)
    }
  }

  private func withPrompt(_ body: (Terminal) async throws -> Void) async throws {
    try await withTemporaryDirectory { try await withPrompt(in: $0, body) }
  }
}
