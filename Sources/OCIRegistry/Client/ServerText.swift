import AcrCore

/// Makes text that a server sent fit to be shown: one line, no control characters, no signed addresses, not too long.
package enum ServerText {
  /// The text on one line, at most `limit` characters long. Addresses lose their queries, which may hold signatures.
  /// - Parameter sent: the secrets of the request, which the server may have repeated.
  package static func cleaned(
    _ text: String, limit: Int = 200, without sent: SentSecrets = SentSecrets([])
  ) -> String {
    let text = sent.redacted(String(text.prefix(limit * 20)))
    var words: [String] = []
    var length = 0
    for word in text.split(whereSeparator: { $0.isWhitespace || $0.isControl }) {
      guard length <= limit else { break }
      words.append(word.filter { !$0.isControl })
      length += words[words.count - 1].count + 1
    }
    let line = SentSecrets.withoutTokens(words.joined(separator: " "))
    return line.count <= limit ? line : "\(line.prefix(limit))…"
  }

  /// The text of a web page or XML document without its tags, scripts and style sheets.
  static func cleanedPage(_ page: String, without sent: SentSecrets = SentSecrets([])) -> String {
    var text = ""
    var rest = page.prefix(64 << 10)
    while let open = rest.firstIndex(of: "<") {
      text += rest[..<open] + " "
      rest = rest[open...]
      let hidden = ["script", "style"].first { rest.dropFirst().lowercasedHasPrefix($0) }
      if let hidden { rest = rest.dropToEnd(of: "</\(hidden)") }
      guard let close = rest.firstIndex(of: ">") else { return cleaned(text, without: sent) }
      rest = rest[rest.index(after: close)...]
    }
    return cleaned(text + rest, without: sent)
  }

  /// True for an answer meant for a browser, going by its type or its first word.
  static func isWebPage(contentType: String?, bytes: [UInt8]) -> Bool {
    if let contentType, contentType.lowercased().hasPrefix("text/html") { return true }
    let start = String(decoding: bytes.drop(while: \.isSpace).prefix(15), as: UTF8.self).lowercased()
    return start.hasPrefix("<html") || start.hasPrefix("<!doctype html")
  }
}

extension Character {
  fileprivate var isControl: Bool {
    unicodeScalars.contains { $0.properties.generalCategory == .control || $0.properties.generalCategory == .format }
  }
}

extension UInt8 {
  fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}

extension Substring {
  fileprivate func lowercasedHasPrefix(_ prefix: String) -> Bool { self.prefix(prefix.count).lowercased() == prefix }

  /// What stands behind the first occurrence of an ASCII text in lower case; nothing when it does not occur.
  fileprivate func dropToEnd(of text: String) -> Substring {
    var rest = self
    while !rest.isEmpty, !rest.lowercasedHasPrefix(text) { rest = rest.dropFirst() }
    return rest
  }
}
