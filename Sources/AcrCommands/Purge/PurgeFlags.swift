import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime
import AcrSystem
import ImportCore
import OCIRegistry

/// The flags of `purge` that make a rule.
enum PurgeFlags {
  struct Parameters: ParameterSet {
    let rules = Flag<String?>("rules", help: "a file of rules in YAML (docs/purge.md)", completer: .file)
    let tags = Flag<[String]>(
      "tags", defaultText: "all", help: "deletes tags that fit a glob, /regex/ or version range",
      check: TextPattern.check)
    let keepTags = Flag<[String]>(
      "keep-tags", defaultText: "none", help: "never deletes tags that fit a glob, /regex/ or version range",
      check: TextPattern.check)
    let olderThan = Flag<Duration?>("older-than", help: "deletes only what was last changed longer ago, such as 30d")
    let keep = Flag<Int64?>("keep", help: "keeps the newest tags of those that would be deleted, this many")
    let group = Flag<String?>(
      "group", help: "with --keep: of each repository, minor (version), or /expression/", check: PurgeFlags.checkGroup)
    let untagged = Switch("untagged", help: "deletes manifests that no tag and nothing else needs")
  }

  static let checkGroup: TextCheck = { text in
    do throws(AcrError) {
      _ = try RuleWords.grouped(PurgeRule.Newest(1), by: text)
      return nil
    } catch {
      return TextProblem(error.message, help: error.help)
    }
  }

  /// The rules, and the share that a file of rules allows.
  /// - Throws: ``ArgumentError`` for flags that do not go together, and where nothing says what to delete.
  static func rules(_ call: Call<Parameters>) throws -> (rules: PurgeRules, maxShare: Double?) {
    let flags: [any DeclaredParameter] = [
      call.parameters.tags, call.parameters.olderThan, call.parameters.keep, call.parameters.group,
      call.parameters.untagged,
    ]
    let keeps = try locate(call.parameters.keepTags) {
      let tests = try call[\.keepTags].map { text throws(AcrError) in try RuleWords.pattern(text) }
      return tests.isEmpty ? [] : [PurgeRule("--keep-tags", .keep, [.tag(tests)])]
    }
    if let path = call[\.rules] {
      if let flag = flags.first(where: { call.isGiven($0) }) {
        throw ArgumentError(
          flag,
          AcrError(.usage, "`--\(flag.name)` and `--rules` both say what to delete", help: "write it into the file"))
      }
      let file = try locate(call.parameters.rules) {
        do {
          return try PurgeRulesFile.read(path)
        } catch let error as DocumentError {
          throw error.error
        }
      }
      return (PurgeRules(keeps + file.rules), file.maxShare)
    }
    guard flags.contains(where: { call.isGiven($0) }) else {
      throw AcrError(
        .usage, "no rule says what to delete",
        help: "give --tags, --older-than, --keep or --untagged, or a file with --rules FILE")
    }
    return (PurgeRules(keeps + (try deletions(call))), nil)
  }

  private static func deletions(_ call: Call<Parameters>) throws -> [PurgeRule] {
    var conditions: [PurgeCondition] = []
    var words: [String] = []
    if let age = call[\.olderThan] {
      guard age.nanoseconds >= 0 else {
        throw ArgumentError(call.parameters.olderThan, AcrError(.usage, "`--older-than` cannot be negative"))
      }
      conditions.append(.olderThan(age))
      words.append("--older-than")
    }
    let tests = try locate(call.parameters.tags) {
      try call[\.tags].map { text throws(AcrError) in try RuleWords.pattern(text) }
    }
    var newest: PurgeRule.Newest?
    if let count = call[\.keep] {
      guard (0...1_000_000).contains(count) else {
        throw ArgumentError(
          call.parameters.keep, AcrError(.usage, "`--keep \(count)` is not a number from 0 to 1000000"))
      }
      newest = PurgeRule.Newest(Int(count))
      if let group = call[\.group] {
        newest = try locate(call.parameters.group) { try newest.map { try RuleWords.grouped($0, by: group) } }
      }
    } else if call[\.group] != nil {
      throw ArgumentError(
        call.parameters.group,
        AcrError(.usage, "`--group` says of what `--keep` counts the newest", help: "add --keep N"))
    }
    var rules: [PurgeRule] = []
    let isUntaggedOnly = call[\.untagged] && tests.isEmpty && newest == nil
    if !isUntaggedOnly {
      let tags: [PurgeCondition] = tests.isEmpty ? [] : [.tag(tests)]
      let names = (tests.isEmpty ? [] : ["--tags"]) + words + (newest == nil ? [] : ["--keep"])
      rules.append(PurgeRule(names.joined(separator: " "), .delete, tags + conditions, newest: newest))
    }
    if call[\.untagged] {
      rules.append(PurgeRule((["--untagged"] + words).joined(separator: " "), .delete, [.untagged] + conditions))
    }
    return rules
  }
}
