import AcrCore
import AcrLanguage

/// Answers to what an editor asks about a text.
extension LanguageServer {
  // MARK: Hover

  func hover(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let (document, offset) = try place(parameters)
    if document.isDocument { return documentHover(document, offset) }
    guard let reference = document.index.reference(at: offset), let text = explanation(reference, in: document) else {
      return .null
    }
    return [
      "contents": ["kind": "markdown", "value": .string(text)],
      "range": document.source.range(reference.span, encoding),
    ]
  }

  private func explanation(_ reference: SymbolIndex.Reference, in document: OpenDocument) -> String? {
    let help = HelpText(catalog: catalog)
    switch reference.target {
    case .symbol(let index):
      return explanation(document.index.symbols[index], in: document.source)
        + (shape(of: index, in: document).map { explanation($0) } ?? "")
    case .command(let words, let position):
      if position == 0, let found = definition(named: words[0], in: document) {
        return explanation(found.symbol, in: found.source)
      }
      guard let (signature, length) = command(words), position < length else { return nil }
      return Self.code(help.command(signature), language: "text")
    case .flag(let written, let words):
      if let found = definition(named: words[0], in: document), case .definition(let definition) = found.symbol.kind {
        return flag(written, of: definition.signature)
      }
      return command(words).flatMap { flag(written, of: $0.signature) }
    case .function(let name):
      if let found = definition(named: name, in: document) { return explanation(found.symbol, in: found.source) }
      return catalog.function(named: name).map { Self.code(help.function($0), language: "text") }
    }
  }

  private func explanation(_ symbol: SymbolIndex.Symbol, in source: Source) -> String {
    var head: String
    if case .definition(let definition) = symbol.kind {
      head = source.text(Span(definition.span.start, definition.body.span.start))
    } else {
      head = source.text(symbol.span)
      if case .parameter = symbol.kind { head = "param \(head)" }
    }
    // One line says what it is; the rest is a jump away.
    if case .variable = symbol.kind { head = String(head.prefix { $0 != "\n" && $0 != "\r\n" }) }
    while head.last?.isWhitespace ?? false { head.removeLast() }
    return Self.code(head, language: "acr") + (symbol.documentation.isEmpty ? "" : "\n\(symbol.documentation)")
  }

  private func flag(_ written: String, of signature: Signature) -> String? {
    let flag = signature.allFlags.first { "--\($0.name)" == written || $0.short.map { "-\($0)" } == written }
    guard let flag else { return nil }
    let type = flag.type.map { " \($0.placeholder)" } ?? ""
    return Self.code("--\(flag.name)\(type)", language: "text") + "\n\(flag.help)"
  }

  static func code(_ text: String, language: String) -> String {
    "```\(language)\n\(text)\(text.hasSuffix("\n") ? "" : "\n")```\n"
  }

  /// The command whose name takes the most of these words, and how many.
  private func command(_ words: [String]) -> (signature: Signature, length: Int)? {
    for length in stride(from: words.count, to: 0, by: -1) {
      let name = words.prefix(length).joined(separator: " ")
      if let signature = catalog.command(named: name) { return (signature, length) }
    }
    return catalog.command(ofCmdlet: words[0]).map { ($0, 1) }
  }

  // MARK: Definition

  func definition(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let (document, offset) = try place(parameters)
    guard !document.isDocument, let reference = document.index.reference(at: offset) else { return .null }
    switch reference.target {
    case .symbol(let index):
      let symbol = document.index.symbols[index]
      if case .module(let path) = symbol.kind {
        return search.module(path, of: document.source).map { location($0.index.tree.source, Span(0, 0)) } ?? .null
      }
      return location(document.source, symbol.nameSpan)
    case .command(let words, let position):
      guard position == 0 else { return .null }
      return definition(named: words[0], in: document).map { location($0.source, $0.symbol.nameSpan) } ?? .null
    case .function(let name):
      return definition(named: name, in: document).map { location($0.source, $0.symbol.nameSpan) } ?? .null
    case .flag(let written, let words):
      guard let found = definition(named: words[0], in: document), case .definition(let definition) = found.symbol.kind
      else { return .null }
      let parameter = definition.parameters.first { "--\($0.name.text)" == written }
      return parameter.map { location(found.source, $0.name.span) } ?? .null
    }
  }

  /// The `def` of a name: of this text, or `module.name`, or of a module that was loaded without a name.
  func definition(
    named name: String, in document: OpenDocument
  ) -> (symbol: SymbolIndex.Symbol, source: Source)? {
    guard let found = search.definition(named: name, in: document.index),
      let number = found.index.definitions[found.name]
    else { return nil }
    return (found.index.symbols[number], found.index.tree.source)
  }

  // MARK: Completion

