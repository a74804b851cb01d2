import AcrCore

/// Rows as the Azure CLI writes them with `-o tsv`: no header, a record's values or a list's items as the fields of a
/// line. Inside a row a list is only its length and a record nothing, and null is `None`.
public enum TabSeparated {
  /// The line of a row, without its end. In texts, tabs, line ends and backslashes are escaped, so that a line is a row.
  /// - Throws: ``AcrError`` for a secret, which is never written.
  public static func line(_ row: Value) throws(AcrError) -> String {
    switch row {
    case .record(let record): return try line(record.values)
    case .list(let items): return try line(items)
    // A bool on its own is lower-case there, and one in a row is not.
    case .bool(let flag): return flag ? "true" : "false"
    default: return try field(row)
    }
  }

  private static func line(_ values: [Value]) throws(AcrError) -> String {
    var fields: [String] = []
    for value in values { fields.append(try field(value)) }
    return fields.joined(separator: "\t")
  }

  private static func field(_ value: Value) throws(AcrError) -> String {
    switch value {
    case .null: return "None"
    case .bool(let flag): return flag ? "True" : "False"
    case .list(let items): return String(items.count)
    case .record: return ""
    case .string(let text): return escaped(text)
    case .duration, .datetime: return value.text ?? ""
    default: return try value.json()
    }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\n", with: "\\n").replacing(
      "\r", with: "\\r")
  }
}
