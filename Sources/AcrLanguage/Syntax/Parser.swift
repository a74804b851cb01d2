/// Makes a ``SyntaxTree`` from a text by recursive descent. An error ends its statement; parsing goes on with the next one,
/// so that several findings are reported at once.
struct Parser {
  /// How many brackets may be open inside each other.
  static let nestingLimit = 200
  /// How many operators may hang on each other: deeper trees would need more stack than a thread may have.
  static let heightLimit = 300
  /// Findings after which parsing stops.
  static let failureLimit = 20

  let source: Source
  var lexer: Lexer
  private(set) var failures: [SyntaxFailure] = []
  /// Brackets and strings that are open here, outermost first.
  var openings: [Opening] = []
  /// The height of the expression parsed last.
  var height = 0
  /// How many `not` and `-` are being parsed.
  var unaryDepth = 0
  /// Where a bare name is a variable: directly behind `${`.
  var bareNamePosition = -1
  /// True where a comma ends the arguments of a command: in lists, records and calls.
  var commaEndsArguments = false
  /// Where the head of an `if`, `while`, `for` or `match` begins, in which `{` ends the arguments of a command; -1 elsewhere.
  var headStart = -1
  /// Where the innermost pipeline begins.
  var pipelineStart = 0
  var isInsideDefinition = false
  var namesInDefinitions: Set<String> = []
  /// `##` lines directly above what comes next.
  var pendingDocumentation: [String] = []
  private var documentation: String?
  /// The statements of the top level that are complete.
  private(set) var finished: [Statement] = []
  /// What was open when the text ended; nil when it did not end too early.
  private(set) var openAtEnd: ParseOutcome.Opening?

  /// Something that wants its end: a bracket or a string.
  struct Opening {
    let byte: UInt8
    let position: Int
    let newlinesWereSpace: Bool
    let commaEndedArguments: Bool
    let headStart: Int
  }

  init(_ source: Source) {
    self.source = source
    lexer = Lexer(source)
  }

  /// Parses the whole text.
  mutating func parse() -> SyntaxTree {
    var statements: [Statement] = []
    if let offset = Lexer.firstInvalidByte(in: source.bytes) {
      let (line, column) = source.position(of: Int32(offset))
      failures.append(
        SyntaxFailure(
          .invalidByte(source.bytes[offset], line: line, column: column, offset: offset),
          Span(Int32(offset), Int32(offset + 1)), isFatal: true))
    } else {
      if lexer.current == Byte.hash, lexer.peek(1) == Byte.exclamation { lexer.skipComment() }
      do throws(SyntaxFailure) {
        statements = try parseStatements(inBlock: false)
      } catch {
        failures.append(error)
      }
    }
    return SyntaxTree(
      source: source, documentation: documentation ?? "", statements: statements, comments: lexer.comments,
      namesInDefinitions: namesInDefinitions)
  }

  /// Statements up to the end of the text or of the block. The closing brace is left to the caller.
  mutating func parseStatements(inBlock: Bool) throws(SyntaxFailure) -> [Statement] {
    var statements: [Statement] = []
    var tallest = 0
    while true {
      skipToStatement()
      if lexer.isAtEnd {
        if inBlock { throw endOfText(expected: "`}`") }
        break
      }
      if inBlock, lexer.current == Byte.closeBrace { break }
      let start = lexer.position
      let openingCount = openings.count
      let wasInsideDefinition = isInsideDefinition
      do throws(SyntaxFailure) {
        let statement = try parseStatement(isTopLevel: !inBlock)
        try expectStatementEnd(inBlock: inBlock)
        statements.append(statement)
        if !inBlock { finished.append(statement) }
        tallest = max(tallest, height)
      } catch {
        if error.isFatal { throw error }
        if failures.count + 1 >= Self.failureLimit { throw SyntaxFailure(error.error, error.span, isFatal: true) }
        failures.append(error)
        openings.removeSubrange(openingCount...)
        isInsideDefinition = wasInsideDefinition
        unaryDepth = 0
        lexer.newlinesAreSpace = false
        commaEndsArguments = false
        headStart = -1
        recover(from: start, errorAt: Int(error.span.start), inBlock: inBlock)
      }
      pendingDocumentation = []
    }
    height = tallest
    return statements
  }

