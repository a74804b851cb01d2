import AcrSystem
import AcrText
import CEditline

/// What Tab has listed below the line; Tab again at the same place makes a menu of it.
struct Listing {
  let before: String
  let after: String
}

extension LibeditEditor {
  /// Tab: inserts what all candidates have in common; where that is nothing, lists them, and then lets one choose.
  func completeWord() -> UInt8 {
    let (before, after) = line()
    let isListed = listing.map { $0.before == before && $0.after == after } ?? false
    listing = nil
    guard let complete else { return UInt8(CC_ERROR) }
    let completion = complete(CompletionRequest.Text(pending: pending, before: before, after: after))
    note = completion.note
    guard let insertion = completion.insertion else { return UInt8(CC_ERROR) }
    let start = completion.replacement.lowerBound
    let replaced = String(decoding: before.utf8.dropFirst(start), as: UTF8.self)
    var text = insertion
    if let only = completion.onlyCandidate, only.isFinal, !after.hasPrefix(" ") { text += " " }
    // Candidates that only contain what was typed have nothing to put in its place.
    if completion.candidates.count > 1, !WordQuoting(insertion).value.hasPrefix(WordQuoting(replaced).value) {
      text = replaced
    }
    guard text != replaced else {
      guard completion.candidates.count > 1 else { return UInt8(CC_ERROR) }
      listing = Listing(before: before, after: after)
      if isListed, hasPaste { return chooseCandidate(completion, replacing: replaced, after: after) }
      let size = screenSize()
      let list = CompletionList(completion.candidates, columns: size.columns, rows: size.rows)
      return show(below: list.text(isColored: options.isColored), after: after)
    }
    el_deletestr(handle, Int32(clamping: replaced.unicodeScalars.count))
    guard el_insertstr(handle, text) == 0 else { return UInt8(CC_ERROR) }
    return completion.candidates.count > 1 ? UInt8(CC_REFRESH_BEEP) : UInt8(CC_REFRESH)
  }

  /// `?`: help for the command at the cursor; in a text, a word or an expression only a character.
  func explainLine() -> UInt8 {
    let (before, after) = line()
    guard after.isEmpty, let explain,
      let text = explain(CompletionRequest.Text(pending: pending, before: before, after: after))
    else { return el_insertstr(handle, "?") == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR) }
    return show(below: TerminalText(text), after: after)
  }

  /// Shows lines below the one that is edited, which then goes on below them.
  private func show(below text: TerminalText, after: String) -> UInt8 {
    let distance = Int32(clamping: after.unicodeScalars.count)
    el_cursor(handle, distance)
    list = (text, distance)
    return UInt8(CC_REFRESH)
  }
}
