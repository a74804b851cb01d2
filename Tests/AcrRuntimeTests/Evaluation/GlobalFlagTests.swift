import AcrCore
import AcrLanguage
import Testing

@testable import AcrRuntime

@Suite("Global flags")
struct GlobalFlagTests {
  /// Rows of manifests, with a warning for each.
  private struct List: ParameterSet {
    let top = Flag<Int64>("top", default: 3, help: "")
  }

  private struct Export: ParameterSet {
    let output = Flag<String?>("output", short: "o", help: "a file")
  }

  private static let list = TestCommand(
    Signature("list", summary: "", group: .registry), List.self
  ) { call in
    var rows = ["a", "b", "c"].prefix(Int(call[\.top])).reversed().map { name in
      Value.record(Record(["name": .string(name), "tags": name == "b" ? .null : .list([.string("1")])]))
    }
    return .rows(
      RowStream {
        call.run.sink.message("warning: a row")
        return rows.popLast()
      })
  }

  /// Has an `--output` and an `-o` of its own.
  private static let save = TestCommand(
    Signature("export", summary: "", group: .registry), Export.self
  ) { call in .value(.string(call[\.output] ?? "")) }

  private func run(_ text: String) -> Ending {
    AcrRuntimeTests.run(text, commands: [GlobalFlagTests.list, GlobalFlagTests.save])
  }

