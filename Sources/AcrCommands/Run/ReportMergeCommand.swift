import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem
import ImportCore

/// `report merge`: one report of the reports of all parts of a run.
struct ReportMergeCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let files = Rest<String>(
      "files", help: "the reports: .json, .jsonl or .csv, or HOST/REPOSITORY:TAG", completer: .file)
    let report = Flag<[String]>(
      "report", defaultText: "none",
      help: "a file for the report of all: .json, .jsonl, .csv, .md, .html or .xml (JUnit)",
      completer: .file)
    let reportFormat = Flag<String?>(
      "report-format", defaultText: "by the name", help: "the form of the report: \(ReportFormat.names)",
      completer: .fixed(ReportFormat.allCases.map(\.rawValue)), check: ReportFormat.check)
  }

  private static let columns = [
    Column("reports", .int, help: "how many reports there are").key,
    Column("rows", .int, help: "how many rows they have").key,
    Column("failed", .int, help: "how many failed, or were refused").key,
    Column("changed", .int, help: "how many were brought, moved or deleted").key,
    Column("unchanged", .int, help: "how many needed nothing").key,
    Column("bytes", .size, help: "what was sent, or freed").key,
    Column("started", null: "where no report says it", help: "when the first run began").detail,
    Column("ended", null: "where no report says it", help: "when the last run ended").detail,
  ]
  private static let shape = Shape(columns)

  let signature = Signature(
    "report merge",
    summary: "Makes one report of the reports of all parts of a run",
    description: """
      Reads what --report of `mirror`, `import` or `purge` wrote in each part of a run (--shard), writes one report, and ends \
      as the whole run did: with an error where a part ended with one, was killed, or has no report, and with exit code 6 \
      where rows failed. Of several such errors the one counts that no other try helps: usage, auth and denied, rejected, \
      server and the like, not-found, cancelled, deadline, locked, throttled and network.

      Of two reports of one part the later counts. The names of the files can come from a pipe: \
      `glob "reports/*.json" | report merge`. Reports in JSON say whether their run came to its end; those in JSON lines and CSV \
      have rows only.

      A name such as HOST/REPOSITORY:TAG is a report in a registry. If there is none of that tag, the reports of all parts are \
      read that --report HOST/REPOSITORY:TAG wrote with --shard.
      """,
    group: .registry,
    examples: [
      .init(
        "The eight parts of a night, as a page and as data",
        "glob \"reports/*.json\" | report merge --report night.html --report night.json")
    ],
    input: .optional, columns: OutputColumns(columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let paths = try call[\.files] + names(call.input)
    guard !paths.isEmpty else {
      throw ArgumentError(
        call.parameters.files, AcrError(.usage, "`report merge` needs reports", help: "give the files of all parts"))
    }
    let session = session
    let found = try locate(call.parameters.files) {
      try paths.flatMap { path in
        try call.run.checkInterrupt()
        guard FileArtifact.isReference(path) else { return [try ReportReader.read(path)] }
        return try Blocking.wait(call.run) { try await ReportReader.read(FileArtifact(path, .report, session)) }
      }
    }
    let merge = try locate(call.parameters.files) { () throws(AcrError) in try ReportMerge(found) }
    let (report, totals) = (merge.report, merge.totals)
    try locate(call.parameters.report) {
      for path in call[\.report] { try write(report, path, call[\.reportFormat], call.run) }
    }
    for note in merge.notes { call.run.sink.message("note: \(note)") }
    call.run.sink.message(
      "\(found.count) report\(found.count == 1 ? "" : "s"), \(totals.rows) rows. \(ReportWords.verdict(report, totals))"
    )
    if totals.failed > 0 { call.run.noteFailedItem() }
    if let error = report.error {
      throw AcrError(ErrorKind(name: error.kind) ?? .server, error.message, help: error.help)
    }
    return .value(
      .record(
        Record(
          shape: Self.shape,
          values: [
            .int(Int64(report.parts.count)), .int(Int64(totals.rows)), .int(Int64(totals.failed)),
            .int(Int64(totals.changed)), .int(Int64(totals.same)), .size(totals.bytes.bytes),
            report.started.map(Value.string) ?? .null, report.ended.map(Value.string) ?? .null,
          ])))
  }

  private func write(_ report: Report, _ path: String, _ name: String?, _ run: RunContext) throws {
    guard FileArtifact.isReference(path) else {
      let format = try ReportFormat(name, path: path)
      return try FileSystem.replace(path, with: Array(try report.text(format).utf8))
    }
    let format = try name.map { try ReportFormat($0, path: path) } ?? .json
    let bytes = Array(try report.text(format).utf8)
    let artifact = try FileArtifact(path, .report, session)
    try Blocking.wait(run) {
      _ = try await artifact.write(over: try await artifact.digest(), mediaType: format.mediaType) { _ in bytes }
    }
  }

  /// The names that a pipe gives: texts, or records of `glob` with a path.
  private func names(_ input: Output?) throws -> [String] {
    guard let input, case .list(let items) = try input.collected() else { return [] }
    return try items.map { item in
      switch item {
      case .string(let text): return text
      case .record(let record):
        if case .string(let path)? = record["path"] { return path }
        fallthrough
      default: throw AcrError(.invalid, "`report merge` takes the names of files, not \(item.typePhrase)")
      }
    }
  }
}
