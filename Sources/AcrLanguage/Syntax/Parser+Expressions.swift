extension Parser {
  /// How tightly an operator binds.
  enum Level: Int { case coalesce, or, and, comparison, sum, product }

  mutating func parseExpression() throws(SyntaxFailure) -> Expression {
    try parseBinary(above: Level.coalesce.rawValue)
  }

  /// Operands joined by operators of this level and tighter ones.
  mutating func parseBinary(above minimum: Int) throws(SyntaxFailure) -> Expression {
    lexer.skipSpace()
    let start = lexer.position
    var left = try parseUnary()
    var leftHeight = height
    var hasComparison = false
    while let (operation, level, end) = peekOperator(), level.rawValue >= minimum {
      let operatorSpan = Span(Int32(lexer.position), Int32(end))
      if level == .comparison {
        if hasComparison { throw SyntaxFailure(.chainedComparison(operation.rawValue), operatorSpan) }
        hasComparison = true
        try refuseRedirect(operation)
      }
      lexer.position = end
      let right = try parseBinary(above: level.rawValue + 1)
      try grow(above: max(leftHeight, height), from: start)
      leftHeight = height
      left = .binary(operation, left, right, operatorSpan: operatorSpan, left.span.to(right.span))
      // Looser operators may follow a comparison and start anew.
      if level.rawValue < Level.comparison.rawValue { hasComparison = false }
    }
    height = leftHeight
    return left
  }

  /// `$rows > out.json` is a redirection, not a comparison.
  private func refuseRedirect(_ operation: BinaryOperator) throws(SyntaxFailure) {
    guard operation == .greater else { return }
    var index = lexer.position + 1
    while index < lexer.bytes.count, Byte.isBlank(lexer.bytes[index]) { index += 1 }
    let end = lexer.wordEnd(from: index)
    guard index < end, Byte.isLetter(lexer.bytes[index]) || lexer.bytes[index] == Byte.slash else { return }
    let word = lexer.bytes[index..<end]
    guard word.contains(Byte.dot) || word.contains(Byte.slash) else { return }
    if end < lexer.bytes.count, lexer.bytes[end] == Byte.openParenthesis { return }
    throw SyntaxFailure(
      .redirect(String(decoding: word, as: UTF8.self)), Span(Int32(lexer.position), Int32(end)))
  }

  mutating func peekOperator() -> (BinaryOperator, Level, end: Int)? {
    lexer.skipSpace()
    let here = lexer.position
    let next = lexer.peek(1)
    switch lexer.current {
    case Byte.question where next == Byte.question: return (.coalesce, .coalesce, here + 2)
    case Byte.plus where next != Byte.equals: return (.add, .sum, here + 1)
    case Byte.minus where next != Byte.equals: return (.subtract, .sum, here + 1)
    case Byte.star: return (.multiply, .product, here + 1)
    case Byte.slash: return (.divide, .product, here + 1)
    case Byte.percent: return (.modulo, .product, here + 1)
    case Byte.equals where next == Byte.equals: return (.equal, .comparison, here + 2)
    case Byte.equals where next == Byte.tilde: return (.matches, .comparison, here + 2)
    case Byte.exclamation where next == Byte.equals: return (.notEqual, .comparison, here + 2)
    case Byte.exclamation where next == Byte.tilde: return (.notMatches, .comparison, here + 2)
    case Byte.less where next == Byte.equals: return (.lessOrEqual, .comparison, here + 2)
    case Byte.less: return (.less, .comparison, here + 1)
    case Byte.greater where next == Byte.equals: return (.greaterOrEqual, .comparison, here + 2)
    case Byte.greater where next != Byte.greater: return (.greater, .comparison, here + 1)
    case UInt8(ascii: "a") where lexer.isAtKeyword("and"): return (.and, .and, here + 3)
    case UInt8(ascii: "o") where lexer.isAtKeyword("or"): return (.or, .or, here + 2)
    case UInt8(ascii: "l") where lexer.isAtKeyword("like"): return (.like, .comparison, here + 4)
    case UInt8(ascii: "i") where lexer.isAtKeyword("in"): return (.contained, .comparison, here + 2)
    case UInt8(ascii: "n") where lexer.isAtKeyword("not"):
      var ahead = lexer
      ahead.position += 3
      ahead.skipSpace()
      return ahead.isAtKeyword("in") ? (.notContained, .comparison, ahead.position + 2) : nil
    default: return nil
    }
  }

  private mutating func parseUnary() throws(SyntaxFailure) -> Expression {
    lexer.skipSpace()
    let start = lexer.position
    let operation: UnaryOperator
    if lexer.current == Byte.minus {
      if Byte.isDigit(lexer.peek(1)) { return try parsePostfix() }
      operation = .minus
      lexer.position += 1
    } else if lexer.current == UInt8(ascii: "n"), lexer.isAtKeyword("not") {
      operation = .not
      lexer.position += 3
    } else {
      return try parsePostfix()
    }
    unaryDepth += 1
    guard unaryDepth + openings.count < Self.nestingLimit else {
      throw SyntaxFailure(.nestingTooDeep(Self.nestingLimit), lexer.span(from: start), isFatal: true)
    }
    let operand = try parseUnary()
    unaryDepth -= 1
    try grow(above: height, from: start)
    return .unary(operation, operand, lexer.span(from: start))
  }

  mutating func parsePostfix() throws(SyntaxFailure) -> Expression {
    let start = lexer.position
    return try parsePostfix(of: try parsePrimary(), from: start)
  }

  /// What stands directly behind a value: fields, indexes, arguments.
  mutating func parsePostfix(of primary: Expression, from start: Int) throws(SyntaxFailure) -> Expression {
    var expression = primary
    while true {
      if isAtRange { return expression }
      let isOptional = lexer.current == Byte.question && lexer.peek(1) == Byte.dot
      if isOptional || lexer.current == Byte.dot {
        let nameStart = lexer.position + (isOptional ? 2 : 1)
        let nameEnd = lexer.nameEnd(from: nameStart)
        lexer.position = nameStart
        guard nameEnd > nameStart else { throw unexpected(expected: "a field's name after `.`") }
        lexer.position = nameEnd
        let name = Name(text: lexer.text(nameStart, nameEnd), span: Span(Int32(nameStart), Int32(nameEnd)))
        try grow(above: height, from: start)
        expression = .field(expression, name, isOptional: isOptional, lexer.span(from: start))
      } else if lexer.current == Byte.openBracket {
        expression = try parseIndex(of: expression, isOptional: false, from: start)
      } else if lexer.current == Byte.question, lexer.peek(1) == Byte.openBracket {
        lexer.position += 1
        expression = try parseIndex(of: expression, isOptional: true, from: start)
      } else if lexer.current == Byte.openParenthesis, Self.isCallable(expression) {
        let inner = height
        let arguments = try parseItems(closing: Byte.closeParenthesis)
        try grow(above: max(inner, height), from: start)
        expression = .apply(expression, arguments, lexer.span(from: start))
      } else {
        return expression
      }
    }
  }

  /// True at the `..` of a range, but not at `...`.
  var isAtRange: Bool { lexer.current == Byte.dot && lexer.peek(1) == Byte.dot && lexer.peek(2) != Byte.dot }

  /// True for what may hold a block that can be called.
  private static func isCallable(_ expression: Expression) -> Bool {
    switch expression {
    case .variable, .field, .index, .apply, .pipeline: true
    default: false
    }
  }

  /// `[index]` or `[from..to]` behind a value.
  private mutating func parseIndex(
    of base: Expression, isOptional: Bool, from start: Int
  ) throws(SyntaxFailure) -> Expression {
    var tallest = height
    try enter(newlinesAreSpace: true)
    lexer.skipSpace()
    var from: Expression?
    if !isAtRange {
      from = try parseValue()
      tallest = max(tallest, height)
      lexer.skipSpace()
    }
    if isAtRange, !isOptional {
      lexer.position += 2
      lexer.skipSpace()
      var to: Expression?
      if lexer.current != Byte.closeBracket {
        to = try parseValue()
        tallest = max(tallest, height)
      }
      try leave(Byte.closeBracket)
      try grow(above: tallest, from: start)
      return .slice(base, from: from, to: to, lexer.span(from: start))
    }
    try leave(Byte.closeBracket)
    try grow(above: tallest, from: start)
    guard let from else { throw unexpected(expected: "a value") }
    return .index(base, from, isOptional: isOptional, lexer.span(from: start))
  }

  mutating func parsePrimary() throws(SyntaxFailure) -> Expression {
    let start = lexer.position
    height = 1
    switch lexer.current {
    case let byte where Byte.isDigit(byte) || (byte == Byte.minus && Byte.isDigit(lexer.peek(1))):
      return try parseNumber()
    case Byte.doubleQuote, Byte.singleQuote:
      let text = try parseString()
      height = max(1, height)
      return .text(text)
    case Byte.dollar: return try parseVariable()
    case Byte.dot where Byte.isLetter(lexer.peek(1)):
      let end = lexer.nameEnd(from: start + 1)
      lexer.position = end
      let name = Name(text: lexer.text(start + 1, end), span: lexer.span(from: start))
      return .rowField(name, name.span)
    case Byte.openParenthesis:
      try enter(newlinesAreSpace: true)
      let pipeline = try parsePipeline()
      try leave(Byte.closeParenthesis)
      try grow(above: height, from: start)
      return .pipeline(pipeline, lexer.span(from: start))
    case Byte.openBracket:
      let items = try parseItems(closing: Byte.closeBracket)
      return .list(items, lexer.span(from: start))
    case Byte.openBrace: return try parseBraces()
    case let byte where Byte.isLetter(byte): return try parseNamed()
    default: throw unexpected(expected: "a value")
    }
  }

  private mutating func parseNumber() throws(SyntaxFailure) -> Expression {
    let start = lexer.position
    let isNegative = lexer.current == Byte.minus
    let (outcome, end) = NumberLiteral.read(lexer.bytes, from: start + (isNegative ? 1 : 0), isNegative: isNegative)
    lexer.position = end
    switch outcome {
    case .value(let constant): return .constant(constant, lexer.span(from: start))
    case .unknownUnit(let unit): throw SyntaxFailure(.unknownUnit(unit), lexer.span(from: start))
    case .tooLarge: throw SyntaxFailure(.numberTooLarge(lexer.text(start, end)), lexer.span(from: start))
    }
  }

  private mutating func parseVariable() throws(SyntaxFailure) -> Expression {
    let start = lexer.position
    if lexer.peek(1) == Byte.openParenthesis {
      throw SyntaxFailure(.commandSubstitution(assigning: nil), Span(Int32(start), Int32(start + 2)))
    }
    if lexer.peek(1) == Byte.openBrace {
      throw SyntaxFailure(.interpolationInExpression, Span(Int32(start), Int32(start + 2)))
    }
    let end = lexer.nameEnd(from: start + 1)
    guard end > start + 1 else {
      lexer.position += 1
      throw unexpected(expected: "a name behind `$`")
    }
    lexer.position = end
    return .variable(noteName(lexer.text(start + 1, end)), lexer.span(from: start))
  }

  /// A constant word, a call, or a name that stands alone: a variable directly behind `${`, otherwise a mistake.
  private mutating func parseNamed() throws(SyntaxFailure) -> Expression {
    let start = lexer.position
    if isAtCall {
      while lexer.current != Byte.openParenthesis { lexer.position += 1 }
      let name = Name(text: lexer.text(start, lexer.position), span: lexer.span(from: start))
      let arguments = try parseItems(closing: Byte.closeParenthesis)
      // It may be a variable's, which holds a block.
      _ = noteName(name.text)
      return .call(name, arguments, lexer.span(from: start))
    }
    let wordEnd = lexer.wordNameEnd(from: start)
    let word = lexer.text(start, wordEnd)
    switch word {
    case "true", "false":
      lexer.position = wordEnd
      return .constant(.bool(word == "true"), lexer.span(from: start))
    case "null":
      lexer.position = wordEnd
      return .constant(.null, lexer.span(from: start))
    default: break
    }
    if start == bareNamePosition {
      lexer.position = lexer.nameEnd(from: start)
      return .variable(noteName(lexer.text(start, lexer.position)), lexer.span(from: start))
    }
    throw SyntaxFailure(.bareName(word), Span(Int32(start), Int32(wordEnd)))
  }

  /// Expressions between brackets, separated by commas.
  private mutating func parseItems(closing: UInt8) throws(SyntaxFailure) -> [Expression] {
    let start = lexer.position
    try enter(newlinesAreSpace: true, hasItems: true)
    var items: [Expression] = []
    var tallest = 0
    lexer.skipSpace()
    while lexer.current != closing {
      items.append(try parseItem())
      tallest = max(tallest, height)
      guard passComma() else { break }
    }
    try leave(closing, expected: "`,` or `\(Character(UnicodeScalar(closing)))`")
    try grow(above: tallest, from: start)
    return items
  }

  /// A record, or a block that is a value: `{ |x| … }`.
  private mutating func parseBraces() throws(SyntaxFailure) -> Expression {
    var ahead = lexer
    ahead.position += 1
    ahead.skipLines()
    guard ahead.current == Byte.pipe else { return try parseRecord() }
    return .closure(try parseBlockLiteral())
  }

  private mutating func parseRecord() throws(SyntaxFailure) -> Expression {
    let start = lexer.position
    try enter(newlinesAreSpace: true, hasItems: true)
    var entries: [RecordEntry] = []
    var tallest = 0
    lexer.skipSpace()
    while lexer.current != Byte.closeBrace {
      if isAtSpread {
        let dots = Span(Int32(lexer.position), Int32(lexer.position + 3))
        entries.append(RecordEntry(name: Name(text: "", span: dots), value: try parseItem()))
      } else {
        let name = try parseKey(isFirst: entries.isEmpty, recordStart: start)
        try expect(Byte.colon, "`:`")
        entries.append(RecordEntry(name: name, value: try parseValue()))
      }
      tallest = max(tallest, height)
      guard passComma() else { break }
    }
    try leave(Byte.closeBrace, expected: "`,` or `}`")
    try grow(above: tallest, from: start)
    return .record(entries, lexer.span(from: start))
  }

  private mutating func parseKey(isFirst: Bool, recordStart: Int) throws(SyntaxFailure) -> Name {
    let start = lexer.position
    if lexer.current == Byte.doubleQuote || lexer.current == Byte.singleQuote {
      let text = try parseString()
      guard let key = text.constant else {
        throw SyntaxFailure(.unexpected("$", expected: "a key without interpolation"), text.span)
      }
      return Name(text: key, span: text.span)
    }
    let end = lexer.nameEnd(from: start)
    guard end > start else {
      if isFirst, !lexer.isAtEnd {
        throw SyntaxFailure(.blockOutsideCommand, Span(Int32(recordStart), Int32(recordStart + 1)))
      }
      throw unexpected(expected: "a key")
    }
    lexer.position = end
    let name = Name(text: lexer.text(start, end), span: lexer.span(from: start))
    lexer.skipSpace()
    if isFirst, lexer.current != Byte.colon, !lexer.isAtEnd {
      throw SyntaxFailure(.blockOutsideCommand, Span(Int32(recordStart), Int32(recordStart + 1)))
    }
    return name
  }

  // MARK: What does not fit

  /// The failure for what stands here, as precise as its first bytes allow.
  mutating func unexpected(expected: String) -> SyntaxFailure {
    let start = lexer.position
    if lexer.isAtEnd { return endOfText(expected: expected) }
    let one = Span(Int32(start), Int32(start + 1))
    let two = Span(Int32(start), Int32(start + 2))
    let next = lexer.peek(1)
    switch lexer.current {
    case Byte.newline, Byte.carriageReturn:
      return SyntaxFailure(.unexpectedEndOfLine(expected: expected), one)
    case Byte.ampersand where next == Byte.ampersand: return SyntaxFailure(.shellOperator("&&"), two)
    case Byte.pipe where next == Byte.pipe: return SyntaxFailure(.shellOperator("||"), two)
    case Byte.ampersand: return SyntaxFailure(.ampersand, one)
    case Byte.less:
      if let end = placeholderEnd(from: start) {
        return SyntaxFailure(.placeholder(lexer.text(start, end)), Span(Int32(start), Int32(end)))
      }
      return SyntaxFailure(.inputRedirect, one)
    case Byte.greater:
      var index = start + 1
      while index < lexer.bytes.count, lexer.bytes[index] == Byte.greater || Byte.isBlank(lexer.bytes[index]) {
        index += 1
      }
      let end = lexer.wordEnd(from: index)
      let target = end > index ? lexer.text(index, end) : nil
      return SyntaxFailure(.redirect(target), Span(Int32(start), Int32(target == nil ? start + 1 : end)))
    case Byte.dollar where next == Byte.openParenthesis: return SyntaxFailure(.commandSubstitution(assigning: nil), two)
    case Byte.equals where next != Byte.equals: return SyntaxFailure(.singleEquals, one)
    case Byte.exclamation: return SyntaxFailure(.exclamationMark, one)
    case Byte.closeParenthesis, Byte.closeBracket, Byte.closeBrace:
      if openings.isEmpty { return SyntaxFailure(.unmatched(lexer.text(start, start + 1)), one) }
      return SyntaxFailure(.unexpected(lexer.text(start, start + 1), expected: expected), one)
    default:
      var end = max(lexer.wordNameEnd(from: start), start + 1)
      while end < lexer.bytes.count, lexer.bytes[end] & 0xC0 == 0x80 { end += 1 }
      return SyntaxFailure(
        .unexpected(lexer.text(start, end), expected: expected), Span(Int32(start), Int32(end)))
    }
  }

  /// The end of `<some words>` on one line.
  private func placeholderEnd(from start: Int) -> Int? {
    var index = start + 1
    guard index < lexer.bytes.count, Byte.isLetter(lexer.bytes[index]) else { return nil }
    while index < lexer.bytes.count {
      switch lexer.bytes[index] {
      case Byte.greater: return index + 1
      case Byte.newline, Byte.less, Byte.doubleQuote, Byte.singleQuote, Byte.pipe: return nil
      default: index += 1
      }
    }
    return nil
  }
}
