import AcrCommands
import AcrCore
import AcrLanguage
import AcrSystem

/// Answers that the structure of a text gives: what folds, what a growing selection takes, colours, links, layout of a part.
extension LanguageServer {
  // MARK: Colours

  func semanticTokens(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let document = try document(parameters)
    guard !document.isDocument else { return ["data": []] }
    let wanted = parameters["range"] == nil ? nil : try stretch(parameters).span
    let index = document.index
    let search = search
    var isOwn: [String: Bool] = [:]
    // Each word of a command asks about the same words.
    var latest: (words: [String], answer: (Int, Bool))?
    func command(_ words: [String]) -> (Int, Bool) {
      let own = isOwn[words[0]] ?? (search.definition(named: words[0], in: index) != nil)
      isOwn[words[0]] = own
      if own { return (1, true) }
      for length in stride(from: words.count, to: 0, by: -1) {
        if catalog.command(named: words.prefix(length).joined(separator: " ")) != nil { return (length, false) }
      }
      return (1, false)
    }
    let tokens = SemanticTokens(index) { words in
      if let latest, latest.words == words { return latest.answer }
      let answer = command(words)
      latest = (words, answer)
      return answer
    }
    return ["data": .array(tokens.data(within: wanted, encoding))]
  }

  // MARK: Folding

  func foldingRanges(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let document = try document(parameters)
    guard !document.isDocument else { return .null }
    let source = document.source
    var lines: Set<FoldedLines> = []
    func fold(_ span: Span, kind: String? = nil, keepsLastLine: Bool = true) {
      let start = source.position(of: span.start).line - 1
      // The line of the closing bracket stays in sight.
      let end = source.position(of: max(span.start, span.end - 1)).line - (keepsLastLine ? 2 : 1)
      if end > start { lines.insert(FoldedLines(start: start, end: end, kind: kind)) }
    }
    document.index.tree.walk { part in
      switch part {
      case .block(let block): fold(block.span)
      case .blockLiteral(let literal): fold(literal.block.span)
      case .expression(.list(_, let span)), .expression(.record(_, let span)), .expression(.pipeline(_, let span)):
        fold(span)
      case .statement(.pipeline(let pipeline)), .statement(.variable(_, _, let pipeline, _)):
        // A block at its end folds by itself.
        if pipeline.stages.count > 1 { fold(part.span, keepsLastLine: false) }
      case .text(let text): fold(text.span, keepsLastLine: false)
      default: break
      }
      return true
    }
    for comments in document.commentRuns { fold(comments, kind: "comment", keepsLastLine: false) }
    let ordered = lines.sorted { ($0.start, -$0.end) < ($1.start, -$1.end) }
    return .array(
      ordered.map { lines in
        var members: [JSONValue.Member] = [
          JSONValue.Member("startLine", .integer(Int64(lines.start))),
          JSONValue.Member("endLine", .integer(Int64(lines.end))),
        ]
        if let kind = lines.kind { members.append(JSONValue.Member("kind", .string(kind))) }
        return .object(members)
      })
  }

  private struct FoldedLines: Hashable {
    let start: Int
    let end: Int
    let kind: String?
  }

  // MARK: Selections

  func selectionRanges(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let document = try document(parameters)
    guard !document.isDocument else { return .null }
    guard let positions = parameters["positions"]?.array else { throw .invalidParameters("`positions` is missing") }
    var answers: [JSONValue] = []
    for position in positions {
      guard let offset = document.source.offset(position, encoding) else {
        throw .invalidParameters("a position is not a line and a character")
      }
      var spans = [Span(0, Int32(clamping: document.source.bytes.count))]
      for span in document.index.tree.parts(around: offset).map(\.span) where spans.last != span { spans.append(span) }
      if let name = document.index.reference(at: offset)?.span, spans.last != name { spans.append(name) }
      var answer: JSONValue?
      for span in spans {
        var members = [JSONValue.Member("range", document.source.range(span, encoding))]
        if let answer { members.append(JSONValue.Member("parent", answer)) }
        answer = .object(members)
      }
      answers.append(answer ?? .null)
    }
    return .array(answers)
  }

  // MARK: Links

