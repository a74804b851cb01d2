import AcrLanguage

/// What `help` says, made from signatures and nothing else.
struct HelpText {
  let catalog: Catalog
  /// The columns of the screen; nil for about a hundred.
  var columns: Int?

  /// How the groups are headed, in the order of the page.
  static let headings: [(Signature.Group, String)] = [
    (.registry, "Registries"), (.rows, "Rows"), (.work, "Work"), (.data, "Data"), (.messages, "Messages"),
    (.secrets, "Secrets"),
    (.session, "Session"), (.script, "Scripts"),
  ]

  /// All commands by group, one line each, and where to read on.
  func overview() -> String {
    let width = catalog.commands.map(\.name.count).max() ?? 0
    var text = "A line is a command (`import FROM TO`) or an expression (`$rows[0].tags`). Stages are joined by `|`.\n"
    for (group, heading) in HelpText.headings {
      let commands = catalog.commands.filter { $0.group == group }
      guard !commands.isEmpty else { continue }
      text += "\n\(heading)\n"
      text += table(commands.map { (pad($0.name, width), $0.summary) })
    }
    text += "\nFunctions, called as `f(x)`\n"
    text += wrap(catalog.functions.map(\.name).sorted().joined(separator: " "), indent: 2)
    text += "\n`help NAME` explains one of them.\n"
    return text
  }

  /// Everything about one command.
  func command(_ signature: Signature) -> String {
    var text = "\(signature.name): \(signature.summary)\n\nUsage\n\(hanging(usage(signature)))"
    if !signature.aliases.isEmpty { text += "\nAlso written\n  \(signature.aliases.joined(separator: "\n  "))\n" }
    if !signature.description.isEmpty { text += "\n\(wrap(signature.description, indent: 0))" }
    let values = signature.positionals.map { (label($0), note($0.help, $0.isRequired, nil)) }
    let flags = signature.flags.map { (label($0), note($0.help, $0.isRequired, $0)) }
    let globalFlags = signature.globalFlags.map { (label($0), note($0.help, false, $0)) }
    let width = (values + flags + globalFlags).map(\.0.count).max() ?? 0
    for (heading, rows) in [("Values", values), ("Flags", flags), ("Global flags", globalFlags)] where !rows.isEmpty {
      text += "\n\(heading)\n" + table(rows.map { (pad($0.0, width), $0.1) })
    }
    if !signature.columns.declared.isEmpty {
      text +=
        "\n\(signature.columns.isOpen ? "Columns, among others" : "Columns")\n" + table(aligned(signature.columns))
    }
    if !signature.examples.isEmpty {
      text += "\nExamples\n" + signature.examples.map { "  # \($0.title)\n  \($0.line)\n" }.joined()
    }
    let dialects = dialects(signature)
    if !dialects.isEmpty {
      text += "\nAs the Azure CLI and Azure PowerShell write it\n" + dialects.map(hanging).joined()
    }
    return text
  }

  /// A usage line, which goes on further to the right where the screen ends.
  private func hanging(_ line: String) -> String {
    let lines = HelpText.wrap(line, indent: 0, width: width - 6).split(separator: "\n")
    return lines.enumerated().map { "\($0 == 0 ? "  " : "      ")\($1)\n" }.joined()
  }

  /// The columns to fill.
  private var width: Int { min(100, max(30, (columns ?? 101) - 1)) }

  /// The names of columns, their types below each other, and what they say.
  private func aligned(_ columns: OutputColumns) -> [(String, String)] {
    let width = columns.names.map(\.count).max() ?? 0
    return columns.declared.map { ("\(pad($0.name, width))  \($0.type.rawValue.uppercased())", $0.note) }
  }

  /// What `?` shows: usage, values and flags of a command; or what could stand at its place.
  func answer(to question: CompletionRequest.Question) -> String {
    switch question {
    case .overview: return overview()
    case .stages:
      let stages = catalog.commands.filter { $0.input != .none }.map { ($0.name, $0.summary) }
      let expressions = [("where", "keep the rows that match a condition"), ("extend", "add columns")]
      return table((stages + expressions).sorted { $0.0 < $1.0 })
    case .family(let words): return family(words)
    case .command(let signature):
      let values = signature.positionals.map { (label($0), note($0.help, $0.isRequired, nil)) }
      let required = signature.flags.filter(\.isRequired) + signature.flags.filter { !$0.isRequired }
      let flags = required.map { (label($0), note($0.help, $0.isRequired, $0)) }
      let example = signature.examples.first.map { "  \($0.line)\n" } ?? ""
      return "\(signature.summary)\n\(hanging(usage(signature)))" + table(values + flags) + example
        + "`help \(signature.name)` says more.\n"
    }
  }

  /// ``answer(to:)``, cut so that its first line stays on the screen.
  /// - Parameter rows: the rows of the screen, of which the line that is edited takes some.
  func answer(to question: CompletionRequest.Question, rows: Int) -> String {
    let text = answer(to: question)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    /// A line that is wider than the screen takes several rows.
    func height(_ line: Substring) -> Int { 1 + max(0, line.count - 1) / max(1, columns ?? 100) }
    let room = max(4, rows - 3)
    guard lines.dropLast().map(height).reduce(0, +) > room else { return text }
    let name =
      switch question {
      case .command(let signature): " \(signature.name)"
      case .family(let words): " \(words)"
      case .overview, .stages: ""
      }
    func rest(_ count: Int) -> String { "… \(count) more lines; `help\(name)` shows all of them." }
    var used = height(rest(lines.count)[...])
    let shown = lines.prefix { line in
      used += height(line)
      return used <= room
    }
    return (shown.map(String.init) + [rest(lines.count - 1 - shown.count)]).joined(separator: "\n") + "\n"
  }

