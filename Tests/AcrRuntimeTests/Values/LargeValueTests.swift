import AcrCore
import AcrLanguage
import Foundation
import Testing

@testable import AcrRuntime

/// Values with very many parts, and computations on them that only ^C ends.
@Suite("Large values")
struct LargeValueTests {
  static func object(_ count: Int) -> [UInt8] {
    Array("{\((0..<count).map { "\"org.example.key-\($0)\": \"value \($0)\"" }.joined(separator: ","))}".utf8)
  }

  @Test(.timeLimit(.minutes(1)))
  func objectsWithManyKeysAreRead() throws {
    let value = try Value(json: Self.object(100_000))
    guard case .record(let record) = value else { throw AcrError(.invalid, "not a record") }
    #expect(record.values.count == 100_000)
    #expect(record["org.example.key-99999"]?.text == "value 99999")
    #expect(record["org.example.key-100000"] == nil)
    #expect(try value.equals(try Value(json: Self.object(100_000))))
  }

  /// Names are stored once, and nothing grows with the square: what is kept beside the text stays within ten times its size.
  @Test(.timeLimit(.minutes(1)))
  func manyKindsOfObjectsAreRead() throws {
    let rows = (0..<50_000).map { "{\"a\($0)\": 1, \"b\": \($0)}" }.joined(separator: ",")
    guard case .list(let items) = try Value(json: Array("[\(rows)]".utf8)) else { throw AcrError(.invalid, "no list") }
    guard case .record(let last)? = items.last else { throw AcrError(.invalid, "no record") }
    #expect(last.shape.names == ["a49999", "b"])
    #expect(last["b"]?.text == "49999")
  }

  @Test func rowsShareAShape() throws {
    guard case .list(let items) = try Value(json: Array(#"[{"a":1,"b":2},{"a":3,"b":4},{"b":1,"a":2}]"#.utf8)),
      case .record(let first) = items[0], case .record(let second) = items[1], case .record(let third) = items[2]
    else { throw AcrError(.invalid, "no rows") }
    #expect(first.shape === second.shape)
    #expect(first.shape !== third.shape)
  }

  @Test("Of a repeated name the last value counts", arguments: [1, 20, 40, 200])
  func repeatedNames(count: Int) throws {
    let names = (0..<count).map { "k\($0)" }
    let members = (names.map { "\"\($0)\": 1" } + names.map { "\"\($0)\": 2" } + ["\"new\": 3"]).joined(separator: ",")
    guard case .record(let record) = try Value(json: Array("{\(members)}".utf8)) else {
      throw AcrError(.invalid, "no record")
    }
    #expect(record.shape.names == names + ["new"])
    #expect(record.values.dropLast().allSatisfy { $0.text == "2" })
  }

  @Test(.timeLimit(.minutes(1)))
  func fieldsAreSetOneByOne() {
    let text = """
      var r = {}
      for i in range(20000) { $r["key-${$i}"] = $i }
      let copy = $r
      $r["key-5"] = "five"
      $r["last"] = true
      [count(keys($r)), $r["key-19999"], $r["key-5"], $copy["key-5"], "last" in $copy, "last" in $r]
      """
    #expect(value(text) == "[20001,19999,\"five\",5,false,true]")
  }

  @Test(.timeLimit(.minutes(1)))
  func listsAndTextsGrowWhereTheyAre() {
    let text = """
      var l = []
      var t = ""
      for i in range(100000) { $l = $l + [$i]; $t = $t + "ab" }
      let before = $l
      $l = $l + [1, 2]
      $l = $l + $l
      [len($l), len($before), len($t)]
      """
    #expect(value(text) == "[200004,100000,200000]")
    #expect(value("var l = [1]\n$l = $l + ([2] | each { $it + 1 })\n[$l]") == "[[1,3]]")
    #expect(run("var l = [1]\n$l = $l + 1").lines.first?.contains("cannot add a list (variable `$l`)") == true)
  }

  @Test(
    "range works on all ints",
    arguments: [
      ("let m = -9223372036854775807 - 1\nrange(0, $m, $m)", "[0]"),
      (
        "let m = -9223372036854775807 - 1\nrange($m, 9223372036854775807, 9223372036854775807)",
        "[-9223372036854775808,-1,9223372036854775806]"
      ),
      ("range(9223372036854775806, 9223372036854775807, 5)", "[9223372036854775806]"),
      ("range(5, 0, -2)", "[5,3,1]"), ("range(3)", "[0,1,2]"), ("range(3, 3)", "[]"), ("range(0, 5, -1)", "[]"),
    ])
  func ranges(text: String, expected: String) {
    #expect(run(text).lines == [expected])
  }

  /// Each of these would go on for years.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "$a == $b", "$a in [$b]", "[$a, $b] | unique", "$a | to json --compact", "$a | to jsonl", "contains([$a], $b)",
      "any([$a], $b)", "[{k: $a}, {k: $b}] | group-by k", "{a: $a, b: $b} | query 'a == b'",
      "{a: $a, b: $b} | query 'contains([a], b)'", "$a | query 'to_string(@)'",
      "$a | query '[][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][][]'",
      "matches(join(range(300000), \"a\"), '(\\d+a)*b')",
    ])
  func controlCEndsComputations(text: String) {
    let script = """
      var a = [1]
      var b = [1]
      for i in range(60) { $a = [$a, $a]; $b = [$b, $b] }
      stop-soon
      \(text)
      """
    let soon = TestCommand(Signature("stop-soon", summary: "", group: .data)) { call in
      let run = call.run
      Thread.detachNewThread {
        usleep(100_000)
        run.interrupt()
      }
      return .nothing
    }
    let error = run(script, commands: [soon]).error?.error
    #expect(error?.kind == .cancelled, "\(error?.message ?? "it ended by itself")")
  }
}
