import AcrCore
import AcrText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Asks for a password on the terminal itself, without echo. It has nothing to do with the line editor, so that what is
/// typed can get neither into the history nor into the line editor's memory.
public struct SecretReader: Sendable {
  private let path: String

  /// - Parameter terminal: the terminal's device; the process's own by default.
  public init(terminal: String = TerminalDevice.path) { path = terminal }

  /// Shows `question` and reads up to Enter. ⌫ and ^U edit, ^C gives up.
  /// - Parameter isStopped: asked every 50 ms; true gives up.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C or ^D, and of kind `usage` without a terminal.
  public func read(_ question: String, isStopped: () -> Bool = { false }) throws -> Secret {
    guard let terminal = TerminalDevice.open(path) else {
      throw AcrError(
        .usage, "no terminal to ask for a secret",
        help: "read it from the environment or a file: `secret env NAME`, `secret file PATH`")
    }
    defer { FileDescriptor.close(terminal) }
    var before = termios()
    guard tcgetattr(terminal, &before) == 0 else {
      throw AcrError(.usage, "`\(path)` is not a terminal; secrets are only read from a terminal")
    }
    TerminalGuard.arm(input: terminal, output: terminal)
    // Without ISIG ^C arrives as a byte, which no other reader of signals can take away.
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
    // TCSAFLUSH drops what was typed before the question could be read, as getpass(3) does.
    tcsetattr(terminal, TCSAFLUSH, &silent)
    defer {
      tcsetattr(terminal, TCSAFLUSH, &before)
      TerminalGuard.disarm()
      FileDescriptor.put("\n", on: terminal)
    }
    FileDescriptor.put(TerminalText(question), on: terminal)
    return try readLine(from: terminal, isStopped)
  }

  private func readLine(from terminal: Int32, _ isStopped: () -> Bool) throws -> Secret {
    // Reserved at once, so that growing leaves no copies behind.
    var typed: [UInt8] = []
    typed.reserveCapacity(4096)
    defer { for index in typed.indices { typed[index] = 0 } }
    while true {
      guard FileDescriptor.wait(terminal, for: Int16(POLLIN), isStopped: isStopped) else {
        throw AcrError(.cancelled, "interrupted")
      }
      var byte: UInt8 = 0
      let count = FileSystem.retrying { Self.readByte(terminal, &byte) }
      if count < 0, SystemError.last.wouldBlock { continue }
      guard count == 1 else { throw AcrError(.cancelled, "the terminal was closed while a secret was read") }
      switch byte {
      case 0x0A, 0x0D: return Secret(String(decoding: typed, as: UTF8.self))
      case 0x03: throw AcrError(.cancelled, "no secret was given")
      case 0x04: if typed.isEmpty { throw AcrError(.cancelled, "no secret was given") }
      case 0x08, 0x7F:
        while let last = typed.popLast(), last & 0xC0 == 0x80 {}
      case 0x15: typed.removeAll(keepingCapacity: true)
      default: typed.append(byte)
      }
    }
  }

  /// One byte at a time, without a buffer that would keep the secret.
  private static func readByte(_ terminal: Int32, _ byte: inout UInt8) -> Int {
    #if canImport(Glibc)
      Glibc.read(terminal, &byte, 1)
    #elseif canImport(Musl)
      Musl.read(terminal, &byte, 1)
    #else
      Darwin.read(terminal, &byte, 1)
    #endif
  }
}
