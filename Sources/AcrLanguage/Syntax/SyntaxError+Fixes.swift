extension SyntaxFailure {
  /// What can be done about it at once. Each is a cure that its message names.
  func fixes(in source: Source) -> [Fix] {
    let bytes = source.bytes
    let start = Int(span.start)
    let end = Int(span.end)
    switch error {
    case .unclosed(let opening): return closing(opening, in: source)
    case .unclosedString:
      guard start < bytes.count else { return [] }
      let quote = String(UnicodeScalar(bytes[start]))
      return [Fix("Add the closing `\(quote)`", [.insert(quote, at: lastText(ofLineAt: start, in: bytes))])]
    case .unmatched(let bracket): return [Fix("Remove `\(bracket)`", [Fix.Edit(span, "")])]
    case .pipeAtEnd: return [Fix("Remove `|`", [Fix.Edit(Span(Int32(blank(before: start, in: bytes)), span.end), "")])]
    case .lineStartsWithFlag:
      let line = Int(source.lineStarts[source.position(of: span.start).line - 1])
      guard line > 0 else { return [] }
      let end = line > 1 && bytes[line - 2] == Byte.carriageReturn ? line - 2 : line - 1
      let place = Span(Int32(lastText(ofLineAt: end, in: bytes)), Int32(end))
      return [Fix("End the line above with `\\`", [Fix.Edit(place, " \\")], isSure: true)]
    case .shellOperator("&&"):
      let from = blank(before: start, in: bytes)
      return [
        Fix(
          "Put the second command on a line of its own",
          [Fix.Edit(Span(Int32(from), Int32(text(after: end, in: bytes))), "\n\(indent(at: start, in: source))")])
      ]
    case .redirect(let target?): return [.replace(span, with: "| save \(target)", isSure: true)]
    case .commandSubstitution(nil): return substitution(in: bytes)
    case .bareName(let name):
      return [.replace(span, with: "$\(name)"), .replace(span, with: "\"\(name)\""), .replace(span, with: ".\(name)")]
    case .interpolationInExpression: return interpolation(in: bytes)
    case .singleEquals: return [.replace(span, with: "==", isSure: true)]
    case .declaresWithDollar(let name): return [.replace(span, with: name, isSure: true)]
    case .exclamationMark: return [.replace(span, with: "not ")]
    case .programPath: return [Fix("Run it as a program", [.insert("run ", at: start)], isSure: true)]
    case .noSpaceBetween: return [Fix("Insert a space", [.insert(" ", at: start)])]
    case .partOfVariable(let whole):
      let end = start + whole.utf8.count
      guard end <= bytes.count, source.text(Span(span.start, Int32(end))) == whole else { return [] }
      return [.replace(Span(span.start, Int32(end)), with: "${\(whole.dropFirst())}", isSure: true)]
    case .unknownEscape: return [Fix("Write the backslash itself: `\\\\`", [.insert("\\", at: start)])]
    case .unknownType(_, let nearest?): return [.replace(span, with: nearest, isSure: true)]
    case .emptyInterpolation: return [Fix("Write a plain `$`", [.insert("\\", at: start)])]
    default: return []
    }
  }

  /// The closing bracket, where it makes the text right: at the end of the line of the opening one, or of the text.
  private func closing(_ opening: String, in source: Source) -> [Fix] {
    let closings = ["(": ")", "[": "]", "{": "}", "${": "}"]
    guard let mark = closings[opening] else { return [] }
    let bytes = source.bytes
    let start = Int(span.start)
    let line = lastText(ofLineAt: start, in: bytes)
    var whole = bytes.count
    while whole > 0, Byte.isBlank(bytes[whole - 1]) || bytes[whole - 1] == Byte.newline { whole -= 1 }
    let onItsOwnLine = "\n\(indent(at: start, in: source))\(mark)"
    let inLine = Fix.Edit.insert(opening == "{" ? " \(mark)" : mark, at: line)
    let atEnd = Fix.Edit.insert(whole == line ? inLine.text : onItsOwnLine, at: whole)
    let candidates = opening == "{" ? [atEnd, inLine] : [inLine, atEnd]
    let fitting = candidates.first { edit in
      var parser = Parser(Source(name: source.name, bytes: source.applying([edit])))
      _ = parser.parse()
      return !parser.failures.contains { $0.error == error && $0.span == span }
    }
    return fitting.map { [Fix("Add the closing `\(mark)`", [$0])] } ?? []
  }

  /// `$( … )` as `( … )`, and inside a word or quoted text as `${( … )}`.
  private func substitution(in bytes: [UInt8]) -> [Fix] {
    let start = Int(span.start)
    guard let end = closingBracket(from: start + 1, in: bytes) else { return [] }
    let isAlone =
      (start == 0 || isApart(bytes[start - 1])) && (end + 1 >= bytes.count || isApart(bytes[end + 1]))
    if isAlone { return [Fix("Write `( … )`", [Fix.Edit(Span(span.start, span.start + 1), "")])] }
    return [Fix("Write `${( … )}`", [.insert("{", at: start + 1), .insert("}", at: end + 1)])]
  }

  /// `${name}` as `$name`, and another `${ … }` as `( … )`.
  private func interpolation(in bytes: [UInt8]) -> [Fix] {
    let start = Int(span.start)
    guard let end = closingBracket(from: start + 1, in: bytes) else { return [] }
    let whole = Span(span.start, Int32(end + 1))
    let inner = String(decoding: bytes[start + 2..<end], as: UTF8.self)
    let isName = !inner.isEmpty && inner.utf8.allSatisfy(Byte.isNamePart) && inner.utf8.first.map(Byte.isLetter) == true
    if isName { return [.replace(whole, with: "$\(inner)", isSure: true)] }
    // Directly behind `${` a bare name is a variable.
    let name = inner.utf8.prefix { Byte.isNamePart($0) || $0 == Byte.minus }
    let isCall = inner.utf8.dropFirst(name.count).first == Byte.openParenthesis
    let isBare = inner.utf8.first.map(Byte.isLetter) == true && !isCall
    return [.replace(whole, with: "(\(isBare ? "$" : "")\(inner))")]
  }

  private func isApart(_ byte: UInt8) -> Bool { Byte.endsWord(byte) && byte != Byte.doubleQuote }

  // MARK: Places

  /// The bracket that closes the one at an index.
  private func closingBracket(from start: Int, in bytes: [UInt8]) -> Int? {
    var depth = 0
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case Byte.openParenthesis, Byte.openBracket, Byte.openBrace: depth += 1
      case Byte.closeParenthesis, Byte.closeBracket, Byte.closeBrace:
        depth -= 1
        if depth == 0 { return index }
      case Byte.doubleQuote, Byte.singleQuote:
        guard let end = Parser.endOfString(bytes, index) else { return nil }
        index = end
      default: break
      }
      index += 1
    }
    return nil
  }

  /// The end of what stands in the line of an offset, without blanks behind it.
  private func lastText(ofLineAt offset: Int, in bytes: [UInt8]) -> Int {
    var end = offset
    while end < bytes.count, bytes[end] != Byte.newline { end += 1 }
    while end > 0, end > offset || bytes[end - 1] != Byte.newline, Byte.isBlank(bytes[end - 1]) { end -= 1 }
    return end
  }

  private func blank(before offset: Int, in bytes: [UInt8]) -> Int {
    var index = offset
    while index > 0, Byte.isBlank(bytes[index - 1]) { index -= 1 }
    return index
  }

  private func text(after offset: Int, in bytes: [UInt8]) -> Int {
    var index = offset
    while index < bytes.count, Byte.isBlank(bytes[index]) { index += 1 }
    return index
  }

  /// The blanks with which the line of an offset begins.
  private func indent(at offset: Int, in source: Source) -> String {
    let start = Int(source.lineStarts[source.position(of: Int32(offset)).line - 1])
    return String(decoding: source.bytes[start...].prefix { $0 == Byte.space || $0 == Byte.tab }, as: UTF8.self)
  }
}
