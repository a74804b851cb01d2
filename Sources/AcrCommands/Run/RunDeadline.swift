import AcrCore
import AcrRuntime

/// `--deadline`: when a run has to end.
struct RunDeadline: Sendable {
  /// How long work may take to let go of what it holds, in nanoseconds: a request that is under way may still be answered.
  static let grace: Int64 = 5_000_000_000

  private let end: ContinuousClock.Instant
  private let time: Duration

  /// A deadline so long after now.
  init(_ time: Duration) {
    self.time = time
    end = .now + time
  }

  /// The nanoseconds that are left; none below zero.
  var left: Int64 { max(0, (end - .now).nanoseconds) }

  /// What a run ends with that was not done in time.
  var error: AcrError {
    AcrError(
      .deadline, "the run was not done within \(Value.duration(time.nanoseconds).text ?? "its time")",
      help: "the same line goes on where this one ended; `--deadline` gives it more time")
  }
}
