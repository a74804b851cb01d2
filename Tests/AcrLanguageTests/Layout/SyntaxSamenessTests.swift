import Testing

@testable import AcrLanguage

@Suite("Whether two texts mean the same")
struct SyntaxSamenessTests {
  private static func tree(_ text: String) -> SyntaxTree {
    let (tree, diagnostics) = SyntaxTree.parse(Source(name: "text.acr", text: text))
    #expect(diagnostics.isEmpty, "\(text): \(DiagnosticPrinter().text(of: diagnostics).rendered)")
    return tree
  }

  /// Texts that differ in one part of the tree.
  static let pairs: [(String, String)] = [
    ("let a = 1", "var a = 1"), ("let a = 1", "let b = 1"), ("let a = 1", "let a = 2"), ("let a = 1", "let a = 1.0"),
    ("let a = 1s", "let a = 1000ms; print 1"), ("let a = 1s", "let a = 1B"), ("let a = null", "let a = false"),
    ("let {a} = $x", "let {b} = $x"), ("let {a} = $x", "let {a?} = $x"), ("let {a as b} = $x", "let {a as c} = $x"),
    ("let [a, b] = $x", "let [a] = $x"), ("let [a, ...b] = $x", "let [a, ...c] = $x"),
    ("let [a, ...b] = $x", "let [a, ...] = $x"), ("let [a, _] = $x", "let [a, b] = $x"),
    ("$a = 1", "$a += 1"), ("$a += 1", "$a -= 1"), ("$a = 1", "$b = 1"), ("$a.b = 1", "$a.c = 1"),
    ("$a.b = 1", "$a[\"b\"] = 1"), ("$a[0] = 1", "$a[1] = 1"), ("$a.b = 1", "$a = 1"),
    ("if $a { }", "if $b { }"), ("if $a { }", "if $a { print }"), ("if $a { }", "if $a { } else { }"),
    ("if $a { }", "if $a { } else if $b { }"), ("while $a { }", "while $b { }"), ("while $a { }", "if $a { }"),
    ("while $a { }", "while $a { break }"), ("while $a { break }", "while $a { continue }"),
    ("for a in $b { }", "for c in $b { }"), ("for a in $b { }", "for a in $c { }"),
    ("for a in $b { }", "for a in $b { print }"),
    ("match $a { 1 { } }", "match $b { 1 { } }"), ("match $a { 1 { } }", "match $a { 2 { } }"),
    ("match $a { 1 { } }", "match $a { 1 { } else { } }"), ("match $a { 1 { } }", "match $a { 1 if $b { } }"),
    ("match $a { 1 { } }", "match $a { 1, 2 { } }"), ("match $a { 1..2 { } }", "match $a { 1..3 { } }"),
    ("match $a { 1.. { } }", "match $a { ..1 { } }"), ("match $a { > 1 { } }", "match $a { < 1 { } }"),
    ("match $a { > 1 { } }", "match $a { > 2 { } }"), ("match $a { _ { } }", "match $a { [_] { } }"),
    ("match $a { [_] { } }", "match $a { [b] { } }"),
    ("match $a { 1 { } }", "match $a { 1 { print } }"),
    ("assert $a", "assert $b"), ("assert $a \"b\"", "assert $a"), ("assert $a \"b\"", "assert $a \"c\""),
    ("def f() { }", "def g() { }"), ("def f() { }", "def f(a) { }"), ("def f() { }", "def f() { print }"),
    ("## a\ndef f() { }", "## b\ndef f() { }"), ("def f(a) { }", "def f(--a) { }"),
    ("def f(a) { }", "def f(a: int) { }"), ("def f(a: int) { }", "def f(a: string) { }"),
    ("def f(a = 1) { }", "def f(a = 2) { }"), ("def f(a) { }", "def f(a = 1) { }"), ("def f(...a) { }", "def f(a) { }"),
    ("param --a: string in [\"b\"]", "param --a: string in [\"c\"]"), ("param a", "param b"),
    ("param a # x\n", "param a = 1 # x\n"),
    ("try { } catch e { }", "try { } catch { }"), ("try { } catch e { }", "try { } catch f { }"),
    ("try { } catch { }", "try { } finally { }"), ("try { } catch { }", "try { print } catch { }"),
    ("throw $a", "throw $b"), ("throw $a", "print $a"), ("def f() { return }", "def f() { return 1 }"),
    ("def f() { return 1 }", "def f() { exit 1 }"), ("exit 1", "exit 2"),
    ("use \"./a.acr\"", "use \"./b.acr\""), ("use \"./a.acr\"", "use \"./a.acr\" as a"),
    ("use \"./a.acr\" as a", "use \"./a.acr\" as b"),
    ("$a | where .b", "$a | where .c"), ("$a | where .b", "$a | extend b = .b"),
    ("$a | extend b = 1", "$a | extend c = 1"), ("$a | extend b = 1", "$a | extend b = 2"),
    ("$a | count", "$a | count | count"), ("$a | get b", "$a | get c"), ("print a", "print b"),
    ("print a", "print 'a'"), ("print 'a'", "print \"a\""), ("print --a", "print -- --a"), ("print --a", "print --b"),
    ("print --a=1", "print --a 1"), ("print --a=1", "print --a=2"), ("print $a", "print ${a}.b"),
    ("print \"a $b\"", "print \"a $c\""), ("print \"a ${b}\"", "print \"a ${c}\""),
    ("print \"a $b\"", "print \"c $b\""),
    ("$a | each { |b| 1 }", "$a | each { |c| 1 }"), ("$a | each { || 1 }", "$a | each { 1 }"),
    ("$a | each { 1 }", "$a | each { 2 }"), ("let a = { |b| 1 }", "let a = { |b| 2 }"),
    ("print .a", "print .b"), ("$a | where .b.c", "$a | where .b?.c"), ("let a = $b.c", "let a = $b.d"),
    ("let a = $b.c", "let a = $b?.c"), ("let a = $b.c", "let a = $d.c"), ("let a = $b[0]", "let a = $b[1]"),
    ("let a = $b[0]", "let a = $b?[0]"), ("let a = $b[0..1]", "let a = $b[0..2]"),
    ("let a = $b[0..]", "let a = $b[..0]"), ("let a = $b[0]", "let a = $b[0..0]"),
    ("let a = -$b", "let a = not $b"), ("let a = -$b", "let a = -$c"), ("let a = $b + $c", "let a = $b - $c"),
    ("let a = $b + $c", "let a = $c + $b"), ("let a = $b + $c", "let a = ($b + $c)"),
    ("let a = f(1)", "let a = g(1)"), ("let a = f(1)", "let a = f(2)"), ("let a = f(1)", "let a = $f(1)"),
    ("let a = $f(1)", "let a = $g(1)"), ("let a = $f(1)", "let a = $f(2)"), ("let a = f(...$b)", "let a = f($b)"),
    ("let a = [1]", "let a = [2]"), ("let a = [1]", "let a = [1, 2]"), ("let a = [...$b]", "let a = [...$c]"),
    ("let a = {b: 1}", "let a = {c: 1}"), ("let a = {b: 1}", "let a = {b: 2}"), ("let a = {}", "let a = []"),
    ("let a = if $b { 1 } else { 2 }", "let a = if $b { 1 } else { 3 }"), ("let a = $b", "let a = $c"),
    ("print 1", "print 1; print 2"), ("## a\nprint 1", "## b\nprint 1"),
  ]

