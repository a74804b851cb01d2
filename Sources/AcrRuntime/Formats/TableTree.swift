/// Records whose `parts` are lists of records are shown as a tree: a row for each, with branches drawn in the first column.
enum TableTree {
  private static let parts = "parts"
  /// Deeper records are shown as values.
  private static let mostLevels = 32

  /// The rows of a tree; nil for records that are none.
  static func rows(_ records: [Record], isASCII: Bool = false) -> [Record]? {
    let isTree = records.contains { record in
      guard case .string? = record.values.first, case .list(let items)? = record[parts] else { return false }
      return items.contains { if case .record = $0 { true } else { false } }
    }
    guard isTree else { return nil }
    var rows: [Record] = []
    for record in records { append(record, "", "", 0, isASCII ? ascii : drawn, &rows) }
    return rows
  }

  /// What is drawn before the last part, before the others, and below the others.
  private typealias Branches = (last: String, other: String, below: String)
  private static let drawn: Branches = ("└─ ", "├─ ", "│  ")
  private static let ascii: Branches = ("`- ", "|- ", "|  ")

  private static func append(
    _ record: Record, _ branch: String, _ indent: String, _ level: Int, _ branches: Branches, _ rows: inout [Record]
  ) {
    guard case .string(let text)? = record.values.first, let place = record.shape.index(of: parts), place > 0,
      case .list(let items) = record.values[place], level < mostLevels
    else { return rows.append(record) }
    var values = record.values
    values.remove(at: place)
    values[0] = .string(branch + text)
    rows.append(Record(shape: record.shape.without(place), values: values))
    for (index, item) in items.enumerated() {
      guard case .record(let part) = item else { continue }
      let isLast = index == items.count - 1
      append(
        part, indent + (isLast ? branches.last : branches.other), indent + (isLast ? "   " : branches.below), level + 1,
        branches, &rows)
    }
  }
}
