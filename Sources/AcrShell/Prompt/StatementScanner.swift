/// Finds the command that the cursor stands in, in text that need not be complete or correct. It knows quotes, comments,
/// brackets and continuation lines, and nothing of what the words mean.
struct StatementScanner {
  /// One word as written.
  struct Word: Equatable {
    let raw: String
    /// Its first byte in the scanned text.
    let start: Int
  }

  /// A stretch of the scanned text that is shown in a way of its own.
  struct Piece: Equatable {
    enum Kind: Equatable {
      /// A word of the stage with this number.
      case word(stage: Int)
      /// A text with its quotes; without its end it runs to the end of what was scanned.
      case text(isClosed: Bool)
      /// `${…}` inside a text or word.
      case interpolation
      case comment
    }

    let kind: Kind
    /// Its bytes in the scanned text.
    let range: Range<Int>
  }

  /// One stage of a pipeline, as far as it has been written.
  struct Stage {
    /// Tells it from others.
    var number = 0
    /// The words that are finished.
    var words: [Word] = []
    /// True behind a `|`.
    var isPiped = false
    /// The byte behind that `|`.
    var start = 0
  }

  /// What an opening mark began.
  enum Kind {
    case script, block, paren, call, list, interpolation, doubleQuote, singleQuote

    var isQuote: Bool { self == .doubleQuote || self == .singleQuote }
    /// True where a line end separates statements.
    var holdsStatements: Bool { self == .script || self == .block }
  }

  private struct Frame {
    let kind: Kind
    var stage = Stage()
    /// The finished stages of the statement before it.
    var earlier: [Stage] = []
    /// The stages of the line above, which a line that starts with `|` goes on with.
    var lineAbove: [Stage] = []
    var wordStart: Int?
    /// Nothing but white space so far: where `{ |name|` may follow.
    var isFresh = true
    /// Where it was opened.
    var opening = 0
    /// How many commas have been passed in it.
    var commas = 0
  }

  let bytes: [UInt8]
  /// What has ended, in no order; see ``allPieces``.
  private var pieces: [Piece] = []
  /// Where brackets stand that belong together.
  private(set) var brackets: [(opening: Int, closing: Int)] = []
  /// The stages so far: what they stand in, and whether behind a `|`.
  private(set) var stages: [(kind: Kind, isPiped: Bool)] = [(.script, false)]
  private var frames = [Frame(kind: .script)]
  private var position = 0
  /// Variables declared anywhere in the text.
  private(set) var names: [String] = []
  /// True when the text ends inside a comment.
  private(set) var endsInComment = false

  /// Scans all of the text.
  init(_ text: String) {
    bytes = Array(text.utf8)
    while position < bytes.count { step() }
  }

  /// All pieces in the order in which they begin, those that hold others before them; what is open ends with the text.
  var allPieces: [Piece] {
    var all = pieces
    for frame in frames {
      if let start = frame.wordStart {
        all.append(Piece(kind: .word(stage: frame.stage.number), range: start..<bytes.count))
      }
      switch frame.kind {
      case .doubleQuote, .singleQuote:
        all.append(Piece(kind: .text(isClosed: false), range: frame.opening..<bytes.count))
      case .interpolation: all.append(Piece(kind: .interpolation, range: frame.opening..<bytes.count))
      default: break
      }
    }
    func rank(_ piece: Piece) -> Int { if case .word = piece.kind { 0 } else { 1 } }
    return all.sorted {
      ($0.range.lowerBound, -$0.range.upperBound, rank($0)) < ($1.range.lowerBound, -$1.range.upperBound, rank($1))
    }
  }

  /// What would close everything that is open, the innermost first.
  var closings: String {
    frames.dropFirst().reversed().map { frame in
      switch frame.kind {
      case .script: ""
      case .block, .interpolation: "}"
      case .paren, .call: ")"
      case .list: "]"
      case .doubleQuote: "\""
      case .singleQuote: "'"
      }
    }.joined()
  }

  /// What the text ends in; quotes count.
  var innermost: Kind { frames[frames.count - 1].kind }

  /// The innermost bracket around the end; quotes do not count.
  var bracket: Kind { frames[holder].kind }

  /// The stage around the end, without the unfinished word.
  var stage: Stage { frames[holder].stage }

