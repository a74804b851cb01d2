import CPlatform
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

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
private let isSuspendIgnored = Atomic<Bool>(false)
private let isInstalled = Atomic<Bool>(false)
/// The descriptor of the terminal whose cursor is hidden; -1 for none.
private let hiddenCursor = Atomic<Int32>(-1)

/// Only what a signal handler may call: tcsetattr(3) and write(2). StaticStrings, because an array would allocate.
private func restore() {
  let cursor = hiddenCursor.exchange(-1, ordering: .sequentiallyConsistent)
  // Progress lines below the cursor are left as they are.
  if cursor >= 0 { put("\u{1B}[?25h", cursor) }
  guard isArmed.exchange(false, ordering: .sequentiallyConsistent) else { return }
  tcsetattr(saved.pointee.input, TCSANOW, &saved.pointee.state)
  // Bracketed paste off.
  put("\u{1B}[?2004l\n", saved.pointee.output)
}

private func put(_ text: StaticString, _ descriptor: Int32) {
  _ = write(descriptor, text.utf8Start, text.utf8CodeUnitCount)
}

/// Puts the terminal back when the process ends in the middle of a line or of progress: by `exit`, by a signal from outside,
/// or by a fault. The ordinary way out does not need it.
public enum TerminalGuard {
  private static let signals: [Int32] = [
    SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV,
  ]

  /// Remembers the terminal's state, to be called before it is changed.
  public static func arm(input: Int32, output: Int32) {
    install()
    saved.pointee.input = input
    saved.pointee.output = output
    guard tcgetattr(input, &saved.pointee.state) == 0 else { return }
    isArmed.store(true, ordering: .sequentiallyConsistent)
  }

  /// The terminal is as it was.
  public static func disarm() { isArmed.store(false, ordering: .sequentiallyConsistent) }

  /// While true, ^Z does nothing: it would leave the terminal as it was changed.
  public static var ignoresSuspend: Bool {
    get { isSuspendIgnored.load(ordering: .relaxed) }
    set {
      guard isSuspendIgnored.exchange(newValue, ordering: .relaxed) != newValue else { return }
      acr_signal_ignore(SIGTSTP, newValue ? 1 : 0)
    }
  }

  /// Puts the terminal back now, where it is not as it was.
  public static func putBack() { restore() }

  /// The cursor of a terminal is about to be hidden.
  public static func cursorHides(on descriptor: Int32) {
    install()
    hiddenCursor.store(descriptor, ordering: .sequentiallyConsistent)
  }

  /// The cursor is shown again.
  public static func cursorIsBack() { hiddenCursor.store(-1, ordering: .sequentiallyConsistent) }

  private static func install() {
    guard !isInstalled.exchange(true, ordering: .sequentiallyConsistent) else { return }
    atexit { restore() }
    // A signal that is ignored (nohup) or handled elsewhere stays that way.
    for signal in signals where acr_signal_is_default(signal) == 1 {
      // The default action is back afterwards: raising it again ends the process the way it would have ended.
      _ = acr_signal_handle(
        signal,
        { number in
          restore()
          raise(number)
        }, 0, 1)
    }
  }
}