  private mutating func expectStatementEnd(inBlock: Bool) throws(SyntaxFailure) {
    lexer.skipSpace()
    if lexer.isAtEnd || lexer.isAtLineEnd || lexer.current == Byte.semicolon { return }
    if inBlock, lexer.current == Byte.closeBrace { return }
    throw unexpected(expected: "the end of the statement")
  }

  /// Passes line ends, `;` and comments, and collects the `##` lines directly above what comes next. The first such lines of
  /// a text are the script's own, unless a `def` stands directly below them.
  private mutating func skipToStatement() {
    pendingDocumentation = []
    var linesSinceDocumentation = 0
    while !lexer.isAtEnd {
      switch lexer.current {
      case Byte.space, Byte.tab, Byte.carriageReturn, Byte.semicolon: lexer.position += 1
      case Byte.newline:
        lexer.position += 1
        linesSinceDocumentation += 1
        if linesSinceDocumentation > 1 { endDocumentation() }
      case Byte.hash:
        if lexer.peek(1) == Byte.hash {
          pendingDocumentation.append(readDocumentationLine())
          linesSinceDocumentation = 0
        } else {
          lexer.skipComment()
        }
      case Byte.backslash:
        let before = lexer.position
        lexer.skipSpace()
        if lexer.position == before { return finishDocumentation() }
      default: return finishDocumentation()
      }
    }
    endDocumentation()
  }

  private mutating func finishDocumentation() {
    if documentation == nil, !lexer.isAtKeyword("def") { endDocumentation() }
    if documentation == nil { documentation = "" }
  }

  private mutating func endDocumentation() {
    if documentation == nil, !pendingDocumentation.isEmpty {
      documentation = pendingDocumentation.joined(separator: "\n")
    }
    pendingDocumentation = []
  }

  /// The text of a `##` comment; passes it.
  mutating func readDocumentationLine() -> String {
    var start = lexer.position
    lexer.skipComment()
    var end = lexer.position
    while start < end, lexer.bytes[start] == Byte.hash { start += 1 }
    if start < end, lexer.bytes[start] == Byte.space { start += 1 }
    while end > start, Byte.isBlank(lexer.bytes[end - 1]) { end -= 1 }
    return lexer.text(start, end)
  }

  // MARK: Brackets

  /// Passes an opening bracket or `${`.
  /// - Parameter hasItems: whether commas separate what is inside.
  mutating func enter(
    length: Int = 1, newlinesAreSpace: Bool, hasItems: Bool = false
  ) throws(SyntaxFailure) {
    let start = lexer.position
    guard openings.count < Self.nestingLimit else {
      throw SyntaxFailure(
        .nestingTooDeep(Self.nestingLimit), Span(Int32(start), Int32(start + length)), isFatal: true)
    }
    openings.append(
      Opening(
        byte: lexer.bytes[start + length - 1], position: start, newlinesWereSpace: lexer.newlinesAreSpace,
        commaEndedArguments: commaEndsArguments, headStart: headStart))
    lexer.newlinesAreSpace = newlinesAreSpace
    commaEndsArguments = hasItems
    headStart = -1
    lexer.position += length
  }

  /// Passes the closing bracket.
  mutating func leave(_ closing: UInt8, expected: String? = nil) throws(SyntaxFailure) {
    lexer.skipSpace()
    guard lexer.current == closing, !lexer.isAtEnd else {
      throw stillOpen(unexpected(expected: expected ?? "`\(Character(UnicodeScalar(closing)))`"))
    }
    lexer.position += 1
    close()
  }

  /// Says of what does not fit that the bracket around it was opened on another line, where the mistake may be.
  private func stillOpen(_ failure: SyntaxFailure) -> SyntaxFailure {
    guard case .unexpected(let text, let expected) = failure.error, let opening = openings.last else { return failure }
    let line = source.position(of: Int32(opening.position)).line
    guard line != source.position(of: failure.span.start).line else { return failure }
    let bracket = String(UnicodeScalar(opening.byte))
    return SyntaxFailure(.unexpectedInside(text, expected: expected, bracket: bracket, line: line), failure.span)
  }

  /// Forgets the innermost opening.
  mutating func close() {
    guard let opening = openings.popLast() else { return }
    lexer.newlinesAreSpace = opening.newlinesWereSpace
    commaEndsArguments = opening.commaEndedArguments
    headStart = opening.headStart
  }

