import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Tables, trees, comparisons and progress on the screen", .serialized)
struct PromptOutputTests {
  /// A multi-architecture image with a signature, as `shop/api:1.0`, and a successor as `shop/api:1.1`.
  private func withImages(_ body: (RegistryServer, TemporaryDirectory) async throws -> Void) async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        let index = try images.index("one", baseLayers: [400_000], ownLayer: 90_000, tag: "1.0")
        let signature = try images.artifact(
          type: "application/vnd.example.signature", content: "signed", subject: index, tag: nil)
        try images.referrersTag(of: index, listing: [signature])
        try images.image("old", layers: [300_000, 50_000, 20_000], tag: "2.0")
        try images.image(
          "new", layers: [300_000, 50_000, 30_000, 4_000], sharedWith: "old", sharedCount: 2, tag: "2.1")
        let content = try RegistryContent(authority: server.directAuthority)
        try await content.push(images.layout, to: "shop/api")
        try await content.push(images.layout, tag: "2.0", to: "shop/web")
        try await body(server, directory)
      }
    }
  }

  @Test("`manifest tree` draws parts, sizes, shares, platforms and who refers to the image")
  func tree() async throws {
    try await withImages { server, _ in
      try await withPrompt(columns: 100, rows: 24) { terminal in
        terminal.enter("manifest tree \(server.authority)/shop/api:1.0")
        try await terminal.expect("referrer")
        try await terminal.expectPrompt()
        let screen = terminal.screen
        #expect(screen.text.contains("██████████ 100 %"))
        #expect(screen.text.contains("linux/arm64/v8"))
        try await PromptScreens.check("manifest-tree", terminal, authorities: [server.authority])
        let row = try #require(screen.lines.firstIndex { $0.contains("sha256:") })
        let column = try #require(screen.lines[row].range(of: "sha256:")).lowerBound
        let offset = screen.lines[row].distance(from: screen.lines[row].startIndex, to: column)
        #expect(screen.style(row: row, column: offset) == "33", "digests have a colour of their own")
      }
    }
  }

  @Test("`diff` puts two images, and two repositories, side by side")
  func diff() async throws {
    try await withImages { server, _ in
      try await withPrompt(columns: 100, rows: 30) { terminal in
        terminal.enter("diff \(server.authority)/shop/api:2.0 \(server.authority)/shop/api:2.1")
        try await terminal.expect("linux/amd64: 2 of 4 layers in common")
        try await terminal.expect("right only")
        try await terminal.expectPrompt()
        let screen = terminal.screen
        #expect(screen.lines.filter { $0.hasSuffix("same") }.count == 2)
        try await PromptScreens.check("diff-images", terminal, authorities: [server.authority])
        try await terminal.clear()
        terminal.enter("diff \(server.authority)/shop/api \(server.authority)/shop/web --changed")
        try await terminal.expect("left only")
        try await terminal.expectPrompt()
        #expect(terminal.screen.text.contains("1 same, "))
        try await PromptScreens.check("diff-repositories", terminal, authorities: [server.authority])
      }
    }
  }

  @Test("a table longer than the screen goes through the pager; --no-pager and a short table do not")
  func pager() async throws {
    try await withTemporaryDirectory { directory in
      let pager = try directory.write(
        "#!/bin/sh\necho \"pager sees $(wc -l) lines\"\n", to: "page", mode: 0o755)
      let rows = "[" + (0..<40).map { "{n: \($0)}" }.joined(separator: ", ") + "]"
      try await withPrompt(in: directory, columns: 80, rows: 20, environment: ["PAGER": pager]) { terminal in
        try await terminal.run("let rows = \(rows)", expecting: "let rows")
        try await terminal.clear()
        try await terminal.run("$rows", expecting: "pager sees 41 lines")
        try await terminal.run("$rows | first 2", expecting: "\n0\n1")
        try await terminal.run("$rows | to json --compact", expecting: "{\"n\":39}")
        #expect(terminal.transcript.components(separatedBy: "pager sees").count == 2)
      }
      try await withPrompt(["--no-pager"], in: directory, columns: 80, rows: 20, environment: ["PAGER": pager]) {
        terminal in
        terminal.enter("let rows = \(rows)")
        terminal.enter("$rows")
        try await terminal.expect("\n39")
        #expect(!terminal.transcript.contains("pager sees"))
      }
      // less itself: the first screen, then the end at G, and back at the prompt with q.
      try await withPrompt(in: directory, columns: 80, rows: 20, environment: ["PAGER": "less"]) { terminal in
        terminal.enter("let rows = \(rows)")
        terminal.enter("$rows")
        try await terminal.expect("less waits") { $0.currentLine == ":" && !$0.text.contains("39") }
        terminal.type("G")
        try await terminal.expect("\n39")
        terminal.type("q")
        try await terminal.expectPrompt()
        try await terminal.run("print back", expecting: "\nback")
      }
    }
  }

  @Test("colours only where they are wanted; -o decides about the form")
  func colours() async throws {
    let entry = "[{status: 'failed', bytes: 3MB, at: null}, {status: 'imported', bytes: 12MB, at: null}]"
    try await withPrompt(columns: 80, rows: 20) { terminal in
      terminal.enter(entry)
      try await terminal.expect("12.0 MB")
      let screen = terminal.screen
      let row = try #require(screen.lines.firstIndex { $0.hasPrefix("failed") })
      #expect(screen.style(row: row, column: 0) == "31")
      #expect(screen.style(row: row + 1, column: 0) == "32")
      #expect(screen.style(row: row - 1, column: 0) == "1")
      // Numbers end in the same column.
      #expect(screen.lines[row].range(of: "MB")?.upperBound == screen.lines[row + 1].range(of: "MB")?.upperBound)
    }
    try await withPrompt(["-o", "json"], columns: 80, rows: 20, environment: ["NO_COLOR": "1"]) { terminal in
      terminal.enter(entry)
      try await terminal.expect("\"status\": \"imported\"")
      #expect(!terminal.transcript.contains("\u{1B}[3"))
    }
  }

  @Test("imports draw a line each and a line of totals; afterwards a summary, and the cursor is back")
  func progress() async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        for name in ["one", "two", "three"] { try images.image(name, layers: [9 << 20, 9 << 20], tag: name) }
        let content = try RegistryContent(authority: server.directAuthority)
        try await content.push(images.layout, to: "big")
        try await withFaultProxy(to: server.authority, faults: [.latency(.milliseconds(60))]) { proxy in
          try await withPrompt(in: directory, columns: 100, rows: 24) { terminal in
            terminal.enter(
              "[one, two, three] | par-each { |t| import \(proxy.authority)/big:$t \(server.authority)/copy:$t } | ignore"
                .replacingOccurrences(of: "[one, two, three]", with: "['one', 'two', 'three']"))
            try await terminal.expect("lines with rates") { screen in
              screen.text.contains("MB/s") && screen.text.contains(" s left") && screen.text.contains("running")
            }
            #expect(!terminal.screen.showsCursor)
            try await PromptScreens.check(
              "progress", terminal, authorities: [server.authority, proxy.authority], isExact: false)
            try await terminal.expect("3 imports: 3 imported; ", within: .seconds(60))
            try await terminal.expectPrompt()
            #expect(terminal.screen.showsCursor)
            #expect(!terminal.screen.text.contains("running"))
          }
        }
      }
    }
  }

  @Test("a large layer or SBOM that is read has a line with bytes, rate and time left, which is gone afterwards")
  func reading() async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        var archive = TarArchive()
        archive.add("data/large.bin", "0", [UInt8](repeating: 7, count: 24 << 20))
        archive.file("etc/name", "found\n")
        let image = try images.image(archives: [archive.gzipped], tag: "1")
        let filler = String(repeating: "x", count: 10 << 20)
        let sbom =
          #"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"musl","description":"\#(filler)"}]}"#
        let listed = try images.artifact(type: "application/vnd.cyclonedx+json", content: sbom, subject: image)
        try images.referrersTag(of: image, listing: [listed])
        let content = try RegistryContent(authority: server.directAuthority)
        try await content.push(images.layout, to: "big")
        try await withFaultProxy(to: server.authority, faults: [.latency(.milliseconds(25))]) { proxy in
          let reference = "\(proxy.authority)/big:1"
          for (line, what, answer) in [
            ("files \(reference) | where .path == 'etc/name' | get path", "reading layer sha256:", "\netc/name"),
            ("file show \(reference) /etc/name", "reading layer sha256:", "\nfound"),
            ("sbom \(reference) | get name", "reading SBOM sha256:", "\nmusl"),
          ] {
            // A prompt of its own for each: layers that were read once are known.
            try await withPrompt(in: directory, columns: 110, rows: 24) { terminal in
              terminal.enter(line)
              try await terminal.expect("a line of progress") { screen in
                screen.text.contains(what) && screen.text.contains(" MB of ") && screen.text.contains("MB/s")
                  && screen.text.contains(" s left") && !screen.showsCursor
              }
              // Nothing is imported, so no blobs are counted, and there is no summary.
              #expect(!terminal.screen.text.contains(" blobs"), "\(terminal.screen.text)")
              try await terminal.expect("the answer", within: .seconds(60)) { $0.text.contains(answer) }
              try await terminal.expectPrompt()
              #expect(terminal.screen.showsCursor && !terminal.screen.text.contains(what), "\(terminal.screen.text)")
              #expect(!terminal.screen.text.contains("imports:"))
            }
          }
        }
      }
    }
  }

  @Test("the cursor is back after ^C, and when the process is ended from outside")
  func cursor() async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        try images.image("large", layers: [20 << 20])
        let content = try RegistryContent(authority: server.directAuthority)
        try await content.push(images.layout, to: "large")
        try await withFaultProxy(to: server.authority, faults: [.latency(.milliseconds(150))]) { proxy in
          let entry = "import \(proxy.authority)/large:latest \(server.authority)/copy:1"
          try await withPrompt(in: directory) { terminal in
            terminal.enter(entry)
            try await terminal.expect("progress with a hidden cursor") { !$0.showsCursor && $0.text.contains(" blobs") }
            terminal.press(.controlC)
            try await terminal.expect("error[cancelled]: interrupted")
            try await terminal.expect("✗ cancelled>")
            #expect(terminal.screen.showsCursor)
            terminal.enter(entry)
            try await terminal.expect("progress with a hidden cursor") { !$0.showsCursor }
            terminal.send(SIGTERM)
            #expect(try await terminal.wait() == .signal(SIGTERM))
            #expect(terminal.screen.showsCursor)
          }
        }
      }
    }
  }

  @Test("without a terminal there is no prompt: standard input is a script, and standard output holds only data")
  func script() async throws {
    try await withTemporaryDirectory { directory in
      let program = try BuiltProducts.acrsh([], in: directory, input: "let x = 20\n$x + 1\n")
      let result = try await program.succeed()
      #expect(result.output == "21\n")
      #expect(result.errorOutput.isEmpty)
      // A prompt on a terminal whose output goes to a file draws on the terminal.
      let shell = Program(
        "/bin/sh", ["-c", "exec \"$0\" > out.txt", try BuiltProducts.executable("acrsh")],
        environment: try Environment.isolated(in: directory), directory: directory.path)
      try await withTerminal(shell) { terminal in
        try await terminal.expect("acrsh>")
        terminal.enter("6 * 7")
        try await terminal.expect("the next prompt") { $0.text.hasSuffix("acrsh> 6 * 7\nacrsh>") }
        terminal.press(.controlD)
        try await terminal.wait()
      }
      #expect(String(decoding: try directory.read("out.txt"), as: UTF8.self) == "42\n")
    }
  }
}
