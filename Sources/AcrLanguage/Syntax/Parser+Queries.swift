/// Queries without quotes, as in `--query [].os`: other shells leave brackets in words alone, so lines for them have it.
extension Parser {
  /// The flag whose value may be such a query.
  static let queryFlag = "--query"

  /// A query that stands here without quotes; nil for what is read as any other value.
  mutating func parseQuery() -> ArgumentValue? {
    guard let end = queryEnd(from: lexer.position) else { return nil }
    let start = lexer.position
    lexer.position = end
    return .word(TextLiteral(pieces: [.literal(lexer.text(start, end))], quoting: .word, span: lexer.span(from: start)))
  }

  /// The end of the query at a position. What may be a list (`[1, 2]`, `[]`) or has a variable in it is none, and nothing
  /// with spaces or `( )` is, which other shells would not pass on either.
  private func queryEnd(from start: Int) -> Int? {
    let bytes = lexer.bytes
    var index = start
    var depth = 0
    var firstEnd: Int?
    var hasBracket = false
    scan: while index < bytes.count {
      switch bytes[index] {
      case Byte.openBracket, Byte.openBrace:
        // A record is no text.
        if index == start, bytes[index] == Byte.openBrace { return nil }
        hasBracket = hasBracket || bytes[index] == Byte.openBracket
        depth += 1
      case Byte.closeBracket, Byte.closeBrace:
        if depth == 0 { break scan }
        depth -= 1
        if depth == 0, firstEnd == nil { firstEnd = index + 1 }
      case Byte.singleQuote, UInt8(ascii: "`"):
        guard depth > 0, let close = quoteEnd(from: index) else { return nil }
        index = close
      case Byte.dollar, Byte.openParenthesis, Byte.doubleQuote, Byte.backslash: return nil
      case Byte.comma where depth == 0 && commaEndsArguments: break scan
      case Byte.equals, Byte.less, Byte.greater: if depth == 0 { break scan }
      case let byte where Byte.endsWord(byte): break scan
      default: break
      }
      index += 1
    }
    guard depth == 0, hasBracket, let firstEnd else { return nil }
    guard bytes[start] == Byte.openBracket else { return index }
    let second = bytes[start + 1]
    if second == UInt8(ascii: "*") || second == Byte.question { return index }
    guard firstEnd < index else { return nil }
    let isEmpty = second == Byte.closeBracket
    return bytes[firstEnd] == Byte.dot || isEmpty ? index : nil
  }

  /// The closing quote of a text in a query, on the same line.
  private func quoteEnd(from start: Int) -> Int? {
    let rest = lexer.bytes[(start + 1)...]
    guard let end = rest.firstIndex(where: { $0 == lexer.bytes[start] || $0 == Byte.newline }),
      lexer.bytes[end] != Byte.newline
    else { return nil }
    return end
  }
}
