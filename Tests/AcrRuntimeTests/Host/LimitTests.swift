import AcrCore
import AcrLanguage
import Testing

@testable import AcrRuntime

/// Runs a text with limits; gives its error, or what it printed.
private func limited(_ limits: RunLimits, _ text: String, commands: [any Command] = []) -> Ending {
  run(text, commands: commands, context: { RunContext(sink: $0, host: .machine, limits: limits) })
}

@Suite("Limits of a run")
struct LimitTests {
  @Test(
    "Steps end whatever goes on for ever",
    arguments: [
      "while true {}", "for i in range(100000) {}", "def f(n) { return $n > 0 and (f($n - 1) or f($n - 1)) }\nf(100)",
      "def f(n) { if $n == 0 { return 0 }; f($n - 1); return f($n - 1) }\nf(100)",
      "range(100000) | where true | ignore", "range(100000) | each { 1 } | ignore",
      "range(100000) | each { {a: 1} } | get a | ignore",
      "range(100000) | each { {b: 1} } | extend a = 1 | ignore", "range(100000) | sort-by | ignore",
      "var x = [1]\nfor i in range(30) { $x = [$x, $x] }\nprint ${$x == [$x[0], $x[1]]}",
      "var x = [1]\nfor i in range(30) { $x = [$x, $x] }\n$x | to json | ignore",
      "print ${count(matches(join(range(20000), \"\"), \"(1|2)*3\"))}",
      "range(100000) | query \"[].[@]\" | ignore", "range(100) | par-each --jobs 4 { while true {} }",
    ])
  func steps(_ text: String) throws {
    let ending = limited(RunLimits(steps: 5000), text)
    let error = try #require(ending.error?.error, "\(ending.lines)")
    #expect(error.kind == .limit)
    #expect(error.message == "the limit `steps` of 5000 steps is reached: the script takes more")
    #expect(error.help == "the program that runs this script can raise it: `RunLimits.steps`")
  }

  @Test("A script gets all the steps it was given")
  func exactSteps() {
    // Each turn is three steps: the condition's look, the sum, and the assignment's statement.
    for steps in 0..<40 {
      let ending = limited(RunLimits(steps: steps), "var n = 0\nwhile true { $n += 1; print $n }")
      #expect(ending.error?.error.kind == .limit)
      #expect(abs(ending.transcript.printed.count - steps / 4) <= 1, "\(steps) steps: \(ending.transcript.printed)")
    }
    #expect(limited(RunLimits(steps: 1000), "for i in range(100) { print $i }").transcript.printed.count == 100)
  }

  @Test(
    "No script catches a limit, and no `finally` runs because of it",
    arguments: [
      "try { while true {} } catch { print caught }", "try { while true {} } finally { print cleaned }",
      "try { try { while true {} } catch { print caught } } finally { while true {} }",
      "[1] | each --keep-going { while true {} } | ignore", "retry --on timeout --wait 0s { while true {} }",
      "[1, 2] | par-each --keep-going { while true {} } | ignore",
      "try { [1, 2] | par-each { while true {} } } catch { print caught }",
      "try { [1] | each { try { while true {} } catch { print caught } } } catch { print caught }",
      "try { throw \"x\" } finally { while true {} }", "try { throw \"x\" } catch { while true {} }",
    ])
  func isNotCaught(_ text: String) throws {
    for limits in [RunLimits(steps: 3000), RunLimits(time: .milliseconds(30))] {
      let ending = limited(limits, "\(text)\nprint after")
      #expect(ending.error?.error.kind == .limit, "\(ending.lines)")
      #expect(ending.transcript.printed == [])
    }
  }

