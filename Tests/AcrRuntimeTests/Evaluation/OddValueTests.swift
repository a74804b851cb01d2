import AcrCore
import AcrLanguage
import TestSupport
import Testing

@testable import AcrRuntime

/// Every function, operator and counting word with values at the ends of their types, alone and in pairs. Any of them may
/// fail with an error; none may end the process.
@Suite("Odd values")
struct OddValueTests {
  static let ints: [Int64] = [.min, .min + 1, -1, 0, 1, 2, 63, 64, 1 << 31, 1 << 53, .max - 1, .max]

  static let numbers: [Double] = [
    0, -0.0, 0.5, -1, .nan, .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    .leastNonzeroMagnitude, 9.223372036854775e18, 9.223372036854776e18, -9.223372036854776e18, 1e308,
  ]

  static let texts = [
    "", " ", "0", "-0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e999", "nan", "-inf",
    "2262-04-11T23:47:16.9Z", "1677-09-21T00:12:43.1Z", "9999-12-31T23:59:60.999999999Z", "0000-01-01", "2024-02-30",
    "2024-01-01T00:00:00+99:99", "9999999999999999999GB", "-9223372036854775808B", "9.3EB", "106751d23h47m16s",
    "9223372036854775807ms", "99999999999999999999d", "-106751d",
    "9223372036854775807.9223372036854775807.9223372036854775807", "9223372036854775808.0.0-9223372036854775808",
    "^9223372036854775807.9223372036854775807.9223372036854775807", "~0.9223372036854775807 <9223372036854775807",
    ">=1 <2 || =3", "(", "(a|", "[a-", "a{9223372036854775807}", "a{2,1}", "\\", "/a{1000000}/", "*", "[?a == `1`]",
    "[::-9223372036854775808]", "[9223372036854775807]", "[-9223372036854775808:9223372036854775807:2]", "[0:1:0]",
    "localhost:99999999999999999999/a@sha256:\(String(repeating: "a", count: 64))", "\u{0}", "e\u{301}\u{200d}👨‍👩‍👧‍👦",
    "\r\n",
    String(repeating: "a", count: 20_000),
  ]

  static let values: [Value] =
    ints.flatMap { [Value.int($0), .duration($0), .size($0), .datetime(Timestamp(nanoseconds: $0))] }
    + numbers.map(Value.number) + texts.map(Value.string)
    + [
      .null, .bool(true), .bool(false), .list([]), .list([.null]), .list(ints.map(Value.int)),
      .list(numbers.map(Value.number)), .list([.int(.max), .number(.nan), .string("x")]),
      .list(Array(repeating: .duration(.max), count: 3)), .list(Array(repeating: .size(.min), count: 3)),
      .list([.list([]), .record(Record([:]))]), .record(Record([:])),
      .record(Record(["a": .int(.min), "": .number(.nan), "b": .list([.int(.max)])])),
      .secret(Secret("s")),
    ]

  private let context = RunContext(sink: Transcript())
  private let patterns = PatternCache()

  private func call(_ function: Function, _ arguments: [Value]) {
    let call = FunctionCall(arguments: arguments, patterns: patterns, meter: Meter(context))
    guard let result = try? function.body(call) else { return }
    _ = result.text
    _ = try? result.json()
  }

  @Test(arguments: Builtins.functions.map(\.signature.name))
  func functions(name: String) throws {
    let function = try #require(Builtins.functionTable[name])
    let arity = function.signature.arity
    for left in Self.values {
      if arity.contains(1) { call(function, [left]) }
      guard arity.contains(2) else { continue }
      for right in Self.values { call(function, [left, right]) }
    }
    guard arity.contains(3) else { return }
    var random = SplitMix64(state: 1)
    for _ in 0..<5000 { call(function, (0..<3).map { _ in Self.values[random.next(Self.values.count)] }) }
    for step in Self.ints where step.magnitude > 1 << 40 {
      for start in Self.ints {
        for end in Self.ints { call(function, [.int(start), .int(end), .int(step)]) }
      }
    }
  }

  /// A command that gives all of them.
  private static let odd = TestCommand(Signature("odd", summary: "Gives odd values", group: .work)) { _ in
    .value(.list(values))
  }

  private func check(_ text: String) {
    let ending = run(text, commands: [Self.odd])
    #expect(ending.findings.isEmpty, "\(ending.findings.map(\.message))")
    #expect(ending.error == nil, "\(ending.lines.suffix(3))")
  }

  @Test(arguments: [
    "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "=~", "!~", "like", "in", "not in", "??",
  ])
  func operators(name: String) {
    check(
      """
      let odd = (odd)
      for a in $odd { for b in $odd { try { let x = ($a \(name) $b); let text = "$x" } catch {} } }
      """)
  }

  @Test(
    arguments: [
      "-$a", "not $a", "[1, 2, 3][$a]", "\"text\"[$a]", "{a: 1}[$a]", "$a.b", "$a?.b", "[$a, $a] | sort-by",
      "[1, 2, 3] | first $a", "[1, 2, 3] | last $a", "[1, 2, 3] | skip $a", "[$a, 1] | unique",
      "[{x: $a}, {x: 1}] | sort-by x", "[{x: $a}, {x: 1}] | group-by x", "[$a] | flatten", "[$a] | count",
      "[1] | par-each --jobs $a { $it }", "retry --times $a { 1 }",
      "retry --wait $a { 1 }", "$a | to json", "$a | to yaml", "[$a] | to csv", "[{x: $a}] | to tsv", "$a | lines",
      "$a | query \"[0]\"", "$a | from json", "$a | from csv", "$a | from toml",
      "throw $a", "[{x: $a}] | select x | get x", "[$a] | where $it == $a", "[1, 2, 3] | where $it < $a",
      "for x in $a { $x }", "if $a { 1 }", "[{x: $a}] | to table",
    ])
  func words(text: String) {
    check("let odd = (odd)\nfor a in $odd { try { \(text) } catch {} }")
  }

  @Test func places() {
    check(
      """
      for a in (odd) {
        var list = [1, 2, 3]
        var record = {x: 1}
        var number = 1
        try { $list[$a] = 1 } catch {}
        try { $record[$a] = 1 } catch {}
        try { $number += $a } catch {}
        try { $number -= $a } catch {}
      }
      """)
  }

  @Test(arguments: ints)
  func outputs(now: Int64) throws {
    for value in Self.values {
      let record = Value.record(Record(["x": value, "share": value]))
      for shown in [value, .list([value, .null]), record, .list([record, record])] {
        for width in [0, 1, 80] {
          _ = TableLayout(width: width, now: Timestamp(nanoseconds: now)).lines(shown)
        }
        _ = try? shown.yaml()
        _ = try? TabSeparated.line(shown)
      }
    }
  }

  /// Waits double from one try to the next.
  @Test func longestWait() {
    let failing = TestCommand(Signature("fail", summary: "Fails", group: .work)) { _ in
      throw AcrError(.throttled, "too many", retryAfter: .zero)
    }
    for wait in ["106751d", "60000d", "9223372036854ms"] {
      let ending = run("retry --times 4 --wait \(wait) { fail }", commands: [failing])
      #expect(ending.error?.error.notes == ["all 4 tries failed"])
    }
  }
}