  /// Notes that an expression holds others of this height.
  mutating func grow(above children: Int, from start: Int) throws(SyntaxFailure) {
    height = children + 1
    if height > Self.heightLimit {
      throw SyntaxFailure(.expressionTooLong(Self.heightLimit), lexer.span(from: start), isFatal: true)
    }
  }

  // MARK: Failures

  /// The failure for a text that ends too early.
  mutating func endOfText(expected: String) -> SyntaxFailure {
    let end = Span(Int32(lexer.bytes.count), Int32(lexer.bytes.count))
    guard let opening = openings.last else {
      return SyntaxFailure(.unexpectedEnd(expected: expected), end, isFatal: true)
    }
    let isInterpolation = opening.byte == Byte.openBrace && lexer.bytes[opening.position] == Byte.dollar
    let length = isInterpolation ? 2 : 1
    let span = Span(Int32(opening.position), Int32(opening.position + length))
    switch opening.byte {
    case Byte.doubleQuote, Byte.singleQuote:
      openAtEnd = .string(span)
      return SyntaxFailure(.unclosedString, span, isFatal: true)
    default:
      openAtEnd = .bracket(source.text(span), span)
      return SyntaxFailure(.unclosed(source.text(span)), span, isFatal: true)
    }
  }

  /// The failure for a `|` with nothing behind it.
  mutating func endBehindPipe(_ pipe: Int) -> SyntaxFailure {
    let span = Span(Int32(pipe), Int32(pipe + 1))
    openAtEnd = .pipe(span)
    return SyntaxFailure(.pipeAtEnd, span, isFatal: true)
  }

  // MARK: Recovery

  /// Goes to where the next statement may start.
  private mutating func recover(from start: Int, errorAt error: Int, inBlock: Bool) {
    var end = endOfStatement(from: start, inBlock: inBlock) ?? -1
    if end < error {
      end = max(error, start)
      while end < lexer.bytes.count, lexer.bytes[end] != Byte.newline { end += 1 }
    }
    lexer.position = end
    // A line that goes on with the broken statement has nothing of its own to say.
    while lexer.isAtLineEnd {
      let saved = lexer.position
      lexer.skipLines()
      let isFlag = lexer.current == Byte.minus && (Byte.isLetter(lexer.peek(1)) || lexer.peek(1) == Byte.minus)
      guard isFlag || lexer.current == Byte.pipe, !lexer.isAtEnd else {
        lexer.position = saved
        break
      }
      lexer.position = endOfStatement(from: lexer.position, inBlock: inBlock) ?? lexer.bytes.count
    }
    if lexer.position == start { lexer.position += 1 }
  }

  /// Where a statement ends if its brackets are balanced; nil if they are not.
  private func endOfStatement(from start: Int, inBlock: Bool) -> Int? {
    let bytes = lexer.bytes
    var index = start
    var depth = 0
    while index < bytes.count {
      switch bytes[index] {
      case Byte.newline where depth == 0: return index
      case Byte.semicolon where depth == 0: return index
      case Byte.backslash:
        index += 1
        while index < bytes.count, Byte.isBlank(bytes[index]) { index += 1 }
        if index < bytes.count, bytes[index] != Byte.newline { index -= 1 }
      case Byte.openBrace, Byte.openBracket, Byte.openParenthesis: depth += 1
      case Byte.closeBrace, Byte.closeBracket, Byte.closeParenthesis:
        if depth > 0 {
          depth -= 1
        } else if inBlock, bytes[index] == Byte.closeBrace {
          return index
        }
      case Byte.doubleQuote, Byte.singleQuote:
        guard let end = Self.endOfString(bytes, index) else { return nil }
        index = end
      case Byte.hash where index == start || Byte.endsWord(bytes[index - 1]):
        while index + 1 < bytes.count, bytes[index + 1] != Byte.newline { index += 1 }
      default: break
      }
      index += 1
    }
    return depth == 0 ? bytes.count : nil
  }

  /// The closing quote of the string at an index, found without looking into `${ }`.
  static func endOfString(_ bytes: [UInt8], _ start: Int) -> Int? {
    let quote = bytes[start]
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == quote { return index }
      if bytes[index] == Byte.backslash, quote == Byte.doubleQuote { index += 1 }
      index += 1
    }
    return nil
  }
}
