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

  /// The values that begin with the word; where there are none, those that have it inside, or its letters in order. When one of them needs quotes all get them, so that what they have in common is
  /// still a beginning of each.
  /// - Parameter shownFrom: a beginning that lists leave out.
  func candidates(_ values: [Item], shownFrom: String = "") -> [Completion.Candidate] {
    // A variable at the beginning of the word stays one.
    let verbatim = quote != "'" && shownFrom.contains("$") ? shownFrom : ""
    // What would steer the terminal, or cannot be seen, is not put into the line.
    let fitting = fitting(values.filter { TerminalText.visible($0.text) == $0.text }, shownFrom)
    let mark =
      quote
      ?? (fitting.contains { $0.text.dropFirst(verbatim.count).contains(where: Self.special.contains) } ? "\"" : nil)
    return fitting.map { item in
      let display = String(item.text.dropFirst(shownFrom.count))
      var text = item.text
      if let mark {
        let rest = text.dropFirst(verbatim.count)
        let inner =
          verbatim + (mark == "'" ? String(rest) : rest.map { "\\\"$".contains($0) ? "\\\($0)" : String($0) }.joined())
        text = "\(mark)\(inner)\(item.isFinal ? String(mark) : "")"
      }
      return Completion.Candidate(text, display: display, description: item.description, isFinal: item.isFinal)
    }
  }

  private func fitting(_ values: [Item], _ lead: String) -> [Item] {
    let beginning = values.filter { $0.text.utf8.starts(with: value.utf8) }
    guard beginning.isEmpty, value.utf8.starts(with: lead.utf8), value.utf8.count > lead.utf8.count else {
      return beginning
    }
    let typed = String(value.dropFirst(lead.count))
    let matches = values.map { NameMatch.of(String($0.text.dropFirst(lead.count)), typed: typed) }
    guard let best = matches.compactMap({ $0 }).min() else { return [] }
    return zip(values, matches).filter { $0.1 == best }.map(\.0)
  }
}
