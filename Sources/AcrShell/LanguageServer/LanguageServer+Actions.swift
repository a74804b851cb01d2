import AcrCore
import AcrLanguage

/// The cures that diagnostics name, as edits.
extension LanguageServer {
  func codeActions(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let (document, span) = try stretch(parameters)
    let wanted = parameters["context"]?["only"]?.array?.compactMap(\.string)
    func isWanted(_ kind: String) -> Bool {
      // A kind stands for those below it: `source` for `source.fixAll`.
      wanted?.contains { kind == $0 || kind.hasPrefix($0 + ".") || $0.isEmpty } ?? true
    }
    let found = diagnostics(of: document)
    var actions: [JSONValue] = []
    if isWanted("quickfix") {
      for diagnostic in found where diagnostic.source === document.source {
        guard let place = diagnostic.span, place.start <= span.end, span.start <= place.end else { continue }
        for (index, fix) in diagnostic.fixes.enumerated() {
          var members: [JSONValue.Member] = [
            JSONValue.Member("title", .string(fix.title)), JSONValue.Member("kind", "quickfix"),
            JSONValue.Member("diagnostics", [json(diagnostic, in: document)]),
            JSONValue.Member("edit", workspaceEdit([(document.source, fix.edits)])),
          ]
          if index == 0, fix.isSure { members.append(JSONValue.Member("isPreferred", true)) }
          actions.append(.object(members))
        }
      }
    }
    if isWanted("source.fixAll"), let all = fixAll(found, in: document) { actions.append(all) }
    return .array(actions)
  }

  /// Everything that can be put right without asking; nil for nothing.
  private func fixAll(_ found: [Diagnostic], in document: OpenDocument) -> JSONValue? {
    var edits: [Fix.Edit] = []
    for diagnostic in found where diagnostic.source === document.source {
      guard let fix = diagnostic.fixes.first, fix.isSure else { continue }
      // Two cures of one place exclude each other.
      let isFree = fix.edits.allSatisfy { edit in
        edits.allSatisfy { other in
          other.span != edit.span && (other.span.end <= edit.span.start || edit.span.end <= other.span.start)
        }
      }
      if isFree { edits += fix.edits }
    }
    guard !edits.isEmpty else { return nil }
    return [
      "title": "Put right everything that is certain", "kind": "source.fixAll",
      "edit": workspaceEdit([(document.source, edits)]),
    ]
  }
}
