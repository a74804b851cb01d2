import AcrLanguage
import AcrRuntime
import Testing

@testable import AcrShell

@Suite("The colours of a line")
struct LineColorsTests {
  private static let catalog = Catalog(
    commands: [
      Signature(
        "list-metadata", aliases: ["acr manifest list-metadata"], summary: "lists manifests", group: .registry,
        flags: [.init("registry", .string, help: "the registry"), .init("top", .int, help: "at most this many")]),
      Signature("print", summary: "prints", group: .messages, positionals: [.init("text", help: "what")]),
      Signature("count", summary: "counts", group: .rows, input: .required),
    ], functions: [])

  /// A letter for each byte: Command, Keyword, Flag, Text, Number, Variable, # comment, ! wrong, and `.` for the rest.
  private func letters(_ text: String, unknown: [Range<Int>] = []) -> String {
    LineColors.roles(of: text, catalog: Self.catalog, unknown: unknown).map { role in
      switch role {
      case .plain: "."
      case .command: "C"
      case .keyword: "K"
      case .flag: "F"
      case .text: "T"
      case .number: "N"
      case .variable: "V"
      case .comment: "#"
      case .wrong: "!"
      }
    }.joined()
  }

  @Test(arguments: [
    ("print hello", "CCCCC......"),
    ("list-metadata --top 3 --registry=$r", "CCCCCCCCCCCCC.FFFFF.N.FFFFFFFFFF.VV"),
    ("az acr manifest list-metadata -n x", "CC.CCC.CCCCCCCC.CCCCCCCCCCCCC.FF.."),
    ("let x = 12", "KKK.V...NN"),
    ("let n = list-metadata r | count", "KKK.V...CCCCCCCCCCCCC.....CCCCC"),
    ("for i in [1, 2] { print $i }", "KKK.V.KK..N..N....CCCCC.VV.."),
    ("if $a and not true { print 'x' }", "KK.VV.KKK.KKK.NNNN...CCCCC.TTT.."),
    ("print \"a ${n} b\"", "CCCCC.TTT....TTT"),
    ("print \"a ${$n} b", "CCCCC.!TT..VV.TT"),
    ("print 'open", "CCCCC.!TTTT"),
    ("print 1 # why", "CCCCC.N.#####"),
    ("unknown --flag", ".............."),
    ("$rows | where .n > 5mb", "VVVVV...KKKKK......NNN"),
    ("", ""),
  ])
  func roles(_ text: String, _ expected: String) {
    #expect(letters(text) == expected)
  }

  @Test("what the check does not know lies above everything else")
  func unknown() {
    #expect(letters("prnt $x", unknown: [0..<4]) == "!!!!.VV")
    #expect(letters("x", unknown: [0..<40]) == "!")
  }

  @Test("every text of a few characters has a role for each byte, and no crash")
  func total() {
    var seed = SystemRandomNumberGenerator()
    let pieces = [
      "$", "{", "}", "(", ")", "[", "]", "\"", "'", "|", " ", "\n", "#", "\\", "print", "let", "=", "é", "1", "--x",
      "${", ",",
    ]
    for _ in 0..<3_000 {
      let text = (0..<Int.random(in: 0...12, using: &seed)).map { _ in pieces.randomElement() ?? "" }.joined()
      #expect(LineColors.roles(of: text, catalog: Self.catalog).count == text.utf8.count, "\(text.debugDescription)")
      _ = LineColors.brackets(around: Int.random(in: 0...(text.utf8.count), using: &seed), in: text)
      let names = UnknownNames(catalog: Self.catalog, scope: SessionScope(), environment: [])
      for range in names.ranges(in: text, cursor: text.utf8.count) { #expect(range.upperBound <= text.utf8.count) }
    }
  }

  @Test("the other bracket, of the one at the cursor first")
  func brackets() {
    let text = "print (f [1]) { x }"
    #expect(LineColors.brackets(around: 6, in: text).map { [$0.0, $0.1] } == [6, 12])
    #expect(LineColors.brackets(around: 13, in: text).map { [$0.0, $0.1] } == [6, 12])
    #expect(LineColors.brackets(around: 10, in: text).map { [$0.0, $0.1] } == [9, 11])
    #expect(LineColors.brackets(around: 2, in: text) == nil)
    #expect(LineColors.brackets(around: 7, in: "print '(' )") == nil)
  }

  @Test("a name is unknown when nothing begins like it, or the cursor has left it")
  func unknownNames() {
    let names = UnknownNames(catalog: Self.catalog, scope: SessionScope(), environment: [])
    func unknown(_ text: String) -> [String] {
      names.ranges(in: text, cursor: text.utf8.count).map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
    }
    #expect(unknown("list-met") == [])
    #expect(unknown("list-met ") == ["list-met"])
    #expect(unknown("lisst") == ["lisst"])
    #expect(unknown("list-metadata r --to") == [])
    #expect(unknown("list-metadata r --tp") == ["--tp"])
    #expect(unknown("let xy = 1; print $x") == [])
    #expect(unknown("let xy = 1; print $z") == ["$z"])
    #expect(unknown("for i in [1] { print $i } ") == [])
    #expect(unknown("for i in [1] { print $j ") == ["$j"])
    #expect(unknown("use 'a.acr'; a.f") == [])
  }
}
