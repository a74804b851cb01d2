import AcrSystem
import AcrText
import CEditline

/// Pages shown below the line, one at each Tab at the same place.
struct Listing {
  let before: String
  let after: String
  let pages: [TerminalText]
  var next = 0
}

extension LibeditEditor {
  /// Tab: inserts what all candidates have in common; where that is nothing, lists them, page by page.
  func completeWord() -> UInt8 {
    let (before, after) = line()
    if let listing, listing.before == before, listing.after == after, listing.pages.count > 1 { return showNextPage() }
    listing = nil
    guard let complete else { return UInt8(CC_ERROR) }
    let completion = complete(CompletionRequest.Text(pending: pending, before: before, after: after))
    note = completion.note
    guard let insertion = completion.insertion else { return UInt8(CC_ERROR) }
    let start = completion.replacement.lowerBound
    let replaced = String(decoding: before.utf8.dropFirst(start), as: UTF8.self)
    var text = insertion
    if let only = completion.onlyCandidate, only.isFinal, !after.hasPrefix(" ") { text += " " }
    guard text != replaced else {
      guard completion.candidates.count > 1 else { return UInt8(CC_ERROR) }
      let size = screenSize()
      let pages = CompletionList(completion.candidates, columns: size.columns, rows: size.rows)
        .pages(isColored: options.isColored)
      listing = Listing(before: before, after: after, pages: pages)
      return showNextPage()
    }
    el_deletestr(handle, Int32(clamping: replaced.unicodeScalars.count))
    guard el_insertstr(handle, text) == 0 else { return UInt8(CC_ERROR) }
    return completion.candidates.count > 1 ? UInt8(CC_REFRESH_BEEP) : UInt8(CC_REFRESH)
  }

  private func showNextPage() -> UInt8 {
    guard var listing else { return UInt8(CC_ERROR) }
    defer { self.listing = listing }
    let page = listing.pages[listing.next]
    listing.next = (listing.next + 1) % listing.pages.count
    return show(below: page, after: listing.after)
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
