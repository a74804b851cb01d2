import Foundation
import Testing

/// The walks in docs/architecture.md lead through code that is there.
@Suite("The page about the architecture")
struct ArchitecturePageTests {
  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private struct Hop {
    let type: String
    let member: String
    let path: String

    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
  }

  /// The numbered lists of the section about the walks.
  private static func walks() throws -> [[Hop]] {
    let page = try text("docs/architecture.md")
    guard let start = page.range(of: "## Two walks"),
      let end = page.range(of: "\n## ", range: start.upperBound..<page.endIndex)
    else { return [] }
    var walks: [[Hop]] = []
    for line in page[start.upperBound..<end.lowerBound].split(separator: "\n") {
      guard let hop = try? #/^(\d+)\. `(\w+)\.(\w+)` in `([^`]+)`/#.firstMatch(in: line) else { continue }
      if hop.1 == "1" { walks.append([]) }
      walks[walks.count - 1].append(Hop(type: String(hop.2), member: String(hop.3), path: String(hop.4)))
    }
    return walks
  }

  @Test("Each hop's type and function stand in the file that is named")
  func hops() throws {
    let walks = try Self.walks()
    #expect(walks.map(\.count).reduce(0, +) > 30)
    for hop in walks.joined() {
      let source = try Self.text(hop.path)
      let type = try Regex("(struct|class|enum|actor|extension|protocol) \(hop.type)\\b")
      let member = try Regex("func \(hop.member)\\b")
      #expect(source.contains(type), "\(hop.path) has no \(hop.type)")
      #expect(source.contains(member), "\(hop.path) has no \(hop.type).\(hop.member)")
    }
  }

  @Test("A walk is at most 25 hops long, and does not come back to a module that it has left")
  func length() throws {
    let walks = try Self.walks()
    #expect(walks.count == 3)
    // The token's walk is in two parts.
    #expect(walks[0].count <= 25 && walks[1].count + walks[2].count <= 25)
    for walk in walks {
      var modules: [String] = []
      for hop in walk where modules.last != hop.module { modules.append(hop.module) }
      #expect(Set(modules).count == modules.count, "\(modules)")
    }
  }
}
