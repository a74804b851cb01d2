import AcrLanguage
import Foundation
import Testing

/// docs/GRAMMAR.md and the editors' grammar say the same as the parser.
@Suite("The written grammar")
struct GrammarTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func file(_ path: String) throws -> Data {
    try Data(contentsOf: root.appendingPathComponent(path))
  }

  /// For each production texts that use all of its terminals.
  static let snippets: [String: [String]] = [
    "script": ["#!/usr/bin/env acrsh\nprint 1; print 2"],
    "choice": ["let x = if $a { 1 } else { 2 }", "[match 1 { 1 { 2 } }]", "let y = try { 1 } catch { 2 }"],
    "match": ["match $a { 1, 2 if $b { print 1 } else { print 2 } }"],
    "head": ["if $a | count { print 1 }", "for x in list-metadata r { print $x }"],
    "assert": ["assert $a == 1 \"text\""],
    "bars": ["each { |a, {b}, [c]| print $a }", "let f = { || 1 }"],
    "binding": [
      "let {a, b} = $x", "let [a, {b}, ...c] = $x", "let [...] = $x", "let {a, ...b} = $x", "let {...} = $x",
    ],
    "field": ["let {a?, b as c, d: {e}, \"f g\" as h, \"i\"?: [j]} = $x"],
    "tail": ["let [...a] = $x"],
    "pattern": [
      "match $a { _ { 1 } 1..5 { 2 } ..3 { 3 } 4.. { 4 } like \"a*\" { 5 } {a: 1, b} { 6 } {a, ...b} { 6 } [1, x, ...] { 7 } }"
    ],
    "inner": ["match $a { [b, 1, {c}] { 1 } }"],
    "part": ["match $a { {a?, b as c, d: 1, \"e f\" as g, \"h\"?: 2} { 1 } }"],
    "item": ["count($a | where .b)", "[...$a, list-metadata r | count]"],
    "compare": ["==", "!=", "<", "<=", ">", ">=", "=~", "!~", "like", "in", "not in"].map { "$a \($0) $b" },
    "suffix": ["$a.b?.c[0](1)"],
    "index": ["$a[0]", "$a?[0]", "$a[1..2]", "$a[..]"],
    "call": ["lib.name(1).b"],
    "given": ["f(1, ...$a,)"],
    "statement": ["throw $e", "return 1", "exit 2", "while true { break; continue }"],
    "param": ["param image: string"],
    "let": ["let a = 1"],
    "var": ["var a = list-metadata x | count"],
    "assign": ["$a = 1", "$a += 1", "$a -= 1"],
    "place": ["$a.b[0].c = 1"],
    "if": ["if $a { print 1 } else if $b { print 2 } else { print 3 }"],
    "for": ["for a in [1] { print $a }"],
    "while": ["while $a { print 1 }"],
    "def": ["def two-words(a, b) { return $a }"],
    "parameter": ["def f(in rows: list, a: int in [1, 2] = 1, --flag: string = \"x\", --switch, ...rest) { print 1 }"],
    "type": [
      "string", "int", "number", "bool", "duration", "size", "datetime", "list", "record", "secret", "any",
    ].map { "param a: \($0)" } + ["def f(a: block) { a() }"],
    "try": ["try { print 1 } catch e { print 2 } finally { print 3 }", "try { print 1 } finally { print 2 }"],
    "use": ["use \"./library.acr\" as lib"],
    "block": ["each { |a, b| print $a; print $b }"],
    "pipeline": ["print 1 | count", "print 1\n  | count"],
    "source": ["[1] | count"],
    "stage": ["$a | where .x | extend b = 1, c = 2 | count"],
    "command": ["az acr import --name x"],
    "argument": ["import --name=x -n y z", "acr list --query [].name", "acr list --query=[?a=='b'].c[0]"],
    "value": [
      "print word \"text\" $a (print 1).a [1][0] {a: 1} { print 1 }", "print f(1) $f(2) $a[0].b ...$c ...(f) ...[1]",
    ],
    "expr": ["$a ?? 1"],
    "or": ["$a or $b"],
    "and": ["$a and $b"],
    "cmp": ["$a == $b"],
    "sum": ["1 + 2 - 3"],
    "product": ["1 * 2 / 3 % 4"],
    "unary": ["not -$a"],
    "postfix": ["$a.b?.c[0]"],
    "primary": [
      "[1, 1.5MB, { |x| $x; 1 }, \"x\", true, false, null, $a, .x, human-size(1, 2), (print 1), [1], {a: 1}]"
    ],
    "list": ["[]", "[1, 2,]"],
    "record": ["({})", "({a: 1, b: 2,})"],
    "entry": ["({a: 1, \"b\": 2, ...$c})"],
    "UNIT": ["ms", "s", "m", "h", "d", "B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"].map { "1\($0)" },
    "NAME": ["$a_1"],
    "WORDNAME": ["two-words_2(1)"],
  ]

  /// The productions of the EBNF block with their quoted terminals.
  private static func productions() throws -> [String: [String]] {
    let text = String(decoding: try file("docs/GRAMMAR.md"), as: UTF8.self)
    let block = try #require(text.components(separatedBy: "```ebnf\n").dropFirst().first).components(
      separatedBy: "```")[0]
    let withoutComments = block.replacing(#/\(\*.*?\*\)/#, with: "")
    var result: [String: [String]] = [:]
    var name = ""
    for line in withoutComments.split(separator: "\n") {
      var rest = line
      if let head = line.firstMatch(of: #/^([A-Za-z]+) +=/#) {
        name = String(head.1)
        rest = line[head.range.upperBound...]
      }
      result[name, default: []] += rest.matches(of: #/"([^"]+)"/#).map { String($0.1) }
    }
    return result
  }

  @Test("every production has a text that parses, and every terminal stands in one of them")
  func productionsParse() throws {
    let productions = try Self.productions()
    #expect(Set(productions.keys) == Set(Self.snippets.keys))
    for (name, terminals) in productions {
      let texts = Self.snippets[name] ?? []
      for text in texts {
        let diagnostics = SyntaxTree.parse(Source(name: name, text: text)).diagnostics
        #expect(diagnostics.isEmpty, "\(name): \(text)")
      }
      for terminal in terminals {
        #expect(texts.contains { $0.contains(terminal) }, "\(name): no text with `\(terminal)`")
      }
    }
  }

  @Test("the words of the parser are those of the grammar")
  func words() throws {
    let terminals = Set(try Self.productions().values.joined())
    let productions = try Self.productions()
    let words = LanguageWords.statements.union(LanguageWords.operators).union(LanguageWords.stages)
      .union(LanguageWords.constants).union([LanguageWords.alias])
    let types = Set(ValueType.allCases.map(\.rawValue))
    #expect(Set(productions["type"] ?? []) == types)
    let written = terminals.filter { $0.allSatisfy { $0.isLetter || $0 == " " } }
      .subtracting(productions["type"] ?? []).subtracting(productions["UNIT"] ?? [])
      .flatMap { $0.split(separator: " ").map(String.init) }
    #expect(Set(written) == words)
    // A statement's word is no command.
    for word in LanguageWords.statements {
      let diagnostics = SyntaxTree.parse(Source(name: word, text: "$a | \(word) x")).diagnostics
      #expect(!diagnostics.isEmpty, "\(word)")
    }
  }

  @Test("the editors' grammar is JSON, its expressions compile, and its keywords are the parser's")
  func textMate() throws {
    let grammar = try JSONSerialization.jsonObject(with: try Self.file("docs/editors/acr.tmLanguage.json"))
    var expressions: [String] = []
    var includes: Set<String> = []
    func walk(_ value: Any) {
      if let list = value as? [Any] { list.forEach(walk) }
      guard let object = value as? [String: Any] else { return }
      for (key, value) in object {
        if ["match", "begin", "end", "firstLineMatch"].contains(key), let text = value as? String {
          expressions.append(text)
        } else if key == "include", let text = value as? String {
          includes.insert(text)
        } else {
          walk(value)
        }
      }
    }
    walk(grammar)
    #expect(expressions.count > 20)
    for expression in expressions {
      #expect(throws: Never.self, "\(expression)") { try NSRegularExpression(pattern: expression) }
    }
    let repository = try #require((grammar as? [String: Any])?["repository"] as? [String: Any])
    #expect(includes == Set(repository.keys.map { "#\($0)" }))
    let keywords = try Self.words(in: repository["keyword"])
    #expect(keywords == LanguageWords.statements)
    let operators = try Self.words(in: ((repository["operator"] as? [String: Any])?["patterns"] as? [Any])?.first)
    #expect(operators == LanguageWords.operators.union(LanguageWords.stages).union([LanguageWords.alias]))
    let constants = try Self.words(in: ((repository["constant"] as? [String: Any])?["patterns"] as? [Any])?.first)
    #expect(constants == LanguageWords.constants)
  }

  /// The alternatives of a rule's one group.
  private static func words(in rule: Any?) throws -> Set<String> {
    let match = try #require((rule as? [String: Any])?["match"] as? String)
    let group = try #require(match.firstMatch(of: #/\(\?:([a-z|]+)\)/#))
    return Set(group.1.split(separator: "|").map(String.init))
  }
}
