import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime
import AcrSystem
import ArtifactTrust
import ImportCore
import OCIRegistry

/// The file of `--policy`: YAML that starts with `acrsh: policy`. Keys and trusted roots that it names are read with it.
struct PolicyFile {
  /// How `acrsh --check` knows it.
  static let kind = DocumentKind(
    name: "policy", help: "what images have to be like before they are imported", keys: fileKeys
  ) { reader in _ = PolicyFile(reader) }

  /// The policy, as far as it could be read.
  private(set) var rules: [ImportPolicy.Rule] = []
  private let reader: DocumentReader
  private let standardRoot: () throws(AcrError) -> TrustedRoot

  /// Reads a policy with everything that it names.
  /// - Parameter standardRoot: the Sigstore instance where an entry names none.
  /// - Throws: ``AcrError`` of kind `usage` that names the first place, or for a file that cannot be read.
  static func read(
    _ path: String, standardRoot: @escaping () throws(AcrError) -> TrustedRoot = TrustArguments.publicRoot
  ) throws -> ImportPolicy {
    do {
      let reader = try kind.open(path)
      let file = PolicyFile(reader, standardRoot: standardRoot)
      try reader.finish()
      return ImportPolicy(path: path, rules: file.rules)
    } catch let error as DocumentError {
      throw error.error
    }
  }

  /// Reads a document and reports what is wrong with it.
  /// - Parameter standardRoot: the Sigstore instance where an entry names none.
  init(
    _ reader: DocumentReader, standardRoot: @escaping () throws(AcrError) -> TrustedRoot = TrustArguments.publicRoot
  ) {
    self.reader = reader
    self.standardRoot = standardRoot
    guard
      let fields = reader.fields(
        reader.document.root, of: "a policy", known: [DocumentKind.key] + Self.fileKeys.map(\.name))
    else { return }
    fields.require("rules", help: "write `rules:` and below it `- source: …`")
    var isEverything = false
    for (index, node) in fields.list("rules").enumerated() {
      if isEverything {
        reader.report(
          "this rule is never reached: the rule above is for every source", at: node.span,
          help: "move it up, or remove it")
        isEverything = false
      }
      guard let rule = rule(node, "rule \(index + 1)") else { continue }
      isEverything = rule.sources.isEmpty || rule.sources.contains { $0.text == "*" }
      rules.append(rule)
    }
  }

  private static let requirementKeys = requirements.map(\.name)

  private func rule(_ node: DocumentNode, _ name: String) -> ImportPolicy.Rule? {
    guard let fields = reader.fields(node, of: "a rule", known: Self.ruleKeys.map(\.name)) else { return nil }
    fields.require("source", help: "write `source: \"*\"` if it is for every source")
    let sources = tests(fields, "source")
    var decisions: [ImportPolicy.Decision] = []
    if let isAllowed = fields.bool("allow") {
      if isAllowed {
        decisions.append(.allow)
      } else {
        fields.report("`allow: false` says nothing", about: "allow", help: "write `refuse: REASON`")
      }
    }
    if let reason = fields.text("refuse") { decisions.append(.refuse(reason)) }
    let requirements = requirements(fields)
    let written = Self.requirementKeys.filter(fields.has)
    if !requirements.isEmpty { decisions.append(.require(requirements)) }
    if decisions.isEmpty, written.isEmpty, !fields.has("allow") {
      reader.report(
        "the rule says nothing of its sources", at: node.span,
        help:
          "write `allow: true`, `refuse: REASON`, or what images need: \(Self.requirementKeys.joined(separator: ", "))")
    }
    if decisions.count > 1 {
      reader.report(
        "a rule allows, refuses or requires, and this one says more than one of these", at: node.span,
        help: "make several rules of it; the first that is for a source decides")
    }
    return decisions.first.map {
      ImportPolicy.Rule(name: fields.text("name") ?? name, sources: sources, decision: $0)
    }
  }

