import Testing

@testable import AcrLanguage

@Suite("Secrets in the text of a script")
struct SecretTests {
  private static let catalog = Catalog(
    commands: [
      Signature(
        "login", summary: "", group: .session, positionals: [.init("registry", isRequired: false, help: "")],
        flags: [
          .init("username", short: "u", .string, help: ""), .init("password", short: "p", .secret, help: ""),
          .init("identity", help: ""),
        ],
        cmdlet: .init(
          "Connect-Thing", parameters: [.init("Password", .flag("password")), .init("Name", .flag("username"))])
      ),
      Signature("show", summary: "", group: .rows, flags: [.init("page", short: "p", .int, help: "")]),
      Signature(
        "run", summary: "", group: .work,
        positionals: [.init("program", help: ""), .init("arguments", isRest: true, takesFlags: true, help: "")]),
      Signature("secret env", summary: "", group: .secrets, positionals: [.init("name", help: "")]),
    ], functions: [])

  /// Each text with the secrets that are found in it, in guillemets.
  static let found: [String] = [
    "login -u me -p «hunter2»", "login --password=«hunter2»", "login --password «\"hun ter2\"»", "login -p «'x'»",
    "login -p \\\n  «hunter2»", "login -p «12345»", "login -p («\"hun\"» + «\"ter2\"»)", "login -p «\"a$x\"»",
    "login -p «-hunter2»", "login -p «hunter» me «2»", "az login --password «x»", "Connect-Thing -password «hunter2»",
    "[1] | each { login -p «x» }", "if true { login -p «x» }", "print \"${(login -p «x»)}\"",
    // Definitions, parameters, names.
    "def f(x: secret) { $x }\nf «hunter2»", "def f(x: secret) { $x }\nprint (f(«\"hunter2\"»))",
    "def f(a, --key: secret) { $key }\nf 1 --key «hunter2»", "param x: secret = «\"hunter2\"»",
    "def f(--x: secret = «\"hunter2\"») { $x }", "let password = «\"hunter2\"»",
    "let row = {password: «\"x\"», user: \"y\"}",
    "var r = {}\n$r.password = «\"hunter2\"»",
    // Flags of other programs, unknown commands, misspelled flags.
    "run docker login -p «hunter2»", "run mysql --password=«hunter2»", "nothing --client-secret «hunter2»",
    "login --pasword «hunter2»", "login --passwrod=«hunter2»",
    // Texts that do not parse.
    "login -p «hunter2» | where (", "login --password «\"hun ter2\"» ]", "login -p «\"never closed»",
    "Connect-Thing -PASSWORD «x» )",
    "login -p (\"ok\" ]".replacing("\"ok\"", with: "«\"ok\"»"),
    "param x: secret = «\"hunter2\"» + y", "def f(--x: secret=«'x y'») { ]", "let password = «\"x\"» )",
    // Known by sight.
    "open \"https://x/y?sv=1&sig=«abc%3D»&se=2\"", "open \"https://me:«hunter2»@host/x\"",
    "print \"Authorization: Bearer «abcdefgh.12345»\"", "print \"AccountKey=«abc==»;x\"",
    "print «eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.abc»", "# --password=«hunter2»",
  ]

  @Test("are found", arguments: found)
  func finds(_ marked: String) {
    let text = marked.filter { !"«»".contains($0) }
    let source = Source(name: "t", text: text)
    let spans = SecretFinder(catalog: Self.catalog).spans(in: source)
    var shown: [UInt8] = []
    for (index, byte) in source.bytes.enumerated() {
      if spans.contains(where: { Int($0.start) == index }) { shown += Array("«".utf8) }
      shown.append(byte)
      if spans.contains(where: { Int($0.end) == index + 1 }) { shown += Array("»".utf8) }
    }
    #expect(String(decoding: shown, as: UTF8.self) == marked)
    #expect(SecretFinder(catalog: Self.catalog).mayHoldSecrets(text), "the quick look passes it on")
  }

  @Test(
    "are not found where there is none",
    arguments: [
      "login -u me -p $password", "login -p (secret env PASSWORD)", "login -p ${env.PASSWORD}",
      "login -p \"$password\"",
      "show -p 3", "login --identity me", "let password = secret env HOME", "print \"basic words\"", "design=x",
      "open \"https://host:443/x@y\"", "print \"--page=3\"", "login -p \"${secret}\"",
    ])
  func passes(_ text: String) {
    #expect(SecretFinder(catalog: Self.catalog).spans(in: Source(name: "t", text: text)).isEmpty)
  }

  @Test("the quick look passes over ordinary lines")
  func ordinary() {
    let finder = SecretFinder(catalog: Self.catalog)
    for text in ["show --page 3", "login -u me", "[1, 2] | each { $it + 1 }", "let name = 'x'"] {
      #expect(!finder.mayHoldSecrets(text), "\(text)")
    }
  }

  @Test("the excerpt hides them, and the carets stand below what they mean")
  func excerpt() {
    let source = Source(name: "t", text: "login -p hunter2 --nmae x")
    let result = Checker.check(source: source, catalog: Self.catalog)
    let text = DiagnosticPrinter().text(of: result.diagnostics).rendered
    #expect(
      text == """
        error: `--nmae` is not a flag of `login`
          --> t:1:18
          |
        1 | login -p ••• --nmae x
          |              ^^^^^^
          = help: `help login` lists its flags

        """)
  }

  @Test("carets at a secret have the width of the mark, and messages do not repeat it")
  func message() {
    for text in [
      "login -p -hunter2", "login a hunter2 -p hunter2", "login -p hunter2 | where hunter2", "login -p \"hunter2\" ]",
    ] {
      let source = Source(name: "t", text: text)
      let result = Checker.check(source: source, catalog: Self.catalog)
      #expect(result.hasErrors, "\(text)")
      let shown = DiagnosticPrinter().text(of: result.diagnostics).rendered + result.diagnostics.map(\.json).joined()
      #expect(!shown.contains("hunter2"), "\(shown)")
    }
    let source = Source(name: "t", text: "login -p hunter2")
    SecretFinder(catalog: Self.catalog).hideSecrets(of: source)
    let diagnostic = Diagnostic(.error, "wrong", source: source, span: Span(9, 16))
    #expect(DiagnosticPrinter().text(of: diagnostic).rendered.hasSuffix("1 | login -p •••\n  |          ^^^\n"))
  }

  @Test("a `def` of an earlier entry is known to the next ones")
  func session() throws {
    let first = Checker.check(
      source: Source(name: "p", text: "def f(x: secret) { }"), catalog: Self.catalog, session: SessionScope())
    let source = Source(name: "p", text: "f hunter2")
    _ = Checker.check(source: source, catalog: Self.catalog, session: first.session)
    #expect(source.secretSpans == [Span(2, 9)])
    #expect(SecretFinder(catalog: Self.catalog, session: first.session).knowsSecretFunctions)
  }

  @Test("a module's parameters are known to who uses it, and its own text is hidden too")
  func module() {
    let module = Source(name: "m.acr", text: "def f(x: secret = \"hunter2\") { $x }\ndef g() { login -p hunter2 }")
    let source = Source(name: "t", text: "use \"m.acr\" as m\nm.f hunter2")
    _ = Checker.check(source: source, catalog: Self.catalog, loader: { _, _ in module })
    #expect(source.secretSpans == [Span(21, 28)])
    #expect(module.secretSpans == [Span(18, 27), Span(55, 62)])
  }
}
