extension Parser {
  /// A bare word: text up to a space or a byte that ends words, with `$name` and `${expr}` in it.
  mutating func parseWord() throws(SyntaxFailure) -> TextLiteral {
    let start = lexer.position
    var pieces: [TextLiteral.Piece] = []
    var literalStart = start
    while !lexer.isAtWordEnd, !(commaEndsArguments && lexer.current == Byte.comma) {
      if lexer.current == Byte.dollar {
        let dollar = lexer.position
        guard let piece = try parseInterpolation() else {
          lexer.position += 1
          continue
        }
        if dollar > literalStart { pieces.append(.literal(lexer.text(literalStart, dollar))) }
        pieces.append(piece)
        literalStart = lexer.position
      } else if lexer.current == Byte.backslash, isAtLineContinuation {
        break
      } else {
        lexer.position += 1
      }
    }
    if lexer.position > literalStart { pieces.append(.literal(lexer.text(literalStart, lexer.position))) }
    return TextLiteral(pieces: pieces, quoting: .word, span: lexer.span(from: start))
  }

  private var isAtLineContinuation: Bool {
    lexer.position + 1 >= lexer.bytes.count || lexer.peek(1) == Byte.newline
      || (lexer.peek(1) == Byte.carriageReturn && lexer.peek(2) == Byte.newline)
  }

  /// `'raw'` or `"with $name"`.
  mutating func parseString() throws(SyntaxFailure) -> TextLiteral {
    let start = lexer.position
    let quote = lexer.current
    try enter(newlinesAreSpace: true)
    if quote == Byte.singleQuote {
      let rest = lexer.bytes[lexer.position...]
      guard let end = rest.firstIndex(of: quote) else { throw endOfText(expected: "a quote") }
      let text = Self.withLineFeeds(lexer.text(lexer.position, end))
      lexer.position = end + 1
      close()
      return TextLiteral(
        pieces: text.isEmpty ? [] : [.literal(text)], quoting: .raw, span: lexer.span(from: start))
    }
    var pieces: [TextLiteral.Piece] = []
    var literal: [UInt8] = []
    var tallest = 0
    while lexer.current != Byte.doubleQuote {
      if lexer.isAtEnd { throw endOfText(expected: "a quote") }
      let byte = lexer.current
      if byte == Byte.backslash {
        try parseEscape(into: &literal)
      } else if byte == Byte.dollar, let piece = try parseInterpolation() {
        if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
        literal.removeAll(keepingCapacity: true)
        pieces.append(piece)
        tallest = max(tallest, height)
      } else {
        if byte != Byte.carriageReturn || lexer.peek(1) != Byte.newline { literal.append(byte) }
        lexer.position += 1
      }
    }
    lexer.position += 1
    close()
    if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
    height = tallest
    return TextLiteral(pieces: pieces, quoting: .double, span: lexer.span(from: start))
  }

