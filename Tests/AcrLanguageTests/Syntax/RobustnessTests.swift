import AcrLanguage
import Testing

/// Whatever the text: no crash, no hang, and either a script or an error with a place inside the text.
@Suite struct RobustnessTests {
  private func check(_ bytes: [UInt8], _ comment: @autoclosure () -> String) {
    if let problem = problem(bytes) { Issue.record("\(comment()): \(problem)") }
  }

  private func problem(_ bytes: [UInt8]) -> String? {
    let source = Source(name: "fuzz.acr", bytes: bytes)
    let result = Checker.check(source: source, catalog: TestCatalog.catalog)
    if result.script == nil, !result.diagnostics.contains(where: { $0.severity == .error }) {
      return "refused silently"
    }
    if result.diagnostics.count > Checker.diagnosticLimit { return "too many diagnostics" }
    for diagnostic in result.diagnostics {
      guard let span = diagnostic.span else { return "no place: \(diagnostic.message)" }
      guard span.start >= 0, span.start <= span.end, Int(span.end) <= bytes.count else { return "place \(span)" }
    }
    if let last = result.diagnostics.last, DiagnosticPrinter().text(of: last).isEmpty { return "nothing to print" }
    if case .wrong(let diagnostics) = ParseOutcome(source), diagnostics.isEmpty { return "wrong without a reason" }
    return nil
  }

  @Test(arguments: Examples.all.map(\.name))
  func everyPrefixOfAnExample(_ name: String) throws {
    let bytes = Array(try #require(Examples.all.first { $0.name == name }).text.utf8)
    for length in 0...bytes.count { check(Array(bytes[..<length]), "\(name), first \(length) bytes") }
  }

  @Test(arguments: 0..<20)
  func mutatedExamples(_ seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    for round in 0..<500 {
      var bytes = Array(Examples.all[Int.random(in: 0..<Examples.all.count, using: &random)].text.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.insert(Self.interesting.randomElement(using: &random) ?? 0, at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
        default:
          let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
          bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0...bytes.count, using: &random))
        }
        if bytes.isEmpty { bytes = [0x20] }
      }
      check(bytes, "seed \(seed), round \(round)")
    }
  }

  @Test(arguments: 0..<20)
  func randomTokens(_ seed: Int) {
    var random = SplitMix64(state: UInt64(seed) &+ 1_000_000)
    for round in 0..<500 {
      var text = ""
      for _ in 0..<Int.random(in: 1...60, using: &random) {
        text += Self.tokens.randomElement(using: &random) ?? ""
        if Bool.random(using: &random) { text += " " }
      }
      check(Array(text.utf8), "seed \(seed), round \(round)")
    }
  }

  @Test(arguments: [
    "(", "[", "{ a: ", "\"${", "f(", "[1][", "$x[", "not ", "- ", "print (", "if true { ", "[1] | each { ",
  ])
  func deepNestingIsOneError(_ opening: String) {
    let text = String(repeating: opening, count: 100_000)
    for start in ["let x = ", "if ", "print a "] {
      // As words of a command these are only text.
      if start == "print a ", opening == "not " || opening == "- " { continue }
      let result = Checker.check(source: Source(name: "deep", text: start + text), catalog: TestCatalog.catalog)
      let count = result.diagnostics.count
      #expect(count == 1, "\(start)\(opening)")
    }
  }

  @Test(arguments: [
    (" + 1", "more than 300 operators"), (".a", "more than 300 operators"), ("[0]", "more than 300 operators"),
    (" ?? 1", "more than 300 operators"), (" and 1", "more than 300 operators"),
  ])
  func longChainIsOneError(_ link: String, _ words: String) {
    let source = Source(name: "long.acr", text: "let x = now()" + String(repeating: link, count: 100_000))
    let result = Checker.check(source: source, catalog: TestCatalog.catalog)
    let messages = result.diagnostics.map(\.message)
    #expect(messages.count == 1)
    #expect(messages.first?.contains(words) == true)
  }

  @Test func nestingUpToTheLimitIsFine() {
    for (opening, inner, closing) in [("(", "1", ")"), ("[", "1", "]"), ("{ a: ", "1", " }")] {
      let text =
        "let _x = " + String(repeating: opening, count: 200) + inner + String(repeating: closing, count: 200)
      let result = Checker.check(source: Source(name: "t", text: text), catalog: TestCatalog.catalog)
      #expect(result.script != nil)
    }
  }

  private static let interesting = Array("(){}[]|\"'$\\\n;#&<>=.,:-? \t\r".utf8)
  private static let tokens = [
    "let", "var", "x", "$x", "=", "==", "(", ")", "[", "]", "{", "}", "|", "||", "\"", "'", "${", "}", "$", "#", "##",
    "\n", ";", "\\", "\\\n", "if", "else", "for", "in", "while", "def", "f", "try", "catch", "finally", "throw",
    "return", "exit", "break", "continue", "use", "as", "param", "where", "extend", "each", "print", "acr", "import",
    "--name", "-n", "--", "-", "...", ".", ".a", "?.", "??", "and", "or", "not", "not in", "like", "=~", "!~", "<",
    "<=", ">", "+", "+=", "*", "/", "%", "1", "1.5", "30s", "200MB", "99999999999999999999", "true", "null", ",", ":",
    "a:", "é", "\u{1F433}", "f(", "lib.f(", "$env", "$it", "\\u{", "az", "&", "&&", "<a b>", "\r\n", "\u{FEFF}",
  ]
}

/// A generator with a seed, so that a failure can be repeated (Steele, Lea, Flood: SplitMix64).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
