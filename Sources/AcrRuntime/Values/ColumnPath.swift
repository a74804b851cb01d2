import AcrCore
import AcrLanguage
import AcrText

/// A column as the words take it: a field's name, or names and positions joined by points (`error.kind`, `tags.0`).
struct ColumnPath {
  let text: String
  private let parts: [String]

  /// Reads a path. A leading point, as in `.digest`, is allowed.
  init(_ text: String) {
    self.text = text.hasPrefix(".") ? String(text.dropFirst()) : text
    parts = self.text.split(separator: ".").map(String.init)
  }

  /// The column's value in a row. A column of null is null.
  /// - Throws: ``AcrError`` when the row has no such column.
  func value(in row: Value) throws(AcrError) -> Value {
    if case .record(let record) = row, let value = record[text] { return value }
    var current = row
    for (depth, part) in parts.enumerated() {
      switch current {
      case .record(let record):
        guard let value = record[part] else { throw missing(part, in: record) }
        current = value
      case .list(let items):
        guard let index = Int(part) else {
          let place = depth == 0 ? "the row" : "`\(parts[..<depth].joined(separator: "."))`"
          throw AcrError(
            .invalid, "\(place) is a list: it has no column `\(part)`", help: "`flatten` takes lists apart")
        }
        let position = index < 0 ? index + items.count : index
        guard items.indices.contains(position) else {
          throw AcrError(
            .invalid,
            items.isEmpty
              ? "there is no item \(part): the list is empty"
              : "there is no item \(part): the list has \(items.count) item\(items.count == 1 ? "" : "s"), 0 to \(items.count - 1)"
          )
        }
        current = items[position]
      case .null where depth > 0: return .null
      default:
        let place = depth == 0 ? "the row" : "`\(parts[..<depth].joined(separator: "."))`"
        throw AcrError(.invalid, "\(place) is \(current.typePhrase): it has no column `\(part)`")
      }
    }
    return current
  }

  private func missing(_ name: String, in record: Record) -> AcrError {
    let near = Suggestion.nearest(to: name, in: record.shape.names)
    let question = near.map { "; did you mean `\($0)`?" } ?? ""
    return AcrError(
      .invalid, "no column `\(name)` in this row\(question)",
      help: record.shape.names.isEmpty
        ? "it has no columns" : "its columns: \(record.shape.names.joined(separator: ", "))")
  }
}
