import AcrText

extension Parser {
  mutating func parseStatement(isTopLevel: Bool) throws(SyntaxFailure) -> Statement {
    let start = lexer.position
    let end = lexer.wordNameEnd(from: start)
    guard (2...8).contains(end - start) else { return try parseAssignmentOrPipeline() }
    let word = lexer.text(start, end)
    guard LanguageWords.statements.contains(word) else { return try parseAssignmentOrPipeline() }
    height = 0
    lexer.position = end
    lexer.skipSpace()
    switch word {
    case "param":
      let parameter = try parseParameter()
      return .param(try withTrailingDocumentation(parameter), Span(Int32(start), parameter.span.end))
    case "let", "var":
      let name = try parseBinding()
      try expect(Byte.equals, "`=`")
      let value = try parsePipeline()
      return .variable(name, isMutable: word == "var", value, Span(Int32(start), value.span.end))
    case "if": return try withStages(behind: try parseIf(start), from: start)
    case "match": return try withStages(behind: try parseMatch(start), from: start)
    case "for":
      let name = try parseBinding()
      lexer.skipSpace()
      guard lexer.isAtKeyword("in") else { throw unexpected(expected: "`in`") }
      lexer.position += 2
      let list = try parseHead()
      return .for(name, in: list, try parseBlock(behind: list), lexer.span(from: start))
    case "while":
      let condition = try parseHead()
      return .while(condition, try parseBlock(behind: condition), lexer.span(from: start))
    case "assert": return try parseAssert(start)
    case "def":
      guard isTopLevel else { throw SyntaxFailure(.definitionNotAtTop, Span(Int32(start), Int32(end))) }
      return try parseDefinition(start)
    case "try": return try withStages(behind: try parseTry(start), from: start)
    case "throw":
      let value = try parseValue()
      return .throw(value, Span(Int32(start), value.span.end))
    case "return", "exit":
      let value = isAtStatementEnd ? nil : try parsePipeline()
      let span = value.map { Span(Int32(start), $0.span.end) } ?? Span(Int32(start), Int32(end))
      return word == "exit" ? .exit(value, span) : .return(value, span)
    case "break": return .break(Span(Int32(start), Int32(end)))
    case "continue": return .continue(Span(Int32(start), Int32(end)))
    case "use":
      guard isTopLevel else { throw SyntaxFailure(.useNotAtTop, Span(Int32(start), Int32(end))) }
      return try parseUse(start)
    default:
      throw SyntaxFailure(.elseWithoutIf(word), Span(Int32(start), Int32(end)))
    }
  }

  /// `if`, `match` or `try` where a value stands; nil where none of them does.
  mutating func parseStatementValue() throws(SyntaxFailure) -> Statement? {
    let start = lexer.position
    if lexer.isAtKeyword("if") {
      lexer.position += 2
      return try parseIf(start)
    }
    if lexer.isAtKeyword("match") {
      lexer.position += 5
      return try parseMatch(start)
    }
    if lexer.isAtKeyword("try") {
      lexer.position += 3
      return try parseTry(start)
    }
    return nil
  }

  /// A statement that gives a value, with the stages that take it.
  private mutating func withStages(behind statement: Statement, from start: Int) throws(SyntaxFailure) -> Statement {
    let pipeline = try parsePipeline(first: .expression(.statement(statement)), from: start)
    return pipeline.stages.count == 1 ? statement : .pipeline(pipeline)
  }

  /// `assert CONDITION "text"`.
  private mutating func parseAssert(_ start: Int) throws(SyntaxFailure) -> Statement {
    let condition = try parseExpression()
    var tallest = height
    lexer.skipSpace()
    guard lexer.current == Byte.doubleQuote || lexer.current == Byte.singleQuote else {
      height = tallest
      return .assert(condition, message: nil, Span(Int32(start), condition.span.end))
    }
    let message = Expression.text(try parseString())
    tallest = max(tallest, height)
    height = tallest
    return .assert(condition, message: message, lexer.span(from: start))
  }

  private var isAtStatementEnd: Bool {
    lexer.isAtEnd || lexer.isAtLineEnd || lexer.current == Byte.semicolon || lexer.current == Byte.closeBrace
  }

