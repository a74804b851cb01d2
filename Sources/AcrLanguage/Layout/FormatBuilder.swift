/// Makes a ``FormatDocument`` from a ``SyntaxTree`` and the comments between its parts. Where a comment stands in a place
/// the layout has no rule for (in the middle of an operator's operands, say), the smallest part around it keeps its text.
struct FormatBuilder {
  let tree: SyntaxTree
  var source: Source { tree.source }

  init(_ tree: SyntaxTree) { self.tree = tree }

  /// The whole text, with one line end at its end.
  var text: String {
    var start: Int32 = source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var head = ""
    // The first line is the system's, not ours to move.
    if let first = tree.comments.first, first.start == start, source.text(first).hasPrefix("#!") {
      head = source.text(first) + "\n"
      start = first.end
    }
    let body = sequence(
      statementItems(tree.statements), from: start, to: Int32(source.bytes.count), startsLine: true)
    // A blank line below `#!` was put there by the author.
    if !head.isEmpty, hasBlankLine(from: start, to: nextStart(from: start)) { head += "\n" }
    let text = FormatWriter.text(of: .concat(body.lines), limit: Formatter.lineWidth)
    if text.isEmpty { return head.isEmpty ? "" : Self.trimmed(head) + "\n" }
    return head + text + "\n"
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.last == "\n" { text.removeLast() }
    return text
  }

  private func nextStart(from start: Int32) -> Int32 {
    let comment = comments(from: start, to: .max).first?.start
    let statement = tree.statements.first?.span.start
    return [comment, statement].compactMap { $0 }.min() ?? start
  }

  // MARK: Source

  /// The text of a part as it was written, with LF line ends.
  func verbatim(_ span: Span) -> FormatDocument { .text(written(span)) }

