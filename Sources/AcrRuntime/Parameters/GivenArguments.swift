/// The arguments of a call that asynchronous code reads: the values, without blocks and input, which belong to the
/// evaluator's thread. Arguments are read as in ``Call``: `given[\.name]`.
public struct GivenArguments<Parameters: ParameterSet>: Sendable {
  /// The declarations, for errors that point at an argument.
  public let parameters: Parameters
  private let values: [String: Value]

  init(_ parameters: Parameters, _ values: [String: Value]) {
    self.parameters = parameters
    self.values = values
  }

  /// The value of a parameter.
  public subscript<Declared: Parameter>(_ path: KeyPath<Parameters, Declared>) -> Declared.Reading {
    parameters[keyPath: path].read(Arguments(values: values))
  }

  /// The same as those of one set among the parameters.
  public subscript<Set: ParameterSet>(_ path: KeyPath<Parameters, Set>) -> GivenArguments<Set> {
    GivenArguments<Set>(parameters[keyPath: path], values)
  }

  /// Whether a parameter was given. Null, and a switch that is off, count as left out.
  public func isGiven(_ parameter: any DeclaredParameter) -> Bool {
    guard let value = values[parameter.name] else { return false }
    if case .flag(let flag) = parameter.outline, flag.type == nil { return Bool.reading(value) ?? false }
    if case .list(let items) = value { return !items.isEmpty }
    return !value.isNull
  }
}
