import AcrCore
import AcrLanguage
import AcrSystem
import Synchronization
import Testing

@testable import AcrRuntime

@Suite("Pipeline words")
struct PipelineTests {
  @Test(
    "Rows in, rows out",
    arguments: [
      ("[1, 2, 3] | where $it > 1", "[2,3]"),
      ("[{a: 1}, {a: 2}] | where .a == 2", #"[{"a":2}]"#),
      ("[{a: 1}] | extend b = .a + 1, c = .b * 2", #"[{"a":1,"b":2,"c":4}]"#),
      ("[{a: 1}, {a: 2}] | extend a = .a * 10", #"[{"a":10},{"a":20}]"#),
      ("{a: 1} | extend b = 2 | select b", #"{"b":2}"#),
      ("[{a: 1, b: {c: 2}}] | select b.c a", #"[{"c":2,"a":1}]"#),
      ("[{n: \"b\"}, {n: \"a\"}, {n: null}] | sort-by n | get n", #"["a","b",null]"#),
      ("[{n: 1, m: 1}, {n: 2, m: 1}, {n: 1, m: 0}] | sort-by n m --desc | get m", "[1,1,0]"),
      ("[2MB, 10MB, 1GB] | sort-by --desc", "[1000000000,10000000,2000000]"),
      ("[3, 1.5, 2] | sort-by", "[1.5,2,3]"),
      ("[1, 2, 3] | first", "1"), ("[1, 2, 3] | first 2", "[1,2]"), ("[1, 2, 3] | last 2", "[2,3]"),
      ("[1, 2, 3] | skip 2", "[3]"), ("[1, 1.0, 2, 1] | unique", "[1,2]"),
      ("[{a: 1, b: 1}, {b: 1, a: 1}] | unique | count", "1"),
      ("[{a: 1, b: 1}, {a: 1, b: 2}] | unique a | get b", "[1]"),
      (
        "[{os: \"x\", n: 1}, {os: \"y\", n: 2}, {os: \"x\", n: 3}] | group-by os | extend n = count(.rows) | select key n",
        #"[{"key":"x","n":2},{"key":"y","n":1}]"#
      ),
      (
        "join-by t [{t: 1, d: 2}] [{t: 1, d: 3}, {t: 2, d: 4}]",
        #"[{"t":1,"left":{"t":1,"d":2},"right":{"t":1,"d":3}}]"#
      ),
      (
        "join-by t [{t: 1}] [{t: 2}] --outer",
        #"[{"t":1,"left":{"t":1},"right":null},{"t":2,"left":null,"right":{"t":2}}]"#
      ),
      ("[[1, 2], [], 3] | flatten", "[1,2,3]"),
      ("[{t: [1]}, {t: [2, 3]}] | get t | flatten", "[1,2,3]"),
      ("{a: {b: [5, 6]}} | get a.b.1", "6"), ("[7, 8] | get 1", "8"), ("[7, 8] | count", "2"),
      ("\"a\\u{d}\\nb\\n\\nc\\n\\n\" | lines", #"["a","b","","c"]"#),
      ("[1, 2] | each { |n| $n * 2 }", "[2,4]"), ("[1, 2] | each { $it * 2 }", "[2,4]"),
      (
        "[1, 0] | each --keep-going { 6 / $it } | select item ok value error.kind",
        #"[{"item":1,"ok":true,"value":6,"kind":null},{"item":0,"ok":false,"value":null,"kind":"invalid"}]"#
      ),
      ("range(20) | par-each --jobs 3 { |n| $n * $n } | last 2", "[324,361]"),
      ("let base = 10\n[1, 2] | par-each { |n| $n + $base }", "[11,12]"),
      ("[1, 0] | par-each --keep-going { 6 / $it } | get ok", "[true,false]"),
      ("[[1], [2]] | each { |l| $l | each { |n| $n + 1 } }", "[[2],[3]]"),
      ("var seen = 0\n[1, 2] | each { |n| $seen += $n } | ignore\n$seen", "3"),
      ("'{\"a\": [1, 2.5, null, \"x\"]}' | from json", #"{"a":[1,2.5,null,"x"]}"#),
      ("'a,b' | from csv", "[]"),
      ("\"a,b\\n1,\\\"x, \\\"\\\"y\\\"\\\"\\\"\\n\" | from csv", #"[{"a":"1","b":"x, \"y\""}]"#),
      ("\"a\\tb\\n1\\t2\\n\" | from tsv", #"[{"a":"1","b":"2"}]"#),
      ("\"{}\\n[1]\\n\" | from jsonl", "[{},[1]]"),
      ("{a: 1, s: 2MB, d: 90m} | to json --compact", #""{\"a\":1,\"s\":2000000,\"d\":\"1h30m\"}\n""#),
      ("[{a: 1, b: \"x,y\"}, {a: null, c: [1]}] | to csv", #""a,b,c\r\n1,\"x,y\",\r\n,,[1]\r\n""#),
      ("[1, 2] | to jsonl", #""1\n2\n""#),
      (
        "[{name: \"a\", size: 12MB}, {name: \"bcd\", size: 5KB}] | to table",
        #""name     size\na     12.0 MB\nbcd   5.00 kB\n""#
      ),
    ])
  func words(_ text: String, _ expected: String) {
    #expect(value(text) == expected)
  }

  @Test(
    "Words say what they cannot work with",
    arguments: [
      (
        "null | where true",
        "invalid: `where` works on rows, but the pipe gives null [where true] = `?? []` replaces null"
      ),
      (
        "5 | each { $it }",
        "invalid: `each` works on rows, but the pipe gives an int [each] = `[…]` makes a list of one value"
      ),
      ("[1] | select a", "invalid: `select` takes columns of records, and this row is an int [select]"),
      (
        "[{digest: 1}] | select digset",
        "invalid: no column `digset` in this row; did you mean `digest`? [select] = its columns: digest"
      ),
      (
        "[{a: 1}, {a: \"x\"}] | sort-by a",
        "invalid: `sort-by` cannot compare a string with an int (column `a`) [sort-by]"
      ),
      ("[1] | extend a = 1", "invalid: `extend` adds columns to records, and this row is an int [extend a = 1]"),
      (
        "[1] | where $it",
        "invalid: a condition is true or false, and `where` got an int (the row) [$it] = compare it with something"
      ),
      (
        "[{size: 1}] | where .sise == 1",
        "invalid: the row has no field `sise` [.sise] (did you mean `size`?) = its fields: size"
      ),
      ("[1, 2] | first -1", "usage: `first` takes a number from 0 up, not -1 [-1]"),
      ("[1] | get 3", "invalid: there is no item 3: the list has 1 item, 0 to 0 [get]"),
      ("[1] | par-each --jobs 0 { 1 }", "usage: `--jobs` is a number from 1 to 64, not 0 [0]"),
      (
        "\"{\" | from json",
        "invalid: line 1, column 2: this is not JSON: the text ends too early: expected a member's name in quotes [from]"
      ),
      (
        "\"a,b\\n1\\n\" | from csv",
        "invalid: line 2, column 1: this is not CSV: this row has 1 field, the header has 2 [from]"
      ),
      ("\"a\\n\\\"x\\n\" | from csv", "invalid: line 2, column 1: this is not CSV: a quote is not closed [from]"),
      ("[1] | to csv", "invalid: CSV is made of records, and row 0 is an int [to]"),
      (
        "{a: 1} | to jsno",
        "check: `jsno` is not a format; did you mean `json`?"
      ),
      ("5 | lines", "invalid: `lines` takes a text apart, but the pipe gives an int [lines]"),
      ("secret env PATH | print", "invalid: `print` does not write a secret [print] = `reveal(…)` gives its text"),
      (
        "{a: (secret env PATH)} | to json",
        "invalid: field `a` is a secret: it is never written [to] = leave it out with `select`, or `reveal(…)` gives its text"
      ),
      ("secret env PATH | save x.txt", "invalid: `save` does not write a secret [save] = `reveal(…)` gives its text"),
      (
        "secret env ACR_NO_SUCH_NAME",
        "not-found: there is no environment variable `ACR_NO_SUCH_NAME` [ACR_NO_SUCH_NAME]"
      ),
      (
        "secret prompt \"Password\"",
        "usage: no terminal to ask \"Password\" [secret prompt] = `secret env` and `secret file` work without a terminal"
      ),
      (
        "confirm \"Sure?\"",
        "usage: no terminal to ask \"Sure?\" [confirm] = `confirm --yes` continues without asking"
      ),
    ])
  func refusals(_ text: String, _ expected: String) {
    #expect(value(text) == expected)
  }

  @Test(
    "`first` stops what stands before it",
    arguments: [
      ("pages | first 3", 3), ("pages | where $it % 2 == 0 | first 2", 4),
      ("pages | each { $it } | skip 1 | first 1", 2),
      ("for p in (pages | first 10) { if $p == 4 { break } }", 4), ("pages | select-all | first 1", 1),
    ])
  func pulls(_ text: String, _ expected: Int) {
    let pulled = Atomic<Int>(0)
    let pages = TestCommand(Signature("pages", summary: "Endless rows", group: .registry)) { _ in
      .rows(RowStream { .int(Int64(pulled.add(1, ordering: .relaxed).newValue)) })
    }
    let pass = TestCommand(
      Signature("select-all", summary: "Passes rows on", group: .rows, input: .required)
    ) { call in call.input ?? .nothing }
    #expect(run(text, commands: [pages, pass]).error == nil)
    #expect(pulled.load(ordering: .relaxed) == expected)
  }

  @Test("`print` and `print --err` go where they should")
  func printing() {
    let ending = run("print a 1 [1, {b: 2}] 2h\n[1, \"x\"] | print\nprint --err oops\nprint\nconfirm Go? --yes")
    #expect(ending.transcript.printed == ["a 1 [1,{\"b\":2}] 2h", "1", "x", ""])
    #expect(ending.transcript.talked == ["oops"])
  }

  @Test("`confirm` and `secret prompt` ask on the terminal")
  func asking() {
    struct Person: Prompter {
      func confirm(_ question: String, isStopped: () -> Bool) -> Bool { question == "Sure?" }
      func secret(_ prompt: String, isStopped: () -> Bool) -> Secret { Secret("typed at \(prompt)") }
      func line(_ question: String, isStopped: () -> Bool) -> String { "typed" }
    }
    let text = "confirm \"Sure?\"\nreveal((secret prompt P))\nconfirm \"Really?\""
    let ending = AcrRuntimeTests.run(
      text, context: { RunContext(sink: $0, isInteractive: true, prompter: Person()) })
    #expect(ending.lines == ["\"typed at P\"", "cancelled: the answer to \"Really?\" was no [confirm]"])
  }

  @Test("Every word's examples pass the check")
  func examples() {
    let session = Session(commands: [])
    for word in Builtins.words {
      for example in word.signature.examples {
        let result = Checker.check(source: Source(name: "example", text: example.line), catalog: session.catalog)
        #expect(result.diagnostics.filter { $0.severity == .error }.map(\.message) == [], "\(example.line)")
      }
    }
  }
}

@Suite("par-each")
struct ParallelTests {
  @Test("The first error stops the work that runs and the rest")
  func firstError() throws {
    let started = Atomic<Int>(0)
    let wait = TestCommand(
      Signature("work", summary: "Waits for ever, but for item 3", group: .work), Item.self
    ) { call in
      started.add(1, ordering: .relaxed)
      if call[\.n] == 3 { throw AcrError(.denied, "item 3 is not allowed") }
      try call.run.sleep(nanoseconds: 3_600_000_000_000)
      return .nothing
    }
    let ending = run("range(100) | par-each --jobs 4 { |n| work $n }", commands: [wait])
    #expect(Ending.text(try #require(ending.error)) == "denied: item 3 is not allowed [work]")
    #expect(started.load(ordering: .relaxed) == 4)
    #expect(ending.error?.error.notes == ["0 of 100 items were done"])
  }

  @Test("^C stops all threads and says how far they got")
  func interrupt() throws {
    let context = Mutex<RunContext?>(nil)
    let work = TestCommand(
      Signature("work", summary: "Waits for ever, but for item 0", group: .work), Item.self
    ) { call in
      if call[\.n] == 0 { return .nothing }
      if call[\.n] == 2 { context.withLock { $0 }?.interrupt() }
      try call.run.sleep(nanoseconds: 3_600_000_000_000)
      return .nothing
    }
    let ending = run(
      "range(50) | par-each --jobs 2 --keep-going { |n| work $n }", commands: [work],
      context: { transcript in
        let run = RunContext(sink: transcript)
        context.withLock { $0 = run }
        return run
      })
    #expect(
      Ending.text(try #require(ending.error)) == "cancelled: interrupted: 1 of 50 items were done [par-each]")
  }

  @Test("The results are in the order of the rows, whatever order the work ends in")
  func order() {
    let gate = Waiter()
    let work = TestCommand(
      Signature("work", summary: "Item 0 waits for item 1", group: .work), Item.self
    ) { call in
      if call[\.n] == 0 { gate.wait(nanoseconds: 60_000_000_000) } else { gate.raise() }
      return .value(.int(call[\.n]))
    }
    #expect(run("[0, 1] | par-each --jobs 2 { |n| work $n }", commands: [work]).lines == ["[0,1]"])
  }
}

/// The parameters of `work`.
private struct Item: ParameterSet {
  let n = Positional<Int64>("n", help: "n")
}
