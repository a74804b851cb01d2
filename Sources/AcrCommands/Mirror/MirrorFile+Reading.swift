import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime
import AcrSystem
import OCIRegistry

extension MirrorFile {
  /// How `acrsh --check` and editors know acrsh's own form.
  static let kind = DocumentKind(name: "mirror", help: "what `mirror --file` copies, and where", keys: fileKeys) {
    reader in _ = MirrorFile(own: reader)
  }

  /// What a file needs beside its text.
  struct Context {
    /// Where the images of skopeo's form go.
    var target: String?
    /// With the whole name of the source behind it, and not only its last part.
    var isScoped = false
    /// Reads a variable of the environment.
    var variable: (String) -> String? = { _ in nil }
    /// False where credentials are not wanted, and files with them are not read.
    var readsSecrets = true
  }

  /// Reads a file of any form.
  /// - Throws: ``DocumentError`` with all that is wrong, ``AcrError`` for a file that cannot be read.
  static func read(_ path: String, _ context: Context) throws -> (file: MirrorFile, reader: DocumentReader) {
    let bytes = try FileSystem.read(path, upTo: Document.maximumLength, .anything)
    let source = Source(name: path, bytes: bytes)
    source.findSecrets(DocumentSecrets.find)
    let reader = DocumentReader(try Document(source))
    let file = MirrorFile(reader, context)
    try reader.finish()
    return (file, reader)
  }

  /// Reads a document of any form and reports what is wrong with it.
  init(_ reader: DocumentReader, _ context: Context) {
    switch MirrorFile.form(reader.document.root) {
    case .skopeo?: self.init(skopeo: reader, context)
    case .regsync?: self.init(regsync: reader, context)
    case .own?, nil:
      self.init(form: .own)
      guard DocumentKind.isOfKind(MirrorFile.kind, reader) else { return }
      self.init(own: reader)
    }
  }

  /// The form of a document, by its keys; nil for one that is none of them.
  static func form(_ root: DocumentNode) -> Form? {
    guard case .mapping(let entries) = root.content else { return nil }
    if entries.first?.key == DocumentKind.key { return .own }
    if entries.contains(where: { $0.key == "sync" }), entries.allSatisfy({ isRegsyncKey($0.key) }) { return .regsync }
    let lists = ["images", "images-by-tag-regex", "images-by-semver"]
    let isSkopeo = entries.contains { entry in
      guard case .mapping(let inner) = entry.value.content else { return false }
      return inner.contains { lists.contains($0.key) }
    }
    return isSkopeo ? .skopeo : nil
  }

  // MARK: acrsh's own form

  static let fileKeys: [DocumentKey] = [
    DocumentKey(
      "target", .text, "a registry, or the start of a name in one, for entries without a target of their own"),
    DocumentKey("defaults", .mapping(choiceKeys), "what holds for entries that do not say it themselves"),
    DocumentKey("mirrors", .list(.mapping(entryKeys)), "what is copied"),
  ]

  static let entryKeys: [DocumentKey] =
    [
      DocumentKey("source", .text, "the repository to read: HOST/NAME or oci:PATH; a registry with all-repositories"),
      DocumentKey("target", .text, "the repository to write; by default the source's name behind the file's target"),
      DocumentKey("all-repositories", .bool, "source and target are registries, and every repository is copied"),
      DocumentKey("repositories", .texts, "with all-repositories: those whose name fits a pattern"),
      DocumentKey("except-repositories", .texts, "with all-repositories: not those whose name fits a pattern"),
    ] + choiceKeys

  static let choiceKeys: [DocumentKey] = [
    DocumentKey("tags", .texts, "tags that fit a glob, an `/expression/`, or a range of versions (`>=1.2 <2`)"),
    DocumentKey("versions", .texts, "tags that are versions in a range (`1.x`, `^2.1`)"),
    DocumentKey("except-tags", .texts, "not the tags that fit a pattern"),
    DocumentKey("newest", .int, "only the newest tags, at most this many"),
    DocumentKey("newer-than", .duration, "only tags that are not older than this"),
    DocumentKey("platforms", .texts, "exactly these platforms of each image, such as linux/arm64"),
    DocumentKey("referrers", .bool, "whether signatures, SBOMs and other referrers come along (true)"),
    DocumentKey("prune", .bool, "deletes tags at the target that the source does not have, after asking"),
  ]

  /// Reads a document of acrsh's own form.
  init(own reader: DocumentReader) {
    self.init(form: .own)
    guard
      let fields = reader.fields(
        reader.document.root, of: "a file of mirrors", known: [DocumentKind.key] + Self.fileKeys.map(\.name))
    else { return }
    fields.require("mirrors", help: "write `mirrors:` and below it `- source: …`")
    let target = fields.text("target")
    let defaults = fields.fields("defaults", of: "`defaults`", known: Self.choiceKeys.map(\.name))
    for node in fields.list("mirrors") {
      guard let entry = reader.fields(node, of: "an entry", known: Self.entryKeys.map(\.name)) else { continue }
      if let read = Self.entry(entry, defaults, target, reader) { entries.append(read) }
    }
    Self.checkTargets(entries, reader)
  }

