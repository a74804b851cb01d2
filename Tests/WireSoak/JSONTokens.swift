/// Where the values of a JSON text are, so that one can be replaced by something that no JSON library would write.
struct JSONTokens {
  /// One value with its place.
  struct Token {
    enum Kind { case object, array, string, number, word }
    let kind: Kind
    let range: Range<Int>
    /// The whole member `"name": value` where the value is in an object.
    let member: Range<Int>?
    /// The name of the nearest member around it.
    let name: String
    /// True for an item of a list.
    let isItem: Bool
  }

  let bytes: [UInt8]
  private(set) var tokens: [Token] = []
  private var position = 0

  /// - Returns: nil for a text that is no JSON.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    guard value(from: nil, name: "", isItem: false) else { return nil }
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
  }

  private mutating func value(from member: Int?, name: String, isItem: Bool) -> Bool {
    skipSpace()
    guard position < bytes.count else { return false }
    let start = position
    let place = tokens.count
    let kind: Token.Kind
    switch bytes[position] {
    case UInt8(ascii: "{"):
      kind = .object
      position += 1
      skipSpace()
      while position < bytes.count, bytes[position] != UInt8(ascii: "}") {
        let begin = position
        guard skipString() else { return false }
        let key = String(decoding: bytes[(begin + 1)..<(position - 1)], as: UTF8.self)
        skipSpace()
        position += 1
        guard value(from: begin, name: key, isItem: false) else { return false }
        skipSeparator()
      }
      position += 1
    case UInt8(ascii: "["):
      kind = .array
      position += 1
      skipSpace()
      while position < bytes.count, bytes[position] != UInt8(ascii: "]") {
        guard value(from: nil, name: name, isItem: true) else { return false }
        skipSeparator()
      }
      position += 1
    case UInt8(ascii: "\""):
      kind = .string
      guard skipString() else { return false }
    default:
      kind = [0x74, 0x66, 0x6E].contains(bytes[position]) ? .word : .number
      while position < bytes.count, !",]} \n\r\t".utf8.contains(bytes[position]) { position += 1 }
      if position == start { return false }
    }
    guard position <= bytes.count else { return false }
    let token = Token(
      kind: kind, range: start..<position, member: member.map { $0..<position }, name: name, isItem: isItem)
    tokens.insert(token, at: place)
    return true
  }

  private mutating func skipSeparator() {
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: ",") { position += 1 }
    skipSpace()
  }

  private mutating func skipString() -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return false }
    position += 1
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\\") {
        position += 2
      } else if bytes[position] == UInt8(ascii: "\"") {
        position += 1
        return true
      } else {
        position += 1
      }
    }
    return false
  }

  /// The text with one place replaced.
  func replacing(_ range: Range<Int>, with text: [UInt8]) -> [UInt8] {
    Array(bytes[..<range.lowerBound]) + text + Array(bytes[range.upperBound...])
  }
}

/// Changes one value of a JSON document.
enum JSONLie {
  static let numbers = [
    "0", "-1", "-0", "1", "2147483647", "2147483648", "4294967296", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "18446744073709551615", "1e308", "-1e308", "1e309", "1.5", "1e-400", "0.1e1", "NaN", "+1",
    "01",
    "1e99999999999999999999", "99999999999999999999999999999999999999999",
  ]

  /// Texts that a terminal, a path, a URL or a parser may take for something else.
  static let texts = [
    "", " ", "\\u0000", "\\u001b[31mred\\u001b[0m", "\\u009b31m", "\\u202eevil\\u202c", "\\ud800", "\\udc00\\ud800",
    "\\r\\nX-A: b",
    "../../../../etc/passwd", "sha256:0", "sha256:\\u001b[2J",
    "sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "sha512:00", "md5:d41d8cd98f00b204e9800998ecf8427e", "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v1+json", "text/html",
    "9999-12-31T23:59:59.999999999Z", "2262-04-11T23:47:16.9Z", "0000-00-00T00:00:00Z", "-1-01-01T00:00:00Z",
    "2026-01-02T03:04:05+99:99", "9223372036854775807", "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "-rf", "$(reboot)", "%00%0a", "🏳️‍🌈", "Succeeded", "Failed", "Running", "null",
  ]

  /// The text with one change; nil where there is nothing to change.
  static func change(_ bytes: [UInt8], digests: [String], _ random: inout SeededGenerator) -> [UInt8]? {
    guard let json = JSONTokens(bytes), !json.tokens.isEmpty else { return nil }
    let numbersOnly = json.tokens.filter { $0.kind == .number }
    let token =
      random.chance(30) && !numbersOnly.isEmpty ? random.pick(numbersOnly) : random.pick(json.tokens)
    let text = Array(bytes[token.range])
    switch random.below(16) {
    case 0...3: return json.replacing(token.range, with: Array(random.pick(numbers).utf8))
    case 4, 5: return json.replacing(token.range, with: Array("\"\(random.pick(texts))\"".utf8))
    case 6: return json.replacing(token.range, with: Array("null".utf8))
    case 7:
      return json.replacing(token.range, with: Array(random.pick(["[]", "{}", "true", "false", "\"\"", ""]).utf8))
    case 8:
      guard token.kind == .string, text.starts(with: Array("\"sha256:".utf8)), !digests.isEmpty else {
        return json.replacing(token.range, with: Array("\"\(random.pick(texts))\"".utf8))
      }
      return json.replacing(token.range, with: Array("\"\(random.pick(digests))\"".utf8))
    case 9:
      // The member twice, the second time with another value.
      guard let member = token.member else { return twice(json, token, times: 1) }
      let name = Array(bytes[member.lowerBound..<token.range.lowerBound])
      return json.replacing(member, with: Array(bytes[member]) + [0x2C] + name + Array(random.pick(numbers).utf8))
    case 10: return twice(json, token, times: random.pick([1, 3, 40, 2000]))
    case 11:
      // Away with it, and with its comma.
      let range = token.member ?? token.range
      var end = range.upperBound
      while end < bytes.count, bytes[end] == 0x20 { end += 1 }
      if end < bytes.count, bytes[end] == 0x2C { return json.replacing(range.lowerBound..<(end + 1), with: []) }
      return json.replacing(range, with: [])
    case 12:
      let depth = random.pick([10, 600, 50_000])
      return json.replacing(
        token.range,
        with: [UInt8](repeating: 0x5B, count: depth) + text + [UInt8](repeating: 0x5D, count: depth))
    case 13:
      let long = [UInt8](repeating: 0x61, count: random.pick([300, 5000, 300_000]))
      return json.replacing(token.range, with: [0x22] + long + [0x22])
    case 14:
      let count = random.pick([100, 20_000])
      let members = (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
      return json.replacing(token.range, with: Array("{\(members)}".utf8))
    default: return bytes + Array(random.pick([" ", "{}", "\u{0}", "]", ",", "\u{FEFF}"]).utf8)
    }
  }

  private static func twice(_ json: JSONTokens, _ token: JSONTokens.Token, times: Int) -> [UInt8] {
    let range = token.isItem ? token.range : token.member ?? token.range
    let text = Array(json.bytes[range])
    var many = text
    for _ in 0..<times { many += [0x2C] + text }
    return json.replacing(range, with: many)
  }
}
