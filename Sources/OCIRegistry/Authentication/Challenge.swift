/// One way of signing in that a server offers in `WWW-Authenticate` (RFC 9110, section 11.6.1).
package struct Challenge: Equatable, Sendable {
  /// The scheme in lower case: `basic`, `bearer`, or one this client does not know.
  package let scheme: String
  /// The parameters by their names in lower case.
  package let parameters: [String: String]

  /// Where tokens are given out (Bearer), or what is protected (Basic).
  var realm: String? { parameters["realm"] }
  /// The name by which the token server knows the registry.
  var service: String? { parameters["service"] }
  /// What the request needed, divided by spaces. Some registries (registry.redhat.io) leave it out.
  var scopes: [String] { parameters["scope"]?.split(separator: " ").map(String.init) ?? [] }

  /// Reads the challenges of all `WWW-Authenticate` headers of an answer. A header may hold several challenges, and the
  /// comma that divides challenges also divides parameters, so a word counts as a scheme when no `=` follows it.
  /// What cannot be understood is skipped: another challenge may still be usable.
  package static func parse(_ headers: some Sequence<String>) -> [Challenge] {
    headers.flatMap { header in
      var parser = ChallengeParser(header)
      return parser.challenges()
    }
  }
}

private struct ChallengeParser {
  private var rest: Substring

  init(_ header: String) { rest = header[...] }

  mutating func challenges() -> [Challenge] {
    var found: [Challenge] = []
    var scheme: String?
    var parameters: [String: String] = [:]
    func finish() {
      if let scheme { found.append(Challenge(scheme: scheme, parameters: parameters)) }
    }
    while skipSeparators() {
      let word = takeWord()
      guard !word.isEmpty else {
        rest.removeFirst()
        continue
      }
      skipSpace()
      if rest.first == "=" {
        rest.removeFirst()
        skipSpace()
        let value = takeValue()
        // Of repeated names the first counts, so that nothing appended later can move the realm.
        if scheme != nil, parameters[word.lowercased()] == nil { parameters[word.lowercased()] = value }
      } else {
        finish()
        scheme = word.lowercased()
        parameters = [:]
      }
    }
    finish()
    return found
  }

  /// Skips white space and commas; false at the end.
  private mutating func skipSeparators() -> Bool {
    rest = rest.drop { $0 == "," || $0 == " " || $0 == "\t" }
    return !rest.isEmpty
  }

  private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\t" } }

  private mutating func takeWord() -> String {
    let word = rest.prefix { !" \t,=\"".contains($0) }
    rest = rest[word.endIndex...]
    return String(word)
  }

  /// A quoted string with its escapes resolved, or the text up to the next comma or space.
  private mutating func takeValue() -> String {
    guard rest.first == "\"" else {
      let value = rest.prefix { !" \t,".contains($0) }
      rest = rest[value.endIndex...]
      return String(value)
    }
    rest.removeFirst()
    var value = ""
    while let character = rest.popFirst() {
      if character == "\"" { break }
      if character == "\\", let escaped = rest.popFirst() {
        value.append(escaped)
      } else {
        value.append(character)
      }
    }
    return value
  }
}
