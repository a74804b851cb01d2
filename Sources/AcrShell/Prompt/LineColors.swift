import AcrLanguage

/// What each byte of a line is, for its colours while it is typed: from the words as they stand, so that a line that is not
/// finished has colours too.
struct LineColors {
  /// What a byte belongs to.
  enum Role: UInt8, Sendable {
    case plain, command, keyword, flag, text, number, variable, comment
    /// A name that nobody knows, or the quote of a text without an end.
    case wrong
  }

  private let scan: StatementScanner
  private let search: CompletionSearch
  private var roles: [Role]

  /// - Parameters:
  ///   - text: the lines of the statement so far, with the one that is typed.
  ///   - unknown: the bytes of names that the check does not know.
  static func roles(of text: String, catalog: Catalog, unknown: [Range<Int>] = []) -> [Role] {
    var colors = LineColors(text, catalog: catalog)
    colors.paintPieces()
    for range in unknown { colors.paint(range, .wrong) }
    return colors.roles
  }

  /// The other bracket of the one at a byte, and the byte itself; nil where none is, or it has no other.
  static func brackets(around cursor: Int, in text: String) -> (Int, Int)? {
    let pairs = StatementScanner(text).brackets
    // The bracket that the cursor stands on comes before the one that was just passed.
    for byte in [cursor, cursor - 1] {
      if let pair = pairs.first(where: { $0.opening == byte || $0.closing == byte }) { return pair }
    }
    return nil
  }

  private init(_ text: String, catalog: Catalog) {
    search = CompletionSearch(
      request: CompletionRequest(CompletionRequest.Text(pending: "", before: text, after: ""), catalog: catalog)
    ) { _ in [] }
    scan = search.scan
    roles = Array(repeating: .plain, count: scan.bytes.count)
  }

  private mutating func paint(_ range: Range<Int>, _ role: Role) {
    for index in range.clamped(to: roles.indices) { roles[index] = role }
  }

  private mutating func paintPieces() {
    let pieces = scan.allPieces
    var words: [Int: [Range<Int>]] = [:]
    for piece in pieces {
      if case .word(let stage) = piece.kind { words[stage, default: []].append(piece.range) }
    }
    var ofWords: [Range<Int>: [(Range<Int>, Role)]] = [:]
    for (stage, ranges) in words {
      for (range, found) in colors(ofStage: stage, ranges) { ofWords[range, default: []] += found }
    }
    // Those that hold others come first, so what is inside lies above.
    for piece in pieces {
      switch piece.kind {
      case .word:
        paint(piece.range, .plain)
        for (range, role) in ofWords[piece.range] ?? [] { paint(range, role) }
      case .text(let isClosed):
        paint(piece.range, .text)
        if !isClosed { paint(piece.range.lowerBound..<piece.range.lowerBound + 1, .wrong) }
      case .interpolation: paint(piece.range, .plain)
      case .comment: paint(piece.range, .comment)
      }
    }
  }

  private func text(_ range: Range<Int>) -> String { scan.text(from: range.lowerBound, to: range.upperBound) }

  /// The parts of a stage's words that have colours.
  private func colors(ofStage stage: Int, _ ranges: [Range<Int>]) -> [(Range<Int>, [(Range<Int>, Role)])] {
    let words = ranges.map(text)
    var result = ranges.indices.map { (ranges[$0], colors(ofWord: words[$0], at: ranges[$0])) }
    let (kind, isPiped) = scan.stages[stage]
    var next = 0
    if kind.holdsStatements || kind == .paren, !isPiped { next = afterKeywords(words, ranges, &result) }
    if next < words.count, LanguageWords.stages.contains(words[next]), isPiped {
      result[next].1 = [(ranges[next], .keyword)]
      return result
    }
    if next < words.count, words[next] == "az" {
      result[next].1 = [(ranges[next], .command)]
      next += 1
    }
    guard next < words.count, words[next].utf8.first.map(CompletionSearch.startsCommand) ?? false,
      let (signature, length) = search.longestCommand(Array(words[next...]))
    else { return result }
    for index in next..<next + length { result[index].1 = [(ranges[index], .command)] }
    // Behind the first value of some commands, flags are another program's.
    let isBefore = signature.positionals.contains(where: \.takesFlags)
    for index in next + length..<words.count {
      guard words[index].utf8.first == UInt8(ascii: "-") else {
        if isBefore { break }
        continue
      }
      let name = words[index].prefix { $0 != "=" }
      guard name.count > 1, !name.dropFirst().allSatisfy(\.isNumber) else { continue }
      let end = ranges[index].lowerBound + name.utf8.count
      result[index].1.insert((ranges[index].lowerBound..<end, .flag), at: 0)
    }
    return result
  }

  /// Colours the words that begin a statement, and says where its command or expression begins.
  private func afterKeywords(
    _ words: [String], _ ranges: [Range<Int>], _ result: inout [(Range<Int>, [(Range<Int>, Role)])]
  ) -> Int {
    var next = 0
    while next < words.count, LanguageWords.statements.contains(words[next]) {
      let word = words[next]
      result[next].1 = [(ranges[next], .keyword)]
      next += 1
      guard ["let", "var", "for", "def", "catch"].contains(word), next < words.count else { continue }
      // The name that is given.
      let name = words[next].utf8.prefix { StatementScanner.isNameByte($0) || $0 == UInt8(ascii: "-") }.count
      let end = ranges[next].lowerBound + name
      if name > 0 { result[next].1 = [(ranges[next].lowerBound..<end, word == "def" ? .command : .variable)] }
      next += 1
      if next < words.count, words[next] == (word == "for" ? "in" : "=") {
        if word == "for" { result[next].1 = [(ranges[next], .keyword)] }
        next += 1
      }
    }
    // `$name = …`
    if next == 0, words.count > 2, words[0].hasPrefix("$"), ["=", "+=", "-="].contains(words[1]) { next = 2 }
    return next
  }

  /// What a word says by itself.
  private func colors(ofWord word: String, at range: Range<Int>) -> [(Range<Int>, Role)] {
    if LanguageWords.operators.contains(word) { return [(range, .keyword)] }
    if LanguageWords.constants.contains(word) { return [(range, .number)] }
    let bytes = Array(word.utf8)
    if let first = bytes.first,
      Self.isDigit(first) || first == UInt8(ascii: "-") && bytes.count > 1 && Self.isDigit(bytes[1]),
      bytes.dropFirst().allSatisfy({ Self.isDigit($0) || StatementScanner.isNameByte($0) || $0 == UInt8(ascii: ".") })
    {
      return [(range, .number)]
    }
    var found: [(Range<Int>, Role)] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "$") else {
        index += 1
        continue
      }
      var end = index + 1
      while end < bytes.count, StatementScanner.isNameByte(bytes[end]) { end += 1 }
      if end > index + 1 { found.append((range.lowerBound + index..<range.lowerBound + end, .variable)) }
      index = end
    }
    return found
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
