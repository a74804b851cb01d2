import AcrCore
import AcrLanguage

extension Builtins {
  static let textFunctions: [Function] = [
    Function("split", 2...2, "text, separator", "The parts of a text between separators, as a list") { call in
      let (text, separator) = (try call.string(0), try call.string(1))
      try call.meter.chargeParts(of: text, at: separator)
      if separator.isEmpty { return .list(text.map { .string(String($0)) }) }
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
      return .string(text.replacing(old, with: new))
    },
    Function(
      "matches", 2...2, "text, pattern",
      "Every match of a regular expression: its text, or with groups in the pattern the list of their texts"
    ) { call in
      let text = try call.string(0)
      let pattern = try call.patterns.pattern(try call.string(1))
      // Matches do not overlap, but groups can hold the same part again.
      return .list(
        try pattern.all(in: text, call.meter).map { match in
          if call.meter.isCounting {
            let groups = match.groups.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
            try call.meter.take(max(groups, match.text.utf8.count))
          }
          guard !match.groups.isEmpty else { return .string(String(match.text)) }
          return .list(match.groups.map { group in group.map { .string(String($0)) } ?? .null })
        })
    },
    Function("contains", 2...2, "text, part", "Whether a text holds a part, a list an item, or a record a field") {
      call in
      do throws(OperationFailure) {
        return .bool(try call.arguments[1].isContained(in: call.arguments[0], call.meter))
      } catch {
        if case .other(let error) = error { throw error }
        throw call.wrong(0, "a string, list or record")
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
