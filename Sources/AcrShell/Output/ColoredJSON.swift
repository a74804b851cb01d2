import AcrCore
import AcrRuntime
import AcrText

/// Indented JSON in the colours of a terminal: names blue, texts green, numbers cyan, `true`, `false` and `null` yellow.
struct ColoredJSON {
  private enum Color: String {
    case name = "34"
    case text = "32"
    case number = "36"
    case word = "33"
  }

  /// The text of a value, without a line end.
  /// - Throws: ``AcrError`` for a secret, which is never written.
  static func text(_ value: Value, indent: Int = 0) throws(AcrError) -> TerminalText {
    let space = String(repeating: " ", count: indent + 2)
    switch value {
    case .list(let items) where !items.isEmpty:
      var lines: [TerminalText] = []
      for item in items { lines.append("\(space)\(try text(item, indent: indent + 2))") }
      return "[\n\(lines.joined(separator: ",\n"))\n\(String(space.dropLast(2)))]"
    case .record(let record) where !record.values.isEmpty:
      var lines: [TerminalText] = []
      for (name, value) in zip(record.shape.names, record.values) {
        let key = paint(try Value.string(name).json(), .name)
        lines.append("\(space)\(key): \(try text(value, indent: indent + 2))")
      }
      return "{\n\(lines.joined(separator: ",\n"))\n\(String(space.dropLast(2)))}"
    case .list, .record: return TerminalText(try value.json())
    case .null, .bool: return paint(try value.json(), .word)
    case .int, .number, .size: return paint(try value.json(), .number)
    default: return paint(try value.json(), .text)
    }
  }

  private static func paint(_ text: String, _ color: Color) -> TerminalText {
    "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
  }
}
