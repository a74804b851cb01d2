import AcrCommands
import AcrCore
import AcrLanguage

/// Files of rules and policies: YAML whose keys are known.
extension LanguageServer {
  /// What is wrong with a document; nothing for a file that is none of acrsh's.
  func documentProblems(_ document: OpenDocument) -> [Diagnostic] {
    DocumentKind.isMeant(document.source) ? DocumentKind.problems(of: document.source) : []
  }

  func documentCompletion(_ document: OpenDocument, _ offset: Int) -> JSONValue {
    let cursor = DocumentCursor(document.source, at: offset)
    let candidates = DocumentKind.candidates(at: cursor, in: document.source)
    let range = document.source.range(cursor.word, encoding)
    return .array(
      candidates.map { candidate in
        // CompletionItemKind: 10 property, 12 value.
        [
          "label": .string(candidate.text), "kind": .integer(cursor.isValue ? 12 : 10),
          "detail": .string(candidate.type), "documentation": .string(candidate.help),
          "textEdit": ["range": range, "newText": .string(candidate.text + (cursor.isValue ? "" : ": "))],
        ]
      })
  }

  func documentHover(_ document: OpenDocument, _ offset: Int) -> JSONValue {
    guard let cursor = DocumentCursor(document.source, wordAt: offset),
      let key = DocumentKind.key(at: cursor, in: document.source)
    else { return .null }
    return [
      "contents": [
        "kind": "markdown", "value": .string(Self.code("\(key.text): \(key.type)", language: "yaml") + "\n\(key.help)"),
      ],
      "range": document.source.range(cursor.word, encoding),
    ]
  }
}
