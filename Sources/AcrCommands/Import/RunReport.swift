import AcrCore
import AcrSystem
import AcrRuntime
import Synchronization

/// The file of `--report`: the rows of a run that have ended. It is replaced whole, so that it can be read at any moment.
final class RunReport: Sendable {
  private struct State {
    var rows: [Value] = []
    var written: ContinuousClock.Instant?
  }

  /// Writes come no closer together than this.
  private static let interval = Duration.seconds(1)

  private let path: String
  private let format: DataFormat
  private let state = Mutex(State())

  /// Creates the file, without rows.
  /// - Throws: ``AcrError`` where it cannot be written, and `usage` for an extension that is no format.
  init(path: String) throws(AcrError) {
    self.path = path
    guard let format = DataFormat(path: path), format != .tsv else {
      throw AcrError(
        .usage, "the report `\(path)` has no known format", help: "end its name with .json, .jsonl or .csv")
    }
    self.format = format
    try write([])
  }

  /// Adds a row, and writes the file unless that was done a moment ago.
  func add(_ row: Record) {
    state.withLock { state in
      state.rows.append(.record(row))
      let now = ContinuousClock.now
      if let written = state.written, now - written < RunReport.interval { return }
      state.written = now
      // What cannot be written is said at the end.
      try? write(state.rows)
    }
  }

  /// Writes all rows.
  /// - Throws: ``AcrError`` where the file cannot be written.
  func finish() throws(AcrError) {
    let rows = state.withLock { $0.rows }
    try write(rows)
  }

  private func write(_ rows: [Value]) throws(AcrError) {
    let text = rows.isEmpty && format != .json ? "" : try format.write(.list(rows))
    try FileSystem.replace(path, with: Array(text.utf8))
  }
}
