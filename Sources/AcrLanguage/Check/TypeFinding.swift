/// What the shapes of values tell about a script. The sentences are those that a run would say.
enum TypeFinding: Equatable, Sendable {
  /// An operator on operands that it never works on.
  case operation(BinaryOperator, String, String, hint: String?, isCertain: Bool)
  case condition(String, String, help: String, isCertain: Bool)
  /// A value where another type is needed: what a run would say of it.
  case misfit(String, help: String? = nil, isCertain: Bool)
  case noPattern(TextProblem)
  case secretInText(String)
  case printedSecret
  case missingField(String, subject: String, nearest: String?, known: [String])
  case missingColumn(String, nearest: String?, known: [String])
  case noFields(String, field: String, isList: Bool)

  var severity: Diagnostic.Severity {
    switch self {
    case .operation(_, _, _, _, let isCertain), .condition(_, _, _, let isCertain), .misfit(_, _, let isCertain):
      isCertain ? .error : .warning
    case .noPattern, .secretInText, .printedSecret: .error
    case .missingField, .missingColumn, .noFields: .warning
    }
  }

  var wording: Wording {
    switch self {
    case .operation(let operation, let left, let right, let hint, _):
      Wording(operation.mismatch(left, right), help: hint)
    case .condition(let what, let found, let help, _):
      Wording("a condition is true or false, and \(what) got \(found)", help: help)
    case .misfit(let message, let help, _): Wording(message, help: help)
    case .noPattern(let problem): Wording(problem.message, help: problem.help)
    case .secretInText(let subject):
      Wording(
        "\(subject) is a secret: secrets are not converted to text",
        help: "give it on its own to a parameter that takes secrets, such as `--password`")
    case .printedSecret: Wording("`print` does not write a secret", help: "`reveal(…)` gives its text")
    case .missingField(let name, let subject, let nearest, let known):
      Wording(
        "\(subject) has no field `\(name)`", label: nearest.map { "did you mean `\($0)`?" },
        help: known.isEmpty ? "it has no fields" : "its fields: \(known.joined(separator: ", "))")
    case .missingColumn(let name, let nearest, let known):
      Wording(
        "no column `\(name)` in these rows", label: nearest.map { "did you mean `\($0)`?" },
        help: known.isEmpty ? "they have no columns" : "their columns: \(known.joined(separator: ", "))")
    case .noFields(let found, let field, let isList):
      Wording(
        "\(found) has no fields",
        help: isList ? "`… | get \(field)` takes `.\(field)` of every row, `[0]` takes one row" : nil)
    }
  }

  /// What can be done about it at once.
  func fixes(at span: Span) -> [Fix] {
    switch self {
    case .missingField(_, _, let nearest?, _), .missingColumn(_, let nearest?, _):
      [.replace(span, with: nearest, isSure: true)]
    case .missingField, .missingColumn, .operation, .condition, .misfit, .noPattern, .secretInText, .printedSecret,
      .noFields:
      []
    }
  }

  /// The cure for an operator.
  static func hint(_ operation: BinaryOperator, _ left: ValueShape, _ right: ValueShape) -> String? {
    switch (operation, left, right) {
    case (_, .secret, _), (_, _, .secret): "a secret can only be passed on; `reveal(…)` gives its text"
    case (.add, .string, _), (.add, _, .string):
      "\"${…}\" puts a value into text; `int(…)` reads a number from text"
    case (.add, .record, .record): "`{...$a, ...$b}` makes one record of two"
    case (_, .string, .int), (_, .int, .string), (_, .string, .number), (_, .number, .string):
      "`int(…)` reads a number from text"
    case (_, .string, .datetime), (_, .datetime, .string): "`date(…)` reads a datetime from text"
    case (_, .size, .int), (_, .int, .size): "a size has a unit: `200MB`; of a number, `1B * $n` makes one"
    case (_, .duration, .int), (_, .int, .duration): "a duration has a unit: `30s`; of a number, `1s * $n` makes one"
    case (_, .bool, .string), (_, .string, .bool): "`true` and `false` stand without quotes"
    case (_, .null, _), (_, _, .null): "`?? …` replaces null"
    default: nil
    }
  }

  /// The cure for a condition.
  static func conditionHelp(_ shape: ValueShape, _ what: String) -> String {
    switch shape {
    case .null: "compare it, for example `… != null`"
    case .list: "ask for its length, for example `count(…) > 0`"
    case .string: "compare it, for example `… != \"\"`"
    default: what == "`not`" ? "put the comparison into brackets: `not (… == …)`" : "compare it with something"
    }
  }

  /// The cure for an argument of another type.
  static func argumentHelp(_ type: ValueType, _ found: ValueShape) -> String? {
    switch (type, found) {
    case (.int, .string): "`int(…)` reads a number from text"
    case (.number, .string): "`number(…)` reads a number from text"
    case (.string, .secret): "only parameters for secrets, such as `--password`, take one"
    case (.block, _): "for example `{ |x| … }`"
    case (.string, .list): "`[0]` takes one of its items"
    case (.string, .record): "take a field of it"
    case (.list, _): "`[…]` makes a list of one value"
    default: nil
    }
  }
}
