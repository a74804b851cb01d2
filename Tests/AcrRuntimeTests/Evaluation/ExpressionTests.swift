import Testing

@Suite("Expressions")
struct ExpressionTests {
  @Test(
    "Arithmetic, comparison and matching",
    arguments: [
      ("1 + 2 * 3", "7"), ("7 / 2", "3.5"), ("6 / 3", "2"), ("7 % 3", "1"), ("-7 % 3", "-1"), ("1 + 0.5", "1.5"),
      ("\"a\" + \"b\"", "\"ab\""), ("[1] + [2, 3]", "[1,2,3]"), ("30s + 1m", "\"1m30s\""), ("2 * 30s", "\"1m\""),
      ("1h / 2", "\"30m\""), ("1h / 20m", "3"), ("1GB / 200MB", "5"), ("200MB * 2", "400000000"),
      ("1KiB - 24B", "1000"),
      ("date(\"2024-05-02\") - date(\"2024-05-01\")", "\"1d\""),
      ("date(\"2024-05-01\") + 90m", "\"2024-05-01T01:30:00Z\""),
      ("250ms", "\"250ms\""), ("1 < 2", "true"), ("1 == 1.0", "true"), ("2MB > 1MiB", "true"),
      ("\"b\" > \"a\"", "true"), ("null == null", "true"), ("[1, {a: 2}] == [1, {a: 2}]", "true"),
      ("{a: 1, b: 2} == {b: 2, a: 1}", "true"), ("2 in [1, 2]", "true"), ("\"b\" in \"abc\"", "true"),
      ("\"a\" in {a: 1}", "true"), ("3 not in [1, 2]", "true"), ("\"v1.2\" like \"v*\"", "true"),
      ("\"v1\" like \"v?\"", "true"), ("\"V1\" like \"v?\"", "false"), ("\"abc\" =~ \"^a.c$\"", "true"),
      ("\"abc\" !~ \"x\"", "true"), ("not true", "false"), ("true and false or true", "true"), ("null ?? 3", "3"),
      ("false and 1 / 0 == 1", "false"), ("{a: {b: [10, 20]}}.a.b[1]", "20"), ("[1, 2, 3][-1]", "3"),
      ("{a: 1}[\"a\"]", "1"), ("{a: null}.a?.b", "null"), ("{a: 1}?.b ?? \"none\"", "\"none\""),
      ("\"${1 + 1} of ${2h}\"", "\"2 of 2h\""), ("\"${200MB} ${true} ${null} ${1.5}\"", "\"200MB true null 1.5\""),
    ])
  func values(_ text: String, _ expected: String) {
    #expect(value("let x = \(text)\n[$x]") == "[\(expected)]")
  }

  @Test(
    "Errors say what was wrong, word for word",
    arguments: [
      (
        "let x = \"5\"\n$x < 10MB",
        "invalid: cannot compare a string (variable `$x`) with a size [<]"
      ),
      (
        "let x = {size: 1MB}\n$x.size < 3",
        "invalid: cannot compare a size (field `.size`) with an int [<] = a size has a unit: `200MB`; of a number, `1B * $n` makes one"
      ),
      (
        "let x = 1\n\"a\" + $x",
        "invalid: cannot add a string and an int (variable `$x`) [+] = \"${…}\" puts a value into text; "
          + "`int(…)` reads a number from text"
      ),
      ("let x = true\n$x - 1s", "invalid: cannot subtract a duration from a bool (variable `$x`) [-]"),
      ("let x = 1\n$x / 0", "invalid: division by zero [/]"),
      ("let x = 1\n$x % 0", "invalid: division by zero [%]"),
      ("let x = 9223372036854775807\n$x + 1", "invalid: the result of `+` does not fit 64 bits [+]"),
      ("let x = 9223372036854775807\n$x * 2", "invalid: the result of `*` does not fit 64 bits [*]"),
      (
        "let m = null\n$m.tag",
        "invalid: `$m` is null: it has no `.tag` [tag] = `?.tag` gives null instead"
      ),
      (
        "let m = {digest: 1, tag: 2}\n$m.tga",
        "invalid: `$m` has no field `tga` [tga] (did you mean `tag`?) = its fields: digest, tag"
      ),
      (
        "let m = [{tag: 1}]\n$m.tag",
        "invalid: a list (variable `$m`) has no fields [tag] = `… | get tag` takes `.tag` of every row, `[0]` takes one row"
      ),
      ("let m = [1, 2]\n$m[5]", "invalid: there is no item 5: the list has 2 items, 0 to 1 [5]"),
      ("let m = []\n$m[0]", "invalid: there is no item 0: the list is empty [0]"),
      (
        "for m in [{tag: 1}] { print \"a $m\" }",
        "invalid: `$m` is a record: write `${m.tag}` [$m]"
      ),
      (
        "for m in [{tag: 1, digest: 2}] { print $m.digest }",
        "invalid: `$m` is a record: write `${m.digest}` [$m]"
      ),
      (
        "let m = [1]\n\"a $m\"",
        "invalid: `$m` is a list: write `${join($m, \",\")}` or `${m[0]}` [$m]"
      ),
      (
        "let m = secret env PATH\n\"a $m\"",
        "invalid: `$m` is a secret: secrets are not converted to text [$m] = give it on its own to a parameter that takes secrets, "
          + "such as `--password`"
      ),
      (
        "let m = secret env PATH\n$m like \"a*\"",
        "invalid: `like` compares strings, not a secret (variable `$m`) with a string [like] = a secret can only be passed on; "
          + "`reveal(…)` gives its text"
      ),
      (
        "let m = secret env PATH\n$m == \"a\"",
        "invalid: cannot compare a secret (variable `$m`) with a string [==] = a secret can only be passed on; "
          + "`reveal(…)` gives its text"
      ),
      (
        "let x = [1]\nif $x { 1 }",
        "invalid: a condition is true or false, and `if` got a list (variable `$x`) [$x] = ask for its length, for example "
          + "`count(…) > 0`"
      ),
      (
        "let x = null\nnot $x",
        "invalid: a condition is true or false, and `not` got null (variable `$x`) [$x] = compare it, for example "
          + "`… != null`"
      ),
      (
        "$env.ACR_NO_SUCH_NAME",
        "usage: there is no environment variable `ACR_NO_SUCH_NAME` [$env.ACR_NO_SUCH_NAME] = "
          + "`$env?.ACR_NO_SUCH_NAME ?? \"…\"` gives it a default"
      ),
      (
        "let p = \"(\"\n\"a\" =~ $p",
        "invalid: `(` is not a regular expression: expected ')' [=~]"
      ),
    ])
  func errors(_ text: String, _ expected: String) {
    #expect(value(text) == expected)
  }
}
