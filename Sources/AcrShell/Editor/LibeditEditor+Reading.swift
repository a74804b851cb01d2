import CEditline
import AcrSystem
import AcrText

extension LibeditEditor {
  /// libedit's source of characters. It waits for the keyboard, for signals and for other threads' texts at once, so that ^C
  /// ends the read, and a new window size or a text above the line is drawn without a key.
  /// - Returns: 1, 0 at the end of input, or -1 with `errno` set.
  func readScalar(into character: UnsafeMutablePointer<UInt32>) -> Int32 {
    if interruptIsPending {
      interruptIsPending = false
      leaveInterruptedLine()
      ceditline_interrupt()
      return -1
    }
    printList()
    drawColors()
    drawHints()
    if earlier != nil, heldBytes.isEmpty, !isKeyWaiting { takeEarlier() }
    var first: UInt8 = 0
    let status = nextByte(&first)
    guard status == 1 else { return status }
    eraseHints()
    note = nil
    if first == 0x0D || first == 0x0A { drawColors(isLast: true) }
    // Letters and the key that deletes them change only their own place; of other keys that is not known.
    painted.isCertain = painted.isCertain && (first >= 0x20 || first == 0x08)
    if [0x20, 0x0D, 0x0A].contains(first), wantsExpansion() {
      heldBytes.insert(first, at: 0)
      character.pointee = UInt32(Self.expandKey)
      return 1
    }
    if first == 0x1B, isVi, let key = viKey() {
      character.pointee = UInt32(key)
      return 1
    }
    let length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0
    var bytes = [first]
    while bytes.count < length {
      var next: UInt8 = 0
      let status = nextByte(&next)
      guard status == 1 else { return status }
      guard next & 0xC0 == 0x80 else {
        heldBytes.insert(next, at: 0)
        break
      }
      bytes.append(next)
    }
    let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    // Keys are ASCII; what else cannot be seen is no text to edit.
    character.pointee = scalar.isASCII || !TerminalText.isUnsafe(scalar) ? scalar.value : 0xFFFD
    return 1
  }

  private func nextByte(_ byte: inout UInt8) -> Int32 {
    if !heldBytes.isEmpty {
      byte = heldBytes.removeFirst()
      return 1
    }
    let sources = [input, ConsoleSignals.shared.descriptor, visitors.descriptor]
    while true {
      guard let ready = FileDescriptor.wait(forAnyOf: sources) else { continue }
      if ready[1], handleSignals() {
        ceditline_interrupt()
        return -1
      }
      if ready[2] { showVisitors() }
      guard ready[0] else { continue }
      switch FileDescriptor.read(input, upTo: 1) {
      case .bytes(let bytes):
        byte = bytes[0]
        return 1
      case .end: return 0
      case .nothing: continue
      case .failed: return -1
      }
    }
  }

  /// True after ^C.
  private func handleSignals() -> Bool {
    let events = ConsoleSignals.shared.drain()
    for case .end(let signal) in events { ProcessEnd.now(bySignal: signal) }
    if events.contains(.interrupt) {
      eraseHints()
      leaveInterruptedLine()
      return true
    }
    if events.contains(.resize) {
      el_resize(handle)
      redraw(below: "")
    }
    return false
  }

  /// Texts of other threads go above the line, which is drawn anew below them.
  private func showVisitors() {
    let text = visitors.take()
    if !text.isEmpty { redraw(below: text.rendered.hasSuffix("\n") ? text : text + "\n") }
  }

  /// Draws the line anew, at its own first row or below a text that takes its place. Where the cursor is now follows from the
  /// width, because terminals flow long lines anew.
  func redraw(below text: TerminalText) {
    hintsAreShown = false
    var layout = DisplayLayout(width: screenSize().columns)
    layout.advance(over: promptText + line().before)
    let up: TerminalText = layout.row > 0 ? "\u{1B}[\(layout.row)A" : ""
    FileDescriptor.put("\(up)\r\u{1B}[J\(text.withCarriageReturns)", on: output)
    ceditline_redraw(handle)
    forgetColors()
    drawColors()
    drawHints()
  }

  /// Tab moved the cursor to the end of the line and left the list here. Now that libedit has drawn that, the list goes
  /// below, the cursor back, and the line is drawn again below the list.
  private func printList() {
    guard let list else { return }
    self.list = nil
    FileDescriptor.put("\n\(list.text)", on: output)
    el_cursor(handle, -list.back)
    ceditline_redraw(handle)
    forgetColors()
  }

  // MARK: - vi

  /// In vi's maps Escape is a key of its own, which a binding that begins with it would take away. So the sequences of keys
  /// are told from it here, by what is there directly behind it, and come to libedit as control characters bound to them.
  private func viKey() -> UInt8? {
    var bytes: [UInt8] = []
    while bytes.count < 6, !bytes.contains(where: Self.endsSequence), let next = byteAtHand() { bytes.append(next) }
    if let key = Self.viKeys[String(decoding: bytes, as: UTF8.self)] { return key }
    heldBytes = bytes + heldBytes
    return nil
  }

  private static func endsSequence(_ byte: UInt8) -> Bool {
    byte == 0x7E || (0x41...0x5A).contains(byte) && byte != 0x4F
  }

  /// What sequences become: ^P, ^N, ^F, ^B, ^A, ^E, ^_ (the start of a paste).
  private static let viKeys: [String: UInt8] = [
    "[A": 0x10, "[B": 0x0E, "[C": 0x06, "[D": 0x02, "[H": 0x01, "[F": 0x05, "OA": 0x10, "OB": 0x0E, "OC": 0x06,
    "OD": 0x02, "[200~": 0x1F,
  ]

  /// A byte that follows within a few milliseconds, as those of one key do.
  func byteAtHand() -> UInt8? {
    if !heldBytes.isEmpty { return heldBytes.removeFirst() }
    guard FileDescriptor.wait(forAnyOf: [input], milliseconds: 20)?[0] ?? false,
      case .bytes(let bytes) = FileDescriptor.read(input, upTo: 1)
    else { return nil }
    return bytes[0]
  }
}
