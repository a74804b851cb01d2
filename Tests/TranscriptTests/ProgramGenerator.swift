/// Makes small programs that parse: random statements of a few variables, with `tick` between them, so that a test can
/// interrupt a run after any number of steps. Every loop ends, or has a `tick` in it.
struct ProgramGenerator {
  var random: SplitMix64
  private var depth = 0
  private var names = 0
  private var visible: [(name: String, isMutable: Bool)] = []
  private var blocks = 0

  init(seed: UInt64) { random = SplitMix64(state: seed) }

  /// A whole program.
  mutating func program() -> String {
    var text =
      "def twice(n) { tick; return $n }\ndef count-down(n) { tick; if $n == 0 { return 0 }; return count-down($n - 1) }\n"
    for _ in 0..<Int.random(in: 1...8, using: &random) { text += statement() + "\n" }
    return text
  }

  private mutating func pick<Item>(_ items: [Item]) -> Item { items[Int.random(in: 0..<items.count, using: &random)] }

  private mutating func chance(_ outOf: Int) -> Bool { Int.random(in: 0..<outOf, using: &random) == 0 }

  private mutating func block() -> String {
    let saved = visible
    depth += 1
    defer {
      depth -= 1
      visible = saved
    }
    var lines: [String] = ["tick"]
    for _ in 0..<Int.random(in: 1...3, using: &random) { lines.append(statement()) }
    return "{ " + lines.joined(separator: "; ") + " }"
  }

  private mutating func statement() -> String {
    let kind = depth > 3 ? Int.random(in: 0..<5, using: &random) : Int.random(in: 0..<13, using: &random)
    switch kind {
    case 0, 1:
      names += 1
      let isMutable = chance(2)
      let text = "\(isMutable ? "var" : "let") v\(names) = \(chance(3) ? pipeline() : expression())"
      visible.append(("v\(names)", isMutable))
      return text
    case 2:
      let mutable = visible.filter(\.isMutable)
      guard !mutable.isEmpty else { return "tick" }
      let place = "$\(pick(mutable).name)" + pick(["", "", "", "[0]", ".a", "[\"b\"]"])
      return "\(place) \(pick(["=", "+=", "-="])) \(expression())"
    case 3: return "print \(argument()) \(argument())"
    case 4: return chance(2) ? pipeline() : "(\(expression()))"
    case 5: return "if \(condition()) \(block())" + (chance(2) ? " else \(block())" : "")
    case 6:
      names += 1
      let name = "v\(names)"
      let list = chance(2) ? expression() : "(\(pipeline()))"
      visible.append((name, false))
      let text = "for \(name) in \(list) \(block())"
      visible.removeLast()
      return text
    case 7: return "while \(condition()) \(block())"
    case 8: return "try \(block()) catch e \(block())" + (chance(2) ? " finally \(block())" : "")
    case 9: return "try \(block()) finally \(block())"
    case 10: return "throw \(pick(["\"stop\"", "{message: \"m\", kind: \"network\"}", expression()]))"
    case 11: return "retry --times 2 --wait 0s --on thrown --on invalid \(block())"
    default: return pipeline()
    }
  }

  private mutating func condition() -> String {
    pick(["true", "false", "\(expression()) == \(expression())", "not \(argumentExpression())", "1 < \(expression())"])
  }

  private mutating func argumentExpression() -> String { "(\(expression()))" }

  private mutating func argument() -> String {
    chance(3) && !visible.isEmpty ? "\"a $\(pick(visible).name) ${\(expression())}\"" : argumentExpression()
  }

  private mutating func pipeline() -> String {
    depth += 1
    defer { depth -= 1 }
    var text = pick([argumentExpression(), "ticks", "[1, 2, 3]", "[{a: 1, b: 2}, {a: 3, b: null}]"])
    if text == "ticks" { text += " | first \(Int.random(in: 0...5, using: &random))" }
    for _ in 0..<Int.random(in: 1...3, using: &random) { text += " | " + stage() }
    return text
  }

  private mutating func stage() -> String {
    let wasVisible = visible
    if depth < 4 {
      visible.append(("it", false))
      defer { visible = wasVisible }
      switch Int.random(in: 0..<8, using: &random) {
      case 0: return "where \(condition())"
      case 1: return "extend c = \(expression())"
      case 2: return "each \(block())"
      case 3: return "each --keep-going \(block())"
      case 4:
        // Outer variables cannot be assigned to in there.
        visible = visible.map { ($0.name, false) }
        return "par-each --jobs 2\(chance(2) ? " --keep-going" : "") \(block())"
      default: break
      }
    }
    return pick([
      "first 2", "last", "skip 1", "count", "unique", "flatten", "sort-by", "sort-by a --desc", "select a b", "get a",
      "get 0", "group-by a", "to json", "to csv", "to jsonl", "to table", "lines", "from json", "ignore",
    ])
  }

  private mutating func expression() -> String {
    depth += 1
    defer { depth -= 1 }
    if depth > 5 || chance(3) { return literal() }
    switch Int.random(in: 0..<9, using: &random) {
    case 0...2:
      let operation = pick([
        "+", "-", "*", "/", "%", "==", "!=", "<", ">=", "in", "not in", "like", "=~", "??", "and", "or",
      ])
      return "(\(expression()) \(operation) \(expression()))"
    case 3: return "\(pick(["not ", "-"]))(\(expression()))"
    case 4:
      let function = pick([
        "count", "sum", "min", "max", "avg", "len", "keys", "type", "upper", "trim", "int", "number", "string", "size",
        "duration", "date", "semver", "ref", "abs", "round", "any", "all", "human-size", "range", "twice", "join",
      ])
      return "\(function)(\(expression()))"
    case 5: return "split(\(expression()), \(expression()))"
    case 6: return "(\(expression()))\(pick([".a", "?.b", "[0]", "[-1]", "[\"a\"]"]))"
    case 7: return "count-down(\(Int.random(in: 0...20, using: &random)))"
    default: return "[\(expression()), \(expression())]"
    }
  }

  private mutating func literal() -> String {
    if !visible.isEmpty, chance(2) { return "$\(pick(visible).name)" }
    return pick([
      "null", "true", "false", "0", "1", "-1", "9223372036854775807", "-9223372036854775808", "0.5", "1.5", "\"\"",
      "\"a\"", "\"1.2.3\"", "'(['", "\"é🐳\"", "30s", "-1d", "0s", "2MB", "0B", "9000000000GB", "[]", "[1]", "{}",
      "{a: 1}",
      "[{a: [1]}]", "date(0)",
    ])
  }
}

/// A generator with a seed, so that a failure can be repeated (Steele, Lea, Flood: SplitMix64).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
