import AcrSystem
import AcrText
import CEditline

/// Lists below the line to choose from: the history (^R), and what Tab offers. libedit waits meanwhile, and knows nothing of them.
extension LibeditEditor {
  /// How a list was left.
  enum PickerEnd {
    case taken(Int)
    case cancelled
  }

  /// ^R: the entries, the newest first; what stands in the line is what is looked for.
  func searchHistory() -> UInt8 {
    takeEarlier()
    let (before, after) = line()
    let text = before + after
    guard hasPaste, !entries.isEmpty, !text.contains("\n") else { return UInt8(CC_ERROR) }
    let newest = Array(entries.reversed())
    let query = text.trimmingPrefix { $0 == " " }
    var picker = Picker(title: "history", items: newest.map { Picker.Item($0) }, query: String(query))
    guard case .taken(let index) = run(&picker) else { return UInt8(CC_REFRESH) }
    return replaceLine(with: newest[index]) ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
  }

  /// Tab at a place whose candidates are listed already: a menu of them.
  func chooseCandidate(_ completion: Completion, replacing typed: String, after: String) -> UInt8 {
    let items = completion.candidates.map { Picker.Item($0.display, description: $0.description) }
    var picker = Picker(title: "choose", items: items)
    guard case .taken(let index) = run(&picker) else { return UInt8(CC_REFRESH) }
    let candidate = completion.candidates[index]
    el_deletestr(handle, Int32(clamping: typed.unicodeScalars.count))
    let space = candidate.isFinal && !after.hasPrefix(" ") ? " " : ""
    return el_insertstr(handle, candidate.text + space) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
  }

  // MARK: - Keys

  private enum Key {
    case text(String)
    case up, down, pageUp, pageDown
    case deleteCharacter, deleteWord, deleteAll
    case take, cancel
    /// A key of the line editor: takes the choice, and then does there what it does.
    case other([UInt8])
    case redraw
    case interrupt
    case end
  }

  /// Draws a list and follows the keys until it is left.
  private func run(_ picker: inout Picker) -> PickerEnd {
    var drawn = 0
    defer { erase(drawn) }
    while true {
      drawn = draw(&picker, over: drawn)
      switch nextKey() {
      case .text(let text): picker.type(text)
      case .up: picker.move(by: -1)
      case .down: picker.move(by: 1)
      case .pageUp: picker.move(by: -pickerRows)
      case .pageDown: picker.move(by: pickerRows)
      case .deleteCharacter: picker.deleteCharacter()
      case .deleteWord: picker.deleteWord()
      case .deleteAll: picker.deleteAll()
      case .take: return picker.choice.map { .taken($0) } ?? .cancelled
      case .other(let bytes):
        heldBytes = bytes + heldBytes
        return picker.choice.map { .taken($0) } ?? .cancelled
      case .cancel: return .cancelled
      case .interrupt:
        interruptIsPending = true
        return .cancelled
      case .end: return .cancelled
      case .redraw:
        erase(drawn)
        drawn = 0
        el_resize(handle)
        redraw(below: "")
      }
    }
  }

  private func nextKey() -> Key {
    guard heldBytes.isEmpty else { return key(heldBytes.removeFirst()) }
    let sources = [input, ConsoleSignals.shared.descriptor]
    while true {
      guard let ready = FileDescriptor.wait(forAnyOf: sources) else { continue }
      if ready[1] {
        let events = ConsoleSignals.shared.drain()
        for case .end(let signal) in events { ProcessEnd.now(bySignal: signal) }
        if events.contains(.interrupt) { return .interrupt }
        if events.contains(.resize) { return .redraw }
      }
      guard ready[0] else { continue }
      switch FileDescriptor.read(input, upTo: 1) {
      case .bytes(let bytes): return key(bytes[0])
      case .end, .failed: return .end
      case .nothing: continue
      }
    }
  }

  private func key(_ first: UInt8) -> Key {
    switch first {
    case 0x1B: return escapedKey()
    case 0x0A, 0x0D: return .take
    case 0x12, 0x0E, 0x09: return .down  // ^R, ^N, Tab
    case 0x13, 0x10: return .up  // ^S, ^P
    case 0x7F, 0x08: return .deleteCharacter
    case 0x17: return .deleteWord
    case 0x15: return .deleteAll
    case 0x07, 0x04: return .cancel  // ^G, ^D
    case 0x03: return .interrupt
    case 0..<0x20: return .other([first])
    default:
      var bytes = [first]
      let length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 1
      while bytes.count < length, let next = byteAtHand() { bytes.append(next) }
      return .text(Self.cleaned(String(decoding: bytes, as: UTF8.self)))
    }
  }

  private func escapedKey() -> Key {
    guard let second = byteAtHand() else { return .cancel }
    var bytes = [second]
    if second == UInt8(ascii: "[") || second == UInt8(ascii: "O") {
      // A sequence ends with a letter or `~`.
      while bytes.count < 8, let next = byteAtHand() {
        bytes.append(next)
        if next == 0x7E || (0x41...0x5A).contains(next) || (0x61...0x7A).contains(next) { break }
      }
    }
    switch String(decoding: bytes, as: UTF8.self) {
    case "[A", "OA": return .up
    case "[B", "OB": return .down
    case "[5~": return .pageUp
    case "[6~": return .pageDown
    case "[200~": return .text(pastedText())
    default: return .other([0x1B] + bytes)
    }
  }

  /// What is pasted, on one line.
  private func pastedText() -> String {
    let mark = Array("\u{1B}[201~".utf8)
    var bytes: [UInt8] = []
    while !bytes.suffix(mark.count).elementsEqual(mark), let next = byteAtHand() { bytes.append(next) }
    if bytes.suffix(mark.count).elementsEqual(mark) { bytes.removeLast(mark.count) }
    return Self.cleaned(String(decoding: bytes, as: UTF8.self)).replacing("\n", with: " ")
  }

  // MARK: - Drawing

  private var pickerRows: Int { min(10, max(1, screenSize().rows / 2 - 1)) }

  /// Where the cursor is, and how many rows the line goes on below it.
  private func cursorPlace() -> (column: Int, below: Int) {
    let (before, after) = line()
    var layout = DisplayLayout(width: screenSize().columns)
    layout.advance(over: promptText + before)
    let (row, column) = (layout.row, layout.column)
    layout.advance(over: after)
    return (column, layout.row - row)
  }

  /// Draws below the line, in place of what was drawn before, with relative movements only: a line feed in the last row scrolls.
  /// - Returns: how many lines there are.
  private func draw(_ picker: inout Picker, over drawn: Int) -> Int {
    let size = screenSize()
    let (column, below) = cursorPlace()
    let lines = picker.lines(columns: size.columns - 1, rows: pickerRows, isColored: options.isColored)
    var text: TerminalText = below > 0 ? "\u{1B}[\(below)B" : ""
    for line in lines { text += "\r\n\(line)\u{1B}[K" }
    text += "\u{1B}[J\u{1B}[\(lines.count + below)A\r"
    if column > 0 { text += "\u{1B}[\(column)C" }
    FileDescriptor.put(text, on: output)
    return lines.count
  }

  private func erase(_ drawn: Int) {
    guard drawn > 0 else { return }
    let (column, below) = cursorPlace()
    var text: TerminalText = "\u{1B}[\(below + 1)B\r\u{1B}[J\u{1B}[\(below + 1)A\r"
    if column > 0 { text += "\u{1B}[\(column)C" }
    FileDescriptor.put(text, on: output)
  }
}
