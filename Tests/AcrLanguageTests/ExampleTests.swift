import AcrLanguage
import Foundation
import Testing

@Suite struct ExampleTests {
  @Test(arguments: Examples.all.map(\.name))
  func checksWithoutFindings(_ name: String) throws {
    let text = try #require(Examples.all.first { $0.name == name }?.text)
    let result = Checker.check(source: Source(name: name, text: text), catalog: TestCatalog.catalog)
    // The module's `ref` hides the function of that name, which is worth a warning.
    let expected = name == "11" ? ["`ref` is also a function; the `def` is used instead"] : []
    let messages = result.diagnostics.map(\.message)
    #expect(messages == expected)
    let isChecked = result.script != nil
    #expect(isChecked)
  }

  /// The check complains of no type and no column in the scripts of `examples`.
  @Test(arguments: files)
  func filesHaveTheShapesTheyNeed(_ path: String) throws {
    let text = try #require(FileManager.default.contents(atPath: path))
    let found = [true, false].map { reportsTypes in
      Checker.check(
        source: Source(name: path, bytes: Array(text)), catalog: TestCatalog.catalog, loader: Self.load,
        reportsTypes: reportsTypes, limit: .max)
    }
    // One example of the article is wrong on purpose.
    let isChecked = found[0].script != nil
    #expect(isChecked == (found[1].script != nil))
    let messages = found[0].diagnostics.map(\.message)
    #expect(messages == found[1].diagnostics.map(\.message))
    #expect(!messages.contains { $0.contains("gives no column") })
  }

  private static let files: [String] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("examples")
    let found = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return found.filter { $0.hasSuffix(".acr") }.sorted().map { root.appendingPathComponent($0).path }
  }()

  private static func load(_ path: String, _ importer: Source) throws -> Source {
    let folder = URL(fileURLWithPath: importer.name).deletingLastPathComponent()
    let file = URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL.path
    guard let text = FileManager.default.contents(atPath: file) else { throw ModuleError("no such file") }
    return Source(name: file, bytes: Array(text))
  }

  @Test func thereAreExamples() { #expect(Self.files.count > 50) }
}
