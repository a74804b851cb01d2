import AcrCore

/// Text that came from outside, made fit for an error: one line, not too long, no secrets.
enum ErrorText {
  /// The first sentence or line of a server's or program's text.
  /// - Parameter secrets: what was sent and may come back in the text.
  static func cleaned(_ text: String, without secrets: [Secret] = [], limit: Int = 200) -> String {
    // Whatever is this short occurs in ordinary words, and is no secret worth the name.
    var text = text
    for secret in secrets where secret.reveal().utf8.count >= 4 { text = text.replacing(secret.reveal(), with: "…") }
    let words = text.prefix(limit * 20).split { $0.isWhitespace || $0.isControl }.map(withoutToken)
    let line = words.joined(separator: " ")
    return line.count <= limit ? line : "\(line.prefix(limit))…"
  }

  /// JWTs start with the base64 of `{"`.
  private static func withoutToken(_ word: Substring) -> String {
    guard let start = word.firstRange(of: "eyJ"), word[start.lowerBound...].count > 20 else {
      return String(word.filter { !$0.isControl })
    }
    return "\(word[..<start.lowerBound].filter { !$0.isControl })…"
  }
}

extension Character {
  fileprivate var isControl: Bool {
    unicodeScalars.contains { $0.properties.generalCategory == .control || $0.properties.generalCategory == .format }
  }
}
