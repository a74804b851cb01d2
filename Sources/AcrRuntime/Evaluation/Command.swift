import AcrCore
import AcrLanguage

/// A command: what its signature says, and what it does.
public protocol Command: Sendable {
  /// Names, arguments, help.
  var signature: Signature { get }

  /// Runs it on the evaluator's thread; it may block. Rows it returns are pulled, so a stream does its work when the
  /// next stage asks for a row.
  /// - Throws: ``AcrError``, or ``ArgumentError`` to point at the argument that is at fault.
  func run(_ call: Invocation) throws -> Output
}

/// What flows between stages: one value, or rows that are pulled.
public enum Output: Sendable {
  case value(Value)
  case rows(RowStream)

  /// Nothing to show and nothing to pass on.
  public static let nothing = Output.value(.null)
}

/// Rows pulled one at a time. Used by one thread at a time.
public final class RowStream: @unchecked Sendable {
  private var pull: (() throws -> Value?)?

  /// Creates a stream from what gives the next row, nil at the end.
  public init(_ pull: @escaping () throws -> Value?) { self.pull = pull }

  /// The next row; nil at the end, and from then on.
  public func next() throws -> Value? {
    guard let row = try pull?() else {
      pull = nil
      return nil
    }
    return row
  }
}

/// An error whose place is one argument rather than the command's name.
public struct ArgumentError: Error {
  /// The parameter's name, as the signature has it.
  public let parameter: String
  /// What is wrong with it.
  public let error: AcrError
  /// The argument's text, and where in it (in UTF-8 offsets) the fault is.
  public let part: (text: String, range: Range<Int>)?

  /// Creates an error about a parameter's argument.
  public init(_ parameter: String, _ error: AcrError, part: (text: String, range: Range<Int>)? = nil) {
    self.parameter = parameter
    self.error = error
    self.part = part
  }
}

/// One call of a command: its arguments by parameter name, its input, and the run it belongs to.
/// Values have the types the signature declares; required arguments are there. Made by the evaluator.
public struct Invocation {
  /// The values by parameter; a repeatable flag and a rest hold lists.
  public let arguments: [String: Value]
  /// The blocks by parameter.
  public let blocks: [String: BlockValue]
  /// What was piped in; nil when the command stands first.
  public let input: Output?
  /// The run: output, interruption, dry run.
  public let run: RunContext

  /// Creates a call.
  public init(arguments: [String: Value], blocks: [String: BlockValue], input: Output?, run: RunContext) {
    self.arguments = arguments
    self.blocks = blocks
    self.input = input
    self.run = run
  }

  /// The text of a string argument.
  public func string(_ name: String) -> String? { if case .string(let text)? = arguments[name] { text } else { nil } }
  /// The texts of a repeatable flag or a rest; empty when it was not given.
  public func strings(_ name: String) -> [String] {
    guard case .list(let items)? = arguments[name] else { return [] }
    return items.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }
  /// A whole number.
  public func int(_ name: String) -> Int64? { if case .int(let number)? = arguments[name] { number } else { nil } }
  /// A switch, or a bool flag.
  public func isOn(_ name: String) -> Bool { if case .bool(let flag)? = arguments[name] { flag } else { false } }
  /// A duration in nanoseconds.
  public func duration(_ name: String) -> Int64? {
    if case .duration(let value)? = arguments[name] { value } else { nil }
  }
  /// A secret; a plain text given to a parameter of type `secret` arrives as one.
  public func secret(_ name: String) -> Secret? {
    if case .secret(let secret)? = arguments[name] { secret } else { nil }
  }
}

/// A block given to a command, callable on the evaluator's thread.
public struct BlockValue {
  /// How many parameters it names (1 for `$it`).
  public let parameterCount: Int
  /// Runs it with these values and returns the value of its last statement.
  public let call: ([Value]) throws -> Value
  /// Makes a copy for another thread and another (child) context: it has its own frame with the outer variables' present
  /// values. Call it on the evaluator's thread, while the block does not run; call what it returns on one thread.
  public let detached: (RunContext) -> (@Sendable ([Value]) throws -> Value)

  /// Creates a block value.
  public init(
    parameterCount: Int, call: @escaping ([Value]) throws -> Value,
    detached: @escaping (RunContext) -> (@Sendable ([Value]) throws -> Value)
  ) {
    self.parameterCount = parameterCount
    self.call = call
    self.detached = detached
  }
}
