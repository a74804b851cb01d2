import AcrCore
import Foundation
import TestSupport
import Testing

/// What people do at a prompt, on a narrow terminal as on a wide one.
@Suite("The prompt at 40, 80, 120 and 200 columns", .serialized)
struct PromptWidthTests {
  static let widths = [40, 80, 120, 200]

  @Test("^R: arrows, Home and End work in the list; ^C and ^G leave a clean line", arguments: widths)
  func search(columns: Int) async throws {
    try await withPrompt(["--no-rc"], columns: columns, rows: 16) { terminal in
      for word in ["alpha", "beta", "gamma"] { try await terminal.run("print '\(word)'", expecting: "\n\(word)") }
      terminal.press(.control("r"))
      try await terminal.expect("history:")
      terminal.press(.down)
      try await terminal.expect("the second newest is chosen") { $0.lines.contains("> print 'beta'") }
      // Home takes the choice and goes to the beginning of the line.
      terminal.press(.home)
      try await terminal.expect("the entry in the line") { screen in
        screen.currentLine.hasPrefix("acrsh> print 'beta'") && screen.column == 7 && !screen.text.contains("history:")
      }
      terminal.press(.controlC)
      try await terminal.expectPrompt()
      for key in ["c", "g"] as [Character] {
        let row = terminal.screen.row
        terminal.press(.control("r"))
        try await terminal.expect("history:")
        terminal.press(.control(key))
        try await terminal.expect("a clean prompt") { screen in
          !screen.text.contains("history:") && screen.typedLine == "acrsh>" && screen.row <= row + 1
        }
      }
      #expect(!terminal.screen.text.contains("["), "\(terminal.screen.text)")
    }
  }

  @Test("questions: ^C goes back at once, ^D answers one question only", arguments: widths)
  func questions(columns: Int) async throws {
    try await withPrompt(["--no-rc"], columns: columns, rows: 16) { terminal in
      terminal.enter("confirm 'A?'")
      try await terminal.expect("A? [y/N]")
      terminal.press(.controlC)
      try await terminal.expect("✗ cancelled>")
      terminal.enter("try { confirm 'B?' } catch { confirm 'C?' }")
      try await terminal.expect("B? [y/N]")
      terminal.press(.control("d"))
      try await terminal.expect("C? [y/N]")
      terminal.enter("y")
      try await terminal.expectPrompt()
    }
  }

  @Test("a `def` is known to Tab, hints, `?`, help and the colours", arguments: widths)
  func definitions(columns: Int) async throws {
    try await withPrompt(["--no-rc"], columns: columns, rows: 24) { terminal in
      terminal.enter("def greet(name: string) { print $name }")
      try await terminal.expectPrompt()
      terminal.type("gre")
      terminal.press(.tab)
      try await terminal.expect("Tab") { $0.typedLine == "acrsh> greet" || $0.typedLine == "acrsh> greet " }
      try await terminal.expect("the hint, and the colour of a command") { screen in
        screen.text.contains("needs NAME") && screen.style(row: screen.row, column: 7) == "1"
      }
      terminal.type("?")
      try await terminal.expect("the explanation") { $0.lines.contains { $0.contains("greet NAME") } }
      terminal.press(.controlC)
      try await terminal.expectPrompt()
      terminal.enter("help greet")
      try await terminal.expect("Usage")
    }
  }

