import Synchronization

/// Watches a streamed body: whether it was touched, and how many bytes it gave.
final class BodyMeter: Sendable {
  private let state = Mutex((isTouched: false, count: Int64(0)))

  /// True after the first piece was asked for.
  var isTouched: Bool { state.withLock { $0.isTouched } }

  /// The bytes so far.
  var count: Int64 { state.withLock { $0.count } }

  /// Notes that a piece is asked for.
  func wasAsked() { state.withLock { $0.isTouched = true } }

  /// Counts a piece.
  func add(_ bytes: Int) { state.withLock { $0.count += Int64(bytes) } }
}
