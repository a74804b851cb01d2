import AcrCore

/// Looks for ^C every few thousand steps of a computation that runs no statements and pulls no rows: a comparison of deep
/// values, a query, a regular expression. Used by one thread.
final class InterruptCheck {
  private let run: RunContext
  private var left = InterruptCheck.interval
  private static let interval = 4096

  init(_ run: RunContext) { self.run = run }

  /// Counts a step.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  @inline(__always)
  func step(_ count: Int = 1) throws(AcrError) {
    left -= count
    if left <= 0 { try look() }
  }

  /// True after ^C, for code that cannot throw.
  var isInterrupted: Bool { run.isInterrupted }

  @inline(never)
  private func look() throws(AcrError) {
    left = InterruptCheck.interval
    if run.isInterrupted { throw AcrError(.cancelled, "interrupted") }
  }
}
