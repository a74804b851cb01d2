import Foundation
import TestSupport
import Testing

@Suite("What the prompt shows", .serialized)
struct PromptStateTests {
  @Test("registry, user, dry run, how the last entry ended")
  func state() async throws {
    try await withRegistryServer(.tlsWithPassword(user: "me", password: "hunter2")) { server in
      let authority = try #require(server.caFile)
      try await withPrompt(
        ["--dry-run", "--ca-file", authority], columns: 90, rows: 20, environment: ["REGISTRY_PASSWORD": "hunter2"]
      ) { terminal in
        try await terminal.expect("acrsh [dry run]>")
        terminal.enter("acr login --name \(server.authority) -u me -p (secret env REGISTRY_PASSWORD)")
        try await terminal.expect("acrsh \(server.authority) me [dry run]>")
        terminal.enter("open missing.csv")
        try await terminal.expect("acrsh \(server.authority) me [dry run] ✗ not-found>")
        terminal.enter("print $nam")
        try await terminal.expect("acrsh \(server.authority) me [dry run] ✗ usage>")
        try await PromptScreens.check("state", terminal, authorities: [server.authority])
        terminal.enter("print ok")
        try await terminal.expect("acrsh \(server.authority) me [dry run]>")
        terminal.enter("acr logout --name \(server.authority)")
        try await terminal.expect("the prompt without the registry") { $0.currentLine == "acrsh [dry run]>" }
      }
    }
  }

  @Test("rc.acr is run first: it sets the prompt and leaves its names; a mistake in it does not keep anybody out")
  func settings() async throws {
    try await withTemporaryDirectory { directory in
      try directory.makeDirectory("home/.config/acrsh")
      try directory.write(
        "prompt state duration --text acr --slow 1ms\nlet dev = \"localhost:5000\"\ndef twice(n: int) { return $n * 2 }\n",
        to: "home/.config/acrsh/rc.acr")
      try await withPrompt(in: directory, columns: 70, rows: 12) { terminal in
        try await terminal.expect("the prompt's own text") { $0.currentLine == "acr>" }
        try await terminal.run("print \"$dev ${twice(21)}\"", expecting: "localhost:5000 42")
        terminal.enter("run sleep 0.05")
        try await terminal.expect("ms>")
        terminal.enter("prompt")
        try await terminal.expect("suggestions  true")
      }
      try await withPrompt(["--no-rc"], in: directory) { terminal in try await terminal.expect("acrsh>") }
      try directory.write("print $nobody\n", to: "home/.config/acrsh/rc.acr")
      try await withPrompt(in: directory) { terminal in
        try await terminal.expect("unknown variable `$nobody`")
        try await terminal.expect("rc.acr:1:7")
        try await terminal.run("print 'in'", expecting: "\nin")
      }
    }
  }

  @Test("`?` explains what is at the cursor, and is a character where it means something")
  func questions() async throws {
    try await withPrompt(columns: 100, rows: 60) { terminal in
      terminal.type("repository show-tags ?")
      try await terminal.expect("Lists the tags of a repository")
      try await terminal.expect("the line again") { $0.typedLine == "acrsh> repository show-tags" && $0.row > 5 }
      try await PromptScreens.check("question", terminal)
      terminal.press(.controlC)
      try await terminal.clear()
      terminal.type("let x = null ?? 5")
      terminal.press(.enter)
      try await terminal.expectPrompt()
      try await terminal.run("print ${x}", expecting: "\n5")
      terminal.type("manifest ?")
      try await terminal.expect("manifest tree")
      terminal.press(.controlC)
      try await terminal.expectPrompt()
      terminal.type("?")
      // More than the screen holds: its beginning stays, and how to see the rest.
      try await terminal.expect("`help` shows all of them.")
      #expect(terminal.screen.text.contains("\nRegistries\n"))
    }
  }

  @Test("from the first prompt to the first import without the manual: the banner, help, Tab and ?")
  func newcomer() async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        try images.image("hello", layers: [2000], tag: "1.0")
        try await withPrompt(in: directory, columns: 100, rows: 60) { terminal in
          try await terminal.expect("`help` lists the commands, Tab completes, ? explains")
          terminal.type("im")
          terminal.press(.tab)
          try await terminal.expect("acrsh> import")
          terminal.type("?")
          try await terminal.expect("import [FROM] [TO]")
          terminal.type("oci:im")
          terminal.press(.tab)
          try await terminal.expect("import oci:images/")
          terminal.press(.backspace)
          terminal.type(":1.0 \(server.authority)/base/hello:1.0\r")
          try await terminal.expect("status        imported")
          terminal.type("list-metadata \(server.authority)/b")
          terminal.press(.tab)
          try await terminal.expect("list-metadata \(server.authority)/base/hello")
          terminal.press(.enter)
          try await terminal.expect("imageSize")
        }
      }
    }
  }
}
