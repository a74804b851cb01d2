extension FormatBuilder {
  func document(_ expression: Expression) -> FormatDocument {
    switch expression {
    case .constant(_, let span), .variable(_, let span), .rowField(_, let span): return verbatim(span)
    case .text(let text): return verbatim(text.span)
    case .field(let inner, let name, let isOptional, let span):
      if hasLooseComments(span, outside: [inner.span]) { return verbatim(span) }
      return .concat([document(inner), .text((isOptional ? "?." : ".") + name.text)])
    case .index(let inner, let index, let isOptional, let span):
      if hasLooseComments(span, outside: [inner.span, index.span]) { return verbatim(span) }
      return .concat([document(inner), .text(isOptional ? "?[" : "["), document(index), .text("]")])
    case .slice(let inner, let from, let to, let span):
      let ends = [from, to].compactMap(\.self)
      if hasLooseComments(span, outside: [inner.span] + ends.map(\.span)) { return verbatim(span) }
      return .concat(
        [document(inner), .text("[")] + (from.map { [document($0)] } ?? []) + [.text("..")]
          + (to.map { [document($0)] } ?? []) + [.text("]")])
    case .unary(let operation, let operand, let span):
      if hasLooseComments(span, outside: [operand.span]) { return verbatim(span) }
      return .concat([.text(operation == .not ? "not " : minus(before: operand)), document(operand)])
    case .binary(let operation, let left, let right, _, let span):
      if hasLooseComments(span, outside: [left.span, right.span]) { return verbatim(span) }
      return .concat([document(left), .text(" \(operation.rawValue) "), document(right)])
    case .call(let name, let arguments, let span):
      let inside = Span(name.span.end, span.end)
      return bracketed(
        items(arguments), open: name.text + "(", close: ")", span: inside, hugs: arguments.allSatisfy(standsInBrackets))
    case .apply(let called, let arguments, let span):
      let inside = Span(called.span.end, span.end)
      return .concat([
        document(called),
        bracketed(
          items(arguments), open: "(", close: ")", span: inside, hugs: arguments.allSatisfy(standsInBrackets)),
      ])
    case .closure(let literal):
      return .group(forms(of: literal.block, head: blockHead(literal)).own)
    case .statement(let statement): return document(statement)
    case .spread(let inner, let span):
      if hasLooseComments(span, outside: [inner.span]) { return verbatim(span) }
      return .concat([.text("..."), document(inner)])
    case .pipeline(let pipeline, let span) where span == pipeline.span: return document(pipeline)
    case .pipeline(let pipeline, let span):
      // `${ … }` is part of a word, and words stay as they are.
      if source.bytes[Int(span.start)] == Byte.dollar { return verbatim(span) }
      if hasLooseComments(span, outside: [pipeline.span]) { return verbatim(span) }
      return .concat([.text("("), document(pipeline), .text(")")])
    case .list(let entries, let span):
      return bracketed(
        items(entries), open: "[", close: "]", span: span, hugs: entries.allSatisfy(standsInBrackets))
    case .record(let entries, let span):
      let items = entries.map { entry in
        if entry.spread != nil { return Item(document: document(entry.value), span: entry.value.span) }
        let whole = entry.name.span.to(entry.value.span)
        if hasLooseComments(whole, outside: [entry.value.span]) { return Item(document: verbatim(whole), span: whole) }
        return Item(
          document: .concat([verbatim(entry.name.span), .text(": "), document(entry.value)]), span: whole)
      }
      return bracketed(items, open: "{", close: "}", span: span, isSpaced: true)
    }
  }

  private func items(_ expressions: [Expression]) -> [Item] {
    expressions.map { Item(document: document($0), span: $0.span) }
  }

  /// True for what has brackets or quotes of its own to break inside of.
  private func standsInBrackets(_ expression: Expression) -> Bool {
    switch expression {
    case .text, .call, .apply, .closure, .list, .record: true
    case .pipeline(let pipeline, let span): span != pipeline.span
    default: false
    }
  }

  /// `-` before a digit would be the number's own sign, and before a letter at the start of a line a flag.
  private func minus(before operand: Expression) -> String {
    switch source.bytes[Int(operand.span.start)] {
    case Byte.dollar, Byte.openParenthesis, Byte.dot: "-"
    default: "- "
    }
  }
}
