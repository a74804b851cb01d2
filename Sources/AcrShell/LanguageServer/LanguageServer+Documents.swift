import AcrCore
import AcrLanguage

/// Open texts, and what the check finds in them.
extension LanguageServer {
  /// Takes in a notification; one that makes no sense has no effect, as nothing can be answered to it.
  func notify(_ method: String, _ parameters: JSONValue) throws(AcrError) {
    let text = parameters["textDocument"]
    guard let uri = text?["uri"]?.string else { return }
    switch method {
    case "textDocument/didOpen":
      guard let content = text?["text"]?.string else { return }
      documents[uri] = OpenDocument(uri: uri, version: text?["version"]?.integer, text: content)
      try publishDiagnostics()
    case "textDocument/didChange":
      guard var document = documents[uri], let changes = parameters["contentChanges"]?.array else { return }
      for change in changes { apply(change, to: &document) }
      document.version = text?["version"]?.integer ?? document.version
      documents[uri] = document
      try publishDiagnostics()
    case "textDocument/didClose":
      guard documents.removeValue(forKey: uri) != nil else { return }
      try send(notification: "textDocument/publishDiagnostics", ["uri": .string(uri), "diagnostics": []])
    default: break
    }
  }

  private func apply(_ change: JSONValue, to document: inout OpenDocument) {
    guard let text = change["text"]?.string else { return }
    guard let range = change["range"], !range.isNull else { return document.replace(with: Array(text.utf8)) }
    guard let start = range["start"].flatMap({ document.source.offset($0, encoding) }),
      let end = range["end"].flatMap({ document.source.offset($0, encoding) })
    else { return }
    var bytes = document.source.bytes
    bytes.replaceSubrange(min(start, end)..<max(start, end), with: text.utf8)
    document.replace(with: bytes)
  }

  /// Checks every open text: one may be a module of another.
  private func publishDiagnostics() throws(AcrError) {
    for document in documents.values.sorted(by: { $0.uri < $1.uri }) {
      let result = Checker.check(
        source: document.source, catalog: catalog, environment: environment, loader: loadModule)
      var parameters: [JSONValue.Member] = [
        JSONValue.Member("uri", .string(document.uri)),
        JSONValue.Member("diagnostics", .array(result.diagnostics.map { json($0, in: document) })),
      ]
      if let version = document.version { parameters.append(JSONValue.Member("version", .integer(version))) }
      try send(notification: "textDocument/publishDiagnostics", .object(parameters))
    }
  }

  /// Reads a module; an open text counts before what is on the disk.
  func loadModule(_ path: String, _ importer: Source) throws -> Source {
    let source = try SourceFile.loadModule(path, importer)
    return documents.values.first { $0.path == source.name }?.source ?? source
  }

  private func json(_ shown: Diagnostic, in document: OpenDocument) -> JSONValue {
    let diagnostic = shown.withoutSecrets
    let severity: Int64 =
      switch diagnostic.severity {
      case .error: 1
      case .warning: 2
      case .note: 3
      }
    var message = diagnostic.message
    if let label = diagnostic.label, !label.isEmpty { message += "\n\(label)" }
    if let help = diagnostic.help { message += "\nhelp: \(help)" }
    let isHere = diagnostic.source === document.source
    // What is wrong in a module shows at the `use` that loads it.
    let modules = document.index.tree.statements.first { if case .use = $0 { true } else { false } }
    let span = (isHere ? diagnostic.span : modules?.span) ?? Span(0, 0)
    var members: [JSONValue.Member] = [
      JSONValue.Member("range", document.source.range(span, encoding)),
      JSONValue.Member("severity", .integer(severity)), JSONValue.Member("source", "acrsh"),
      JSONValue.Member("message", .string(message)),
    ]
    if !isHere, let source = diagnostic.source {
      let place = location(source, diagnostic.span ?? Span(0, 0))
      members.append(
        JSONValue.Member("relatedInformation", [["location": place, "message": .string(diagnostic.message)]]))
    }
    return .object(members)
  }

  /// A place in a text of this machine.
  func location(_ source: Source, _ span: Span) -> JSONValue {
    let open = documents.values.first { $0.path == source.name }
    return [
      "uri": .string(open?.uri ?? DocumentURI.uri(of: source.name)), "range": source.range(span, encoding),
    ]
  }
}
