import AcrCore
import AcrRuntime
import ImportCore
import OCIRegistry

/// A line of Microsoft's acr-cli: `acr purge --filter 'repo:expr' --ago 30d --keep 3 --untagged`.
struct AcrPurgeLine: Sendable {
  /// `repository:expression`, each; the repository is an expression too.
  var filters: [String] = []
  /// How old a tag has to be, as Go writes durations, with days: `2d3h6m`.
  var ago = "1d"
  /// Whether the line says how old; without it, `--untagged-only` is for manifests of any age.
  var isAgoGiven = false
  /// How many of the newest tags of each filter stay, and of the manifests without a tag.
  var keep: Int64 = 0
  /// Whether manifests without a tag are deleted, and those that lose their last one.
  var untagged = false
  /// Whether only manifests without a tag are deleted; filters then name repositories only.
  var untaggedOnly = false
  var includesLocked = false
  var isDryRun = false
  var concurrency: Int64?

  // MARK: What it means

  /// One `--filter`, or several of the same repository.
  private struct Filter {
    let repository: String
    let isRepository: TextTest
    var tags: [TextTest]
  }

  /// The rules that do what the line's page promises, and which repositories it means.
  func rules() throws(AcrError) -> (rules: PurgeRules, means: @Sendable (RepositoryName) -> Bool) {
    guard !untagged || !untaggedOnly else {
      throw AcrError(
        .usage, "`--untagged` and `--untagged-only` cannot be combined",
        help: "--untagged-only deletes no tags; --untagged deletes tags by --filter, too")
    }
    guard !filters.isEmpty || untaggedOnly else {
      throw AcrError(
        .usage, "`acr purge` needs `--filter`", help: "write `--filter 'REPOSITORY:EXPRESSION'`, for example 'app:^pr-'"
      )
    }
    guard (0...1_000_000).contains(keep) else {
      throw AcrError(.usage, "`--keep \(keep)` is not a number from 0 to 1000000")
    }
    let age = try AcrPurgeLine.duration(ago)
    var found: [Filter] = []
    for text in filters {
      let (repository, tag) = try AcrPurgeLine.parts(text)
      let test = try RuleWords.pattern("/\(tag)/")
      if let index = found.firstIndex(where: { $0.repository == repository }) {
        found[index].tags.append(test)
      } else {
        let isRepository = try RuleWords.pattern("/^(?:\(repository))$/")
        found.append(Filter(repository: repository, isRepository: isRepository, tags: [test]))
      }
    }
    let newest = keep == 0 ? nil : PurgeRule.Newest(Int(keep))
    var rules =
      untaggedOnly
      ? []
      : found.map { filter in
        PurgeRule(
          "--filter \(filter.repository)", .delete,
          [.repository([filter.isRepository]), .tag(filter.tags), .olderThan(age)], newest: newest)
      }
    let tests = found.isEmpty ? [RuleWords.anything] : found.map(\.isRepository)
    if untagged || untaggedOnly {
      let isAged = untagged || isAgoGiven
      rules.append(
        PurgeRule(
          untagged ? "--untagged" : "--untagged-only", .delete,
          [.repository(tests), .untagged] + (isAged ? [.olderThan(age)] : []), newest: newest))
    }
    return (PurgeRules(rules), { name in tests.contains { $0.matches(name.name) } })
  }

  /// Divides a filter at the first colon that is not part of an expression's `(?:`.
  private static func parts(_ text: String) throws(AcrError) -> (String, String) {
    var last: Character?
    for index in text.indices {
      if text[index] == ":", last != "?" {
        let (repository, tag) = (String(text[..<index]), String(text[text.index(after: index)...]))
        if !repository.isEmpty, !tag.isEmpty { return (repository, tag) }
        break
      }
      last = text[index]
    }
    throw AcrError(
      .usage, "`\(text)` is no filter of `acr purge`", help: "write REPOSITORY:EXPRESSION, for example 'app:.*'")
  }