  /// The stages of the statement before ``stage``, the first one first.
  var earlierStages: [Stage] { frames[holder].earlier }

  /// The brackets around the end, the innermost first, each with the stages of its own statement, the last of which is the
  /// one around the end.
  var surroundings: [(kind: Kind, stages: [Stage])] {
    frames[...holder].reversed().filter { !$0.kind.isQuote }.map { ($0.kind, $0.earlier + [$0.stage]) }
  }

  /// The names in the row of `{ |name| …` of the innermost block that has any.
  private(set) var blockParameters: [String] = []

  /// The innermost call `name(…` around the end, and the number of the argument that is being written. A block, or a command
  /// in parentheses, is a matter of its own.
  var call: (name: String, argument: Int)? {
    for index in frames.indices.reversed() {
      switch frames[index].kind {
      case .call:
        var start = frames[index].opening
        while start > 0, Self.isNameByte(bytes[start - 1]) || "-.".utf8.contains(bytes[start - 1]) { start -= 1 }
        return (text(start..<frames[index].opening), frames[index].commas)
      case .list, .interpolation, .doubleQuote, .singleQuote: continue
      case .script, .block, .paren: return nil
      }
    }
    return nil
  }

  /// The scanned text from one byte to another.
  func text(from start: Int, to end: Int) -> String { text(start..<max(start, min(end, bytes.count))) }

  /// The unfinished word; empty at the very end when there is none.
  var word: Word {
    guard let start = frames[holder].wordStart else { return Word(raw: "", start: bytes.count) }
    return Word(raw: text(start..<bytes.count), start: start)
  }

  /// True inside a block, where `$it` is the row.
  var isInBlock: Bool { frames.contains { $0.kind == .block } }

  private var holder: Int { frames.lastIndex { !$0.kind.isQuote } ?? 0 }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func peek(_ distance: Int = 1) -> UInt8? {
    position + distance < bytes.count ? bytes[position + distance] : nil
  }

  private mutating func step() {
    switch innermost {
    case .doubleQuote: stepInString()
    case .singleQuote:
      if bytes[position] == UInt8(ascii: "'") { endText() }
      position += 1
    default: stepInCode()
    }
  }

  private mutating func stepInString() {
    switch bytes[position] {
    case UInt8(ascii: "\\"): position += 1
    case UInt8(ascii: "\""): endText()
    case UInt8(ascii: "$") where peek() == UInt8(ascii: "{"):
      push(Frame(kind: .interpolation, opening: position))
      position += 1
    default: break
    }
    position = min(position + 1, bytes.count)
  }

