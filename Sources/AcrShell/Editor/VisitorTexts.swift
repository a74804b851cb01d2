import AcrSystem
import AcrText
import Synchronization

/// Texts of other threads for the terminal while a line is edited there. The editor polls the descriptor and shows them
/// above the line; while nothing is edited they are for their writer to write.
final class VisitorTexts: Sendable {
  private struct State {
    var isOpen = false
    var texts: [TerminalText] = []
  }

  private let pipe = WakePipe()
  private let state = Mutex(State())

  /// Readable when there is a text; -1 when the process has no descriptors left.
  var descriptor: Int32 { pipe.descriptor }

  /// From now on texts are taken.
  func open() { state.withLock { $0.isOpen = descriptor >= 0 } }

  /// No more texts are taken.
  /// - Returns: those that have not been shown.
  func close() -> TerminalText {
    state.withLock { $0.isOpen = false }
    return take()
  }

  /// Gives a text to the editor; false when no line is edited.
  func leave(_ text: TerminalText) -> Bool {
    state.withLock { state in
      guard state.isOpen else { return false }
      state.texts.append(text)
      pipe.wake()
      return true
    }
  }

  /// What has been left since the last call.
  func take() -> TerminalText {
    pipe.drain()
    return state.withLock { state in
      defer { state.texts = [] }
      return state.texts.joined()
    }
  }
}
