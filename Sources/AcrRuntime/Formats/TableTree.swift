/// Records whose `parts` are lists of records are shown as a tree: a row for each, with branches drawn in the first column.
enum TableTree {
  private static let parts = "parts"
  /// Deeper records are shown as values.
  private static let mostLevels = 32

  /// The rows of a tree; nil for records that are none.
  static func rows(_ records: [Record]) -> [Record]? {
    let isTree = records.contains { record in
      guard case .string? = record.values.first, case .list(let items)? = record[parts] else { return false }
      return items.contains { if case .record = $0 { true } else { false } }
    }
    guard isTree else { return nil }
    var rows: [Record] = []
    for record in records { append(record, "", "", 0, &rows) }
    return rows
  }

  private static func append(
    _ record: Record, _ branch: String, _ indent: String, _ level: Int, _ rows: inout [Record]
  ) {
    guard case .string(let text)? = record.values.first, let place = record.shape.index(of: parts), place > 0,
      case .list(let items) = record.values[place], level < mostLevels
    else { return rows.append(record) }
    var names = record.shape.names
    var values = record.values
    names.remove(at: place)
    values.remove(at: place)
    values[0] = .string(branch + text)
    rows.append(Record(shape: Shape(names), values: values))
    for (index, item) in items.enumerated() {
      guard case .record(let part) = item else { continue }
      let isLast = index == items.count - 1
      append(part, indent + (isLast ? "└─ " : "├─ "), indent + (isLast ? "   " : "│  "), level + 1, &rows)
    }
  }
}
