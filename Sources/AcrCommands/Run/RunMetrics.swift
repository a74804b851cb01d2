import AcrCore
import AcrRuntime
import AcrSystem

/// `--metrics FILE`: what a long work did, as text for Prometheus (OpenMetrics 1.0), for the textfile collector of
/// node_exporter. The file is replaced whole at the end of the run, also of one that failed.
struct RunMetrics: Sendable {
  /// The flag of a command.
  static var flag: Flag<String?> {
    Flag("metrics", help: "a file of figures about the run, for Prometheus (OpenMetrics)", completer: .file)
  }

  private let path: String
  private let command: String
  private let started: Timestamp
  private let start = ContinuousClock.now
  private let session: CommandContext
  private let throttledBefore: Int

  /// Notes the beginning.
  /// - Returns: nil without a path.
  init?(_ path: String?, command: String, now: Timestamp, _ session: CommandContext) {
    guard let path else { return nil }
    self.path = path
    self.command = command
    self.session = session
    started = now
    throttledBefore = session.azure.settings.http.throttledCount
  }

  /// Writes the file.
  /// - Parameters:
  ///   - totals: what the rows come to.
  ///   - bytes: what the bytes are: sent, or freed.
  ///   - isComplete: false for a run that an error ended.
  /// - Throws: ``AcrError`` where the file cannot be written.
  func write(
    _ totals: ReportTotals, _ bytes: (name: String, help: String), isComplete: Bool
  ) throws(AcrError) {
    let (counts, failures) = (totals.counts, totals.failures)
    var text = ""
    func family(_ name: String, _ help: String, _ samples: [(labels: String, value: String)]) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
      for sample in samples {
        text += "\(name){command=\"\(command)\"\(sample.labels.isEmpty ? "" : ",\(sample.labels)")} \(sample.value)\n"
      }
    }
    let seconds = Double((ContinuousClock.now - start).nanoseconds) / 1_000_000_000
    family("acrsh_run_start_timestamp_seconds", "When the last run began.", [("", "\(started.seconds)")])
    family("acrsh_run_duration_seconds", "How long the last run took.", [("", RunMetrics.number(seconds))])
    let isGood = isComplete && failures.isEmpty
    family("acrsh_run_success", "1 where the last run ended without a failure.", [("", isGood ? "1" : "0")])
    family(
      "acrsh_run_rows", "Rows of the last run by what was done.",
      counts.sorted { $0.key < $1.key }.map { ("action=\"\($0.key)\"", "\($0.value)") })
    family("acrsh_run_\(bytes.name)_bytes", bytes.help, [("", "\(totals.bytes.bytes)")])
    family(
      "acrsh_run_failures", "Failures of the last run by kind.",
      failures.sorted { $0.key < $1.key }.map { ("kind=\"\($0.key)\"", "\($0.value)") })
    family(
      "acrsh_run_throttled_requests", "Answers of the last run that asked to send later (429, 503 with Retry-After).",
      [("", "\(session.azure.settings.http.throttledCount - throttledBefore)")])
    text += "# EOF\n"
    try FileSystem.replace(path, with: Array(text.utf8))
  }

  private static func number(_ seconds: Double) -> String { ByteCount.fixed(seconds, decimals: 3) }
}
