extension Parser {
  mutating func parsePipeline() throws(SyntaxFailure) -> Pipeline {
    lexer.skipSpace()
    let start = lexer.position
    return try parsePipeline(first: try parseSource(), from: start)
  }

  /// The stages behind the first one.
  mutating func parsePipeline(first: Stage, from start: Int) throws(SyntaxFailure) -> Pipeline {
    var stages = [first]
    var tallest = height
    var end = Int(first.span.end)
    while passPipe() {
      let pipe = lexer.position - 1
      lexer.skipLines()
      if lexer.isAtEnd { throw endBehindPipe(pipe) }
      let stage = try parseStage()
      end = Int(stage.span.end)
      stages.append(stage)
      tallest = max(tallest, height)
    }
    height = tallest
    return Pipeline(stages: stages, span: Span(Int32(start), Int32(end)))
  }

  /// Passes a `|` on this line or at the start of the next one that has anything on it.
  private mutating func passPipe() -> Bool {
    let saved = lexer.position
    lexer.skipLines()
    guard lexer.current == Byte.pipe, lexer.peek(1) != Byte.pipe else {
      lexer.position = saved
      return false
    }
    lexer.position += 1
    return true
  }

  /// The first stage: a bare word starts a command, anything else is an expression.
  private mutating func parseSource() throws(SyntaxFailure) -> Stage {
    switch lexer.current {
    case let byte where Byte.isLetter(byte):
      if isAtCall || isAtConstantWord { return .expression(try parseExpression()) }
      return try parseStage()
    case Byte.dot where lexer.peek(1) == Byte.slash || lexer.peek(1) == Byte.dot, Byte.slash, Byte.tilde:
      let start = lexer.position
      let end = lexer.wordEnd(from: start)
      throw SyntaxFailure(.programPath(lexer.text(start, end)), Span(Int32(start), Int32(end)))
    default: return .expression(try parseExpression())
    }
  }

  private var isAtConstantWord: Bool {
    let end = lexer.wordEnd(from: lexer.position)
    switch end - lexer.position {
    case 3: return lexer.isAtKeyword("not")
    case 4: return lexer.isAtKeyword("true") || lexer.isAtKeyword("null")
    case 5: return lexer.isAtKeyword("false")
    default: return false
    }
  }

  /// True at `name(` and `module.name(`.
  var isAtCall: Bool {
    var end = lexer.wordNameEnd(from: lexer.position)
    if end < lexer.bytes.count, lexer.bytes[end] == Byte.dot { end = lexer.wordNameEnd(from: end + 1) }
    return end < lexer.bytes.count && end > lexer.position && lexer.bytes[end] == Byte.openParenthesis
  }

  /// `where`, `extend` or a command.
  private mutating func parseStage() throws(SyntaxFailure) -> Stage {
    lexer.skipSpace()
    let start = lexer.position
    guard Byte.isLetter(lexer.current) else {
      if isAtStageEnd { throw unexpected(expected: "a command") }
      throw SyntaxFailure(.stageIsExpression, Span(Int32(start), Int32(stageEnd(from: start))))
    }
    if isAtCall { throw SyntaxFailure(.stageIsExpression, Span(Int32(start), Int32(stageEnd(from: start)))) }
    if lexer.isAtKeyword("where") {
      lexer.position += 5
      let condition = try parseExpression()
      return .where(condition, Span(Int32(start), condition.span.end))
    }
    if lexer.isAtKeyword("extend") {
      lexer.position += 6
      return try parseExtend(start)
    }
    return .command(try parseCommand())
  }

  private var isAtStageEnd: Bool {
    switch lexer.current {
    case Byte.pipe, Byte.semicolon, Byte.ampersand, Byte.closeParenthesis, Byte.closeBrace, Byte.closeBracket,
      Byte.newline, Byte.less, Byte.greater:
      true
    default: lexer.isAtEnd
    }
  }