  private mutating func parseAssignmentOrPipeline() throws(SyntaxFailure) -> Statement {
    let start = lexer.position
    if lexer.current == Byte.minus, lexer.peek(1) == Byte.minus || Byte.isLetter(lexer.peek(1)) {
      let end = lexer.wordEnd(from: start)
      throw SyntaxFailure(.lineStartsWithFlag(lexer.text(start, end)), Span(Int32(start), Int32(end)))
    }
    guard lexer.current == Byte.dollar else { return .pipeline(try parsePipeline()) }
    let target = try parseExpression()
    lexer.skipSpace()
    let assignment: AssignmentOperator
    switch (lexer.current, lexer.peek(1)) {
    case (Byte.equals, let next) where next != Byte.equals && next != Byte.tilde: assignment = .set
    case (Byte.plus, Byte.equals): assignment = .add
    case (Byte.minus, Byte.equals): assignment = .subtract
    default:
      if case .variable = target, isAtArgument {
        throw SyntaxFailure(.computedCommand(lexer.text(start, Int(target.span.end))), target.span)
      }
      return .pipeline(try parsePipeline(first: .expression(target), from: start))
    }
    let place = try place(of: target)
    lexer.position += assignment == .set ? 1 : 2
    let value = try parsePipeline()
    return .assign(place, assignment, value, Span(Int32(start), value.span.end))
  }

  /// True when what follows a variable looks like the argument of a command: `$tool --version`.
  private var isAtArgument: Bool {
    switch lexer.current {
    case Byte.doubleQuote, Byte.singleQuote, Byte.dollar: true
    case let byte: Byte.isNamePart(byte) || byte >= 0x80
    }
  }

  /// The place an expression names.
  private func place(of target: Expression) throws(SyntaxFailure) -> Place {
    var path: [Place.Step] = []
    var rest = target
    while true {
      switch rest {
      case .variable(let name, let span):
        return Place(name: Name(text: name, span: span), path: path.reversed(), span: target.span)
      case .field(let inner, let name, isOptional: false, _):
        path.append(.field(name.text, name.span))
        rest = inner
      case .index(let inner, let index, isOptional: false, let span):
        path.append(.index(index, span))
        rest = inner
      default: throw SyntaxFailure(.notAPlace, target.span)
      }
    }
  }

  /// The NAME of what is declared.
  mutating func parseDeclaredName() throws(SyntaxFailure) -> Name {
    lexer.skipSpace()
    let start = lexer.position
    let end = lexer.nameEnd(from: start)
    guard end > start else {
      if lexer.current == Byte.dollar, lexer.nameEnd(from: start + 1) > start + 1 {
        let end = lexer.nameEnd(from: start + 1)
        throw SyntaxFailure(.declaresWithDollar(lexer.text(start + 1, end)), Span(Int32(start), Int32(end)))
      }
      if lexer.current == Byte.equals {
        throw SyntaxFailure(.unexpected("=", expected: "a name"), Span(Int32(start), Int32(start + 1)))
      }
      throw unexpected(expected: "a name")
    }
    let wordEnd = lexer.wordNameEnd(from: start)
    if wordEnd > end {
      throw SyntaxFailure(.hyphenInName(lexer.text(start, wordEnd)), Span(Int32(start), Int32(wordEnd)))
    }
    lexer.position = end
    return Name(text: lexer.text(start, end), span: lexer.span(from: start))
  }

  mutating func expect(_ byte: UInt8, _ text: String) throws(SyntaxFailure) {
    lexer.skipSpace()
    guard lexer.current == byte, !lexer.isAtEnd else { throw unexpected(expected: text) }
    lexer.position += 1
  }

  mutating func parseIf(_ start: Int) throws(SyntaxFailure) -> Statement {
    let condition = try parseHead()
    var branches = [Branch(condition: condition, block: try parseBlock(behind: condition))]
    var tallest = height
    var otherwise: Block?
    while otherwise == nil, passKeyword("else") {
      lexer.skipSpace()
      if lexer.isAtKeyword("if") {
        lexer.position += 2
        let condition = try parseHead()
        branches.append(Branch(condition: condition, block: try parseBlock(behind: condition)))
      } else {
        otherwise = try parseBlock()
      }
      tallest = max(tallest, height)
    }
    height = tallest
    return .if(branches, otherwise: otherwise, lexer.span(from: start))
  }

