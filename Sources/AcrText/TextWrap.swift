/// Breaks text into lines of so many columns of a terminal.
public enum TextWrap {
  /// The lines of a text. Lines break at spaces, which are left out there; a longer word breaks behind `/ : @ , - = &`, or
  /// anywhere.
  /// - Parameters:
  ///   - width: the columns of a line, at least 1.
  ///   - breaksWords: false to leave words whole that are longer than a line.
  public static func lines(_ text: String, to width: Int, breaksWords: Bool = true) -> [String] {
    let width = max(1, width)
    guard DisplayWidth.of(text) > width else { return [text] }
    var lines: [String] = []
    var line = ""
    var used = 0
    // Spaces in front belong to the first word.
    let start = text.firstIndex { $0 != " " } ?? text.endIndex
    var words = text[start...].split(separator: " ", omittingEmptySubsequences: false)
    if let first = words.first { words[0] = text[..<first.endIndex] }
    for word in words {
      let columns = DisplayWidth.of(word)
      let space = line.isEmpty ? 0 : 1
      if used + space + columns <= width {
        line += space == 1 ? " \(word)" : String(word)
        used += space + columns
        continue
      }
      if !breaksWords {
        if !line.isEmpty { lines.append(line) }
        line = String(word)
        used = columns
        continue
      }
      // A long word starts behind the ones before it where a good part of it fits there.
      var rest = word
      if !line.isEmpty {
        let piece = used + space < width / 2 ? prefix(of: rest, width - used - space, onlyAtMarks: true) : ""
        lines.append(piece.isEmpty ? line : "\(line) \(piece)")
        rest = rest.dropFirst(piece.count)
      }
      while DisplayWidth.of(rest) > width {
        let piece = prefix(of: rest, width, onlyAtMarks: false)
        lines.append(String(piece))
        rest = rest.dropFirst(piece.count)
      }
      line = String(rest)
      used = DisplayWidth.of(rest)
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }

  /// The part of a word that fits, up to a good place to break.
  private static func prefix(of word: Substring, _ width: Int, onlyAtMarks: Bool) -> Substring {
    var used = 0
    var end = word.startIndex
    var mark: Substring.Index?
    for index in word.indices {
      used += DisplayWidth.of(word[index])
      if used > width { break }
      end = word.index(after: index)
      if "/:@,-=&".contains(word[index]) { mark = end }
    }
    if let mark { return word[..<mark] }
    if onlyAtMarks { return "" }
    // A character that is wider than the line still takes one.
    return end == word.startIndex ? word.prefix(1) : word[..<end]
  }
}
