import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime

/// `convert`: a file of mirrors as a script.
struct ConvertCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let file = Positional<String>(
      "file", help: "the file: acrsh's own YAML, that of skopeo sync, or that of regsync", completer: .file)
    let target = Positional<String?>(
      "target", help: "where the images go, for a file of skopeo: HOST or HOST/NAME", completer: .reference)
    let scoped = Switch("scoped", help: "for a file of skopeo: keeps the whole names of the sources")
  }

  let signature = Signature(
    "convert",
    summary: "Writes a file of mirrors as a script",
    description: """
      Reads what `mirror --file` reads, and gives a script with a line for each entry. What the file says and acrsh does not \
      do is a comment in it, with the line of the file. Passwords are not written: the script takes them from variables.
      """,
    group: .registry,
    examples: [
      .init("A file of regsync", "convert regsync.yml | save mirror.acr"),
      .init("A file of skopeo sync", "convert sync.yml myregistry.azurecr.io/mirror | save mirror.acr"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    var context = MirrorFile.Context()
    context.target = call[\.target]
    context.isScoped = call[\.scoped]
    context.readsSecrets = false
    let path = call[\.file]
    let (file, reader) = try locate(call.parameters.file) { () throws -> (MirrorFile, DocumentReader) in
      do {
        return try MirrorFile.read(path, context)
      } catch let error as DocumentError {
        throw error.error
      }
    }
    if file.form == .skopeo, context.target == nil {
      throw ArgumentError(
        call.parameters.file,
        AcrError(
          .usage, "a file of `skopeo sync` does not say where its images go",
          help: "write the target behind it: convert \(path) myregistry.azurecr.io/mirror"))
    }
    if file.form != .skopeo, let target = call[\.target] {
      throw ArgumentError(
        call.parameters.target, AcrError(.usage, "the file says where images go, and so does `\(target)`"))
    }
    return .value(.string(MirrorScript(file, reader).text))
  }
}

/// A file of mirrors as a script.
struct MirrorScript {
  private let file: MirrorFile
  private let source: Source
  private let warnings: [Diagnostic]

  init(_ file: MirrorFile, _ reader: DocumentReader) {
    self.file = file
    source = reader.document.source
    warnings = reader.warnings
  }

  /// The script, laid out as `--fmt` does.
  var text: String {
    var lines = ["#!/usr/bin/env acrsh", "## Made from \(comment(source.name)) (\(file.form.rawValue)) by `convert`."]
    for warning in warnings {
      let line = warning.span.map { source.position(of: $0.start).line } ?? 1
      lines.append("# line \(line): \(comment(warning.message))\(warning.help.map { "; \(comment($0))" } ?? "")")
    }
    if !file.users.isEmpty { lines.append("") }
    for (host, user) in file.users.sorted(by: { $0.key < $1.key }) {
      lines.append("acr login --name \(word(host)) --username \(word(user)) --password (secret env \(variable(host)))")
    }
    for entry in file.entries {
      lines.append("")
      lines += self.lines(entry)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func lines(_ entry: MirrorEntry) -> [String] {
    var flags: [String] = []
    if let newest = entry.newest { flags.append("--newest \(newest)") }
    if let age = entry.newerThan { flags.append("--newer-than \(Value.duration(age.nanoseconds).text ?? "0s")") }
    flags += entry.platforms.map { "--platform \(word($0))" }
    if entry.referrers == false { flags.append("--no-referrers") }
    if entry.prunes { flags.append("--prune --yes") }
    flags += entry.repositories.allow.map { "--repositories \(word($0))" }
    flags += entry.repositories.deny.map { "--except-repositories \(word($0))" }
    if entry.kind == .registry { flags.append("--all-repositories") }
    let rest = (flags + ["--keep-going"]).joined(separator: " ")
    let places = "\(word(entry.source)) \(word(entry.target))"
    if entry.kind == .image {
      let flags = entry.referrers == false ? " --no-referrers" : ""
      guard entry.platforms.isEmpty else {
        return [
          "# Not written: one image with some of its platforms; `mirror` can leave platforms out",
          "# mirror \(places) \(rest)",
        ]
      }
      return ["import \(places) --force\(flags)"]
    }
    let sets = entry.tagSets.isEmpty ? [MirrorTagSet()] : entry.tagSets
    return sets.map { set in
      var conditions = set.patterns.map { "--tags \(word($0))" }
      if !set.exact.isEmpty { conditions.append("--tags \(word(MirrorScript.expression(set.exact)))") }
      conditions += set.versions.map { "--versions \(word($0))" }
      conditions += set.except.map { "--except-tags \(word($0))" }
      return (["mirror \(places)"] + conditions + [rest]).joined(separator: " ")
    }
  }

  /// `/^(1\.0|2\.0)$/`.
  private static func expression(_ tags: [String]) -> String {
    "/^(" + tags.map { $0.replacing(".", with: "\\.") }.joined(separator: "|") + ")$/"
  }

  /// A word of the language that is this text.
  private func word(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
          UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "@"):
          true
        default: false
        }
      } && text.utf8.first != UInt8(ascii: "-") && !text.hasPrefix("./")
    if isPlain { return text }
    if !text.contains("'"), !text.contains(where: \.isNewline) { return "'\(text)'" }
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("$", with: "\\$")
    return "\"\(escaped.replacing("\n", with: "\\n"))\""
  }

  private func variable(_ host: String) -> String {
    String(host.uppercased().map { $0.isLetter && $0.isASCII || $0.isNumber && $0.isASCII ? $0 : "_" }) + "_PASSWORD"
  }

  private func comment(_ text: String) -> String { text.replacing("\n", with: " ") }
}
