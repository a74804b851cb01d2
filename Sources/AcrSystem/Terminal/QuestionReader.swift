import AcrCore
import AcrText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Asks a question on the terminal and reads a line. Each question opens the terminal anew, so that ^D at one is the answer
/// to that one only.
public struct QuestionReader: Sendable {
  private let path: String

  /// - Parameter terminal: the terminal's device; the process's own by default.
  public init(terminal: String = TerminalDevice.path) { path = terminal }

  /// Shows `question` and reads up to Enter.
  /// - Parameter isStopped: asked every 50 ms; true gives up, as after ^C.
  /// - Returns: the line without its end; nil after ^D.
  /// - Throws: ``AcrError`` of kind `cancelled` when it was stopped, and `usage` without a terminal.
  public func line(_ question: String, isStopped: () -> Bool) throws(AcrError) -> String? {
    guard let terminal = TerminalDevice.open(path) else {
      throw AcrError(.usage, "no terminal to ask on")
    }
    defer { FileDescriptor.close(terminal) }
    // What was typed before the question was there is no answer to it.
    tcflush(terminal, TCIFLUSH)
    FileDescriptor.put(TerminalText(question), on: terminal)
    var typed: [UInt8] = []
    while true {
      guard FileDescriptor.wait(terminal, for: Int16(POLLIN), isStopped: isStopped) else {
        throw AcrError(.cancelled, "interrupted")
      }
      switch FileDescriptor.read(terminal, upTo: 4096) {
      case .bytes(let piece): typed += piece
      case .nothing: continue
      case .end:
        FileDescriptor.put("\n", on: terminal)
        return nil
      case .failed: throw AcrError(.cancelled, "the terminal was closed during a question")
      }
      // The terminal hands on whole lines.
      if let end = typed.firstIndex(of: 0x0A) { return String(decoding: typed[..<end], as: UTF8.self) }
    }
  }
}
