import CEditline
import Glibc

extension LibeditEditor {
  /// libedit's source of characters. It waits for the keyboard and for signals at once, so that ^C ends the read and a new
  /// window size is drawn without a key.
  /// - Returns: 1, 0 at the end of input, or -1 with `errno` set.
  func readScalar(into character: UnsafeMutablePointer<wchar_t>) -> Int32 {
    printList()
    var first: UInt8 = 0
    let status = nextByte(&first)
    guard status == 1 else { return status }
    let length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0
    var bytes = [first]
    while bytes.count < length {
      var next: UInt8 = 0
      let status = nextByte(&next)
      guard status == 1 else { return status }
      guard next & 0xC0 == 0x80 else {
        heldByte = next
        break
      }
      bytes.append(next)
    }
    let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    character.pointee = wchar_t(bitPattern: scalar.value)
    return 1
  }

  private func nextByte(_ byte: inout UInt8) -> Int32 {
    if let held = heldByte {
      heldByte = nil
      byte = held
      return 1
    }
    var waiting = [
      pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: ConsoleSignals.shared.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      guard poll(&waiting, 2, -1) > 0 else {
        if errno == EINTR { continue }
        return -1
      }
      if waiting[1].revents != 0, handleSignals() {
        errno = EINTR
        return -1
      }
      guard waiting[0].revents != 0 else { continue }
      let count = read(input, &byte, 1)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      return Int32(count)
    }
  }

  /// True after ^C.
  private func handleSignals() -> Bool {
    let events = ConsoleSignals.shared.drain()
    if events.contains(.interrupt) {
      leaveInterruptedLine()
      return true
    }
    if events.contains(.resize) { redrawResized() }
    return false
  }

  /// Draws the line anew at its own first row. Where the cursor is now follows from the new width, because terminals flow
  /// long lines anew.
  private func redrawResized() {
    el_resize(handle)
    var layout = DisplayLayout(width: screenSize().columns)
    layout.advance(over: promptText + line().before)
    put((layout.row > 0 ? "\u{1B}[\(layout.row)A" : "") + "\r\u{1B}[J", on: output)
    ceditline_redraw(handle)
  }

  /// Tab moved the cursor to the end of the line and left the list here. Now that libedit has drawn that, the list goes
  /// below, the cursor back, and the line is drawn again below the list.
  private func printList() {
    guard let list else { return }
    self.list = nil
    put("\n" + list.text, on: output)
    el_cursor(handle, -list.back)
    ceditline_redraw(handle)
  }
}
