import AcrText

extension Diagnostic {
  /// One JSON object on one line, for `--diagnostics json`: severity, kind, message, file, line, column, end line and column
  /// (behind the last character), byte offsets, label, notes, help. What there is not is left out.
  public var json: String { withoutSecrets.fields }

  private var fields: String {
    var fields: [String] = ["\"severity\":\(Self.quoted(severity.rawValue))"]
    if let kind { fields.append("\"kind\":\(Self.quoted(kind))") }
    fields.append("\"message\":\(Self.quoted(message))")
    if let source {
      fields.append("\"file\":\(Self.quoted(source.name))")
      if let span {
        let start = source.position(of: span.start)
        let end = source.position(of: span.end)
        fields.append("\"line\":\(start.line),\"column\":\(start.column)")
        fields.append("\"endLine\":\(end.line),\"endColumn\":\(end.column)")
        fields.append("\"start\":\(span.start),\"end\":\(span.end)")
      }
    }
    if let label { fields.append("\"label\":\(Self.quoted(label))") }
    if !notes.isEmpty {
      let list = notes.map { "{\"name\":\(Self.quoted($0.name)),\"text\":\(Self.quoted($0.text))}" }
      fields.append("\"notes\":[\(list.joined(separator: ","))]")
    }
    if let help { fields.append("\"help\":\(Self.quoted(help))") }
    return "{\(fields.joined(separator: ","))}"
  }

  /// A JSON string (RFC 8259, section 7); what is unsafe for a terminal is escaped, so that a log can be shown as it is.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where TerminalText.isUnsafe(scalar):
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
