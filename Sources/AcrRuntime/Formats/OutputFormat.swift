import AcrLanguage
import AcrText

/// How shown values are written.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// Columns for people.
  case table
  /// All columns, whole, however long the lines become.
  case wide
  /// A field to a line.
  case list
  /// Columns with lines between them.
  case grid
  /// Indented JSON.
  case json
  /// JSON in colours where the output takes them.
  case jsonc
  /// A line of JSON for each row.
  case jsonl
  /// Tab-separated fields without a header, for other programs.
  case tsv
  case yaml
  /// Nothing.
  case none

  /// The format of a name, without regard to case. `yamlc` is the Azure CLI's YAML in colours, which has none here.
  public init?(name: String) {
    let name = name.lowercased()
    self.init(rawValue: name == "yamlc" ? "yaml" : name)
  }

  /// All names, for sentences.
  static let names = allCases.map(\.rawValue)

  /// The layout of a format for people; nil for formats for programs.
  public var form: TableLayout.Form? {
    switch self {
    case .table: .table
    case .wide: .wide
    case .list: .list
    case .grid: .grid
    case .json, .jsonc, .jsonl, .tsv, .yaml, .none: nil
    }
  }

  /// Checks a name that a script writes out.
  static let check: TextCheck = { text in
    guard OutputFormat(name: text) == nil else { return nil }
    let near = Suggestion.nearest(to: text.lowercased(), in: names).map { "; did you mean `\($0)`?" } ?? ""
    return TextProblem("`\(text)` is not a format\(near)", help: "the formats are \(names.joined(separator: ", "))")
  }
}
