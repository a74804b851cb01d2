import AcrCore

/// The types of JMESPath.
enum JMESPathType: String, Sendable {
  case number, string, boolean, array, object, null
  /// A secret, which no function looks into.
  case secret

  /// With its article, for messages.
  var phrase: String {
    switch self {
    case .array, .object: "an \(rawValue)"
    case .null: rawValue
    default: "a \(rawValue)"
    }
  }

  /// Several of them: "numbers".
  var plural: String { "\(rawValue)s" }
}

/// A value as JMESPath sees it: what its JSON would be.
extension Value {
  var jmespathType: JMESPathType {
    switch self {
    case .null: .null
    case .bool: .boolean
    case .int, .number, .size: .number
    case .string, .duration, .datetime: .string
    case .list: .array
    case .record: .object
    // A query can do as little with a block as with a secret.
    case .secret, .block: .secret
    }
  }

  /// The type for messages, of a list with what is in it.
  var jmespathPhrase: String {
    guard case .list(let items) = self else { return jmespathType.phrase }
    var types: [JMESPathType] = []
    for item in items where !types.contains(item.jmespathType) { types.append(item.jmespathType) }
    return types.isEmpty ? "an empty array" : "an array of \(types.map(\.plural).joined(separator: " and "))"
  }

  /// False are null, `false`, and what is empty; 0 is true.
  var isJMESPathTrue: Bool {
    switch self {
    case .null: false
    case .bool(let flag): flag
    case .string(let text): !text.isEmpty
    case .list(let items): !items.isEmpty
    case .record(let record): !record.values.isEmpty
    default: true
    }
  }

  /// The text of a string.
  var jmespathText: String? {
    switch self {
    case .string(let text): text
    case .duration, .datetime: text
    default: nil
    }
  }

  /// A whole number.
  var jmespathInteger: Int64? {
    switch self {
    case .int(let number), .size(let number): number
    default: nil
    }
  }

  /// A number.
  var jmespathNumber: Double? {
    if case .number(let number) = self { number } else { jmespathInteger.map(Double.init) }
  }

  /// Equality of JSON values. Texts are equal when their code points are. A secret equals nothing, so that a query cannot
  /// find it out by guessing.
  /// After ^C it ends at once; the caller looks for it.
  func isJMESPathEqual(to other: Value, _ meter: Meter? = nil) -> Bool {
    switch (self, other) {
    case (.null, .null): return true
    case (.bool(let left), .bool(let right)): return left == right
    case (.datetime(let left), .datetime(let right)): return left == right
    case (.list(let left), .list(let right)):
      if let meter, meter.isInterrupted { return false }
      return left.count == right.count && zip(left, right).allSatisfy { $0.isJMESPathEqual(to: $1, meter) }
    case (.record(let left), .record(let right)):
      guard left.values.count == right.values.count, meter?.isInterrupted != true else { return false }
      return zip(left.shape.names, left.values).allSatisfy { name, value in
        right[name].map { value.isJMESPathEqual(to: $0, meter) } ?? false
      }
    default: return jmespathOrder(other) == 0
    }
  }

  /// The order of two numbers or two texts (by code point): negative, 0 or positive; nil for anything else.
  func jmespathOrder(_ other: Value) -> Int? {
    if case .datetime(let left) = self, case .datetime(let right) = other {
      return left < right ? -1 : left == right ? 0 : 1
    }
    if let left = jmespathInteger, let right = other.jmespathInteger {
      return left < right ? -1 : left == right ? 0 : 1
    }
    if let left = jmespathNumber, let right = other.jmespathNumber { return left < right ? -1 : left == right ? 0 : 1 }
    guard let left = jmespathText?.utf8, let right = other.jmespathText?.utf8 else { return nil }
    // The order of UTF-8 is that of the code points.
    return left.lexicographicallyPrecedes(right) ? -1 : left.elementsEqual(right) ? 0 : 1
  }
}
