import AcrCore
import AcrLanguage

/// What each stretch of a script is, for colours (LSP 3.17, "Semantic Tokens").
struct SemanticTokens {
  /// The kinds, in the order of the legend.
  enum Kind: Int64, CaseIterable {
    case namespace, type, parameter, variable, property, function, keyword, comment, string, number, `operator`
  }

  /// The modifiers, as bits.
  struct Modifiers: OptionSet {
    let rawValue: Int64
    static let declaration = Modifiers(rawValue: 1)
    static let readonly = Modifiers(rawValue: 2)
    static let documentation = Modifiers(rawValue: 4)
    static let defaultLibrary = Modifiers(rawValue: 8)
  }

  static let legend: JSONValue = [
    "tokenTypes": .array(Kind.allCases.map { .string("\($0)") }),
    "tokenModifiers": ["declaration", "readonly", "documentation", "defaultLibrary"],
  ]

  private struct Token {
    let span: Span
    let kind: Kind
    var modifiers: Modifiers = []
  }

  private let source: Source
  private var tokens: [Token] = []

  /// - Parameter command: how many of the first words of a command are its name, and whether it is a `def`.
  init(_ index: SymbolIndex, command: ([String]) -> (length: Int, isOwn: Bool)) {
    source = index.tree.source
    addComments(index.tree)
    addNames(index, command)
    var statements: [Span] = index.tree.statements.map(\.span)
    index.tree.walk { part in
      add(part)
      return true
    }
    tokens.sort { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
    removeOverlaps()
    statements.sort { $0.start < $1.start }
    addGaps(in: statements)
    tokens.sort { $0.span.start < $1.span.start }
  }

  // MARK: Parts

  private mutating func addComments(_ tree: SyntaxTree) {
    for comment in tree.comments {
      let isDocumentation = source.text(Span(comment.start, comment.start + 2)) == "##"
      tokens.append(Token(span: comment, kind: .comment, modifiers: isDocumentation ? .documentation : []))
    }
  }

  private mutating func addNames(_ index: SymbolIndex, _ command: ([String]) -> (length: Int, isOwn: Bool)) {
    for reference in index.references {
      switch reference.target {
      case .symbol(let number):
        let symbol = index.symbols[number]
        let isDeclaration = reference.span == symbol.nameSpan
        var modifiers: Modifiers = isDeclaration ? .declaration : []
        switch symbol.kind {
        case .variable:
          tokens.append(Token(span: reference.span, kind: .variable, modifiers: modifiers))
        case .parameter:
          modifiers.insert(.readonly)
          tokens.append(Token(span: reference.span, kind: .parameter, modifiers: modifiers))
        case .definition: tokens.append(Token(span: reference.span, kind: .function, modifiers: modifiers))
        case .module: tokens.append(Token(span: reference.span, kind: isDeclaration ? .string : .namespace))
        }
      case .command(let words, let position):
        let found = command(words)
        guard position < found.length else { continue }
        addCalled(reference.span, found.isOwn ? [] : .defaultLibrary)
      case .flag: tokens.append(Token(span: reference.span, kind: .property))
      case .function(let name): addCalled(reference.span, command([name]).isOwn ? [] : .defaultLibrary)
      }
    }
  }

  /// `name` or `module.name`.
  private mutating func addCalled(_ span: Span, _ modifiers: Modifiers) {
    let text = source.text(span)
    guard let dot = text.firstIndex(of: "."), modifiers.isEmpty else {
      tokens.append(Token(span: span, kind: .function, modifiers: modifiers))
      return
    }
    let length = Int32(text[..<dot].utf8.count)
    tokens.append(Token(span: Span(span.start, span.start + length), kind: .namespace))
    tokens.append(Token(span: Span(span.start + length + 1, span.end), kind: .function))
  }

  private mutating func add(_ part: SyntaxPart) {
    switch part {
    case .text(let text): add(text)
    case .expression(.constant(let constant, let span)):
      switch constant {
      case .null, .bool: tokens.append(Token(span: span, kind: .keyword))
      case .int, .number, .duration, .size: tokens.append(Token(span: span, kind: .number))
      case .string: tokens.append(Token(span: span, kind: .string))
      }
    // `$it` and `$env` are declared nowhere.
    case .expression(.variable(_, let span)): tokens.append(Token(span: span, kind: .variable))
    case .expression(.rowField(_, let span)): tokens.append(Token(span: span, kind: .property))
    case .expression(.field(_, let name, _, _)): tokens.append(Token(span: name.span, kind: .property))
    case .entry(let entry) where entry.spread != nil: break
    case .entry(let entry):
      tokens.append(Token(span: entry.name.span, kind: .property, modifiers: .declaration))
    case .parameter(let parameter): addType(of: parameter)
    case .statement(.assign(let place, _, _, _)):
      for case .field(_, let span) in place.path { tokens.append(Token(span: span, kind: .property)) }
    default: break
    }
  }

  /// A word, or what of a quoted text is no interpolation.
  private mutating func add(_ text: TextLiteral) {
    let isNumber = text.quoting == .word && text.constant.map { Constant(number: $0) != nil } ?? false
    var start = text.span.start
    for piece in text.pieces {
      let place: Span
      switch piece {
      case .literal: continue
      case .variable(_, let span):
        tokens.append(Token(span: span, kind: .variable))
        place = span
      case .expression(_, let span): place = span
      }
      if place.start > start { tokens.append(Token(span: Span(start, place.start), kind: .string)) }
      start = place.end
    }
    if text.span.end > start {
      tokens.append(Token(span: Span(start, text.span.end), kind: isNumber ? .number : .string))
    }
  }

  private mutating func addType(of parameter: Parameter) {
    let end = parameter.defaultValue?.span.start ?? parameter.span.end
    var index = Int(parameter.name.span.end)
    let limit = min(Int(end), source.bytes.count)
    while index < limit, source.bytes[index] != UInt8(ascii: ":"), source.bytes[index] != UInt8(ascii: "=") {
      index += 1
    }
    guard index < limit, source.bytes[index] == UInt8(ascii: ":") else { return }
    index += 1
    while index < limit, !StatementScanner.isNameByte(source.bytes[index]) { index += 1 }
    let start = index
    while index < limit, StatementScanner.isNameByte(source.bytes[index]) { index += 1 }
    if index > start { tokens.append(Token(span: Span(Int32(start), Int32(index)), kind: .type)) }
  }

  /// Of tokens at one place the first stays: a name says more than the word it is.
  private mutating func removeOverlaps() {
    var kept: [Token] = []
    kept.reserveCapacity(tokens.count)
    for token in tokens where token.span.end > token.span.start {
      guard let last = kept.last, token.span.start < last.span.end else {
        kept.append(token)
        continue
      }
      if last.span == token.span, last.kind == .string || (last.kind == .variable && token.kind == .parameter) {
        kept[kept.count - 1] = token
      }
    }
    tokens = kept
  }

  // MARK: Between the parts

  private static let words = LanguageWords.statements.union(LanguageWords.operators).union(LanguageWords.stages)
    .union(LanguageWords.constants).union([LanguageWords.alias])

  /// Keywords and operators: what the tree has no names for stands between its parts.
  private mutating func addGaps(in statements: [Span]) {
    var found: [Token] = []
    var next = 0
    for statement in statements {
      var index = Int(statement.start)
      while index < Int(statement.end) {
        while next < tokens.count, Int(tokens[next].span.end) <= index { next += 1 }
        let end = next < tokens.count ? min(Int(tokens[next].span.start), Int(statement.end)) : Int(statement.end)
        if index < end { scan(index, end, into: &found) }
        index = next < tokens.count ? max(end, Int(tokens[next].span.end)) : end
      }
    }
    tokens += found
  }

  private func scan(_ start: Int, _ end: Int, into found: inout [Token]) {
    let bytes = source.bytes
    var index = start
    while index < end {
      let byte = bytes[index]
      if StatementScanner.isNameByte(byte) {
        let from = index
        while index < end, StatementScanner.isNameByte(bytes[index]) || bytes[index] == UInt8(ascii: "-") { index += 1 }
        let word = String(decoding: bytes[from..<index], as: UTF8.self)
        if Self.words.contains(word) { found.append(Token(span: Span(Int32(from), Int32(index)), kind: .keyword)) }
      } else if "+-*/%=<>!~?|".utf8.contains(byte) {
        let from = index
        while index < end, "+-*/%=<>!~?|".utf8.contains(bytes[index]) { index += 1 }
        found.append(Token(span: Span(Int32(from), Int32(index)), kind: .operator))
      } else {
        index += 1
      }
    }
  }

  // MARK: The answer

  /// Five numbers for each token: lines and characters from the one before, length, kind, modifiers.
  func data(within wanted: Span?, _ encoding: PositionEncoding) -> [JSONValue] {
    var result: [JSONValue] = []
    result.reserveCapacity(tokens.count * 5)
    var ruler = Ruler(source, encoding)
    var last = (line: 0, character: 0)
    func put(_ from: Int, _ to: Int, _ token: Token) {
      guard to > from else { return }
      let start = ruler.position(of: from)
      let length = ruler.length(from: from, to: to)
      let character = start.line == last.line ? start.character - last.character : start.character
      for number in [start.line - last.line, character, length] { result.append(.integer(Int64(number))) }
      result.append(.integer(token.kind.rawValue))
      result.append(.integer(token.modifiers.rawValue))
      last = start
    }
    for token in tokens {
      if let wanted, token.span.end <= wanted.start || wanted.end <= token.span.start { continue }
      var start = Int(token.span.start)
      let end = min(Int(token.span.end), source.bytes.count)
      // One token for each line: not every editor takes others.
      while let lineEnd = source.bytes[start..<end].firstIndex(of: 0x0A) {
        put(start, lineEnd > start && source.bytes[lineEnd - 1] == 0x0D ? lineEnd - 1 : lineEnd, token)
        start = lineEnd + 1
      }
      put(start, end, token)
    }
    return result
  }
}

/// Positions of offsets that only grow: each byte of a text is looked at once.
struct Ruler {
  private let source: Source
  private let encoding: PositionEncoding
  private var line = 0
  private var offset = 0
  private var character = 0

  init(_ source: Source, _ encoding: PositionEncoding) {
    self.source = source
    self.encoding = encoding
  }

  /// The position of an offset, which is not before the last one asked for.
  mutating func position(of wanted: Int) -> (line: Int, character: Int) {
    while line + 1 < source.lineStarts.count, Int(source.lineStarts[line + 1]) <= wanted {
      line += 1
      offset = Int(source.lineStarts[line])
      character = 0
    }
    character += length(from: offset, to: wanted)
    offset = max(offset, wanted)
    return (line, character)
  }

  /// The units between two offsets of a line.
  func length(from start: Int, to end: Int) -> Int {
    var count = 0
    var index = start
    while index < end {
      count += encoding.units(ofCharacterStarting: source.bytes[index])
      index += PositionEncoding.length(source.bytes[index])
    }
    return count
  }
}
