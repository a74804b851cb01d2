import AcrLanguage

/// One value of a document, with its place.
public struct DocumentNode: Sendable {
  /// What a value is.
  public indirect enum Content: Sendable {
    /// Keys and values in their order. Keys are texts and occur once.
    case mapping([Entry])
    /// A list.
    case list([DocumentNode])
    /// A text, a number, a truth value or nothing, as it is written. One in quotes is always a text.
    case scalar(String, isQuoted: Bool)
  }

  /// A key and its value.
  public struct Entry: Sendable {
    /// The key.
    public var key: String
    /// Where the key stands.
    public var keySpan: Span
    /// The value.
    public var value: DocumentNode
  }

  /// What it is.
  public var content: Content
  /// Where it stands; the opening of a mapping or a list that goes over several lines.
  public var span: Span

  /// True for what is empty, `~` or `null`.
  public var isNull: Bool {
    guard case .scalar(let text, isQuoted: false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// What a message calls it: "a list", "the text `x`".
  var kind: String {
    switch content {
    case .mapping: return "a mapping"
    case .list: return "a list"
    case .scalar(let text, let isQuoted):
      if isNull { return "nothing" }
      let shown = text.count > 40 ? "\(text.prefix(40))…" : text
      return isQuoted || (Double(text) == nil && !["true", "false"].contains(text))
        ? "the text `\(shown)`" : "`\(shown)`"
    }
  }
}
