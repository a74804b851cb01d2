import AcrCore
import AcrText

extension Value {
  /// The value as YAML in block style, each line with its end: names in their order, lists as deep as what they belong
  /// to, texts in quotes only where they would be read as something else. What YAML 1.1 readers take for a number, bool or
  /// time counts, since most readers are of that version.
  /// - Throws: ``AcrError`` for a secret, which is never written.
  public func yaml() throws(AcrError) -> String { try yaml(nil) }

  /// The same, with steps and memory counted.
  func yaml(_ meter: Meter?) throws(AcrError) -> String {
    let place = meter?.place
    defer { if let place { meter?.release(place) } }
    let lines = try yamlLines(meter)
    try meter?.take(4 * lines.reduce(0) { $0 + $1.utf8.count + 1 })
    return lines.map { $0 + "\n" }.joined()
  }

  /// The line for each item of a list, so that rows can be written as they come.
  /// - Throws: ``AcrError`` for a secret.
  public func yamlItem() throws(AcrError) -> String {
    var text = ""
    for (index, line) in try yamlLines().enumerated() { text += (index == 0 ? "- " : "  ") + line + "\n" }
    return text
  }

  private func yamlLines(_ meter: Meter? = nil) throws(AcrError) -> [String] {
    let lines = try yamlBlock(meter)
    if let meter {
      try meter.step(lines.count)
      // Each level makes the lines of those below it anew.
      if meter.isCounting {
        try meter.take(lines.reduce(0) { $0 + HeapSize.text($1) + 2 * MemoryLayout<String>.stride })
      }
    }
    return lines
  }

  private func yamlBlock(_ meter: Meter?) throws(AcrError) -> [String] {
    switch self {
    case .list(let items) where !items.isEmpty:
      var lines: [String] = []
      for item in items {
        for (index, line) in try item.yamlLines(meter).enumerated() { lines.append((index == 0 ? "- " : "  ") + line) }
      }
      return lines
    case .record(let record) where !record.values.isEmpty:
      var lines: [String] = []
      for (name, value) in zip(record.shape.names, record.values) {
        if case .secret = value { throw Value.secretRefused("field `\(name)`") }
        let key = YAMLText.scalar(name) + ":"
        let inner = try value.yamlLines(meter)
        switch value {
        case .list(let items) where !items.isEmpty: lines += [key] + inner
        case .record(let record) where !record.values.isEmpty: lines += [key] + inner.map { "  " + $0 }
        default: lines.append("\(key) \(inner[0])")
        }
      }
      return lines
    case .string(let text): return [YAMLText.scalar(text)]
    case .duration, .datetime: return [YAMLText.scalar(text ?? "")]
    case .number(let number) where !number.isFinite: return ["null"]
    default: return [try json()]
    }
  }
}

/// Texts of YAML.
private enum YAMLText {
  /// A text as it is where that says the same, else in single quotes, and with escapes where it has control characters.
  static func scalar(_ text: String) -> String {
    if text.unicodeScalars.contains(where: needsEscape) { return escaped(text) }
    return isPlain(text) ? text : "'\(text.replacing("'", with: "''"))'"
  }

  private static func needsEscape(_ scalar: UnicodeScalar) -> Bool {
    TerminalText.isUnsafe(scalar)
  }

  private static func escaped(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where needsEscape(scalar):
        let digits = String(scalar.value, radix: 16)
        let width = digits.count > 4 ? 8 : 4
        result += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.last != UInt8(ascii: " ") else { return false }
    if Array(" -?:,[]{}#&*!|>'\"%@`=<~".utf8).contains(first), !startsWithDashedWord(text) { return false }
    if text.contains(": ") || text.hasSuffix(":") || text.contains(" #") || text.hasPrefix("...") { return false }
    return !words.contains(text.lowercased()) && !isNumber(text) && !isTime(text)
  }

  /// `-x` is a text, `- x` an item, `---` the start of a document.
  private static func startsWithDashedWord(_ text: String) -> Bool {
    guard text.hasPrefix("-"), let second = text.utf8.dropFirst().first else { return false }
    return second != UInt8(ascii: " ") && second != UInt8(ascii: "-")
  }

  /// What YAML 1.1 reads as null or a bool.
  private static let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]

  /// Whole and broken numbers, with `_` between digits, in hexadecimal and octal, and `1:30` (base 60).
  private static func isNumber(_ text: String) -> Bool {
    var rest = text.lowercased()[...]
    if rest.hasPrefix("-") || rest.hasPrefix("+") { rest.removeFirst() }
    if [".inf", ".nan"].contains(rest) || rest.hasPrefix("0x") || rest.hasPrefix("0b") || rest.hasPrefix("0o") {
      return true
    }
    guard rest.utf8.contains(where: { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return false }
    var dots = 0
    var previous: Character = " "
    for (index, character) in rest.enumerated() {
      switch character {
      case "0"..."9", "_": break
      case ":" where index > 0: break
      case ".": dots += 1
      case "e" where index > 0 && !rest.prefix(index).contains("e"): break
      case "+", "-": if previous != "e" { return false }
      default: return false
      }
      previous = character
    }
    return dots <= 1
  }

  /// `2024-05-01`, and a time behind it.
  private static func isTime(_ text: String) -> Bool {
    let digits = text.utf8.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    return digits.count == 4 && text.utf8.dropFirst(4).first == UInt8(ascii: "-")
  }
}
