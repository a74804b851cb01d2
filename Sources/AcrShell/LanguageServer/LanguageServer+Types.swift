import AcrCore
import AcrLanguage

/// What the check knows of values.
extension LanguageServer {
  /// The types of variables that a text does not tell at once.
  func typeHints(_ document: OpenDocument, _ span: Span) -> [JSONValue] { [] }
}