  @Test("Time ends computing, waiting and commands of the host")
  func time() throws {
    let wait = TestCommand(Signature("wait", summary: "Waits for ever", group: .work)) { call in
      try call.run.sleep(nanoseconds: 3_600_000_000_000)
      return .nothing
    }
    let failing = TestCommand(Signature("fail", summary: "Fails when it is stopped", group: .work)) { call in
      try? call.run.sleep(nanoseconds: 3_600_000_000_000)
      throw AcrError(.network, "the connection was closed")
    }
    for text in ["while true {}", "wait", "fail", "retry --on network { fail }", "[1, 2] | par-each { wait }"] {
      let ending = limited(RunLimits(time: .milliseconds(30)), text, commands: [wait, failing])
      let error = try #require(ending.error?.error, "\(text)")
      #expect(error.kind == .limit, "\(text)")
      #expect(error.message == "the limit `time` of 30ms is reached: the script takes longer")
      #expect(error.help?.contains("`RunLimits.time`") == true)
    }
    #expect(limited(RunLimits(time: .seconds(3600)), "print 1").lines == ["1"])
  }

  @Test("Depth of calls")
  func depth() throws {
    let text = "def f(n) { if $n == 0 { return 0 }; return 1 + f($n - 1) }\nprint ${f(49)}"
    #expect(limited(RunLimits(depth: 50), text).lines == ["49"])
    let ending = limited(
      RunLimits(depth: 49),
      "try { \(text.split(separator: "\n")[1]) } catch { print caught }\n\(text.split(separator: "\n")[0])")
    let error = try #require(ending.error?.error)
    #expect(error.message == "the limit `depth` of 49 calls is reached: more calls are open at once")
    #expect(error.kind == .limit)
    #expect(ending.transcript.printed == [])
    #expect(RunLimits(depth: 1_000_000).depth == RunLimits.deepest)
  }

  @Test(
    "Output counts what is printed, shown and said",
    arguments: [
      "while true { print abc }", "while true { print --err abc }", "range(10000)", "range(10000) | each { |n| $n }",
      "var x = [1]\nfor i in range(60) { $x = [$x, $x] }\n$x", "{a: join(range(1000), \",\")}",
      "var x = [1]\nfor i in range(60) { $x = [$x, $x] }\n{a: $x}",
    ])
  func output(_ text: String) throws {
    let ending = limited(RunLimits(output: 1000), text)
    let error = try #require(ending.error?.error, "\(ending.lines.first ?? "")")
    #expect(error.kind == .limit)
    #expect(error.message == "the limit `output` of 1KB is reached: the script writes more")
    let written = (ending.transcript.printed + ending.transcript.talked).reduce(0) { $0 + $1.utf8.count + 1 }
    #expect(written <= 1000)
    #expect(limited(RunLimits(output: 1000), "print ${join(range(100), \" \")}").error == nil)
  }

  @Test("What a script gives out is not nested so deep that walking it needs much stack")
  func depthOfValues() {
    let wanted = TestCommand(
      Signature("keep", summary: "Keeps a value", group: .work), KeptValue.self
    ) { _ in .nothing }
    let deep = "var x = []\nfor i in range(600) { $x = [$x] }\n"
    for end in ["$x", "keep $x", "{a: [$x]}"] {
      let ending = limited(.standard, deep + end, commands: [wanted])
      #expect(ending.error?.error.message == "a value given out of the script is nested more than 512 deep")
    }
    #expect(
      limited(.standard, "var x = []\nfor i in range(500) { $x = [$x] }\nkeep $x", commands: [wanted]).error == nil)
  }

  @Test("Two runs side by side count for themselves, and see their own world")
  func twoRuns() async {
    let text = """
      let name = $env.NAME
      var n = 0
      while $n < 1000 { $n += 1 }
      print "${name} ${n} ${now()}"
      """
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask {
          let host = Host(environment: ["NAME": "run\(index)"], now: { Timestamp(seconds: Int64(index)) })
          let limits = RunLimits(steps: index % 2 == 0 ? 100 : 10_000)
          let ending = run(text, context: { RunContext(sink: $0, host: host, limits: limits) })
          if index % 2 == 0 {
            #expect(ending.error?.error.kind == .limit)
          } else {
            #expect(ending.lines == ["run\(index) 1000 1970-01-01T00:00:0\(index)Z"])
          }
        }
      }
    }
  }

  @Test("Two sessions do not see each other's variables and definitions")
  func twoSessions() throws {
    let (first, second) = (Session(), Session())
    var scope = SessionScope()
    let check = Checker.check(
      source: Source(name: "one", text: "let x = 1\ndef f() { return $x }"), catalog: first.catalog, session: scope)
    scope = check.session
    _ = first.run(try #require(check.script), in: RunContext(sink: Transcript()))
    let index = try #require(scope.variables["x"]?.index)
    #expect(try first.global(index).equals(.int(1)))
    #expect(second.global(index).isNull)
    let other = Checker.check(
      source: Source(name: "two", text: "print ${f()} $x"), catalog: second.catalog, session: SessionScope())
    #expect(other.diagnostics.map(\.message) == ["`f` is not a function", "unknown variable `$x`"])
  }
}

