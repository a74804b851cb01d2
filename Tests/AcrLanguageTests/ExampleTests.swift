import AcrLanguage
import Testing

@Suite struct ExampleTests {
  @Test(arguments: Examples.all.map(\.name))
  func checksWithoutFindings(_ name: String) throws {
    let text = try #require(Examples.all.first { $0.name == name }?.text)
    let result = Checker.check(source: Source(name: name, text: text), catalog: TestCatalog.catalog)
    #expect(result.diagnostics.map { "\($0.message) \($0.source?.position(of: $0.span?.start ?? 0).line ?? 0)" } == [])
    #expect(result.script != nil)
  }
}
