import Glibc

/// A pseudo-terminal pair (openpty(3)).
enum PseudoTerminal {
  /// Opens a new pair.
  /// - Returns: the descriptor of the side that plays the terminal, and the path that programs open.
  static func open() throws -> (master: Int32, path: String) {
    var master: Int32 = -1
    var slave: Int32 = -1
    var name = [CChar](repeating: 0, count: 128)
    guard openpty(&master, &slave, &name, nil, nil) == 0 else { throw TestSupportError.system("openpty") }
    close(slave)
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    return (master, String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
