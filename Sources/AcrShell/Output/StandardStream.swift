import AcrCore
import AcrSystem
import AcrText
import Synchronization

/// One of the process's standard files, written whole and in order by any thread. Data goes to pipes and files as it is; what
/// goes to a terminal is ``TerminalText``, here and nowhere else.
final class StandardStream: Sendable {
  /// Standard output: data.
  static let output = StandardStream(descriptor: FileDescriptor.output)
  /// Standard error: messages.
  static let error = StandardStream(descriptor: FileDescriptor.error)

  /// The error for a pipe that nobody reads any more, as behind `| head`.
  static let readerIsGone = AcrError(.cancelled, "the reader of the output is gone")
  /// The exit code of a program that ends because of it: what a shell shows for SIGPIPE.
  static let readerIsGoneCode: Int32 = 141

  private let descriptor: Int32
  private let lock = Mutex<Void>(())
  private let visitor = Mutex<(@Sendable (TerminalText) -> Bool)?>(nil)

  init(descriptor: Int32) {
    self.descriptor = descriptor
    isTerminal = TerminalDevice.isTerminal(descriptor)
  }

  /// The descriptor.
  var number: Int32 { descriptor }

  /// True when a terminal is behind it.
  let isTerminal: Bool

  /// The columns of the terminal behind it; nil when there is none.
  var columns: Int? { TerminalDevice.size(descriptor)?.columns }

  /// Writes data: as it is to a pipe or file, and to a terminal with escapes in place of what it would obey.
  /// - Throws: ``AcrError``: `cancelled` when the reader is gone (a closed pipe), `server` when the disk is full.
  func write(_ data: [UInt8]) throws(AcrError) {
    try writeRaw(isTerminal ? TerminalText(String(decoding: data, as: UTF8.self)).bytes : data)
  }

  /// Writes text for people, or one with the program's own colours.
  /// - Throws: ``AcrError`` as for data.
  func write(_ text: TerminalText) throws(AcrError) { try writeRaw(text.bytes) }

  /// Writes bytes as they are, to a terminal too.
  /// - Throws: ``AcrError`` as for data.
  func writeRaw(_ bytes: [UInt8]) throws(AcrError) {
    do throws(SystemError) {
      try lock.withLock { _ throws(SystemError) in try FileDescriptor.write(bytes, to: descriptor) }
    } catch {
      if error.isBrokenPipe { throw StandardStream.readerIsGone }
      throw AcrError(.server, "the output cannot be written: \(error)")
    }
  }

  /// Writes text, and ignores that it cannot be written.
  func tell(_ text: TerminalText) {
    if let visitor = visitor.withLock({ $0 }), visitor(text) { return }
    try? write(text)
  }

  /// Writes data as ``write(_:)`` does, and ignores that it cannot be written.
  func tell(data: String) {
    if isTerminal { return tell(TerminalText(data)) }
    try? writeRaw(Array(data.utf8))
  }

  /// Gives what is told from now on to `visitor` first, such as an editor that shows it above its line; what that does not
  /// take is written as usual.
  func divert(to visitor: @escaping @Sendable (TerminalText) -> Bool) { self.visitor.withLock { $0 = visitor } }

  /// The rows of the terminal behind it; nil when there is none.
  var rows: Int? { TerminalDevice.size(descriptor)?.rows }
}
