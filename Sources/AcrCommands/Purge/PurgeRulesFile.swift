import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime
import AcrSystem
import ImportCore
import OCIRegistry

/// The file of `purge --rules`: YAML that starts with `acrsh: purge-rules`.
struct PurgeRulesFile {
  /// How `acrsh --check` knows it.
  static let kind = DocumentKind(
    name: "purge-rules", help: "rules of `purge`: what stays and what goes", keys: fileKeys
  ) { reader in _ = PurgeRulesFile(reader) }

  /// The rules, without what stands in files of their own.
  private(set) var rules: [PurgeRule] = []
  /// How much of a repository may be deleted, from 0 to 1; nil where the file says nothing.
  private(set) var maxShare: Double?
  /// Files with digests, by the position of the rule that names them.
  private var digestFiles: [(rule: Int, path: String)] = []

  /// Reads a file with everything that it names.
  /// - Throws: ``DocumentError`` with all that is wrong, ``AcrError`` for a file that cannot be read.
  static func read(_ path: String) throws -> PurgeRulesFile {
    let reader = try kind.open(path)
    var file = PurgeRulesFile(reader)
    try reader.finish()
    for (rule, name) in file.digestFiles {
      let folder = FileSystem.folder(of: path)
      let path = name.hasPrefix("/") ? name : folder.map { "\($0)/\(name)" } ?? name
      do throws(AcrError) {
        file.rules[rule].conditions.append(.digests(try DigestList.read(path)))
      } catch {
        var error = error
        if error.kind == .notFound {
          error.help =
            "the rule `\(file.rules[rule].name)` reads it; make it first, such as: kubectl get pods -A -o json > \(path)"
        }
        throw error
      }
    }
    return file
  }

  /// Reads a document and reports what is wrong with it.
  init(_ reader: DocumentReader) {
    guard
      let fields = reader.fields(
        reader.document.root, of: "a file of rules", known: [DocumentKind.key] + PurgeRulesFile.fileKeys.map(\.name))
    else { return }
    maxShare = fields.share("max-share")
    fields.require("rules", help: "write `rules:` and below it `- keep: …` or `- delete: …`")
    var all: Span?
    for (index, node) in fields.list("rules").enumerated() {
      if all != nil {
        reader.report(
          "this rule is never reached: the rule above fits everything", at: node.span, help: "move it up, or remove it")
        all = nil
      }
      guard let (rule, span) = read(node, "rule \(index + 1)", reader) else { continue }
      rules.append(rule)
      if rule.conditions.isEmpty, rule.newest == nil, digestFiles.last?.rule != rules.count - 1 { all = span }
    }
  }

  private mutating func read(_ node: DocumentNode, _ name: String, _ reader: DocumentReader) -> (PurgeRule, Span)? {
    guard let fields = reader.fields(node, of: "a rule", known: PurgeRulesFile.ruleKeys.map(\.name)) else { return nil }
    let words = ["keep", "delete"].filter { fields.has($0) }
    guard words.count == 1, let action = PurgeRule.Action(rawValue: words[0]) else {
      reader.report(
        words.isEmpty ? "a rule needs `keep` or `delete`" : "a rule keeps or deletes, and this one says both",
        at: node.span, help: "write `- keep: …` or `- delete: …`, and the next one as a rule of its own")
      return nil
    }
    var rule = PurgeRule(fields.text("name") ?? name, action)
    guard let value = fields.node(action.rawValue) else {
      fields.report(
        "`\(action.rawValue)` says of nothing what it is", about: action.rawValue,
        help: "write `\(action.rawValue): all` for everything")
      return nil
    }
    if case .scalar("all", _) = value.content { return (rule, value.span) }
    guard let conditions = reader.fields(value, of: "a rule", known: PurgeRulesFile.conditionKeys.map(\.name)) else {
      return nil
    }
    if let file = conditions.text("digests-file") { digestFiles.append((rules.count, file)) }
    rule.conditions = PurgeRulesFile.conditions(conditions, value, reader)
    rule.newest = PurgeRulesFile.newest(conditions, action)
    if rule.conditions.isEmpty, rule.newest == nil, !conditions.has("digests-file") {
      reader.report(
        "the rule has no condition", at: value.span,
        help: "write `\(action.rawValue): all` if it is for everything")
      return nil
    }
    return (rule, value.span)
  }

  // MARK: Conditions