  func documentLinks(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let document = try document(parameters)
    guard !document.isDocument else { return .null }
    var links: [JSONValue] = []
    func add(_ path: String, _ span: Span) {
      links.append([
        "range": document.source.range(span, encoding),
        "target": .string(DocumentURI.uri(of: DocumentURI.normalized(path))),
      ])
    }
    for case .use(let path, _, _) in document.index.tree.statements {
      guard let module = try? loadModule(path.text, document.source) else { continue }
      add(module.name, path.span)
    }
    for call in document.index.calls(of: search) {
      for argument in call.arguments where argument.completer == .file {
        guard let (text, span) = argument.constant, !text.isEmpty else { continue }
        let path = document.place(of: text)
        if FileStatus(path)?.kind == .regular { add(path, span) }
      }
    }
    return .array(links)
  }

  // MARK: Layout

  func rangeFormatting(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let (document, chosenSpan) = try stretch(parameters)
    guard !document.isDocument else { return .null }
    let source = document.source
    let span = source.wholeLines(chosenSpan)
    guard case .formatted(let text) = Formatter.format(source) else { return .null }
    let formatted = SyntaxTree.parse(Source(name: source.name, text: text)).tree
    // The layout changes no structure, so the statements of both texts pair off.
    var pairs = Array(zip(document.index.tree.statements, formatted.statements))
    var chosen = pairs.filter { $0.0.span.start < max(span.end, span.start + 1) && span.start < $0.0.span.end }
    while chosen.count == 1, let (old, new) = chosen.first {
      let inner = zip(old.blocks, new.blocks).first { $0.0.span.start < span.start && span.end <= $0.0.span.end }
      guard let (before, after) = inner else { break }
      pairs = Array(zip(before.statements, after.statements))
      let narrower = pairs.filter { $0.0.span.start < max(span.end, span.start + 1) && span.start < $0.0.span.end }
      if narrower.isEmpty { break }
      chosen = narrower
    }
    guard let first = chosen.first, let last = chosen.last else { return [] }
    let old = Span(source.startOfText(at: first.0.span.start), last.0.span.end)
    let new = Span(formatted.source.startOfText(at: first.1.span.start), last.1.span.end)
    let replacement = formatted.source.text(new)
    if source.text(old) == replacement { return [] }
    return [["range": source.range(old, encoding), "newText": .string(replacement)]]
  }
}

extension OpenDocument {
  /// A path as the text writes it, beside the file. A script that runs looks from where it was started, which nobody knows here.
  func place(of written: String) -> String {
    if written.hasPrefix("/") { return written }
    let folder = FileSystem.folder(of: path) ?? "."
    return "\(folder)/\(written)"
  }

  /// Comments on lines one below the other, as one stretch each.
  var commentRuns: [Span] {
    var runs: [Span] = []
    var lastLine = -1
    for comment in index.tree.comments {
      let line = source.position(of: comment.start).line
      // A comment behind something belongs to it.
      guard source.isFirst(comment.start) else { continue }
      if line == lastLine + 1, let run = runs.last {
        runs[runs.count - 1] = run.to(comment)
      } else {
        runs.append(comment)
      }
      lastLine = line
    }
    return runs
  }
}

extension Source {
  /// The start of the line of an offset if only blanks stand between them; otherwise the offset.
  fileprivate func startOfText(at offset: Int32) -> Int32 { isFirst(offset) ? lineStart(offset) : offset }

  fileprivate func isFirst(_ offset: Int32) -> Bool {
    bytes[Int(lineStart(offset))..<min(Int(offset), bytes.count)].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  /// A span from the start of its first line to the end of its last one.
  fileprivate func wholeLines(_ span: Span) -> Span {
    var end = Int(span.end)
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    return Span(lineStart(span.start), Int32(end))
  }

  private func lineStart(_ offset: Int32) -> Int32 { lineStarts[position(of: offset).line - 1] }
}

extension Statement {
  /// The blocks directly in it, those of arguments too.
  fileprivate var blocks: [Block] {
    var found: [Block] = []
    func look(_ part: SyntaxPart) {
      switch part {
      case .block(let block): found.append(block)
      case .blockLiteral(let literal): found.append(literal.block)
      default: part.forEachChild(look)
      }
    }
    SyntaxPart.statement(self).forEachChild(look)
    return found
  }
}
