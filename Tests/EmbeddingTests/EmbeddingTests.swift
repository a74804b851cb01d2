import Foundation
import TestSupport
import Testing

/// The example of docs/embedding.md runs, and the page shows what it is.
@Suite("Embedding")
struct EmbeddingTests {
  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let example = repository.appendingPathComponent("examples/embedding")

  private struct Block {
    let language: String
    let text: String
  }

  /// The blocks of code in the page.
  private func blocks() throws -> [Block] {
    let page = try String(contentsOf: Self.repository.appendingPathComponent("docs/embedding.md"), encoding: .utf8)
    var blocks: [Block] = []
    for (index, part) in page.components(separatedBy: "```").enumerated() where index % 2 == 1 {
      guard let end = part.firstIndex(of: "\n") else { continue }
      blocks.append(Block(language: String(part[..<end]), text: String(part[part.index(after: end)...])))
    }
    return blocks
  }

  private func sources() throws -> [String] {
    let folder = Self.example.appendingPathComponent("Sources/Embedding")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let paths = names.map { folder.appendingPathComponent($0) } + [Self.example.appendingPathComponent("Package.swift")]
    return try paths.map { try String(contentsOf: $0, encoding: .utf8) }
  }

  @Test("Every block of Swift in the page stands in the example as it is")
  func blocksAreTrue() throws {
    let sources = try sources()
    let blocks = try blocks().filter { $0.language == "swift" }
    #expect(blocks.count >= 5)
    for block in blocks { #expect(sources.contains { $0.contains(block.text) }, "\(block.text)") }
  }

  @Test("The example prints what the page says")
  func outputIsTrue() async throws {
    let output = try await Program(try BuiltProducts.executable("acr-embedding")).succeed().output
    let shown = try blocks().filter { $0.language == "text" }.map(\.text)
    #expect(shown.count == 1)
    #expect(shown.first == output)
  }

  @Test("Nothing of the environment reaches a script that was not given it")
  func environment() async throws {
    let program = Program(
      try BuiltProducts.executable("acr-embedding"),
      environment: ["ACR_STEPS": "1", "HOME": "/nowhere", "PATH": "/nowhere"])
    let other = try await Program(try BuiltProducts.executable("acr-embedding")).succeed().output
    #expect(try await program.succeed().output == other)
  }
}
