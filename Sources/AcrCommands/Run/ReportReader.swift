import AcrCore
import AcrRuntime
import AcrSystem
import ImportCore

/// Reads reports that `--report` wrote.
enum ReportReader {
  /// The longest report that is read, in bytes.
  static let longest = 512 << 20

  /// A report, and whether it can say that its run came to its end.
  struct Found {
    let name: String
    let report: Report
    let tellsEnd: Bool
  }

  /// Reads a file.
  /// - Throws: ``AcrError`` for a file that cannot be read, or is no report.
  static func read(_ path: String) throws(AcrError) -> Found {
    let format = try format(path)
    let bytes = try FileSystem.read(path, upTo: longest, .anything)
    return try read(bytes, format, name: path)
  }

  /// Reads a report in a registry, or those of all parts. Of the parts of several runs those of the last run count.
  /// - Throws: ``AcrError`` of kind `not-found` where there is none.
  static func read(_ artifact: FileArtifact) async throws -> [Found] {
    if let content = try await artifact.read() { return [try read(content, name: artifact.name)] }
    var found: [Found] = []
    for part in try await artifact.parts() {
      if let content = try await part.read() { found.append(try read(content, name: part.name)) }
    }
    func count(_ found: Found) -> Substring? { found.report.shard?.split(separator: "/").last }
    guard let last = found.max(by: { ($0.report.started ?? "") < ($1.report.started ?? "") }) else {
      throw AcrError(.notFound, "there is no report \(artifact.name), and none of a part of it")
    }
    return found.filter { count($0) == count(last) }
  }

  private static func read(_ content: FileArtifact.Content, name: String) throws(AcrError) -> Found {
    let format: DataFormat
    switch content.mediaType {
    case ReportFormat.json.mediaType: format = .json
    case ReportFormat.jsonl.mediaType: format = .jsonl
    case ReportFormat.csv.mediaType: format = .csv
    default:
      throw AcrError(
        .usage, "\(name) is a page (\(content.mediaType)), and only reports in JSON, JSON lines or CSV are read")
    }
    return try read(content.bytes, format, name: name)
  }

  /// Reads a text.
  static func read(_ bytes: [UInt8], _ format: DataFormat, name: String) throws(AcrError) -> Found {
    let value = try format.read(bytes, name: name)
    if format == .json, case .record(let head) = value {
      guard let report = report(head) else { throw refusal(name) }
      return Found(name: name, report: report, tellsEnd: true)
    }
    guard case .list(let items) = value else { throw refusal(name) }
    var report = Report(command: "run")
    report.rows = try rows(items, name)
    return Found(name: name, report: report, tellsEnd: false)
  }

  private static func format(_ path: String) throws(AcrError) -> DataFormat {
    switch ReportFormat(path: path) {
    case .json?, nil: .json
    case .jsonl?: .jsonl
    case .csv?: .csv
    case .md?, .junit?, .html?:
      throw AcrError(
        .usage, "`\(path)` is a page, and only reports in JSON, JSON lines or CSV are read",
        help: "several forms of one report: --report run.json --report run.html")
    }
  }

  private static func report(_ head: Record) -> Report? {
    func text(_ name: String) -> String? { if case .string(let text)? = head[name] { text } else { nil } }
    guard let command = text("command"), case .list(let items)? = head["rows"] else { return nil }
    var report = Report(command: command)
    let known = [
      "command", "shard", "host", "started", "ended", "dryRun", "complete", "left", "error", "reports", "rows",
    ]
    for (name, value) in zip(head.shape.names, head.values) where !known.contains(name) {
      if case .string(let text) = value { report.facts.append(.init(name: name, text: text)) }
    }
    report.shard = text("shard")
    report.host = text("host")
    report.started = text("started")
    report.ended = text("ended")
    if case .bool(true)? = head["dryRun"] { report.isDryRun = true }
    if case .int(let left)? = head["left"] { report.left = Int(clamping: max(0, left)) }
    if case .record(let error)? = head["error"], case .string(let kind)? = error["kind"],
      case .string(let message)? = error["message"]
    {
      var failure = Report.Failure(kind: kind, message: message)
      if case .string(let help)? = error["help"] { failure.help = help }
      report.error = failure
    }
    for case .record(let row) in items { report.rows.append(row) }
    return report.rows.count == items.count ? report : nil
  }

  private static func rows(_ items: [Value], _ name: String) throws(AcrError) -> [Record] {
    var rows: [Record] = []
    for item in items {
      guard case .record(let row) = item, row["action"] != nil || row["status"] != nil else { throw refusal(name) }
      rows.append(row)
    }
    return rows
  }

