import AcrLanguage
import Testing

@Suite("The layout of scripts")
struct FormatterTests {
  /// Formats a text that parses.
  static func formatted(_ text: String) throws -> String {
    switch Formatter.format(Source(name: "text.acr", text: text)) {
    case .formatted(let result): return result
    case .refused(let diagnostics):
      throw Refused(text: DiagnosticPrinter().text(of: diagnostics).rendered)
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
  /// - Parameter isOutlineCompared: false where the formatter's own comparison of the trees is enough, which is faster.
  static func check(_ text: String, _ comment: String = "", isOutlineCompared: Bool = true) throws -> String {
    let once = try formatted(text)
    let before = SyntaxTree.parse(Source(name: "before", text: text)).tree
    let after = SyntaxTree.parse(Source(name: "after", text: once)).tree
    if isOutlineCompared {
      #expect(outline(before.statements) == outline(after.statements), "\(comment): \(text)")
    }
    #expect(before.documentation == after.documentation, "\(comment): \(text)")
    let comments = [before, after].map { tree in
      tree.comments.map { tree.source.text($0).trimmed }.filter { !$0.isEmpty }
    }
    #expect(comments[0].sorted() == comments[1].sorted(), "\(comment): \(text)")
    let twice = try formatted(once)
    #expect(twice == once, "\(comment): not the same the second time: \(text)")
    return once
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let rule: String
    let text: String
    let layout: String
    var testDescription: String { rule }

    init(_ rule: String, _ text: String, _ layout: String) {
      self.rule = rule
      self.text = text
      self.layout = layout
    }
  }

  static let cases = [
    Case("one statement per line", "let a=1;print $a ;  $a", "let a = 1\nprint $a\n$a\n"),
    Case("spaces around operators", "$a+1*-$b==(  2 )and not\t.x", "$a + 1 * -$b == (2) and not .x\n"),
    Case(
      "two spaces per block", "if $a {\nfor b in $a {\nprint $b\n}\n}",
      "if $a {\n  for b in $a {\n    print $b\n  }\n}\n"),
    Case("a block its author put on a line", "if $a {print 1}else{print 2}", "if $a { print 1 } else { print 2 }\n"),
    Case(
      "all blocks of an `if` or none", "if $a {print 1}\nelse {\nprint 2}",
      "if $a {\n  print 1\n} else {\n  print 2\n}\n"),
    Case("blank lines", "\n\nprint 1\n\n\n\nprint 2\n\n", "print 1\n\nprint 2\n"),
    Case(
      "a blank line around a def", "print 1\n# about a\ndef a(){}\nprint 2",
      "print 1\n\n# about a\ndef a() {}\n\nprint 2\n"),
    Case(
      "`\\` where it was", "import a \\\n      --name b --force \\\n --image c",
      "import a \\\n  --name b --force \\\n  --image c\n"),
    Case(
      "comments behind lines", "let a = 1 # one\nlet long = 2 # two\nprint # three",
      "let a = 1     # one\nlet long = 2  # two\nprint         # three\n"),
    Case("comments between stages", "$a # rows\n# only some\n|where .x", "$a  # rows\n  # only some\n  | where .x\n"),
    Case(
      "a comment before else", "if $a {\nprint 1\n} # done\n# or\nelse {\nprint 2\n}",
      "if $a {\n  print 1\n}  # done\n# or\nelse {\n  print 2\n}\n"),
    Case("comments in a list", "let a = [1, # one\n2]", "let a = [\n  1,  # one\n  2,\n]\n"),
    Case("a comment in an odd place", "let a = (1 + # one\n  2)", "let a = (1 + # one\n  2)\n"),
    Case(
      "quoted text and words stay", "print 'a  ;b' \"x ${ a }\"   ${ $b }:c", "print 'a  ;b' \"x ${ a }\" ${ $b }:c\n"),
    Case("records", "let a={b:1,'c d':[ ]}", "let a = { b: 1, 'c d': [] }\n"),
    Case("CR LF", "print 1 # one\r\n\r\nprint \"a\r\nb\"\r\n", "print 1  # one\n\nprint \"a\nb\"\n"),
    Case("nothing", "\n\n", ""),
    Case(
      "`##` behind a `;` belongs to the def below", "print 1; ## about a\ndef a() {}",
      "print 1\n\n## about a\ndef a() {}\n"),
    Case(
      "a type that was written", "param a : any=1\nparam --b:bool\nparam --c",
      "param a: any = 1\nparam --b: bool\nparam --c\n"),
    Case(
      "a long pipeline",
      "let rows = list-metadata localhost:5000/samples/hello | where .architecture == 'amd64' | sort-by imageSize",
      "let rows = list-metadata localhost:5000/samples/hello\n  | where .architecture == 'amd64'\n  | sort-by imageSize\n"
    ),
    Case(
      "a block at the end of a pipeline", "$rows\n|  each { |m|\nprint $m\n}", "$rows | each { |m|\n  print $m\n}\n"),
    Case(
      "a long list",
      "let a = ['docker.io/library/alpine:3.20', 'docker.io/library/busybox:1.36', 'docker.io/library/nginx:1.27']",
      "let a = [\n  'docker.io/library/alpine:3.20',\n  'docker.io/library/busybox:1.36',\n  'docker.io/library/nginx:1.27',\n]\n"
    ),
  ]

  @Test("the rules", arguments: cases)
  func rule(_ rule: Case) throws {
    #expect(try Self.check(rule.text) == rule.layout)
  }

  @Test("a text that does not parse is refused with its diagnostics")
  func refused() {
    guard case .refused(let diagnostics) = Formatter.format(Source(name: "x", text: "print (1\n")) else {
      Issue.record("it was formatted")
      return
    }
    #expect(diagnostics.map(\.message).first?.contains("(") == true)
  }

  @Test("deep nesting takes time in proportion to it")
  func nesting() throws {
    let depth = 90
    let text = String(repeating: "$a | each { |b| (", count: depth) + "1" + String(repeating: ") }", count: depth)
    _ = try Self.check(text)
  }

  @Test("the language's example scripts keep their meaning", arguments: Examples.all.map(\.name))
  func examples(_ name: String) throws {
    let text = try #require(Examples.all.first { $0.name == name }?.text)
    let once = try Self.check(text)
    let diagnostics = Checker.check(source: Source(name: name, text: once), catalog: TestCatalog.catalog).diagnostics
    #expect(diagnostics.allSatisfy { $0.severity != .error })
  }

  @Test(
    "2,000 generated programs keep their meaning and comments, and the second time nothing changes", arguments: 0..<20)
  func generatedPrograms(_ block: Int) throws {
    for seed in block * 100..<(block + 1) * 100 {
      var generator = ProgramGenerator(seed: seed)
      let text = generator.program()
      let diagnostics = SyntaxTree.parse(Source(name: "generated", text: text)).diagnostics
      try #require(diagnostics.isEmpty, "seed \(seed): \(DiagnosticPrinter().text(of: diagnostics).rendered)\n\(text)")
      do {
        _ = try Self.check(text, "seed \(seed)", isOutlineCompared: seed % 10 == 0)
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