@Suite("Capabilities")
struct CapabilityTests {
  @Test("Every word of the language can be given and left out")
  func words() {
    let names = Set(Builtins.words.map(\.signature.name) + ["reveal", "now", "exists", "$env"])
    #expect(Set(Capabilities.Word.allCases.map(\.rawValue)) == names)
    for word in Capabilities.Word.allCases {
      let catalog = Session(capabilities: .all.without(word)).catalog
      #expect(catalog.command(named: word.rawValue) == nil && catalog.function(named: word.rawValue) == nil)
    }
  }

  @Test(
    "What is left out is found before anything runs",
    arguments: [
      ("print 1; run date", "`run` is not a command here"), ("open a.txt", "`open` is not a command here"),
      ("[1] | save a.json", "`save` is not a command here"), ("secret env HOME", "`secret env` is not a command here"),
      ("secret file f", "`secret file` is not a command here"), ("print $env.HOME", "`$env` is not available here"),
      ("print ${env.HOME}", "`$env` is not available here"), ("print $env", "`$env` is not available here"),
      ("confirm ok", "`confirm` is not a command here"), ("[1] | par-each { 1 }", "`par-each` is not a command here"),
      ("use \"./a.acr\"", "`use` is not available here"), ("let x = open(1)", "`open` is not a function here"),
    ])
  func check(_ text: String, _ message: String) {
    let ending = run(text, capabilities: .computing)
    #expect(ending.findings.map(\.message) == [message])
    #expect(ending.findings.first?.help?.hasPrefix("the program that runs this script does not offer") == true)
  }

  @Test("A host's own command can have the name of a word that is left out, and of one that is there")
  func ownCommand() {
    let open = TestCommand(
      Signature("open", summary: "Opens a door", group: .work), Door.self
    ) { call in .value(.string("the door \(call[\.door]) is open")) }
    #expect(run("open left", commands: [open], capabilities: .computing).lines == ["\"the door left is open\""])
    #expect(run("open left", commands: [open]).lines == ["\"the door left is open\""])
  }

  @Test("Without a folder of the host, relative paths lead nowhere")
  func folders() {
    let ending = run("open a.txt", context: { RunContext(sink: $0) })
    #expect(ending.error?.error.message == "`a.txt` is a relative path, and there is no folder it counts from")
    #expect(run("run date", context: { RunContext(sink: $0) }).error?.error.kind == .usage)
    #expect(run("secret env HOME", context: { RunContext(sink: $0) }).error?.error.kind == .notFound)
    let there = RunContextFolder.text("run pwd | get stdout", folder: "/usr")
    #expect(there == ["\"/usr\\n\""])
  }
}

private struct KeptValue: ParameterSet {
  let value = Positional<Value>("value", help: "a value")
}

private struct Door: ParameterSet {
  let door = Positional<String>("door", help: "which")
}

/// What a text gives in a folder.
private enum RunContextFolder {
  static func text(_ text: String, folder: String) -> [String] {
    run(text, context: { RunContext(sink: $0, host: Host(environment: Host.machine.environment, folder: folder)) })
      .lines
  }
}
