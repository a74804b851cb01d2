import Glibc
import Synchronization

/// What the handlers below need, at an address that never moves. Written only while the guard is not armed.
private struct SavedTerminal {
  var input: Int32 = -1
  var output: Int32 = -1
  var state = termios()
}

private nonisolated(unsafe) let saved: UnsafeMutablePointer<SavedTerminal> = {
  let pointer = UnsafeMutablePointer<SavedTerminal>.allocate(capacity: 1)
  pointer.initialize(to: SavedTerminal())
  return pointer
}()
private let isArmed = Atomic<Bool>(false)
private let isInstalled = Atomic<Bool>(false)
/// The descriptor of the terminal whose cursor is hidden; -1 for none.
private let hiddenCursor = Atomic<Int32>(-1)

/// Only what a signal handler may call: tcsetattr(3) and write(2). StaticStrings, because an array would allocate.
private func restore() {
  let cursor = hiddenCursor.exchange(-1, ordering: .sequentiallyConsistent)
  if cursor >= 0 {
    // Progress lines below the cursor are left as they are.
    let sequence: StaticString = "\u{1B}[?25h"
    _ = write(cursor, sequence.utf8Start, sequence.utf8CodeUnitCount)
  }
  guard isArmed.exchange(false, ordering: .sequentiallyConsistent) else { return }
  tcsetattr(saved.pointee.input, TCSANOW, &saved.pointee.state)
  // Bracketed paste off.
  let sequence: StaticString = "\u{1B}[?2004l\n"
  _ = write(saved.pointee.output, sequence.utf8Start, sequence.utf8CodeUnitCount)
}

/// Puts the terminal back when the process ends in the middle of a line or of progress: by `exit`, by a signal from outside,
/// or by a fault. The ordinary way out does not need it.
enum TerminalGuard {
  private static let signals: [Int32] = [
    SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV,
  ]

  /// Remembers the terminal's state, to be called before it is changed.
  static func arm(input: Int32, output: Int32) {
    install()
    saved.pointee.input = input
    saved.pointee.output = output
    guard tcgetattr(input, &saved.pointee.state) == 0 else { return }
    isArmed.store(true, ordering: .sequentiallyConsistent)
  }

  /// The terminal is as it was.
  static func disarm() { isArmed.store(false, ordering: .sequentiallyConsistent) }

  /// The cursor of a terminal is about to be hidden.
  static func cursorHides(on descriptor: Int32) {
    install()
    hiddenCursor.store(descriptor, ordering: .sequentiallyConsistent)
  }

  /// The cursor is shown again.
  static func cursorIsBack() { hiddenCursor.store(-1, ordering: .sequentiallyConsistent) }

  private static func install() {
    guard !isInstalled.exchange(true, ordering: .sequentiallyConsistent) else { return }
    atexit { restore() }
    for signal in signals {
      var current = sigaction()
      // A signal that is ignored (nohup) or taken by somebody else stays that way.
      guard sigaction(signal, nil, &current) == 0, current.__sigaction_handler.sa_handler == nil else { continue }
      var action = sigaction()
      // SA_RESETHAND: raising it again below ends the process the way it would have ended.
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
      action.__sigaction_handler.sa_handler = { number in
        restore()
        raise(number)
      }
      sigaction(signal, &action, nil)
    }
  }
}
