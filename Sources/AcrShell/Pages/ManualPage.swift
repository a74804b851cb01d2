import AcrLanguage

/// `docs/acrsh.1`: the page that `man acrsh` shows, in the man macros.
struct ManualPage {
  let catalog: Catalog

  var text: String {
    var page = """
      .\\" Made by scripts/generate; do not edit.
      .TH ACRSH 1 "" "acrsh \(Program.version)" "User Commands"
      .ad l
      .SH NAME
      acrsh \\- a scriptable shell for Azure Container Registry and every other OCI registry
      .SH SYNOPSIS
      .nf

      """
    page += Options.synopsis.map { "\(line($0))\n" }.joined()
    page += """
      .fi
      .SH DESCRIPTION
      .B acrsh
      signs in to container registries, shows their manifests and imports images, at a prompt or from scripts.
      A script is checked whole before anything runs.
      Standard output is data: a table on a terminal, JSON elsewhere; progress, notes and errors go to standard error.
      .SH OPTIONS

      """
    for option in ProgramOption.all {
      let value = option.valueName.map { " \\fI\(escape($0.uppercased()))\\fR" } ?? ""
      page +=
        ".TP\n\(option.names.map { "\\fB\(escape($0))\\fR" }.joined(separator: ", "))\(value)\n\(line(option.help))\n"
    }
    page += ".SH COMMANDS\nEvery command of the language; \\fBhelp\\fR \\fINAME\\fR at the prompt says the same.\n"
    for (group, heading) in HelpText.headings {
      let commands = catalog.commands.filter { $0.group == group }
      if commands.isEmpty { continue }
      page += ".SS \(escape(heading))\n" + commands.map { command($0) }.joined()
      if group == .rows {
        page += ".TP\n\\&... | \\fBwhere\\fR \\fIEXPRESSION\\fR\nKeeps the rows that match a condition.\n"
        page += ".TP\n\\&... | \\fBextend\\fR \\fINAME\\fR = \\fIEXPRESSION\\fR, ...\nAdds columns to each row.\n"
      }
    }
    if let flags = catalog.commands.map(\.globalFlags).max(by: { $0.count < $1.count }), !flags.isEmpty {
      page += ".SS Global flags\nOf every command for registries and sign-in, as in the Azure CLI.\n"
      page += flags.map { flag($0, indent: false) }.joined()
    }
    page += ".SS Functions\nCalled as \\fIf\\fR(\\fIx\\fR) in expressions.\n"
    for function in catalog.functions.sorted(by: { $0.name < $1.name }) {
      page += ".TP\n\\fB\(escape(function.name))\\fR(\(escape(function.parameters)))\n\(line(function.summary))\n"
    }
    return page + Self.end
  }

  private func command(_ signature: Signature) -> String {
    var text = ".TP\n\\fB\(escape(HelpText(catalog: catalog).usage(signature)))\\fR\n\(line(signature.summary)).\n"
    var also = signature.aliases
    also += ((signature.cmdlet.map { [$0] } ?? []) + signature.moreCmdlets).map(\.name)
    if !also.isEmpty { text += "Also written \(also.map { "\\fB\(escape($0))\\fR" }.joined(separator: ", ")).\n" }
    text += signature.description.split(separator: "\n").map { "\(line(String($0)))\n" }.joined()
    if !signature.columns.declared.isEmpty {
      let names = signature.columns.names.map { "\\fB\(escape($0))\\fR" }.joined(separator: ", ")
      text += "Gives \(names)\(signature.columns.isOpen ? " and others" : "").\n"
    }
    guard !signature.positionals.isEmpty || !signature.flags.isEmpty else { return text }
    text += ".RS\n"
    for value in signature.positionals {
      text += ".TP\n\\fI\(escape(PageWording.spelling(value)))\\fR\n\(line(plain(PageWording.about(value))))\n"
    }
    text += signature.flags.map { flag($0, indent: true) }.joined()
    return text + ".RE\n"
  }

  private func flag(_ flag: Signature.Flag, indent: Bool) -> String {
    ".TP\n\\fB\(escape(PageWording.spelling(flag)))\\fR\n\(line(plain(PageWording.about(flag))))\n"
  }

  /// A line of text: one that starts with a dot or quote would be a macro.
  private func line(_ text: String) -> String {
    let escaped = escape(text)
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&\(escaped)" : escaped
  }

  private func plain(_ text: String) -> String { text.filter { $0 != "`" } }

  /// Signs that groff reads as its own or changes: backslash, minus, quotes, and those outside ASCII by their code.
  private func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "`": result += "\\(ga"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      case "\n": result += " "
      case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
      case "…": result += "..."
      default:
        let code = String(scalar.value, radix: 16, uppercase: true)
        result += "\\[u\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)]"
      }
    }
    return result
  }

  private static let end = """
    .SH EXIT STATUS
    .TP
    0
    All went well.
    .TP
    1
    An error that is none of the following, or \\fBexit 1\\fR.
    .TP
    2
    A wrong option, a syntax error, a finding of the check, a value that cannot be.
    .TP
    3
    Not found: a file, a registry's repository, tag or manifest.
    .TP
    4
    Not signed in, or not allowed.
    .TP
    5
    Throttled, or no connection, after all tries.
    .TP
    6
    Some items of a \\fB\\-\\-keep\\-going\\fR failed.
    .TP
    130
    Interrupted.
    .SH FILES
    .TP
    \\fI~/.docker/config.json\\fR
    Credentials of registries, with their helpers; \\fBDOCKER_CONFIG\\fR names another folder.
    .TP
    \\fI~/.local/state/acrsh/history\\fR
    What was typed at the prompt; \\fBXDG_STATE_HOME\\fR names another folder.
    .SH EXAMPLES
    .EX
    acrsh \\-c 'import docker.io/library/alpine:3.20 localhost:5000/base/alpine:3.20'
    acrsh \\-c 'list\\-metadata localhost:5000/base/alpine | where .os == "linux" | select digest tags'
    acrsh \\-\\-check \\-\\-strict nightly.acr && acrsh nightly.acr \\-\\-to localhost:5000
    .EE
    .SH SEE ALSO
    .BR az (1),
    .BR skopeo (1)

    """
}
