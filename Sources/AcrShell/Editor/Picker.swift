import AcrText

/// A list below the line to choose from: the arrows move, what is typed filters. It knows neither keyboard nor screen.
struct Picker {
  /// One thing to choose.
  struct Item {
    /// What is searched and shown, on one line.
    let text: String
    /// One line about it; may be empty.
    let description: String

    init(_ text: String, description: String = "") {
      // Entries of several lines are shown on one.
      self.text = TerminalText.visible(text.replacing("\n", with: " ⏎ "))
      self.description = TerminalText.visible(description)
    }
  }

  /// What stands in front of what is typed.
  let title: String
  private let items: [Item]
  private(set) var query: String
  /// The places of the items that fit, the best first.
  private(set) var matches: [Int] = []
  private var place = 0
  /// The first row that is shown, where there are more than fit.
  private var top = 0

  /// - Parameter query: what has been typed already.
  init(title: String, items: [Item], query: String = "") {
    self.title = title
    self.items = items
    self.query = query
    filter()
  }

  /// The item that is chosen now; nil when none fits.
  var choice: Int? { matches.isEmpty ? nil : matches[place] }

  // MARK: Keys

  mutating func type(_ text: String) {
    query += text
    filter()
  }

  mutating func deleteCharacter() {
    guard !query.isEmpty else { return }
    query.removeLast()
    filter()
  }

  mutating func deleteWord() {
    while query.last == " " { query.removeLast() }
    while let last = query.last, last != " " { query.removeLast() }
    filter()
  }

  mutating func deleteAll() {
    query = ""
    filter()
  }

  /// Moves the choice down, or up for a negative number. A single step goes round at the ends.
  mutating func move(by count: Int) {
    guard !matches.isEmpty else { return }
    if abs(count) == 1 {
      place = (place + count + matches.count) % matches.count
    } else {
      place = min(max(0, place + count), matches.count - 1)
    }
  }

  private mutating func filter() {
    place = 0
    top = 0
    if query.isEmpty {
      matches = Array(items.indices)
      return
    }
    var found: [NameMatch: [Int]] = [:]
    for (index, item) in items.enumerated() {
      if let match = NameMatch.of(item.text, typed: query) { found[match, default: []].append(index) }
    }
    // Letters that are scattered over a long entry say little, as long as something fits better.
    let close = (found[.prefix] ?? []) + (found[.inside] ?? [])
    matches = close.isEmpty ? found[.scattered] ?? [] : close
  }

  // MARK: Drawing

  /// The lines to draw: what is typed, then at most `rows` items with the choice among them.
  mutating func lines(columns: Int, rows: Int, isColored: Bool) -> [TerminalText] {
    let rows = max(1, rows)
    top = min(max(top, place - rows + 1), place)
    let shown = matches.dropFirst(top).prefix(rows)
    let count = matches.isEmpty ? "nothing fits" : "\(place + 1) of \(matches.count)"
    var lines = [dim("\(CompletionList.fitted("\(title): \(query)", to: max(8, columns - 16)))   \(count)", isColored)]
    let width = min(shown.map { DisplayWidth.of(items[$0].text) }.max() ?? 0, max(20, columns / 2))
    for (offset, index) in shown.enumerated() {
      let item = items[index]
      let isChosen = top + offset == place
      let room = item.description.isEmpty ? columns - 3 : width
      var text = CompletionList.fitted(item.text, to: room)
      if !item.description.isEmpty {
        let padding = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)) + 2)
        text = CompletionList.fitted(text + padding + item.description, to: columns - 3)
      }
      lines.append(
        isChosen && isColored ? "> \u{1B}[7m\(text)\u{1B}[0m" : TerminalText(isChosen ? "> \(text)" : "  \(text)"))
    }
    return lines
  }

  private func dim(_ text: String, _ isColored: Bool) -> TerminalText {
    isColored ? "\u{1B}[2m\(text)\u{1B}[0m" : TerminalText(text)
  }
}
