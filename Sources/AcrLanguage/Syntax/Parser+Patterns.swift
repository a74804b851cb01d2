extension Parser {
  /// `match SUBJECT { PATTERN { … } else { … } }`, behind the word.
  mutating func parseMatch(_ start: Int) throws(SyntaxFailure) -> Statement {
    let subject = try parseHead()
    var tallest = height
    lexer.skipSpace()
    let armsStart = lexer.position
    guard lexer.current == Byte.openBrace else { throw unexpected(expected: "`{`") }
    try enter(newlinesAreSpace: true)
    var arms: [MatchArm] = []
    var otherwise: Block?
    while true {
      lexer.skipSpace()
      if lexer.current == Byte.semicolon || lexer.current == Byte.comma {
        lexer.position += 1
        continue
      }
      if lexer.current == Byte.closeBrace || lexer.isAtEnd { break }
      if otherwise != nil { throw unexpected(expected: "`}`: `else` is the last arm") }
      if lexer.isAtKeyword("else") {
        lexer.position += 4
        otherwise = try parseBlock()
      } else {
        arms.append(try parseArm())
      }
      tallest = max(tallest, height)
    }
    if arms.isEmpty, otherwise == nil, !lexer.isAtEnd { throw unexpected(expected: "a pattern") }
    try leave(Byte.closeBrace)
    height = tallest
    return .match(
      Match(
        subject: subject, arms: arms, otherwise: otherwise, armsSpan: lexer.span(from: armsStart),
        span: lexer.span(from: start)))
  }

  private mutating func parseArm() throws(SyntaxFailure) -> MatchArm {
    var patterns = [try parsePattern(mayName: false)]
    var tallest = height
    while passComma() {
      patterns.append(try parsePattern(mayName: false))
      tallest = max(tallest, height)
    }
    let pattern =
      patterns.count == 1 ? patterns[0] : .oneOf(patterns, patterns[0].span.to(patterns[patterns.count - 1].span))
    var condition: Expression?
    lexer.skipSpace()
    if lexer.isAtKeyword("if") {
      lexer.position += 2
      condition = try parseHead()
      tallest = max(tallest, height)
    }
    lexer.skipSpace()
    if lexer.peek(1) == Byte.greater, lexer.current == Byte.equals || lexer.current == Byte.minus {
      let arrow = lexer.text(lexer.position, lexer.position + 2)
      throw SyntaxFailure(
        .unexpected(arrow, expected: "`{`: an arm is `PATTERN { … }`"),
        Span(Int32(lexer.position), Int32(lexer.position + 2)))
    }
    guard lexer.current == Byte.openBrace else { throw unexpected(expected: "`{`: an arm is `PATTERN { … }`") }
    let block = try parseBlock()
    height = max(tallest, height)
    return MatchArm(pattern: pattern, condition: condition, block: block)
  }

  /// What `let`, `for` and the parameters of a block take apart: a name, or names in `{ }` or `[ ]`.
  mutating func parseBinding() throws(SyntaxFailure) -> ValuePattern {
    lexer.skipSpace()
    guard lexer.current == Byte.openBrace || lexer.current == Byte.openBracket else {
      return .name(try parseDeclaredName())
    }
    let pattern = try parsePattern(mayName: true)
    if let expression = pattern.expressions.first { throw SyntaxFailure(.valueInBinding, expression.span) }
    return pattern
  }

  /// - Parameter mayName: whether a bare name stands for the value: inside of records and lists.
  private mutating func parsePattern(mayName: Bool) throws(SyntaxFailure) -> ValuePattern {
    lexer.skipSpace()
    let start = lexer.position
    height = 1
    if lexer.current == Byte.openBrace { return try parseRecordPattern() }
    if lexer.current == Byte.openBracket { return try parseListPattern() }
    if isAtRange {
      lexer.position += 2
      let end = try parseOperand()
      return .range(from: nil, to: end, Span(Int32(start), end.span.end))
    }
    if let (operation, level, end) = peekOperator(), level == .comparison {
      lexer.position = end
      let operand = try parseOperand()
      return .comparison(operation, operand, Span(Int32(start), operand.span.end))
    }
    let nameEnd = lexer.nameEnd(from: start)
    if nameEnd > start, !isAtCall {
      let word = lexer.text(start, lexer.wordNameEnd(from: start))
      if word == "_" {
        lexer.position = nameEnd
        return .anything(lexer.span(from: start))
      }
      if !LanguageWords.constants.contains(word), word != "not", word != "if" {
        guard mayName, word.utf8.count == nameEnd - start else {
          throw SyntaxFailure(.bareName(word), Span(Int32(start), Int32(start + word.utf8.count)))
        }
        return .name(try parseDeclaredName())
      }
    }
    let value = try parseOperand()
    guard isAtRange else { return .value(value) }
    let tallest = height
    lexer.position += 2
    guard !isAtRangeEnd else { return .range(from: value, to: nil, lexer.span(from: start)) }
    let end = try parseOperand()
    height = max(tallest, height)
    return .range(from: value, to: end, Span(Int32(start), end.span.end))
  }

  private var isAtRangeEnd: Bool {
    switch lexer.current {
    case Byte.space, Byte.tab, Byte.newline, Byte.carriageReturn, Byte.comma, Byte.openBrace, Byte.closeBrace,
      Byte.closeBracket:
      true
    default: lexer.isAtEnd
    }
  }

  /// A value without comparisons, `and` and `or`.
  private mutating func parseOperand() throws(SyntaxFailure) -> Expression {
    try parseBinary(above: Level.sum.rawValue)
  }

  private mutating func parseRecordPattern() throws(SyntaxFailure) -> ValuePattern {
    let start = lexer.position
    try enter(newlinesAreSpace: true, hasItems: true)
    var fields: [FieldPattern] = []
    var tallest = 0
    lexer.skipSpace()
    var rest: ValuePattern?
    while lexer.current != Byte.closeBrace {
      if isAtSpread {
        rest = try parseRest()
        _ = passComma()
        break
      }
      fields.append(try parseFieldPattern())
      tallest = max(tallest, height)
      guard passComma() else { break }
    }
    try leave(Byte.closeBrace, expected: "`,` or `}`")
    try grow(above: tallest, from: start)
    return .record(fields, rest: rest, lexer.span(from: start))
  }

  /// `...rest` or `...`.
  private mutating func parseRest() throws(SyntaxFailure) -> ValuePattern {
    let start = lexer.position
    lexer.position += 3
    let name = Byte.isLetter(lexer.current) ? try parseDeclaredName() : nil
    return .rest(name, lexer.span(from: start))
  }

  private mutating func parseFieldPattern() throws(SyntaxFailure) -> FieldPattern {
    lexer.skipSpace()
    let start = lexer.position
    height = 1
    let name: Name
    if lexer.current == Byte.doubleQuote || lexer.current == Byte.singleQuote {
      let text = try parseString()
      guard let key = text.constant else {
        throw SyntaxFailure(.unexpected("$", expected: "a field's name without interpolation"), text.span)
      }
      name = Name(text: key, span: text.span)
    } else {
      let end = lexer.nameEnd(from: start)
      guard end > start else { throw unexpected(expected: "a field's name") }
      lexer.position = end
      name = Name(text: lexer.text(start, end), span: lexer.span(from: start))
    }
    var isOptional = false
    if lexer.current == Byte.question {
      lexer.position += 1
      isOptional = true
    }
    var pattern = ValuePattern.name(name)
    var end = lexer.position
    lexer.skipSpace()
    if lexer.current == Byte.colon {
      lexer.position += 1
      pattern = try parsePattern(mayName: true)
      end = Int(pattern.span.end)
    } else if lexer.isAtKeyword("as") {
      lexer.position += 2
      pattern = .name(try parseDeclaredName())
      end = lexer.position
    } else if lexer.bytes[start] == Byte.doubleQuote || lexer.bytes[start] == Byte.singleQuote {
      throw unexpected(expected: "`as NAME`, or `:` and a pattern")
    }
    return FieldPattern(name: name, isOptional: isOptional, pattern: pattern, span: Span(Int32(start), Int32(end)))
  }

  private mutating func parseListPattern() throws(SyntaxFailure) -> ValuePattern {
    let start = lexer.position
    try enter(newlinesAreSpace: true, hasItems: true)
    var items: [ValuePattern] = []
    var tallest = 0
    lexer.skipSpace()
    while lexer.current != Byte.closeBracket {
      if isAtSpread {
        items.append(try parseRest())
        _ = passComma()
        break
      }
      items.append(try parsePattern(mayName: true))
      tallest = max(tallest, height)
      guard passComma() else { break }
    }
    try leave(Byte.closeBracket, expected: "`,` or `]`")
    try grow(above: tallest, from: start)
    return .list(items, lexer.span(from: start))
  }
}
