import AcrLanguage
import Testing

@Suite struct ParseOutcomeTests {
  private func describe(_ text: String) -> String {
    switch ParseOutcome(Source(name: "<prompt>", text: text)) {
    case .complete: "complete"
    case .incomplete(.bracket(let bracket, let span)): "open \(bracket) at \(span.start)"
    case .incomplete(.string(let span)): "open string at \(span.start)"
    case .incomplete(.pipe(let span)): "pipe at \(span.start)"
    case .incomplete(.backslash(let span)): "backslash at \(span.start)"
    case .wrong(let diagnostics): "wrong: \(diagnostics.map(\.message).joined(separator: "; "))"
    }
  }

  @Test(arguments: [
    ("", "complete"), ("   # comment", "complete"), ("acr login --name x", "complete"), ("a | b", "complete"),
    ("if true {", "open { at 8"), ("if true {\n print x\n", "open { at 8"), ("print (1 +", "open ( at 6"),
    ("let x = [1,", "open [ at 8"), ("let x = { a: 1,", "open { at 8"), ("each { |x|", "open { at 5"),
    ("print \"abc", "open string at 6"), ("print 'abc\n", "open string at 6"), ("print \"a ${x", "open ${ at 9"),
    ("print a${x", "open ${ at 7"), ("a |", "pipe at 2"), ("a |  \n\n", "pipe at 2"), ("a \\", "backslash at 2"),
    ("a \\\n", "backslash at 2"), ("a --name \\\n", "backslash at 9"), ("f(1, [2", "open [ at 5"),
    ("def f(a, ", "open ( at 5"), ("try { a } catch e {", "open { at 18"), ("each { [1] | ", "pipe at 11"),
    ("let x =", "wrong: expected a value before the end of the text"), (")", "wrong: unmatched `)`"),
    ("(1 + )", "wrong: expected a value, found `)`"),
    ("print )\nif true {", "wrong: unmatched `)`; `{` is never closed"),
  ])
  func outcome(_ text: String, _ expected: String) {
    #expect(describe(text) == expected)
  }
}