  /// Names with their explanations, which go on below themselves where the screen ends. On a narrow screen they stand below
  /// the names.
  private func table(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    let isNarrow = self.width - width - 4 < 24
    let room = isNarrow ? self.width - 6 : self.width - width - 4
    return rows.map { name, text in
      let lines = HelpText.wrap(text, indent: 0, width: room).split(separator: "\n")
      let indent = String(repeating: " ", count: isNarrow ? 6 : width + 4)
      if isNarrow { return "  \(trimmed(name))\n" + lines.map { "\(indent)\($0)\n" }.joined() }
      let rest = lines.dropFirst().map { "\(indent)\($0)\n" }.joined()
      return "  \(pad(name, width))  \(lines.first ?? "")\n\(rest)"
    }.joined()
  }

  private func trimmed(_ text: String) -> Substring {
    var text = text[...]
    while text.last == " " { text = text.dropLast() }
    return text
  }

  /// The same command as the Azure CLI and as Azure PowerShell write it, where they have it.
  private func dialects(_ signature: Signature) -> [String] {
    var lines: [String] = []
    if let name = signature.names.first(where: { $0.hasPrefix("acr ") || $0.hasPrefix("account ") }) {
      var az = signature
      az.name = "az \(name)"
      if !signature.positionals.contains(where: \.isRequired) { az.positionals = [] }
      lines.append(usage(az))
    }
    if let cmdlet = signature.cmdlet {
      let parameters = cmdlet.parameters.filter { !$0.isNothing }.map { parameter in
        let name: String =
          switch parameter.meaning {
          case .flag(let flag), .part(of: let flag, order: _): flag
          case .choice, .nothing: parameter.name
          }
        let flag = signature.allFlags.first { $0.name == name }
        let value = flag?.type == nil && parameter.meaning == .flag(name) ? "" : " \(parameter.name.uppercased())"
        let text = "-\(parameter.name)\(value)"
        return flag?.isRequired ?? false ? text : "[\(text)]"
      }
      lines.append(([cmdlet.name] + parameters).joined(separator: " "))
    }
    return lines
  }

  /// One function.
  func function(_ function: FunctionSignature) -> String {
    "\(function.name)(\(function.parameters)): \(function.summary)\n"
  }

  /// The commands whose names start with some words: `help acr manifest`.
  func family(_ prefix: String) -> String {
    let commands = catalog.commands.filter { $0.names.contains { $0.hasPrefix("\(prefix) ") } }
    return table(
      commands.map { command in
        (command.names.first { $0.hasPrefix("\(prefix) ") } ?? command.name, command.summary)
      })
  }

  /// `import [FROM] [TO] --name NAME …`
  func usage(_ signature: Signature) -> String {
    var parts = [signature.name]
    // Behind the first value of such a command, flags are another program's.
    let isBefore = signature.positionals.contains(where: \.takesFlags)
    if isBefore { parts += flagParts(signature) }
    for value in signature.positionals {
      let name = value.type == .block ? "{ … }" : value.name.uppercased() + (value.isRest ? "…" : "")
      parts.append(value.isRequired ? name : "[\(name)]")
    }
    if !isBefore { parts += flagParts(signature) }
    let line = parts.joined(separator: " ")
    return signature.input == .required ? "… | \(line)" : line
  }

  private func flagParts(_ signature: Signature) -> [String] {
    let required = signature.flags.filter(\.isRequired).map { "--\($0.name) \($0.name.uppercased())" }
    return required + (signature.allFlags.contains { !$0.isRequired } ? ["[flags]"] : [])
  }

  private func label(_ value: Signature.Positional) -> String {
    value.type == .block ? "{ … }" : value.name.uppercased() + (value.isRest ? "…" : "")
  }

  private func label(_ flag: Signature.Flag) -> String {
    let short = flag.short.map { "-\($0), " } ?? "    "
    return "\(short)--\(flag.name)" + (flag.type.map { " \($0.placeholder)" } ?? "")
  }

  private func note(_ help: String, _ isRequired: Bool, _ flag: Signature.Flag?) -> String {
    var text = help
    if let flag {
      if case .fixed(let values) = flag.completer { text += " (\(values.joined(separator: ", ")))" }
      if flag.isRepeatable { text += "; may be repeated" }
      if let value = flag.defaultText { text += " (default: \(value))" }
      if isRequired { text += " (required)" }
    }
    return text
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func wrap(_ text: String, indent: Int) -> String { HelpText.wrap(text, indent: indent, width: width) }

  /// Paragraphs with lines of so many columns.
  static func wrap(_ text: String, indent: Int, width: Int) -> String {
    let space = String(repeating: " ", count: indent)
    var result = ""
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = space
      for word in paragraph.split(separator: " ") {
        if line.count + word.count + 1 > width, line.count > indent {
          result += line + "\n"
          line = space
        }
        line += line.count > indent ? " \(word)" : String(word)
      }
      result += (paragraph.isEmpty ? "" : line) + "\n"
    }
    return result
  }
}
