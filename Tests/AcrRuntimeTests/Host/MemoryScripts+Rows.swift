extension MemoryScripts {
  /// Words of pipelines, queries and the rest that grow.
  static let growingRows: [(name: String, script: String)] = [
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
}
