import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The end of the process in the middle of its work: the terminal is put back, temporary files are removed, and programs that
/// it started are killed. Other threads may be anywhere, so nothing else of the ordinary end is done.
public enum ProcessEnd {
  /// Ends with this exit code.
  public static func now(code: Int32) -> Never {
    cleanUp()
    _exit(code)
  }

  /// Ends the way the signal would have ended the process.
  public static func now(bySignal signal: Int32) -> Never {
    cleanUp()
    acr_signal_reset(signal)
    raise(signal)
    _exit(128 + signal)
  }

  /// A write to a closed pipe fails from now on, and does not end the process.
  public static func ignoreBrokenPipes() { ignore(SIGPIPE) }

  /// The number of the signal that asks a program to end.
  public static let termination = SIGTERM
  /// The number of the signal that ^C sends.
  public static let interrupt = SIGINT

  /// A signal does nothing any more; whoever ignores one looks for it in another way.
  public static func ignore(_ signal: Int32) { acr_signal_ignore_always(signal) }

  /// Ends the process in the ordinary way.
  public static func exit(_ code: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(code)
    #elseif canImport(Musl)
      Musl.exit(code)
    #else
      Darwin.exit(code)
    #endif
  }

  /// What is done before any end: it may be called more than once.
  public static func cleanUp() {
    TerminalGuard.putBack()
    RunningChildren.killAll()
    TemporaryFiles.removeAll()
  }
}