  private static func conditions(
    _ fields: DocumentFields, _ node: DocumentNode, _ reader: DocumentReader
  ) -> [PurgeCondition] {
    /// Reads each text behind a key; what cannot be read is reported.
    func each<Result>(_ key: String, _ read: (String) throws(AcrError) -> Result) -> [Result] {
      fields.textNodes(key).compactMap { text, span in
        do throws(AcrError) {
          return try read(text)
        } catch {
          reader.report(error.message, at: span, help: error.help)
          return nil
        }
      }
    }
    /// A condition for what one of several texts describes.
    func some<Result>(
      _ key: String, _ read: (String) throws(AcrError) -> Result, _ make: ([Result]) -> PurgeCondition
    ) -> [PurgeCondition] {
      guard fields.node(key) != nil else { return [] }
      return [make(each(key, read))]
    }
    var found: [PurgeCondition] = []
    found += some("repository", RuleWords.pattern, PurgeCondition.repository)
    found += some("tag", RuleWords.pattern, PurgeCondition.tag)
    found += some("version", RuleWords.versions, PurgeCondition.tag)
    if let isPrerelease = fields.bool("prerelease") { found.append(.tag([RuleWords.prerelease(isPrerelease)])) }
    if let isUntagged = fields.bool("untagged") {
      found.append(isUntagged ? .untagged : .tag([RuleWords.anything]))
      let others = ["tag", "version", "prerelease", "newest", "except-newest"].filter { fields.has($0) }
      if isUntagged, let other = others.first {
        fields.report(
          "`untagged` and `\(other)` never hold together", about: "untagged",
          help: "make two rules of them: one for tags, one for manifests without a tag")
      }
    }
    if let age = fields.duration("older-than") { found.append(.olderThan(age)) }
    if let age = fields.duration("newer-than") { found.append(.newerThan(age)) }
    found += some("platform", PlatformChoice.platform, PurgeCondition.platform)
    found += some("artifact-type", RuleWords.pattern, PurgeCondition.artifactType)
    if let node = fields.node("annotation") {
      guard case .mapping(let entries) = node.content else {
        reader.report(
          "`annotation` is a mapping of names to patterns", at: node.span, help: "write `annotation: {NAME: PATTERN}`")
        return found
      }
      let names = entries.map(\.key)
      if let inner = reader.fields(node, of: "`annotation`", known: names) {
        for name in names {
          let tests = inner.textNodes(name).compactMap { text, span -> TextTest? in
            do throws(AcrError) {
              return try RuleWords.pattern(text)
            } catch {
              reader.report(error.message, at: span, help: error.help)
              return nil
            }
          }
          found.append(.annotation(name, tests))
        }
      }
    }
    if let size = fields.size("larger-than") { found.append(.largerThan(WireSize(clamping: size))) }
    if let size = fields.size("smaller-than") { found.append(.smallerThan(WireSize(clamping: size))) }
    if let isLocked = fields.bool("locked") { found.append(.locked(isLocked)) }
    if let isQuarantined = fields.bool("quarantined") { found.append(.quarantined(isQuarantined)) }
    if let use = fields.choice("used-by", PurgeCondition.Use.allCases.map(\.rawValue)) {
      found += PurgeCondition.Use(rawValue: use).map { [.usedBy($0)] } ?? []
    }
    found += some("digest", { text throws(AcrError) in try Digest(text) }, { .digests(Set($0)) })
    return found
  }

  private static func newest(_ fields: DocumentFields, _ action: PurgeRule.Action) -> PurgeRule.Newest? {
    let (key, other) = action == .keep ? ("newest", "except-newest") : ("except-newest", "newest")
    if fields.has(other) {
      fields.report(
        "a rule to \(action.rawValue) has no `\(other)`", about: other,
        help: action == .keep
          ? "`newest: N` keeps the newest"
          : "`except-newest: N` deletes all but the newest; or keep them in a rule above")
    }
    guard fields.node(key) != nil else {
      for part in ["group", "order"] where fields.has(part) && !fields.has(other) {
        fields.report("`\(part)` says nothing without `\(key)`", about: part, help: "add `\(key): N`, or remove it")
      }
      return nil
    }
    guard let count = fields.int(key, in: (action == .keep ? 1 : 0)...1_000_000) else { return nil }
    var newest = PurgeRule.Newest(Int(count))
    if let text = fields.text("group") {
      do throws(AcrError) {
        newest = try RuleWords.grouped(newest, by: text)
      } catch {
        fields.report(error.message, about: "group", help: error.help)
      }
    }
    switch fields.choice("order", ["time", "version"]) {
    case "time"?: newest.isOlder = nil
    case "version"?: newest.isOlder = RuleWords.isOlderVersion
    default: break
    }
    return newest
  }
}