  mutating func parseTry(_ start: Int) throws(SyntaxFailure) -> Statement {
    let body = try parseBlock()
    var tallest = height
    let bodyEnd = lexer.position
    var clause: CatchClause?
    if passKeyword("catch") {
      lexer.skipSpace()
      let name = Byte.isLetter(lexer.current) ? try parseDeclaredName() : nil
      clause = CatchClause(name: name, block: try parseBlock())
      tallest = max(tallest, height)
    }
    var cleanup: Block?
    if passKeyword("finally") {
      cleanup = try parseBlock()
      tallest = max(tallest, height)
    }
    if clause == nil, cleanup == nil {
      throw SyntaxFailure(.tryWithoutHandler, Span(Int32(start), Int32(min(start + 3, bodyEnd))))
    }
    height = tallest
    return .try(body, catch: clause, finally: cleanup, lexer.span(from: start))
  }

  /// Passes a keyword that may stand on this line or, behind a closing brace, on the next.
  private mutating func passKeyword(_ keyword: StaticString) -> Bool {
    let saved = lexer.position
    lexer.skipLines()
    guard lexer.isAtKeyword(keyword) else {
      lexer.position = saved
      return false
    }
    lexer.position += keyword.utf8CodeUnitCount
    return true
  }

  /// `{ … }`.
  mutating func parseBlock() throws(SyntaxFailure) -> Block {
    lexer.skipSpace()
    let start = lexer.position
    guard lexer.current == Byte.openBrace else { throw unexpected(expected: "`{`") }
    try enter(newlinesAreSpace: false)
    return try parseRestOfBlock(start)
  }

  /// What stands behind the opening brace and the names of the parameters.
  mutating func parseRestOfBlock(_ start: Int) throws(SyntaxFailure) -> Block {
    let statements = try parseStatements(inBlock: true)
    try leave(Byte.closeBrace)
    let span = lexer.span(from: start)
    try grow(above: height, from: start)
    return Block(statements: statements, span: span)
  }

  private mutating func parseUse(_ start: Int) throws(SyntaxFailure) -> Statement {
    let pathStart = lexer.position
    guard lexer.current == Byte.doubleQuote || lexer.current == Byte.singleQuote else {
      throw unexpected(expected: "the module's path in quotes")
    }
    let literal = try parseString()
    guard let path = literal.constant else {
      throw SyntaxFailure(.unexpected("$", expected: "a path that is known before the run"), literal.span)
    }
    let name = Name(text: path, span: lexer.span(from: pathStart))
    lexer.skipSpace()
    var alias: Name?
    if lexer.isAtKeyword("as") {
      lexer.position += 2
      alias = try parseDeclaredName()
    }
    return .use(path: name, alias: alias, lexer.span(from: start))
  }

  // MARK: Definitions

  private mutating func parseDefinition(_ start: Int) throws(SyntaxFailure) -> Statement {
    let documentation = pendingDocumentation.joined(separator: "\n")
    let nameStart = lexer.position
    let nameEnd = lexer.wordNameEnd(from: nameStart)
    guard nameEnd > nameStart else { throw unexpected(expected: "the name of the `def`") }
    let name = Name(text: lexer.text(nameStart, nameEnd), span: Span(Int32(nameStart), Int32(nameEnd)))
    lexer.position = nameEnd
    lexer.skipSpace()
    guard lexer.current == Byte.openParenthesis else { throw unexpected(expected: "`(`") }
    try enter(newlinesAreSpace: true, hasItems: true)
    isInsideDefinition = true
    var parameters: [Parameter] = []
    lexer.skipSpace()
    while lexer.current != Byte.closeParenthesis {
      parameters.append(try parseParameter(ofDefinition: true))
      lexer.skipSpace()
      guard lexer.current == Byte.comma else { break }
      lexer.position += 1
      lexer.skipSpace()
    }
    try leave(Byte.closeParenthesis, expected: "`,` or `)`")
    let body = try parseBlock()
    isInsideDefinition = false
    return .definition(
      Definition(
        name: name, parameters: parameters, body: body, documentation: documentation, span: lexer.span(from: start)))
  }

