extension MemoryScripts {
  /// Functions of texts and formats that grow.
  static let growingTexts: [(name: String, script: String)] = [
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
  ]
}