  /// The end of what looks like one token, for a caret line.
  private func stageEnd(from start: Int) -> Int {
    let end = lexer.wordEnd(from: start)
    return end > start ? end : start + 1
  }

  private mutating func parseExtend(_ start: Int) throws(SyntaxFailure) -> Stage {
    var columns: [RecordEntry] = []
    var tallest = 0
    repeat {
      let name = try parseDeclaredName()
      try expect(Byte.equals, "`=`")
      if lexer.current == Byte.equals { throw unexpected(expected: "a value after one `=`") }
      columns.append(RecordEntry(name: name, value: try parseExpression()))
      tallest = max(tallest, height)
    } while passComma()
    height = tallest
    return .extend(columns, Span(Int32(start), columns.last?.value.span.end ?? Int32(lexer.position)))
  }

  mutating func passComma() -> Bool {
    let saved = lexer.position
    lexer.skipSpace()
    guard lexer.current == Byte.comma else {
      lexer.position = saved
      return false
    }
    lexer.position += 1
    lexer.skipLines()
    return true
  }

  private mutating func parseCommand() throws(SyntaxFailure) -> CommandCall {
    let start = lexer.position
    let end = lexer.wordEnd(from: start)
    let head = Name(text: lexer.text(start, end), span: Span(Int32(start), Int32(end)))
    if lexer.bytes[start..<end].contains(Byte.dollar) { throw SyntaxFailure(.computedCommand(head.text), head.span) }
    if LanguageWords.statements.contains(head.text) {
      throw SyntaxFailure(.statementInPipeline(head.text), head.span)
    }
    lexer.position = end
    try expectSpace(behind: start)
    var arguments: [Argument] = []
    var tallest = 0
    var onlyValues = false
    var argumentsEnd = end
    while true {
      lexer.skipSpace()
      if isAtStageEnd { break }
      let argumentStart = lexer.position
      height = 0
      if lexer.current == Byte.minus, !onlyValues {
        let next = lexer.peek(1)
        if next == Byte.minus, lexer.wordEnd(from: argumentStart) == argumentStart + 2 {
          lexer.position += 2
          onlyValues = true
          arguments.append(.endOfFlags(lexer.span(from: argumentStart)))
        } else if next == Byte.minus || Byte.isLetter(next) {
          arguments.append(.flag(try parseFlag()))
        } else {
          arguments.append(.value(try parseArgumentValue()))
        }
      } else {
        arguments.append(.value(try parseArgumentValue()))
      }
      argumentsEnd = lexer.position
      tallest = max(tallest, height)
      try expectSpace(behind: argumentStart)
    }
    // `a > file` and `a && b` are refused where they stand, while the command is known.
    if lexer.current == Byte.less || lexer.current == Byte.greater || lexer.current == Byte.ampersand {
      throw unexpected(expected: "an argument")
    }
    height = tallest
    return CommandCall(head: head, arguments: arguments, span: Span(Int32(start), Int32(argumentsEnd)))
  }

  /// Two arguments have a space between them.
  private func expectSpace(behind start: Int) throws(SyntaxFailure) {
    switch lexer.current {
    case Byte.doubleQuote, Byte.singleQuote, Byte.openParenthesis, Byte.openBracket, Byte.openBrace: break
    case let byte where Byte.endsWord(byte) || lexer.isAtEnd: return
    case Byte.backslash where lexer.bytes[lexer.position - 1] != Byte.backslash && isAtContinuation: return
    default: break
    }
    let before = lexer.text(start, lexer.position)
    if lexer.bytes[start] == Byte.dollar, lexer.current == Byte.openBracket {
      let end = lexer.bytes[lexer.position...].firstIndex { $0 == Byte.closeBracket || $0 == Byte.newline }
      let whole = lexer.text(start, min((end ?? lexer.position) + 1, lexer.bytes.count))
      throw SyntaxFailure(
        .partOfVariable(whole.hasSuffix("]") ? whole : before + "[0]"), lexer.span(from: start))
    }
    throw SyntaxFailure(
      .noSpaceBetween(before.contains("\n") ? "this" : before), Span(Int32(lexer.position), Int32(lexer.position + 1)))
  }

