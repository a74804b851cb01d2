import AcrText

/// A text with places where it may be broken, as Oppen and Wadler describe them: a group stands on one line if it fits,
/// otherwise all of its own places are broken.
struct FormatDocument: Sendable {
  indirect enum Kind: Sendable {
    /// May hold line ends (a quoted text); they are kept as they are.
    case text(String)
    case concat([FormatDocument])
    /// A line's end, or in a group that fits the given text.
    case line(flat: String)
    /// A line's end wherever it stands.
    case hardLine
    /// A comment behind the code of its line.
    case trailingComment(String)
    case indent(FormatDocument)
    case group(FormatDocument)
    /// Written only where the group around it is broken.
    case ifBroken(String)
    case pipeline(Alternatives)
  }

  /// The ways to write a pipeline that ends in a block.
  struct Alternatives: Sendable {
    /// Breaks before every stage, or nowhere.
    let stages: FormatDocument
    /// All on one line up to the block's brace; the block is broken.
    let hugging: FormatDocument
    /// The columns of the hugging form's first line.
    let headWidth: Int
    /// The last stage alone.
    let last: FormatDocument
  }

  let kind: Kind
  /// The columns it takes on one line.
  let width: Int
  /// True when it cannot stand on one line.
  let hasBreak: Bool

  private init(_ kind: Kind, width: Int, hasBreak: Bool) {
    self.kind = kind
    self.width = width
    self.hasBreak = hasBreak
  }

  static func text(_ text: String) -> FormatDocument {
    FormatDocument(.text(text), width: columns(of: text), hasBreak: text.utf8.contains(Byte.newline))
  }

  static func concat(_ parts: [FormatDocument]) -> FormatDocument {
    FormatDocument(
      .concat(parts), width: parts.reduce(0) { $0 + $1.width }, hasBreak: parts.contains(where: \.hasBreak))
  }

  /// The columns of a text. Most have ASCII characters only, whose bytes are counted here: the function for any kind of text
  /// asks for each of them what it is.
  static func columns(of text: String) -> Int {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? text.utf8.count : DisplayWidth.of(text)
  }

  /// A space, or a line's end.
  static let line = FormatDocument(.line(flat: " "), width: 1, hasBreak: false)
  /// Nothing, or a line's end.
  static let softLine = FormatDocument(.line(flat: ""), width: 0, hasBreak: false)
  static let hardLine = FormatDocument(.hardLine, width: 0, hasBreak: true)

  static func trailingComment(_ text: String) -> FormatDocument {
    FormatDocument(.trailingComment(text), width: 0, hasBreak: true)
  }

  static func indent(_ inner: FormatDocument) -> FormatDocument {
    FormatDocument(.indent(inner), width: inner.width, hasBreak: inner.hasBreak)
  }

  static func group(_ inner: FormatDocument) -> FormatDocument {
    FormatDocument(.group(inner), width: inner.width, hasBreak: inner.hasBreak)
  }

  static func ifBroken(_ text: String) -> FormatDocument {
    FormatDocument(.ifBroken(text), width: 0, hasBreak: false)
  }

  static func pipeline(_ alternatives: Alternatives) -> FormatDocument {
    FormatDocument(
      .pipeline(alternatives), width: alternatives.stages.width, hasBreak: alternatives.stages.hasBreak)
  }
}

/// Writes a ``FormatDocument`` in lines of limited width.
struct FormatWriter {
  private let limit: Int
  private var output = ""
  private var column = 0
  /// Spaces owed to the line; an empty line gets none.
  private var pendingIndent = 0
  private var stack: [Item] = []

  private struct Item {
    let document: FormatDocument
    let indent: Int
    let isFlat: Bool
  }

  /// Stands between code and its trailing comment until all lines are known; no source can hold it.
  private static let commentMark = "\u{0}"

  private init(limit: Int) { self.limit = limit }

  /// The text of a document, comments behind code aligned, without a final line end.
  static func text(of document: FormatDocument, limit: Int) -> String {
    var writer = FormatWriter(limit: limit)
    writer.write(document)
    return aligned(writer.output)
  }

