import AcrCore
import Glibc
import Synchronization

/// One of the process's standard files, written whole and in order by any thread.
final class StandardStream: Sendable {
  /// Standard output: data.
  static let output = StandardStream(descriptor: STDOUT_FILENO)
  /// Standard error: talk.
  static let error = StandardStream(descriptor: STDERR_FILENO)

  private let descriptor: Int32
  private let lock = Mutex<Void>(())
  private let visitor = Mutex<(@Sendable (String) -> Bool)?>(nil)

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// The descriptor.
  var number: Int32 { descriptor }

  /// True when a terminal is behind it.
  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// The columns of the terminal behind it; nil when there is none.
  var columns: Int? {
    var size = winsize()
    guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes all bytes.
  /// - Throws: ``AcrError``: `cancelled` when nobody reads any more (a closed pipe), `server` when the disk is full.
  func write(_ bytes: [UInt8]) throws(AcrError) {
    let failure = lock.withLock { _ -> Int32 in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
          if errno == EINTR { continue }
          if errno == EAGAIN {
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = Glibc.poll(&poll, 1, -1)
            continue
          }
          return errno
        }
        rest = rest.dropFirst(count)
      }
      return 0
    }
    switch failure {
    case 0: return
    case EPIPE: throw AcrError(.cancelled, "the reader of the output went away")
    default: throw AcrError(.server, "the output cannot be written: \(String(cString: strerror(failure)))")
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
  var rows: Int? {
    var size = winsize()
    guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
    return Int(size.ws_row)
  }
}