  private func requirements(_ fields: DocumentFields) -> [ImportPolicy.Requirement] {
    var found: [ImportPolicy.Requirement] = []
    if let isPinned = fields.bool("digest-pinned"), isPinned { found.append(.digest) }
    for node in fields.list("signatures") {
      if let demand = demand(node, "an entry of `signatures`", types: false) { found.append(.signature(demand)) }
    }
    for node in fields.list("attestations") {
      if let demand = demand(node, "an entry of `attestations`", types: true) { found.append(.attestation(demand)) }
    }
    let platforms = each(fields, "platforms", PlatformChoice.platform)
    if !platforms.isEmpty { found.append(.platforms(platforms)) }
    if let size = fields.size("max-size") { found.append(.size(WireSize(clamping: size))) }
    if let age = fields.duration("max-age") { found.append(.age(age)) }
    let bases = tests(fields, "base-images")
    if !bases.isEmpty { found.append(.baseImage(bases)) }
    if let rules = packages(fields) { found.append(.packages(rules)) }
    return found
  }

  // MARK: Packages

  private func packages(_ fields: DocumentFields) -> PackageRules? {
    guard fields.has("packages") || fields.has("licenses") else { return nil }
    let isSigned = fields.list("attestations").contains { entry in
      guard case .mapping(let members) = entry.content, let type = members.first(where: { $0.key == "type" })?.value
      else {
        return false
      }
      let texts: [DocumentNode] = if case .list(let items) = type.content { items } else { [type] }
      return texts.contains { text in
        guard case .scalar(let name, _) = text.content, let type = PredicateType(name) else { return false }
        return ["https://spdx.dev/Document", "https://cyclonedx.org/bom"].contains(where: type.matches)
      }
    }
    if !isSigned {
      fields.report(
        "packages and licenses are read from a signed SBOM, and the rule asks for none",
        about: fields.has("packages") ? "packages" : "licenses",
        help: "add `attestations: [{type: sbom, …}]` with whose SBOM counts")
    }
    var rules = PackageRules()
    if let inner = fields.fields("packages", of: "`packages`", known: Self.packageKeys.map(\.name)) {
      inner.require("deny", help: "a list of names, or of `{name: …, versions: …}`")
      for node in inner.list("deny") {
        if let unwanted = unwanted(node) { rules.unwanted.append(unwanted) }
      }
    }
    if let inner = fields.fields("licenses", of: "`licenses`", known: Self.licenseKeys.map(\.name)) {
      rules.allowed = tests(inner, "allow")
      rules.denied = tests(inner, "deny")
      if rules.allowed.isEmpty, rules.denied.isEmpty {
        fields.report("`licenses` says nothing", about: "licenses", help: "write `allow: […]` or `deny: […]`")
      }
    }
    return rules
  }

  private func unwanted(_ node: DocumentNode) -> PackageRules.Unwanted? {
    if case .scalar(let text, _) = node.content {
      do throws(AcrError) {
        return PackageRules.Unwanted(name: try RuleWords.pattern(text))
      } catch {
        reader.report(error.message, at: node.span, help: error.help)
        return nil
      }
    }
    guard let fields = reader.fields(node, of: "an unwanted package", known: Self.unwantedKeys.map(\.name)) else {
      return nil
    }
    fields.require("name")
    guard let name = tests(fields, "name").first else { return nil }
    return PackageRules.Unwanted(name: name, versions: each(fields, "versions", RuleWords.versions).first)
  }

  // MARK: Signers

