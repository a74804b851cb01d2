import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime
import AcrSystem
import OCIRegistry

/// The YAML of regsync: `creds`, `defaults` and a list `sync`.
extension MirrorFile {
  private static let credentialKeys = [
    "registry", "hostname", "user", "pass", "token", "tls", "scheme", "regcert", "clientCert", "clientKey",
    "pathPrefix",
    "mirrors", "priority", "api", "apiOpts", "credHelper", "credExpire", "credHost", "repoAuth", "blobChunk", "blobMax",
    "reqPerSec", "reqConcurrent",
  ]
  private static let stepKeys = [
    "backup", "interval", "schedule", "ratelimit", "digestTags", "referrers", "referrerFilters", "referrerSource",
    "referrerTarget", "referrerSlow", "fastCheck", "forceRecursive", "includeExternal", "mediaTypes", "hooks",
  ]
  private static let defaultKeys =
    stepKeys + ["parallel", "blobLimit", "cacheCount", "cacheTime", "skipDockerConfig", "userAgent"]
  private static let syncKeys =
    stepKeys + ["source", "target", "type", "tags", "tagSets", "repos", "platform", "platforms"]
  private static let tagKeys = ["allow", "deny", "semverRange"]

  /// Settings that change what is copied, and why they are not followed.
  private static let unsupported: KeyValuePairs<String, String> = [
    "backup": "nothing is kept of what a tag pointed at before; copy it first",
    "hooks": "no programs are run; a script can, before and after `mirror`",
    "mediaTypes": "every kind of artifact is copied", "referrerFilters": "all referrers come along, or none",
    "referrerSource": "referrers come from the source's own repository",
    "referrerTarget": "referrers go to the target's own repository",
    "includeExternal": "layers at other addresses stay there",
  ]
  /// Settings that acrsh does not need.
  private static let needless: KeyValuePairs<String, String> = [
    "interval": "a run copies once; cron or systemd starts it again",
    "schedule": "a run copies once; cron or systemd starts it again",
    "ratelimit": "acrsh waits by itself where a registry asks for it",
  ]

  static func isRegsyncKey(_ key: String) -> Bool {
    ["version", "creds", "defaults", "sync"].contains(key) || key.hasPrefix("x-")
  }

  init(regsync reader: DocumentReader, _ context: Context) {
    self.init(form: .regsync)
    guard case .mapping(let keys) = reader.document.root.content,
      let fields = reader.fields(reader.document.root, of: "the file", known: keys.map(\.key))
    else { return }
    if let version = fields.int("version", in: 0...1_000), version > 1 {
      fields.report("version \(version) of regsync's files is not known", about: "version")
    }
    for node in fields.list("creds") {
      if let access = reader.fields(node, of: "an entry of `creds`", known: Self.credentialKeys) {
        readAccess(access, reader, context)
      }
    }
    let defaults = fields.fields("defaults", of: "`defaults`", known: Self.defaultKeys)
    if let defaults { Self.tellUnsupported(defaults, reader) }
    for node in fields.list("sync") {
      guard let step = reader.fields(node, of: "an entry of `sync`", known: Self.syncKeys) else { continue }
      Self.tellUnsupported(step, reader)
      if let entry = Self.entry(step, defaults, reader) { entries.append(entry) }
    }
  }

  private static func tellUnsupported(_ fields: DocumentFields, _ reader: DocumentReader) {
    for (key, reason) in unsupported {
      guard let node = fields.node(key) else { continue }
      if case .scalar("false", _) = node.content { continue }
      reader.warn("`\(key)` is not supported: \(reason)", at: node.span)
    }
    for (key, reason) in needless {
      guard let node = fields.node(key) else { continue }
      reader.warn("`\(key)` does nothing here: \(reason)", at: node.span)
    }
  }

