import AcrCore
import AcrLanguage

extension Builtins {
  static let conversionFunctions: [Function] = [
    Function("type", 1...1, "value", "The name of a value's type") { .string($0.arguments[0].typeName) },
    Function("string", 1...1, "value", "The text of a plain value") { call in
      guard let text = call.arguments[0].text else { throw call.wrong(0, "a value that has a text") }
      return .string(text)
    },
    Function("int", 1...1, "value", "The int of a text, a number without its fraction, or the bytes of a size") {
      call in
      switch call.arguments[0] {
      case .int: return call.arguments[0]
      case .number(let value):
        guard let whole = Int64(exactly: value.rounded(.towardZero)) else { throw OperationFailure.overflow }
        return .int(whole)
      case .size(let bytes): return .int(bytes)
      case .string(let text):
        guard let value = Int64(text) else { throw AcrError(.invalid, "`\(text)` is not an int") }
        return .int(value)
      default: throw call.wrong(0, "a string, number or size")
      }
    },
    Function("number", 1...1, "value", "The number of a text or an int") { call in
      switch call.arguments[0] {
      case .int(let value): return .number(Double(value))
      case .number: return call.arguments[0]
      case .string(let text):
        guard let value = Double(text), value.isFinite else { throw AcrError(.invalid, "`\(text)` is not a number") }
        return .number(value)
      default: throw call.wrong(0, "a string or number")
      }
    },
    Function("bool", 1...1, "value", "The bool of the text `true` or `false`") { call in
      switch call.arguments[0] {
      case .bool: return call.arguments[0]
      case .string("true"): return .bool(true)
      case .string("false"): return .bool(false)
      case .string(let text): throw AcrError(.invalid, "`\(text)` is neither `true` nor `false`")
      default: throw call.wrong(0, "a string or bool")
      }
    },
    Function("duration", 1...1, "text", "The duration of a text such as `1h30m`") { call in
      if case .duration = call.arguments[0] { return call.arguments[0] }
      let text = try call.string(0)
      guard let value = DurationText.parse(text) else {
        throw AcrError(.invalid, "`\(text)` is not a duration", help: "a number and ms, s, m, h or d: `90s`, `1h30m`")
      }
      return .duration(value)
    },
    Function("size", 1...1, "value", "The size of a text such as `200MB`, or of a number of bytes") { call in
      switch call.arguments[0] {
      case .size: return call.arguments[0]
      case .int(let bytes): return .size(bytes)
      case .string(let text):
        guard let value = ByteCount.parse(text) else {
          throw AcrError(
            .invalid, "`\(text)` is not a size", help: "a number and B, KB, MB, GB, KiB, MiB or GiB: `200MB`")
        }
        return .size(value)
      default: throw call.wrong(0, "a string or int")
      }
    },
    Function("human-size", 1...1, "size", "A size or number of bytes for people, such as `12.3 MB`") { call in
      switch call.arguments[0] {
      case .size(let bytes), .int(let bytes): return .string(ByteCount.human(bytes))
      default: throw call.wrong(0, "a size or int")
      }
    },
    Function("reveal", 1...1, "secret", "The text of a secret; `--check --strict` reports every use") { call in
      guard case .secret(let secret) = call.arguments[0] else { throw call.wrong(0, "a secret") }
      return .string(secret.reveal())
    },
  ]
}
