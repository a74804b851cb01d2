/// What can be wrong with a text before names are looked up. The sentences are in `SyntaxError+Message.swift`.
enum SyntaxError: Equatable, Sendable {
  case invalidByte(UInt8, line: Int, column: Int, offset: Int)
  case unexpected(String, expected: String)
  case unexpectedInside(String, expected: String, bracket: String, line: Int)
  case unexpectedEndOfLine(expected: String)
  case unexpectedEnd(expected: String)
  case unclosed(String)
  case unclosedString
  case unmatched(String)
  case pipeAtEnd
  case lineStartsWithFlag(String)
  case placeholder(String)
  case shellOperator(String)
  case ampersand
  case redirect(String?)
  case comparesCommand(String, String)
  case blockInHead(String)
  case valueInBinding
  case inputRedirect
  /// Of a shell variable, where it is assigned to one.
  case commandSubstitution(assigning: String?)
  case bareName(String)
  case interpolationInExpression
  case emptyInterpolation
  case singleEquals
  case declaresWithDollar(String)
  case hyphenInName(String)
  case exclamationMark
  case chainedComparison(String)
  case computedCommand(String)
  case programPath(String)
  case noSpaceBetween(String)
  case partOfVariable(String)
  case unknownUnit(String)
  case numberTooLarge(String)
  case unknownEscape(String)
  case invalidCodePoint(String)
  case nestingTooDeep(Int)
  case expressionTooLong(Int)
  case definitionNotAtTop
  case useNotAtTop
  case stageIsExpression
  case statementInPipeline(String)
  case notAPlace
  case tryWithoutHandler
  case unknownType(String, nearest: String?)
  case blockOutsideCommand
  case elseWithoutIf(String)
}

/// A ``SyntaxError`` and its place, thrown to the nearest statement, where parsing goes on.
struct SyntaxFailure: Error {
  let error: SyntaxError
  let span: Span
  /// True when nothing behind it can be understood: the text ended too early, or is nested too deeply.
  let isFatal: Bool

  init(_ error: SyntaxError, _ span: Span, isFatal: Bool = false) {
    self.error = error
    self.span = span
    self.isFatal = isFatal
  }
}
