extension FormatBuilder {
  func statementItems(_ statements: [Statement]) -> [Item] {
    statements.map { statement in
      if case .definition = statement {
        return Item(document: document(statement), span: statement.span, isDefinition: true)
      }
      return Item(document: document(statement), span: statement.span)
    }
  }

  func document(_ statement: Statement) -> FormatDocument {
    switch statement {
    case .param(let parameter, _): return .concat([.text("param "), document(parameter)])
    case .variable(let pattern, let isMutable, let value, _):
      return .concat([.text(isMutable ? "var " : "let "), document(pattern), .text(" = "), document(value)])
    case .assign(let place, let operation, let value, _):
      let sign =
        switch operation {
        case .set: " = "
        case .add: " += "
        case .subtract: " -= "
        }
      return .concat([document(place), .text(sign), document(value)])
    case .if(let branches, let otherwise, _): return document(branches, otherwise: otherwise)
    case .for(let pattern, let list, let body, _):
      return .group(
        .concat([.text("for "), document(pattern), .text(" in "), document(list), .text(" "), block(body)]))
    case .while(let condition, let body, _):
      return .group(.concat([.text("while "), document(condition), .text(" "), block(body)]))
    case .match(let match): return document(match)
    case .assert(let condition, let message, let span):
      if hasLooseComments(span, outside: [condition.span] + (message.map { [$0.span] } ?? [])) { return verbatim(span) }
      return .concat([.text("assert "), document(condition)] + (message.map { [.text(" "), document($0)] } ?? []))
    case .definition(let definition): return document(definition)
    case .try(let body, let clause, let cleanup, _): return document(body, clause, cleanup)
    case .throw(let value, _): return .concat([.text("throw "), document(value)])
    case .return(let value, _): return leaving("return", value)
    case .exit(let value, _): return leaving("exit", value)
    case .break: return .text("break")
    case .continue: return .text("continue")
    case .use(let path, let alias, _):
      return .concat([.text("use "), verbatim(path.span), .text(alias.map { " as \($0.text)" } ?? "")])
    case .pipeline(let pipeline): return document(pipeline)
    }
  }

  private func leaving(_ word: String, _ value: Pipeline?) -> FormatDocument {
    guard let value else { return .text(word) }
    return .concat([.text(word + " "), document(value)])
  }

  private func document(_ place: Place) -> FormatDocument {
    let indexes = place.path.compactMap { step in
      if case .index(let index, _) = step { index.span } else { nil }
    }
    if hasLooseComments(place.span, outside: indexes) { return verbatim(place.span) }
    var parts = [FormatDocument.text("$" + place.name.text)]
    for step in place.path {
      switch step {
      case .field(let name, _): parts.append(.text("." + name))
      case .index(let index, _): parts += [.text("["), document(index), .text("]")]
      }
    }
    return .concat(parts)
  }

  /// `if`: either all of its blocks stand on the line, or none.
  private func document(_ branches: [Branch], otherwise: Block?) -> FormatDocument {
    var parts: [FormatDocument] = []
    var previous: Block?
    for branch in branches {
      if let previous { parts.append(joint(behind: previous, before: branch.condition.span.start, "else ")) }
      parts += [.text("if "), document(branch.condition), .text(" "), block(branch.block)]
      previous = branch.block
    }
    if let previous, let otherwise {
      parts += [joint(behind: previous, before: otherwise.span.start, "else "), block(otherwise)]
    }
    return .group(.concat(parts))
  }

  private func document(_ body: Block, _ clause: CatchClause?, _ cleanup: Block?) -> FormatDocument {
    var parts = [FormatDocument.text("try "), block(body)]
    var previous = body
    if let clause {
      let word = clause.name.map { "catch \($0.text) " } ?? "catch "
      parts += [joint(behind: previous, before: clause.block.span.start, word), block(clause.block)]
      previous = clause.block
    }
    if let cleanup {
      parts += [joint(behind: previous, before: cleanup.span.start, "finally "), block(cleanup)]
    }
    return .group(.concat(parts))
  }

