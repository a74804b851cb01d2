import AcrLanguage

/// What completion in bash, zsh and fish knows of the language: a line for each command and each flag, as the shells'
/// functions read it.
///
/// `NAME <tab> FLAG <tab> VALUES <tab> HELP`; the flag is `-` in the command's own line and `@` for a value without a flag.
/// Values are `-` for a switch, `*` for any value, `FILE` for a path, or the values that may be given, separated by commas.
struct ShellTable {
  let lines: [String]

  init(_ catalog: Catalog) {
    var lines: [String] = []
    for signature in catalog.commands {
      for name in signature.names { lines += Self.lines(of: signature, as: name) }
      for cmdlet in (signature.cmdlet.map { [$0] } ?? []) + signature.moreCmdlets {
        lines += Self.lines(of: cmdlet, signature)
      }
    }
    for (name, summary) in [
      ("where", "Keeps the rows that match a condition"), ("extend", "Adds columns to each row"),
    ] {
      lines.append("\(name)\t-\t-\t\(summary)")
    }
    self.lines = lines.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }

  private static func lines(of signature: Signature, as name: String) -> [String] {
    var lines = ["\(name)\t-\t-\t\(plain(signature.summary))"]
    for value in signature.positionals {
      guard let values = values(of: value.completer) else { continue }
      lines.append("\(name)\t@\t\(values)\t\(plain(value.help))")
    }
    for flag in signature.allFlags {
      let values = flag.type == nil ? "-" : values(of: flag.completer) ?? "*"
      lines.append("\(name)\t--\(flag.name)\t\(values)\t\(plain(flag.help))")
      if let short = flag.short { lines.append("\(name)\t-\(short)\t\(values)\t\(plain(flag.help))") }
    }
    return lines
  }

  private static func lines(of cmdlet: Signature.Cmdlet, _ signature: Signature) -> [String] {
    var lines = ["\(cmdlet.name)\t-\t-\t\(plain(signature.summary))"]
    for parameter in cmdlet.parameters where !parameter.isNothing {
      var values = "*"
      var help = ""
      switch parameter.meaning {
      case .flag(let name):
        guard let flag = signature.flags.first(where: { $0.name == name }) else { break }
        values = flag.type == nil ? "-" : self.values(of: flag.completer) ?? "*"
        help = flag.help
      case .nothing: break
      case .part(let name, _): help = "a part of --\(name)"
      case .choice(let choices): values = choices.keys.sorted().joined(separator: ",")
      }
      lines.append("\(cmdlet.name)\t-\(parameter.name)\t\(values)\t\(plain(help))")
    }
    return lines
  }

  private static func values(of completer: Completer) -> String? {
    switch completer {
    case .file: "FILE"
    case .fixed(let values): values.joined(separator: ",")
    default: nil
    }
  }

  /// One line, and no sign that ends the shells' quotes.
  private static func plain(_ text: String) -> String {
    String(text.map { $0 == "\n" || $0 == "\t" ? " " : $0 == "'" ? "’" : $0 })
  }

  /// Puts a text into single quotes as bash and zsh read them.
  static func quoted(_ text: String) -> String {
    "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }
}
