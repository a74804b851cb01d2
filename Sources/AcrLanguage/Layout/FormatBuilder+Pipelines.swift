extension FormatBuilder {
  /// A pipeline: on one line, or one stage per line. One whose last stage ends in a block may keep to the line up to the
  /// block's brace.
  func document(_ pipeline: Pipeline) -> FormatDocument {
    guard let first = pipeline.stages.first else { return .text("") }
    let allForms = pipeline.stages.map { forms(of: $0) }
    let documents = allForms.map(\.own)
    if documents.count == 1 { return documents[0] }
    var parts: [FormatDocument] = []
    var hasComments = false
    var previous = first
    for (stage, text) in zip(pipeline.stages, documents).dropFirst() {
      let between = gap(from: previous.span.end, to: stage.span.start)
      hasComments = hasComments || between.hasComments
      if let comment = between.trailing { parts.append(.trailingComment(comment)) }
      for case .comment(let text) in between.lines { parts += [.hardLine, .text(text)] }
      parts += [.line, .text("| "), text]
      previous = stage
    }
    let stages = FormatDocument.group(.concat([documents[0], .indent(.concat(parts))]))
    guard !hasComments, !documents.dropLast().contains(where: \.hasBreak), let last = allForms.last,
      let hugging = last.hugging
    else { return stages }
    var line: [FormatDocument] = []
    for document in documents.dropLast() { line += [document, .text(" | ")] }
    let before = FormatDocument.concat(line)
    return .pipeline(
      FormatDocument.Alternatives(
        stages: stages, hugging: .concat([before, hugging.document]),
        headWidth: before.width + hugging.headWidth, last: last.own))
  }

  /// A stage, and how it looks when the block at its end is broken.
  private struct StageForms {
    let own: FormatDocument
    /// Nil when there is no block at its end, or when something else in it is broken.
    var hugging: (document: FormatDocument, headWidth: Int)?
  }

  private func forms(of stage: Stage) -> StageForms {
    switch stage {
    case .expression(let expression): return StageForms(own: document(expression))
    case .where(let condition, _): return StageForms(own: .concat([.text("where "), document(condition)]))
    case .extend(let columns, let span):
      if hasLooseComments(span, outside: columns.map(\.value.span)) { return StageForms(own: verbatim(span)) }
      var parts: [FormatDocument] = []
      for (index, column) in columns.enumerated() {
        if index > 0 { parts += [.text(","), .line] }
        parts += [.text("\(column.name.text) = "), document(column.value)]
      }
      return StageForms(own: .group(.concat([.text("extend "), .indent(.concat(parts))])))
    case .command(let call): return forms(of: call)
    }
  }

  // MARK: Commands

  private func forms(of call: CommandCall) -> StageForms {
    if hasLooseComments(call.span, outside: call.arguments.map(\.span)) { return StageForms(own: verbatim(call.span)) }
    guard case .value(.block(let literal))? = call.arguments.last else {
      return StageForms(own: line(call, call.arguments.map { document($0) }))
    }
    let before = call.arguments.dropLast().map { document($0) }
    let block = forms(of: literal.block, head: blockHead(literal))
    let own = line(call, before + [.group(block.own)])
    let head = line(call, before + [.text(blockHead(literal))])
    if head.hasBreak { return StageForms(own: own) }
    return StageForms(own: own, hugging: (line(call, before + [block.broken]), head.width))
  }

  /// A command: its arguments on one line, broken where the author broke it with `\`.
  private func line(_ call: CommandCall, _ arguments: [FormatDocument]) -> FormatDocument {
    var parts: [FormatDocument] = []
    var hasBreak = false
    var end = call.head.span.end
    for (argument, text) in zip(call.arguments, arguments) {
      if hasLineEnd(from: end, to: argument.span.start) {
        hasBreak = true
        parts += [.text(" \\"), .hardLine, text]
      } else {
        parts += [.text(" "), text]
      }
      end = argument.span.end
    }
    let tail = FormatDocument.concat(parts)
    return .concat([.text(call.head.text), hasBreak ? .indent(tail) : tail])
  }

  private func document(_ argument: Argument) -> FormatDocument {
    switch argument {
    case .endOfFlags: .text("--")
    case .flag(let flag):
      if let value = flag.value {
        .concat([.text(flag.name.text + "="), document(value)])
      } else {
        .text(flag.name.text)
      }
    case .value(let value): document(value)
    }
  }

  private func document(_ value: ArgumentValue) -> FormatDocument {
    switch value {
    case .word(let word): verbatim(word.span)
    case .expression(let expression): document(expression)
    case .block(let literal): .group(forms(of: literal.block, head: blockHead(literal)).own)
    }
  }
}