  private static func entry(
    _ fields: DocumentFields, _ defaults: DocumentFields?, _ reader: DocumentReader
  ) -> MirrorEntry? {
    for key in ["source", "target", "type"] { fields.require(key) }
    guard let source = place("source", fields), let target = place("target", fields),
      let type = fields.choice("type", ["image", "repository", "registry"])
    else { return nil }
    let kind: MirrorEntry.Kind = type == "image" ? .image : type == "registry" ? .registry : .repository
    var entry = MirrorEntry(kind: kind, source: source, target: target, span: fields.node.span)
    var sets = fields.list("tagSets").compactMap { reader.fields($0, of: "a set of tags", known: tagKeys) }
    if let tags = fields.fields("tags", of: "`tags`", known: tagKeys) { sets.append(tags) }
    entry.tagSets = sets.map { set(of: $0, reader) }.filter {
      !$0.patterns.isEmpty || !$0.except.isEmpty || !$0.versions.isEmpty
    }
    if let repositories = fields.fields("repos", of: "`repos`", known: ["allow", "deny"]) {
      entry.repositories.allow = patterns(repositories, "allow", reader, expression)
      entry.repositories.deny = patterns(repositories, "deny", reader, expression)
    }
    entry.platforms = platforms(fields, "platforms", reader)
    if fields.node("platform") != nil {
      entry.platforms += platforms(fields, "platform", reader)
      if let node = fields.node("platform") {
        reader.warn(
          "regsync copies the one image of `platform`; acrsh keeps its index, with this platform", at: node.span)
      }
    }
    func isOn(_ key: String) -> Bool { fields.bool(key) ?? defaults?.bool(key) ?? false }
    // Both kinds come along together, or none of them.
    entry.referrers = isOn("referrers") || isOn("digestTags")
    MirrorPlace.check(entry, fields, reader)
    return entry
  }

  private static func set(of fields: DocumentFields, _ reader: DocumentReader) -> MirrorTagSet {
    var set = MirrorTagSet()
    set.patterns = patterns(fields, "allow", reader, expression)
    set.except = patterns(fields, "deny", reader, expression)
    set.versions = versions(fields, "semverRange", reader)
    return set
  }

  /// regsync puts its expressions between `^` and `$`, without brackets.
  private static func expression(_ text: String) -> String { "/^\(text)$/" }

  /// A reference; folders have another prefix here.
  private static func place(_ key: String, _ fields: DocumentFields) -> String? {
    guard let text = fields.text(key) else { return nil }
    if text.contains("{{") {
      fields.report("templates are not read here", about: key, help: "write the name out")
      return nil
    }
    return text.hasPrefix("ocidir://") ? "oci:" + text.dropFirst(9) : text
  }

  // MARK: Credentials

  private mutating func readAccess(_ fields: DocumentFields, _ reader: DocumentReader, _ context: Context) {
    fields.require("registry")
    guard let registry = fields.text("registry") else { return }
    let host: String
    do throws(AcrError) {
      host = try RegistryHost(registry).name
    } catch {
      fields.report(error.message, about: "registry", help: error.help)
      return
    }
    if let user = fields.text("user") {
      users[host] = user.contains("{{") ? "USER" : user
      if context.readsSecrets, let name = Self.expanded("user", fields, context)?.reveal(),
        let password = Self.expanded("pass", fields, context)
      {
        credentials[host] = .user(name, password: password)
      }
    }
    if let node = fields.node("tls"), let tls = fields.choice("tls", ["enabled", "disabled", "insecure"]),
      tls != "enabled", !host.hasPrefix("localhost"), !host.hasPrefix("127.")
    {
      reader.warn(
        "`tls: \(tls)` is not followed", at: node.span, help: "start acrsh with `--insecure-registry \(host)`")
    }
    let known = ["registry", "user", "pass", "tls", "reqPerSec", "reqConcurrent", "blobChunk", "blobMax", "repoAuth"]
    for key in Self.credentialKeys where !known.contains(key) {
      guard let node = fields.node(key) else { continue }
      reader.warn("`\(key)` is not read", at: node.span, help: "credential helpers are those of Docker's config.json")
    }
  }

  /// A text, or what `{{env "NAME"}}` and `{{file "PATH"}}` stand for.
  private static func expanded(_ key: String, _ fields: DocumentFields, _ context: Context) -> Secret? {
    guard let text = fields.text(key) else { return nil }
    guard text.contains("{{") else { return Secret(text) }
    let words = text.split(whereSeparator: { " {}\"".contains($0) }).map(String.init)
    let isWhole = text.hasPrefix("{{") && text.hasSuffix("}}") && words.count == 2
    switch isWhole ? words.first : nil {
    case "env"?:
      if let value = context.variable(words[1]) { return Secret(value) }
      fields.report("the variable `\(words[1])` is not set", about: key)
    case "file"?:
      do throws(AcrError) {
        let bytes = try FileSystem.read(words[1], upTo: 1 << 20, .anything)
        var value = String(decoding: bytes, as: UTF8.self)
        if value.hasSuffix("\n") { value.removeLast() }
        return Secret(value)
      } catch {
        fields.report(error.message, about: key, help: error.help)
      }
    default:
      fields.report(
        "this template is not read", about: key, help: "`{{env \"NAME\"}}` and `{{file \"PATH\"}}` are")
    }
    return nil
  }
}
