import AcrCore
import AcrLanguage

/// One call of a command: its arguments, its input, and the run it belongs to. Arguments are read by the declarations of
/// the command's ``ParameterSet``: `call[\.name]`.
public struct Call<Parameters: ParameterSet> {
  /// The declarations, for errors that point at an argument.
  public let parameters: Parameters
  /// What was piped in; nil when the command stands first.
  public let input: Output?
  /// The run: output, interruption, dry run.
  public let run: RunContext
  /// Counts what the evaluator's thread does.
  let meter: Meter
  private var arguments: Arguments

  /// Creates a call.
  public init(_ parameters: Parameters, arguments: Arguments, input: Output?, run: RunContext) {
    self.init(parameters, arguments: arguments, input: input, run: run, meter: Meter(run))
  }

  init(_ parameters: Parameters, arguments: Arguments, input: Output?, run: RunContext, meter: Meter) {
    self.meter = meter
    self.parameters = parameters
    self.arguments = arguments
    self.input = input
    self.run = run
  }

  /// The value of a parameter.
  public subscript<Declared: Parameter>(_ path: KeyPath<Parameters, Declared>) -> Declared.Reading {
    parameters[keyPath: path].read(arguments)
  }

  /// The call as one of a set among the parameters, for code that several commands share.
  public subscript<Set: ParameterSet>(_ path: KeyPath<Parameters, Set>) -> Call<Set> {
    Call<Set>(parameters[keyPath: path], arguments: arguments, input: input, run: run, meter: meter)
  }

  /// The same for a set that is at hand, where no key path leads to it.
  public func narrowed<Set: ParameterSet>(to set: Set) -> Call<Set> {
    Call<Set>(set, arguments: arguments, input: input, run: run, meter: meter)
  }

  /// The values for asynchronous code.
  public var given: GivenArguments<Parameters> { GivenArguments(parameters, arguments.values) }

  /// Whether a parameter was given. Null, and a switch that is off, count as left out.
  public func isGiven(_ parameter: any DeclaredParameter) -> Bool {
    given.isGiven(parameter) || arguments.blocks[parameter.name] != nil
  }

  /// The same call as a part of another context of its run.
  public func with(run: RunContext) -> Call {
    Call(parameters, arguments: arguments, input: input, run: run, meter: meter)
  }

  /// The call without input, with other values for some parameters; nil takes a value away.
  public func replacing(_ values: [(parameter: any DeclaredParameter, value: Value?)]) -> Call {
    var arguments = arguments
    for (parameter, value) in values { arguments.values[parameter.name] = value }
    return Call(parameters, arguments: arguments, input: nil, run: run, meter: meter)
  }
}

extension BlockValue {
  /// A block that does nothing.
  static var empty: BlockValue {
    BlockValue(parameterCount: 1, call: { _ in .null }, detached: { _ in { _ in .null } })
  }
}
