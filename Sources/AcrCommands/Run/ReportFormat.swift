import AcrCore
import AcrLanguage

/// The forms of a report.
enum ReportFormat: String, Sendable, CaseIterable {
  /// One object: when it ran, whether it came to its end, all rows.
  case json
  /// A row a line.
  case jsonl
  case csv
  case md
  /// XML as test reports are, which pipelines show.
  case junit
  /// A page of its own.
  case html

  /// Their names, for help.
  static let names = allCases.map(\.rawValue).joined(separator: ", ")

  static let check: TextCheck = { text in
    ReportFormat(rawValue: text) == nil ? TextProblem("`\(text)` is no form of a report", help: names) : nil
  }

  /// The form by the ending of a name; nil for other endings.
  init?(path: String) {
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return nil }
    switch path[path.index(after: dot)...].lowercased() {
    case "json": self = .json
    case "jsonl", "ndjson": self = .jsonl
    case "csv": self = .csv
    case "md", "markdown": self = .md
    case "xml": self = .junit
    case "html", "htm": self = .html
    default: return nil
    }
  }

  /// The form that was named, or that of the name.
  /// - Throws: ``AcrError`` of kind `usage` where neither says it.
  init(_ name: String?, path: String) throws(AcrError) {
    if let name {
      guard let format = ReportFormat(rawValue: name) else {
        throw AcrError(.usage, "`\(name)` is no form of a report", help: ReportFormat.names)
      }
      self = format
      return
    }
    guard let format = ReportFormat(path: path) else {
      throw AcrError(
        .usage, "the report `\(path)` has no known format",
        help: "end its name with .json, .jsonl, .csv, .md, .html or .xml, or name one with --report-format")
    }
    self = format
  }

  /// The media type.
  var mediaType: String {
    switch self {
    case .json: "application/json"
    case .jsonl: "application/jsonl"
    case .csv: "text/csv"
    case .md: "text/markdown"
    case .junit: "application/xml"
    case .html: "text/html"
    }
  }
}
