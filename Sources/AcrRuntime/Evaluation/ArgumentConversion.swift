import AcrCore
import AcrLanguage

/// What a value becomes where a parameter declares a type. Text is never silently a number, but every plain value has a
/// text, and a plain text is accepted where a secret is.
enum ArgumentConversion {
  /// The value as the type; nil when it is none.
  static func convert(_ value: Value, to type: ValueType) -> Value? {
    switch (type, value) {
    case (.any, _), (.string, .string), (.int, .int), (.number, .number), (.bool, .bool), (.duration, .duration),
      (.size, .size), (.datetime, .datetime), (.list, .list), (.record, .record), (.secret, .secret),
      (.block, .block):
      value
    case (.string, .null): nil
    case (.string, _): value.text.map(Value.string)
    case (.int, .number(let number)): Int64(exactly: number).map(Value.int)
    case (.number, .int(let number)): .number(Double(number))
    // JSON has no sizes: they are written, and read back, as bytes.
    case (.size, .int(let bytes)): .size(bytes)
    case (.secret, .string(let text)): .secret(Secret(text))
    // A datetime has no literal of its own: `--since 2024-05-01` arrives as a word.
    case (.datetime, .string(let text)): Timestamp(rfc3339: text).map(Value.datetime)
    default: nil
    }
  }

  /// The error for a value that is not of its parameter's type.
  static func failure(
    _ value: Value, to type: ValueType, parameter: String, of command: String, described: String, _ source: Source,
    _ span: Span
  ) -> RuntimeError {
    var help: String?
    switch (type, value) {
    case (.int, .string): help = "`int(…)` reads a number from text"
    case (.number, .string): help = "`number(…)` reads a number from text"
    case (.datetime, .string): help = "as in `2024-05-01` or `2024-05-01T10:20:30Z`"
    case (.string, .secret): help = "only parameters for secrets, such as `--password`, take one"
    case (.block, _): help = "for example `{ |x| … }`"
    case (.string, .list): help = "`[0]` takes one of its items"
    case (.string, .record): help = "take a field of it"
    case (.list, _): help = "`[…]` makes a list of one value"
    case (_, .null): help = "`?? …` replaces null"
    default: break
    }
    return RuntimeError(
      AcrError(.usage, "`\(parameter)` of `\(command)` takes \(type.phrase), and this is \(described)", help: help),
      source: source, span: span)
  }
}

extension ValueType {
  /// With its article, for messages.
  var phrase: String {
    switch self {
    case .int: "an int"
    case .any: "any value"
    default: "a \(rawValue)"
    }
  }
}

extension Value {
  /// True when a parameter of the type takes the value as it is. False says nothing: it may have to be converted.
  @inline(__always)
  func fits(_ type: ValueType) -> Bool {
    switch (type, self) {
    case (.any, _), (.int, .int), (.string, .string), (.list, .list), (.record, .record), (.bool, .bool): true
    default: false
    }
  }
}
