import AcrCore
import AcrLanguage

/// Where names are used, and giving them other names.
extension LanguageServer {
  /// The search over all known texts.
  var search: SymbolSearch {
    SymbolSearch(workspace: workspace, catalog: catalog) { path, importer in try? self.loadModule(path, importer) }
  }

  /// What the name at a position stands for, and its reference.
  private func subject(
    _ parameters: JSONValue
  ) throws(ResponseError) -> (document: OpenDocument, reference: SymbolIndex.Reference, subject: Subject)? {
    let (document, offset) = try place(parameters)
    guard !document.isDocument, let reference = document.index.reference(at: offset),
      let subject = search.subject(of: reference, in: document.index, at: offset)
    else { return nil }
    return (document, reference, subject)
  }

  func references(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    guard let (_, _, subject) = try subject(parameters) else { return .null }
    let isDeclarationWanted = parameters["context"]?["includeDeclaration"]?.bool ?? true
    let found = search.occurrences(of: subject).filter { isDeclarationWanted || !$0.isDeclaration }
    return .array(found.map { location($0.source, $0.span) })
  }

  func documentHighlights(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    guard let (document, _, subject) = try subject(parameters) else { return .null }
    let here = search.occurrences(of: subject).filter { $0.source === document.source }
    // DocumentHighlightKind: 2 read, 3 write.
    return .array(
      here.map { ["range": document.source.range($0.span, encoding), "kind": .integer($0.isWrite ? 3 : 2)] })
  }

  // MARK: Rename

  func prepareRename(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    guard let (document, reference, subject) = try subject(parameters) else { return .null }
    let (_, offset) = try place(parameters)
    try refuseForeign(subject)
    let here = search.occurrences(of: subject).first {
      $0.source === document.source && Int($0.span.start) <= offset && offset <= Int($0.span.end)
        || $0.source === document.source && reference.span.start <= $0.span.start && $0.span.end <= reference.span.end
    }
    guard let here else { return .null }
    return [
      "range": document.source.range(here.span, encoding), "placeholder": .string(document.source.text(here.span)),
    ]
  }

  private func refuseForeign(_ subject: Subject) throws(ResponseError) {
    switch subject {
    case .command(let name): throw .failed("`\(name)` is a command of acrsh and keeps its name")
    case .function(let name): throw .failed("`\(name)` is a function of acrsh and keeps its name")
    case .module(let path, let number):
      guard let index = workspace.index(at: path), case .module(let written) = index.symbols[number].kind,
        index.symbols[number].name != written
      else { throw .failed("the module has no name here: `use \"…\" as NAME` gives it one") }
    case .variable, .parameter, .definition: break
    }
  }

  func rename(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    guard let name = parameters["newName"]?.string else { throw .invalidParameters("`newName` is missing") }
    guard let (_, _, subject) = try subject(parameters) else {
      throw .failed("there is nothing here that has a name of its own")
    }
    try refuseForeign(subject)
    let plain = String(name.drop { $0 == "$" || $0 == "-" })
    try refuseInvalid(plain, for: subject)
    let occurrences = search.occurrences(of: subject)
    var edits: [(source: Source, edits: [Fix.Edit])] = []
    var places: [ObjectIdentifier: Int] = [:]
    var changed: Set<ChangedPlace> = []
    for occurrence in occurrences {
      let source = ObjectIdentifier(occurrence.source)
      guard changed.insert(ChangedPlace(source: source, span: occurrence.span)).inserted else { continue }
      let text = occurrence.isFlag ? String(plain.map { $0 == "_" ? "-" : $0 }) : Self.written(plain, for: subject)
      let edit = Fix.Edit(occurrence.span, text)
      if let index = places[source] {
        edits[index].edits.append(edit)
      } else {
        places[source] = edits.count
        edits.append((occurrence.source, [edit]))
      }
    }
    for (source, changes) in edits { try refuseConflict(plain, subject, source, changes) }
    return workspaceEdit(edits)
  }

  private struct ChangedPlace: Hashable {
    let source: ObjectIdentifier
    let span: Span
  }

  /// A variable has `_` where its flag has `-`.
  private static func written(_ name: String, for subject: Subject) -> String {
    switch subject {
    case .variable, .parameter: String(name.map { $0 == "-" ? "_" : $0 })
    case .definition, .module, .command, .function: name
    }
  }

