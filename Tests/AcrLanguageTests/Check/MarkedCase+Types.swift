import AcrCore
import AcrLanguage

extension MarkedCase {
  /// What the shapes of values tell.
  static let types: [MarkedCase] = basics + composed + rows + handledElsewhere

  private static let basics: [MarkedCase] = [
    MarkedCase(
      #"print (1 «+» "a")"#,
      #"error: cannot add an int and a string = "${…}" puts a value into text; `int(…)` reads a number from text"#),
    MarkedCase(#"print (10MB «<» 5s)"#, #"error: cannot compare a size with a duration"#),
    MarkedCase(
      #"""
      let n = "3"
      print ($n «*» 2)
      """#,
      #"warning: cannot multiply a string (variable `$n`) by an int = `int(…)` reads a number from text"#),
    MarkedCase(
      #"if «1» { print 1 }"#,
      #"error: a condition is true or false, and `if` got an int = compare it with something"#),
    MarkedCase(
      #"print (not «"x"»)"#,
      #"error: a condition is true or false, and `not` got a string = compare it, for example `… != ""`"#),
    MarkedCase(
      #"[1] | where «[]»"#,
      #"error: a condition is true or false, and `where` got a list = ask for its length, for example `count(…) > 0`"#),
    MarkedCase(#"exit «300»"#, #"error: `exit` takes a number from 0 to 255, and this is 300"#),
    MarkedCase(#"exit «"a"»"#, #"error: `exit` takes a number from 0 to 255, and this is a string"#),
    MarkedCase(
      #"""
      let p = secret env ACRT
      print «$p»
      """#,
      #"error: `print` does not write a secret = `reveal(…)` gives its text"#),
    MarkedCase(
      #"""
      let p = secret env ACRT
      print "is ${«p»}"
      """#,
      #"error: `$p` is a secret: secrets are not converted to text = give it on its own to a parameter that takes secrets, such as `--password`"#
    ),
    MarkedCase(
      #"""
      let r = {tag: "1.0", size: 3MB}
      print (upper($r.«tga»))
      """#,
      #"warning: `$r` has no field `tga` / did you mean `tag`? = its fields: tag, size"#),
    MarkedCase(
      #"""
      let rows = mirror a/b c/d
      for row in $rows { print ${row.«tga»} }
      $rows | each { print ${it.«actoin»} }
      """#,
      #"warning: `mirror` gives no column `tga` / did you mean `tag`? = its columns: repository, tag, action, digest, bytes, referrers, reason"#,
      #"warning: `mirror` gives no column `actoin` / did you mean `action`? = its columns: repository, tag, action, digest, bytes, referrers, reason"#
    ),
    // What may be handled, may not be reached, or may have changed is nobody's fault.
    MarkedCase(#"try { print (1 + "a") } catch { print no }"#),
    MarkedCase(#"print (false and 1 + "a" == 2)"#),
    MarkedCase(
      #"""
      var x = 1
      for i in [1, 2] { print ($x + 1); $x = "a$i" }
      """#),
  ]

  /// `if`, `match`, `try`, spread, slices, patterns and blocks as values.
  private static let composed: [MarkedCase] = [
    MarkedCase(
      #"""
      let n = if "a" == "b" { 1 } else { 2 }
      print ($n «+» "x")
      """#,
      #"warning: cannot add an int (variable `$n`) and a string = "${…}" puts a value into text; `int(…)` reads a number from text"#
    ),
    MarkedCase(
      #"""
      param tag: string
      let kind = match $tag { like "v*" { "version" } "latest" { "moving" } else { "other" } }
      print ($kind «-» "x")
      let size = try { 1MB } catch { 0B }
      print ($size «==» 5)
      """#,
      #"warning: cannot subtract a string from a string (variable `$kind`)"#,
      #"warning: cannot compare a size (variable `$size`) with an int = a size has a unit: `200MB`; of a number, `1B * $n` makes one"#
    ),
    MarkedCase(
      #"""
      let base = {tag: "1.0", size: 3MB}
      let more = {...$base, digest: "x"}
      print ${more.tag} ${more.digest} ${more.«digset»}
      """#,
      #"warning: `$more` has no field `digset` / did you mean `digest`? = its fields: tag, size, digest"#),
    MarkedCase(
      #"""
      let rows = [...[{tag: "1"}], {tag: "2"}]
      print ${rows[0].«tga»} ${rows[0..1][0].tag}
      """#,
      #"warning: the record has no field `tga` / did you mean `tag`? = its fields: tag"#),
    MarkedCase(
      #"""
      let {tag, «digset»} = {tag: "1", digest: "x"}
      let [first, ...rest] = ["a", "b"]
      print $tag $digset $first (count($rest)) (upper($rest[0]))
      """#,
      #"warning: the record has no field `digset` / did you mean `digest`? = its fields: tag, digest"#),
    MarkedCase(
      #"""
      let {tag, ...rest} = {tag: "1", size: 3MB, os: "linux"}
      print $tag ${rest.os} ${rest.«tag»}
      """#,
      #"warning: `$rest` has no field `tag` = its fields: size, os"#),
    MarkedCase(
      #"""
      let l = [1, 2]
      print (count($l[..«"x"»])) ($l[«"a"»])
      """#,
      #"error: the ends of `[from..to]` are ints, not a string"#,
      #"error: a list is indexed by an int, not by a string"#),
    MarkedCase(
      #"""
      let twice = { |n| $n * 2 }
      print (twice(2)) ($twice «+» 1)
      print [...«5»]
      """#,
      #"warning: cannot add a block (variable `$twice`) and an int"#,
      #"error: `...` spreads a list, and this is an int"#),
    MarkedCase(
      #"""
      print upper(«1») (count(«"ab"»)) (sum([{n: 1}], «"m"»))
      """#,
      #"error: `upper` takes a string, and this is an int"#,
      #"error: `count` takes a list, and this is a string"#,
      #"warning: no column `m` in these rows = their columns: n"#),
    MarkedCase(
      #"""
      for i in «5» { print $i }
      print ("a" =~ "«)»")
      """#,
      #"error: `for` goes through a list, and this is an int = `[…]` makes a list of one value"#,
      #"error: `)` is not a regular expression: `)` has no `(` = `\)` is a bracket"#),
    MarkedCase(
      #"""
      def text-of(name: string) { $name }
      let list = ["a"]
      text-of «$list»
      print text-of(«$list»)
      """#,
      #"warning: `name` of `text-of` takes a string, and this is a list (variable `$list`) = `[0]` takes one of its items"#,
      #"warning: `name` of `text-of` takes a string, and this is a list (variable `$list`) = `[0]` takes one of its items"#
    ),
    MarkedCase(
      #"""
      let password = secret env ACRT
      acr login --name a --username «$password» --password $password
      """#,
      #"error: `--username` of `acr login` takes a string, and this is a secret (variable `$password`) = only parameters for secrets, such as `--password`, take one"#
    ),
    MarkedCase(
      #"retry --on «throtled» { print x }"#,
      #"error: `throtled` is not a kind of error; did you mean `throttled`? = the kinds are \#(kinds)"#),
  ]

  private static let kinds = ErrorKind.all.map(\.name).joined(separator: ", ")

  /// Columns through the words of a pipeline.
  private static let rows: [MarkedCase] = [
    MarkedCase(
      #"""
      list-metadata a/b
        | extend mb = .imageSize / 1MB
        | sort-by mb
        | rename digest id
        | drop tags
        | first 3
        | select id mb «tags»
      """#,
      #"warning: `list-metadata` gives no column `tags` = its columns: \#(renamed)"#),
    MarkedCase(
      #"""
      let rows = [{os: "linux", n: 1}, {os: "windows", n: 2}]
      $rows | group-by os | each { |g| {os: $g.key, total: sum($g.rows, «"m"»)} } | where .total > 0 | get «totl»
      $rows | enumerate | get «itm»
      $rows | enumerate --from 1 | each { |{index, item}| "$index ${item.«on»}" }
      print ($rows | first).n ($rows | last).«oss» ($rows | zip [1, 2] | first).left.os
      """#,
      #"warning: no column `m` in these rows = their columns: os, n"#,
      #"warning: no column `totl` in these rows / did you mean `total`? = their columns: os, total"#,
      #"warning: `enumerate` gives no column `itm` / did you mean `item`? = its columns: index, item"#,
      #"warning: `$item` has no field `on` / did you mean `os`? = its fields: os, n"#,
      #"warning: the record has no field `oss` / did you mean `os`? = its fields: os, n"#),
    MarkedCase(
      #"""
      let results = ["a"] | par-each --keep-going { |image| {image: $image} }
      $results | where not .ok | select item error.message «vaule»
      $results | where .ok | get value.image
      """#,
      #"warning: `par-each` gives no column `vaule` / did you mean `value`? = its columns: item, ok, value, error"#),
    MarkedCase(
      #"""
      let n = 5
      $n | «where» $it > 1
      $n | «sort-by»
      """#,
      #"warning: `where` works on rows, but the pipe gives an int = `[…]` makes a list of one value"#,
      #"warning: `sort-by` works on rows, but the pipe gives an int = `[…]` makes a list of one value"#),
    MarkedCase(
      #"""
      def tags-of(repository: string) { list-metadata $repository | where count(.tags) > 0 }
      tags-of a/b | get «digset»
      """#,
      #"warning: `list-metadata` gives no column `digset` / did you mean `digest`? = its columns: \#(columns)"#),
  ]

  private static let columns =
    TestCatalog.catalog.command(named: "list-metadata")?.columns.names.joined(separator: ", ") ?? ""
  private static let renamed =
    "id, "
    + columns.split(separator: ", ").dropFirst().filter { $0 != "tags" }.joined(separator: ", ") + ", mb"

  /// What is handled, or may be something else.
  private static let handledElsewhere: [MarkedCase] = [
    MarkedCase(
      #"""
      param x
      let v = if type($x) == "int" { $x } else { "none" }
      print ($v + 1) ($x.anything) ($x[0])
      let row = [{a: 1}] | first
      print ($row?.b ?? 2) ($env?.HOME ?? "") ($env["HOME"])
      let parsed = '{"a": 1}' | from json
      print ${parsed.a.b.c}
      for r in open rows.csv { print ${r.anything} }
      """#),
    MarkedCase(
      #"""
      token --reveal | get accessToken
      print (token --reveal).accessToken
      let half = 4 / 2
      repository show-tags -n a --repository b | where starts-with($it, "v") | sort-by | get 0
      for tag in repository show-tags -n a --repository b --detail { print ${tag.name} }
      print (range($half)) ([1, 2][$half - 1])
      [{a: 1}, {b: 2}] | each { |r| $r?.a ?? $r?.b }
      """#),
  ]
}
