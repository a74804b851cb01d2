import AcrCore

/// A word or sign of an expression.
struct JMESPathToken: Sendable {
  enum Kind: Sendable {
    case identifier(String)
    case quotedIdentifier(String)
    case literal(Value)
    case number(Int)
    case comparison(JMESPathNode.Comparison)
    case dot, star, comma, colon, at, ampersand, pipe, or, and, not
    case leftParenthesis, rightParenthesis, leftBrace, rightBrace, leftBracket, rightBracket
    /// `[]`
    case flatten
    /// `[?`
    case filter
    case end
  }

  let kind: Kind
  /// Its place in UTF-8 offsets.
  let range: Range<Int>
}

/// Takes an expression apart into tokens.
struct JMESPathLexer {
  private let text: String
  private let bytes: [UInt8]
  private var position = 0

  /// Longer expressions are refused, so that no expression is too deep to be evaluated.
  private static let limit = 4096

  private init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
  }

  /// The tokens of a text, the last of which is `end`.
  static func tokens(of text: String) throws(JMESPathError) -> [JMESPathToken] {
    var lexer = JMESPathLexer(text)
    var tokens: [JMESPathToken] = []
    while let token = try lexer.next() {
      tokens.append(token)
      guard tokens.count < limit else {
        throw JMESPathError("a query has at most \(limit) parts, and here is one more", text, token.range)
      }
    }
    let end = lexer.bytes.count
    return tokens + [JMESPathToken(kind: .end, range: end..<end)]
  }

  private func byte(_ offset: Int) -> UInt8? { position + offset < bytes.count ? bytes[position + offset] : nil }

  private mutating func next() throws(JMESPathError) -> JMESPathToken? {
    while let space = byte(0), [0x20, 0x09, 0x0A, 0x0D].contains(space) { position += 1 }
    guard let first = byte(0) else { return nil }
    switch first {
    case UInt8(ascii: "."): return take(1, .dot)
    case UInt8(ascii: "*"): return take(1, .star)
    case UInt8(ascii: ","): return take(1, .comma)
    case UInt8(ascii: ":"): return take(1, .colon)
    case UInt8(ascii: "@"): return take(1, .at)
    case UInt8(ascii: "("): return take(1, .leftParenthesis)
    case UInt8(ascii: ")"): return take(1, .rightParenthesis)
    case UInt8(ascii: "{"): return take(1, .leftBrace)
    case UInt8(ascii: "}"): return take(1, .rightBrace)
    case UInt8(ascii: "]"): return take(1, .rightBracket)
    case UInt8(ascii: "["):
      if byte(1) == UInt8(ascii: "]") { return take(2, .flatten) }
      if byte(1) == UInt8(ascii: "?") { return take(2, .filter) }
      return take(1, .leftBracket)
    case UInt8(ascii: "|"): return byte(1) == first ? take(2, .or) : take(1, .pipe)
    case UInt8(ascii: "&"): return byte(1) == first ? take(2, .and) : take(1, .ampersand)
    case UInt8(ascii: "<"): return isEqualSign(1) ? take(2, .comparison(.lessOrEqual)) : take(1, .comparison(.less))
    case UInt8(ascii: ">"):
      return isEqualSign(1) ? take(2, .comparison(.greaterOrEqual)) : take(1, .comparison(.greater))
    case UInt8(ascii: "!"): return isEqualSign(1) ? take(2, .comparison(.notEqual)) : take(1, .not)
    case UInt8(ascii: "="):
      if isEqualSign(1) { return take(2, .comparison(.equal)) }
      throw JMESPathError("`=` is not an operator", text, position..<position + 1, help: "equality is `==`")
    case UInt8(ascii: "\""): return try quotedIdentifier()
    case UInt8(ascii: "'"): return try rawString()
    case UInt8(ascii: "`"): return try literal()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "_"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
      let length = bytes[position...].prefix(while: JMESPathLexer.isWordByte).count
      let name = String(decoding: bytes[position..<position + length], as: UTF8.self)
      return take(length, .identifier(name))
    default: throw unknownCharacter()
    }
  }

  private func isEqualSign(_ offset: Int) -> Bool { byte(offset) == UInt8(ascii: "=") }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "_"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private mutating func take(_ length: Int, _ kind: JMESPathToken.Kind) -> JMESPathToken {
    defer { position += length }
    return JMESPathToken(kind: kind, range: position..<position + length)
  }

  private func unknownCharacter() -> JMESPathError {
    let rest = String(decoding: bytes[position...], as: UTF8.self)
    let character = rest.first.map(String.init) ?? ""
    let range = position..<min(bytes.count, position + max(1, character.utf8.count))
    return JMESPathError(
      "`\(character)` means nothing in a query", text, range,
      help: "a name with other characters than letters, digits and `_` is written `\"…\"`, a text `'…'`")
  }

  private mutating func number() throws(JMESPathError) -> JMESPathToken {
    let hasSign = byte(0) == UInt8(ascii: "-")
    let digits = bytes[(position + (hasSign ? 1 : 0))...].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    let range = position..<position + digits.count + (hasSign ? 1 : 0)
    guard !digits.isEmpty else { throw JMESPathError("`-` is only allowed before a number", text, range) }
    guard let number = Int(String(decoding: bytes[range], as: UTF8.self)) else {
      throw JMESPathError("the number does not fit 64 bits", text, range)
    }
    return take(range.count, .number(number))
  }

  /// The bytes up to the closing quote; a backslash takes the next byte with it.
  private func enclosed(_ what: String) throws(JMESPathError) -> ArraySlice<UInt8> {
    var end = position + 1
    while end < bytes.count, bytes[end] != bytes[position] { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
    guard end < bytes.count else {
      let quote = String(decoding: [bytes[position]], as: UTF8.self)
      throw JMESPathError("\(what) is not closed", text, position..<bytes.count, help: "it ends with `\(quote)`")
    }
    return bytes[position + 1..<end]
  }

  /// `"name"`, with the escapes of JSON.
  private mutating func quotedIdentifier() throws(JMESPathError) -> JMESPathToken {
    let inner = try enclosed("the quoted name")
    let range = position..<inner.endIndex + 1
    guard case .string(let name)? = try? Value(json: Array(bytes[range])) else {
      throw JMESPathError("the quoted name is not a JSON string", text, range)
    }
    return take(range.count, .quotedIdentifier(name))
  }

  /// `'text'`, in which only `\'` is an escape.
  private mutating func rawString() throws(JMESPathError) -> JMESPathToken {
    let inner = try enclosed("the text")
    let content = String(decoding: inner, as: UTF8.self).replacing("\\'", with: "'")
    return take(inner.count + 2, .literal(.string(content)))
  }

  /// A JSON value in backticks. What is not JSON is a text, whose leading space does not count: so it was until JEP-12, which
  /// leaves it to the implementation whether that is an error, and so the Python library still reads it.
  private mutating func literal() throws(JMESPathError) -> JMESPathToken {
    let inner = try enclosed("the literal")
    let range = position..<inner.endIndex + 1
    let content = String(decoding: inner, as: UTF8.self).replacing("\\`", with: "`")
    if let value = try? Value(json: Array(content.utf8)) { return take(range.count, .literal(value)) }
    let bare = content.drop(while: \.isWhitespace)
    guard case .string(let name)? = try? Value(json: Array("\"\(bare)\"".utf8)) else {
      throw JMESPathError("the literal is not JSON", text, range, help: "a text is written `'…'`")
    }
    return take(range.count, .literal(.string(name)))
  }
}
