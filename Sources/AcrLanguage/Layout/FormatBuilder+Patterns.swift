extension FormatBuilder {
  /// `match`: one arm per line, or all on the line.
  func document(_ match: Match) -> FormatDocument {
    var items = match.arms.map { arm in Item(document: document(arm), span: arm.span) }
    if let otherwise = match.otherwise {
      let whole = elseSpan(match, otherwise)
      let isLoose = hasLooseComments(whole, outside: [otherwise.span])
      items.append(
        Item(document: isLoose ? verbatim(whole) : .group(.concat([.text("else "), block(otherwise)])), span: whole))
    }
    let head = FormatDocument.concat([.text("match "), document(match.subject), .text(" {")])
    let span = match.armsSpan
    let hasComments = hasLooseComments(span, outside: items.map(\.span))
    if !hasComments, !hasLineEnd(from: span.start, to: span.end) {
      var parts: [FormatDocument] = []
      for item in items { parts += [.line, item.document] }
      return .group(.concat([head, .indent(.concat(parts)), .line, .text("}")]))
    }
    let (opening, lines) = sequence(items, from: span.start + 1, to: span.end - 1)
    let comment = opening.map { [FormatDocument.trailingComment($0)] } ?? []
    return .concat([head] + comment + [.indent(.concat([.hardLine] + lines)), .hardLine, .text("}")])
  }

  /// From `else` to the end of its block.
  private func elseSpan(_ match: Match, _ otherwise: Block) -> Span {
    var start = otherwise.span.start - 4
    let first = match.arms.last?.span.end ?? match.armsSpan.start
    while start > first, !source.bytes[Int(start)...].starts(with: "else".utf8) { start -= 1 }
    return Span(start, otherwise.span.end)
  }

  private func document(_ arm: MatchArm) -> FormatDocument {
    let parts = [arm.pattern.span, arm.block.span] + (arm.condition.map { [$0.span] } ?? [])
    if hasLooseComments(arm.span, outside: parts) { return verbatim(arm.span) }
    var result = [document(arm.pattern)]
    if let condition = arm.condition { result += [.text(" if "), document(condition)] }
    return .group(.concat(result + [.text(" "), block(arm.block)]))
  }

  func document(_ pattern: ValuePattern) -> FormatDocument {
    if hasLooseComments(pattern.span, outside: pattern.expressions.map(\.span)) { return verbatim(pattern.span) }
    switch pattern {
    case .name(let name): return .text(name.text)
    case .anything: return .text("_")
    case .value(let value): return document(value)
    case .comparison(let operation, let operand, _):
      return .concat([.text(operation.rawValue + " "), document(operand)])
    case .range(let from, let to, _):
      return .concat((from.map { [document($0)] } ?? []) + [.text("..")] + (to.map { [document($0)] } ?? []))
    case .record(let fields, let rest, _):
      let parts = fields.map(document) + (rest.map { [document($0)] } ?? [])
      return .concat([.text("{"), joined(parts), .text("}")])
    case .list(let items, _): return .concat([.text("["), joined(items.map(document)), .text("]")])
    case .rest(let name, _): return .text("..." + (name?.text ?? ""))
    case .oneOf(let patterns, _): return joined(patterns.map(document))
    }
  }

  private func document(_ field: FieldPattern) -> FormatDocument {
    var parts = [verbatim(field.name.span)]
    if field.isOptional { parts.append(.text("?")) }
    switch field.pattern {
    case .name(let name) where name.span == field.name.span: break
    case .name(let name) where isBehindAs(field): parts.append(.text(" as " + name.text))
    default: parts += [.text(": "), document(field.pattern)]
    }
    return .concat(parts)
  }

  /// True for `tag as t`, false for `tag: t`.
  private func isBehindAs(_ field: FieldPattern) -> Bool {
    !source.bytes[Int(field.name.span.end)..<Int(field.pattern.span.start)].contains(Byte.colon)
  }

  private func joined(_ documents: [FormatDocument]) -> FormatDocument {
    var parts: [FormatDocument] = []
    for (index, document) in documents.enumerated() {
      if index > 0 { parts.append(.text(", ")) }
      parts.append(document)
    }
    return .concat(parts)
  }

  /// A pattern on one line, as the parameters of a block are written.
  func text(of pattern: ValuePattern) -> String { FormatWriter.text(of: document(pattern), limit: .max) }
}