  /// A text that spans lines has LF between them, also in a file that ends its lines with CR LF.
  private static func withLineFeeds(_ text: String) -> String {
    guard text.utf8.contains(Byte.carriageReturn) else { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if byte == Byte.newline, bytes.last == Byte.carriageReturn { bytes.removeLast() }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func parseEscape(into literal: inout [UInt8]) throws(SyntaxFailure) {
    let start = lexer.position
    lexer.position += 1
    if lexer.isAtEnd { throw endOfText(expected: "a quote") }
    let byte = lexer.current
    lexer.position += 1
    switch byte {
    case UInt8(ascii: "n"): literal.append(Byte.newline)
    case UInt8(ascii: "t"): literal.append(Byte.tab)
    // A backtick stands for itself anyway; shells need the backslash, so pasted queries have it.
    case Byte.doubleQuote, Byte.backslash, Byte.dollar, UInt8(ascii: "`"): literal.append(byte)
    case UInt8(ascii: "u") where lexer.current == Byte.openBrace:
      let digitsStart = lexer.position + 1
      var index = digitsStart
      while index < lexer.bytes.count, lexer.bytes[index] != Byte.closeBrace, Byte.isNamePart(lexer.bytes[index]) {
        index += 1
      }
      if index >= lexer.bytes.count { throw endOfText(expected: "`}`") }
      let digits = lexer.text(digitsStart, index)
      lexer.position = index
      guard lexer.current == Byte.closeBrace, digits.utf8.count <= 8, let number = UInt32(digits, radix: 16),
        let scalar = UnicodeScalar(number)
      else { throw SyntaxFailure(.invalidCodePoint(digits), lexer.span(from: start)) }
      lexer.position += 1
      literal.append(contentsOf: Array(String(Character(scalar)).utf8))
    default:
      while lexer.current & 0xC0 == 0x80 { lexer.position += 1 }
      throw SyntaxFailure(.unknownEscape(lexer.text(start, lexer.position)), lexer.span(from: start))
    }
  }

  /// `$name` or `${expr}`; nil for a `$` that stands for itself.
  private mutating func parseInterpolation() throws(SyntaxFailure) -> TextLiteral.Piece? {
    let start = lexer.position
    if lexer.peek(1) == Byte.openParenthesis {
      throw SyntaxFailure(.commandSubstitution(assigning: nil), Span(Int32(start), Int32(start + 2)))
    }
    if lexer.peek(1) == Byte.openBrace {
      try enter(length: 2, newlinesAreSpace: true)
      lexer.skipSpace()
      if lexer.current == Byte.closeBrace {
        throw SyntaxFailure(.emptyInterpolation, Span(Int32(start), Int32(lexer.position + 1)))
      }
      let expression = try parseInterpolatedValue()
      try leave(Byte.closeBrace)
      try grow(above: height, from: start)
      return .expression(expression, lexer.span(from: start))
    }
    let end = lexer.nameEnd(from: start + 1)
    guard end > start + 1 else { return nil }
    lexer.position = end
    return .variable(noteName(lexer.text(start + 1, end)), lexer.span(from: start))
  }

  /// What stands inside `${ }`. A bare name directly behind it is a variable, unless what follows makes it a command:
  /// another word, a quoted text, a variable, a bracket or a flag.
  private mutating func parseInterpolatedValue() throws(SyntaxFailure) -> Expression {
    guard Byte.isLetter(lexer.current), !isAtCall, !startsCommand else { return try parseValue() }
    let start = lexer.position
    bareNamePosition = start
    let first = try parseExpression()
    bareNamePosition = -1
    let pipeline = try parsePipeline(first: .expression(first), from: start)
    return pipeline.stages.count == 1 ? first : .pipeline(pipeline, pipeline.span)
  }

  /// True when the name here is a command's for what stands behind it.
  private var startsCommand: Bool {
    for word in LanguageWords.constants.union(["not", "if", "match", "try"]) {
      let end = lexer.position + word.utf8.count
      if lexer.wordNameEnd(from: lexer.position) == end, lexer.text(lexer.position, end) == word { return true }
    }
    let bytes = lexer.bytes
    var index = lexer.nameEnd(from: lexer.position)
    if index + 1 < bytes.count, bytes[index] == Byte.minus, Byte.isLetter(bytes[index + 1]) { return true }
    guard index < bytes.count, Byte.isBlank(bytes[index]) || bytes[index] == Byte.newline else { return false }
    while index < bytes.count, Byte.isBlank(bytes[index]) || bytes[index] == Byte.newline { index += 1 }
    guard index < bytes.count else { return false }
    switch bytes[index] {
    case Byte.doubleQuote, Byte.singleQuote, Byte.dollar, Byte.openParenthesis, Byte.openBracket, Byte.openBrace:
      return true
    case Byte.minus:
      return index + 1 < bytes.count && (bytes[index + 1] == Byte.minus || Byte.isLetter(bytes[index + 1]))
    case let byte where Byte.isLetter(byte):
      let word = lexer.text(index, lexer.wordNameEnd(from: index))
      return !LanguageWords.operators.contains(word)
    case let byte: return Byte.isDigit(byte)
    }
  }

  /// Remembers a variable's name when it stands inside a `def`.
  mutating func noteName(_ name: String) -> String {
    if isInsideDefinition { namesInDefinitions.insert(name) }
    return name
  }
}
