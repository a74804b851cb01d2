import AcrText

/// Secrets that are known by sight, wherever they stand: signatures of addresses, tokens behind `Bearer` and `Basic`, passwords
/// in addresses, JSON Web Tokens, keys of connection strings.
enum SecretPatterns {
  /// What stands before a value that is secret, in lower case.
  private static let marks = [
    "sig=", "signature=", "password=", "passwd=", "pwd=", "client_secret=", "access_token=", "refresh_token=",
    "accountkey=", "sharedaccesskey=", "bearer ", "basic ",
  ].map { Array($0.utf8) }

  /// Where such values stand.
  static func spans(in bytes: [UInt8]) -> [Span] {
    var spans: [Span] = []
    var index = 0
    while index < bytes.count {
      if let end = secretEnd(bytes, at: index) {
        spans.append(Span(Int32(clamping: end.start), Int32(clamping: end.end)))
        index = max(end.end, index + 1)
      } else {
        index += 1
      }
    }
    return spans
  }

  private static func secretEnd(_ bytes: [UInt8], at index: Int) -> (start: Int, end: Int)? {
    switch bytes[index] | 0x20 {
    case UInt8(ascii: "s"), UInt8(ascii: "p"), UInt8(ascii: "c"), UInt8(ascii: "a"), UInt8(ascii: "r"),
      UInt8(ascii: "b"):
      // `--password=x` and `?sig=x`, but no middle of a word such as `design=x`.
      if index > 0, Byte.isNamePart(bytes[index - 1]) { return nil }
      guard let mark = marks.first(where: { matches($0, bytes, index) }) else { return nil }
      let start = index + mark.count
      guard start < bytes.count, !"$({\"' ".utf8.contains(bytes[start]) else { return nil }
      let end = valueEnd(bytes, start)
      // Words of a sentence about basic things are no credentials.
      let isScheme = mark.last == Byte.space
      guard end > start, !isScheme || end - start >= 8 && bytes[start..<end].contains(where: mayBeEncoded) else {
        return nil
      }
      return (start, end)
    case UInt8(ascii: "e"):
      guard bytes.count - index > 20, bytes[index...].starts(with: "eyJ".utf8) else { return nil }
      if index > 0, Byte.isNamePart(bytes[index - 1]) { return nil }
      var end = index
      while end < bytes.count, Byte.isNamePart(bytes[end]) || bytes[end] == Byte.minus || bytes[end] == Byte.dot {
        end += 1
      }
      return end - index > 20 ? (index, end) : nil
    case Byte.colon | 0x20: return addressPassword(bytes, at: index)
    default: return nil
    }
  }

  /// The password of `https://user:password@host`.
  private static func addressPassword(_ bytes: [UInt8], at index: Int) -> (start: Int, end: Int)? {
    guard bytes[index] == Byte.colon, bytes[index...].starts(with: "://".utf8) else { return nil }
    var colon: Int?
    var position = index + 3
    while position < bytes.count, !Byte.endsWord(bytes[position]), bytes[position] != Byte.slash {
      if bytes[position] == UInt8(ascii: "@") {
        guard let colon, colon + 1 < position else { return nil }
        return (colon + 1, position)
      }
      if bytes[position] == Byte.colon, colon == nil { colon = position }
      position += 1
    }
    return nil
  }

  private static func matches(_ mark: [UInt8], _ bytes: [UInt8], _ index: Int) -> Bool {
    guard index + mark.count <= bytes.count else { return false }
    for offset in 0..<mark.count {
      let byte = bytes[index + offset]
      let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      if lower != mark[offset] { return false }
    }
    return true
  }

  private static func valueEnd(_ bytes: [UInt8], _ start: Int) -> Int {
    var end = start
    while end < bytes.count, !Byte.endsWord(bytes[end]), bytes[end] != Byte.dollar { end += 1 }
    return end
  }

  private static func mayBeEncoded(_ byte: UInt8) -> Bool {
    Byte.isDigit(byte) || "=+/_.".utf8.contains(byte)
  }
}

/// Secrets found by words alone, in a text that does not parse: what stands behind a flag that some command takes a secret
/// with, or whose name sounds like it.
struct SecretWords {
  private let flags: Set<String>
  /// Parameters of cmdlets, in lower case.
  private let parameters: Set<String>
  /// Flags that take no secret.
  private let others: Set<String>

  init(_ catalog: Catalog) {
    var flags: Set<String> = []
    var others: Set<String> = []
    var parameters: Set<String> = []
    for command in catalog.commands {
      for flag in command.allFlags {
        var names = ["--\(flag.name)"]
        if let short = flag.short { names.append("-\(short)") }
        names += flag.aliases.map { $0.utf8.count == 1 ? "-\($0)" : "--\($0)" }
        if flag.type == .secret { flags.formUnion(names) } else { others.formUnion(names) }
      }
      for parameter in ((command.cmdlet.map { [$0] } ?? []) + command.moreCmdlets).flatMap(\.parameters) {
        guard case .flag(let name) = parameter.meaning,
          command.flags.contains(where: { $0.name == name && $0.type == .secret })
        else { continue }
        parameters.insert("-\(parameter.name.lowercased())")
      }
    }
    self.flags = flags
    self.parameters = parameters
    self.others = others
  }

