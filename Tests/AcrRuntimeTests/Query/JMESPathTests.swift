import AcrCore
import AcrLanguage
import Testing

@testable import AcrRuntime

@Suite("JMESPath")
struct JMESPathTests {
  @Test("The specification, on manifests and values of every shape", arguments: all)
  func cases(_ example: JMESPathCase) throws {
    let document = try Value(json: Array(example.document.utf8))
    #expect(try JMESPath(example.query).search(document).json() == example.expected)
  }

  private static let all = JMESPathCases.manifests.all + JMESPathCases.shapes.all

  @Test("The tables are read to the end")
  func size() { #expect(JMESPathTests.all.count > 350) }

  /// What is marked with `⟦…⟧` in the query is the place of the error.
  @Test(
    "What is wrong with an expression, and where",
    arguments: [
      ("⟦⟧", "the query is empty"),
      ("  ⟦⟧", "the query is empty"),
      ("a.⟦⟧", "the query ends too early: expected after `.`: a name, `*`, `[` or `{`"),
      ("a ⟦b⟧", "`b` cannot stand here: the query ends before it"),
      ("[?tags⟦=⟧null]", "`=` is not an operator"),
      ("a⟦#⟧", "`#` means nothing in a query"),
      ("a.⟦é⟧", "`é` means nothing in a query"),
      ("\"é\".a⟦%⟧", "`%` means nothing in a query"),
      ("a[⟦-⟧]", "`-` is only allowed before a number"),
      ("a[⟦99999999999999999999⟧]", "the number does not fit 64 bits"),
      ("a[⟦'b'⟧]", "`'b'` cannot stand here: expected after `[`: a number, a slice, `*` or `?`"),
      ("a[0⟦⟧", "the query ends too early: a number, `:` or `]` is expected"),
      ("a[0 ⟦1⟧]", "`1` cannot stand here: `:` or `]` is expected"),
      ("a[::⟦0⟧]", "`0` cannot stand here: the step of a slice is never 0"),
      ("a[1:2:3⟦:⟧4]", "`:` cannot stand here: a slice has at most three parts, `start:stop:step`"),
      ("a[*⟦⟧", "the query ends too early: `]` is expected"),
      ("[?a⟦⟧", "the query ends too early: `]` is expected"),
      ("[a, ⟦]⟧", "`]` cannot stand here: a name or value is expected"),
      ("[a ⟦b⟧]", "`b` cannot stand here: `,` or `]` is expected"),
      ("{⟦'a'⟧: b}", "`'a'` cannot stand here: a name is expected, as in `{tag: name}`"),
      ("{a⟦}⟧", "`}` cannot stand here: `:` is expected"),
      ("{a: b⟦⟧", "the query ends too early: `,` or `}` is expected"),
      ("(a⟦⟧", "the query ends too early: `)` is expected"),
      ("a || ⟦⟧", "the query ends too early: a name or value is expected"),
      ("a > ⟦5⟧", "`5` cannot stand here: a name or value is expected"),
      ("⟦'open⟧", "the text is not closed"),
      ("⟦\"open⟧", "the quoted name is not closed"),
      ("⟦`open⟧", "the literal is not closed"),
      ("⟦`\"open`⟧", "the literal is not JSON"),
      ("a == ⟦`two\nlines`⟧", "the literal is not JSON"),
      ("⟦\"\\x\"⟧", "the quoted name is not a JSON string"),
      ("⟦&⟧a", "`&` cannot stand here: `&` is only allowed before an argument of a function"),
      ("⟦lenght⟧(a)", "`lenght` is not a function of JMESPath"),
      ("⟦\"length\"⟧(a)", "`\"length\"` cannot stand here: a function's name has no quotes"),
      ("x.⟦length()⟧", "`length` takes 1 argument, not 0"),
      ("⟦not_null()⟧", "`not_null` takes at least 1 argument, not 0"),
      ("⟦sort_by(a)⟧", "`sort_by` takes 2 arguments, not 1"),
      ("sort_by(a, ⟦b⟧)", "`sort_by` takes an expression reference `&…` here"),
      ("map(⟦a⟧, b)", "`map` takes an expression reference `&…` here"),
      ("length(⟦&a⟧)", "`length` takes a string or an array or an object here"),
      ("length(a⟦⟧", "the query ends too early: `,` or `)` is expected"),
    ])
  func syntaxErrors(_ marked: String, _ message: String) throws {
    let parts = marked.split(separator: "⟦", omittingEmptySubsequences: false)
    let inner = try #require(parts.last?.split(separator: "⟧", omittingEmptySubsequences: false))
    let text = marked.replacing("⟦", with: "").replacing("⟧", with: "")
    let error = #expect(throws: JMESPathError.self) { try JMESPath(text) }
    let start = parts[0].utf8.count
    #expect(error?.message == message)
    #expect(error?.range == start..<start + inner[0].utf8.count)
  }

  @Test(
    "What a function cannot work with",
    arguments: [
      ("abs(⟦@⟧)", "\"x\"", "`abs` takes a number, and this is a string"),
      ("length(⟦a⟧)", "{}", "`length` takes a string or an array or an object, and this is null"),
      ("sum(⟦@⟧)", "[1, \"2\"]", "`sum` takes an array of numbers, and this is an array of numbers and strings"),
      (
        "sort(⟦@⟧)", "[1, \"2\"]",
        "`sort` takes an array of numbers or of strings, and this is an array of numbers and strings"
      ),
      (
        "join(',', ⟦[a, b]⟧)", "{\"a\": \"x\"}",
        "`join` takes an array of strings, and this is an array of strings and nulls"
      ),
      ("keys(⟦@⟧)", "[]", "`keys` takes an object, and this is an empty array"),
      (
        "sort_by(@, ⟦&n⟧)", "[{\"n\": 1}, {}]",
        "`sort_by` orders by numbers or strings, and this is null for one of the items"
      ),
      ("max_by(@, ⟦&n⟧)", "[{\"n\": 1}, {\"n\": \"a\"}]", "`max_by` cannot order a number and a string"),
      ("[*].floor(⟦n⟧)", "[{\"n\": 1}, {\"n\": []}]", "`floor` takes a number, and this is an empty array"),
    ])
  func typeErrors(_ marked: String, _ document: String, _ message: String) throws {
    let query = try JMESPath(marked.replacing("⟦", with: "").replacing("⟧", with: ""))
    let document = try Value(json: Array(document.utf8))
    let error = #expect(throws: JMESPathError.self) { try query.search(document) }
    let parts = marked.split(separator: "⟦")
    let start = parts.count > 1 ? parts[0].utf8.count : 0
    let length = parts[parts.count - 1].split(separator: "⟧")[0].utf8.count
    #expect(error?.message == message)
    #expect(error?.range == start..<start + length)
  }

  @Test(
    "Types that JSON does not have work as what their JSON is, and pass through as what they are",
    arguments: [
      ("{s: 5MB} | query 's > `4999999`'", "true"), ("{s: 5MB} | query 'type(s)'", "\"number\""),
      ("type(({s: 5MB} | query s))", "\"size\""), ("[1MB, 3MB] | query 'sum(@)'", "4000000"),
      ("[1MB, 3MB] | query 'max(@)' | to json", #""3000000\n""#), ("{d: 90m} | query 'd'", "\"1h30m\""),
      ("{d: 90m} | query \"d == '1h30m'\"", "true"), ("type(({d: 90m} | query d))", "\"duration\""),
      ("{t: date(\"2024-05-01\")} | query \"t < '2024-05-02'\"", "true"),
      ("{t: date(\"2024-05-01\")} | query \"starts_with(t, '2024-05')\"", "true"),
      ("[date(\"2024-05-02\"), date(\"2024-05-01\")] | query 'sort(@)[0]'", "\"2024-05-01T00:00:00Z\""),
      ("{t: date(\"2024-05-01\")} | query 'type(t)'", "\"string\""),
    ])
  func languageTypes(_ text: String, _ expected: String) { #expect(value(text) == expected) }

  @Test("A secret passes through, and no query can look into it")
  func secrets() {
    #expect(value("type(({s: (secret env PATH)} | query s))") == "\"secret\"")
    #expect(value("{s: (secret env PATH)} | query \"s == s\"") == "false")
    #expect(value("{s: (secret env PATH)} | query \"[s] == [s]\"") == "false")
    let length = run("{s: (secret env PATH)} | query 'length(s)'").error
    #expect(
      length?.error.message.hasPrefix("`length` takes a string or an array or an object, and this is a secret") == true)
    let text = run("{s: (secret env PATH)} | query 'to_string(@)'").error
    #expect(text?.error.message.hasPrefix("field `s` is a secret") == true)
  }

  @Test("Whole numbers that do not fit become broken ones, and nothing traps")
  func limits() throws {
    let search = { (text: String, json: String) in
      try JMESPath(text).search(try Value(json: Array(json.utf8))).json()
    }
    #expect(try search("sum(@)", "[9223372036854775807, 1]") == "9.223372036854776e+18")
    #expect(try search("abs(@)", "-9223372036854775808").contains("e+18"))
    #expect(try search("[-9223372036854775808]", "[1]") == "null")
    #expect(try search("[::-9223372036854775807]", "[1, 2]") == "[2]")
    #expect(try search("[9223372036854775807:]", "[1, 2]") == "[]")
    #expect(try search("ceil(@)", "1e300") == "1e+300")
  }

  @Test("A query too deep or too long is refused, not run out of stack for")
  func depth() throws {
    for text in [
      String(repeating: "(", count: 100_000), String(repeating: "!", count: 3000) + "a",
      "a" + String(repeating: ".a", count: 100_000), String(repeating: "[*]", count: 2000),
    ] {
      #expect(throws: JMESPathError.self) { try JMESPath(text) }
    }
    let chain = "a" + String(repeating: " || a", count: 1500)
    #expect(value("{b: 1} | query \"\(chain)\" | to json") == #""null\n""#)
  }

  @Test("An error's sentence counts characters, and shows the part of a long query that matters")
  func sentence() {
    let error = #expect(throws: JMESPathError.self) { try JMESPath("\"é\".a%") }
    #expect(error?.sentence == "`%` means nothing in a query, at character 6 of the query `\"é\".a%`")
    let long = String(repeating: "a.", count: 60) + "% ." + String(repeating: "b.", count: 60)
    let cut = #expect(throws: JMESPathError.self) { try JMESPath(long) }
    #expect(cut?.sentence.contains("at character 121 of the query `…a.a.") == true)
    #expect(cut?.sentence.hasSuffix(".b…`") == true)
  }
}
