import AcrCore
import AcrLanguage

/// `query`: JMESPath on what comes from the pipe.
struct Query: Command {
  struct Parameters: ParameterSet {
    let expression = Positional<String>("expression", help: "the JMESPath expression", check: JMESPath.check)
  }

  let signature = Signature(
    "query", summary: "Queries a value or rows with a JMESPath expression, like the Azure CLI's --query",
    description: """
      All of JMESPath (https://jmespath.org): fields, indexes, slices, projections, filters, multiselect lists and \
      records, pipes, functions. In an expression, texts are in single quotes and numbers in backticks, so write the \
      expression itself in double quotes. It is checked before anything runs.
      """,
    group: .rows,
    examples: [
      .init(
        "A column of the rows that match",
        "[{tag: \"1\", size: 5}, {tag: \"2\", size: 9}] | query \"[?size > `6`].tag\""),
      .init("Records with other columns", "[{a: 1, b: {c: 2}}] | query '[].{a: a, c: b.c}'"),
    ],
    input: .required)

  func run(_ call: Call<Parameters>) throws -> Output {
    let expression = call[\.expression]
    let value = try call.inputValue(for: "query")
    return .value(
      try JMESPath.search(expression, in: value, parameter: call.parameters.expression.name, call.meter))
  }
}

extension JMESPath {
  /// What the expression of an argument finds in a value.
  /// - Throws: ``ArgumentError`` that points into the argument.
  static func search(_ text: String, in value: Value, parameter: String, _ meter: Meter)
    throws(ArgumentError)
    -> Value
  {
    do throws(JMESPathError) {
      return try JMESPath(text).search(value, meter)
    } catch {
      if let stop = error.stop { throw ArgumentError(name: parameter, stop) }
      throw ArgumentError(
        name: parameter, AcrError(.usage, error.sentence, help: error.help), part: (text, error.range))
    }
  }
}
