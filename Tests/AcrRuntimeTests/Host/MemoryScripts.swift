/// Scripts for ``MemoryLimitTests``.
enum MemoryScripts {
  /// Each would take far more than 4 MiB.
  static let growing = growingPlaces + growingTexts + growingRows

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
