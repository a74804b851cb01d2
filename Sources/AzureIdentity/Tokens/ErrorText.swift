import AcrCore

/// Text that came from outside, made fit for an error: one line, not too long, no secrets.
enum ErrorText {
  /// The first sentence or line of a server's or program's text.
  /// - Parameter secrets: what was sent and may come back in the text.
  static func cleaned(_ text: String, without secrets: [Secret] = [], limit: Int = 200) -> String {
    let text = SentSecrets(secrets).redacted(String(text.prefix(limit * 20)))
    let words = text.split { $0.isWhitespace || $0.isControl }.map { $0.filter { !$0.isControl } }
    let line = SentSecrets.withoutTokens(words.joined(separator: " "))
    return line.count <= limit ? line : "\(line.prefix(limit))…"
  }
}

extension Character {
  fileprivate var isControl: Bool {
    unicodeScalars.contains { $0.properties.generalCategory == .control || $0.properties.generalCategory == .format }
  }
}
