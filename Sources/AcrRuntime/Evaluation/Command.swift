import AcrCore
import AcrLanguage

/// A command: its parameters, what it says about itself, and what it does.
///
/// ```swift
/// struct Greet: Command {
///   struct Parameters: ParameterSet {
///     let name = Positional<String>("name", help: "who is greeted")
///     let times = Flag<Int64>("times", default: 1, help: "how often")
///   }
///
///   let signature = Signature("greet", summary: "Greets a person", group: .messages)
///
///   func run(_ call: Call<Parameters>) throws -> Output {
///     .value(.string(String(repeating: "Hello \(call[\.name])! ", count: Int(call[\.times]))))
///   }
/// }
/// ```
public protocol Command: Sendable {
  /// The declarations of its parameters.
  associatedtype Parameters: ParameterSet = NoParameters
  /// Its parameters; a new set of ``Parameters`` unless it says otherwise.
  var parameters: Parameters { get }
  /// Name, help and columns. The parameters are those of ``parameters``.
  var signature: Signature { get }

  /// Runs it on the evaluator's thread; it may block. Rows it returns are pulled, so a stream does its work when the
  /// next stage asks for a row.
  /// - Throws: ``AcrError``, or ``ArgumentError`` to point at the argument that is at fault.
  func run(_ call: Call<Parameters>) throws -> Output
}

extension Command {
  public var parameters: Parameters { Parameters() }

  /// The signature with the parameters in it, as the catalog has it.
  public var declaredSignature: Signature {
    signature.with {
      var lists: (positionals: [Signature.Positional], flags: [Signature.Flag]) = ([], [])
      for declaration in self.parameters.declarations {
        switch declaration.outline {
        case .positional(let positional): lists.positionals.append(positional)
        case .flag(let flag): lists.flags.append(flag)
        }
      }
      return lists
    }
  }
}

/// What flows between stages: one value, rows that are pulled, or bytes that are pulled.
public enum Output: Sendable {
  case value(Value)
  case rows(RowStream)
  /// Bytes as they are, such as a file of an image. Shown, they are written exactly; a stage or variable that takes them gets
  /// a text; `save` writes them to a file.
  case bytes(ByteStream)

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

/// Bytes pulled piece by piece. Used by one thread at a time.
public final class ByteStream: @unchecked Sendable {
  /// How many bytes may become a text.
  public static let mostText = 64 << 20

  private var pull: (() throws -> [UInt8]?)?

  /// Creates a stream from what gives the next piece, nil at the end.
  public init(_ pull: @escaping () throws -> [UInt8]?) { self.pull = pull }

  /// The next piece; nil at the end, and from then on.
  public func next() throws -> [UInt8]? {
    guard let piece = try pull?() else {
      pull = nil
      return nil
    }
    return piece
  }

  /// The rest as one text.
  /// - Throws: ``AcrError`` of kind `invalid` for bytes that are no UTF-8 or too many, and what making them throws.
  public func text() throws -> String {
    var bytes: [UInt8] = []
    while let piece = try next() {
      bytes += piece
      guard bytes.count <= ByteStream.mostText else {
        throw AcrError(
          .invalid, "more than \(ByteCount.human(Int64(ByteStream.mostText))) cannot be held as a text",
          help: "write the bytes to a file: `… | save FILE`")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw AcrError(
        .invalid, "these bytes are not text (UTF-8)",
        help: "write them to a file: `… | save FILE`, or `> FILE` in a shell")
    }
    return text
  }
}

/// An error whose place is one argument rather than the command's name.
public struct ArgumentError: Error {
  /// The parameter's name.
  public let parameter: String
  /// What is wrong with it.
  public let error: AcrError
  /// The argument's text, and where in it (in UTF-8 offsets) the fault is.
  public let part: (text: String, range: Range<Int>)?

  /// Creates an error about a parameter's argument.
  public init(
    _ parameter: any DeclaredParameter, _ error: AcrError, part: (text: String, range: Range<Int>)? = nil
  ) {
    self.init(name: parameter.name, error, part: part)
  }

  init(name: String, _ error: AcrError, part: (text: String, range: Range<Int>)? = nil) {
    parameter = name
    self.error = error
    self.part = part
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
  /// Runs it as ``call`` does, but in another (child) context, which can be stopped alone.
  public let within: (RunContext, [Value]) throws -> Value
  /// Runs it with one value, without a list for it; nil for a block that was not made by the evaluator.
  private(set) var single: ((Value) throws -> Value)?

  /// Creates a block value.
  /// - Parameter within: runs it in another context; nil for a block that knows only one.
  public init(
    parameterCount: Int, call: @escaping ([Value]) throws -> Value,
    detached: @escaping (RunContext) -> (@Sendable ([Value]) throws -> Value),
    within: ((RunContext, [Value]) throws -> Value)? = nil
  ) {
    self.parameterCount = parameterCount
    self.call = call
    self.detached = detached
    self.within = within ?? { _, arguments in try call(arguments) }
  }

  /// The same block with a way to run it for one value.
  func with(single: @escaping (Value) throws -> Value) -> BlockValue {
    var block = self
    block.single = single
    return block
  }

  /// Runs it with one value.
  func callAsFunction(_ value: Value) throws -> Value { try single?(value) ?? call([value]) }
}
