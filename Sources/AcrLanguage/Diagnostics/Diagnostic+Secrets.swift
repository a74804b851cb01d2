extension Diagnostic {
  /// The diagnostic without the secrets that its text spells out, in message, label, notes and help: many of these repeat a
  /// word of the text. Printers show this one.
  public var withoutSecrets: Diagnostic {
    guard let source, !source.secretSpans.isEmpty else { return self }
    var texts: Set<String> = []
    for span in source.secretSpans {
      let text = source.text(span)
      texts.insert(text)
      texts.insert(String(text.drop { "\"'".contains($0) }.reversed().drop { "\"'".contains($0) }.reversed()))
    }
    // The longest first: one may be a part of another.
    let ordered = texts.filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
    func hidden(_ text: String) -> String {
      ordered.reduce(text) { text, secret in
        // A short one occurs in ordinary words too, so it is hidden only where it is quoted.
        secret.utf8.count >= 6
          ? text.replacing(secret, with: Diagnostic.mask)
          : text.replacing("`\(secret)`", with: "`\(Diagnostic.mask)`")
            .replacing("=\(secret)`", with: "=\(Diagnostic.mask)`")
      }
    }
    var safe = self
    safe.message = hidden(message)
    safe.label = label.map(hidden)
    safe.notes = notes.map { Note($0.name, hidden($0.text)) }
    safe.help = help.map(hidden)
    return safe
  }

  /// What stands for a secret, whatever its length.
  static let mask = "•••"
}
