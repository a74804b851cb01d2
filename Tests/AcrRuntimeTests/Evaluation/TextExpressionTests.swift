import AcrCore
import Testing

@testable import AcrRuntime

@Suite("Regular expressions")
struct TextExpressionTests {
  /// Patterns, texts they match, and texts they do not.
  static let cases: [(pattern: String, fits: [String], fails: [String])] = [
    ("^v[0-9]+$", ["v1", "v22"], ["v1.0", "xv1", "v1\n"]),
    ("a|b|", [""], []),
    ("^(?:a|bc){2,3}$", ["aa", "abca", "bcbc"], ["a", "aaaa", "ab"]),
    ("\\bcat\\b", ["a cat.", "cat"], ["concat", "cats"]),
    ("\\Bcat", ["concat"], ["cat"]),
    ("(?i)straße", ["STRAßE", "Straße"], ["strasse"]),
    ("(?i:a)b", ["Ab"], ["AB"]),
    ("^[^a-c\\d-]+$", ["xyz"], ["b", "1", "-"]),
    ("^[[:alpha:]_]+$", ["a_ä"], ["1"]),
    ("a.c", ["abc"], ["a\nc"]),
    ("(?s)a.c", ["a\nc"], ["ac"]),
    ("(?m)^b$", ["a\nb\nc"], ["ab"]),
    ("(?x) a b # both", ["ab"], ["a b"]),
    ("^\\w+\\s\\p{Lu}$", ["größe Ü"], ["größe ü"]),
    ("\\x41\\u0042\\u{43}", ["ABC"], ["abc"]),
    ("\\Qa.b\\E", ["a.b"], ["axb"]),
    ("a{,2}b{x", ["b{x", "aab{x"], ["b"]),
    ("(a*)*b", ["b", "aab"], ["aa"]),
    ("[]a]", ["]"], ["b"]),
  ]

