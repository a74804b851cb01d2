import AcrText
import Testing

@testable import AcrShell

@Suite("The pager")
struct PagerTests {
  @Test(
    "the version of less",
    arguments: [
      ("less 590 (GNU regular expressions)\nCopyright", 590), ("less 643 (PCRE2 regular expressions)", 643),
      ("less 600b", 600), ("more from util-linux 2.38.1", 0), ("", 0), ("less", 0),
    ])
  func version(_ text: String, _ number: Int) { #expect(Pager.version(inLess: text) == number) }

  @Test("the first column of a table, whatever its style")
  func firstColumn() {
    #expect(Pager.firstColumn(ofHeadings: "digest           tags  os") == 17)
    #expect(Pager.firstColumn(ofHeadings: "\u{1B}[1mname\u{1B}[0m  \u{1B}[1mkind\u{1B}[0m") == 6)
    #expect(Pager.firstColumn(ofHeadings: "one") == 0)
    #expect(Pager.firstColumn(ofHeadings: "") == 0)
  }
}
