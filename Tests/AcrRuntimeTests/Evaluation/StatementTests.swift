import AcrCore
import AcrLanguage
import Testing

@testable import AcrRuntime

@Suite("Statements")
struct StatementTests {
  @Test(
    "Control flow",
    arguments: [
      ("var s = 0\nfor i in [1, 2, 3] { $s += $i }\n$s", ["6"]),
      (
        "var i = 0\nwhile true {\n  $i += 1\n  if $i == 2 { continue }\n  if $i > 3 { break }\n  print $i\n}",
        ["1", "3"]
      ),
      ("if 1 > 2 { 1 } else if 2 > 1 { 2 } else { 3 }", ["2"]),
      ("for i in [1, 2] { $i }", ["1", "2"]),
      ("for i in (range(100) | first 2) { $i }", ["0", "1"]),
      (
        "def f(n) {\n  for i in range(10) {\n    if $i == $n { return $i * 10 }\n  }\n  \"none\"\n}\nf(3)\nf(30)",
        ["30", "\"none\""]
      ),
      ("exit 6", ["exit 6"]), ("exit", ["exit 0"]),
      ("def stop() { exit 3 }\nstop\nprint never", ["exit 3"]),
      ("[1] | each { exit 4 }\nprint never", ["exit 4"]),
      ("[1, 2] | par-each { exit 5 }\nprint never", ["exit 5"]),
      ("try { exit 2 } catch { print never } finally { print cleaned }", ["cleaned", "exit 2"]),
      ("let x = 1\n\nif true { null }\n[1] | each { null }", []),
      ("def f() {\n  try { return 1 } finally { print done }\n}\nf()", ["done", "1"]),
      ("for i in [1, 2] {\n  try { continue } finally { print $i }\n}", ["1", "2"]),
    ])
  func flow(_ text: String, _ expected: [String]) {
    #expect(run(text).lines == expected)
  }

  @Test(
    "`for`, `exit` and places refuse what they cannot take",
    arguments: [
      (
        "for x in null { 1 }",
        "invalid: `for` goes through a list, and this is null [null] = `?? []` replaces null"
      ),
      (
        "let s = \"abc\"\nfor x in $s { 1 }",
        "invalid: `for` goes through a list, and this is a string (variable `$s`) [$s] = `[…]` makes a list of one value"
      ),
      ("exit 256", "invalid: `exit` takes a number from 0 to 255, and this is 256 [256]"),
      (
        "let c = true\nexit $c", "invalid: `exit` takes a number from 0 to 255, and this is a bool (variable `$c`) [$c]"
      ),
      ("var r = {a: 1}\n$r.b.c = 1", "invalid: `$r` has no field `b` [b] = its fields: a"),
      ("var r = {a: {b: 1}}\n$r.a.b.c = 1", "invalid: `$r.a.b` is an int: it has no `.c` [c]"),
      ("var r = [1]\n$r[1] = 2", "invalid: there is no item 1: the list has 1 item, 0 to 0 [$r[1]]"),
      (
        "var r = 1\n$r += \"a\"",
        "invalid: cannot add an int (`$r`) and a string [$r] = \"${…}\" puts a value into text; "
          + "`int(…)` reads a number from text"
      ),
    ])
  func refusals(_ text: String, _ expected: String) {
    #expect(value(text) == expected)
  }

