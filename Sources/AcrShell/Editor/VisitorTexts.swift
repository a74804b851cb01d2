import Glibc
import Synchronization

/// Texts of other threads for the terminal while a line is edited there. The editor polls the descriptor and shows them
/// above the line; while nothing is edited they are for their writer to write.
final class VisitorTexts: Sendable {
  private struct State {
    var isOpen = false
    var texts: [String] = []
  }

  /// Readable when there is a text; -1 when the process has no descriptors left.
  let descriptor: Int32
  private let writeEnd: Int32
  private let state = Mutex(State())

  init() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
    }
    descriptor = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    close(writeEnd)
  }

  /// From now on texts are taken.
  func open() { state.withLock { $0.isOpen = descriptor >= 0 } }

  /// No more texts are taken.
  /// - Returns: those that have not been shown.
  func close() -> String {
    state.withLock { $0.isOpen = false }
    return take()
  }

  /// Gives a text to the editor; false when nobody edits.
  func leave(_ text: String) -> Bool {
    state.withLock { state in
      guard state.isOpen else { return false }
      state.texts.append(text)
      var byte: UInt8 = 0
      // A full pipe already says that there is something.
      _ = write(writeEnd, &byte, 1)
      return true
    }
  }

  /// What has been left since the last call.
  func take() -> String {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) == bytes.count {}
    return state.withLock { state in
      defer { state.texts = [] }
      return state.texts.joined()
    }
  }

  private func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }
}
