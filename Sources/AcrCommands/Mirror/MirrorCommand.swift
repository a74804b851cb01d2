import AcrSystem
import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `mirror`: makes a repository, or a whole registry, like another.
struct MirrorCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let source = Positional<String>(
      "source", help: "the repository to read: HOST/NAME or oci:PATH", completer: .reference)
    let target = Positional<String>(
      "target", help: "the repository to write: HOST/NAME or oci:PATH", completer: .reference)
    let tags = Flag<[String]>(
      "tags", defaultText: "all", help: "only tags that fit a glob, /regex/ or version range", check: TextPattern.check)
    let newest = Flag<Int64?>("newest", help: "only the newest tags, at most this many")
    let newerThan = Flag<Duration?>("newer-than", help: "only tags that are not older than this, for example 90d")
    let platform = Flag<[String]>(
      "platform", defaultText: "all", help: "exactly these platforms of each image, for example linux/arm64",
      check: MirrorCommand.checkPlatform)
    let referrers = Flag<Bool>(
      "referrers", default: true, help: "whether to copy signatures, SBOMs and other referrers")
    let noReferrers = Switch("no-referrers", help: "leaves them out, as --referrers false does")
    let allRepositories = Switch(
      "all-repositories", help: "source and target are registries, and every repository is mirrored")
    let prune = Switch("prune", help: "deletes tags at the target that the source does not have, after asking")
    let allowEmptySource = Switch(
      "allow-empty-source", help: "with --prune: deletes even if the source lists no tags at all")
    let yes = Switch("yes", short: "y", help: "does not ask before it deletes")
    let dryRun = Switch("dry-run", help: "shows what would be done")
    let jobs = Flag<Int64?>(
      "jobs",
      help: """
        how many tags to copy at a time, at most (\(ImportQueue.defaultJobs); \
        \(ImportQueue.defaultServiceJobs) by Azure)
        """)
    let keepGoing = Switch("keep-going", help: "continues when a tag fails")
    let policy = PolicyArgument.flag
    let report = Flag<String?>("report", help: "a file about the run: .json, .jsonl or .csv", completer: .file)
    let journal = Flag<String?>("journal", help: "a journal file, to resume a run that was killed", completer: .file)
    let metrics = RunMetrics.flag
    let shard = ShardArgument.flag("repositories")
    let engine = Flag<String>(
      "engine", default: "direct", help: "who copies images: this machine (direct) or Azure (service)",
      completer: .fixed(["direct", "service"]), check: MirrorCommand.checkEngine)
  }

  let signature = Signature(
    "mirror",
    summary: "Mirrors a repository: all tags, or the selected ones",
    description: """
      Copies tags that are missing at the target, moves tags that point at another image, and skips tags that are \
      unchanged. Nothing is sent twice, also across repositories. Signatures, SBOMs and other referrers are copied \
      too. Tags that the source no longer has stay, unless you give --prune: it lists them first and asks.

      --tags takes a glob (`v1.*`), a regular expression (`/^v[0-9]+$/`) or a version range (`>=1.2 <2`). Given \
      several times, a tag must match one of them. --newest and --newer-than use the date of the tag in an Azure \
      registry, and the date in the image elsewhere.

      With --policy, tags whose image no rule accepts are rows with the action `refused` and the rule; nothing of \
      them is copied, and the others are. Tags that are unchanged are not looked at again.

      A dry run returns the plan as rows: tag, action, bytes and the reason. With --journal FILE, run the same line \
      again to resume a run that was killed. Finished work is only compared. With --shard, several runs share the \
      repositories of --all-repositories out among them.
      """,
    group: .registry,
    examples: [
      .init("A repository", "mirror docker.io/library/alpine localhost:5000/base/alpine"),
      .init(
        "The last five releases of a series, for two platforms",
        "mirror docker.io/library/alpine localhost:5000/base/alpine --tags \"^3.18\" --newest 5 --platform linux/amd64 --platform linux/arm64"
      ),
      .init("A whole registry", "mirror old.example.com new.example.com --all-repositories --keep-going"),
      .init("What would be done", "mirror localhost:5000/a localhost:5001/a --prune --dry-run"),
    ],
    changes: true,
    columns: OutputColumns(columns))

  static let checkPlatform: TextCheck = { text in
    do throws(AcrError) {
      _ = try PlatformChoice.platform(text)
      return nil
    } catch {
      return TextProblem(error.message, help: error.help)
    }
  }

  static let checkEngine: TextCheck = { text in
    ["direct", "service"].contains(text)
      ? nil : TextProblem("`--engine \(text)` is not an engine", help: "`direct` or `service`")
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    let isDryRun = call.run.isDryRun || call[\.dryRun]
    let options = try options(call)
    let mirror = try mirror(call, options)
    let shard = try ShardArgument.read(call.parameters.shard, call[\.shard], call.run)
    let pairs = try pairs(call).filter { pair in shard?.contains(pair.target.displayName) ?? true }
    let metrics = isDryRun ? nil : RunMetrics(call[\.metrics], command: "mirror", now: .now(), session)
    let started = Timestamp.now()
    let plans: [MirrorPlan]
    do {
      plans = try Blocking.wait(call.run) {
        try await ImportQueue(jobs: 8).run(pairs) { try await mirror.plan($0, options) }.map { try $0.get() }
      }
      if !isDryRun { try askBeforePruning(plans, call) }
    } catch {
      // Figures of an earlier run must not stand for this one.
      try? MirrorCommand.write(metrics, [], error: error)
      throw error
    }
    if isDryRun {
      let rows = try Blocking.wait(call.run) {
        var rows: [MirrorRow] = []
        for plan in plans { rows += try await mirror.preview(plan) }
        return rows
      }
      call.run.sink.message("dry run: nothing was changed")
      return try finish(rows, call, started: started, isDryRun: true, metrics)
    }
    let lines = MirrorProgress(session.progress)
    lines.expect(plans.reduce(0) { $0 + $1.items.count })
    do {
      let rows = try Blocking.wait(call.run) {
        try await mirror.run(plans, observer: { lines.begin($0) }, ended: { lines.end($0) })
      }
      lines.endAll()
      return try finish(rows, call, started: started, isDryRun: false, metrics)
    } catch {
      lines.endAll()
      try? MirrorCommand.write(metrics, lines.rows, error: error)
      // What was done up to here is worth a report too.
      try? writeReport(lines.rows, call, started: started, isDryRun: false, error: error as? AcrError)
      throw error
    }
  }

  // MARK: What is asked for

  private func options(_ call: Call<Parameters>) throws -> MirrorOptions {
    let patterns = try locate(call.parameters.tags) { try call[\.tags].map { try TextPattern($0) } }
    let platforms = try locate(call.parameters.platform) {
      try call[\.platform].map { try PlatformChoice.platform($0) }
    }
    var options = MirrorOptions(platforms: platforms.isEmpty ? nil : PlatformChoice(platforms))
    if !patterns.isEmpty { options.selects = { tag in patterns.contains { $0.matches(tag.name) } } }
    if let newest = call[\.newest] {
      guard newest > 0 else {
        throw ArgumentError(call.parameters.newest, AcrError(.usage, "`--newest \(newest)` keeps no tag"))
      }
      options.newest = Int(clamping: newest)
    }
    if let age = call[\.newerThan] {
      guard age.nanoseconds >= 0 else {
        throw ArgumentError(call.parameters.newerThan, AcrError(.usage, "`--newer-than` cannot be negative"))
      }
      options.newerThan = Timestamp(nanoseconds: Timestamp.now().nanoseconds - age.nanoseconds)
    }
    options.listsReferrers = call[\.referrers] && !call[\.noReferrers]
    options.prunes = call[\.prune]
    options.prunesAll = call[\.allowEmptySource]
    return options
  }

  private func mirror(_ call: Call<Parameters>, _ options: MirrorOptions) throws -> Mirror {
    let standard = call[\.engine] == "service" ? ImportQueue.defaultServiceJobs : ImportQueue.defaultJobs
    let jobs = call[\.jobs] ?? Int64(standard)
    guard (1...256).contains(jobs) else {
      throw ArgumentError(call.parameters.jobs, AcrError(.usage, "`--jobs \(jobs)` is not a number from 1 to 256"))
    }
    let sink = call.run.sink
    let journal = try locate(call.parameters.journal) {
      try call[\.journal].map { try ImportJournal(path: $0) { sink.message("warning: \($0)") } }
    }
    let queue = ImportQueue(jobs: Int(jobs), keepsGoing: call[\.keepGoing])
    let found = try PolicyArgument.gate(call.parameters.policy, call[\.policy], session)
    let gate = found.map { found -> Mirror.Gate in { try await found.accept($0) } }
    guard call[\.engine] == "service" else {
      return Mirror(engine: session.engine, queue: queue, journal: journal, gate: gate)
    }
    guard options.platforms == nil else {
      throw ArgumentError(
        call.parameters.platform,
        AcrError(.usage, "Azure imports images whole", help: "`--engine direct` can leave platforms out"))
    }
    let session = session
    let importer: Mirror.Importer = { request, observer in
      let engine = try await session.azure.signedIn().engine
      let plan = try await engine.plan(request)
      return try await engine.run(
        request, plan: plan, observer: observer, started: { try? session.operations.keep($0) },
        ended: { if let id = $0.id { session.operations.remove(id) } })
    }
    return Mirror(engine: session.engine, queue: queue, journal: journal, importer: importer, gate: gate)
  }

  /// The preview of what `--prune` deletes, and the question.
  private func askBeforePruning(_ plans: [MirrorPlan], _ call: Call<Parameters>) throws {
    let plans = plans.filter { $0.pruneRefusal == nil && !$0.prunes.isEmpty }
    let count = plans.reduce(0) { $0 + $1.prunes.count }
    guard count > 0 else { return }
    for plan in plans {
      let shown = plan.prunes.prefix(20).map(\.name).joined(separator: ", ")
      let more = plan.prunes.count > 20 ? " and \(plan.prunes.count - 20) more" : ""
      call.run.sink.message(
        "no longer at the source, will be deleted from \(plan.pair.target.displayName): \(shown)\(more)")
    }
    if call[\.yes] { return }
    guard call.run.isInteractive, let prompter = call.run.prompter else {
      throw ArgumentError(
        call.parameters.prune,
        AcrError(
          .usage, "no terminal to ask whether \(count) tag\(count == 1 ? "" : "s") may be deleted",
          help: "`--yes` deletes without asking; `--dry-run` shows what would be done"))
    }
    guard try prompter.confirm("Delete \(count) tag\(count == 1 ? "" : "s")?") else {
      throw AcrError(.cancelled, "nothing was deleted: the answer was no")
    }
  }

  // MARK: The result

  private func finish(
    _ rows: [MirrorRow], _ call: Call<Parameters>, started: Timestamp, isDryRun: Bool, _ metrics: RunMetrics?
  ) throws -> Output {
    var counts: [(MirrorRow.Action, Int)] = []
    for action in MirrorRow.Action.allCases {
      let count = rows.count { $0.action == action }
      if count > 0 { counts.append((action, count)) }
    }
    let bytes = rows.lazy.map(\.bytes).total
    let numbers = counts.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
    call.run.sink.message(
      "\(rows.count) tags: \(numbers.isEmpty ? "nothing to do" : numbers); \(ByteCount.human(bytes))")
    if rows.contains(where: { $0.action == .failed || $0.action == .refused }) { call.run.noteFailedItem() }
    try writeReport(rows, call, started: started, isDryRun: isDryRun, error: nil)
    try MirrorCommand.write(metrics, rows, error: nil)
    return .value(.list(rows.map { .record(MirrorCommand.record($0)) }))
  }

  private static func write(_ metrics: RunMetrics?, _ rows: [MirrorRow], error: (any Error)?) throws(AcrError) {
    var counts: [String: Int] = [:]
    var failures: [String: Int] = [:]
    for row in rows {
      counts[row.action.rawValue, default: 0] += 1
      if row.action == .failed || row.action == .refused {
        failures[row.error?.kind.name ?? "unknown", default: 0] += 1
      }
    }
    if let error { failures[(error as? AcrError)?.kind.name ?? "cancelled", default: 0] += 1 }
    try metrics?.write(
      counts: counts, bytes: ("sent", "What the last run sent.", rows.lazy.map(\.bytes).total.bytes),
      failures: failures, isComplete: error == nil)
  }

  private static let columns = [
    Column("repository", help: "the repository at the target").key,
    Column("tag", help: "the tag").key,
    Column("action", help: "what was done with it, or in a dry run would be").key,
    Column("digest", null: "where it is not known", help: "the digest of the image"),
    Column("bytes", .size, help: "what was sent"),
    Column("referrers", .int, help: "how many artifacts about the image came along, or in a dry run would").detail,
    Column("reason", help: "why"),
  ]
  private static let shape = Shape(columns)

  private static func record(_ row: MirrorRow) -> Record {
    Record(
      shape: shape,
      values: [
        .string(row.repository), .string(row.tag.name), .string(row.action.rawValue),
        row.digest.map { .string($0.description) } ?? .null, .size(row.bytes.bytes), .int(Int64(row.referrers)),
        .string(row.reason),
      ])
  }

  private func writeReport(
    _ rows: [MirrorRow], _ call: Call<Parameters>, started: Timestamp, isDryRun: Bool, error: AcrError?
  ) throws {
    guard let path = call[\.report] else { return }
    if let format = DataFormat(path: path), format != .json {
      let values = Value.list(rows.map { .record(MirrorCommand.record($0)) })
      return try locate(call.parameters.report) {
        try FileSystem.replace(path, with: Array(try format.write(values).utf8))
      }
    }
    var members: [JSONValue.Member] = [
      .init("source", .string(call[\.source])), .init("target", .string(call[\.target])),
      .init("started", .string(started.description)), .init("ended", .string(Timestamp.now().description)),
      .init("dryRun", .bool(isDryRun)),
    ]
    if let error {
      members.append(.init("error", ["kind": .string(error.kind.name), "message": .string(error.message)]))
    }
    members.append(.init("rows", .array(rows.map(MirrorCommand.json))))
    let bytes = Array((JSONValue.object(members).text + "\n").utf8)
    try locate(call.parameters.report) {
      try FileSystem.replace(path, with: bytes, isStopped: { call.run.isInterrupted })
    }
  }

  private static func json(_ row: MirrorRow) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("repository", .string(row.repository)), .init("tag", .string(row.tag.name)),
      .init("action", .string(row.action.rawValue)),
      .init("digest", row.digest.map { .string($0.description) } ?? .null), .init("bytes", .integer(row.bytes.bytes)),
      .init("referrers", .integer(Int64(row.referrers))), .init("reason", .string(row.reason)),
    ]
    if let error = row.error { members.append(.init("kind", .string(error.kind.name))) }
    return .object(members)
  }
}
