import CEditline
import Glibc

extension LibeditEditor {
  /// Tab: inserts what all candidates have in common. When that is nothing, the next Tab at the same place lists them.
  func completeWord() -> UInt8 {
    let (before, after) = line()
    let isSecond = ambiguous.map { $0.before == before && $0.after == after } ?? false
    ambiguous = nil
    guard let complete else { return UInt8(CC_ERROR) }
    let completion = complete(CompletionRequest.Text(pending: pending, before: before, after: after))
    guard let insertion = completion.insertion else { return UInt8(CC_ERROR) }
    let start = completion.replacement.lowerBound
    let replaced = String(decoding: before.utf8.dropFirst(start), as: UTF8.self)
    var text = insertion
    if let only = completion.onlyCandidate, only.isFinal, !after.hasPrefix(" ") { text += " " }
    guard text != replaced else {
      guard !isSecond else { return showList(of: completion, after: after) }
      ambiguous = (before, after)
      return UInt8(CC_REFRESH_BEEP)
    }
    el_deletestr(handle, Int32(clamping: replaced.unicodeScalars.count))
    guard el_insertstr(handle, text) == 0 else { return UInt8(CC_ERROR) }
    guard completion.candidates.count > 1 else { return UInt8(CC_REFRESH) }
    ambiguous = (String(decoding: before.utf8.prefix(start), as: UTF8.self) + text, after)
    return UInt8(CC_REFRESH_BEEP)
  }

  private func showList(of completion: Completion, after: String) -> UInt8 {
    let size = screenSize()
    let text = CompletionList(completion.candidates, columns: size.columns, rows: size.rows)
      .text(isColored: options.isColored)
    let distance = Int32(clamping: after.unicodeScalars.count)
    el_cursor(handle, distance)
    list = (text, distance)
    return UInt8(CC_REFRESH)
  }
}
