import AcrLanguage
import AcrText

/// Makes a tree of tokens: a parser by precedence. Each token binds what stands before it with some power, and an
/// expression goes on while the next token binds stronger than what it stands in.
struct JMESPathParser {
  private let text: String
  private let tokens: [JMESPathToken]
  private var position = 0
  private var depth = 0

  /// How deep brackets may be nested.
  private static let depthLimit = 200

  /// Powers from weak to strong. A projection takes what binds at least as strongly as a filter; what is weaker
  /// (`[]`, `|`, comparisons) works on its whole result.
  private enum Power: Int, Comparable {
    case none, pipe, or, and, comparison, flatten, projection, star, filter, dot, not, bracket

    static func < (left: Power, right: Power) -> Bool { left.rawValue < right.rawValue }
  }

  init(_ text: String, _ tokens: [JMESPathToken]) {
    self.text = text
    self.tokens = tokens
  }

  /// The whole expression.
  mutating func parse() throws(JMESPathError) -> JMESPathNode {
    if case .end = current.kind { throw JMESPathError("the query is empty", text, current.range) }
    let node = try expression(.none)
    guard case .end = current.kind else { throw unexpected("the query ends before it") }
    return node
  }

  // MARK: Tokens

  private var current: JMESPathToken { tokens[position] }
  private var following: JMESPathToken { tokens[min(position + 1, tokens.count - 1)] }

  private mutating func advance() { if position < tokens.count - 1 { position += 1 } }

  private func spelling(_ token: JMESPathToken) -> String {
    String(decoding: Array(text.utf8)[token.range], as: UTF8.self)
  }

  /// The error for the current token.
  private func unexpected(_ expectation: String, help: String? = nil) -> JMESPathError {
    if case .end = current.kind {
      return JMESPathError("the query ends too early: \(expectation)", text, current.range, help: help)
    }
    return JMESPathError(
      "`\(spelling(current))` cannot stand here: \(expectation)", text, current.range, help: help)
  }

  private mutating func expect(
    _ expectation: String, where isRight: (JMESPathToken.Kind) -> Bool
  ) throws(JMESPathError) {
    guard isRight(current.kind) else { throw unexpected(expectation) }
    advance()
  }

  private mutating func expectRightBracket() throws(JMESPathError) {
    try expect("`]` is expected") { if case .rightBracket = $0 { true } else { false } }
  }

  // MARK: Expressions

  private func power(of token: JMESPathToken) -> Power {
    switch token.kind {
    case .pipe: .pipe
    case .or: .or
    case .and: .and
    case .comparison: .comparison
    case .flatten: .flatten
    case .filter: .filter
    case .dot: .dot
    case .leftBracket: .bracket
    default: .none
    }
  }

