extension Parser {
  mutating func parsePipeline() throws(SyntaxFailure) -> Pipeline {
    lexer.skipSpace()
    let start = lexer.position
    pipelineStart = start
    return try parsePipeline(first: try parseSource(), from: start)
  }

  /// The stages behind the first one.
  mutating func parsePipeline(first: Stage, from start: Int) throws(SyntaxFailure) -> Pipeline {
    var stages = [first]
    var tallest = height
    var end = Int(first.span.end)
    pipelineStart = start
    while passPipe() {
      let pipe = lexer.position - 1
      lexer.skipLines()
      if lexer.isAtEnd { throw endBehindPipe(pipe) }
      let stage = try parseStage()
      end = Int(stage.span.end)
      stages.append(stage)
      pipelineStart = start
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
      if let statement = try parseStatementValue() { return .expression(.statement(statement)) }
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
    switch lexer.current {
    case UInt8(ascii: "n"): lexer.isAtKeyword("not") || lexer.isAtKeyword("null")
    case UInt8(ascii: "t"): lexer.isAtKeyword("true")
    case UInt8(ascii: "f"): lexer.isAtKeyword("false")
    default: false
    }
  }

  /// The end of the word at a position. In a list, a record or a call, a comma ends it too.
  private func wordEnd(from start: Int) -> Int {
    let end = lexer.wordEnd(from: start)
    guard commaEndsArguments else { return end }
    return lexer.bytes[start..<end].firstIndex(of: Byte.comma) ?? end
  }

  // MARK: Values

  /// What may stand wherever a value may: an expression, a call, a command or a pipeline.
  mutating func parseValue() throws(SyntaxFailure) -> Expression {
    let pipeline = try parsePipeline()
    if pipeline.stages.count == 1, case .expression(let expression) = pipeline.stages[0] { return expression }
    return .pipeline(pipeline, pipeline.span)
  }

  /// The condition of an `if` or `while`, the list of a `for`, the subject of a `match`: a value behind which a block
  /// stands, so that `{` ends the arguments of a command.
  mutating func parseHead() throws(SyntaxFailure) -> Expression {
    lexer.skipSpace()
    let outer = headStart
    headStart = lexer.position
    let value = try parseValue()
    headStart = outer
    return value
  }

  /// The block behind a head. A second one belongs to a command of the head.
  mutating func parseBlock(behind head: Expression) throws(SyntaxFailure) -> Block {
    guard case .pipeline(let pipeline, head.span) = head, case .command? = pipeline.stages.last else {
      return try parseBlock()
    }
    let headText = lexer.text(Int(head.span.start), Int(head.span.end))
    var ahead = lexer
    ahead.skipSpace()
    let brace = Span(Int32(ahead.position), Int32(ahead.position + 1))
    ahead.position += 1
    ahead.skipLines()
    // No block of a statement has bars.
    if lexer.bytes[Int(brace.start)...].first == Byte.openBrace, ahead.current == Byte.pipe {
      throw SyntaxFailure(.blockInHead(headText), brace)
    }
    let block = try parseBlock()
    let saved = lexer.position
    lexer.skipSpace()
    if lexer.current == Byte.openBrace {
      throw SyntaxFailure(.blockInHead(headText), block.span)
    }
    lexer.position = saved
    return block
  }

  /// True at `...` before a value.
  var isAtSpread: Bool {
    lexer.current == Byte.dot && lexer.peek(1) == Byte.dot && lexer.peek(2) == Byte.dot
  }

  /// An item of a list or an argument of a call: a value, or `...` and a list.
  mutating func parseItem() throws(SyntaxFailure) -> Expression {
    lexer.skipSpace()
    guard isAtSpread else { return try parseValue() }
    let start = lexer.position
    lexer.position += 3
    let inner = try parseValue()
    try grow(above: height, from: start)
    return .spread(inner, Span(Int32(start), inner.span.end))
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
    case Byte.comma: commaEndsArguments
    case Byte.openBrace: headStart >= 0
    default: lexer.isAtEnd
    }
  }