  private func refuseInvalid(_ name: String, for subject: Subject) throws(ResponseError) {
    let bytes = Array(name.utf8)
    let isName = bytes.first.map { StatementScanner.isNameByte($0) && !(0x30...0x39).contains($0) } ?? false
    let takesDashes: Bool =
      switch subject {
      case .definition, .parameter: true
      case .variable, .module, .command, .function: false
      }
    let isWhole = bytes.allSatisfy { StatementScanner.isNameByte($0) || (takesDashes && $0 == UInt8(ascii: "-")) }
    guard isName, isWhole, bytes.last != UInt8(ascii: "-"), !name.contains("--") else {
      throw .failed("`\(name)` is not a name: it has letters, digits and `_`, and starts with a letter")
    }
    switch subject {
    case .variable, .parameter:
      if ["it", "env"].contains(name) { throw .failed("`\(name)` has a meaning of its own") }
    case .definition:
      let reserved = LanguageWords.statements.union(LanguageWords.stages).union(LanguageWords.constants)
      if reserved.union(LanguageWords.operators).contains(name) { throw .failed("`\(name)` is a word of the language") }
    case .module, .command, .function: break
    }
  }

  /// Refuses a name that would come to mean something else in a text, or take the meaning of what is called so already.
  private func refuseConflict(
    _ name: String, _ subject: Subject, _ source: Source, _ edits: [Fix.Edit]
  ) throws(ResponseError) {
    guard let before = workspace.index(at: source.name) else { return }
    let after = SymbolIndex(Source(name: source.name, bytes: source.applying(edits)))
    guard before.symbols.count == after.symbols.count, before.references.count == after.references.count else {
      throw .failed("`\(name)` would change what this text means")
    }
    // A new name moves no declaration before another one, so symbols and references keep their order.
    for (old, new) in zip(before.references, after.references) {
      switch (old.target, new.target) {
      case (.symbol(let one), .symbol(let other)):
        guard one == other else { throw .failed("`\(name)` is already the name of something else here") }
      case (.symbol, _), (_, .symbol): throw .failed("`\(name)` would change what this text means")
      default: break
      }
    }
    guard case .definition = subject else { return }
    let isTaken =
      before.definitions[name] != nil
      || before.references.contains { reference in
        switch reference.target {
        case .command(let words, let position): position == 0 && words[0] == name
        case .function(let called): called == name
        case .symbol, .flag: false
        }
      }
    if isTaken { throw .failed("`\(name)` already means something else in `\(source.name)`") }
  }

  /// Changes to texts as the client takes them.
  func workspaceEdit(_ changes: [(source: Source, edits: [Fix.Edit])]) -> JSONValue {
    func uri(_ source: Source) -> String {
      workspace.document(at: source.name)?.uri ?? DocumentURI.uri(of: DocumentURI.normalized(source.name))
    }
    func edits(_ change: (source: Source, edits: [Fix.Edit])) -> JSONValue {
      .array(
        change.edits.sorted { $0.span.start < $1.span.start }.map {
          ["range": change.source.range($0.span, encoding), "newText": .string($0.text)]
        })
    }
    guard client.takesDocumentChanges else {
      return ["changes": .object(changes.map { JSONValue.Member(uri($0.source), edits($0)) })]
    }
    let documents: [JSONValue] = changes.map { change in
      let version = workspace.document(at: change.source.name)?.version
      return [
        "textDocument": ["uri": .string(uri(change.source)), "version": version.map { .integer($0) } ?? .null],
        "edits": edits(change),
      ]
    }
    return ["documentChanges": .array(documents)]
  }

  // MARK: Workspace symbols

  /// The `def`s, variables and modules of all scripts whose names hold the letters of the query in their order.
  func workspaceSymbols(_ parameters: JSONValue) -> JSONValue {
    let query = Array((parameters["query"]?.string ?? "").lowercased().unicodeScalars)
    var found: [JSONValue] = []
    for path in workspace.paths {
      guard let index = workspace.index(at: path) else { continue }
      let top = index.namesAtTop
      for symbol in index.symbols {
        let kind: Int64
        switch symbol.kind {
        case .definition: kind = 12
        case .module: kind = 2
        case .variable, .parameter:
          // What is inside a `def` is of no use elsewhere.
          guard top.contains(symbol.nameSpan) else { continue }
          kind = 13
        }
        guard Self.holds(query, in: symbol.name) else { continue }
        found.append([
          "name": .string(symbol.name), "kind": .integer(kind),
          "location": location(index.tree.source, symbol.nameSpan),
        ])
        if found.count >= 1000 { return .array(found) }
      }
    }
    return .array(found)
  }

  private static func holds(_ letters: [Unicode.Scalar], in name: String) -> Bool {
    var rest = letters[...]
    for scalar in name.lowercased().unicodeScalars where scalar == rest.first { rest = rest.dropFirst() }
    return rest.isEmpty
  }
}

extension SymbolIndex {
  /// Where the variables and parameters of the top level are declared.
  var namesAtTop: Set<Span> {
    Set(
      tree.statements.flatMap { statement -> [Span] in
        switch statement {
        case .param(let parameter, _): [parameter.name.span]
        case .variable(let pattern, _, _, _): pattern.names.map(\.span)
        default: []
        }
      })
  }
}
