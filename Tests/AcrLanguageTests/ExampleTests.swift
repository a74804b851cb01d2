import AcrLanguage
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
}