  func written(_ span: Span) -> String {
    let text = source.text(span)
    guard text.utf8.contains(Byte.carriageReturn) else { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if byte == Byte.newline, bytes.last == Byte.carriageReturn { bytes.removeLast() }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The comments that start in a range.
  func comments(from start: Int32, to end: Int32) -> ArraySlice<Span> {
    var low = 0
    var high = tree.comments.count
    while low < high {
      let middle = (low + high) / 2
      if tree.comments[middle].start < start { low = middle + 1 } else { high = middle }
    }
    let rest = tree.comments[low...]
    return rest.prefix { $0.start < end }
  }

  /// True when a comment in a part belongs to none of its own parts.
  func hasLooseComments(_ span: Span, outside parts: [Span]) -> Bool {
    comments(from: span.start, to: span.end).contains { comment in
      !parts.contains { $0.start <= comment.start && comment.start < $0.end }
    }
  }

  private func lineEnds(from start: Int32, to end: Int32) -> Int {
    guard start < end else { return 0 }
    return source.bytes[Int(start)..<Int(end)].reduce(0) { $0 + ($1 == Byte.newline ? 1 : 0) }
  }

  func hasLineEnd(from start: Int32, to end: Int32) -> Bool { lineEnds(from: start, to: end) > 0 }
  private func hasBlankLine(from start: Int32, to end: Int32) -> Bool { lineEnds(from: start, to: end) > 1 }

  // MARK: What stands one below the other

  /// One statement, or one entry of a list.
  struct Item {
    let document: FormatDocument
    let span: Span
    var isDefinition = false
  }

  /// What stands between two items besides separators.
  struct Gap {
    /// The comment behind the first item, on its line.
    var trailing: String?
    var lines: [Line] = []

    enum Line { case comment(String), blank }

    var hasComments: Bool {
      trailing != nil || lines.contains { if case .comment = $0 { true } else { false } }
    }
  }

  /// - Parameter startsLine: true when nothing stands before the gap, on its first line.
  func gap(from start: Int32, to end: Int32, startsLine: Bool = false) -> Gap {
    var gap = Gap()
    var position = start
    for (index, comment) in comments(from: start, to: end).enumerated() {
      let text = source.text(comment)
      if index == 0, !startsLine, !hasLineEnd(from: position, to: comment.start), !isDocumentation(comment, from: start)
      {
        gap.trailing = Self.withoutBlanks(text)
      } else {
        if hasBlankLine(from: position, to: comment.start) { gap.lines.append(.blank) }
        gap.lines.append(.comment(Self.withoutBlanks(text)))
      }
      position = comment.end
    }
    if hasBlankLine(from: position, to: end) { gap.lines.append(.blank) }
    return gap
  }

  /// `##` behind a `;` is about what comes next, not about what stands before it.
  private func isDocumentation(_ comment: Span, from start: Int32) -> Bool {
    source.bytes[Int(start)..<Int(comment.start)].contains(Byte.semicolon)
      && source.bytes[Int(comment.start)...].starts(with: [Byte.hash, Byte.hash])
  }

  /// A comment without the blanks at its end.
  static func withoutBlanks(_ text: String) -> String {
    var text = text
    while let last = text.utf8.last, Byte.isBlank(last) { text.removeLast() }
    return text
  }

  /// Items one below the other, with the comments and blank lines between them.
  /// - Parameter separator: what stands behind each item.
  /// - Returns: the comment on the opening bracket's line, and the lines without a line end before the first.
  func sequence(
    _ items: [Item], from start: Int32, to end: Int32, startsLine: Bool = false, separator: String = ""
  ) -> (opening: String?, lines: [FormatDocument]) {
    var lines: [FormatDocument] = []
    var opening: String?
    var position = start
    var previous: Item?
    for item in items {
      var gap = gap(from: position, to: item.span.start, startsLine: startsLine && previous == nil)
      if let comment = gap.trailing {
        if previous == nil { opening = comment } else { lines.append(.trailingComment(comment)) }
      }
      let isNextToDefinition = item.isDefinition || previous?.isDefinition ?? false
      if previous != nil, isNextToDefinition,
        !gap.lines.contains(where: { if case .blank = $0 { true } else { false } })
      {
        gap.lines.insert(.blank, at: 0)
      }
      append(gap.lines, to: &lines)
      if !lines.isEmpty { lines.append(.hardLine) }
      lines.append(item.document)
      if !separator.isEmpty { lines.append(.text(separator)) }
      previous = item
      position = item.span.end
    }
    var last = gap(from: position, to: end, startsLine: startsLine && previous == nil)
    if let comment = last.trailing {
      if previous == nil { opening = comment } else { lines.append(.trailingComment(comment)) }
    }
    if case .blank? = last.lines.last { last.lines.removeLast() }
    append(last.lines, to: &lines)
    return (opening, lines)
  }

  private func append(_ gap: [Gap.Line], to lines: inout [FormatDocument]) {
    for line in gap {
      switch line {
      case .blank: if !lines.isEmpty { lines.append(.hardLine) }
      case .comment(let text):
        if !lines.isEmpty { lines.append(.hardLine) }
        lines.append(.text(text))
      }
    }
  }

  // MARK: Brackets

  /// Items between brackets, separated by commas: on one line, or one per line.
  func bracketed(
    _ items: [Item], open: String, close: String, span: Span, isSpaced: Bool = false, hugs: Bool = false
  ) -> FormatDocument {
    let inner = Span(span.start, span.end - Int32(close.utf8.count))
    if hasLooseComments(inner, outside: items.map(\.span)) {
      let (opening, lines) = sequence(items, from: inner.start, to: inner.end, separator: ",")
      let comment = opening.map { [FormatDocument.trailingComment($0)] } ?? []
      return .concat([.text(open)] + comment + [.indent(.concat([.hardLine] + lines)), .hardLine, .text(close)])
    }
    guard !items.isEmpty else { return .text(open + close) }
    if hugs, items.count == 1 { return .concat([.text(open), items[0].document, .text(close)]) }
    let edge = isSpaced ? FormatDocument.line : .softLine
    var parts: [FormatDocument] = []
    for (index, item) in items.enumerated() {
      parts.append(item.document)
      if index < items.count - 1 { parts += [.text(","), .line] }
    }
    return .group(
      .concat([.text(open), .indent(.concat([edge] + parts)), .ifBroken(","), edge, .text(close)]))
  }
}