  func completion(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let (document, offset) = try place(parameters)
    if document.isDocument { return documentCompletion(document, offset) }
    let source = document.source
    let start = Int(source.lineStarts[source.position(of: Int32(offset)).line - 1])
    let end = source.bytes[offset...].firstIndex(of: 0x0A) ?? source.bytes.count
    let text = CompletionRequest.Text(
      // What stands above the statement may be unfinished, too.
      pending: String(
        decoding: source.bytes[min(document.statementStart(before: offset), start)..<start], as: UTF8.self),
      before: String(decoding: source.bytes[start..<offset], as: UTF8.self),
      after: String(decoding: source.bytes[offset..<end], as: UTF8.self))
    let definitions = definitions(knownTo: document)
    let request = CompletionRequest(
      text,
      catalog: Catalog(
        commands: definitions + catalog.commands, functions: definitions.map(\.asFunction) + catalog.functions),
      variables: document.index.symbols.filter { if case .definition = $0.kind { false } else { true } }.map(\.name),
      columns: columns(in: document, before: offset))
    let folder = document.path.lastIndex(of: "/").map { String(document.path[...$0]) } ?? ""
    // Registries are not asked: typing in an editor must not send requests.
    let found = request.completion { query in
      guard case .files(let typed) = query else { return [] }
      let path = typed.hasPrefix("/") || typed.hasPrefix("~") ? typed : folder + typed
      return FileNames.list(folder: path).map { LiveValue($0) }
    }
    let range = source.range(
      Span(Int32(start + found.replacement.lowerBound), Int32(start + found.replacement.upperBound)), encoding)
    return .array(found.candidates.map { item($0, range) })
  }

  /// The `def`s that a text can call, by the names it calls them by.
  private func definitions(knownTo document: OpenDocument) -> [Signature] {
    func signatures(_ index: SymbolIndex, prefix: String) -> [Signature] {
      index.symbols.compactMap { symbol in
        guard case .definition(let definition) = symbol.kind else { return nil }
        var signature = definition.signature
        signature.name = prefix + signature.name
        return signature
      }
    }
    var found = signatures(document.index, prefix: "")
    for (alias, path) in document.index.modules {
      guard let module = search.module(path, of: document.source) else { continue }
      found += signatures(module.index, prefix: alias.map { "\($0)." } ?? "")
    }
    return found
  }

  /// The fields of the variables that stand in a statement that is being written.
  private func columns(in document: OpenDocument, before offset: Int) -> @Sendable (RowSource) -> [String] {
    var known: [RowSource: [String]] = [:]
    let start = document.statementStart(before: offset)
    let text = String(decoding: document.source.bytes[start..<offset], as: UTF8.self)
    for part in text.split(whereSeparator: { !($0.isLetter || $0.isNumber || "_.$?[]".contains($0)) }) {
      var steps = part.split(separator: ".").map { String($0.prefix { $0 != "?" && $0 != "[" }) }
      guard let first = steps.first else { continue }
      steps.removeFirst()
      let name = first.hasPrefix("$") ? String(first.dropFirst()) : first
      for length in 0...steps.count {
        let path = Array(steps.prefix(length))
        known[.variable(name, path: path)] = fields(of: name, path: path, before: offset, in: document)
      }
    }
    return { [known] in known[$0] ?? [] }
  }

  private func item(_ candidate: Completion.Candidate, _ range: JSONValue) -> JSONValue {
    // CompletionItemKind: 6 variable, 5 field (a flag), 3 function, 12 value.
    let kind: Int64 =
      if candidate.display.hasPrefix("$") { 6 } else if candidate.text.hasPrefix("-") { 5 } else if candidate.isFinal {
        12
      } else { 3 }
    return [
      "label": .string(candidate.display), "kind": .integer(kind), "detail": .string(candidate.description),
      "filterText": .string(candidate.text),
      "textEdit": ["range": range, "newText": .string(candidate.text)],
    ]
  }

  // MARK: Formatting and symbols

  func formatting(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let document = try document(parameters)
    guard !document.isDocument else { return .null }
    // A text that does not parse has its diagnostics already.
    guard case .formatted(let text) = Formatter.format(document.source) else { return .null }
    if Array(text.utf8) == document.source.bytes { return [] }
    let whole = Span(0, Int32(clamping: document.source.bytes.count))
    return [["range": document.source.range(whole, encoding), "newText": .string(text)]]
  }

  func documentSymbols(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let document = try document(parameters)
    guard !document.isDocument else { return [] }
    return .array(document.index.tree.statements.flatMap { outline($0, document.source) })
  }

  /// SymbolKind: 2 module, 12 function, 13 variable.
  private func outline(_ statement: Statement, _ source: Source) -> [JSONValue] {
    switch statement {
    case .param(let parameter, let span):
      [entry(parameter.name.text, 13, "param", span, parameter.name.span, source)]
    case .variable(let pattern, let isMutable, _, let span):
      pattern.names.map { entry($0.text, 13, isMutable ? "var" : "let", span, $0.span, source) }
    case .definition(let definition):
      [
        entry(
          definition.name.text, 12, "def", definition.span, definition.name.span, source,
          children: definition.parameters.map { entry($0.name.text, 13, "parameter", $0.span, $0.name.span, source) })
      ]
    case .use(let path, let alias, let span):
      [entry(alias?.text ?? path.text, 2, path.text, span, (alias ?? path).span, source)]
    default: []
    }
  }

  private func entry(
    _ name: String, _ kind: Int64, _ detail: String, _ span: Span, _ nameSpan: Span, _ source: Source,
    children: [JSONValue] = []
  ) -> JSONValue {
    // An empty name is not allowed.
    [
      "name": .string(name.isEmpty ? "?" : name), "kind": .integer(kind), "detail": .string(detail),
      "range": source.range(span, encoding), "selectionRange": source.range(nameSpan, encoding),
      "children": .array(children),
    ]
  }
}

extension Signature {
  /// A `def` as it is called in expressions.
  var asFunction: FunctionSignature {
    let required = positionals.filter { $0.isRequired && !$0.isRest }.count
    let most = positionals.last?.isRest == true ? Int.max : positionals.count
    return FunctionSignature(
      name, required...max(required, most), positionals.map(\.name).joined(separator: ", "), summary: summary)
  }
}