  @Test("Tab: a variable at the start of a reference, files of an empty folder, programs, columns", arguments: widths)
  func values(columns: Int) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        try images.image("api", layers: [3000], tag: "1.9")
        try await RegistryContent(authority: server.directAuthority).push(images.layout, to: "shop/api")
        try directory.makeDirectory("empty")
        try await withPrompt(["--no-rc"], in: directory, columns: columns, rows: 20) { terminal in
          terminal.enter("let r = '\(server.authority)'")
          try await terminal.expectPrompt()
          terminal.type("manifest show $r/")
          terminal.press(.tab)
          try await terminal.expect("the repository") {
            $0.typedLine.hasSuffix("$r/shop/api") || $0.typedLine.hasSuffix("$r/shop/api:1.9")
          }
          terminal.press(.controlC)
          try await terminal.expectPrompt()
          terminal.type("open empty/")
          terminal.press(.tab)
          terminal.type("x")
          try await terminal.expect("nothing was put in") { $0.typedLine == "acrsh> open empty/x" }
          terminal.press(.controlC)
          try await terminal.expectPrompt()
          terminal.type("[{tag: 1}] | sort-by ")
          terminal.press(.tab)
          try await terminal.expect("the column") {
            $0.typedLine.hasSuffix("sort-by tag") || $0.typedLine.hasSuffix("sort-by tag ")
          }
        }
      }
    }
  }

  @Test("a wider window, and one as before, redraw the line where it is, with nothing stale", arguments: widths)
  func resize(columns: Int) async throws {
    try await withPrompt(["--no-rc"], columns: columns, rows: 16) { terminal in
      let text = "print 'word0 word1 word2'"
      terminal.type(text)
      try await terminal.expect("the line") { $0.typedLine == "acrsh> \(text)" }
      for width in [columns + 23, columns + 60, columns] {
        try terminal.resize(columns: width, rows: 16)
        terminal.type("x")
        terminal.press(.backspace)
        try await terminal.expect("the line once, at \(width)") { screen in
          screen.typedLine == "acrsh> \(text)" && screen.lines.count { $0.contains("word0") } == 1
        }
      }
      terminal.press(.enter)
      try await terminal.expect("\nword0 word1 word2")
    }
  }

  @Test("one registry that limits is noted once, and not at every request", arguments: widths)
  func throttled(columns: Int) async throws {
    try await withLoopbackServer(handler: { request in
      if request.target.contains("/tags/list") {
        return .json("{\"errors\":[{\"code\":\"TOOMANYREQUESTS\"}]}", status: 429, headers: ["Retry-After": "2"])
      }
      return .json("{}")
    }) { server in
      try await withPrompt(["--no-rc"], columns: columns, rows: 24) { terminal in
        terminal.enter(
          "[1, 2, 3, 4, 5, 6] | par-each { |n| repository show-tags --name \(server.authority) --repository \"r$n\" }")
        try await terminal.expect("the note") { $0.lines.joined().contains("of 5 in 2 s") }
        terminal.press(.controlC)
        try await terminal.expect("✗ cancelled")
        let count = terminal.screen.lines.joined().components(separatedBy: "of 5 in 2 s").count - 1
        #expect(count <= 2, "\(terminal.screen.text)")
      }
    }
  }

  @Test(
    "many imports: how many of how many in the first line, a summary at the end, nothing left over", arguments: widths)
  func progress(columns: Int) async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        for number in 0..<24 { try images.image("image-\(number)", layers: [40_000], tag: "v\(number)") }
        try await RegistryContent(authority: server.directAuthority).push(images.layout, to: "many")
        try await withFaultProxy(to: server.authority, faults: [.latency(.milliseconds(40))]) { proxy in
          try await withPrompt(["--no-rc"], in: directory, columns: columns, rows: 24) { terminal in
            terminal.enter("let f = '\(proxy.authority)/many'; let t = '\(server.authority)'")
            try await terminal.expectPrompt()
            terminal.enter(
              "range(24) | each { |n| {source: \"${f}:v${n}\", image: \"copy:v${n}\"} } | import --name $t --jobs 4 | count"
            )
            try await terminal.expect("some of all") { screen in
              screen.lines.contains { $0.contains(" of 24") }
            }
            try await terminal.expect("24 imports: 24 imported")
            try await terminal.expect("a clean end") { screen in
              screen.showsCursor && screen.currentLine.hasPrefix("acrsh") && !screen.text.contains(" blobs  ")
            }
          }
        }
      }
    }
  }
}
