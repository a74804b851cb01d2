import AcrText

extension CheckFinding {
  /// What can be done about it at once. Each is a cure that its message names.
  func fixes(at span: Span, in tree: SyntaxTree) -> [Fix] {
    let written = tree.source.text(span)
    switch self {
    case .unknownVariable(let name, let nearest, let isInEnvironment):
      var found: [Fix] = []
      let sign = written.hasPrefix("$") ? "$" : ""
      if let nearest { found.append(.replace(span, with: sign + nearest, isSure: true)) }
      if isInEnvironment {
        found.append(.replace(span, with: tree.isInterpolated(span) ? "${env.\(name)}" : "\(sign)env.\(name)"))
      }
      return found
    case .environmentInWord(let name):
      let whole = Span(span.start, span.end + Int32(name.utf8.count + 1))
      guard tree.source.text(whole) == "$env.\(name)" else { return [] }
      return [.replace(whole, with: "${env.\(name)}", isSure: true)]
    case .recordInWord(let name, let field?):
      let whole = Span(span.start, span.end + Int32(field.utf8.count + 1))
      guard tree.source.text(whole) == "$\(name).\(field)" else { return [] }
      return [.replace(whole, with: "${\(name).\(field)}", isSure: true)]
    case .notAssignable(let name, .let): return tree.makeMutable(name, before: span)
    case .unknownCommand(_, let nearest?), .unknownFunction(_, let nearest?):
      return [.replace(span, with: nearest, isSure: true)]
    case .unknownFlag(_, _, let nearest?): return [.replace(span, with: nearest, isSure: true)]
    case .commandIsVariable(let name): return [.replace(span, with: "$\(name)", isSure: true)]
    case .assignsBareName(let name, let isKnown):
      return [.replace(span, with: isKnown ? "$\(name)" : "let \(name)", isSure: true)]
    case .shellAssignment(let name): return shellAssignment(name, written, span)
    case .flagWithoutValue(let flag, let next?):
      let end = Int(span.end)
      let bytes = tree.source.bytes
      var start = end
      while start < bytes.count, Byte.isBlank(bytes[start]) { start += 1 }
      let whole = Span(span.end, Int32(start + next.utf8.count))
      guard start > end, tree.source.text(Span(Int32(start), whole.end)) == next else { return [] }
      return [Fix("Write `\(flag)=\(next)`", [Fix.Edit(whole, "=\(next)")], isSure: true)]
    case .notAChoice(_, let names): return names.prefix(5).map { .replace(span, with: $0) }
    case .blockForValue(_, let type) where type != .record:
      guard let block = tree.block(startingAt: span.start) else { return [] }
      return [
        Fix(
          "Write `( … )`",
          [
            Fix.Edit(Span(block.start, block.start + 1), "("), Fix.Edit(Span(block.end - 1, block.end), ")"),
          ])
      ]
    case .valueForBlock:
      return [Fix("Write `{ … }` around it", [.insert("{ ", at: Int(span.start)), .insert(" }", at: Int(span.end))])]
    case .unknownColumn(let name, _, let nearest?, _):
      guard let place = written.range(ofName: name) else { return [] }
      let start = span.start + Int32(place)
      return [.replace(Span(start, start + Int32(name.utf8.count)), with: nearest, isSure: true)]
    case .secretInScript(let flag):
      let name = flag.uppercased().drop { $0 == "-" }.map { $0 == "-" ? "_" : $0 }
      return [.replace(span, with: "(secret env \(String(name)))")]
    case .type(let finding): return finding.fixes(at: span)
    default: return []
    }
  }

  /// `NAME=value` as `let NAME = value`.
  private func shellAssignment(_ name: String, _ written: String, _ span: Span) -> [Fix] {
    let value = String(written.dropFirst(name.count + 1))
    guard !value.isEmpty else { return [] }
    let isConstant = ["true", "false", "null"].contains(value) || Constant(number: value) != nil
    let isVariable = value.hasPrefix("$")
    return [.replace(span, with: "let \(name) = \(isConstant || isVariable ? value : "\"\(value)\"")", isSure: true)]
  }
}

extension String {
  /// Where a name stands in this text as a whole, in UTF-8 offsets.
  fileprivate func range(ofName name: String) -> Int? {
    let bytes = Array(utf8)
    let wanted = Array(name.utf8)
    guard !wanted.isEmpty, bytes.count >= wanted.count else { return nil }
    return (0...bytes.count - wanted.count).first { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }
}

extension SyntaxTree {
  /// True where a variable stands in a word or a quoted text.
  fileprivate func isInterpolated(_ span: Span) -> Bool {
    parts(around: Int(span.start)).contains { part in
      guard case .text(let text) = part else { return false }
      return text.pieces.contains { if case .variable(_, let place) = $0 { place == span } else { false } }
    }
  }

  /// Turns the last `let` of a name before a place into a `var`.
  fileprivate func makeMutable(_ name: String, before place: Span) -> [Fix] {
    var found: Span?
    walk { part in
      if case .statement(.variable(let declared, isMutable: false, _, let span)) = part,
        declared.names.contains(where: { $0.text == name }), span.start < place.start
      {
        found = span
      }
      return true
    }
    guard let found else { return [] }
    return [Fix("Declare it with `var`", [Fix.Edit(Span(found.start, found.start + 3), "var")], isSure: true)]
  }

  fileprivate func block(startingAt offset: Int32) -> Span? {
    parts(around: Int(offset)).compactMap { part in
      if case .blockLiteral(let literal) = part, literal.block.span.start == offset { literal.block.span } else { nil }
    }.last
  }
}
