import AcrSystem
import AcrText
import CEditline

/// What stands dim beside the line while the cursor is at its end: the rest of an earlier entry behind it, and a line below
/// that names what is missing. Drawn when the keyboard is quiet and taken away before libedit sees the next key, so libedit
/// knows nothing of it. Only relative movements are used, because a line feed in the last row scrolls.
extension LibeditEditor {
  /// Draws what there is to show. The cursor ends where it was.
  func drawHints() {
    guard hasPaste, heldBytes.isEmpty, !isKeyWaiting else { return }
    let (before, after) = line()
    guard after.isEmpty else { return }
    let below = note ?? advise?(CompletionRequest.Text(pending: pending, before: before, after: after)) ?? ""
    suggestion = suggestedRest(of: before)
    guard !suggestion.isEmpty || !below.isEmpty else { return }
    let width = screenSize().columns
    var layout = DisplayLayout(width: width)
    layout.advance(over: promptText + before)
    let room = width - 1 - layout.column
    var text = TerminalText()
    if !suggestion.isEmpty, room > 1 { text += dim(CompletionList.fitted(TerminalText.visible(suggestion), to: room)) }
    if !below.isEmpty {
      text += "\r\n\(dim(CompletionList.fitted(TerminalText.visible(below), to: width - 1)))\u{1B}[1A"
    }
    if layout.column > 0 { text += "\r\u{1B}[\(layout.column)C" } else { text += "\r" }
    FileDescriptor.put(text, on: output)
    hintsAreShown = true
  }

  /// Takes the hints away: nothing else stands behind or below the end of the line.
  func eraseHints() {
    guard hintsAreShown else { return }
    hintsAreShown = false
    FileDescriptor.put("\u{1B}[J", on: output)
  }

  /// True when a key has been pressed that has not been read yet.
  var isKeyWaiting: Bool { FileDescriptor.wait(forAnyOf: [input], milliseconds: 0)?[0] ?? false }

  private func dim(_ text: String) -> TerminalText {
    options.isColored ? "\u{1B}[2m\(text)\u{1B}[0m" : TerminalText(text)
  }

  /// The rest of the newest entry of one line that begins like this; only where colours tell it from what was typed.
  private func suggestedRest(of before: String) -> String {
    guard options.isColored, options.suggests, pending.isEmpty, before.contains(where: { $0 != " " }) else { return "" }
    let typed = Array(before.utf8)
    let found = entries.last { entry in
      entry.utf8.count > typed.count && entry.utf8.starts(with: typed) && !entry.utf8.contains(0x0A)
    }
    return found.map { String(decoding: $0.utf8.dropFirst(typed.count), as: UTF8.self) } ?? ""
  }

  // MARK: - Keys that take a suggestion

  /// →: the suggestion at the end of the line, one character elsewhere.
  func moveForward() -> UInt8 {
    if takesSuggestion(suggestion[...]) { return UInt8(CC_REFRESH) }
    guard !line().after.isEmpty else { return UInt8(CC_ERROR) }
    el_cursor(handle, 1)
    return UInt8(CC_CURSOR)
  }

  /// ^E and End: the end of the line, or of the whole statement where that has been reached; there the suggestion.
  func moveToEnd() -> UInt8 {
    if takesSuggestion(suggestion[...]) { return UInt8(CC_REFRESH) }
    let after = line().after
    let rest = after.prefix { $0 != "\n" }
    el_cursor(handle, Int32(clamping: (rest.isEmpty ? after[...] : rest).unicodeScalars.count))
    return UInt8(CC_CURSOR)
  }

  /// ^A and Home: the beginning of the line, or of the whole statement where that has been reached.
  func moveToBeginning() -> UInt8 {
    let before = line().before
    let part = before[(before.lastIndex(of: "\n").map(before.index(after:)) ?? before.startIndex)...]
    el_cursor(handle, -Int32(clamping: (part.isEmpty ? before[...] : part).unicodeScalars.count))
    return UInt8(CC_CURSOR)
  }

  /// Alt-→ and ^→: a word of the suggestion at the end of the line, and over a word elsewhere.
  func moveForwardByWord() -> UInt8 {
    let word = Self.firstWord(of: suggestion[...])
    if takesSuggestion(word) { return UInt8(CC_REFRESH) }
    let after = line().after
    guard !after.isEmpty else { return UInt8(CC_ERROR) }
    el_cursor(handle, Int32(clamping: Self.firstWord(of: after[...]).unicodeScalars.count))
    return UInt8(CC_CURSOR)
  }

  private static func firstWord(of text: Substring) -> Substring {
    let start = text.firstIndex { $0.isLetter || $0.isNumber } ?? text.endIndex
    let end = text[start...].firstIndex { !$0.isLetter && !$0.isNumber } ?? text.endIndex
    return text[..<end]
  }

  private func takesSuggestion(_ text: Substring) -> Bool {
    let (before, after) = line()
    // The line may have changed since the suggestion was drawn, by keys typed in a hurry.
    guard !text.isEmpty, after.isEmpty, suggestedRest(of: before) == suggestion else { return false }
    return el_insertstr(handle, String(text)) == 0
  }
}
