import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `purge`: deletes tags and manifests by rules.
struct PurgeCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let targets = Rest<String>(
      "targets", help: "what to clean: HOST, HOST/REPOSITORY, or a glob such as HOST/dev/*",
      completer: .repositoryReference)
    let rules = PurgeFlags.Parameters()
    let keepIf = BlockFlag("keep-if", help: "a block that is asked about all that a rule deletes; true keeps it")
    let dryRun = Switch("dry-run", help: "shows the plan and deletes nothing")
    let confirmation = Deletion.Parameters()
    let maxShare = Flag<String?>(
      "max-share", help: "the largest share of a repository that may go, such as 80% (default 50%)",
      check: PurgeCommand.checkShare)
    let includeLocked = Switch("include-locked", help: "unlocks and deletes what is locked, too")
    let exactBytes = Switch("exact-bytes", help: "reads every manifest of an Azure registry, to count bytes exactly")
    let all = Switch("all", help: "lists what is kept, too, with the rule that keeps it")
    let jobs = Flag<Int64>("jobs", default: 4, help: "how many repositories to clean at a time")
    let run = LongRunParameters(
      journal: "a journal file: a run after one that was killed tells what that one deleted", shares: "repositories")
  }

  let signature = Signature(
    "purge",
    summary: "Deletes tags and manifests of a registry by rules",
    description: """
      Reads each repository completely, makes a plan, shows it, asks, and deletes. The first rule that fits a tag decides \
      whether it is kept or deleted; what no rule fits is kept. A manifest goes when its last tag goes. What a kept tag, \
      index or subject needs always stays, and signatures and other referrers go with what they refer to.

      A repository is left alone if it could not be read completely, or if more than --max-share of it would go. Tags that \
      were moved since the plan stay. Locked tags and manifests stay, unless you give --include-locked.

      With --keep-if a block decides about each tag, and each manifest without one, that a rule deletes: true keeps it, \
      false lets it go. It gets a record: \(PurgeKeepIf.columnNames). An error in it ends the command before anything is \
      deleted.

      Whatever ended a run, the same line again deletes what is left. With --journal FILE it also tells what the earlier run \
      deleted. With --shard, several runs share the repositories out among them.

      Give one rule by flags, or several in a file with --rules FILE: `acrsh --check FILE` checks it. docs/purge.md \
      explains the rules.
      """,
    group: .registry,
    examples: [
      .init(
        "What would go: tags that are older than 30 days, but not releases",
        "purge myregistry.azurecr.io/app --older-than 30d --keep-tags \"v*\" --dry-run"),
      .init(
        "Feature branches of all repositories of a team",
        "purge myregistry.azurecr.io/dev/* --tags \"feature-*\" --older-than 7d --yes"),
      .init("The newest ten tags stay", "purge localhost:5000/app --keep 10 --max-share 90%"),
      .init("What no tag needs", "purge localhost:5000 --untagged --older-than 1d"),
      .init(
        "A block decides, too",
        "purge localhost:5000/app --older-than 30d --keep-if { |m| ($m.tag ?? \"\") =~ \"^hold\" } --max-share 100% --dry-run"
      ),
      .init("Rules in a file", "purge myregistry.azurecr.io --rules purge.yaml --yes --report purge.json"),
    ],
    changes: true, columns: OutputColumns(PurgeRows.columns))

  static let checkShare: TextCheck = { text in
    share(text) == nil ? TextProblem("`\(text)` is no share", help: "from `0%` to `100%`, such as `80%`") : nil
  }

  /// Reads `80%` or `0.8`.
  static func share(_ text: String) -> Double? {
    let isPercent = text.hasSuffix("%")
    guard let number = Double(isPercent ? String(text.dropLast()) : text) else { return nil }
    let share = isPercent ? number / 100 : number
    return (0...1).contains(share) ? share : nil
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    guard !call[\.targets].isEmpty else {
      throw ArgumentError(
        call.parameters.targets, AcrError(.usage, "`purge` needs a registry", help: "give HOST or HOST/REPOSITORY"))
    }
    let (rules, maxShare) = try PurgeFlags.rules(call[\.rules])
    var options = PurgeOptions(now: call.run.host.now())
    options.includesLocked = call[\.includeLocked]
    options.listsKept = call[\.all]
    options.readsAll = call[\.exactBytes]
    let keepIf = call[\.keepIf]
    options.asks = keepIf != nil
    if let text = call[\.maxShare] {
      guard let share = PurgeCommand.share(text) else {
        throw ArgumentError(call.parameters.maxShare, AcrError(.usage, "`\(text)` is no share", help: "such as `80%`"))
      }
      options.maxShare = share
    } else if let maxShare {
      options.maxShare = maxShare
    }
    let jobs = call[\.jobs]
    guard (1...64).contains(jobs) else {
      throw ArgumentError(call.parameters.jobs, AcrError(.usage, "`--jobs \(jobs)` is not a number from 1 to 64"))
    }
    let isDryRun = call.run.isDryRun || call[\.dryRun]
    let long = try LongRun(
      call[\.run], "purge", session, isDryRun: isDryRun, bytes: ("freed", "What the last run freed, at most."),
      facts: [.init(name: "targets", text: call[\.targets].joined(separator: " "))])
    return try long {
      let targets = try locate(call.parameters.targets) { try PurgeTargets(call[\.targets], session, long.run) }
      let work = PurgeWork(
        session: session, targets: targets.part(long.shard), rules: rules, options: options, jobs: Int(jobs),
        long: long, keepIf: keepIf)
      return try work { what in try Deletion.ask(what, call.with(run: long.run)[\.confirmation]) }
    }
  }
}