  private static func refusal(_ name: String) -> AcrError {
    AcrError(
      .invalid, "`\(name)` is no report of a run", help: "give files that `--report` of mirror, import or purge wrote")
  }
}

/// Makes one report of the reports of several runs.
struct ReportMerge {
  private(set) var report: Report
  private(set) var totals = ReportTotals()
  /// What there is to say beside the report.
  private(set) var notes: [String] = []

  /// Failures by how much they matter, the most important first: what no other try helps, then what one may.
  private static let order: [Int32] = [2, 4, 7, 1, 3, 130, 8, 9, 5]

  /// - Throws: ``AcrError`` of kind `usage` for reports that do not belong together.
  init(_ found: [ReportReader.Found]) throws(AcrError) {
    let found = try ReportMerge.latest(found, &notes)
    let commands = Set(found.map(\.report.command))
    report = Report(command: commands.count == 1 ? commands.first ?? "" : "runs")
    report.facts =
      found.first?.report.facts.filter { fact in
        found.allSatisfy { $0.report.facts.contains { $0.name == fact.name && $0.text == fact.text } }
      } ?? []
    report.started = found.compactMap(\.report.started).min()
    report.ended =
      found.contains { $0.tellsEnd && $0.report.ended == nil } ? nil : found.compactMap(\.report.ended).max()
    if report.ended == nil, found.allSatisfy({ !$0.tellsEnd }) { report.ended = Timestamp.now().description }
    report.isDryRun = found.contains(where: \.report.isDryRun)
    report.left = found.reduce(0) { $0 + $1.report.left }
    var failures: [Report.Failure] = []
    for one in found {
      var part = ReportTotals()
      for item in one.report.items { part.add(item) }
      for item in one.report.items { totals.add(item) }
      report.rows += one.report.rows
      var error = one.report.error
      if one.tellsEnd, one.report.ended == nil, error == nil {
        error = Report.Failure(
          kind: ErrorKind.cancelled.name, message: "the run has not ended, or was killed",
          help: "run the same line again")
      }
      if !one.tellsEnd { notes.append("\(one.name) has rows only, and does not say whether its run came to its end") }
      report.parts.append(
        Report.Part(
          name: one.name, shard: one.report.shard, host: one.report.host, started: one.report.started,
          ended: one.report.ended, rows: part.rows, failed: part.failed, error: error))
      if let error { failures.append(error) }
    }
    if let missing = ReportMerge.missing(found) { failures.append(missing) }
    report.error = ReportMerge.worst(failures)
  }

  /// Of several reports of one part, the last: a pod that was tried again.
  private static func latest(
    _ found: [ReportReader.Found], _ notes: inout [String]
  ) throws(AcrError) -> [ReportReader.Found] {
    let counts = Set(found.compactMap { $0.report.shard?.split(separator: "/").last })
    guard counts.count <= 1 else {
      throw AcrError(
        .usage, "the reports are parts of different runs: of \(counts.sorted().joined(separator: " and of ")) parts",
        help: "merge the parts of one run")
    }
    var kept: [ReportReader.Found] = []
    for one in found {
      guard let shard = one.report.shard, let index = kept.firstIndex(where: { $0.report.shard == shard }) else {
        kept.append(one)
        continue
      }
      let isLater = (one.report.started ?? "") > (kept[index].report.started ?? "")
      let (last, other) = isLater ? (one, kept[index]) : (kept[index], one)
      notes.append("part \(shard) has two reports; \(last.name) is later than \(other.name) and counts")
      kept[index] = last
    }
    return kept
  }

  private static func missing(_ found: [ReportReader.Found]) -> Report.Failure? {
    let shards = Set(found.compactMap(\.report.shard))
    guard let count = shards.first?.split(separator: "/").last.flatMap({ Int($0) }), (1...Shard.most).contains(count)
    else { return nil }
    let missing = (1...count).map { "\($0)/\(count)" }.filter { !shards.contains($0) }
    guard !missing.isEmpty else { return nil }
    let more = missing.count > 10 ? " and \(missing.count - 10) more" : ""
    return Report.Failure(
      kind: ErrorKind.notFound.name,
      message: "there is no report of \(missing.count == 1 ? "the part" : "the parts") "
        + missing.prefix(10).joined(separator: ", ") + more, help: "give the reports of all parts")
  }

  private static func worst(_ failures: [Report.Failure]) -> Report.Failure? {
    func rank(_ failure: Report.Failure) -> Int {
      order.firstIndex(of: ErrorKind(name: failure.kind)?.exitCode ?? 1) ?? order.count
    }
    guard var worst = failures.min(by: { rank($0) < rank($1) }) else { return nil }
    if failures.count > 1 { worst.message += " (and \(failures.count - 1) more, see the parts)" }
    return worst
  }
}