  @Test(arguments: 0..<cases.count)
  func matches(index: Int) throws {
    let (text, fits, fails) = Self.cases[index]
    let expression = try TextExpression(text)
    for name in fits { #expect(try expression.matches(name), "\(text) matches \(name)") }
    for name in fails { #expect(!(try expression.matches(name)), "\(text) does not match \(name)") }
  }

  @Test(arguments: [
    ("(", "expected ')'"), ("[", "expected ']'"), (")", "`)` has no `(`"), ("*", "nothing to repeat before"),
    ("a**", "a quantifier follows"), ("a{2,1}", "more repeats"), ("a{1001}", "at most 1000"),
    ("((a{1000}){1000}){1000}", "too large"), ("((((((a{0}){1000}){1000}){1000}){1000}){1000})", "too large"),
    ("(a)\\1", "refers back"), ("a(?=b)", "looks around"), ("(?<!a)b", "looks around"), ("(?>a)", "atomic"),
    ("a*+", "possessive"), ("[a&&b]", "not supported"), ("\\y", "no meaning"), ("[b-a]", "reversed"),
    ("(?<n>a)(?<n>b)", "two groups"), (String(repeating: "(", count: 5000), "more than 100 groups"),
    (String(repeating: "(?:", count: 5000), "nested"), ("\\", "nothing follows"),
    ("\\p{Greek}", "general category"),
  ])
  func mistakesAreNamed(pattern: String, part: String) {
    let error = #expect(throws: AcrError.self) { try TextExpression(pattern) }
    #expect(error?.kind == .invalid)
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
  }

  @Test func groupsAreGiven() throws {
    let matches = try TextExpression("(?<name>\\w+)=(\\d+)?").all(in: "ä=1, b=")
    #expect(matches.map { String($0.text) } == ["ä=1", "b="])
    #expect(matches.map { $0.groups.map { $0.map { String($0) } } } == [["ä", "1"], ["b", nil]])
    // A character of a class that no text had before.
    #expect(try TextExpression("[é]").all(in: "aéb").map { String($0.text) } == ["é"])
    #expect(try TextExpression("<.+?>").all(in: "<a><b>").map { String($0.text) } == ["<a>", "<b>"])
  }

  /// Patterns that take engines which try one way after another longer than the world lasts.
  @Test(arguments: ["(a+)+$", "(a|a)+$", "(a*)*c", "(.*)*c", "(a|b|ab)*bc$", "(\\w+\\s?)+$"])
  func timeIsLinear(pattern: String) throws {
    let text = String(repeating: "a", count: 200_000) + "!"
    #expect(!(try TextExpression(pattern).matches(text)))
    let short = String(repeating: "a", count: 2000) + "!"
    #expect(try TextExpression(pattern).all(in: short).isEmpty)
  }

  @Test func manyStatesAreForgotten() throws {
    let expression = try TextExpression("(a|b)*a(a|b){14}$")
    var random = Lehmer(seed: 7)
    let text = String((0..<50_000).map { _ in random.next(below: 2) == 0 ? "a" : "b" })
    let isThere = Array(text)[text.count - 15] == "a"
    #expect(try expression.matches(text) == isThere)
  }

  @Test func controlCEndsIt() throws {
    let run = RunContext(sink: SilentSink())
    run.interrupt()
    let expression = try TextExpression("(a{900}|b)*c")
    let text = String(repeating: "a", count: 1_000_000)
    let error = #expect(throws: AcrError.self) { try expression.matches(text, Meter(run)) }
    #expect(error?.kind == .cancelled)
  }

  /// Swift's own expressions, which try one way after another, agree on small random patterns.
  @Test(arguments: 0..<20)
  func agreesWithSwift(seed: Int) throws {
    var random = Lehmer(seed: UInt64(seed) &+ 1)
    for _ in 0..<40 {
      let pattern = Self.pattern(&random, depth: 3)
      guard let swift = try? Regex(pattern).wordBoundaryKind(.simple) else { continue }
      let ours = try TextExpression(pattern)
      for _ in 0..<8 {
        let characters: [Character] = ["a", "b", "c", " ", "1", "\n"]
        let text = String((0..<random.next(below: 9)).map { _ in characters[random.next(below: 6)] })
        let expected = text.firstMatch(of: swift)
        #expect(try ours.matches(text) == (expected != nil), "`\(pattern)` on \(text.debugDescription)")
        let found = try ours.all(in: text).first?.text
        #expect(
          found.map { $0.startIndex..<$0.endIndex } == expected?.range, "`\(pattern)` in \(text.debugDescription)")
      }
    }
  }

  private static func pattern(_ random: inout Lehmer, depth: Int) -> String {
    let atoms = ["a", "b", "c", ".", "\\d", "\\w", "\\s", "[ab]", "[^a]", "\\D", "[a-c1]"]
    guard depth > 0 else { return atoms[random.next(below: atoms.count)] }
    switch random.next(below: 12) {
    case 0: return "(" + pattern(&random, depth: depth - 1) + ")"
    case 1: return "(?:" + pattern(&random, depth: depth - 1) + "|" + pattern(&random, depth: depth - 1) + ")"
    case 2, 3:
      let quantifier = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{1,}"][random.next(below: 10)]
      return atoms[random.next(below: atoms.count)] + quantifier
    case 4: return "(?:" + pattern(&random, depth: depth - 1) + "b)" + ["*", "+", "?", "+?"][random.next(below: 4)]
    case 5: return ["^", "$", "\\b", "\\B"][random.next(below: 4)]
    case 6: return "(?i)" + ["A", "B", "[AC]"][random.next(below: 3)]
    default: return pattern(&random, depth: depth - 1) + pattern(&random, depth: depth - 1)
    }
  }
}

/// Random numbers that a seed makes again.
struct Lehmer {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}

/// Shows nothing.
struct SilentSink: OutputSink {
  func show(_ output: Output, as format: OutputFormat?) throws {}
  func print(_ text: String) throws {}
  func message(_ text: String) {}
}
