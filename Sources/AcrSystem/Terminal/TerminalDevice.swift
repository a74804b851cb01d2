import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Questions about the terminal behind a descriptor.
public enum TerminalDevice {
  /// The terminal of this process, whatever its standard streams are.
  public static let path = "/dev/tty"

  /// True when a terminal is behind the descriptor.
  public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// True when this process has a terminal that it may read from and write to.
  public static var isAvailable: Bool { access(path, R_OK | W_OK) == 0 }

  /// Columns and rows; nil where there is no terminal, or one that does not know its size.
  public static func size(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard acr_terminal_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 else { return nil }
    return (Int(columns), Int(rows))
  }

  /// The process's terminal, open for questions.
  /// - Parameter path: another terminal's device.
  static func open(_ path: String) -> Int32? {
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOCTTY)
    #elseif canImport(Musl)
      let descriptor = Musl.open(path, O_RDWR | O_CLOEXEC | O_NOCTTY)
    #else
      let descriptor = Darwin.open(path, O_RDWR | O_CLOEXEC | O_NOCTTY)
    #endif
    return descriptor >= 0 ? descriptor : nil
  }
}
