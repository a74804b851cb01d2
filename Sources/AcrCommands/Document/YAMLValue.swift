import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime

/// YAML as values of the language, by the core schema of YAML 1.2: `yes` and `on` are texts, and so are dates.
enum YAMLValue {
  /// Reads a text, which is one document.
  /// - Throws: ``AcrError`` of kind `invalid` with line and column.
  static func read(_ text: String) throws -> Value {
    do {
      return try value(Document(Source(name: "text", text: text)).root)
    } catch let error as DocumentError {
      guard let first = error.diagnostics.first else { throw error.error }
      var place = ""
      if let source = first.source, let span = first.span {
        let position = source.position(of: span.start)
        place = "line \(position.line), column \(position.column): "
      }
      throw AcrError(.invalid, place + first.message, help: first.help)
    }
  }

  private static func value(_ node: DocumentNode) throws -> Value {
    switch node.content {
    case .mapping(let entries):
      return .record(Record(shape: Shape(entries.map(\.key)), values: try entries.map { try value($0.value) }))
    case .list(let items): return .list(try items.map(value))
    case .scalar(let text, let isQuoted):
      if isQuoted { return .string(text) }
      return node.isNull ? .null : try plain(text)
    }
  }

  private static func plain(_ text: String) throws -> Value {
    switch text {
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".inf", ".Inf", ".INF", "-.inf", "-.Inf", "-.INF", "+.inf", ".nan", ".NaN", ".NAN":
      throw AcrError(.invalid, "`\(text)` is no number that acrsh can hold", help: "quote it to read it as a text")
    default: break
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
      let digits = text.dropFirst(2)
      if let first = digits.first, first != "-", first != "+", let number = Int64(digits, radix: radix) {
        return .int(number)
      }
    }
    guard let first = text.utf8.first, (0x30...0x39).contains(first) || [0x2B, 0x2D, 0x2E].contains(first) else {
      return .string(text)
    }
    if let number = Int64(text) { return .int(number) }
    let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
    guard isNumber, let number = Double(text), number.isFinite else { return .string(text) }
    return .number(number)
  }
}

extension From {
  /// `from` with the formats that need a library, too.
  static var withYAML: From {
    let yaml: Reader = { try YAMLValue.read($0) }
    return From([("yaml", yaml)])
  }
}
