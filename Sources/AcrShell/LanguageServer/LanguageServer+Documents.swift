import AcrCore
import AcrLanguage

/// Open texts, and what the check finds in them.
extension LanguageServer {
  /// Takes in a notification; one that makes no sense has no effect, as nothing can be answered to it.
  func notify(_ method: String, _ parameters: JSONValue) throws(AcrError) {
    switch method {
    case "workspace/didChangeWorkspaceFolders":
      return changeFolders(parameters["event"] ?? .null)
    case "workspace/didChangeWatchedFiles": return workspace.forgetFiles()
    default: break
    }
    let text = parameters["textDocument"]
    guard let uri = text?["uri"]?.string else { return }
    switch method {
    case "textDocument/didOpen":
      guard let content = text?["text"]?.string else { return }
      let document = OpenDocument(uri: uri, version: text?["version"]?.integer, text: content)
      workspace.documents[uri] = document
      try publishDiagnostics(after: document)
    case "textDocument/didChange":
      guard let document = documents[uri], let changes = parameters["contentChanges"]?.array else { return }
      for change in changes { apply(change, to: document) }
      document.version = text?["version"]?.integer ?? document.version
      // While somebody types, only the last of several changes needs a check.
      if !isAboutToChange(uri) { try publishDiagnostics(after: document) }
    case "textDocument/didSave": workspace.forgetFiles()
    case "textDocument/didClose":
      guard workspace.documents.removeValue(forKey: uri) != nil else { return }
      workspace.forgetFiles()
      try send(notification: "textDocument/publishDiagnostics", ["uri": .string(uri), "diagnostics": []])
    default: break
    }
  }

  private func changeFolders(_ event: JSONValue) {
    func paths(_ name: String) -> [String] {
      event[name]?.array?.compactMap { $0["uri"]?.string.flatMap(DocumentURI.path(of:)) } ?? []
    }
    let removed = paths("removed")
    workspace.folders.removeAll { removed.contains($0) }
    workspace.folders += paths("added").filter { !workspace.folders.contains($0) }
    workspace.forgetFiles()
  }

  private func apply(_ change: JSONValue, to document: OpenDocument) {
    guard let text = change["text"]?.string else { return }
    guard let range = change["range"], !range.isNull else { return document.replace(with: Array(text.utf8)) }
    guard let span = document.source.span(range, encoding) else { return }
    document.replace(with: document.source.applying([Fix.Edit(span, text)]))
  }

  /// Checks a text, and the others that load modules: it may be one of them.
  private func publishDiagnostics(after changed: OpenDocument) throws(AcrError) {
    for document in documents.values.sorted(by: { $0.uri < $1.uri }) {
      if document !== changed {
        if document.isDocument || document.index.modules.isEmpty { continue }
        document.check = nil
      }
      var parameters: [JSONValue.Member] = [
        JSONValue.Member("uri", .string(document.uri)),
        JSONValue.Member("diagnostics", .array(diagnostics(of: document).map { json($0, in: document) })),
      ]
      if let version = document.version { parameters.append(JSONValue.Member("version", .integer(version))) }
      try send(notification: "textDocument/publishDiagnostics", .object(parameters))
    }
  }

  /// Everything that is wrong with a text.
  func diagnostics(of document: OpenDocument) -> [Diagnostic] {
    if document.isDocument { return documentProblems(document) }
    return check(document).diagnostics
  }

  /// What the check knows of a script.
  func check(_ document: OpenDocument) -> CheckResult {
    if let known = document.check { return known }
    let result = Checker.check(
      source: document.source, catalog: catalog, environment: environment, loader: loadModule)
    document.check = result
    return result
  }

  /// Reads a module; an open text counts before what is on the disk.
  func loadModule(_ path: String, _ importer: Source) throws -> Source {
    let source = try SourceFile.loadModule(path, importer)
    return workspace.document(at: source.name)?.source ?? source
  }

  func json(_ shown: Diagnostic, in document: OpenDocument) -> JSONValue {
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
    let span = (isHere ? diagnostic.span : firstUse(in: document)) ?? Span(0, 0)
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

  private func firstUse(in document: OpenDocument) -> Span? {
    document.index.tree.statements.first { if case .use = $0 { true } else { false } }?.span
  }

  /// A place in a text of this machine.
  func location(_ source: Source, _ span: Span) -> JSONValue {
    let open = workspace.document(at: source.name)
    return [
      "uri": .string(open?.uri ?? DocumentURI.uri(of: DocumentURI.normalized(source.name))),
      "range": source.range(span, encoding),
    ]
  }
}
