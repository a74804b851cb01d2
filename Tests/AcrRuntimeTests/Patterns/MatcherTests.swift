import AcrCore
import TestSupport
import Testing

@testable import AcrRuntime

/// The three machines that match give the same answers.
@Suite("Machines of patterns")
struct MatcherTests {
  @Test("Backtracking and following all ways side by side find the same places")
  func agreement() throws {
    var random = SplitMix64(state: 20_261_130)
    let parts = [
      "a", "b", "[ab]", "[^a]", ".", "\\d", "\\w", "\\b", "\\B", "^", "$", "(a|b)", "(a)(b)?", "(?:ab|a)", "(a*)",
      "(a+?)", "(b{1,2})",
      "é", "(?i:A)", "(?m:^)", "(?s:.)", "(|a)", "(a|ab)(c|bcd)?",
    ]
    let alphabet = Array("aabbcd1 é\n")
    var found = 0
    for _ in 0..<600 {
      var text = ""
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        text += parts.randomElement(using: &random) ?? ""
        text += ["", "", "*", "+", "?", "*?"].randomElement(using: &random) ?? ""
      }
      guard let program = try? PatternProgram(text) else { continue }
      var quick = BacktrackMatcher(program)
      var threads = PatternThreads(program)
      var automaton = LazyAutomaton(program)
      for _ in 0..<4 {
        let subject = String(
          (0..<Int.random(in: 0...10, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
        let bytes = Array(subject.utf8)
        for start in 0...bytes.count where start == bytes.count || bytes[start] & 0xC0 != 0x80 {
          let one = try bytes.withUnsafeBufferPointer { try quick.match(in: $0, from: start, nil) }
          let other = try bytes.withUnsafeBufferPointer { try threads.match(in: $0, from: start, nil) }
          #expect(one == other, "/\(text)/ in \(subject.debugDescription) from \(start)")
          if start == 0 {
            #expect(try automaton.matches(subject, nil) == (one != nil), "/\(text)/ in \(subject.debugDescription)")
          }
          if one != nil { found += 1 }
        }
      }
    }
    #expect(found > 300)
  }

  @Test("Searching by bytes gives what searching by characters gives")
  func bytes() {
    var random = SplitMix64(state: 3)
    let alphabet: [Character] = Array("aab,\n é") + ["\r\n", "\r", "\u{301}"]
    for _ in 0..<4_000 {
      let text = String(
        (0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
      let part = String(
        (0..<Int.random(in: 1...2, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
      if let parts = ByteText.split(text, at: part) {
        #expect(
          parts.compactMap(\.text) == text.split(separator: part, omittingEmptySubsequences: false).map(String.init))
      }
      var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
      while lines.last?.isEmpty == true { lines.removeLast() }
      #expect(ByteText.lines(text).compactMap(\.text) == lines.map(String.init), "\(text.debugDescription)")
      if let has = ByteText.contains(part, in: text) { #expect(has == text.contains(part)) }
      if let new = ByteText.replacing(part, with: "<é>", in: text) { #expect(new == text.replacing(part, with: "<é>")) }
    }
  }

  @Test("A pattern that makes others backtrack for ever ends at once")
  func hostile() throws {
    let expression = try TextExpression("(a*)*(a*)*b(c)")
    #expect(try expression.all(in: String(repeating: "a", count: 20_000)).isEmpty)
    let long = try TextExpression("(x+x+)+y")
    #expect(try long.all(in: String(repeating: "x", count: 5000)).isEmpty)
  }
}
