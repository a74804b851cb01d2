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

  /// Opens the terminal behind a descriptor once more, for reads that do not wait.
  ///
  /// ^C makes the system drop what was typed and not read yet. A read that waits, after `poll` said that there is a key, then
  /// waits for the next key, and ^C would seem lost until that. The flag that keeps a read from waiting belongs to the opened
  /// file, which other programs share, so it takes a file of its own.
  /// - Returns: the new descriptor; nil where the terminal has no path here, as in another mount namespace.
  public static func openReader(of descriptor: Int32) -> Int32? {
    var path = [CChar](repeating: 0, count: 512)
    guard ttyname_r(descriptor, &path, path.count) == 0 else { return nil }
    let name = path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    guard let reader = open(String(decoding: name, as: UTF8.self)) else { return nil }
    var (wanted, found) = (stat(), stat())
    guard fstat(descriptor, &wanted) == 0, fstat(reader, &found) == 0, wanted.st_rdev == found.st_rdev else {
      FileDescriptor.close(reader)
      return nil
    }
    return reader
  }

  /// Closes what ``openReader(of:)`` opened.
  public static func closeReader(_ descriptor: Int32) { FileDescriptor.close(descriptor) }

  /// A terminal, open for reads that do not wait, for the reason of ``openReader(of:)``.
  /// - Parameter path: the terminal's device.
  static func open(_ path: String) -> Int32? {
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    #elseif canImport(Musl)
      let descriptor = Musl.open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    #else
      let descriptor = Darwin.open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    #endif
    return descriptor >= 0 ? descriptor : nil
  }
}
