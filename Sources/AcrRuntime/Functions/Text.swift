import AcrCore
import AcrLanguage

extension Builtins {
  static let textFunctions: [Function] = [
    Function("split", 2...2, "text, separator", "The parts of a text between separators, as a list") { call in
      let (text, separator) = (try call.string(0), try call.string(1))
      if separator.isEmpty { return .list(text.map { .string(String($0)) }) }
      return .list(text.split(separator: separator, omittingEmptySubsequences: false).map { .string(String($0)) })
    },
    Function("join", 1...2, "list, separator", "The items of a list as one text, with a separator between them") {
      call in
      let separator = call.arguments.count > 1 ? try call.string(1) : ""
      var text = ""
      for (index, item) in try call.list(0).enumerated() {
        guard let part = item.text else {
          throw AcrError(.invalid, "item \(index) of the list is \(item.typePhrase), which has no text")
        }
        if index > 0 { text += separator }
        text += part
      }
      return .string(text)
    },
    Function("upper", 1...1, "text", "The text in capitals") { .string(try $0.string(0).uppercased()) },
    Function("lower", 1...1, "text", "The text in small letters") { .string(try $0.string(0).lowercased()) },
    Function("trim", 1...1, "text", "The text without white space at its ends") { call in
      let text = try call.string(0)
      let start = text.drop { $0.isWhitespace }
      let end = start.lastIndex { !$0.isWhitespace }
      return .string(end.map { String(start[...$0]) } ?? "")
    },
    Function("replace", 3...3, "text, old, new", "The text with every occurrence of one part replaced by another") {
      call in
      let (text, old, new) = (try call.string(0), try call.string(1), try call.string(2))
      guard !old.isEmpty else { return .string(text) }
      return .string(text.replacing(old, with: new))
    },
    Function(
      "matches", 2...2, "text, pattern",
      "Every match of a regular expression: its text, or with groups in the pattern the list of their texts"
    ) { call in
      let text = try call.string(0)
      let pattern = try call.patterns.pattern(try call.string(1))
      return .list(
        try pattern.all(in: text, call.interrupts).map { match in
          guard !match.groups.isEmpty else { return .string(String(match.text)) }
          return .list(match.groups.map { group in group.map { .string(String($0)) } ?? .null })
        })
    },
    Function("contains", 2...2, "text, part", "Whether a text holds a part, a list an item, or a record a field") {
      call in
      do throws(OperationFailure) {
        return .bool(try call.arguments[1].isContained(in: call.arguments[0], call.interrupts))
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