  private static func entry(
    _ fields: DocumentFields, _ defaults: DocumentFields?, _ place: String?, _ reader: DocumentReader
  ) -> MirrorEntry? {
    fields.require("source", help: "such as `source: docker.io/library/alpine`")
    guard let source = fields.text("source") else { return nil }
    func from(_ key: String) -> DocumentFields { fields.has(key) ? fields : defaults ?? fields }
    let isRegistry = fields.bool("all-repositories") ?? false
    var entry = MirrorEntry(
      kind: isRegistry ? .registry : .repository, source: source, target: "", span: fields.node.span)
    if let target = fields.text("target") {
      entry.target = target
    } else if let place {
      entry.target = isRegistry ? place : Self.joined(place, Self.repositoryName(source) ?? "")
    } else {
      fields.report(
        "the entry has no target", about: "source",
        help: "write `target: HOST/NAME`, or one `target:` for the whole file")
    }
    var set = MirrorTagSet()
    set.patterns = patterns(from("tags"), "tags", reader)
    set.except = patterns(from("except-tags"), "except-tags", reader)
    set.versions = versions(from("versions"), "versions", reader)
    if !set.patterns.isEmpty || !set.except.isEmpty || !set.versions.isEmpty { entry.tagSets = [set] }
    entry.repositories.allow = patterns(fields, "repositories", reader)
    entry.repositories.deny = patterns(fields, "except-repositories", reader)
    for key in ["repositories", "except-repositories"] where fields.has(key) && !isRegistry {
      fields.report(
        "`\(key)` chooses among the repositories of a registry", about: key, help: "add `all-repositories: true`")
    }
    entry.newest = from("newest").int("newest", in: 1...1_000_000)
    entry.newerThan = from("newer-than").duration("newer-than")
    entry.platforms = platforms(from("platforms"), "platforms", reader)
    entry.referrers = from("referrers").bool("referrers")
    entry.prunes = from("prune").bool("prune") ?? false
    MirrorPlace.check(entry, fields, reader)
    return entry
  }

  /// Patterns, each of which is looked at.
  static func patterns(
    _ fields: DocumentFields, _ key: String, _ reader: DocumentReader, _ write: (String) -> String = { $0 }
  ) -> [String] {
    fields.textNodes(key).compactMap { text, span in
      do throws(AcrError) {
        _ = try TextPattern(write(text))
        return write(text)
      } catch {
        reader.report(error.message, at: span, help: error.help)
        return nil
      }
    }
  }

  /// A range as acrsh writes it.
  static func range(_ text: String) -> String {
    text.split { $0 == "," || $0.isWhitespace }.joined(separator: " ")
  }

  /// Ranges of versions, each of which is looked at. Commas mean `and` in the ranges of other programs, as spaces do here.
  static func versions(_ fields: DocumentFields, _ key: String, _ reader: DocumentReader) -> [String] {
    fields.textNodes(key).compactMap { text, span in
      let range = MirrorFile.range(text)
      do throws(AcrError) {
        _ = try TextPattern(versions: range)
        return range
      } catch {
        reader.report(error.message, at: span, help: error.help)
        return nil
      }
    }
  }

  /// Platforms, each of which is looked at.
  static func platforms(_ fields: DocumentFields, _ key: String, _ reader: DocumentReader) -> [String] {
    fields.textNodes(key).compactMap { text, span in
      guard let problem = MirrorCommand.checkPlatform(text) else { return text }
      reader.report(problem.message, at: span, help: problem.help)
      return nil
    }
  }

  /// A tag that two entries write, or that one deletes and another writes, would go to and fro.
  static func checkTargets(_ entries: [MirrorEntry], _ reader: DocumentReader) {
    let byTarget = Dictionary(grouping: entries.filter { $0.kind == .repository }, by: \.target)
    for (target, entries) in byTarget where entries.count > 1 {
      guard let pruning = entries.first(where: \.prunes) else { continue }
      reader.report(
        "`prune` would delete what another entry copies to `\(target)`", at: pruning.span,
        help: "give each a repository of its own, or leave `prune` out")
    }
  }

  /// `library/alpine` of `docker.io/library/alpine`; nil where there is none.
  static func repositoryName(_ source: String) -> String? {
    if source.hasPrefix("oci:") { return source.split(separator: "/").last.map(String.init) }
    return (try? ImageReference(source)).map(\.repository.name)
  }

  static func joined(_ place: String, _ name: String) -> String {
    place.hasSuffix("/") ? place + name : "\(place)/\(name)"
  }
}

/// Sources and targets of entries, as far as they can be looked at without asking a registry.
enum MirrorPlace {
  static func check(_ entry: MirrorEntry, _ fields: DocumentFields, _ reader: DocumentReader) {
    for (key, text) in [("source", entry.source), ("target", entry.target)] where !text.isEmpty {
      guard let problem = problem(text, entry.kind, isTarget: key == "target") else { continue }
      fields.report(problem.message, about: fields.has(key) ? key : "source", help: problem.help)
    }
  }

  static func problem(_ text: String, _ kind: MirrorEntry.Kind, isTarget: Bool) -> AcrError? {
    do throws(AcrError) {
      if text.hasPrefix("oci:") {
        if text.count == 4 { return AcrError(.usage, "`oci:` needs the path of a layout folder behind it") }
        return kind == .registry ? AcrError(.usage, "a folder is no registry with repositories") : nil
      }
      switch kind {
      case .registry:
        let host = text.prefix { $0 != "/" }
        _ = try RegistryHost(String(host))
        if !isTarget, host.count < text.count {
          return AcrError(.usage, "`\(text)` is not a registry", help: "give its host alone")
        }
      case .repository, .image:
        let first = text.prefix { $0 != "/" }
        if isTarget, !RegistryHost.looksLikeHost(first) {
          return AcrError(
            .usage, "the target `\(text)` does not name its registry",
            help: "write it in full, for example `myregistry.azurecr.io/\(text)`")
        }
        let image = try ImageReference(text)
        if kind == .repository, image.tag != nil || image.digest != nil {
          return AcrError(
            .usage, "`\(text)` is one image, and an entry copies a repository",
            help: "leave out what follows its name, and choose with `tags`")
        }
      }
      return nil
    } catch {
      return error
    }
  }
}
