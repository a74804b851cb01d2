import Testing

@testable import AcrRuntime

@Suite("Functions")
struct FunctionTests {
  @Test(
    "Values",
    arguments: [
      ("count([1, 2])", "2"), ("len(\"äb\")", "2"), ("len({a: 1})", "1"), ("sum([1, 2.5])", "3.5"), ("sum([])", "0"),
      ("sum([{s: 1MB}, {s: null}, {s: 2MB}], \"s\")", "3000000"), ("min([3, 1, 2])", "1"),
      ("max([\"a\", \"b\"])", "\"b\""),
      ("max([{n: 1}, {n: 4}], \"n\")", "4"), ("avg([1, 2])", "1.5"), ("avg([1s, 3s])", "\"2s\""),
      ("[min([])]", "[null]"),
      ("any([\"v1\", \"v2.1\"], \"v2*\")", "true"), ("any([false, true])", "true"), ("all([1, 1], 1)", "true"),
      ("all([\"v1\", \"x\"], \"v*\")", "false"), ("any([], \"x\")", "false"),
      ("split(\"a,b,,c\", \",\")", #"["a","b","","c"]"#), ("join([1, \"b\", 2h], \"-\")", "\"1-b-2h\""),
      ("upper(\"aé\")", "\"AÉ\""), ("lower(\"ABC\")", "\"abc\""), ("trim(\"  a b\\n\")", "\"a b\""),
      ("trim(\"  \")", "\"\""), ("replace(\"a.b.c\", \".\", \"-\")", "\"a-b-c\""),
      ("matches(\"a1b22\", '\\d+')", #"["1","22"]"#), ("matches(\"k=v\", '(\\w)=(\\w)')", #"[["k","v"]]"#),
      ("contains([1, 2], 2)", "true"), ("contains(\"abc\", \"bc\")", "true"), ("starts-with(\"abc\", \"ab\")", "true"),
      ("ends-with(\"abc\", \"ab\")", "false"), ("keys({b: 1, a: 2})", #"["b","a"]"#), ("type(1MB)", "\"size\""),
      ("type(null)", "\"null\""), ("int(\"42\")", "42"), ("int(3.9)", "3"), ("int(2KB)", "2000"),
      ("number(\"1.5\")", "1.5"),
      ("string(90m)", "\"1h30m\""), ("bool(\"true\")", "true"), ("duration(\"1h30m\") / 1m", "90"),
      ("size(\"1.5KB\")", "1500"), ("date(\"2024-05-01\")", "\"2024-05-01T00:00:00Z\""),
      ("date(0)", "\"1970-01-01T00:00:00Z\""),
      ("human-size(12345678)", "\"12.3 MB\""), ("human-size(1GB)", "\"1.00 GB\""), ("abs(-3)", "3"),
      ("round(2.5)", "3"),
      ("round(1.236, 2)", "1.24"), ("floor(-1.5)", "-2"), ("ceil(1.2)", "2"), ("range(3)", "[0,1,2]"),
      ("range(1, 4)", "[1,2,3]"), ("range(5, 0, -2)", "[5,3,1]"), ("now() > date(\"2024-01-01\")", "true"),
      ("ref(\"alpine:3\")", #"{"registry":"docker.io","repository":"library/alpine","tag":"3","digest":null}"#),
      ("semver(\"v1.2.3-rc.1+b5\")", #"{"major":1,"minor":2,"patch":3,"prerelease":"rc.1","build":"b5"}"#),
      ("semver(\"latest\") == null", "true"), ("len(reveal((secret env PATH))) > 0", "true"),
    ])
  func values(_ text: String, _ expected: String) {
    #expect(value(text) == expected)
  }

  @Test(
    "Errors",
    arguments: [
      (
        "let x = \"abc\"\ncount($x)",
        "invalid: `count` takes a list, and this is a string (variable `$x`) [$x] = `len(…)` measures a text or record"
      ),
      (
        "let x = 5\nsplit(\"a\", $x)", "invalid: `split` takes a string second, and this is an int (variable `$x`) [$x]"
      ),
      ("int(\"4x\")", "invalid: `4x` is not an int [int(\"4x\")]"),
      ("sum([1, \"a\"])", "invalid: the items have incompatible types: int, string [sum([1, \"a\"])]"),
      ("max([1, true])", "invalid: the items have no order: int, bool [max([1, true])]"),
      (
        "sum([{size: 1}], \"name\")",
        "invalid: no column `name` in this row [sum([{size: 1}], \"name\")] = its columns: size"
      ),
      ("range(1, 5, 0)", "invalid: the step of `range` is 0 [range(1, 5, 0)]"),
      ("range(99999999)", "invalid: `range` makes at most 10000000 items [range(99999999)]"),
      (
        "size(\"5XB\")",
        "invalid: `5XB` is not a size [size(\"5XB\")] = a number and B, KB, MB, GB, KiB, MiB or GiB: `200MB`"
      ),
      (
        "date(\"today\")",
        "invalid: `today` is not a datetime [date(\"today\")] = as in `2024-05-01`, `2024-05-01T10:20:30Z` or `2024-05-01 10:20:30`"
      ),
      (
        "semver-match(\"1.0.0\", \">=a\")",
        "invalid: `a` is not a version in the range `>=a` [semver-match(\"1.0.0\", \">=a\")] = as in `>=1.2.0 <2.0.0`, `^1.4`, `1.x`"
      ),
      ("join([[1]], \",\")", "invalid: item 0 of the list is a list, which has no text [join([[1]], \",\")]"),
    ])
  func errors(_ text: String, _ expected: String) {
    #expect(value(text) == expected)
  }

  @Test(
    "Version ranges are npm's",
    arguments: [
      (
        ">=1.0.0 <2.0.0", ["1.0.0", "1.9.9", "v1.2.3"], ["0.9.9", "2.0.0", "2.0.0-rc.1", "1.5.0-rc.1", "latest", "1.2"]
      ),
      ("^1.2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]), ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
      ("^0.0.3", ["0.0.3"], ["0.0.4"]), ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0"]), ("~1", ["1.9.0"], ["2.0.0"]),
      ("1.x", ["1.0.0", "1.5.2"], ["2.0.0", "0.1.0"]), ("1.2.*", ["1.2.7"], ["1.3.0"]), ("*", ["0.0.1", "9.9.9"], []),
      ("1.2.3 - 2.3", ["1.2.3", "2.3.9"], ["2.4.0", "1.2.2"]),
      ("<1.0.0 || >=3", ["0.5.0", "3.0.0"], ["1.0.0", "2.9.9"]),
      (">1.2", ["1.3.0"], ["1.2.5"]), ("<=1.2", ["1.2.9"], ["1.3.0"]), (">= 1.2.3", ["1.2.3"], ["1.2.2"]),
      ("1.2.3", ["1.2.3", "1.2.3+build"], ["1.2.4"]),
      (">1.2.3-alpha.3", ["1.2.3-alpha.7", "1.2.3"], ["3.4.5-alpha.9"]),
      ("", ["1.0.0"], ["1.0.0-rc"]),
    ])
  func ranges(_ text: String, _ inside: [String], _ outside: [String]) throws {
    let range = try VersionRange(text)
    for version in inside { #expect(SemanticVersion(version).map(range.contains) == true, "\(version)") }
    for version in outside { #expect(SemanticVersion(version).map(range.contains) != true, "\(version)") }
  }

  @Test("Precedence is that of semver.org, rule 11")
  func precedence() {
    let ordered = [
      "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
      "1.0.0", "2.0.0", "2.1.0", "2.1.1",
    ].compactMap { SemanticVersion($0) }
    #expect(ordered.count == 11)
    for (left, right) in zip(ordered, ordered.dropFirst()) { #expect(left < right) }
  }

  @Test(
    "What is no version", arguments: ["1", "1.2", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3+", "a.b.c", "1.2.3.4", ""])
  func noVersion(_ text: String) { #expect(SemanticVersion(text) == nil) }
}