  /// Reads `30d`, `1h15m`, `2d3h6m`.
  static func duration(_ text: String) throws(AcrError) -> Duration {
    let units: [Character: Int64] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]
    var seconds: Int64 = 0
    var digits = ""
    var isFine = !text.isEmpty
    for character in text {
      if character.isASCII, character.isNumber {
        digits.append(character)
        continue
      }
      guard let unit = units[character], let number = Int64(digits), number <= 1_000_000 else {
        isFine = false
        break
      }
      seconds += number * unit
      digits = ""
    }
    guard isFine, digits.isEmpty else {
      throw AcrError(.usage, "`--ago \(text)` is no duration", help: "write days, hours and minutes: `30d`, `2d3h6m`")
    }
    return .seconds(seconds)
  }

  // MARK: `az acr run --cmd`

  /// Reads what stands behind `az acr run --cmd`.
  /// - Throws: ``AcrError`` of kind `usage` for anything but a line of `acr purge`.
  static func read(_ text: String) throws(AcrError) -> AcrPurgeLine {
    var words = try AcrPurgeLine.words(text)[...]
    let program = words.popFirst() ?? ""
    let isProgram = program == "acr" || program.split(separator: "/").last?.hasPrefix("acr-cli") == true
    guard isProgram || program.hasSuffix("/acr:latest"), words.popFirst() == "purge" else {
      throw AcrError(
        .usage, "acrsh runs no tasks of Azure, except `acr purge`",
        help: "run others in Azure with the Azure CLI: az acr run")
    }
    var line = AcrPurgeLine()
    while let word = words.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      let name = parts.first ?? word
      /// The value of a flag: behind `=`, or the next word.
      func value() throws(AcrError) -> String {
        if parts.count == 2 { return parts[1] }
        guard let next = words.popFirst() else {
          throw AcrError(.usage, "`\(name)` of `acr purge` needs a value")
        }
        return next
      }
      func number() throws(AcrError) -> Int64 {
        let text = try value()
        guard let number = Int64(text) else { throw AcrError(.usage, "`\(name) \(text)` of `acr purge` is no number") }
        return number
      }
      switch name {
      case "--filter", "-f": line.filters.append(try value())
      case "--ago":
        line.ago = try value()
        line.isAgoGiven = true
      case "--keep": line.keep = try number()
      case "--concurrency": line.concurrency = try number()
      case "--untagged": line.untagged = true
      case "--untagged-only": line.untaggedOnly = true
      case "--dry-run", "-d": line.isDryRun = true
      case "--include-locked": line.includesLocked = true
      // The registry is that of the task. Expressions need no limit of time, and the size of pages changes nothing.
      case "--registry", "-r", "--filter-timeout-seconds", "--repository-page-size": _ = try value()
      case "--verbose": break
      default:
        throw AcrError(
          .usage, "acrsh does not know `\(name)` of `acr purge`",
          help: "it knows --filter, --ago, --keep, --untagged, --untagged-only, --include-locked, --dry-run, "
            + "--concurrency")
      }
    }
    return line
  }

  /// Divides a line into words as a shell does, with both quotes and `{{ … }}`.
  private static func words(_ text: String) throws(AcrError) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var braces = 0
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace, braces == 0 {
        if let done = word { words.append(done) }
        word = nil
      } else {
        if character == "{" { braces += 1 }
        if character == "}" { braces = max(0, braces - 1) }
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil, braces == 0 else { throw AcrError(.usage, "a quote in `--cmd` is not closed") }
    if let word { words.append(word) }
    return words
  }

  // MARK: The work

  /// Purges the registry of a task.
  func purge(
    _ host: RegistryHost, _ session: CommandContext, maxShare: Double, isDryRun: Bool, run: RunContext,
    ask: (String) throws -> Void
  ) throws -> Output {
    let (rules, means) = try rules()
    let client = session.registries.client(host)
    let all = try Blocking.wait(run) { try await client.catalog().all() }
    let names = all.filter(means)
    guard !names.isEmpty else {
      throw AcrError(
        .notFound, "no repository of \(host) fits the filters", help: "see them with `repository list --name \(host)`")
    }
    var options = PurgeOptions(now: run.host.now())
    options.includesLocked = includesLocked
    options.deletesTagsOnly = !untagged && !untaggedOnly
    options.maxShare = maxShare
    let jobs = concurrency ?? 4
    guard (1...1000).contains(jobs) else {
      throw AcrError(.usage, "`--concurrency \(jobs)` is not a number from 1 to 1000")
    }
    let targets = PurgeTargets(
      names.map { RegistryRepository(client: client, name: $0, access: .pull) },
      isWholeRegistry: names.count == all.count)
    let work = PurgeWork(
      session: session, targets: targets, rules: rules, options: options, jobs: Int(min(jobs, 64)),
      long: LongRun(session, run, isDryRun: isDryRun || self.isDryRun))
    return try work { what in
      // Microsoft's command does not ask. Somebody at the prompt is asked all the same.
      if run.isInteractive { try ask(what) }
    }
  }
}
