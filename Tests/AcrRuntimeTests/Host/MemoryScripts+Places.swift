extension MemoryScripts {
  /// Variables, places and recursion that grow.
  static let growingPlaces: [(name: String, script: String)] = [
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
  ]
}