  private mutating func expression(_ outer: Power) throws(JMESPathError) -> JMESPathNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= JMESPathParser.depthLimit else {
      throw JMESPathError("the query is nested too deeply", text, current.range)
    }
    var left = try operand()
    while outer < power(of: current) { left = try continuation(of: left) }
    return left
  }

  /// What an expression starts with.
  private mutating func operand() throws(JMESPathError) -> JMESPathNode {
    let token = current
    switch token.kind {
    case .identifier(let name):
      if case .leftParenthesis = following.kind { return try call(name) }
      advance()
      return .field(name)
    case .quotedIdentifier(let name):
      if case .leftParenthesis = following.kind {
        throw unexpected("a function's name has no quotes")
      }
      advance()
      return .field(name)
    case .literal(let value):
      advance()
      return .literal(value)
    case .at:
      advance()
      return .current
    case .star:
      advance()
      return .valueProjection(.current, try projected(.star))
    case .flatten, .filter: return try continuation(of: .current)
    case .leftBracket:
      switch following.kind {
      case .number, .colon: return try continuation(of: .current)
      case .star:
        if position + 2 < tokens.count, case .rightBracket = tokens[position + 2].kind {
          return try continuation(of: .current)
        }
      default: break
      }
      advance()
      return try multiselectList()
    case .leftBrace:
      advance()
      return try multiselectHash()
    case .leftParenthesis:
      advance()
      let inner = try expression(.none)
      try expect("`)` is expected") { if case .rightParenthesis = $0 { true } else { false } }
      return inner
    case .not:
      advance()
      return .not(try expression(.not))
    case .ampersand:
      throw unexpected("`&` is only allowed before an argument of a function", help: "as in `sort_by(@, &name)`")
    case .number:
      throw unexpected("a name or value is expected", help: "a number is written in backticks, as in [?size > `100`]")
    default: throw unexpected("a name or value is expected")
    }
  }

  /// What goes on from an expression.
  private mutating func continuation(of left: JMESPathNode) throws(JMESPathError) -> JMESPathNode {
    let token = current
    advance()
    switch token.kind {
    case .dot:
      if case .star = current.kind {
        advance()
        return .valueProjection(left, try projected(.dot))
      }
      return .chain(left, try member(.dot))
    case .leftBracket:
      switch current.kind {
      case .number, .colon: return try indexOrSlice(left)
      case .star:
        advance()
        try expectRightBracket()
        return .listProjection(left, try projected(.star))
      default:
        throw unexpected(
          "expected after `[`: a number, a slice, `*` or `?`",
          help: "a field is `.name`, several are `.[a, b]`, a condition is `[?a == 'x']`")
      }
    case .flatten: return .listProjection(.flatten(left), try projected(.flatten))
    case .filter:
      let condition = try expression(.none)
      try expectRightBracket()
      return .filterProjection(left, condition: condition, try projected(.filter))
    case .pipe: return .chain(left, try expression(.pipe))
    case .or: return .or(left, try expression(.or))
    case .and: return .and(left, try expression(.and))
    case .comparison(let comparison): return .comparison(comparison, left, try expression(.comparison))
    default:
      position -= 1
      throw unexpected("an operator is expected")
    }
  }

  /// What stands behind a dot.
  private mutating func member(_ outer: Power) throws(JMESPathError) -> JMESPathNode {
    switch current.kind {
    case .identifier, .quotedIdentifier, .star: return try expression(outer)
    case .leftBracket:
      advance()
      return try multiselectList()
    case .leftBrace:
      advance()
      return try multiselectHash()
    default: throw unexpected("expected after `.`: a name, `*`, `[` or `{`")
    }
  }

  /// The part of an expression that works on each item of a projection.
  private mutating func projected(_ outer: Power) throws(JMESPathError) -> JMESPathNode {
    guard power(of: current) >= .projection else { return .current }
    if case .dot = current.kind {
      advance()
      return try member(outer)
    }
    return try expression(outer)
  }

  /// `0]`, `-1]`, `1:5]`, `::2]`.
  private mutating func indexOrSlice(_ left: JMESPathNode) throws(JMESPathError) -> JMESPathNode {
    if case .number(let index) = current.kind, case .rightBracket = following.kind {
      advance()
      advance()
      return .chain(left, .index(index))
    }
    var parts: [Int?] = [nil, nil, nil]
    var part = 0
    while true {
      switch current.kind {
      case .number(let number):
        guard parts[part] == nil else { throw unexpected("`:` or `]` is expected") }
        if part == 2, number == 0 { throw unexpected("the step of a slice is never 0") }
        parts[part] = number
        advance()
      case .colon:
        guard part < 2 else { throw unexpected("a slice has at most three parts, `start:stop:step`") }
        part += 1
        advance()
      case .rightBracket:
        advance()
        let slice = JMESPathNode.slice(start: parts[0], stop: parts[1], step: parts[2] ?? 1)
        return .listProjection(.chain(left, slice), try projected(.star))
      default: throw unexpected("a number, `:` or `]` is expected")
      }
    }
  }

  private mutating func multiselectList() throws(JMESPathError) -> JMESPathNode {
    var items: [JMESPathNode] = []
    while true {
      items.append(try expression(.none))
      switch current.kind {
      case .comma: advance()
      case .rightBracket:
        advance()
        return .multiselectList(items)
      default: throw unexpected("`,` or `]` is expected")
      }
    }
  }

  private mutating func multiselectHash() throws(JMESPathError) -> JMESPathNode {
    var entries: [(name: String, value: JMESPathNode)] = []
    while true {
      let name: String
      switch current.kind {
      case .identifier(let text), .quotedIdentifier(let text): name = text
      default: throw unexpected("a name is expected, as in `{tag: name}`")
      }
      advance()
      try expect("`:` is expected") { if case .colon = $0 { true } else { false } }
      entries.append((name, try expression(.none)))
      switch current.kind {
      case .comma: advance()
      case .rightBrace:
        advance()
        return .multiselectHash(entries)
      default: throw unexpected("`,` or `}` is expected")
      }
    }
  }

  // MARK: Functions

  private mutating func call(_ name: String) throws(JMESPathError) -> JMESPathNode {
    let place = current.range
    guard let function = JMESPathFunction.named(name) else {
      let near = Suggestion.nearest(to: name, in: JMESPathFunction.names).map { "did you mean `\($0)`?" }
      throw JMESPathError(
        "`\(name)` is not a function of JMESPath", text, place,
        help: near ?? "the functions are \(JMESPathFunction.names.joined(separator: ", "))")
    }
    advance()
    advance()
    var arguments: [JMESPathNode.Argument] = []
    if case .rightParenthesis = current.kind {
      advance()
    } else {
      while true {
        arguments.append(try argument())
        if case .comma = current.kind {
          advance()
          continue
        }
        try expect("`,` or `)` is expected") { if case .rightParenthesis = $0 { true } else { false } }
        break
      }
    }
    let range = place.lowerBound..<tokens[position - 1].range.upperBound
    guard function.takes(arguments.count) else {
      throw JMESPathError("`\(name)` takes \(function.arityPhrase), not \(arguments.count)", text, range)
    }
    for (index, argument) in arguments.enumerated() {
      let parameter = function.parameter(index)
      guard argument.isReference != parameter.isReference else { continue }
      throw JMESPathError(
        "`\(name)` takes \(parameter.phrase) here", text, argument.range,
        help: parameter.isReference ? "as in `sort_by(@, &name)`" : "leave out the `&`")
    }
    return .call(function, arguments)
  }

  private mutating func argument() throws(JMESPathError) -> JMESPathNode.Argument {
    let start = current.range.lowerBound
    var isReference = false
    if case .ampersand = current.kind {
      isReference = true
      advance()
    }
    let node = try expression(.none)
    return .init(node: node, isReference: isReference, range: start..<tokens[position - 1].range.upperBound)
  }
}
