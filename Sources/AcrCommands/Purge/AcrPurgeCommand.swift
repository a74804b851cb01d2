import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `acr purge`: Microsoft's words for `purge`.
struct AcrPurgeCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let registry = Flag<String?>("registry", short: "r", help: "the registry: a name or a host", completer: .registry)
    let filter = Flag<[String]>("filter", short: "f", help: "REPOSITORY:EXPRESSION, which tags of which repositories")
    let ago = Flag<String>("ago", default: "1d", help: "how long ago a tag was last changed, such as 30d or 2d3h6m")
    let keep = Flag<Int64>(
      "keep", default: 0, help: "keeps the newest of the tags that fit, and of manifests without a tag, this many")
    let untagged = Switch("untagged", help: "deletes manifests without a tag that are as old, too")
    let untaggedOnly = Switch(
      "untagged-only", help: "deletes manifests without a tag and no tags; of any age without --ago")
    let includeLocked = Switch("include-locked", help: "unlocks and deletes what is locked, too")
    let dryRun = Switch("dry-run", help: "shows the plan and deletes nothing")
    let concurrency = Flag<Int64>("concurrency", default: 4, help: "how many repositories to clean at a time")
    let filterTimeout = Flag<Int64?>(
      "filter-timeout-seconds", help: "accepted and not needed: expressions end in time by themselves")
    let pageSize = Flag<Int64?>("repository-page-size", help: "accepted and not needed")
    let maxShare = Flag<String>(
      "max-share", default: "100%", help: "the largest share of a repository that may go",
      check: PurgeCommand.checkShare)
    let confirmation = Deletion.Parameters()
  }

  let signature = Signature(
    "acr purge",
    summary: "Deletes old tags by Microsoft's `acr purge` flags",
    description: """
      Does what the page of acr-cli promises: deletes the tags that fit a filter and were last changed longer ago than \
      --ago, but for the newest --keep of them. Manifests stay without a tag, unless you give --untagged, which deletes those \
      that were last changed longer ago than --ago. Unlike acr-cli, it \
      never deletes what a tag, an index or a subject needs: platforms of a multi-platform image, signatures, SBOMs. `purge` \
      has more rules. It asks at the prompt, and not in scripts.
      """,
    group: .registry,
    examples: [
      .init(
        "What would go", "acr purge --registry myregistry --filter 'app:^pr-' --ago 30d --keep 3 --untagged --dry-run"),
      .init("What no tag needs, in all repositories", "acr purge --registry myregistry --untagged-only --ago 7d"),
      .init("In all repositories", "acr purge --registry myregistry --filter '.*:.*' --ago 90d --untagged"),
    ],
    changes: true, columns: OutputColumns(PurgeRows.columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    var line = AcrPurgeLine()
    line.filters = call[\.filter]
    line.ago = call[\.ago]
    line.isAgoGiven = call.isGiven(call.parameters.ago)
    line.keep = call[\.keep]
    line.untagged = call[\.untagged]
    line.untaggedOnly = call[\.untaggedOnly]
    line.includesLocked = call[\.includeLocked]
    line.concurrency = call[\.concurrency]
    guard let share = PurgeCommand.share(call[\.maxShare]) else {
      throw ArgumentError(
        call.parameters.maxShare, AcrError(.usage, "`\(call[\.maxShare])` is no share", help: "such as `80%`"))
    }
    return try line.purge(
      try session.registryHost(call, \.registry), session, maxShare: share,
      isDryRun: call.run.isDryRun || call[\.dryRun], run: call.run
    ) { what in try Deletion.ask(what, call[\.confirmation]) }
  }
}

/// `acr run --cmd "acr purge …"`: the task that people have, run here.
struct AcrRunCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let context = Positional<String?>("context", help: "ignored: `/dev/null`, as the Azure CLI wants it")
    let registry = Flag<String?>("registry", short: "r", help: "the registry: a name or a host", completer: .registry)
    let cmd = Flag<String>("cmd", help: "a line of `acr purge`", check: AcrRunCommand.check)
    let confirmation = Deletion.Parameters()
  }

  let signature = Signature(
    "acr run",
    summary: "Runs the line of an `acr purge` task on this machine",
    description: "acrsh runs no other tasks. The line means what it means to `acr purge`.",
    group: .registry,
    examples: [
      .init(
        "A task that people have",
        "az acr run --registry myregistry --cmd \"acr purge --filter 'app:.*' --ago 30d\" /dev/null")
    ],
    changes: true, columns: OutputColumns(PurgeRows.columns))

  static let check: TextCheck = { text in
    do throws(AcrError) {
      _ = try AcrPurgeLine.read(text).rules()
      return nil
    } catch {
      return TextProblem(error.message, help: error.help)
    }
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    let line = try locate(call.parameters.cmd) { try AcrPurgeLine.read(call[\.cmd]) }
    return try line.purge(
      try session.registryHost(call, \.registry), session, maxShare: 1, isDryRun: call.run.isDryRun, run: call.run
    ) { what in try Deletion.ask(what, call[\.confirmation]) }
  }
}