  /// True for a flag that takes a secret, and for one that no command has.
  func isSuspect(_ word: Substring) -> Bool {
    let name = String(word)
    return flags.contains(name) || !others.contains(name)
  }

  /// True for a flag behind which a secret stands, as far as its name tells.
  func isSecret(_ word: Substring) -> Bool {
    let name = String(word)
    if flags.contains(name) || parameters.contains(name.lowercased()) { return true }
    guard !others.contains(name) else { return false }
    if SecretFinder.soundsSecret(name) { return true }
    let bare = String(name.drop { $0 == "-" })
    return bare.utf8.count >= 5
      && flags.contains { $0.utf8.count > 4 && Suggestion.isNear(bare, String($0.dropFirst(2))) }
  }

  /// Where the values of such flags stand.
  func spans(in bytes: [UInt8]) -> [Span] {
    var spans: [Span] = []
    var index = 0
    while index < bytes.count {
      let isAtStart = index == 0 || Byte.endsWord(bytes[index - 1])
      if isAtStart, Byte.isLetter(bytes[index]), let value = Self.assignedSecret(bytes, index) {
        spans.append(value)
        index = Int(value.end)
      }
      guard index < bytes.count, bytes[index] == Byte.minus, isAtStart else {
        index += 1
        continue
      }
      var end = index
      while end < bytes.count, bytes[end] != Byte.equals, !Byte.endsWord(bytes[end]) { end += 1 }
      guard isSecret(Substring(decoding: bytes[index..<end], as: UTF8.self)) else {
        index = max(end, index + 1)
        continue
      }
      let start = end < bytes.count && bytes[end] == Byte.equals ? end + 1 : Self.valueStart(bytes, end)
      index = max(Self.valueEnd(bytes, start), index + 1)
      if start < index { spans.append(Span(Int32(clamping: start), Int32(clamping: index))) }
    }
    return spans
  }

  /// The quoted text behind `NAME: secret =`, `password =` and `password:`.
  private static func assignedSecret(_ bytes: [UInt8], _ start: Int) -> Span? {
    var end = start
    func skipBlanks() { while end < bytes.count, Byte.isBlank(bytes[end]) { end += 1 } }
    func name() -> String {
      let start = end
      while end < bytes.count, Byte.isNamePart(bytes[end]) || bytes[end] == Byte.minus { end += 1 }
      return String(decoding: bytes[start..<end], as: UTF8.self)
    }
    var isSecret = SecretFinder.soundsSecret(name())
    skipBlanks()
    if end < bytes.count, bytes[end] == Byte.colon {
      end += 1
      skipBlanks()
      if name() == "secret" { isSecret = true }
      skipBlanks()
    }
    if end < bytes.count, bytes[end] == Byte.equals { end += 1 }
    skipBlanks()
    guard isSecret, end < bytes.count, [Byte.doubleQuote, Byte.singleQuote].contains(bytes[end]) else { return nil }
    return Span(Int32(clamping: end), Int32(clamping: valueEnd(bytes, end)))
  }

  /// The first byte of the value, behind blanks and continued lines; for `("x"`, the quote.
  private static func valueStart(_ bytes: [UInt8], _ end: Int) -> Int {
    var start = end
    while start < bytes.count {
      switch bytes[start] {
      case Byte.space, Byte.tab, Byte.carriageReturn, Byte.backslash: start += 1
      case Byte.newline where start > 0 && bytes[..<start].last(where: { !Byte.isBlank($0) }) == Byte.backslash:
        start += 1
      case Byte.openParenthesis:
        var next = start + 1
        while next < bytes.count, Byte.isBlank(bytes[next]) { next += 1 }
        return next < bytes.count && [Byte.doubleQuote, Byte.singleQuote].contains(bytes[next]) ? next : start
      default: return start
      }
    }
    return start
  }

  /// The end of a value; its start for a variable, a call, and where there is none.
  private static func valueEnd(_ bytes: [UInt8], _ start: Int) -> Int {
    guard start < bytes.count, bytes[start] != Byte.dollar else { return start }
    if bytes[start] == Byte.doubleQuote || bytes[start] == Byte.singleQuote {
      // A quote that is never closed hides the rest.
      return Parser.endOfString(bytes, start).map { $0 + 1 } ?? bytes.count
    }
    var end = start
    while end < bytes.count, !Byte.endsWord(bytes[end]) { end += 1 }
    return end
  }
}
