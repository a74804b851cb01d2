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

  /// A tree without places, one line per part. It is made by reflection, apart from how the formatter compares trees.
  static func outline(_ value: Any, _ indent: String = "") -> String {
    if value is Span { return "" }
    let mirror = Mirror(reflecting: value)
    if mirror.children.isEmpty { return "\(indent)\(value)\n" }
    return "\(indent)\(mirror.subjectType)\n"
      + mirror.children.map { "\(indent)\($0.label ?? "-")\n" + outline($0.value, indent + " ") }.joined()
  }

  /// Formats a text and checks everything a layout promises.
  static func check(_ text: String, _ comment: String = "") throws -> String {
    let once = try formatted(text)
    let before = SyntaxTree.parse(Source(name: "before", text: text)).tree
    let after = SyntaxTree.parse(Source(name: "after", text: once)).tree
    #expect(outline(before.statements) == outline(after.statements), "\(comment): \(text)")
    #expect(before.documentation == after.documentation, "\(comment): \(text)")
    let comments = [before, after].map { tree in
      tree.comments.map { tree.source.text($0).trimmed }.filter { !$0.isEmpty }
    }
    #expect(comments[0].sorted() == comments[1].sorted(), "\(comment): \(text)")
    let twice = try formatted(once)
    #expect(twice == once, "\(comment): not the same the second time: \(text)")
    #expect(!once.contains("\n\n\n") || text.contains("\""), "\(comment): two blank lines")
    return once
  }

  @Test("the language's example scripts keep their meaning", arguments: Examples.all.map(\.name))
  func examples(_ name: String) throws {
    let text = try #require(Examples.all.first { $0.name == name }?.text)
    let once = try Self.check(text)
    let diagnostics = Checker.check(source: Source(name: name, text: once), catalog: TestCatalog.catalog).diagnostics
    #expect(diagnostics.allSatisfy { $0.severity != .error })
  }

  @Test("2,000 generated programs keep their meaning and comments, and the second time nothing changes", arguments: 0..<20)
  func generatedPrograms(_ block: Int) throws {
    for seed in block * 100..<(block + 1) * 100 {
      var generator = ProgramGenerator(seed: seed)
      let text = generator.program()
      let diagnostics = SyntaxTree.parse(Source(name: "generated", text: text)).diagnostics
      try #require(diagnostics.isEmpty, "seed \(seed): \(DiagnosticPrinter().text(of: diagnostics))\n\(text)")
      do {
        _ = try Self.check(text, "seed \(seed)")
      } catch let refused as Refused {
        Issue.record("seed \(seed): \(refused.text)\n\(text)")
      }
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return text
  }
}