  /// The end of what looks like one token, for a caret line.
  private func stageEnd(from start: Int) -> Int {
    let end = wordEnd(from: start)
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
    } while isAtColumn && passComma()
    height = tallest
    return .extend(columns, Span(Int32(start), columns.last?.value.span.end ?? Int32(lexer.position)))
  }

  /// False in a list, a record or a call when what stands behind the comma is no further column: it belongs to them.
  private var isAtColumn: Bool {
    guard commaEndsArguments else { return true }
    var ahead = lexer
    ahead.skipSpace()
    guard ahead.current == Byte.comma else { return true }
    ahead.position += 1
    ahead.skipLines()
    let end = ahead.nameEnd(from: ahead.position)
    guard end > ahead.position else { return false }
    ahead.position = end
    ahead.skipSpace()
    return ahead.current == Byte.equals && ahead.peek(1) != Byte.equals && ahead.peek(1) != Byte.tilde
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
    let end = wordEnd(from: start)
    let head = Name(text: lexer.text(start, end), span: Span(Int32(start), Int32(end)))
    if head.text.hasSuffix("=$"), head.text.utf8.count > 2, end < lexer.bytes.count,
      lexer.bytes[end] == Byte.openParenthesis
    {
      throw SyntaxFailure(.commandSubstitution(assigning: String(head.text.dropLast(2))), head.span)
    }
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
        if next == Byte.minus, wordEnd(from: argumentStart) == argumentStart + 2 {
          lexer.position += 2
          onlyValues = true
          arguments.append(.endOfFlags(lexer.span(from: argumentStart)))
        } else if next == Byte.minus || Byte.isLetter(next) {
          arguments.append(.flag(try parseFlag()))
        } else {
          arguments.append(.value(try parseArgumentValue()))
        }
      } else if case .flag(let flag)? = arguments.last, flag.name.text == Self.queryFlag, flag.value == nil,
        let query = parseQuery()
      {
        arguments.append(.value(query))
      } else {
        arguments.append(.value(try parseArgumentValue()))
      }
      argumentsEnd = lexer.position
      tallest = max(tallest, height)
      try expectSpace(behind: argumentStart)
    }
    // `a > file` and `a && b` are refused where they stand, while the command is known.
    if lexer.current == Byte.less || lexer.current == Byte.greater || lexer.current == Byte.ampersand {
      try refuseComparison(behind: argumentsEnd)
      throw unexpected(expected: "an argument")
    }
    height = tallest
    return CommandCall(head: head, arguments: arguments, span: Span(Int32(start), Int32(argumentsEnd)))
  }

  /// `list-metadata R | count > 3` is a comparison, not a redirection.
  private func refuseComparison(behind end: Int) throws(SyntaxFailure) {
    guard lexer.current != Byte.ampersand else { return }
    var index = lexer.position + 1
    if index < lexer.bytes.count, lexer.bytes[index] == Byte.equals { index += 1 }
    let operatorEnd = index
    while index < lexer.bytes.count, Byte.isBlank(lexer.bytes[index]) { index += 1 }
    guard index < lexer.bytes.count else { return }
    let next = lexer.bytes[index]
    guard operatorEnd > lexer.position + 1 || Byte.isDigit(next) || next == Byte.minus else { return }
    throw SyntaxFailure(
      .comparesCommand(lexer.text(pipelineStart, end), lexer.text(lexer.position, operatorEnd)),
      Span(Int32(lexer.position), Int32(operatorEnd)))
  }

  /// Two arguments have a space between them.
  private func expectSpace(behind start: Int) throws(SyntaxFailure) {
    switch lexer.current {
    case Byte.openBrace where headStart >= 0: return
    case Byte.comma where commaEndsArguments: return
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
      end = wordEnd(from: start)
      lexer.position = end
      let name = Name(text: lexer.text(start, end), span: lexer.span(from: start))
      return FlagArgument(name: name, value: nil, span: name.span)
    }
    let name = Name(text: lexer.text(start, end), span: Span(Int32(start), Int32(end)))
    lexer.position = end + 1
    if name.text == Self.queryFlag, let query = parseQuery() {
      return FlagArgument(name: name, value: query, span: lexer.span(from: start))
    }
    let value = try parseArgumentValue()
    return FlagArgument(name: name, value: value, span: lexer.span(from: start))
  }

  /// One value of a command. At a word's end it is the empty word, as in `--image=`.
  private mutating func parseArgumentValue() throws(SyntaxFailure) -> ArgumentValue {
    let start = lexer.position
    switch lexer.current {
    case Byte.doubleQuote, Byte.singleQuote: return .expression(.text(try parseString()))
    case Byte.openBracket:
      let list = try parsePrimary()
      // A list has no fields: `--query=[].os` is a text without its quotes.
      return .expression(lexer.current == Byte.dot ? list : try parsePostfix(of: list, from: start))
    case Byte.openParenthesis: return .expression(try parsePostfix())
    case Byte.openBrace: return try parseRecordOrBlock()
    case let byte where Byte.isLetter(byte) && isAtCall: return .expression(try parsePostfix())
    case Byte.dollar where isAtVariableCall: return .expression(try parsePostfix())
    case Byte.dot where isAtSpread && isValueStart(lexer.peek(3)):
      lexer.position += 3
      let inner = try parsePostfix()
      try grow(above: height, from: start)
      return .expression(.spread(inner, lexer.span(from: start)))
    case Byte.less, Byte.greater, Byte.ampersand: throw unexpected(expected: "a value")
    default:
      let text = try parseWord()
      // `$name` and `${expr}` alone are the value itself, not its text.
      if text.pieces.count == 1 {
        switch text.pieces[0] {
        case .variable(let name, let span): return .expression(.variable(name, span))
        case .expression(.pipeline(let pipeline, let inner), let span) where inner == pipeline.span:
          return .expression(.pipeline(pipeline, span))
        case .expression(let expression, let span):
          return .expression(.pipeline(Pipeline(stages: [.expression(expression)], span: expression.span), span))
        case .literal: break
        }
      }
      if lexer.position == start, !lexer.isAtWordEnd { throw unexpected(expected: "a value") }
      return .word(text)
    }
  }

  /// True at `$name(`, `$name[` and `$name?[`: no word goes on like that.
  private var isAtVariableCall: Bool {
    let end = lexer.nameEnd(from: lexer.position + 1)
    guard end > lexer.position + 1, end < lexer.bytes.count else { return false }
    if lexer.bytes[end] == Byte.question { return lexer.bytes[end...].dropFirst().first == Byte.openBracket }
    return lexer.bytes[end] == Byte.openParenthesis || lexer.bytes[end] == Byte.openBracket
  }

  /// True for the first byte of what may be spread into the arguments of a command.
  private func isValueStart(_ byte: UInt8) -> Bool {
    byte == Byte.dollar || byte == Byte.openParenthesis || byte == Byte.openBracket
  }

  private mutating func parseRecordOrBlock() throws(SyntaxFailure) -> ArgumentValue {
    if looksLikeRecord() { return .expression(try parsePrimary()) }
    return .block(try parseBlockLiteral())
  }

  /// `{ … }` or `{ |a, b| … }`.
  mutating func parseBlockLiteral() throws(SyntaxFailure) -> BlockLiteral {
    let start = lexer.position
    try enter(newlinesAreSpace: false)
    var parameters: [ValuePattern] = []
    lexer.skipLines()
    let hasBars = lexer.current == Byte.pipe
    if hasBars {
      lexer.position += 1
      lexer.skipSpace()
      if lexer.current != Byte.pipe {
        repeat { parameters.append(try parseBinding()) } while passComma()
      }
      try expect(Byte.pipe, "`,` or `|`")
    }
    return BlockLiteral(parameters: parameters, hasBars: hasBars, block: try parseRestOfBlock(start))
  }

  /// True when `{` opens a record: `}`, `key:` or `...` follows. Only looks.
  private mutating func looksLikeRecord() -> Bool {
    let saved = lexer.position
    defer { lexer.position = saved }
    lexer.position += 1
    lexer.skipLines()
    if lexer.current == Byte.closeBrace || isAtSpread { return true }
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
