import AcrCore
import Foundation
import TestSupport
import Testing

/// What must not reach a terminal: sequences of ESC and of U+009B, the rest of the control characters, what turns the
/// direction of writing, and what cannot be seen.
private let evil =
  "E\u{1B}[97;45mV\u{1B}]0;title\u{7}\u{9B}31mI\u{202E}\u{2066}\u{200F}\u{61C}L\u{200B}\u{FEFF}\u{AD}\u{E0041}"

@Suite("Hostile characters and terminals", .serialized, .timeLimit(.minutes(5)))
struct TerminalOutputTests {
  /// A registry that puts them into everything it may choose freely.
  private static func server() throws -> LoopbackServer {
    let hostile = JSONValue.string(evil + "\u{2028}\u{2029}").text
    let config = Array(
      #"{"os":\#(hostile),"architecture":\#(hostile),"variant":\#(hostile),"rootfs":{"type":"layers"}}"#.utf8)
    func manifest(_ seed: UInt8) -> [UInt8] {
      Array(
        """
        {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","artifactType":\(hostile),\
        "config":{"mediaType":"\(MediaType.ociConfig)","digest":"\(Digest.of(config))","size":\(config.count)},\
        "layers":[{"mediaType":\(hostile),"digest":"\(Digest.of([seed]))","size":1,"annotations":{"a":\(hostile)}}],\
        "annotations":{\(hostile):\(hostile)}}
        """.utf8)
    }
    let manifests = ["v1": manifest(1), "v2": manifest(2)]
    return try LoopbackServer { request in
      let parts = request.path.split(separator: "/")
      if parts.contains("_catalog") { return .json(#"{"repositories":["app",\#(hostile)]}"#) }
      if parts.contains("refused") {
        let body = #"{"errors":[{"code":\#(hostile),"message":\#(hostile),"detail":\#(hostile)}]}"#
        return .json(body, status: 400, headers: ["X-Ms-Correlation-Request-Id": evil])
      }
      switch parts.dropFirst(2).first {
      case "tags": return .json(#"{"name":"app","tags":["v1","v2",\#(hostile)]}"#)
      case "manifests":
        let name = String(parts.last ?? "")
        let found = manifests.first { $0.key == name || Digest.of($0.value).description == name }?.value
        guard let found else { return .init(404) }
        let headers: HeaderFields = [
          "Content-Type": MediaType.ociManifest, "Docker-Content-Digest": Digest.of(found).description,
        ]
        return request.method == "HEAD" ? .init(200, headers) : .init(200, headers, body: found)
      case "blobs" where parts.last.map(String.init) == Digest.of(config).description: return .init(200, body: config)
      default: return .init(parts.count <= 1 ? 200 : 404)
      }
    }
  }

  /// What a terminal would obey or not show, in what was sent to one, besides this program's own sequences.
  private static func unsafe(in transcript: String) -> [String] {
    var found: [String] = []
    if transcript.contains("[97;45m"), transcript.contains("\u{1B}[97;45m") { found.append("the colour") }
    let own = #/\u{1B}\[[?]?[0-9;]*[A-HJKPhlm@]/#
    // The title of a progress display.
    let title = #/\u{1B}\]0;acrsh [0-9]+ %\u{7}|\u{1B}\[2[23];0t/#
    for scalar in transcript.replacing(title, with: "").replacing(own, with: "").unicodeScalars {
      switch scalar {
      case "\r", "\n", "\t", "\u{8}": continue
      default:
        let category = scalar.properties.generalCategory
        let isInvisible = [.control, .format, .lineSeparator, .paragraphSeparator].contains(category)
        if isInvisible { found.append("U+\(String(scalar.value, radix: 16, uppercase: true))") }
      }
    }
    return found
  }

  static let places: [String] = [
    "print ${env.EVIL}", "print --err ${env.EVIL}", "$env.EVIL", "[$env.EVIL]", "[{a: $env.EVIL, b: 1}]",
    "let r = {a: $env.EVIL}\n$r", "[[$env.EVIL]]", "throw $env.EVIL", "throw {kind: $env.EVIL, message: $env.EVIL}",
    "retry --times 2 --wait 1ms --on thrown { throw $env.EVIL }", "open ${env.EVIL}", "run ${env.EVIL}",
    "run cat ${env.EVIL}",
    "query ${env.EVIL}", "help ${env.EVIL}", "confirm ${env.EVIL}", "[1] | extend x = $env.EVIL | to table | print",
    "print 'E\(evil)' | nothing", "\(evil)", "registry login ${env.EVIL}", "acr login --name ${env.EVIL}",
    // What a registry chooses.
    "list-metadata $D/app", "list-metadata $D/app --detail", "manifest tree $D/app:v1", "manifest show $D/app:v1",
    "diff $D/app:v1 $D/app:v2", "diff $D/app $D/refused", "repository list $D", "list-metadata $D/refused",
    "manifest tree $D/refused:v1", "import $D/refused:v1 oci:out:v1", "import $D/app:v1 oci:out:v1",
    "mirror $D/app oci:out --dry-run", "mirror $D/app oci:out", "referrers $D/app:v1", "files $D/app:v1",
    "layers $D/app:v1 --manifest-only", "diff $D/app:v1 $D/app:v2 --config", "sbom $D/app:v1",
    "purge $D/app --tags v1 --untagged --all --dry-run", "purge $D/refused --keep 1 --dry-run", "garbage $D/app",
    "retry --times 2 --wait 1ms --on invalid { list-metadata $D/refused }",
    "try { list-metadata $D/refused } catch e { print ${e.message}; $e }",
  ]

  @Test("never get there as they are, in any format", arguments: places)
  func toTheTerminal(_ line: String) async throws {
    let server = try Self.server()
    defer { server.stop() }
    let format = ["table", "json", "jsonc", "jsonl", "yaml", "tsv"]
    try await withTemporaryDirectory { directory in
      for format in line.contains("$D") || line.contains("$env.EVIL]") || line.contains("$r") ? format : ["table"] {
        let program = try BuiltProducts.acrsh(
          ["-o", format, "-c", line.replacing("$D", with: server.authority)], in: directory,
          environment: ["EVIL": evil])
        try await withTerminal(program, columns: 200, rows: 50) { terminal in
          if line.hasPrefix("confirm") {
            try await terminal.expect("[y/N]")
            terminal.enter("n")
          }
          try await terminal.wait(within: .seconds(60))
          #expect(Self.unsafe(in: terminal.transcript) == [], "-o \(format): \(terminal.transcript.debugDescription)")
          if line.contains("env.EVIL") { #expect(!terminal.transcript.isEmpty) }
        }
      }
    }
  }

  @Test("nor do those of paths, links and contents in layers")
  func layers() async throws {
    try await withTemporaryDirectory { directory in
      let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
      var archive = TarArchive()
      let name = String(evil.filter { $0 != "/" && $0 != "\0" }.prefix(20))
      archive.file("dir/\(name)", evil)
      archive.link("link", to: name)
      archive.file("text", evil)
      try images.image(archives: [archive.gzipped], tag: "1")
      try images.image(archives: [], tag: "2")
      for line in [
        "files oci:layout:1", "files oci:layout:1 --by-layer", "file show oci:layout:1 text",
        "diff oci:layout:1 oci:layout:2 --files", "file show oci:layout:1 link", "files oci:layout:1 ${env.EVIL}",
      ] {
        let program = try BuiltProducts.acrsh(["-c", line], in: directory, environment: ["EVIL": evil])
        try await withTerminal(program, columns: 200, rows: 50) { terminal in
          try await terminal.wait(within: .seconds(60))
          #expect(Self.unsafe(in: terminal.transcript) == [], "\(line): \(terminal.transcript.debugDescription)")
          #expect(!terminal.transcript.isEmpty)
        }
      }
    }
  }

  @Test("reach pipes as the data they are")
  func toAPipe() async throws {
    try await withTemporaryDirectory { directory in
      for line in ["print ${env.EVIL}", "{a: $env.EVIL}", "print --raw ${env.EVIL}"] {
        let result = try await BuiltProducts.acrsh(
          ["-o", "tsv", "-c", line], in: directory, environment: ["EVIL": evil]
        ).run()
        #expect(result.output == evil + "\n", "\(line): \(result.errorOutput)")
      }
      let errors = try await BuiltProducts.acrsh(
        ["-c", "print --err ${env.EVIL}"], in: directory, environment: ["EVIL": evil]
      ).run()
      #expect(errors.errorOutput == evil + "\n")
      let json = try await BuiltProducts.acrsh(
        ["-c", "{a: $env.EVIL}"], in: directory, environment: ["EVIL": evil]
      ).run()
      #expect(try JSONValue(parsing: Array(json.output.utf8))["a"]?.string == evil)
      #expect(json.output.contains("\\u202e"))
    }
  }

  @Test("`print --raw` sends a script's own colours")
  func raw() async throws {
    try await withTemporaryDirectory { directory in
      let program = try BuiltProducts.acrsh(["-c", "print --raw \"\\u{1B}[32mgreen\\u{1B}[0m\""], in: directory)
      try await withTerminal(program) { terminal in
        try await terminal.wait()
        #expect(terminal.transcript.contains("\u{1B}[32mgreen\u{1B}[0m"))
      }
    }
  }

  @Test("in names that Tab lists, in hints, in the history and in pasted text")
  func prompt() async throws {
    let server = try Self.server()
    defer { server.stop() }
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(
        atPath: directory.path("home/.local/state/acrsh"), withIntermediateDirectories: true)
      _ = try directory.write(
        JSONValue.string("print old\u{1B}[97;45m\u{202E}").text + "\n", to: "home/.local/state/acrsh/history")
      _ = try directory.write("x", to: "file\u{1B}[97;45m\u{202E}a")
      _ = try directory.write("x", to: "file\u{202E}b")
      for name in ["file-1", "file-2"] { _ = try directory.write("x", to: name) }
      try await withPrompt(in: directory, columns: 160, environment: ["EVIL": evil]) { terminal in
        terminal.type("open fil")
        terminal.press(.tab)
        try await terminal.expect("open file-")
        terminal.press(.tab)
        try await terminal.expect("a list") { $0.text.contains("file-1") && $0.text.contains("file-2") }
        terminal.press(.controlC)
        try await terminal.expectPrompt()
        // ^C drops keys that are not read yet, so each step is waited for.
        terminal.type("print o")
        try await terminal.expect("the text") { $0.currentLine.hasPrefix("acrsh> print o") }
        // An entry with such characters is not put into the line.
        terminal.press(.up)
        try await Task.sleep(for: .milliseconds(300))
        terminal.press(.controlC)
        try await terminal.expectPrompt()
        terminal.type("list-metadata \(server.authority)/app:")
        try await terminal.expect("the reference") { $0.currentLine.contains("/app:") }
        terminal.press(.tab, .tab)
        try await Task.sleep(for: .milliseconds(300))
        terminal.press(.controlC)
        try await terminal.expectPrompt()
        terminal.paste("print 'a\u{202E}b\u{9B}31mc\u{200B}d'")
        terminal.press(.enter)
        try await terminal.expect("\na\u{FFFD}b\u{FFFD}31mc\u{FFFD}d")
        try await terminal.run("$error", expecting: "acrsh")
        try await terminal.run("list-metadata \(server.authority)/refused", expecting: "error")
        try await terminal.run("print ${error.message}", expecting: "acrsh")
        try await terminal.run("history", expecting: "print old")
        // The bell is the line editor's own.
        let found = Self.unsafe(in: terminal.transcript.replacing("\u{7}", with: ""))
        #expect(found == [], "\(terminal.transcript.debugDescription)")
      }
    }
  }
}
