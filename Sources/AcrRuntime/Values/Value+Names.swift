import AcrCore

extension Value {
  /// The type's name as scripts write it and `type(x)` gives it.
  public var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .number: "number"
    case .string: "string"
    case .duration: "duration"
    case .size: "size"
    case .datetime: "datetime"
    case .list: "list"
    case .record: "record"
    case .secret: "secret"
    case .block: "block"
    }
  }

  /// The type with its article, for messages: `a string`, `an int`, `null`.
  public var typePhrase: String {
    switch self {
    case .null: "null"
    case .int: "an int"
    default: "a \(typeName)"
    }
  }

  /// True for a secret, and for a list or record with one in it.
  var holdsSecret: Bool {
    switch self {
    case .secret: true
    case .list(let items): items.contains(where: \.holdsSecret)
    case .record(let record): record.values.contains(where: \.holdsSecret)
    default: false
    }
  }

  /// True for null.
  public var isNull: Bool { if case .null = self { true } else { false } }
}

/// Why an operator cannot work on two values. The evaluator, which knows how the operands were written, makes the sentence.
public enum OperationFailure: Error {
  /// The operator has no meaning for these types.
  case mismatch
  /// The result does not fit 64 bits.
  case overflow
  /// The right side is zero.
  case divisionByZero
  /// Anything else, in its own words.
  case other(AcrError)
}
