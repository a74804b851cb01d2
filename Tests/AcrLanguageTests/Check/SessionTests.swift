import Testing

@testable import AcrLanguage

/// Entries at the prompt, one after the other.
@Suite struct SessionTests {
  /// Checks entries in order, keeping what each leaves, and returns the last result.
  private func enter(_ entries: String..., from start: SessionScope = SessionScope()) -> (CheckResult, [String]) {
    var scope = start
    var messages: [String] = []
    var last = CheckResult.empty(scope)
    for entry in entries {
      last = Checker.check(
        source: Source(name: "<prompt>", text: entry), catalog: TestCatalog.catalog, session: scope)
      messages += last.diagnostics.map(\.message)
      scope = last.session
    }
    return (last, messages)
  }

  @Test func variablesPersistAsGlobals() throws {
    let (result, messages) = enter("let a = 1", "var b = 2", "$b = 3", "print $a $b")
    #expect(messages == [])
    #expect(result.session.variables["a"] == SessionScope.Global(index: 0, isMutable: false))
    #expect(result.session.variables["b"] == SessionScope.Global(index: 1, isMutable: true))
    #expect(try #require(result.script).globalCount == 2)
  }

  @Test func aLetCanBeEnteredAgain() {
    let (result, messages) = enter("let a = 1", "let a = 2", "$a = 3")
    #expect(messages == ["`$a` cannot be assigned to: it is a `let`"])
    #expect(result.session.globalCount == 1)
  }

  @Test func aRefusedEntryLeavesNothing() {
    let (result, messages) = enter("let a = prnt", "print $a")
    #expect(messages == ["`prnt` is not a command", "unknown variable `$a`"])
    #expect(result.session.variables.isEmpty)
  }

  @Test func indicesOfFunctionsStayValid() throws {
    let (result, messages) = enter(
      "def f(x) { return $x }", "def g(x) { return (f $x) }", "def f(x, y) { return $y }", "f 1 2")
    #expect(messages == [])
    let script = try #require(result.script)
    #expect(script.functions.map(\.name) == ["f", "g", "f"])
    guard case .expression(.call(let call, _), let isShown, _) = try #require(script.body.statements.first) else {
      Issue.record("not a call")
      return
    }
    #expect(call.function == 2)
    #expect(isShown)
  }

  @Test func theHostDeclaresVariables() {
    var scope = SessionScope()
    let index = scope.declare("error")
    #expect(scope.declare("error") == index)
    #expect(enter("print ${error.message}", from: scope).1 == [])
  }
}

extension CheckResult {
  /// A result before anything was entered.
  fileprivate static func empty(_ scope: SessionScope) -> CheckResult {
    Checker.check(source: Source(name: "<prompt>", text: ""), catalog: TestCatalog.catalog, session: scope)
  }
}

/// `use`, with modules from a table.
@Suite struct ModuleTests {
  private func check(_ text: String, _ modules: [String: String]) -> CheckResult {
    Checker.check(
      source: Source(name: "main.acr", text: text), catalog: TestCatalog.catalog,
      loader: { path, _ in
        guard let module = modules[path] else { throw ModuleError("no such file") }
        return Source(name: path, text: module)
      })
  }

  @Test func functionsUnderAName() throws {
    let library = try #require(Examples.all.first { $0.name == "11" }).text
    let result = check(
      """
      use "lib.acr" as lib
      let r = lib.ref("a", "b")
      lib.import-once $r --from x --to y
      print ${lib.ref("a", $r)} (lib.ref a b)
      """, ["lib.acr": library])
    let messages = result.diagnostics.filter { $0.severity == .error }.map(\.message)
    #expect(messages == [])
    let names = try #require(result.script).functions.map(\.name)
    #expect(names == ["ref", "import-once"])
  }

  @Test func functionsWithoutAName() {
    #expect(check("use \"m\"\nhello 1", ["m": "def hello(x) { print $x }"]).script != nil)
  }

  @Test func letsOfAModuleAreGlobalsSetByACall() throws {
    let script = try #require(
      check("use \"m\" as m\nuse \"m\" as again\nm.hello", ["m": "let who = \"you\"\ndef hello() { print $who }"])
        .script)
    #expect(script.globalCount == 1)
    #expect(script.functions.map(\.name) == ["hello", "use m"])
    guard case .expression(.call(let call, _), isShown: false, _) = script.body.statements[0] else {
      Issue.record("the module's `let`s are not run")
      return
    }
    #expect(call.function == 1)
    // The second `use` runs nothing again.
    #expect(script.body.statements.count == 2)
    #expect(script.functions[0].source.name == "m")
  }

  @Test(
    arguments: [
      ("use \"a\"", ["a": "use \"b\"", "b": "use \"a\""], "the module uses itself: a → b → a"),
      ("use \"main.acr\"", ["main.acr": ""], "the module uses itself: main.acr → main.acr"),
      ("use \"x\"\nanything 1", [:], "the module `x` cannot be read: no such file"),
      ("use \"a\"", ["a": "print x"], "a module holds `def`, `let` and `use` only"),
      ("use \"a\"", ["a": "param x"], "a module holds `def`, `let` and `use` only"),
      ("use \"a\" as m\nuse \"b\" as m", ["a": "", "b": ""], "`m` is the name of another module"),
      ("use \"a\"\nuse \"b\"", ["a": "def f() { }", "b": "def f() { }"], "`f` of `b` is already defined"),
      ("use \"a\" as m\nm.hallo", ["a": "def hello() { }"], "`m.hallo` is not a command"),
      ("use \"a\"", ["a": "let x = ("], "`(` is never closed"),
    ] as [(String, [String: String], String)])
  func refused(_ text: String, _ modules: [String: String], _ message: String) {
    let result = check(text, modules)
    let messages = result.diagnostics.map(\.message)
    #expect(messages == [message])
    let isRefused = result.script == nil
    #expect(isRefused)
  }
}
