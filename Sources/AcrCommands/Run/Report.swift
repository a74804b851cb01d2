import AcrCore
import AcrRuntime

/// What a run did, as `--report` writes it and `report merge` reads it.
struct Report: Sendable {
  /// The command.
  var command: String
  /// What it was about, such as source and target.
  var facts: [Fact] = []
  /// Which part of several it was, such as `2/8`.
  var shard: String?
  /// The machine.
  var host: String?
  var started: String?
  /// Nil while the run is under way, or where it was killed.
  var ended: String?
  var isDryRun = false
  /// What ended the run before its time.
  var error: Failure?
  /// How many of the rows that were planned are not done.
  var left = 0
  /// The rows that have ended.
  var rows: [Record] = []
  /// The reports that it was made of.
  var parts: [Part] = []

  /// A name and what it stands for.
  struct Fact: Sendable {
    let name: String
    let text: String
  }

  /// What ended a run.
  struct Failure: Sendable {
    var kind: String
    var message: String
    var help: String?

    init(_ error: AcrError) { (kind, message, help) = (error.kind.name, error.message, error.help) }

    init(kind: String, message: String, help: String? = nil) {
      (self.kind, self.message, self.help) = (kind, message, help)
    }
  }

  /// One of the reports that a report was made of.
  struct Part: Sendable {
    /// Where it was read.
    var name: String
    var shard: String?
    var host: String?
    var started: String?
    var ended: String?
    var rows: Int
    var failed: Int
    var error: Failure?
  }

  /// True for a run that came to its end.
  var isComplete: Bool { ended != nil && error == nil && left == 0 }

  /// The rows as pages show them.
  var items: [ReportItem] { rows.map(ReportItem.init) }

  /// The report as JSON: one object, with the rows last.
  /// - Throws: ``AcrError`` for a row with a secret.
  func json() throws(AcrError) -> String {
    var members: [JSONValue.Member] = [.init("command", .string(command))]
    members += facts.map { .init($0.name, .string($0.text)) }
    if let shard { members.append(.init("shard", .string(shard))) }
    if let host { members.append(.init("host", .string(host))) }
    members += [
      .init("started", started.map { .string($0) } ?? .null), .init("ended", ended.map { .string($0) } ?? .null),
      .init("dryRun", .bool(isDryRun)), .init("complete", .bool(isComplete)),
    ]
    if left > 0 { members.append(.init("left", .integer(Int64(left)))) }
    if let error { members.append(.init("error", Report.json(error))) }
    if !parts.isEmpty { members.append(.init("reports", .array(parts.map(Report.json)))) }
    var text = String(JSONValue.object(members).text.dropLast()) + ",\"rows\":["
    for (index, row) in rows.enumerated() {
      text += (index == 0 ? "\n" : ",\n") + (try Value.record(row).json())
    }
    return text + (rows.isEmpty ? "]}\n" : "\n]}\n")
  }

  private static func json(_ failure: Failure) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("kind", .string(failure.kind)), .init("message", .string(failure.message)),
    ]
    if let help = failure.help { members.append(.init("help", .string(help))) }
    return .object(members)
  }

  private static func json(_ part: Part) -> JSONValue {
    var members: [JSONValue.Member] = [.init("report", .string(part.name))]
    for (name, text) in [
      ("shard", part.shard), ("host", part.host), ("started", part.started), ("ended", part.ended),
    ] {
      if let text { members.append(.init(name, .string(text))) }
    }
    members += [.init("rows", .integer(Int64(part.rows))), .init("failed", .integer(Int64(part.failed)))]
    if let error = part.error { members.append(.init("error", json(error))) }
    return .object(members)
  }

  /// The report in a form.
  /// - Throws: ``AcrError`` for a row with a secret, which no report holds.
  func text(_ format: ReportFormat) throws(AcrError) -> String {
    switch format {
    case .json: try json()
    case .jsonl: rows.isEmpty ? "" : try DataFormat.jsonl.write(.list(rows.map(Value.record)))
    case .csv: rows.isEmpty ? "" : try DataFormat.csv.write(.list(rows.map(Value.record)))
    case .md: ReportMarkdown(self).text
    case .junit: ReportJUnit(self).text
    case .html: ReportPage(self).text
    }
  }
}
