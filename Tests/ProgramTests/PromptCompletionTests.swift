import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Tab at the prompt asks registries", .serialized)
struct PromptCompletionTests {
  /// A registry with the repositories `shop/api` (tags 1.9 and 1.10) and `shop/web`.
  private func withShop(_ body: (RegistryServer) async throws -> Void) async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        try images.image("api", layers: [3000], tag: "1.9")
        try images.image("api-new", layers: [4000], tag: "1.10")
        let content = try RegistryContent(authority: server.directAuthority)
        try await content.push(images.layout, to: "shop/api")
        try await content.push(images.layout, tag: "1.9", to: "shop/web")
      }
      try await body(server)
    }
  }

  @Test("repositories, tags and digests inside a reference, from the registry itself")
  func references() async throws {
    try await withShop { server in
      try await withPrompt(columns: 80, rows: 12) { terminal in
        let host = server.authority
        terminal.type("manifest show \(host)/sh")
        terminal.press(.tab)
        try await terminal.expect("manifest show \(host)/shop/")
        terminal.press(.tab)
        try await terminal.expect("\nshop/api  shop/web")
        terminal.type("a")
        terminal.press(.tab)
        terminal.press(.tab)
        try await terminal.expect("manifest show \(host)/shop/api:1.")
        terminal.press(.tab)
        try await terminal.expect("\n1.9   1.10")
        terminal.press(.backspace, .backspace, .backspace)
        terminal.type("@")
        terminal.press(.tab)
        try await terminal.expect("shop/api@sha256:")
        terminal.press(.tab)
        // Each digest stands beside its tags.
        try await terminal.expect("both digests") { screen in
          screen.lines.contains { $0.hasPrefix("sha256:") && $0.hasSuffix("  1.9") }
            && screen.lines.contains { $0.hasPrefix("sha256:") && $0.hasSuffix("  1.10") }
        }
      }
    }
  }

  @Test("flags first name what is required, with their help; then the registry's own names, also on a second line")
  func flagsAndValues() async throws {
    try await withShop { server in
      try await withPrompt(columns: 90, rows: 16) { terminal in
        let host = server.authority
        try await terminal.run("repository list --name \(host)", expecting: "shop/web")
        try await terminal.clear()
        terminal.type("repository untag --")
        terminal.press(.tab)
        try await terminal.expect("(required) repository:tag")
        try await terminal.expect("the line again") { $0.currentLine.hasPrefix("acrsh>") && $0.row > 3 }
        let screen = terminal.screen
        let row = try #require(screen.lines.firstIndex { $0.hasPrefix("--image, -t") })
        #expect(screen.style(row: row, column: 24) == "2", "the help is dim")
        try await PromptScreens.check("flags", terminal, authorities: [host])
        terminal.press(.controlC)
        try await terminal.clear()
        // The registry was used before, so it is known.
        terminal.type("for tag in [1] {\r  repository show-tags --name 127")
        terminal.press(.tab)
        try await terminal.expect("show-tags --name \(host)")
        terminal.type("--repository shop/")
        terminal.press(.tab)
        try await terminal.expect("shop/api  shop/web")
        try await PromptScreens.check("second-line", terminal, authorities: [host])
        terminal.type("w")
        terminal.press(.tab)
        try await terminal.expect("{…>   repository show-tags --name \(host) --repository shop/web")
      }
    }
  }

  @Test("columns after a dot follow the pipeline")
  func columns() async throws {
    try await withShop { server in
      try await withPrompt(columns: 90, rows: 12) { terminal in
        terminal.type("list-metadata \(server.authority)/shop/api | where .")
        terminal.press(.tab)
        try await terminal.expect(".imageSize")
        terminal.type("im")
        terminal.press(.tab)
        try await terminal.expect("where .imageSize")
        try await PromptScreens.check("columns", terminal, authorities: [server.authority])
        terminal.press(.controlC)
        try await terminal.expectPrompt()
        try await terminal.run(
          "let pins = [{image: 'a', pin: 1}, {image: 'b', pin: 2, note: 'x'}]", expecting: "note: 'x'")
        terminal.type("$pins | select i")
        terminal.press(.tab)
        try await terminal.expect("$pins | select image")
        terminal.press(.controlC)
        try await terminal.expectPrompt()
        // What was shown before is known, wherever it came from.
        try await terminal.run("'[{\"colour\": 1}]' | from json", expecting: "colour")
        terminal.type("'[{\"colour\": 1}]' | from json | get c")
        terminal.press(.tab)
        try await terminal.expect("| get colour")
      }
    }
  }

  @Test("a slow registry never holds up the line: a note first, the answer at a later Tab")
  func slowRegistry() async throws {
    try await withShop { server in
      try await withFaultProxy(to: server.authority, faults: [.latency(.milliseconds(700))]) { proxy in
        try await withPrompt(columns: 90, rows: 12) { terminal in
          terminal.type("manifest show \(proxy.authority)/")
          terminal.press(.tab)
          try await terminal.expect("asking \(proxy.authority); Tab again shows what it answers")
          try await PromptScreens.check("asking", terminal, authorities: [proxy.authority])
          terminal.type("s")
          try await terminal.expect("manifest show \(proxy.authority)/s")
          #expect(!terminal.screen.text.contains("asking"))
          while proxy.count(matching: "_catalog") == 0 { try await Task.sleep(for: .milliseconds(20)) }
          try await Task.sleep(for: .seconds(2))
          terminal.press(.tab)
          try await terminal.expect("manifest show \(proxy.authority)/shop/")
          // One question was enough for both.
          #expect(proxy.count(matching: "_catalog") == 1)
        }
      }
    }
  }

  @Test("Tab never signs in: no helper is started, and the reason is said")
  func neverSignsIn() async throws {
    try await withRegistryServer(.tlsWithPassword(user: "me", password: "hunter2")) { server in
      try await withTemporaryDirectory { directory in
        let folder = try directory.makeDirectory("programs")
        try directory.write(
          "#!/bin/sh\ntouch \"\(directory.path("helper-ran"))\"\necho '{\"Username\":\"me\",\"Secret\":\"hunter2\"}'\n",
          to: "programs/docker-credential-probe", mode: 0o755)
        try directory.makeDirectory("home/.docker")
        try directory.write("{\"credsStore\": \"probe\"}", to: "home/.docker/config.json")
        let path = "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let authority = try #require(server.caFile)
        let environment = ["PATH": path, "SHELL_SECRET": "hunter2"]
        try await withPrompt(["--ca-file", authority], in: directory, environment: environment) { terminal in
          terminal.type("manifest show \(server.authority)/")
          terminal.press(.tab)
          try await terminal.expect("sign")
          #expect(!FileManager.default.fileExists(atPath: directory.path("helper-ran")))
          terminal.press(.controlC)
          try await terminal.expectPrompt()
          // Signed in aloud, the same Tab has an answer.
          terminal.enter("acr login --name \(server.authority) -u me -p (secret env SHELL_SECRET)")
          try await terminal.expect("acrsh \(server.authority) me>")
          terminal.type("manifest show \(server.authority)/")
          terminal.press(.tab)
          try await terminal.expect("\(server.authority) has no repositories")
        }
      }
    }
  }

  @Test("the registries of the account, by name, with their hosts beside them; the prompt says that it is a sandbox")
  func account() async throws {
    try await withPrompt(["--sandbox"], columns: 90, rows: 16) { terminal in
      try await terminal.expect("[sandbox]>")
      // The sandbox takes its time to start, which is nothing to show on the page.
      try await terminal.run("prompt --slow 1h", expecting: "prompt --slow 1h")
      terminal.enter("whoami | get user")
      try await terminal.expect("acrsh 11111111… [sandbox]", within: .seconds(60))
      try await terminal.clear()
      terminal.type("repository list --name my")
      terminal.press(.tab)
      try await terminal.expect("mysourceregistry  mysourceregistry.azurecr.io")
      try await terminal.expect("the line again") { $0.typedLine.hasSuffix("repository list --name my") }
      try await PromptScreens.check("account", terminal)
      terminal.type("s")
      terminal.press(.tab)
      try await terminal.expect("repository list --name mysourceregistry")
      terminal.type("\u{15}manifest show mysourceregistry.azurecr.io/hello")
      terminal.press(.tab)
      try await terminal.expect("manifest show mysourceregistry.azurecr.io/hello-world")
    }
  }

  @Test("a long list shows its beginning; Tab again opens a menu: what is typed filters, Enter takes, Escape leaves")
  func menu() async throws {
    let names = (0..<300).map { "\"team-\($0 / 100)/service-\($0)\"" }.joined(separator: ",")
    try await withLoopbackServer(handler: { request in
      .json(request.target.hasPrefix("/v2/_catalog") ? "{\"repositories\":[\(names)]}" : "{}")
    }) { server in
      try await withPrompt(columns: 80, rows: 14) { terminal in
        terminal.type("repository show-tags --name \(server.authority) --repository ")
        terminal.press(.tab)
        try await terminal.expect("--repository team-")
        terminal.press(.tab)
        try await terminal.expect("the line and its hint below the beginning") {
          $0.text.contains("300 in all; Tab again opens a menu") && $0.typedLine.hasSuffix("--repository team-")
            && $0.linesBelow.first?.hasPrefix("--repository STRING: ") == true
        }
        #expect(terminal.screen.text.contains("team-0/service-0 "))
        try await PromptScreens.check("pages", terminal, authorities: [server.authority])
        terminal.press(.tab)
        try await terminal.expect("choose:    1 of 300")
        terminal.type("zzz")
        try await terminal.expect("nothing that fits") { $0.text.contains("nothing fits") }
        terminal.type("\u{15}299")
        try await terminal.expect("> team-2/service-299")
        try await PromptScreens.check("menu", terminal, authorities: [server.authority])
        terminal.type("\u{1B}")
        try await terminal.expect("the line as it was") {
          $0.typedLine.hasSuffix("--repository team-") && !$0.text.contains("choose:")
        }
        terminal.press(.tab)
        try await terminal.expect("choose:    1 of 300")
        terminal.press(.down)
        terminal.press(.enter)
        try await terminal.expect("the second one in the line") {
          // The space behind it may stand on the next row.
          $0.text.contains("--repository team-0/service-1") && !$0.text.contains("choose:")
        }
      }
    }
  }
}