  @Test(
    "--query",
    arguments: [
      ("az list --query \"[?tags==null].name\" -o tsv", #"["b"]"#),
      ("list --query '[].name' | first 2", #"["a","b"]"#),
      ("list --query 'length(@)'", "3"),
      ("list --top 1 --query '[0].{n: name, t: tags[0]}'", #"{"n":"a","t":"1"}"#),
      ("let q = \"[-1].name\"\nlist --query $q", "\"c\""),
      ("let names = list --query '[*].name' -o table\ncount($names)", "3"),

      ("export -o file", "\"file\""),
      ("export --query 'length(@)' --output four", "4"),
    ])
  func query(_ text: String, _ expected: String) {
    #expect(run(text).lines == [expected])
  }

  @Test("The format counts for what is shown, and only there")
  func format() {
    #expect(run("list -o tsv").transcript.formats == [.tsv])
    #expect(run("list --output YAML").transcript.formats == [.yaml])
    #expect(run("list").transcript.formats == [nil])
    #expect(run("list -o tsv | first").transcript.formats == [nil])
    #expect(run("let x = list -o tsv\n$x").transcript.formats == [nil])
    #expect(run("let f = \"jsonc\"\nif true { list -o $f }").transcript.formats == [.jsonc])
    #expect(run("export -o tsv").transcript.formats == [nil])
  }

  @Test(
    "What is wrong is found before the run, at its place",
    arguments: [
      (
        "list --query \"[?tags=null]\"", "check: `=` is not an operator, at character 7 of the query `[?tags=null]`",
        "="
      ),
      (
        "list --query 'lenght(@)'",
        "check: `lenght` is not a function of JMESPath, at character 1 of the query `lenght(@)`", "lenght"
      ),
      (
        "[1] | query '[0'",
        "check: the query ends too early: a number, `:` or `]` is expected, at character 3 of the query `[0`", "'"
      ),
      ("list -o tvs", "check: `tvs` is not a format; did you mean `tsv`?", "tvs"),
      ("[1] | query \"a\\t#\"", "check: `#` means nothing in a query, at character 3 of the query `a\t#`", "\"a\\t#\""),
      ("[1] | first 1 --query a", "check: `--query` is not a flag of `first`", "--query"),
    ])
  func checked(_ text: String, _ message: String, _ place: String) throws {
    let ending = run(text)
    #expect(ending.lines.first == message)
    let finding = try #require(ending.findings.first)
    #expect(finding.source?.text(try #require(finding.span)) == place)
  }

  @Test(
    "What only shows at run time points at the argument",
    arguments: [
      (
        "list --query \"[].abs(name)\"",
        "usage: `abs` takes a number, and this is a string, at character 8 of the query `[].abs(name)` [name]"
      ),
      (
        "let q = \"a.\"\nlist --query $q",
        "usage: the query ends too early: expected after `.`: a name, `*`, `[` or `{`, at character 3 of the query `a.` [$q]"
      ),
      (
        "let f = \"xml\"\nlist -o $f",
        "usage: `xml` is not a format [$f] = the formats are table, wide, list, grid, json, jsonc, jsonl, tsv, yaml, none"
      ),
    ])
  func failing(_ text: String, _ expected: String) { #expect(run(text).lines == [expected]) }

  @Test("--only-show-errors, --verbose, and a query that finds nothing")
  func message() {
    #expect(run("list --top 1").transcript.talked == ["warning: a row", "warning: a row"])
    #expect(run("list --top 1 --only-show-errors").transcript.talked == [])
    let verbose = run("list --top 0 --verbose").transcript.talked
    #expect(verbose.count == 2 && verbose.last?.hasPrefix("took ") == true)
    let nothing = run("list --top 0 --query typo").transcript
    #expect(nothing.shown == [])
    #expect(nothing.talked.last == "note: the query found nothing")
    #expect(run("list --top 0 --query typo --only-show-errors").transcript.talked == [])
    #expect(run("let x = list --top 0 --query typo\nprint $x").transcript.talked == ["warning: a row"])
  }

  @Test("A backslash before a backtick, as shells need it, is left out")
  func pasted() { #expect(value(#"[1, 2, 3] | query "[?@ > \`1\`]""#) == "[2,3]") }
}

@Suite("YAML")
struct YAMLTests {
  @Test(
    "Texts are in quotes only where they would be read as something else",
    arguments: [
      ("sha256:ab", "sha256:ab"), ("1.0", "'1.0'"), ("1.2.3", "1.2.3"), ("12", "'12'"), ("1_000", "'1_000'"),
      ("0x1f", "'0x1f'"), ("1e5", "'1e5'"), ("-5", "'-5'"), ("-x", "-x"), ("- x", "'- x'"), ("--", "'--'"),
      ("1:30", "'1:30'"), (".5", "'.5'"), (".inf", "'.inf'"), ("", "''"), ("null", "'null'"), ("~", "'~'"),
      ("Yes", "'Yes'"), ("off", "'off'"), ("true", "'true'"), ("2024-05-01T00:00:00Z", "'2024-05-01T00:00:00Z'"),
      ("a: b", "'a: b'"), ("a:", "'a:'"), ("a #b", "'a #b'"), ("a#b", "a#b"), ("#a", "'#a'"), ("*a", "'*a'"),
      ("[a]", "'[a]'"), ("it's", "it's"), ("'a", "'''a'"), (" a", "' a'"), ("a ", "'a '"), ("a b", "a b"),
      ("a\nb", "\"a\\nb\""), ("\u{1}", "\"\\u0001\""), ("é", "é"), ("\u{2028}", "\"\\u2028\""), ("---", "'---'"),
      ("=", "'='"), ("<<", "'<<'"), ("a\\b", "a\\b"), ("\"q\"", "'\"q\"'"), ("%a", "'%a'"), ("latest", "latest"),
    ])
  func texts(_ text: String, _ expected: String) throws { #expect(try Value.string(text).yaml() == expected + "\n") }

  @Test("Lists and records in block style, in their order")
  func blocks() throws {
    let json = #"[{"b":{"x":1,"z":[]},"a":["1",{"c":null,"d":[true]}],"e":{}},[[1.5,2],[]],"z"]"#
    let value = try Value(json: Array(json.utf8))
    let lines = """
      - b:
          x: 1
          z: []
        a:
        - '1'
        - c: null
          d:
          - true
        e: {}
      - - - 1.5
          - 2
        - []
      - z

      """
    #expect(try value.yaml() == lines)
    guard case .list(let items) = value else { return }
    #expect(try items.map { try $0.yamlItem() }.joined() == lines)
  }

  @Test("`to yaml`; secrets are refused")
  func words() {
    #expect(value("{a: 5MB, b: 90m, c: [\"x\"]} | to yaml") == #""a: 5000000\nb: 1h30m\nc:\n- x\n""#)
    #expect(run("{s: (secret env PATH)} | to yaml").error?.error.message.contains("is a secret") == true)
  }
}
