/// Reads a regular expression. The syntax is that of docs/manual.md: what takes more than linear time to match
/// (back-references, looking ahead and behind) is refused by name.
struct PatternParser {
  var scalars: [Unicode.Scalar]
  var position = 0
  private(set) var captureCount = 0
  /// The numbers of the groups that have names.
  private(set) var names: [String: Int] = [:]
  private var depth = 0
  var options = Options()

  static let mostCaptures = 100
  static let mostRepeats = 1000
  private static let depthLimit = 200

  /// The flags `(?i)`, `(?s)`, `(?m)` and `(?x)`.
  struct Options {
    var ignoresCase = false
    var dotTakesNewline = false
    var linesHaveAnchors = false
    var ignoresSpace = false
  }

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  /// Takes a text of several scalars when it stands here.
  mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  /// The whole pattern.
  mutating func parse() throws(PatternError) -> PatternSyntax {
    let syntax = try choice()
    guard position == scalars.count else { throw PatternError(message: "`)` has no `(`", help: "`\\)` is a bracket") }
    return syntax
  }

  private mutating func choice() throws(PatternError) -> PatternSyntax {
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternSyntax {
    var parts: [PatternSyntax] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      if options.ignoresSpace, skipSpace() { continue }
      guard var part = try atom() else { continue }
      while let (least, most) = try quantifier() {
        let isLazy = take("?")
        if next == "+" {
          throw PatternError(
            message: "possessive quantifiers such as `*+` are not supported", help: "leave out the `+`")
        }
        part = .repeated(part, least: least, most: most, isLazy: isLazy)
        if next == "*" || next == "?" { throw PatternError(message: "a quantifier follows a quantifier") }
      }
      parts.append(part)
    }
    return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func skipSpace() -> Bool {
    guard let scalar = next else { return false }
    if scalar == "#" {
      while let scalar = next, scalar != "\n" {
        _ = scalar
        position += 1
      }
      return true
    }
    guard scalar.properties.isWhitespace else { return false }
    position += 1
    return true
  }

  /// One scalar, class, group or assertion; nil for flags, which only change what follows.
  private mutating func atom() throws(PatternError) -> PatternSyntax? {
    guard let scalar = next else { return nil }
    position += 1
    switch scalar {
    case "(": return try group()
    case "[": return .set(try customClass())
    case "\\": return try escape()
    case ".":
      guard !options.dotTakesNewline else { return .set(.any) }
      return .set(ScalarSet(ranges: [0x0A...0x0A], isNegated: true))
    case "^": return .assertion(options.linesHaveAnchors ? .lineStart : .textStart)
    case "$": return .assertion(options.linesHaveAnchors ? .lineEnd : .textEnd)
    case "*", "+", "?":
      throw PatternError(
        message: "there is nothing to repeat before the quantifier `\(scalar)`", help: "`\\\(scalar)` is the character")
    default: return .set(.one(scalar, ignoresCase: options.ignoresCase))
    }
  }

  // MARK: Quantifiers

  private mutating func quantifier() throws(PatternError) -> (Int, Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = position
    guard take("{") else { return nil }
    // What is no quantifier is a bracket that stands for itself.
    guard let bounds = bounds() else {
      position = start
      return nil
    }
    for bound in [bounds.0, bounds.1 ?? 0] where bound > PatternParser.mostRepeats {
      throw PatternError(message: "a part is repeated at most \(PatternParser.mostRepeats) times")
    }
    if let most = bounds.1, most < bounds.0 {
      throw PatternError(message: "`{\(bounds.0),\(most)}` asks for more repeats than it allows")
    }
    return bounds
  }

  private mutating func bounds() -> (Int, Int?)? {
    let least = number()
    if take("}") { return least.map { ($0, $0) } }
    guard take(",") else { return nil }
    let most = number()
    guard take("}"), least != nil || most != nil else { return nil }
    return (least ?? 0, most)
  }

  /// A decimal number; a large one is one more than the largest that is allowed.
  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), PatternParser.mostRepeats + 1)
      position += 1
    }
    return value
  }

  // MARK: Groups

  private mutating func group() throws(PatternError) -> PatternSyntax? {
    guard depth < PatternParser.depthLimit else {
      throw PatternError(message: "groups are nested more than \(PatternParser.depthLimit) deep")
    }
    let outer = options
    var capture: Int?
    if take("?") {
      guard try header(&capture) else { return nil }
    } else {
      capture = try newCapture()
    }
    depth += 1
    let body = try choice()
    depth -= 1
    guard take(")") else { throw PatternError(message: "expected ')'") }
    options = outer
    return capture.map { .capture(body, $0) } ?? body
  }

  /// What follows `(?`. False for flags that count from here on, `(?i)`.
  private mutating func header(_ capture: inout Int?) throws(PatternError) -> Bool {
    if take(":") { return true }
    for start in ["=", "!", "<=", "<!"] where take(start) {
      throw PatternError(
        message: "`(?\(start)` looks around, which is not supported: matching takes linear time",
        help: "use two patterns, one of them with `!~`")
    }
    if take(">") { throw PatternError(message: "atomic groups `(?>` are not supported", help: "`(?:` groups") }
    if take("P<") || take("<") {
      capture = try named(until: ">")
      return true
    }
    if take("'") {
      capture = try named(until: "'")
      return true
    }
    return try flags()
  }

  private mutating func named(until end: Unicode.Scalar) throws(PatternError) -> Int {
    var name = ""
    while let scalar = next, scalar != end {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    let isName =
      name.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" }
      && name.unicodeScalars.first.map { !("0"..."9").contains($0) } ?? false
    guard take(end), isName else { throw PatternError(message: "a group's name is letters, digits and `_`") }
    guard names[name] == nil else { throw PatternError(message: "two groups are called `\(name)`") }
    let number = try newCapture()
    names[name] = number
    return number
  }

  private mutating func newCapture() throws(PatternError) -> Int {
    guard captureCount < PatternParser.mostCaptures else {
      throw PatternError(
        message: "there are more than \(PatternParser.mostCaptures) groups",
        help: "`(?:…)` groups without giving its text")
    }
    captureCount += 1
    return captureCount
  }

  /// `i`, `s`, `m`, `x`, after a `-` switched off. True when a group follows, `(?i:…)`.
  private mutating func flags() throws(PatternError) -> Bool {
    var isOn = true
    while let scalar = next {
      position += 1
      switch scalar {
      case "i": options.ignoresCase = isOn
      case "s": options.dotTakesNewline = isOn
      case "m": options.linesHaveAnchors = isOn
      case "x": options.ignoresSpace = isOn
      case "-" where isOn: isOn = false
      case ":": return true
      case ")": return false
      default:
        throw PatternError(
          message: "`(?\(scalar)` is not supported", help: "the flags are `(?i)`, `(?s)`, `(?m)`, `(?x)`")
      }
    }
    throw PatternError(message: "expected ')'")
  }
}
