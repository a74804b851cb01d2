import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Tables on terminals of several widths", .serialized)
struct PromptTableTests {
  static let widths = [40, 80, 120, 200]

  private func withShop(_ body: (RegistryServer, TemporaryDirectory) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      try await withRegistryServer { server in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("images")))
        try images.image("api", layers: [3000], tag: "1.9")
        try images.image("api-new", layers: [4000], tag: "1.10")
        try await RegistryContent(authority: server.directAuthority).push(images.layout, to: "shop/api")
        try await body(server, directory)
      }
    }
  }

  /// Runs an entry on an empty screen, and gives the lines that it showed.
  private func lines(_ entry: String, _ terminal: Terminal) async throws -> [String] {
    try await terminal.clear()
    let columns = terminal.screen.columns
    // The rows that the entry itself takes, behind a prompt of 7 columns.
    let rows = (7 + entry.count) / columns + 1
    terminal.enter(entry)
    try await terminal.expect("its end") { screen in
      screen.row > rows && screen.currentLine.hasPrefix("acrsh") && screen.currentLine.hasSuffix(">")
    }
    let screen = terminal.screen
    return screen.lines[rows..<screen.row].filter { !$0.isEmpty }
  }

  @Test("each column is there or named as hidden, digests tell images apart, tags are whole", arguments: widths)
  func metadata(columns: Int) async throws {
    try await withShop { server, directory in
      try await withPrompt(["--no-rc", "--no-pager"], in: directory, columns: columns, rows: 40) { terminal in
        let entry = "list-metadata \(server.authority)/shop/api"
        let shown = try await lines(entry, terminal)
        let text = shown.joined(separator: " ")
        for name in ["digest", "tags", "mediaType", "imageSize", "createdTime", "architecture", "os"] {
          #expect(
            text.contains(name), "`\(name)` is neither shown nor named at \(columns):\n\(shown.joined(separator: "\n"))"
          )
        }
        #expect(text.contains("1.9") && text.contains("1.10"))
        let digests = Set(text.split(separator: " ").filter { $0.hasPrefix("sha256:") })
        #expect(digests.count == 2 && digests.allSatisfy { $0.count >= 15 }, "\(digests)")
        #expect(shown.allSatisfy { !$0.contains("…") }, "\(shown.joined(separator: "\n"))")
        let wide = try await lines("\(entry) | first", terminal)
        #expect(wide.joined().contains("sha256:"), "a record has whole values")
        let tags = try await lines("\(entry) | get tags", terminal)
        #expect(!tags.joined().contains("Column1"), "\(tags)")
      }
    }
  }

  @Test("the result of an import, and errors of rows, are never cut", arguments: widths)
  func imports(columns: Int) async throws {
    try await withShop { server, directory in
      try await withPrompt(["--no-rc", "--no-pager", "--progress", "none"], in: directory, columns: columns, rows: 60) {
        terminal in
        let shown = try await lines(
          "import \(server.authority)/shop/api:1.9 \(server.authority)/copies/of-the-api:1.9", terminal)
        let text = shown.joined().replacingOccurrences(of: " ", with: "")
        #expect(text.contains("/copies/of-the-api:1.9"), "\(shown.joined(separator: "\n"))")
        #expect(text.contains("sha256:"), "\(shown.joined(separator: "\n"))")
        let failed = try await lines(
          "[\"missing\", \"1.9\"] | par-each --keep-going { |t| manifest digest \(server.authority)/shop/api:$t }",
          terminal)
        let words = failed.joined(separator: " ").replacingOccurrences(of: " ", with: "")
        #expect(words.contains("not-found") && words.contains("missing"), "\(failed.joined(separator: "\n"))")
      }
    }
  }
}
