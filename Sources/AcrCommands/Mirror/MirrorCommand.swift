import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `mirror`: makes a repository, or a whole registry, like another.
struct MirrorCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let source = Positional<String?>(
      "source", unlessFlag: "file", help: "the repository to read: HOST/NAME or oci:PATH", completer: .reference)
    let target = Positional<String?>(
      "target", unlessFlag: "file", help: "the repository to write: HOST/NAME or oci:PATH", completer: .reference)
    let file = Flag<String?>(
      "file", short: "f",
      help: "a file of what to mirror, in place of source and target: acrsh's YAML, skopeo's, regsync's",
      completer: .file)
    let scoped = Switch("scoped", help: "with a file of skopeo: keeps the whole names of the sources")
    let tags = Flag<[String]>(
      "tags", defaultText: "all", help: "only tags that fit a glob, /regex/ or version range", check: TextPattern.check)
    let versions = Flag<[String]>(
      "versions", defaultText: "any", help: "only tags that are versions in a range, such as 1.x or \">=1.2 <2\"",
      check: MirrorCommand.checkVersions)
    let exceptTags = Flag<[String]>(
      "except-tags", defaultText: "none", help: "not tags that fit a glob, /regex/ or version range",
      check: TextPattern.check)
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
    let repositories = Flag<[String]>(
      "repositories", defaultText: "all", help: "with --all-repositories: those whose name fits a glob or /regex/",
      check: TextPattern.check)
    let exceptRepositories = Flag<[String]>(
      "except-repositories", defaultText: "none",
      help: "with --all-repositories: not those whose name fits a glob or /regex/", check: TextPattern.check)
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
    let run = LongRunParameters()
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
      several times, a tag must match one of them; it must be in a range of --versions too, and match no --except-tags. \
      --newest and --newer-than use the date of the tag in an Azure registry, and the date in the image elsewhere.

      With --policy, tags whose image no rule accepts are rows with the action `refused` and the rule; nothing of \
      them is copied, and the others are. Tags that are unchanged are not looked at again.

      With --file FILE, the file says what goes where: acrsh's own YAML (`acrsh: mirror`), or what `skopeo sync` and \
      regsync read, as it stands. What it says and `mirror` does not do is a warning with its line. `convert` makes a \
      script of such a file.

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
      .init("What a file says", "mirror --file mirrors.yaml --keep-going"),
      .init("A file of skopeo sync", "mirror myregistry.azurecr.io/mirror --file sync.yml --dry-run"),
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

  static let checkVersions: TextCheck = { text in
    do throws(AcrError) {
      _ = try TextPattern(versions: text)
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
    try checkPlaces(call)
    let long = try LongRun(
      call[\.run], "mirror", session, isDryRun: isDryRun, bytes: ("sent", "What the last run sent."),
      facts: [("file", call[\.file]), ("source", call[\.source]), ("target", call[\.target])].compactMap { name, text in
        text.map { .init(name: name, text: $0) }
      })
    return try long { try perform(call.with(run: long.run), long) }
  }

  private func perform(_ call: Call<Parameters>, _ long: LongRun) throws -> Output {
    let mirror = try mirror(call, long.journal)
    let found = try call[\.file].map { try works(file: $0, call, long) } ?? works(call, long)
    let chosen = found.filter { long.shard?.contains($0.pair.target.displayName) ?? true }
    let plans = try long.wait {
      try await ImportQueue(jobs: 8).run(chosen) { work in
        guard let image = work.image else { return try await mirror.plan(work.pair, work.options) }
        return try await mirror.plan(image.selector, as: image.tag, work.pair, work.options)
      }.map { try $0.get() }
    }
    let missing = zip(chosen, plans).flatMap(MirrorCommand.missing)
    if let first = missing.first?.error, !call[\.keepGoing], !long.isDryRun { throw first }
    for row in missing { long.add(MirrorCommand.reported(row)) }
    if long.isDryRun {
      let rows = try long.wait {
        var rows: [MirrorRow] = []
        for plan in plans { rows += try await mirror.preview(plan) }
        return missing + rows
      }
      call.run.sink.message("dry run: nothing was changed")
      for row in rows.dropFirst(missing.count) { long.add(MirrorCommand.reported(row)) }
      return try finish(rows, call, long)
    }
    try askBeforePruning(plans, call)
    let lines = MirrorProgress(session.progress)
    let count = plans.reduce(0) { $0 + $1.items.count }
    lines.expect(count)
    long.expect(count)
    defer { lines.endAll() }
    let rows = try long.wait {
      try await mirror.run(
        plans, observer: { lines.begin($0) },
        ended: { row in
          lines.end(row)
          long.add(MirrorCommand.reported(row))
        })
    }
    lines.endAll()
    return try finish(missing + rows, call, long)
  }

  // MARK: What is asked for

  /// Source and target are both needed where no file names them.
  private func checkPlaces(_ call: Call<Parameters>) throws {
    if call[\.file] != nil { return }
    if call[\.scoped] {
      throw ArgumentError(
        call.parameters.scoped, AcrError(.usage, "`--scoped` is for files of skopeo", help: "--file FILE"))
    }
    guard call[\.source] == nil || call[\.target] == nil else { return }
    let isFirst = call[\.source] == nil
    throw ArgumentError(
      isFirst ? call.parameters.source : call.parameters.target,
      AcrError(
        .usage, "`mirror` needs a \(isFirst ? "source" : "target")", help: "mirror SOURCE TARGET, or mirror --file FILE"
      ))
  }

  /// What source, target and flags say.
  private func works(_ call: Call<Parameters>, _ long: LongRun) throws -> [Work] {
    let options = try options(call)
    return try pairs(call, long).map { Work(pair: $0, options: options) }
  }

  /// What the flags say.
  func options(_ call: Call<Parameters>) throws -> MirrorOptions {
    let set = MirrorTagSet(patterns: call[\.tags], versions: call[\.versions], except: call[\.exceptTags])
    let isChosen = !set.patterns.isEmpty || !set.versions.isEmpty || !set.except.isEmpty
    let test = try locate(call.parameters.tags) { () throws(AcrError) in try set.test() }
    let platforms = try locate(call.parameters.platform) {
      try call[\.platform].map { try PlatformChoice.platform($0) }
    }
    var options = MirrorOptions(platforms: platforms.isEmpty ? nil : PlatformChoice(platforms))
    if isChosen { options.selects = { test($0.name) } }
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

  private func mirror(_ call: Call<Parameters>, _ journal: ImportJournal?) throws -> Mirror {
    let standard = call[\.engine] == "service" ? ImportQueue.defaultServiceJobs : ImportQueue.defaultJobs
    let jobs = call[\.jobs] ?? Int64(standard)
    guard (1...256).contains(jobs) else {
      throw ArgumentError(call.parameters.jobs, AcrError(.usage, "`--jobs \(jobs)` is not a number from 1 to 256"))
    }
    let queue = ImportQueue(jobs: Int(jobs), keepsGoing: call[\.keepGoing])
    let found = try PolicyArgument.gate(call.parameters.policy, call[\.policy], session)
    let gate = found.map { found -> Mirror.Gate in { try await found.accept($0) } }
    guard call[\.engine] == "service" else {
      return Mirror(engine: session.engine, queue: queue, journal: journal, gate: gate)
    }
    guard call[\.platform].isEmpty else {
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

  private func finish(_ rows: [MirrorRow], _ call: Call<Parameters>, _ long: LongRun) throws -> Output {
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
    try long.finish(rows.map(MirrorCommand.reported))
    return .value(.list(rows.map { .record(MirrorCommand.record($0)) }))
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

  private static let reportShape = shape.adding(["kind"])

  /// The row for a report, which names the kind of a failure too.
  private static func reported(_ row: MirrorRow) -> Record {
    Record(shape: reportShape, values: record(row).values + [row.error.map { .string($0.kind.name) } ?? .null])
  }
}
