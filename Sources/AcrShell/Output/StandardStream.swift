import AcrSystem
import AcrCore
import Synchronization

/// One of the process's standard files, written whole and in order by any thread.
final class StandardStream: Sendable {
  /// Standard output: data.
  static let output = StandardStream(descriptor: FileDescriptor.output)
  /// Standard error: talk.
  static let error = StandardStream(descriptor: FileDescriptor.error)

  private let descriptor: Int32
  private let lock = Mutex<Void>(())
  private let visitor = Mutex<(@Sendable (String) -> Bool)?>(nil)

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// The descriptor.
  var number: Int32 { descriptor }

  /// True when a terminal is behind it.
  var isTerminal: Bool { TerminalDevice.isTerminal(descriptor) }

  /// The columns of the terminal behind it; nil when there is none.
  var columns: Int? { TerminalDevice.size(descriptor)?.columns }

  /// Writes all bytes.
  /// - Throws: ``AcrError``: `cancelled` when nobody reads any more (a closed pipe), `server` when the disk is full.
  func write(_ bytes: [UInt8]) throws(AcrError) {
    do throws(SystemError) {
      try lock.withLock { _ throws(SystemError) in try FileDescriptor.write(bytes, to: descriptor) }
    } catch {
      if error.isBrokenPipe { throw AcrError(.cancelled, "the reader of the output is gone") }
      throw AcrError(.server, "the output cannot be written: \(error)")
    }
  }

  /// Writes text, and does not mind when nobody reads it.
  func tell(_ text: String) {
    if let visitor = visitor.withLock({ $0 }), visitor(text) { return }
    try? write(Array(text.utf8))
  }

  /// Gives what is told from now on to `visitor` first, such as an editor that shows it above its line; what that does not
  /// take is written as usual.
  func divert(to visitor: @escaping @Sendable (String) -> Bool) { self.visitor.withLock { $0 = visitor } }

  /// The rows of the terminal behind it; nil when there is none.
  var rows: Int? { TerminalDevice.size(descriptor)?.rows }
}
