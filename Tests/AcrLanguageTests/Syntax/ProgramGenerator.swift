/// Makes programs that parse, laid out as badly as the grammar allows: comments, line ends and blanks wherever they may be.
struct ProgramGenerator {
  private var random: SplitMix64
  private var depth = 0
  private var commentCount = 0

  init(seed: Int) { random = SplitMix64(state: UInt64(seed)) }

  mutating func program() -> String {
    var text = chance(4) ? "#!/usr/bin/env acrsh\n" : ""
    if chance(3) { text += "## What this script does.\n" + (chance(2) ? "\n" : "") }
    for _ in 0..<number(0...3) where chance(2) {
      text += "param \(parameter())\(chance(3) ? " ## about it\n" : ending())"
    }
    for _ in 0..<number(1...4) {
      text += chance(5) ? definition() : statement()
      text += ending()
    }
    return text
  }

  // MARK: Choices

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  private mutating func chance(_ one: Int) -> Bool { number(1...one) == 1 }
  private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }

  private mutating func name() -> String { pick(["a", "b2", "image", "long_variable_name", "rows"]) }
  private mutating func word() -> String {
    pick([
      "x", "docker.io/library/alpine:3.20", "$a.azurecr.io/$b:1", "${rows}", "${ a.b }:x", "a=b", "é日",
      "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/group", "-", "1.5GiB",
    ])
  }

  /// Blanks that may be missing.
  private mutating func gap() -> String { pick(["", " ", " ", "  ", "\t"]) }
  /// Blanks, of which there is one at least.
  private mutating func space() -> String { pick([" ", " ", "   ", "\t", " \\\n ", " \\ \n\t"]) }

  private mutating func comment() -> String {
    commentCount += 1
    return pick(["#", "##", "# "]) + " comment \(commentCount)" + pick(["", "  "]) + pick(["\n", "\r\n"])
  }

  /// What may stand between the parts of a bracket.
  private mutating func loose() -> String {
    switch number(1...12) {
    case 1: "\n"
    case 2: "\n\n\n  "
    case 3: " " + comment()
    case 4: "\n  " + comment() + "\n"
    default: gap()
    }
  }

  private mutating func ending() -> String {
    switch number(1...10) {
    case 1: "; "
    case 2: " " + comment()
    case 3: "\n\n\n\n"
    case 4: "\n" + comment() + comment()
    case 5: "\n\n" + comment() + "\n"
    case 6: " ;" + comment()
    case 7: "\r\n"
    default: "\n" + gap()
    }
  }

  // MARK: Statements

  private mutating func statement() -> String {
    guard depth < 3 else { return pipeline() }
    depth += 1
    defer { depth -= 1 }
    switch number(1...14) {
    case 1: return "let\(space())\(name())\(gap())=\(gap())\(pipeline())"
    case 2: return "var \(name()) = \(pipeline())"
    case 3: return "$\(name())\(pick(["", ".f", "[\(expression())]"]))\(gap())\(pick(["=", "+=", "-="])) \(pipeline())"
    case 4, 5:
      var text = "if \(expression()) \(block())"
      if chance(2) { text += "\(between())else if \(expression())\(gap())\(block())" }
      if chance(2) { text += "\(between())else\(gap())\(block())" }
      return text
    case 6: return "for \(name()) in \(expression())\(gap())\(block())"
    case 7: return "while \(expression()) \(block())"
    case 8:
      return "try \(block())\(between())catch\(pick(["", " e"])) \(block())"
        + (chance(2) ? "\(between())finally \(block())" : "")
    case 9: return "throw \(expression())"
    case 10: return pick(["return", "exit", "break", "continue", "return \(pipeline())", "exit \(pipeline())"])
    default: return pipeline()
    }
  }

  private mutating func between() -> String {
    pick([" ", "", "\n", "\n\n", " " + comment(), "\n" + comment() + comment()])
  }

  private mutating func definition() -> String {
    let parameters = (0..<number(0...4)).map { _ in parameter() }
    let list = parameters.map { loose() + $0 + loose() }.joined(separator: ",")
    let documentation = chance(2) ? "## Explains it.\n" : ""
    return "\n\(documentation)def \(pick(["go", "tags-of", "run2"]))\(gap())(\(list)\(loose()))\(gap())\(block())"
  }

  private mutating func parameter() -> String {
    let head = pick(["p", "--flag", "--long-flag", "q1"])
    let type = pick(["", ":int", " : string", ":any", ": bool"])
    return head + type + (chance(3) ? "\(gap())=\(gap())\(primary())" : "")
  }

  private mutating func block(_ parameters: String = "") -> String {
    if chance(3) { return "{\(gap())\(parameters) \(pipeline())\(gap())}" }
    var text = "{" + pick(["", " ", "\n", " " + comment()]) + parameters + pick([" ", "\n", " " + comment()])
    for _ in 0..<number(0...3) { text += statement() + ending() }
    return text + "}"
  }

  // MARK: Pipelines

  private mutating func pipeline() -> String {
    var text = chance(2) ? command() : expression()
    for _ in 0..<number(0...3) where chance(2) {
      text += pick([" | ", "|", "\n|", "\n  | ", " |\n ", " " + comment() + " | ", "\n" + comment() + "\n  |"])
      switch number(1...4) {
      case 1: text += "where \(expression())"
      case 2:
        text += "extend \(name())\(gap())=\(gap())\(expression())" + (chance(2) ? ",\(loose())c = \(primary())" : "")
      default: text += command()
      }
    }
    return text
  }

  private mutating func command() -> String {
    depth += 1
    defer { depth -= 1 }
    var text = pick(["print", "acr import", "az acr import", "each", "lib.run", "select"])
    for _ in 0..<number(0...4) {
      text += space()
      switch number(1...9) {
      case 1: text += pick(["--name", "-n", "--image=x", "--image=", "--rows=\(list())", "--x=\(word())"])
      case 2 where depth < 5: text += "(\(loose())\(pipeline())\(loose()))"
      case 3: text += "$\(name())"
      case 4: text += string()
      case 5 where depth < 5: text += list()
      case 6 where depth < 5: text += record()
      case 7 where depth < 5:
        return text + block(pick(["|m|", "|\(gap())a\(gap()),\(gap())b |", "|a,\n b|"]))
      default: text += word()
      }
    }
    return text
  }

  // MARK: Expressions

  private mutating func expression() -> String {
    guard depth < 5 else { return primary() }
    depth += 1
    defer { depth -= 1 }
    let operators = ["+", "-", "*", " / ", "%", " and ", " or ", "??", "+ ", " - "]
    let comparisons = ["==", "!=", "<", "<=", ">=", "=~", "!~", " like ", " in ", " not in ", " not  in "]
    switch number(1...9) {
    case 1: return "\(primary())\(gap())\(pick(operators))\(gap())\(primary())"
    case 2: return "\(primary())\(gap())\(pick(comparisons))\(gap())\(primary())"
    case 3: return "not \(primary())"
    case 4: return pick(["-$a", "- 5", "-(\(primary()))", "- -3", "- count($a)", "-.x"])
    case 5: return "\(primary()) and not \(primary()) or \(primary())"
    default: return primary()
    }
  }

  private mutating func primary() -> String {
    guard depth < 5 else { return pick(["1", "$a", "null "]) }
    depth += 1
    defer { depth -= 1 }
    switch number(1...14) {
    case 1: return list()
    case 2: return record()
    case 3: return "(\(loose())\(pipeline())\(loose()))"
    case 4: return string()
    case 5: return "count(\(loose())\(expression())\(loose()))"
    case 6: return "join(\(expression()),\(loose())\(string())\(pick(["", ","]))\(loose()))"
    case 7: return "$rows[\(loose())\(expression())\(loose())].name?.x"
    default:
      return pick(["$a", "$b2.name", "$env?.HOME", ".x", "30s", "1.5GiB", "-7", "12", "true ", "null ", "now()"])
    }
  }

  private mutating func list() -> String {
    let items = (0..<number(0...5)).map { _ in loose() + expression() + loose() }
    return "[" + items.joined(separator: ",") + (!items.isEmpty && chance(3) ? "," : "") + loose() + "]"
  }

  private mutating func record() -> String {
    let keys = ["a", "'two words'", "\"c\"", "name"]
    let items = (0..<number(0...4)).map { _ in
      "\(loose())\(pick(keys))\(gap()):\(loose())\(expression())\(loose())"
    }
    return "{" + items.joined(separator: ",") + (!items.isEmpty && chance(3) ? "," : "") + loose() + "}"
  }

  private mutating func string() -> String {
    pick([
      "'raw # text'", "\"with $a and ${ count($rows) }\"", "\"two\nlines # no comment\"", "''", "\"\\\"\\u{e9}\\n\"",
      "\"${join(.tags, \", \")}\"",
    ])
  }
}
