import AcrText

/// A word at the cursor with its opening quote, if it has one, and candidates quoted the same way.
struct WordQuoting {
  /// The text without quotes and escapes.
  let value: String
  private let quote: Character?

  /// Characters that end a bare word or mean something in it.
  private static let special: Set<Character> = [
    " ", "\t", "\\", "|", ";", "&", "(", ")", "[", "]", "{", "}", "<", ">", "\"", "'", "$", "#",
  ]

  /// Reads a word that need not be finished.
  init(_ raw: String) {
    quote = raw.first.flatMap { $0 == "\"" || $0 == "'" ? $0 : nil }
    guard let quote else {
      value = raw
      return
    }
    var text = ""
    var isEscaped = false
    for character in raw.dropFirst() {
      if isEscaped {
        text.append(character)
        isEscaped = false
      } else if quote == "\"", character == "\\" {
        isEscaped = true
      } else if character == quote {
        break
      } else {
        text.append(character)
      }
    }
    value = text
  }

  /// A value that could stand in the word's place.
  struct Item {
    /// The text without quotes.
    let text: String
    /// One line about it.
    let description: String
    /// Whether the word ends there.
    let isFinal: Bool

    init(_ text: String, description: String = "", isFinal: Bool = true) {
      self.text = text
      self.description = description
      self.isFinal = isFinal
    }
  }

  /// The values that begin with the word. When one of them needs quotes all get them, so that what they have in common is
  /// still a beginning of each.
  /// - Parameter shownFrom: a beginning that lists leave out.
  func candidates(_ values: [Item], shownFrom: String = "") -> [Completion.Candidate] {
    // What would steer the terminal, or cannot be seen, is not put into the line.
    let fitting = values.filter { $0.text.utf8.starts(with: value.utf8) && TerminalText.visible($0.text) == $0.text }
    let mark = quote ?? (fitting.contains { $0.text.contains(where: Self.special.contains) } ? "\"" : nil)
    return fitting.map { item in
      let display = String(item.text.dropFirst(shownFrom.count))
      var text = item.text
      if let mark {
        let inner = mark == "'" ? text : text.map { "\\\"$".contains($0) ? "\\\($0)" : String($0) }.joined()
        text = "\(mark)\(inner)\(item.isFinal ? String(mark) : "")"
      }
      return Completion.Candidate(text, display: display, description: item.description, isFinal: item.isFinal)
    }
  }
}
