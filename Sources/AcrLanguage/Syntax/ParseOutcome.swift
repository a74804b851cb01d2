/// What Enter at the prompt should do with the text so far.
public enum ParseOutcome: Sendable {
  /// It can run.
  case complete
  /// It goes on in the next line, because something is open.
  case incomplete(Opening)
  /// It cannot become right by going on.
  case wrong([Diagnostic])

  /// What is open at the end of a text.
  public enum Opening: Sendable, Equatable {
    /// `(`, `[`, `{` or `${`, and where it stands.
    case bracket(String, Span)
    /// A quoted text, and where its first quote stands.
    case string(Span)
    /// A `|` at the end.
    case pipe(Span)
    /// A `\` at the end.
    case backslash(Span)
  }

  /// Parses a text and says whether it is complete. Names are not looked up.
  public init(_ source: Source) { self = ParsedText(source).outcome }

  fileprivate init(_ parser: Parser) {
    if let opening = parser.openAtEnd, parser.failures.count == 1 {
      self = .incomplete(opening)
    } else if let backslash = parser.lexer.trailingBackslash, parser.failures.allSatisfy(\.isFatal) {
      self = .incomplete(.backslash(Span(Int32(backslash), Int32(backslash + 1))))
    } else if parser.failures.isEmpty {
      self = .complete
    } else {
      self = .wrong(parser.failures.map { $0.diagnostic(in: parser.source) })
    }
  }
}

/// A text that was parsed: Enter at the prompt asks it whether it is complete, and the check takes its tree, so that a line
/// is parsed once.
public struct ParsedText: Sendable {
  /// The text.
  public let source: Source
  /// Whether it can run.
  public let outcome: ParseOutcome
  let tree: SyntaxTree
  let failures: [SyntaxFailure]

  /// Parses a text. Names are not looked up.
  public init(_ source: Source) {
    var parser = Parser(source)
    tree = parser.parse()
    failures = parser.failures
    outcome = ParseOutcome(parser)
    self.source = source
  }
}
