import AcrCore
import AcrLanguage

/// The functions and pipeline words of the language, for the catalog and the session.
public enum Builtins {
  /// The signatures of all functions, in the order `help` lists them.
  public static let catalogFunctions: [FunctionSignature] = functions.map(\.signature)

  /// All pipeline words.
  public static let words: [any Command] =
    [
      Select(), Rename(), Drop(), SortBy(), Reverse(), First(), Last(), Skip(), Slice(), Latest(), Unique(), GroupBy(),
      JoinBy(), Zip(), Enumerate(), Chunk(), Window(), Flatten(), Get(), Count(),
    ] + Reckon.all + [
      PercentileStage(), Lines(), Query(),
      Each(), ParEach(), Fold(), Retry(), Timeout(), Sleep(), Confirm(), Input(), Ignore(), Print(), Chart(),
      Open(), StandardInput(), GlobFiles(), Save(), From(), To(),
      HashStage(.sha256), HashStage(.sha512), HashStage(.base64), FromBase64(),
      SecretEnv(), SecretFile(), SecretPrompt(), RunProgram(),
    ]

  static let functions: [Function] =
    listFunctions + textFunctions + numberFunctions + conversionFunctions + dateFunctions + versionFunctions
    + pathFunctions + hashFunctions

  static let functionTable: [String: Function] = Dictionary(
    functions.map { ($0.signature.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// A function of the language: its signature and what it does. A call counts one reference of it, not those of all its parts.
final class Function: Sendable {
  let signature: FunctionSignature
  let body: @Sendable (FunctionCall) throws -> Value

  init(
    _ name: String, _ arity: ClosedRange<Int>, _ parameters: String, _ summary: String,
    _ body: @escaping @Sendable (FunctionCall) throws -> Value
  ) {
    signature = FunctionSignature(name, arity, parameters, summary: summary)
    self.body = body
  }

  /// Stands for a function the check knows and the runtime does not.
  static func unknown(_ name: String) -> Function {
    Function(name, 0...Int.max, "", "") { _ in throw AcrError(.usage, "there is no function `\(name)`") }
  }
}

/// An argument a function cannot work with. The evaluator adds how it was written, and where.
struct FunctionArgumentError: Error {
  let index: Int
  /// What it takes there, with an article: "a string".
  let expected: String
  let help: String?
}

/// One call of a function.
struct FunctionCall {
  let arguments: [Value]
  let patterns: PatternCache
  /// Counts steps and the memory of what it makes.
  let meter: Meter
  /// What the run sees of the world.
  var host: Host { meter.run.host }

  /// The error for an argument of the wrong type.
  func wrong(_ index: Int, _ expected: String, help: String? = nil) -> FunctionArgumentError {
    FunctionArgumentError(index: index, expected: expected, help: help)
  }

  func string(_ index: Int) throws -> String {
    guard case .string(let text) = arguments[index] else { throw wrong(index, "a string") }
    return text
  }

  func list(_ index: Int) throws -> [Value] {
    guard case .list(let items) = arguments[index] else {
      throw wrong(index, "a list", help: arguments[index].isNull ? "`?? []` replaces null" : nil)
    }
    return items
  }

  func int(_ index: Int) throws -> Int64 {
    guard case .int(let number) = arguments[index] else { throw wrong(index, "an int") }
    return number
  }
}

extension Evaluator {
  /// Calls a function of the language.
  func function(
    _ function: Function, _ range: NodeRange, _ id: NodeID, _ frame: inout Frame
  ) throws -> Value {
    try self.function(function, try values(range, &frame), range, id, frame)
  }

  /// Calls a function with arguments that are known.
  func function(
    _ function: Function, _ arguments: [Value], _ range: NodeRange, _ id: NodeID, _ frame: borrowing Frame
  ) throws -> Value {
    let place = meter.place
    defer { meter.release(place) }
    if meter.isCounting { for argument in arguments { meter.hold(argument) } }
    do {
      return try function.body(FunctionCall(arguments: arguments, patterns: patterns, meter: meter))
    } catch let error as FunctionArgumentError {
      // Spread arguments are more than there are expressions.
      let expression = code.lists[Int(range.first) + min(error.index, Int(range.count) - 1)]
      let which = arguments.count == 1 ? "" : [" first", " second", " third"][min(error.index, 2)]
      throw failure(
        "`\(function.signature.name)` takes \(error.expected)\(which), and this is \(operand(arguments[error.index], expression))",
        frame,
        code.span(expression), help: error.help)
    } catch let error as OperationFailure {
      guard case .overflow = error else {
        throw failure("`\(function.signature.name)` cannot work on these values", frame, code.span(id))
      }
      throw failure("the result of `\(function.signature.name)` does not fit 64 bits", frame, code.span(id))
    } catch let error {
      throw located(error, frame.source, code.span(id))
    }
  }
}
