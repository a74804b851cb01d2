import AcrText

extension Diagnostic {
  /// One workflow command on one line, for `--diagnostics github`: GitHub shows it beside the line of the file.
  /// (GitHub Docs, "Workflow commands for GitHub Actions", setting an error message.)
  public var workflowCommand: String { withoutSecrets.command }

  private var command: String {
    var properties: [String] = []
    if let source {
      properties.append("file=\(Self.property(source.name))")
      if let span {
        let start = source.position(of: span.start)
        let end = source.position(of: span.end)
        properties.append("line=\(start.line),endLine=\(end.line)")
        // GitHub takes columns only for one line, and the last one as the end.
        if start.line == end.line {
          properties.append("col=\(start.column),endColumn=\(max(start.column, end.column - 1))")
        }
      }
    }
    properties.append("title=\(Self.property("acrsh\(kind.map { ": \($0)" } ?? "")"))")
    var text = message
    if let label { text += "\n\(label)" }
    for note in notes { text += "\n\(note.name): \(note.text)" }
    if let help { text += "\nhelp: \(help)" }
    let word = severity == .note ? "notice" : severity.rawValue
    return "::\(word) \(properties.joined(separator: ","))::\(Self.data(text))"
  }

  /// What stands behind the second `::`. Without the escapes a text with a line of its own could give commands.
  private static func data(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\n": result += "%0A"
      case "\r": result += "%0D"
      case _ where TerminalText.isUnsafe(scalar): result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