  @Test(
    "Places are changed in place",
    arguments: [
      (
        "var r = {a: [1, 2], b: {c: 1}}\n$r.a[0] = 9\n$r.b.c += 4\n$r.d = true\n$r",
        #"{"a":[9,2],"b":{"c":5},"d":true}"#
      ),
      ("var r = [1]\n$r += [2, 3]\n$r", "[1,2,3]"), ("var s = \"a\"\n$s += \"b\"\n$s", "\"ab\""),
      ("var n = 5\n$n -= 2\n$n", "3"), ("var r = [[1], [2]]\n$r[-1] += [3]\n$r", "[[1],[2,3]]"),
      ("let a = [1]\nvar b = $a\n$b += [2]\n$a", "[1]"),
      ("var r = {a: 1}\ntry { $r.a = 1 / 0 } catch { null }\n$r", #"{"a":1}"#),
      ("var r = [1]\ntry { $r[7] += 1 } catch { null }\n$r", "[1]"),
    ])
  func places(_ text: String, _ expected: String) {
    #expect(value(text) == expected)
  }

  @Test("Adding to a list moves its storage a few times, not at every step")
  func appendInPlace() {
    let items = UInt64(4096)
    let seen = Counter()
    let watch = TestCommand(
      Signature("watch", summary: "Notes where a list is stored", group: .data), Watch.self
    ) { call in
      // An array of values is the list itself: reading it must not copy it.
      call[\.list].withUnsafeBufferPointer { seen.note(UInt64(UInt(bitPattern: $0.baseAddress))) }
      return .nothing
    }
    let text = """
      var r = {rows: []}
      for i in range(\(items)) {
        $r.rows += [$i]
        watch ($r.rows)
      }
      """
    #expect(run(text, commands: [watch]).lines == [])
    #expect(seen.total == items)
    #expect(seen.changes < 40)
  }

  /// Counts how often a noted value differs from the one before.
  private final class Counter: @unchecked Sendable {
    private(set) var total: UInt64 = 0
    private(set) var changes = 0
    private var last: UInt64 = 0

    func note(_ value: UInt64) {
      total += 1
      if value != last { changes += 1 }
      last = value
    }
  }

  @Test(
    "`def`s take defaults, switches, a rest and recursion",
    arguments: [
      ("def f(a, b = 2, --c: int = 3, --d, ...rest) { [$a, $b, $c, $d, $rest] }\nf 1", #"["1",2,3,false,[]]"#),
      (
        "def f(a, b = 2, --c: int = 3, --d, ...rest) { [$a, $b, $c, $d, $rest] }\nf 1 5 x y --c 4 --d",
        #"["1","5",4,true,["x","y"]]"#
      ),
      ("def f(a, b = $a + 1) { $b }\nf(4)", "5"),
      ("def f(a: string = \"x\") { $a }\nlet n = null\nf $n", "\"x\""),
      ("def fib(n) {\n  if $n < 2 { return $n }\n  return fib($n - 1) + fib($n - 2)\n}\nfib(15)", "610"),
      ("var n = 1\ndef show() { $n }\n$n = 2\nshow()", "2"),
      ("def f() { 1\n let x = 2 }\n[f()]", "[null]"),
      ("def f(s: string) { $s }\nlet n = 30s\nf $n", "\"30s\""),
      ("def f(n: number) { type($n) }\nlet n = 3\nf $n", "\"number\""),
    ])
  func definitions(_ text: String, _ expected: String) {
    #expect(value(text) == expected)
  }

  @Test(
    "Arguments of the wrong type name their parameter",
    arguments: [
      (
        "def f(--count: int) { $count }\nlet n = \"5\"\nf --count $n",
        "usage: `--count` of `f` takes an int, and this is a string (variable `$n`) [$n] = `int(…)` reads a number from text"
      ),
      (
        "def f(name: string) { $name }\nlet n = [1]\nf $n",
        "usage: `name` of `f` takes a string, and this is a list (variable `$n`) [$n] = `[0]` takes one of its items"
      ),
      (
        "def f(name: string) { $name }\nlet n = null\nf $n",
        "usage: `name` of `f` takes a string, and this is null (variable `$n`) [$n] = `?? …` replaces null"
      ),
      (
        "let n = secret env PATH\nopen $n",
        "usage: `path` of `open` takes a string, and this is a secret (variable `$n`) [$n] = only parameters for secrets, "
          + "such as `--password`, take one"
      ),
    ])
  func wrongTypes(_ text: String, _ expected: String) {
    #expect(value(text) == expected)
  }

  @Test(
    "A recursion without an end is an error, not a crash, whatever stands between the calls",
    arguments: [
      "def f(n) { [$n] | each { |m| f($m + 1) } }\nf(0)",
      """
      def f(n) {
        try {
          if true {
            for m in [$n] { let x = {a: [([$m] | where $it >= 0 | each { |k| retry { (f($k + 1)) } } | first 1)]} }
          }
        } finally { null }
      }
      f(0)
      """,
    ])
  func deepRecursion(_ text: String) throws {
    let error = try #require(run(text).error)
    #expect(Ending.text(error).hasPrefix("invalid: `f` is called 4000 calls deep [f] = a `def` that calls itself"))
    #expect(error.trace.count == 10)
    #expect(error.diagnostic.notes.contains { $0.text == "\(error.untracedCount) more calls" })
  }
}

/// The parameters of `watch`.
private struct Watch: ParameterSet {
  let list = Positional<[Value]>("list", help: "the list")
}
