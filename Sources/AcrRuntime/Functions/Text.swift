import AcrCore
import AcrLanguage
import AcrText

extension Builtins {
  static let textFunctions: [Function] = [
    Function("split", 2...2, "text, separator", "The parts of a text between separators, as a list") { call in
      let (text, separator) = (try call.string(0), try call.string(1))
      try call.meter.chargeParts(of: text, at: separator)
      if separator.isEmpty { return .list(text.map { .string(String($0)) }) }
      if let parts = ByteText.split(text, at: separator) { return .list(parts) }
      return .list(text.split(separator: separator, omittingEmptySubsequences: false).map { .string(String($0)) })
    },
    Function("join", 1...2, "list, separator", "The items of a list as one text, with a separator between them") {
      call in
      let separator = call.arguments.count > 1 ? try call.string(1) : ""
      var text = ""
      if call.meter.isCounting {
        let size = try call.list(0).reduce(0) { $0 + ($1.text?.utf8.count ?? 0) + separator.utf8.count }
        try call.meter.charge(HeapSize.text(bytes: 2 * size))
      }
      for (index, item) in try call.list(0).enumerated() {
        if index & 0xFF == 0 { try call.meter.step() }
        guard let part = item.text else {
          throw AcrError(.invalid, "item \(index) of the list is \(item.typePhrase), which has no text")
        }
        if index > 0 { text += separator }
        text += part
      }
      return .string(text)
    },
    Function("upper", 1...1, "text", "The text in capitals") { call in
      let text = try call.string(0)
      // A letter can become three: ΐ.
      try call.meter.charge(HeapSize.text(bytes: 3 * text.utf8.count))
      return .string(text.uppercased())
    },
    Function("lower", 1...1, "text", "The text in small letters") { call in
      let text = try call.string(0)
      try call.meter.charge(HeapSize.text(bytes: 2 * text.utf8.count))
      return .string(text.lowercased())
    },
    Function("trim", 1...1, "text", "The text without white space at its ends") { call in
      let text = try call.string(0)
      try call.meter.charge(HeapSize.text(text))
      let start = text.drop { $0.isWhitespace }
      let end = start.lastIndex { !$0.isWhitespace }
      return .string(end.map { String(start[...$0]) } ?? "")
    },
    Function("replace", 3...3, "text, old, new", "The text with every occurrence of one part replaced by another") {
      call in
      let (text, old, new) = (try call.string(0), try call.string(1), try call.string(2))
      guard !old.isEmpty else { return .string(text) }
      if call.meter.isCounting {
        let count = call.meter.occurrences(of: old, in: text)
        let (grown, overflow) = count.multipliedReportingOverflow(by: max(0, new.utf8.count - old.utf8.count))
        try call.meter.charge(overflow ? .max / 4 : HeapSize.text(bytes: 2 * (text.utf8.count + grown)))
      }
      return .string(ByteText.replacing(old, with: new, in: text) ?? text.replacing(old, with: new))
    },
    Function(
      "matches", 2...2, "text, pattern",
      "Every match of a regular expression: its text, or with groups in the pattern the list of their texts"
    ) { call in
      let text = try call.string(0)
      let pattern = try call.patterns.pattern(try call.string(1))
      return .list(try pattern.values(in: text, call.meter))
    },
    Function(
      "replace-matches", 3...3, "text, pattern, new",
      "The text with every match of a regular expression replaced; `$1` and `${name}` stand for groups, `$0` for the match"
    ) { call in
      let text = try call.string(0)
      let pattern = try call.patterns.pattern(try call.string(1))
      let template = try MatchTemplate(try call.string(2), pattern)
      var result = ""
      var rest = text.startIndex
      for match in try pattern.all(in: text, call.meter) {
        let new = template.text(match)
        try call.meter.charge(HeapSize.text(bytes: 2 * (result.utf8.count + new.utf8.count)))
        result += text[rest..<match.text.startIndex]
        result += new
        rest = match.text.endIndex
      }
      return .string(result + text[rest...])
    },
    Function(
      "slice", 2...3, "value, start, end",
      "The characters of a text or the items of a list from a position up to another; negative ones count from the end"
    ) { call in
      let start = try call.int(1)
      let end = call.arguments.count > 2 && !call.arguments[2].isNull ? try call.int(2) : nil
      switch call.arguments[0] {
      case .string(let text):
        let range = Slice.range(start, end, in: text.count)
        try call.meter.charge(HeapSize.text(text))
        return .string(String(text.dropFirst(range.lowerBound).prefix(range.count)))
      case .list(let items):
        let range = Slice.range(start, end, in: items.count)
        try call.meter.charge(HeapSize.list(range.count))
        return .list(Array(items[range]))
      default: throw call.wrong(0, "a string or list")
      }
    },
    Function(
      "pad", 2...4, "value, width, side, fill",
      "A text made as wide as so many columns of a terminal, with spaces on its `right` (or `left`, or `both` sides)"
    ) { call in
      guard let text = call.arguments[0].text else { throw call.wrong(0, "a value that has a text") }
      let width = try call.int(1)
      guard (0...10_000).contains(width) else {
        throw AcrError(.invalid, "`pad` makes texts of 0 to 10000 columns, not \(width)")
      }
      let side = call.arguments.count > 2 ? try call.string(2) : "right"
      let fill = call.arguments.count > 3 ? try call.string(3) : " "
      guard fill.count == 1, DisplayWidth.of(fill) == 1 else {
        throw AcrError(.invalid, "`pad` fills with one character that is one column wide, not with `\(fill)`")
      }
      let missing = max(0, Int(width) - DisplayWidth.of(text))
      try call.meter.charge(HeapSize.text(bytes: text.utf8.count + missing * fill.utf8.count))
      func filling(_ count: Int) -> String { String(repeating: fill, count: count) }
      switch side {
      case "right": return .string(text + filling(missing))
      case "left": return .string(filling(missing) + text)
      case "both": return .string(filling(missing / 2) + text + filling(missing - missing / 2))
      default:
        throw AcrError(
          .invalid, "`pad` fills on the `left`, on the `right` or on `both` sides, not `\(side)`",
          help: "`pad(\"ab\", 5, \"left\")`")
      }
    },
    Function("contains", 2...2, "text, part", "Whether a text holds a part, a list an item, or a record a field") {
      call in
      do throws(OperationFailure) {
        return .bool(try call.arguments[1].isContained(in: call.arguments[0], call.meter))
      } catch {
        if case .other(let error) = error { throw error }
        switch call.arguments[0] {
        case .string: throw call.wrong(1, "a string", help: "\"${…}\" makes a text of a value")
        case .record: throw call.wrong(1, "a field's name")
        default: throw call.wrong(0, "a string, list or record")
        }
      }
    },
    Function("starts-with", 2...2, "text, start", "Whether a text begins with another") { call in
      .bool(try call.string(0).hasPrefix(try call.string(1)))
    },
    Function("ends-with", 2...2, "text, end", "Whether a text ends with another") { call in
      .bool(try call.string(0).hasSuffix(try call.string(1)))
    },
  ]
}