  private var isAtContinuation: Bool {
    var index = lexer.position + 1
    while index < lexer.bytes.count, Byte.isBlank(lexer.bytes[index]) { index += 1 }
    return index >= lexer.bytes.count || lexer.bytes[index] == Byte.newline
  }

  private mutating func parseFlag() throws(SyntaxFailure) -> FlagArgument {
    let start = lexer.position
    var end = start
    while end < lexer.bytes.count, Byte.isNamePart(lexer.bytes[end]) || lexer.bytes[end] == Byte.minus { end += 1 }
    guard end < lexer.bytes.count, lexer.bytes[end] == Byte.equals else {
      // What else the word holds belongs to the name, which is then unknown.
      end = lexer.wordEnd(from: start)
      lexer.position = end
      let name = Name(text: lexer.text(start, end), span: lexer.span(from: start))
      return FlagArgument(name: name, value: nil, span: name.span)
    }
    let name = Name(text: lexer.text(start, end), span: Span(Int32(start), Int32(end)))
    lexer.position = end + 1
    let value = try parseArgumentValue()
    return FlagArgument(name: name, value: value, span: lexer.span(from: start))
  }

  /// One value of a command. At a word's end it is the empty word, as in `--image=`.
  private mutating func parseArgumentValue() throws(SyntaxFailure) -> ArgumentValue {
    let start = lexer.position
    switch lexer.current {
    case Byte.doubleQuote, Byte.singleQuote: return .expression(.text(try parseString()))
    case Byte.openParenthesis, Byte.openBracket: return .expression(try parsePrimary())
    case Byte.openBrace: return try parseRecordOrBlock()
    case Byte.less, Byte.greater, Byte.ampersand: throw unexpected(expected: "a value")
    default:
      let text = try parseWord()
      // `$name` and `${expr}` alone are the value itself, not its text.
      if text.pieces.count == 1 {
        switch text.pieces[0] {
        case .variable(let name, let span): return .expression(.variable(name, span))
        case .expression(let expression, let span):
          return .expression(.pipeline(Pipeline(stages: [.expression(expression)], span: expression.span), span))
        case .literal: break
        }
      }
      if lexer.position == start, !lexer.isAtWordEnd { throw unexpected(expected: "a value") }
      return .word(text)
    }
  }

  private mutating func parseRecordOrBlock() throws(SyntaxFailure) -> ArgumentValue {
    if looksLikeRecord() { return .expression(try parsePrimary()) }
    let start = lexer.position
    try enter(newlinesAreSpace: false)
    var parameters: [Name] = []
    lexer.skipLines()
    if lexer.current == Byte.pipe {
      lexer.position += 1
      repeat { parameters.append(try parseDeclaredName()) } while passComma()
      try expect(Byte.pipe, "`,` or `|`")
    }
    return .block(BlockLiteral(parameters: parameters, block: try parseRestOfBlock(start)))
  }

  /// True when `{` opens a record: `}` or `key:` follows. Only looks.
  private mutating func looksLikeRecord() -> Bool {
    let saved = lexer.position
    defer { lexer.position = saved }
    lexer.position += 1
    lexer.skipLines()
    if lexer.current == Byte.closeBrace { return true }
    if lexer.current == Byte.doubleQuote || lexer.current == Byte.singleQuote {
      guard let end = Self.endOfString(lexer.bytes, lexer.position) else { return false }
      lexer.position = end + 1
    } else {
      let end = lexer.nameEnd(from: lexer.position)
      guard end > lexer.position else { return false }
      lexer.position = end
    }
    while Byte.isBlank(lexer.current) { lexer.position += 1 }
    return lexer.current == Byte.colon
  }
}