  @Test("what differs in one part is told apart, as a comparison by reflection does", arguments: pairs)
  func different(_ one: String, _ other: String) {
    let trees = (Self.tree(one), Self.tree(other))
    #expect(!trees.0.hasSameStructure(as: trees.1), "\(one) | \(other)")
    for tree in [trees.0, trees.1] { #expect(tree.hasSameStructure(as: tree)) }
    let outlines = [trees.0, trees.1].map { $0.documentation + FormatterTests.outline($0.statements) }
    #expect(outlines[0] != outlines[1], "\(one) | \(other)")
  }

  @Test(
    "places do not count",
    arguments: [("let a=[1,2]", "\n\nlet a = [ 1,\n  2 ]"), ("print a;print b", "print  a\nprint b")])
  func same(_ one: String, _ other: String) {
    #expect(Self.tree(one).hasSameStructure(as: Self.tree(other)))
  }

  /// The fields of every struct in trees of the pairs. One that is added has to be compared, too.
  @Test("every field of the tree is known to the comparison")
  func fields() {
    var found: [String: Set<String>] = [:]
    func look(_ value: Any) {
      let mirror = Mirror(reflecting: value)
      if value is Span || value is String { return }
      if mirror.displayStyle == .struct {
        found["\(mirror.subjectType)"] = Set(mirror.children.compactMap(\.label))
      }
      for child in mirror.children { look(child.value) }
    }
    for text in Self.pairs.flatMap({ [$0.0, $0.1] }) { look(Self.tree(text).statements) }
    let spans: Set<String> = ["span", "armsSpan"]
    let compared: [String: Set<String>] = [
      "Name": ["text"], "Block": ["statements"], "Branch": ["condition", "block"],
      "Match": ["subject", "arms", "otherwise"], "MatchArm": ["pattern", "condition", "block"],
      "FieldPattern": ["name", "isOptional", "pattern"], "CatchClause": ["name", "block"],
      "Definition": ["name", "parameters", "body", "documentation"],
      "Parameter": ["name", "kind", "type", "defaultValue", "choices", "documentation"], "Place": ["name", "path"],
      "Pipeline": ["stages"], "CommandCall": ["head", "arguments"], "FlagArgument": ["name", "value"],
      "BlockLiteral": ["parameters", "hasBars", "block"], "RecordEntry": ["name", "value"],
      "TextLiteral": ["pieces", "quoting"],
    ]
    #expect(found.mapValues { $0.subtracting(spans) } == compared)
  }
}
