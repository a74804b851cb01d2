import AcrLanguage
import AcrRuntime

/// The flags that the long works share: `mirror`, `purge`, and `import` of rows.
struct LongRunParameters: ParameterSet {
  let report: Flag<[String]>
  let reportFormat = Flag<String?>(
    "report-format", defaultText: "by the name", help: "the form of the report: \(ReportFormat.names)",
    completer: .fixed(ReportFormat.allCases.map(\.rawValue)), check: ReportFormat.check)
  let journal: Flag<String?>
  let metrics = RunMetrics.flag
  let shard: Flag<String?>
  let lock = Flag<String?>(
    "lock", help: "only one run at a time holds the lock of this name on this machine; a path is a file of its own",
    check: RunLock.check)
  let deadline = Flag<Duration?>(
    "deadline", help: "ends the run after this time, such as 3h, with a true report and journal (exit code 8)")
  let log = Flag<String?>(
    "log", help: "writes a log: json or text, a line for each row and message",
    completer: .fixed(RunLog.Format.allCases.map(\.rawValue)), check: RunLog.checkFormat)
  let logFile = Flag<String?>(
    "log-file", defaultText: "standard error", help: "the file that the log is added to", completer: .file)
  let logLevel = Flag<String>(
    "log-level", default: "info", help: "the least that is logged: error, warn, info or debug",
    completer: .fixed(RunLog.Level.allCases.map(\.name)), check: RunLog.checkLevel)

  init() { self.init(journal: "a journal file, to resume a run that was killed", shares: "repositories") }

  /// - Parameters:
  ///   - journal: what help says of `--journal`.
  ///   - shares: what `--shard` shares out.
  ///   - condition: when the flags can be given, as it stands before the help of some.
  init(journal: String, shares: String, condition: String = "") {
    report = Flag(
      "report", defaultText: "none",
      help: "\(condition)a file about the run: .json, .jsonl, .csv, .md, .html or .xml (JUnit); or HOST/REPOSITORY:TAG",
      completer: .file)
    self.journal = Flag("journal", help: "\(condition)\(journal); or HOST/REPOSITORY:TAG", completer: .file)
    shard = ShardArgument.flag(shares)
  }
}