  /// A keyword behind a block: on the brace's line, or below the comments in between.
  private func joint(behind block: Block, before position: Int32, _ keyword: String) -> FormatDocument {
    let between = gap(from: block.span.end, to: position)
    guard between.hasComments else { return .text(" " + keyword) }
    var parts = between.trailing.map { [FormatDocument.trailingComment($0)] } ?? []
    for case .comment(let text) in between.lines { parts += [.hardLine, .text(text)] }
    return .concat(parts + [.hardLine, .text(keyword)])
  }

  private func document(_ definition: Definition) -> FormatDocument {
    var list = definition.name.span
    list.start = list.end
    while list.start < definition.body.span.start, source.bytes[Int(list.start)] != Byte.openParenthesis {
      list.start += 1
    }
    list.end = definition.body.span.start
    while list.end > list.start, source.bytes[Int(list.end) - 1] != Byte.closeParenthesis { list.end -= 1 }
    let parameters = definition.parameters.map { Item(document: document($0), span: $0.span) }
    return .concat([
      .text("def \(definition.name.text)"), bracketed(parameters, open: "(", close: ")", span: list), .text(" "),
      .group(block(definition.body)),
    ])
  }

  private func document(_ parameter: Parameter) -> FormatDocument {
    let values = [parameter.choices, parameter.defaultValue].compactMap(\.self)
    if hasLooseComments(parameter.span, outside: values.map(\.span)) { return verbatim(parameter.span) }
    var parts = [verbatim(parameter.name.span)]
    var position = Int(parameter.name.span.end)
    let end = Int(values.first?.span.start ?? parameter.span.end)
    while position < end, Byte.isBlank(source.bytes[position]) || source.bytes[position] == Byte.newline {
      position += 1
    }
    // A type that was left out and `any` are the same to the tree.
    if position < end, source.bytes[position] == Byte.colon { parts.append(.text(": \(parameter.type.rawValue)")) }
    if let choices = parameter.choices { parts += [.text(" in "), document(choices)] }
    if let value = parameter.defaultValue { parts += [.text(" = "), document(value)] }
    return .concat(parts)
  }

  // MARK: Blocks

  /// A block. One statement that its author put on one line stays there if it fits; the group around decides.
  func block(_ block: Block) -> FormatDocument { forms(of: block, head: "{").own }

  /// A block, and the same block broken in any case. Both share what is in it, so that nesting costs nothing.
  func forms(of block: Block, head: String) -> (own: FormatDocument, broken: FormatDocument) {
    let hasComments = !comments(from: block.span.start, to: block.span.end).isEmpty
    if block.statements.isEmpty, !hasComments {
      let empty = FormatDocument.text(head == "{" ? "{}" : head + " }")
      return (empty, empty)
    }
    let items = statementItems(block.statements)
    let (opening, lines) = sequence(items, from: block.span.start + 1, to: block.span.end - 1)
    let comment = opening.map { [FormatDocument.trailingComment($0)] } ?? []
    let body: [FormatDocument] = lines.isEmpty ? [] : [.indent(.concat([.hardLine] + lines))]
    let broken = FormatDocument.concat([.text(head)] + comment + body + [.hardLine, .text("}")])
    guard items.count == 1, !hasComments, !hasLineEnd(from: block.span.start, to: block.span.end) else {
      return (broken, broken)
    }
    return (.concat([.text(head), .indent(.concat([.line, items[0].document])), .line, .text("}")]), broken)
  }

  /// `{`, or `{ |a, b|`.
  func blockHead(_ literal: BlockLiteral) -> String {
    guard literal.hasBars else { return "{" }
    return "{ |\(literal.parameters.map(text(of:)).joined(separator: ", "))|"
  }
}
