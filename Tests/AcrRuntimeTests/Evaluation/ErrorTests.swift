import AcrCore
import AcrLanguage
import Synchronization
import Testing

@testable import AcrRuntime

@Suite("Errors of scripts")
struct ErrorTests {
  private struct Fail: ParameterSet {
    let status = Flag<Int64?>("status", help: "the status")
  }

  private static let failing = TestCommand(
    Signature("fail", summary: "Fails", group: .registry), Fail.self
  ) { call in
    throw AcrError(
      .throttled, "the registry is busy", help: "wait", status: call[\.status].map { Int($0) },
      code: "TOOMANYREQUESTS",
      target: "contoso.example", requestID: "7f0c", retryAfter: .milliseconds(1), notes: ["tried twice"])
  }

  @Test("A caught error is a record with all its parts")
  func record() {
    let text = "try { fail --status 429 } catch e { $e }"
    #expect(
      run(text, commands: [Self.failing]).lines == [
        #"{"kind":"throttled","message":"the registry is busy","status":429,"code":"TOOMANYREQUESTS","#
          + #""target":"contoso.example","request_id":"7f0c","retry_after":"1ms","help":"wait","at":"test.acr:1:7"}"#
      ])
  }

  @Test("The diagnostic has the place, the way and the request")
  func diagnostic() throws {
    let text = "def job(x) {\n  fail --status 429\n}\n[1] | par-each { |x| job $x }"
    let diagnostic = try #require(run(text, commands: [Self.failing]).error).diagnostic
    #expect(diagnostic.kind == "throttled")
    #expect(diagnostic.message == "the registry is busy")
    #expect(diagnostic.span == Span(15, 19))
    #expect(diagnostic.help == "wait")
    #expect(
      diagnostic.notes == [
        .init("in", "`job` at test.acr:4:22"), .init("in", "block of `par-each` at test.acr:4:7"),
        .init("request", "7f0c   the registry asked to wait 1ms"), .init("note", "tried twice"),
        .init("note", "0 of 1 items were done"),
      ])
  }

  @Test(
    "`throw`, `catch` and `finally`",
    arguments: [
      ("throw \"no\"", ["thrown: no [throw \"no\"]"]),
      (
        "throw { kind: \"conflict\", message: \"there\", help: \"look\" }",
        ["conflict: there [throw { kind: \"conflict\", message: \"there\", help: \"look\" }] = look"]
      ),
      (
        "let e = { kind: \"odd\", message: \"m\" }\nthrow $e",
        [
          "invalid: `odd` is not a kind of error [throw $e] = the kinds are usage, auth, denied, not-found, conflict, throttled, network, timeout, invalid, server, cancelled, thrown, rejected, locked, deadline"
        ]
      ),
      ("throw 5", ["invalid: `throw` takes a text or an error record, and this is an int [throw 5]"]),
      (
        "try { 1 / 0 } catch e { print ${e.message} ${e.at}\nthrow $e }",
        ["division by zero test.acr:1:9", "invalid: division by zero [/]"]
      ),
      ("try {\n  try { throw \"a\" } finally { print inner }\n} catch e { print ${e.message} }", ["inner", "a"]),
      ("try { throw \"a\" } catch { throw \"b\" } finally { print last }", ["last", "thrown: b [throw \"b\"]"]),
      ("try { throw \"a\" } finally { throw \"c\" }", ["thrown: c [throw \"c\"]"]),
      ("def f() { try { throw \"a\" } catch { 5 } }\nf()", ["5"]),
      ("let r = [1] | each --keep-going { throw \"x\" }\nthrow $r[0].error", ["thrown: x [throw \"x\"]"]),
    ])
  func handling(_ text: String, _ expected: [String]) {
    #expect(run(text).lines == expected)
  }

  @Test("^C skips `catch`, runs `finally`, and a second ^C stops that too")
  func interrupt() throws {
    let context = Mutex<RunContext?>(nil)
    let interrupting = TestCommand(Signature("interrupt", summary: "Does ^C", group: .work)) { _ in
      context.withLock { $0 }?.interrupt()
      return .nothing
    }
    let text = """
      try {
        interrupt
        print never
      } catch {
        print never
      } finally {
        print cleaning
        interrupt
        print never
      }
      """
    let ending = run(
      text, commands: [interrupting],
      context: { transcript in
        let run = RunContext(sink: transcript)
        context.withLock { $0 = run }
        return run
      })
    #expect(ending.transcript.printed == ["cleaning"])
    #expect(try #require(ending.error).error.kind == .cancelled)
  }

  @Test("A row that fails late is still the error of the command that makes it")
  func lateRow() throws {
    let rows = TestCommand(Signature("rows", summary: "Makes rows", group: .registry)) { _ in
      var count: Int64 = 0
      return .rows(
        RowStream {
          count += 1
          if count > 2 { throw AcrError(.network, "the connection broke") }
          return .int(count)
        })
    }
    let ending = run("rows | each { |n| print $n } | ignore", commands: [rows])
    #expect(ending.transcript.printed == ["1", "2"])
    #expect(Ending.text(try #require(ending.error)) == "network: the connection broke [rows]")
  }

  @Test("`retry` tries the kinds it was told, and says how often")
  func retry() {
    let count = Atomic<Int>(0)
    let flaky = TestCommand(
      Signature("flaky", summary: "Works the third time", group: .registry)
    ) { _ in
      if count.add(1, ordering: .relaxed).newValue < 3 {
        throw AcrError(.throttled, "busy", retryAfter: .milliseconds(1))
      }
      return .value(.string("done"))
    }
    let ending = run("retry --times 4 --on throttled { flaky }", commands: [flaky])
    #expect(ending.lines == ["\"done\""])
    #expect(ending.transcript.talked == ["retry: busy; try 2 of 4 in 1ms", "retry: busy; try 3 of 4 in 1ms"])

    let failed = run("retry --times 2 --wait 1ms { fail }\n", commands: [Self.failing])
    #expect(failed.error?.error.notes == ["tried twice", "all 2 tries failed"])
    #expect(run("retry --on network { fail }", commands: [Self.failing]).transcript.talked == [])
    #expect(
      value("retry --on (lower(\"throtled\")) { 1 }")
        == "usage: `throtled` is not a kind of error; did you mean `throttled`? [(lower(\"throtled\"))]"
        + " = the kinds are usage, auth, denied, not-found, conflict, throttled, network, timeout, invalid, server, "
        + "cancelled, thrown, rejected, locked, deadline")
    #expect(value("retry --times 0 { 1 }") == "usage: `--times` is a number from 1 to 100, not 0 [0]")
  }
}