  /// - Parameter isOfDefinition: whether it is a `def`'s, which may take a block or what stands before a pipe.
  private mutating func parseParameter(
    ofDefinition isOfDefinition: Bool = false
  ) throws(SyntaxFailure) -> Parameter {
    let start = lexer.position
    let documentation = pendingDocumentation.joined(separator: "\n")
    var kind = CheckedParameter.Kind.positional
    var nameStart = start
    var nameEnd = start
    if lexer.current == Byte.minus, lexer.peek(1) == Byte.minus {
      kind = .flag
      nameStart = start + 2
      nameEnd = lexer.wordNameEnd(from: nameStart)
    } else if lexer.current == Byte.dot, lexer.peek(1) == Byte.dot, lexer.peek(2) == Byte.dot {
      kind = .rest
      nameStart = start + 3
      nameEnd = lexer.nameEnd(from: nameStart)
    } else if isOfDefinition, let inputStart = inputNameStart {
      kind = .input
      nameStart = inputStart
      nameEnd = lexer.nameEnd(from: nameStart)
    } else {
      nameEnd = lexer.nameEnd(from: nameStart)
    }
    guard nameEnd > nameStart else { throw unexpected(expected: "a parameter: `name`, `--flag` or `...rest`") }
    lexer.position = nameEnd
    let name = Name(text: lexer.text(nameStart, nameEnd), span: lexer.span(from: start))
    if kind == .rest {
      return Parameter(
        name: name, kind: kind, type: .list, defaultValue: nil, choices: nil, documentation: documentation,
        span: name.span)
    }
    var type: ValueType?
    var defaultValue: Expression?
    var end = lexer.position
    lexer.skipSpace()
    if lexer.current == Byte.colon {
      lexer.position += 1
      type = try parseType(allowsBlock: isOfDefinition)
      end = lexer.position
      lexer.skipSpace()
    }
    var choices: Expression?
    if lexer.isAtKeyword("in") {
      lexer.position += 2
      lexer.skipSpace()
      guard lexer.current == Byte.openBracket else { throw unexpected(expected: "the values in `[ … ]`") }
      let list = try parsePrimary()
      choices = list
      end = lexer.position
      type = type ?? Self.type(ofItems: list)
      lexer.skipSpace()
    }
    if lexer.current == Byte.equals {
      lexer.position += 1
      let expression = try parseValue()
      defaultValue = expression
      // Looking for an operator has passed the comment behind the expression, which is the parameter's documentation.
      end = Int(expression.span.end)
    }
    if kind == .flag, type == nil, defaultValue == nil {
      kind = .switch
      type = .bool
    }
    return Parameter(
      name: name, kind: kind, type: type ?? .any, defaultValue: defaultValue, choices: choices,
      documentation: documentation, span: Span(Int32(start), Int32(end)))
  }

  /// Where the name behind `in` begins; nil for a parameter that is itself called `in`.
  private var inputNameStart: Int? {
    guard lexer.isAtKeyword("in") else { return nil }
    var ahead = lexer
    ahead.position += 2
    ahead.skipSpace()
    return Byte.isLetter(ahead.current) ? ahead.position : nil
  }

  /// The type that the items of a list have as they are written.
  private static func type(ofItems list: Expression) -> ValueType? {
    guard case .list(let items, _) = list, let first = items.first else { return nil }
    return switch first {
    case .text: .string
    case .constant(.int, _): .int
    case .constant(.number, _): .number
    case .constant(.duration, _): .duration
    case .constant(.size, _): .size
    default: nil
    }
  }

  private mutating func parseType(allowsBlock: Bool) throws(SyntaxFailure) -> ValueType {
    lexer.skipSpace()
    let start = lexer.position
    let end = lexer.nameEnd(from: start)
    guard end > start else { throw unexpected(expected: "a type") }
    let text = lexer.text(start, end)
    // A command line gives no block.
    let known = ValueType.allCases.filter { $0 != .block || allowsBlock }.map(\.rawValue)
    guard let type = ValueType(rawValue: text), type != .block || allowsBlock else {
      throw SyntaxFailure(
        .unknownType(text, nearest: Suggestion.nearest(to: text, in: known)), Span(Int32(start), Int32(end)))
    }
    lexer.position = end
    return type
  }

  /// A script's parameter with the `##` behind it on its line.
  private mutating func withTrailingDocumentation(_ parameter: Parameter) throws(SyntaxFailure) -> Parameter {
    var index = Int(parameter.span.end)
    while index < lexer.bytes.count, Byte.isBlank(lexer.bytes[index]) { index += 1 }
    guard index + 1 < lexer.bytes.count, lexer.bytes[index] == Byte.hash, lexer.bytes[index + 1] == Byte.hash else {
      return parameter
    }
    lexer.position = index
    let documentation = [parameter.documentation, readDocumentationLine()].filter { !$0.isEmpty }
    return Parameter(
      name: parameter.name, kind: parameter.kind, type: parameter.type, defaultValue: parameter.defaultValue,
      choices: parameter.choices, documentation: documentation.joined(separator: "\n"), span: parameter.span)
  }
}