  private mutating func write(_ document: FormatDocument) {
    stack = [Item(document: document, indent: 0, isFlat: false)]
    while let item = stack.popLast() {
      switch item.document.kind {
      case .text(let text): put(text)
      case .concat(let parts):
        for part in parts.reversed() { push(part, item.indent, isFlat: item.isFlat) }
      case .line(let flat):
        if item.isFlat { put(flat) } else { newLine(item.indent) }
      case .hardLine: newLine(item.indent)
      case .trailingComment(let text): output += Self.commentMark + text
      case .indent(let inner): push(inner, item.indent + 2, isFlat: item.isFlat)
      case .group(let inner): push(inner, item.indent, isFlat: item.isFlat || fits(inner))
      case .ifBroken(let text): if !item.isFlat { put(text) }
      case .pipeline(let alternatives): choose(alternatives, item)
      }
    }
  }

  private mutating func push(_ document: FormatDocument, _ indent: Int, isFlat: Bool) {
    stack.append(Item(document: document, indent: indent, isFlat: isFlat))
  }

  private mutating func choose(_ alternatives: FormatDocument.Alternatives, _ item: Item) {
    if item.isFlat || fits(alternatives.stages) { return push(alternatives.stages, item.indent, isFlat: true) }
    // `| ` stands before the last stage on its own line.
    let standsAlone = !alternatives.last.hasBreak && item.indent + 4 + alternatives.last.width <= limit
    let hugs = !standsAlone && max(column, pendingIndent) + alternatives.headWidth <= limit
    push(hugs ? alternatives.hugging : alternatives.stages, item.indent, isFlat: false)
  }

  private mutating func put(_ text: String) {
    guard !text.isEmpty else { return }
    if pendingIndent > 0 {
      output += String(repeating: " ", count: pendingIndent)
      column += pendingIndent
      pendingIndent = 0
    }
    output += text
    if text.utf8.contains(Byte.newline), let newline = text.lastIndex(of: "\n") {
      column = DisplayWidth.of(text[text.index(after: newline)...])
    } else {
      column += FormatDocument.columns(of: text)
    }
  }

  private mutating func newLine(_ indent: Int) {
    output += "\n"
    column = 0
    pendingIndent = indent
  }

  /// True when a document can stand on this line together with what must follow it there.
  private func fits(_ document: FormatDocument) -> Bool {
    guard !document.hasBreak else { return false }
    var room = limit - column - pendingIndent - document.width
    // What follows is looked at where it is: taking it off a slice would copy all of it, each time.
    var following = stack.count
    var inner: [Item] = []
    while room >= 0 {
      let item: Item
      if let part = inner.popLast() {
        item = part
      } else {
        guard following > 0 else { return true }
        following -= 1
        item = stack[following]
      }
      switch item.document.kind {
      case .text(let text):
        guard text.utf8.contains(Byte.newline), let newline = text.firstIndex(of: "\n") else {
          room -= item.document.width
          continue
        }
        return DisplayWidth.of(text[..<newline]) <= room
      case .concat(let parts):
        for part in parts.reversed() {
          inner.append(Item(document: part, indent: item.indent, isFlat: item.isFlat))
        }
      case .line(let flat):
        guard item.isFlat else { return true }
        room -= flat.utf8.count
      case .hardLine, .trailingComment: return true
      case .indent(let document), .group(let document):
        inner.append(Item(document: document, indent: item.indent, isFlat: item.isFlat))
      case .ifBroken(let text): if !item.isFlat { room -= text.utf8.count }
      case .pipeline(let alternatives):
        inner.append(Item(document: alternatives.stages, indent: item.indent, isFlat: item.isFlat))
      }
    }
    return false
  }

  /// Puts the trailing comments of neighbouring lines under each other.
  private static func aligned(_ text: String) -> String {
    guard text.utf8.contains(0) else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.split(separator: Character(commentMark), maxSplits: 1, omittingEmptySubsequences: false)
    }
    var result: [String] = []
    var index = 0
    while index < lines.count {
      guard lines[index].count == 2 else {
        result.append(String(lines[index].first ?? ""))
        index += 1
        continue
      }
      let depth = lines[index][0].prefix { $0 == " " }.count
      let neighbours = lines[index...].prefix { $0.count == 2 && $0[0].prefix { $0 == " " }.count == depth }
      let width = neighbours.map { DisplayWidth.of($0[0]) }.max() ?? 0
      for line in neighbours {
        let space = String(repeating: " ", count: width - DisplayWidth.of(line[0]) + 2)
        result.append(line[0] + space + line[1])
      }
      index = neighbours.endIndex
    }
    return result.joined(separator: "\n")
  }
}
