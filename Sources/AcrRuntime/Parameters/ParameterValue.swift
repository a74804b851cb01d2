import AcrCore
import AcrLanguage

/// A type that commands read values of the language as.
public protocol ParameterValue: ParameterReading {
  /// Reads a value of ``argumentType``; nil for any other.
  static func reading(_ value: Value) -> Self?
}

/// What a parameter gives its command: a value, an optional value, or the list of all values that were given.
public protocol ParameterReading: Sendable {
  /// The type that the check and the evaluator hold arguments to; of a list the type of its items.
  static var argumentType: ValueType { get }
  /// True for what has to be given where there is no default.
  static var isRequiredArgument: Bool { get }
  /// True for a list of values.
  static var isArgumentList: Bool { get }
  /// Reads an argument; nil where it was not given.
  static func argument(_ value: Value?) -> Self?
  /// What the parameter gives without an argument and without a default. For what is required it is never used: no command
  /// is called without its required values.
  static var missingArgument: Self { get }
}

extension ParameterValue {
  public static var isRequiredArgument: Bool { true }
  public static var isArgumentList: Bool { false }
  public static func argument(_ value: Value?) -> Self? { value.flatMap(reading) }
}

extension Optional: ParameterReading where Wrapped: ParameterValue {
  public static var argumentType: ValueType { Wrapped.argumentType }
  public static var isRequiredArgument: Bool { false }
  public static var isArgumentList: Bool { false }
  public static func argument(_ value: Value?) -> Wrapped?? {
    guard let value, !value.isNull, let read = Wrapped.reading(value) else { return nil }
    return .some(read)
  }
  public static var missingArgument: Wrapped? { nil }
}

extension Array: ParameterReading where Element: ParameterValue {
  public static var argumentType: ValueType { Element.argumentType }
  public static var isRequiredArgument: Bool { false }
  public static var isArgumentList: Bool { true }
  public static func argument(_ value: Value?) -> [Element]? {
    guard case .list(let items)? = value else { return nil }
    return items.compactMap(Element.reading)
  }
  public static var missingArgument: [Element] { [] }
}

extension String: ParameterValue {
  public static var argumentType: ValueType { .string }
  public static func reading(_ value: Value) -> String? { if case .string(let text) = value { text } else { nil } }
  public static var missingArgument: String { "" }
}

extension Int64: ParameterValue {
  public static var argumentType: ValueType { .int }
  public static func reading(_ value: Value) -> Int64? { if case .int(let number) = value { number } else { nil } }
  public static var missingArgument: Int64 { 0 }
}

extension Double: ParameterValue {
  public static var argumentType: ValueType { .number }
  public static func reading(_ value: Value) -> Double? { if case .number(let number) = value { number } else { nil } }
  public static var missingArgument: Double { 0 }
}

extension Bool: ParameterValue {
  public static var argumentType: ValueType { .bool }
  public static func reading(_ value: Value) -> Bool? { if case .bool(let flag) = value { flag } else { nil } }
  public static var missingArgument: Bool { false }
}

extension Duration: ParameterValue {
  public static var argumentType: ValueType { .duration }
  public static func reading(_ value: Value) -> Duration? {
    if case .duration(let nanoseconds) = value { .nanoseconds(nanoseconds) } else { nil }
  }
  public static var missingArgument: Duration { .zero }
}

/// A size that was written, such as `10MB`; a negative one counts as zero.
extension WireSize: ParameterValue {
  public static var argumentType: ValueType { .size }
  public static func reading(_ value: Value) -> WireSize? {
    if case .size(let bytes) = value { WireSize(clamping: bytes) } else { nil }
  }
  public static var missingArgument: WireSize { .zero }
}

extension Timestamp: ParameterValue {
  public static var argumentType: ValueType { .datetime }
  public static func reading(_ value: Value) -> Timestamp? { if case .datetime(let time) = value { time } else { nil } }
  public static var missingArgument: Timestamp { Timestamp(nanoseconds: 0) }
}

/// A plain text that is given to a parameter of this type arrives as a secret.
extension Secret: ParameterValue {
  public static var argumentType: ValueType { .secret }
  public static func reading(_ value: Value) -> Secret? { if case .secret(let secret) = value { secret } else { nil } }
  public static var missingArgument: Secret { Secret("") }
}

extension Record: ParameterValue {
  public static var argumentType: ValueType { .record }
  public static func reading(_ value: Value) -> Record? { if case .record(let record) = value { record } else { nil } }
  public static var missingArgument: Record { Record([:]) }
}

extension Value: ParameterValue {
  public static var argumentType: ValueType { .any }
  public static func reading(_ value: Value) -> Value? { value }
  public static var missingArgument: Value { .null }
}