  private func demand(_ node: DocumentNode, _ what: String, types wantsTypes: Bool) -> TrustDemand? {
    let known = wantsTypes ? Self.attestationKeys : Self.signatureKeys
    guard let fields = reader.fields(node, of: what, known: known.map(\.name)) else { return nil }
    var wanted = TrustDemand.Wanted.signature
    if wantsTypes {
      fields.require("type", help: "\(PredicateType.names.map(\.name).joined(separator: ", ")), or its address")
      wanted = .attestation(
        each(fields, "type") { text throws(AcrError) in
          guard let type = PredicateType(text) else {
            throw AcrError(
              .usage, "`\(text)` is no type of attestations",
              help: "it is an address, or \(PredicateType.names.map(\.name).joined(separator: ", "))")
          }
          return type
        })
    }
    if !wantsTypes, fields.has("trust-policy") {
      for key in ["key", "identity", "identity-regex"] where fields.has(key) {
        fields.report("`\(key)` and `trust-policy` are two kinds of signatures", about: key, help: "make two entries")
      }
      let store = fields.text("trust-store").map(place)
      let formats = each(fields, "trust-policy") { path throws(AcrError) in
        try TrustArguments.notary(place(path), store: store)
      }
      return TrustDemand(wanted, formats, annotations: annotations(fields))
    }
    guard let verifiers = verifiers(fields, node) else { return nil }
    return TrustDemand(wanted, verifiers.map { CosignFormat($0) }, annotations: annotations(fields))
  }

  private func verifiers(_ fields: DocumentFields, _ node: DocumentNode) -> [SigstoreVerifier]? {
    var root: TrustedRoot?
    if fields.has("trusted-root") {
      root = each(fields, "trusted-root") { path throws(AcrError) in try TrustArguments.root(place(path)) }.first
      if root == nil { return nil }
    }
    let hasKey = fields.has("key")
    let hasIdentity = fields.has("identity") || fields.has("identity-regex")
    guard hasKey != hasIdentity else {
      reader.report(
        hasKey ? "`key` and `identity` are two kinds of signatures" : "it does not say whose signature counts",
        at: node.span,
        help: "write `key: FILE`, `identity: NAME` and `issuer: ADDRESS`, or for Notary Project `trust-policy: FILE`")
      return nil
    }
    if hasKey {
      if fields.has("issuer") { fields.report("a key has no issuer", about: "issuer", help: "remove it") }
      return each(fields, "key") { path throws(AcrError) in
        SigstoreVerifier(.key(try TrustArguments.key(place(path))), root: root)
      }
    }
    fields.require(
      "issuer",
      help: "for GitHub Actions it is https://token.actions.githubusercontent.com; the same name with another "
        + "issuer is somebody else")
    let issuers = fields.texts("issuer").map(TrustArguments.pattern)
    var names = fields.texts("identity").map(TrustArguments.pattern)
    names += each(fields, "identity-regex", TrustArguments.expression)
    let rules = names.flatMap { name in issuers.map { SignerRule(identity: name, issuer: $0) } }
    if let root { return [SigstoreVerifier(.signers(rules), root: root)] }
    return each(fields, "issuer") { _ throws(AcrError) in
      SigstoreVerifier(.signers(rules), root: try standardRoot())
    }.first.map { [$0] }
  }

  private func annotations(_ fields: DocumentFields) -> [String: String] {
    guard let node = fields.node("annotations") else { return [:] }
    guard case .mapping(let entries) = node.content,
      let inner = reader.fields(node, of: "`annotations`", known: entries.map(\.key))
    else {
      fields.report("`annotations` is a mapping of names to texts", about: "annotations", help: "write `NAME: TEXT`")
      return [:]
    }
    return Dictionary(
      entries.compactMap { entry in inner.text(entry.key).map { (entry.key, $0) } }, uniquingKeysWith: { $1 })
  }

  // MARK: Texts

  /// A file beside the policy.
  private func place(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = FileSystem.folder(of: reader.document.source.name) else { return path }
    return "\(folder)/\(path)"
  }

  private func tests(_ fields: DocumentFields, _ key: String) -> [TextTest] { each(fields, key, RuleWords.pattern) }

  /// Reads each text behind a key; what cannot be read is reported.
  private func each<Result>(
    _ fields: DocumentFields, _ key: String, _ read: (String) throws(AcrError) -> Result
  ) -> [Result] {
    fields.textNodes(key).compactMap { text, span in
      do throws(AcrError) {
        return try read(text)
      } catch {
        reader.report(error.message, at: span, help: error.help)
        return nil
      }
    }
  }
}
