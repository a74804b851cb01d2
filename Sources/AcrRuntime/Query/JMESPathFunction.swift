import AcrCore

/// A function of JMESPath: what it takes, and what it does.
struct JMESPathFunction: Sendable {
  let name: String
  private let parameters: [JMESPathParameter]
  /// True when the last parameter may be given several times.
  private let isVariadic: Bool
  let body: @Sendable (JMESPathCall) throws(JMESPathError) -> Value

  init(
    _ name: String, _ parameters: [JMESPathParameter], isVariadic: Bool = false,
    _ body: @escaping @Sendable (JMESPathCall) throws(JMESPathError) -> Value
  ) {
    self.name = name
    self.parameters = parameters
    self.isVariadic = isVariadic
    self.body = body
  }

  /// The parameter that an argument belongs to.
  func parameter(_ index: Int) -> JMESPathParameter { parameters[min(index, parameters.count - 1)] }

  /// Whether it can be called with so many arguments.
  func takes(_ count: Int) -> Bool { isVariadic ? count >= parameters.count : count == parameters.count }

  /// "1 argument", "at least 1 argument".
  var arityPhrase: String {
    (isVariadic ? "at least " : "") + (parameters.count == 1 ? "1 argument" : "\(parameters.count) arguments")
  }

  /// At most how many bytes its result takes. What it refers to is there already, but for a text that it makes.
  func size(of values: [Value]) -> Int {
    switch name {
    case "to_string": 0
    case "join":
      values.dropFirst().reduce(0) { sum, value in
        guard case .list(let items) = value else { return sum }
        let separator = values.first?.jmespathText?.utf8.count ?? 0
        return items.reduce(sum) { $0 + ($1.jmespathText?.utf8.count ?? 0) + separator }
      } * 2
    default:
      values.reduce(0) { sum, value in
        switch value {
        case .list(let items): sum + HeapSize.list(items.count)
        case .record(let record):
          record.shape.names.reduce(sum + HeapSize.list(record.values.count)) { $0 + HeapSize.name($1) }
        case .string(let text): sum + 2 * HeapSize.text(text)
        default: sum
        }
      }
    }
  }

  /// The function of a name.
  static func named(_ name: String) -> JMESPathFunction? { table[name] }

  /// All names, sorted.
  static let names = table.keys.sorted()

  private static let table = Dictionary(
    (numberFunctions + textFunctions + collectionFunctions + referenceFunctions).map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first })
}

/// What a function takes at one place.
enum JMESPathParameter: Sendable {
  case any
  case types([JMESPathType])
  /// An array whose items are all of one of these types.
  case array(of: [JMESPathType])
  /// `&expression`.
  case reference

  var isReference: Bool { if case .reference = self { true } else { false } }

  func accepts(_ value: Value) -> Bool {
    switch self {
    case .any, .reference: return true
    case .types(let types): return types.contains(value.jmespathType)
    case .array(let types):
      guard case .list(let items) = value else { return false }
      guard let first = items.first?.jmespathType else { return true }
      return types.contains(first) && items.allSatisfy { $0.jmespathType == first }
    }
  }

  /// With its article, for messages.
  var phrase: String {
    switch self {
    case .any: "any value"
    case .types(let types): types.map(\.phrase).joined(separator: " or ")
    case .array(let types): "an array of \(types.map(\.plural).joined(separator: " or of "))"
    case .reference: "an expression reference `&…`"
    }
  }
}

/// One call of a function; the values have the types its parameters ask for.
struct JMESPathCall {
  let function: JMESPathFunction
  let arguments: [JMESPathNode.Argument]
  let values: [Value]
  let evaluator: JMESPathEvaluator

  /// The items of an array; none for anything else.
  func items(_ index: Int) -> [Value] { if case .list(let items) = values[index] { items } else { [] } }

  /// The text of a string; empty for anything else.
  func text(_ index: Int) -> String { values[index].jmespathText ?? "" }

  /// What the expression reference makes of an item.
  func apply(_ index: Int, to item: Value) throws(JMESPathError) -> Value {
    try evaluator.evaluate(arguments[index].node, item)
  }

  /// What the expression reference makes of each item: all numbers, or all strings.
  func keys(_ index: Int, for items: [Value]) throws(JMESPathError) -> [Value] {
    var keys: [Value] = []
    for item in items {
      let key = try apply(index, to: item)
      let type = key.jmespathType
      guard type == .number || type == .string else {
        throw failure(
          index, "`\(function.name)` orders by numbers or strings, and this is \(type.phrase) for one of the items")
      }
      if let first = keys.first?.jmespathType, first != type {
        throw failure(index, "`\(function.name)` cannot order a \(first.rawValue) and a \(type.rawValue)")
      }
      keys.append(key)
    }
    return keys
  }

  private func failure(_ index: Int, _ message: String) -> JMESPathError {
    JMESPathError(message, evaluator.text, arguments[index].range)
  }
}
