/// The secrets that went to a server with a request. What the server answers may repeat them, so its texts are freed of them,
/// and of whatever else looks like a secret, before anything of them is shown or written down.
public struct SentSecrets: Sendable, Hashable {
  private let secrets: [Secret]

  /// Secrets of any kind: tokens, passwords, form values.
  public init(_ secrets: [Secret]) {
    // Whatever is this short occurs in ordinary words, and is no secret worth the name. The longest first: one may be a
    // part of another.
    self.secrets = secrets.filter { $0.reveal().utf8.count >= 4 }.sorted {
      $0.reveal().utf8.count > $1.reveal().utf8.count
    }
  }

  /// The value of an `Authorization` field, with what can be read out of it.
  public init(authorization: Secret?, _ others: [Secret] = []) {
    let words = (authorization?.reveal() ?? "").split(separator: " ", maxSplits: 1)
    var found = others
    if let authorization { found.append(authorization) }
    if words.count == 2 {
      found.append(Secret(String(words[1])))
      if words[0].lowercased() == "basic", let bytes = Base64.decode(String(words[1])),
        let colon = bytes.firstIndex(of: 0x3A)
      {
        found.append(Secret(String(decoding: bytes, as: UTF8.self)))
        found.append(Secret(String(decoding: bytes[(colon + 1)...], as: UTF8.self)))
      }
    }
    self.init(found)
  }

  /// True where a text repeats one of the secrets, as it is or percent-encoded.
  public func occur(in text: String) -> Bool { redacted(text) != text }

  /// A server's text without the secrets, and without what else looks like one.
  public func redacted(_ text: String) -> String { SentSecrets.withoutTokens(withoutSecrets(text)) }

  /// A server's text without the secrets, and else as it was: for texts that are looked at before they are shown.
  public func withoutSecrets(_ text: String) -> String {
    var text = text
    for secret in secrets {
      let plain = secret.reveal()
      text = text.replacing(plain, with: "…")
      let encoded = SentSecrets.percentEncoded(plain)
      if encoded != plain {
        text = text.replacing(encoded, with: "…")
        text = text.replacing(encoded.replacing("%20", with: "+"), with: "…")
      }
    }
    return text
  }

  /// A text without what looks like a secret whoever sent it: JSON Web Tokens, what follows `Bearer` and `Basic`, the
  /// queries of addresses, and values that are called token, password, secret or signature.
  public static func withoutTokens(_ text: String) -> String {
    guard text.utf8.contains(where: { "=?:".utf8.contains($0) }) || text.contains("eyJ") || mayHoldScheme(text) else {
      return text
    }
    var words: [Substring] = []
    var isSecret = false
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let bare = word.filter { $0.isLetter }.lowercased()
      words.append(isSecret && mayBeToken(word) ? "…" : shown(word))
      isSecret = bare.hasSuffix("bearer") || bare.hasSuffix("basic")
    }
    return words.joined(separator: " ")
  }

  /// True for a word that stands behind a scheme and is none of a language.
  private static func mayBeToken(_ word: Substring) -> Bool {
    word.count >= 8 && word.contains { $0.isNumber || "=+/_".contains($0) }
  }

  private static func mayHoldScheme(_ text: String) -> Bool {
    let lower = text.lowercased()
    return lower.contains("bearer") || lower.contains("basic")
  }

  private static let names = [
    "token", "password", "passwd", "pwd", "secret", "signature", "sig", "assertion", "authorization", "credential",
    "apikey", "api_key", "sharedaccesskey", "accountkey",
  ]

  private static func shown(_ word: Substring) -> Substring {
    if let token = word.firstRange(of: "eyJ"), word[token.lowerBound...].count > 20 {
      return word[..<token.lowerBound] + "…"
    }
    if let query = word.firstIndex(of: "?"), word[query...].contains("=") { return word[...query] + "…" }
    guard let mark = word.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return word }
    let name = word[..<mark].lowercased().filter { $0.isLetter || $0 == "_" }
    let value = word[word.index(after: mark)...]
    guard value.count >= 4, names.contains(where: name.hasSuffix) else { return word }
    return word[...mark] + "…"
  }

  private static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
      default: encoded += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }
}