  private mutating func stepInCode() {
    let top = frames.count - 1
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "<"), UInt8(ascii: ">"): endWord()
    case UInt8(ascii: "\n"):
      endWord()
      // A `|` at the end of a line goes on below.
      let goesOn = frames[top].stage.isPiped && frames[top].stage.words.isEmpty
      if frames[top].kind.holdsStatements, !goesOn {
        if !frames[top].stage.words.isEmpty { frames[top].lineAbove = frames[top].earlier + [frames[top].stage] }
        startStatement(in: top)
      }
    case UInt8(ascii: ";"), UInt8(ascii: "&"):
      endWord()
      frames[top].lineAbove = []
      startStatement(in: top)
    case UInt8(ascii: ",") where frames[top].kind == .list || frames[top].kind == .call:
      endWord()
      frames[top].commas += 1
      startStatement(in: top)
    case UInt8(ascii: "#") where frames[top].wordStart == nil: return skipComment()
    case UInt8(ascii: "\\") where peek() == 0x0A || (peek() == 0x0D && peek(2) == 0x0A):
      endWord()
      position += peek() == 0x0A ? 1 : 2
    case UInt8(ascii: "|"):
      endWord()
      if frames[top].kind == .block && frames[top].isFresh { return readBlockParameters() }
      if frames[top].stage.words.isEmpty, frames[top].earlier.isEmpty {
        frames[top].earlier = frames[top].lineAbove
      } else {
        frames[top].earlier.append(frames[top].stage)
      }
      frames[top].stage = newStage(in: frames[top].kind, isPiped: true, start: position + 1)
    case UInt8(ascii: "("):
      let isCall = frames[top].wordStart.map { Self.isNameByte(bytes[position - 1]) && $0 < position } ?? false
      open(isCall ? .call : .paren)
    case UInt8(ascii: "["): open(.list)
    case UInt8(ascii: "{"): open(.block)
    case UInt8(ascii: "\""): open(.doubleQuote)
    case UInt8(ascii: "'"): open(.singleQuote)
    case UInt8(ascii: "$") where peek() == UInt8(ascii: "{"):
      open(.interpolation)
      position += 1
    case UInt8(ascii: ")"): close { $0 == .paren || $0 == .call }
    case UInt8(ascii: "]"): close { $0 == .list }
    case UInt8(ascii: "}"): close { $0 == .block || $0 == .interpolation }
    default: startWord()
    }
    if byte != UInt8(ascii: " "), byte != 0x0A, byte != 0x0D, byte != 0x09, top < frames.count {
      frames[top].isFresh = false
    }
    position += 1
  }

  private mutating func startStatement(in top: Int) {
    frames[top].stage = newStage(in: frames[top].kind, start: position + 1)
    frames[top].earlier = []
  }

  private mutating func newStage(in kind: Kind, isPiped: Bool = false, start: Int = 0) -> Stage {
    stages.append((kind, isPiped))
    return Stage(number: stages.count - 1, isPiped: isPiped, start: start)
  }

  private mutating func push(_ frame: Frame) {
    var frame = frame
    frame.stage = newStage(in: frame.kind)
    frames.append(frame)
  }

  private mutating func endText() {
    let frame = frames.removeLast()
    pieces.append(Piece(kind: .text(isClosed: true), range: frame.opening..<position + 1))
  }

  private mutating func startWord() {
    let top = frames.count - 1
    if frames[top].wordStart == nil { frames[top].wordStart = position }
  }

  private mutating func open(_ kind: Kind) {
    startWord()
    push(Frame(kind: kind, opening: position))
  }

  /// A closing mark that fits nothing open is passed over, as a person may be about to put it right.
  private mutating func close(_ fits: (Kind) -> Bool) {
    endWord()
    guard let index = frames.lastIndex(where: { fits($0.kind) }) else { return }
    let opening = frames[index].opening
    brackets.append((opening, position))
    if frames[index].kind == .interpolation {
      pieces.append(Piece(kind: .interpolation, range: opening..<position + 1))
    }
    frames.removeSubrange(index...)
  }

  private mutating func endWord() {
    let top = frames.count - 1
    guard let start = frames[top].wordStart else { return }
    frames[top].wordStart = nil
    let word = Word(raw: text(start..<position), start: start)
    noteName(word, in: top)
    frames[top].stage.words.append(word)
    pieces.append(Piece(kind: .word(stage: frames[top].stage.number), range: start..<position))
  }

  private mutating func noteName(_ word: Word, in top: Int) {
    let words = frames[top].stage.words
    let declares: Set<String> = ["let", "var", "for", "param"]
    let isDeclared = words.count == 1 && declares.contains(words[0].raw) || words.last?.raw == "catch"
    let isParameter = frames[top].kind == .call && words.isEmpty && frames[top - 1].stage.words.first?.raw == "def"
    guard isDeclared || isParameter else { return }
    addName(word.raw)
  }

  private mutating func addName(_ written: String) {
    let name = String(written.drop { $0 == "-" || $0 == "." }.prefix { $0 != ":" }.map { $0 == "-" ? "_" : $0 })
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte), !names.contains(name) else { return }
    names.append(name)
  }

  private mutating func readBlockParameters() {
    frames[frames.count - 1].isFresh = false
    let start = position + 1
    position = bytes[start...].firstIndex(of: UInt8(ascii: "|")).map { $0 + 1 } ?? bytes.count
    let list = text(start..<max(start, min(position, bytes.count)))
    for name in list.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "|" || $0 == "\n" }) {
      addName(String(name))
    }
    blockParameters = list.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "|" || $0 == "\n" }).map(String.init)
  }

  private mutating func skipComment() {
    let start = position
    defer { pieces.append(Piece(kind: .comment, range: start..<position)) }
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    endsInComment = position == bytes.count
  }

  /// A letter, digit or `_`.
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
