extension SyntaxTree {
  /// How often parsing starts again: each time may go through the rest of the text.
  private static let restartLimit = 20

  /// Parses a text that is being written. A bracket that is not closed yet takes everything below it for its own; here
  /// parsing starts again at the next line that looks like the start of a statement of the top level.
  public static func parseUnfinished(_ source: Source) -> SyntaxTree {
    var parser = Parser(source)
    let first = parser.parse()
    var position = parser.restart
    if position == nil, parser.failures.isEmpty { return first }
    var statements = parser.finished
    var comments = Dictionary(first.comments.map { ($0.start, $0) }) { one, _ in one }
    var names = first.namesInDefinitions
    for _ in 0..<restartLimit {
      guard let start = position else { break }
      parser = Parser(source)
      parser.lexer.position = start
      let rest = parser.parse()
      statements += parser.finished
      for comment in rest.comments { comments[comment.start] = comment }
      names.formUnion(rest.namesInDefinitions)
      position = parser.restart
    }
    return SyntaxTree(
      source: source, documentation: first.documentation, statements: statements,
      comments: comments.values.sorted { $0.start < $1.start }, namesInDefinitions: names)
  }
}

extension Parser {
  /// Where parsing can start again behind a bracket or string that is never closed; nil when nothing of the kind happened.
  fileprivate var restart: Int? {
    guard let failure = failures.last, failure.isFatal, failure.span.start < failure.span.end else { return nil }
    switch failure.error {
    case .unclosed, .unclosedString: break
    default: return nil
    }
    let bytes = source.bytes
    var index = Int(failure.span.start)
    while index < bytes.count {
      while index < bytes.count, bytes[index] != Byte.newline { index += 1 }
      index += 1
      if index < bytes.count, Byte.isLetter(bytes[index]) || bytes[index] == Byte.dollar { return index }
    }
    return nil
  }
}
