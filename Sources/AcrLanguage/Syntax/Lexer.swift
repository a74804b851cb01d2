/// A cursor over UTF-8 bytes that knows what ends a word, what is white space, and what is a comment. The parser drives it:
/// whether the next bytes are a word of a command or tokens of an expression depends on what stands before them.
struct Lexer {
  let bytes: [UInt8]
  var position: Int
  /// True inside `( )`, `[ ]` and records, where a line's end means nothing.
  var newlinesAreSpace = false
  /// Every comment passed, in order.
  private(set) var comments: [Span] = []
  /// The `\` at the very end of the text, if there is one.
  private(set) var trailingBackslash: Int?

  init(_ source: Source) {
    bytes = source.bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  var isAtEnd: Bool { position >= bytes.count }

  /// The byte here; 0 at the end. The text is known to hold no zero byte.
  var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

  /// The byte some places ahead; 0 behind the end.
  func peek(_ offset: Int) -> UInt8 {
    let index = position + offset
    return index < bytes.count ? bytes[index] : 0
  }

  /// A span from a start to here.
  func span(from start: Int) -> Span { Span(Int32(start), Int32(position)) }

  func text(_ start: Int, _ end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }

  /// True at a line's end, LF or CR LF.
  var isAtLineEnd: Bool { current == Byte.newline || (current == Byte.carriageReturn && peek(1) == Byte.newline) }

  /// Passes spaces, comments, continued lines and, where they mean nothing, line ends.
  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case Byte.space, Byte.tab, Byte.carriageReturn: position += 1
      case Byte.newline:
        guard newlinesAreSpace else { return }
        position += 1
      case Byte.hash: skipComment()
      case Byte.backslash:
        guard skipContinuation() else { return }
      default: return
      }
    }
  }

  /// Passes line ends, comments and spaces, as between two statements.
  mutating func skipLines() {
    let saved = newlinesAreSpace
    newlinesAreSpace = true
    skipSpace()
    newlinesAreSpace = saved
  }

  /// Passes a comment up to its line's end.
  mutating func skipComment() {
    let start = position
    while position < bytes.count, bytes[position] != Byte.newline { position += 1 }
    // Looking ahead may pass the same comment twice.
    if comments.last.map({ Int($0.start) < start }) ?? true {
      let end = position > start && bytes[position - 1] == Byte.carriageReturn ? position - 1 : position
      comments.append(Span(Int32(start), Int32(end)))
    }
  }

  /// Passes `\` and the line's end behind it; blanks between them are forgiven, because nobody can see them.
  private mutating func skipContinuation() -> Bool {
    var index = position + 1
    while index < bytes.count, Byte.isBlank(bytes[index]) { index += 1 }
    if index >= bytes.count {
      trailingBackslash = position
      position = index
      return true
    }
    guard bytes[index] == Byte.newline else { return false }
    if index + 1 >= bytes.count { trailingBackslash = position }
    position = index + 1
    return true
  }

  /// True when what is here ends a word.
  var isAtWordEnd: Bool { isAtEnd || Byte.endsWord(current) }

  /// The end of a NAME at a position, or the position itself when there is none.
  func nameEnd(from start: Int) -> Int {
    guard start < bytes.count, Byte.isLetter(bytes[start]) else { return start }
    var index = start + 1
    while index < bytes.count, Byte.isNamePart(bytes[index]) { index += 1 }
    return index
  }

  /// The end of a WORDNAME at a position: a name whose parts may be joined by `-`.
  func wordNameEnd(from start: Int) -> Int {
    var index = nameEnd(from: start)
    guard index > start else { return start }
    while index + 1 < bytes.count, bytes[index] == Byte.minus, Byte.isNamePart(bytes[index + 1]) {
      index += 2
      while index < bytes.count, Byte.isNamePart(bytes[index]) { index += 1 }
    }
    return index
  }

  /// The end of the word at a position, as command mode reads it.
  func wordEnd(from start: Int) -> Int {
    var index = start
    while index < bytes.count, !Byte.endsWord(bytes[index]) { index += 1 }
    return index
  }

  /// True when exactly this keyword stands here.
  func isAtKeyword(_ keyword: StaticString) -> Bool {
    let count = keyword.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    let matches = keyword.withUTF8Buffer { buffer in
      for index in 0..<count where buffer[index] != bytes[position + index] { return false }
      return true
    }
    guard matches else { return false }
    let next = position + count
    return next >= bytes.count || !(Byte.isNamePart(bytes[next]) || bytes[next] == Byte.minus)
  }

  /// The first byte that is not UTF-8 (or is zero), if there is one.
  static func firstInvalidByte(in bytes: [UInt8]) -> Int? {
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        if byte == 0 { return index }
        index += 1
        continue
      }
      let length: Int
      var lowest: UInt8 = 0x80
      var highest: UInt8 = 0xBF
      switch byte {
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, lowest) = (3, 0xA0)
      case 0xED: (length, highest) = (3, 0x9F)
      case 0xE1...0xEF: length = 3
      case 0xF0: (length, lowest) = (4, 0x90)
      case 0xF1...0xF3: length = 4
      case 0xF4: (length, highest) = (4, 0x8F)
      default: return index
      }
      guard index + length <= bytes.count else { return index }
      guard (lowest...highest).contains(bytes[index + 1]) else { return index }
      for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return index }
      index += length
    }
    return nil
  }
}

/// ASCII, by name.
enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let doubleQuote = UInt8(ascii: "\"")
  static let hash = UInt8(ascii: "#")
  static let dollar = UInt8(ascii: "$")
  static let percent = UInt8(ascii: "%")
  static let ampersand = UInt8(ascii: "&")
  static let singleQuote = UInt8(ascii: "'")
  static let openParenthesis = UInt8(ascii: "(")
  static let closeParenthesis = UInt8(ascii: ")")
  static let star = UInt8(ascii: "*")
  static let plus = UInt8(ascii: "+")
  static let comma = UInt8(ascii: ",")
  static let minus = UInt8(ascii: "-")
  static let dot = UInt8(ascii: ".")
  static let slash = UInt8(ascii: "/")
  static let colon = UInt8(ascii: ":")
  static let semicolon = UInt8(ascii: ";")
  static let less = UInt8(ascii: "<")
  static let equals = UInt8(ascii: "=")
  static let greater = UInt8(ascii: ">")
  static let question = UInt8(ascii: "?")
  static let exclamation = UInt8(ascii: "!")
  static let openBracket = UInt8(ascii: "[")
  static let backslash = UInt8(ascii: "\\")
  static let closeBracket = UInt8(ascii: "]")
  static let openBrace = UInt8(ascii: "{")
  static let pipe = UInt8(ascii: "|")
  static let closeBrace = UInt8(ascii: "}")
  static let tilde = UInt8(ascii: "~")

  static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab || byte == carriageReturn }
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte == 0x5F }
  static func isNamePart(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

  /// True for what a word cannot hold: blanks, line ends, quotes and `| ; & ( ) [ ] { } < >`.
  static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case space, tab, newline, carriageReturn, doubleQuote, singleQuote, pipe, semicolon, ampersand, openParenthesis,
      closeParenthesis, openBracket, closeBracket, openBrace, closeBrace, less, greater:
      true
    default: false
    }
  }
}
