import AcrCore

/// A value as a table for pages: Markdown (as GitHub reads it) and HTML. Records are rows and their fields columns; plain
/// values are rows of one column. Values are written as text is made of them, nested ones as JSON.
struct MarkupTable {
  private var names: [String]
  private var rows: [[String]] = []
  /// Whether all values of a column are amounts, which stand on the right.
  private var isAmount: [Bool]
  private let meter: Meter

  /// - Throws: ``AcrError`` for a secret, which is never written.
  init(_ value: Value, _ meter: Meter) throws(AcrError) {
    self.meter = meter
    let items: [Value] =
      switch value {
      case .list(let items): items
      case .null: []
      default: [value]
      }
    names = []
    var seen: Set<String> = []
    var last: Shape?
    var hasPlain = false
    for item in items {
      guard case .record(let record) = item else {
        hasPlain = true
        continue
      }
      if record.shape === last { continue }
      last = record.shape
      for name in record.shape.names where seen.insert(name).inserted { names.append(name) }
    }
    if hasPlain {
      var name = "value"
      while seen.contains(name) { name += "_" }
      names.append(name)
    }
    isAmount = Array(repeating: !items.isEmpty, count: names.count)
    for item in items {
      try meter.step(names.count)
      var cells: [String] = []
      for (index, name) in names.enumerated() {
        let value: Value
        if case .record(let record) = item {
          value = hasPlain && index + 1 == names.count ? .null : record[name] ?? .null
        } else {
          value = index + 1 == names.count ? item : .null
        }
        switch value {
        case .int, .number, .size, .duration, .null: break
        default: isAmount[index] = false
        }
        let text = try MarkupTable.text(value, name, meter)
        try meter.take(4 * text.utf8.count + 2 * MemoryLayout<String>.stride)
        cells.append(text)
      }
      rows.append(cells)
    }
  }

  private static func text(_ value: Value, _ name: String, _ meter: Meter) throws(AcrError) -> String {
    switch value {
    case .null: return ""
    case .secret: throw Value.secretRefused("column `\(name)`")
    // A list of plain values, such as tags, reads best as they are.
    case .list(let items):
      let texts = items.compactMap { item -> String? in
        switch item {
        case .string, .int, .number, .bool, .size, .duration, .datetime: item.text
        default: nil
        }
      }
      return texts.count == items.count ? texts.joined(separator: ", ") : try value.json(meter)
    default:
      guard let text = value.text else { return try value.json(meter) }
      return text
    }
  }

  /// A table of Markdown; nothing for no columns.
  var markdown: String {
    guard !names.isEmpty else { return "" }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    var text = line(names.map(Markup.markdown))
    text += line(isAmount.map { $0 ? "---:" : "---" })
    for row in rows { text += line(row.map(Markup.markdown)) }
    return text
  }

  /// A table of HTML; nothing for no columns.
  var html: String {
    guard !names.isEmpty else { return "" }
    var text = "<table>\n<thead>\n<tr>"
    for name in names { text += "<th>\(Markup.html(name))</th>" }
    text += "</tr>\n</thead>\n<tbody>\n"
    for row in rows {
      text += "<tr>"
      for (index, cell) in row.enumerated() {
        text += "<td\(isAmount[index] ? " align=\"right\"" : "")>\(Markup.html(cell))</td>"
      }
      text += "</tr>\n"
    }
    return text + "</tbody>\n</table>\n"
  }
}
