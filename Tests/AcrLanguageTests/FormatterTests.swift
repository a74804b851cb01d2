import AcrLanguage
import Testing

@Suite("The layout of scripts")
struct FormatterTests {
  /// Formats a text that parses.
  static func formatted(_ text: String) throws -> String {
    switch Formatter.format(Source(name: "text.acr", text: text)) {
    case .formatted(let result): return result
    case .refused(let diagnostics):
      throw Refused(text: DiagnosticPrinter().text(of: diagnostics))
    }
  }

  struct Refused: Error { let text: String }

  @Test("the language's example scripts keep their meaning, and the second time nothing changes", arguments: Examples.all.map(\.name))
  func examples(_ name: String) throws {
    let text = try #require(Examples.all.first { $0.name == name }?.text)
    let once = try Self.formatted(text)
    #expect(try Self.formatted(once) == once)
    let messages = Checker.check(source: Source(name: name, text: once), catalog: TestCatalog.catalog).diagnostics
    #expect(messages.allSatisfy { $0.severity != .error })
  }
}
