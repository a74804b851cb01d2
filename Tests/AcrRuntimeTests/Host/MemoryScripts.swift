/// Scripts for ``MemoryLimitTests``.
enum MemoryScripts {
  /// Each would take far more than 4 MiB.
  static let growing: [(name: String, script: String)] = [
    (
      "double text",
      #"""
      var s = "abcdefghijklmnopqrstuvwxyz"
      while true { $s = $s + $s }
      """#
    ),
    (
      "double list",
      #"""
      var s = [1, 2]
      while true { $s = $s + $s }
      """#
    ),
    (
      "append text",
      #"""
      var s = ""
      while true { $s += "abcdefghijklmnopqrstuvwxyz" }
      """#
    ),
    (
      "append list",
      #"""
      var s = []
      while true { $s += [1] }
      """#
    ),
    (
      "append strings",
      #"""
      var s = []
      var i = 0
      while true { $i += 1; $s += ["a text with the number ${i} in it"] }
      """#
    ),
    (
      "records",
      #"""
      var s = []
      var i = 0
      while true { $i += 1; $s += [{a: $i, b: "some text that is long ${i}", c: [1,2,3]}] }
      """#
    ),
    (
      "field list",
      #"""
      var s = {a: []}
      while true { $s.a += [1] }
      """#
    ),
    (
      "field text",
      #"""
      var s = {a: ""}
      while true { $s.a += "abcdefghijklmnopqrstuvwxyz" }
      """#
    ),
    (
      "item",
      #"""
      var s = [[], []]
      while true { $s[1] += [1] }
      """#
    ),
    (
      "new fields",
      #"""
      var s = {a: 1}
      var i = 0
      while true { $i += 1; $s["field number ${i}"] = $i }
      """#
    ),
    (
      "copies of text",
      #"""
      var l = []
      var s = ""
      for i in range(1000) { $s += "abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz" }
      while true { $l += [$s]; $s += "x" }
      """#
    ),
    (
      "copies of list",
      #"""
      var l = []
      var s = range(1000)
      while true { $l += [$s]; $s += [1] }
      """#
    ),
    (
      "copies of record",
      #"""
      var l = []
      var s = {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8}
      while true { $l += [$s]; $s.a = 2 }
      """#
    ),
    (
      "ranges held in recursion",
      #"""
      def f(n) { return count([range(10000), f($n - 1)]) }
      f(1)
      """#
    ),
    (
      "binary held in recursion",
      #"""
      def f(n) { return range(10000) + f($n - 1) }
      f(1)
      """#
    ),
    (
      "text held in recursion",
      #"""
      def f(n) { return "${join(range(5000), ",")} ${f($n - 1)}" }
      f(1)
      """#
    ),
    (
      "variable in recursion",
      #"""
      def f(n) { let x = range(10000); f($n - 1); return $x }
      f(1)
      """#
    ),
    (
      "pipe held in recursion",
      #"""
      def f(n) { range(10000) | each { |x| f($n) } }
      f(1)
      """#
    ),
    (
      "arg held in recursion",
      #"""
      def f(n) { print (range(10000)) ([1] | each { |x| f($n) }) }
      f(1)
      """#
    ),
    (
      "join-by held",
      #"""
      def f(n) { join-by a (range(10000) | each { |x| {a: $x} }) ([1] | each { |x| {a: f($n)} }) }
      f(1)
      """#
    ),
    (
      "join",
      #"""
      var l = []
      for i in range(1000) { $l += ["abcdefghijklmnopqrstuvwxyz"] }
      let a = join($l, join($l, join($l, "")))
      print $a
      """#
    ),
    (
      "replace",
      #"""
      var s = join(range(5000), ",")
      let t = replace($s, ",", $s)
      print $t
      """#
    ),
    (
      "replace twice",
      #"""
      var s = "aaaaaaaaaaaaaaaa"
      while true { $s = replace($s, "a", "aaaaaaaa") }
      """#
    ),
    (
      "split",
      #"""
      var s = join(range(300000), ",")
      var l = []
      while true { $l += [split($s, "")] }
      """#
    ),
    (
      "lines",
      #"""
      var s = join(range(300000), "\n")
      var l = []
      while true { $l += [($s | lines)] }
      """#
    ),
    (
      "matches",
      #"""
      var s = join(range(300000), ",")
      let m = matches($s, "([0-9])([0-9])?")
      print $m
      """#
    ),
    (
      "upper",
      #"""
      var s = "ΐ"
      while true { $s = upper($s) + lower($s) }
      """#
    ),
    (
      "interpolate",
      #"""
      var s = "abcdefghijklmnop"
      while true { $s = "${s}${s}" }
      """#
    ),
    (
      "json read list",
      #"""
      var s = "1"
      for i in range(13) { $s = "${s},${s}" }
      while true { $s = "${s},${s}"; let x = "[${s}]" | from json; print ${count($x)} }
      """#
    ),
    (
      "json read objects",
      #"""
      var s = '{"a":1,"b":[]}'
      for i in range(13) { $s = "${s},${s}" }
      while true { $s = "${s},${s}"; let x = "[${s}]" | from json }
      """#
    ),
    (
      "json read lists",
      #"""
      var s = '[[[1]]]'
      for i in range(13) { $s = "${s},${s}" }
      while true { $s = "${s},${s}"; let x = "[${s}]" | from json }
      """#
    ),
    (
      "json read names",
      #"""
      var s = []
      for i in range(200000) { $s += ["\"field ${i}\": 1"] }
      let t = "{${join($s, ",")}}"
      let x = $t | from json
      print $x
      """#
    ),
    (
      "jsonl",
      #"""
      var s = "1\n"
      for i in range(13) { $s = "${s}${s}" }
      while true { $s = "${s}${s}"; let x = $s | from jsonl; print ${count($x)} }
      """#
    ),
    (
      "csv read",
      #"""
      var s = "1,2,3\n"
      for i in range(12) { $s = "${s}${s}" }
      while true { $s = "${s}${s}"; let x = "a,b,c\n${s}" | from csv; print ${count($x)} }
      """#
    ),
    (
      "to json shared",
      #"""
      var x = [1, 2, 3]
      for i in range(40) { $x = [$x, $x] }
      let t = $x | to json
      print $t
      """#
    ),
    (
      "to json compact shared",
      #"""
      var x = [1, 2, 3]
      for i in range(40) { $x = [$x, $x] }
      let t = $x | to json --compact
      print $t
      """#
    ),
    (
      "to yaml shared",
      #"""
      var x = [1, 2, 3]
      for i in range(40) { $x = [$x, $x] }
      let t = $x | to yaml
      print $t
      """#
    ),
    (
      "to csv shared",
      #"""
      var x = [1, 2, 3]
      for i in range(40) { $x = [$x, $x] }
      let t = [{a: $x}] | to csv
      print $t
      """#
    ),
    (
      "to table shared",
      #"""
      var x = [1, 2, 3]
      for i in range(40) { $x = [$x, $x] }
      let t = [{a: $x}] | to table
      print $t
      """#
    ),
    (
      "each rows",
      #"""
      let x = range(100000) | each { |b| range(100) }
      """#
    ),
    (
      "par-each",
      #"""
      let x = range(100000) | par-each --jobs 4 { |b| range(100) }
      """#
    ),
    (
      "par-each inside",
      #"""
      let x = range(100) | par-each --jobs 4 { |b| var s = []; while true { $s += [1] }; $s }
      """#
    ),
    (
      "flatten",
      #"""
      let x = range(1000) | each { |b| range(1000) } | flatten
      """#
    ),
    (
      "select",
      #"""
      let l = range(3000) | each { |b| {a: $b} }
      var x = []
      while true { $x += [($l | select a)] }
      """#
    ),
    (
      "group-by",
      #"""
      let x = range(200000) | each { |b| {a: $b} } | group-by a
      """#
    ),
    (
      "unique",
      #"""
      range(1000000) | unique | ignore
      """#
    ),
    (
      "sort-by",
      #"""
      let x = range(150000) | sort-by
      """#
    ),
    (
      "sort-by column",
      #"""
      let x = range(60000) | each { |n| {a: $n, b: $n} } | sort-by a b
      """#
    ),
    (
      "join-by product",
      #"""
      let a = range(1000) | each { |n| {k: 1} }
      let b = join-by k $a $a
      """#
    ),
    (
      "query flatten",
      #"""
      var x = [1, 2, 3]
      for i in range(20) { $x = [$x, $x] }
      let t = $x | query "[][][][][][][][][][][][][][][][][][][][][]"
      print $t
      """#
    ),
    (
      "query hash",
      #"""
      let x = range(100000)
      let y = $x | query "[].{a: @, b: @, c: @, d: @}"
      print $y
      """#
    ),
    (
      "query join",
      #"""
      let x = range(50000) | each { |n| "text ${n} text" }
      let y = $x | query "[join(',', @), join(',', @), join(',', @), join(',', @), join(',', @), join(',', @), join(',', @), join(',', @), join(',', @), join(',', @), join(',', @)]"
      print $y
      """#
    ),
    (
      "query to_string",
      #"""
      var x = [1, 2, 3]
      for i in range(40) { $x = [$x, $x] }
      let t = $x | query "to_string(@)"
      print $t
      """#
    ),
    (
      "caught errors",
      #"""
      var s = "x"
      for i in range(18) { $s = $s + $s }
      var i = 0
      while true { $i += 1; try { throw "${s}${i}" } catch e { print caught } }
      """#
    ),
    (
      "long names",
      #"""
      var s = "x"
      for i in range(16) { $s = $s + $s }
      var i = 0
      var l = []
      while true { $i += 1; var r = {a: 1}; $r["${s}${i}"] = 1; $l += [$r] }
      """#
    ),
    (
      "keep-going",
      #"""
      let x = range(100000) | each --keep-going { |n| throw "a longer text than usual ${n}" }
      """#
    ),
    (
      "global in def",
      #"""
      var l = []
      def f() { return count($l) }
      while true { $l += [1]; $l += [2] }
      f
      """#
    ),
    (
      "keys",
      #"""
      var s = {a: 1}
      for i in range(3000) { $s["f${i}"] = $i }
      var l = []
      while true { $l += [keys($s)] }
      """#
    ),
    (
      "try catch",
      #"""
      var s = [1]
      try { while true { $s = $s + $s } } catch e { print caught }
      print after
      """#
    ),
    (
      "column",
      #"""
      let r = range(50000) | each { |n| {a: "${n} is a number with a text"} }
      var l = []
      while true { $l += [($r | get a)] }
      """#
    ),
    (
      "shuffled",
      #"""
      var s = []
      while true { $s = $s | each { |x| $x } | sort-by; $s += range(1000) }
      """#
    ),
    (
      "csv read columns",
      #"""
      var s = []
      for i in range(100000) { $s += ["column ${i}"] }
      let x = join($s, ",") | from csv
      """#
    ),
    (
      "extend",
      #"""
      let x = range(1000) | each { |b| {a: $b} } | extend c = range(1000), d = range(1000)
      """#
    ),
  ]

  /// Each makes far more than 4 MiB of values and holds little at a time.
  static let modest: [(name: String, script: String)] = [
    (
      "ranges",
      #"""
      for i in range(300) { let x = range(10000); let y = count($x) }
      """#
    ),
    (
      "texts",
      #"""
      for i in range(2000) { let x = join(range(1000), ","); let y = upper($x) }
      """#
    ),
    (
      "rows",
      #"""
      for i in range(300) { let x = range(300) | each { |n| {a: $n, b: "row number ${n}"} } | where .a > 10 | select a | sort-by a }
      """#
    ),
    (
      "json",
      #"""
      let t = range(1000) | each { |n| {a: $n} } | to json
      for i in range(60) { let x = $t | from json }
      """#
    ),
    (
      "shared",
      #"""
      let x = range(10000)
      var l = []
      for i in range(5000) { $l += [$x] }
      """#
    ),
    (
      "par",
      #"""
      let big = range(100000)
      let x = range(40) | par-each --jobs 4 { |n| var c = 0; for i in range(30) { let y = range(1000); $c += count($y) }; $c + count($big) }
      """#
    ),
    (
      "sum",
      #"""
      var s = 0
      for i in range(200) { $s += count(range(10000)) }
      """#
    ),
  ]
}
