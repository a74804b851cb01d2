import AcrLanguage

/// A parameter of a command, as it is declared: how it is written, and what `help`, completion and the check know of it.
public protocol DeclaredParameter: Sendable {
  /// How it is written.
  var outline: ParameterOutline { get }
}

/// How a parameter is written.
public enum ParameterOutline: Sendable {
  case positional(Signature.Positional)
  case flag(Signature.Flag)

  /// The name, without dashes.
  public var name: String {
    switch self {
    case .positional(let positional): positional.name
    case .flag(let flag): flag.name
    }
  }
}

extension DeclaredParameter {
  /// The name, without dashes.
  public var name: String { outline.name }
}

/// A parameter with the type that its command reads it as.
public protocol Parameter<Reading>: DeclaredParameter {
  associatedtype Reading
  /// The value of a call.
  func read(_ arguments: Arguments) -> Reading
}

/// The arguments of one call by the names of the parameters: what the evaluator bound.
public struct Arguments {
  var values: [String: Value]
  var blocks: [String: BlockValue]

  init(values: [String: Value] = [:], blocks: [String: BlockValue] = [:]) {
    self.values = values
    self.blocks = blocks
  }
}

/// A value without a flag: `Positional<String>` has to be given, `Positional<String?>` may be left out.
public struct Positional<Reading: ParameterReading>: Parameter {
  public let outline: ParameterOutline
  private let name: String
  private let standard: Reading?

  /// Declares a positional.
  /// - Parameters:
  ///   - standard: what it is when it is left out; one with a default is never required.
  ///   - flag: the long name of a flag in whose place it stands; the check asks for one of the two.
  ///   - help: one line.
  public init(
    _ name: String, default standard: Reading? = nil, unlessFlag flag: String? = nil, help: String,
    completer: Completer = .none, check: TextCheck? = nil
  ) {
    self.name = name
    self.standard = standard
    outline = .positional(
      Signature.Positional(
        name, Reading.isArgumentList ? .list : Reading.argumentType,
        isRequired: standard == nil && (Reading.isRequiredArgument || Reading.isArgumentList),
        unlessFlag: flag, help: help, completer: completer, check: check))
  }

  public func read(_ arguments: Arguments) -> Reading {
    Reading.argument(arguments.values[name]) ?? standard ?? Reading.missingArgument
  }
}

/// All values that are left, the last positional of a command.
public struct Rest<Element: ParameterValue>: Parameter {
  public let outline: ParameterOutline
  private let name: String

  /// Declares a rest.
  /// - Parameters:
  ///   - isRequired: whether at least one value has to be given.
  ///   - takesFlags: whether words that start with `-` belong to it, as in `run PROGRAM --its-flag`.
  public init(
    _ name: String, isRequired: Bool = false, takesFlags: Bool = false, help: String, completer: Completer = .none,
    check: TextCheck? = nil
  ) {
    self.name = name
    outline = .positional(
      Signature.Positional(
        name, Element.argumentType, isRequired: isRequired, isRest: true, takesFlags: takesFlags, help: help,
        completer: completer, check: check))
  }

  public func read(_ arguments: Arguments) -> [Element] { [Element].argument(arguments.values[name]) ?? [] }
}

/// A block, `{ … }`, that has to be given.
public struct BlockParameter: Parameter {
  public let outline: ParameterOutline
  private let name: String

  /// Declares a block.
  /// - Parameter values: how many values it gets, and so how many it may name.
  public init(_ name: String, values: Int = 1, help: String) {
    self.name = name
    outline = .positional(Signature.Positional(name, .block, help: help, blockValues: values))
  }

  public func read(_ arguments: Arguments) -> BlockValue { arguments.blocks[name] ?? .empty }
}

/// A flag with a block, `--name { … }`, that may be left out.
public struct BlockFlag: Parameter {
  public let outline: ParameterOutline
  private let name: String

  /// Declares a flag with a block.
  /// - Parameters:
  ///   - name: the long name, without dashes.
  ///   - values: how many values it gets, and so how many it may name.
  ///   - help: one line.
  public init(_ name: String, values: Int = 1, help: String) {
    self.name = name
    outline = .flag(Signature.Flag(name, .block, help: help, blockValues: values))
  }

  /// The block; nil where none was given. It belongs to the evaluator's thread, so ``GivenArguments`` never have it.
  public func read(_ arguments: Arguments) -> BlockValue? { arguments.blocks[name] }
}

/// A flag with a value: `Flag<String>` has to be given, `Flag<String?>` may be left out, `Flag<[String]>` may be repeated.
public struct Flag<Reading: ParameterReading>: Parameter {
  public let outline: ParameterOutline
  private let name: String
  private let standard: Reading?

  /// Declares a flag.
  /// - Parameters:
  ///   - name: the long name, without dashes.
  ///   - standard: what it is when it is not given; one with a default is never required.
  ///   - defaultText: what help shows as the default, where it is not a value.
  ///   - aliases: further names: long ones, or one letter.
  ///   - isGreedy: whether it takes all words up to the next flag; for lists only.
  public init(
    _ name: String, short: Character? = nil, default standard: Reading? = nil, defaultText: String? = nil, help: String,
    completer: Completer = .none, check: TextCheck? = nil, aliases: [String] = [], isGreedy: Bool = false
  ) {
    self.name = name
    self.standard = standard
    var flag = Signature.Flag(
      name, short: short, Reading.argumentType, isRequired: standard == nil && Reading.isRequiredArgument,
      isRepeatable: Reading.isArgumentList, default: defaultText ?? standard.flatMap(Self.text), help: help,
      completer: completer, check: check)
    flag.aliases = aliases
    flag.isGreedy = isGreedy && Reading.isArgumentList
    outline = .flag(flag)
  }

  public func read(_ arguments: Arguments) -> Reading {
    Reading.argument(arguments.values[name]) ?? standard ?? Reading.missingArgument
  }

  private static func text(_ standard: Reading) -> String? {
    switch standard {
    case let texts as [String]: texts.isEmpty ? nil : texts.joined(separator: ", ")
    case let duration as Duration: Value.duration(duration.nanoseconds).text
    default: "\(standard)"
    }
  }
}

/// A flag without a value.
public struct Switch: Parameter {
  public let outline: ParameterOutline
  private let name: String

  /// Declares a switch.
  public init(_ name: String, short: Character? = nil, help: String) {
    self.name = name
    outline = .flag(Signature.Flag(name, short: short, help: help))
  }

  public func read(_ arguments: Arguments) -> Bool { Bool.argument(arguments.values[name]) ?? false }
}

/// The parameters of a command. Its stored properties are the declarations, in the order in which `help` shows them and
/// positionals are given; other sets among them stand for all of theirs.
public protocol ParameterSet: Sendable {
  /// Declares the parameters.
  init()
  /// All declarations, in order. Made from the stored properties unless a set says otherwise.
  var declarations: [any DeclaredParameter] { get }
}

extension ParameterSet {
  public var declarations: [any DeclaredParameter] {
    Mirror(reflecting: self).children.flatMap { child -> [any DeclaredParameter] in
      switch child.value {
      case let parameter as any DeclaredParameter: [parameter]
      case let set as any ParameterSet: set.declarations
      case let parameters as [any DeclaredParameter]: parameters
      default: []
      }
    }
  }
}

/// No parameters.
public struct NoParameters: ParameterSet {
  /// Declares none.
  public init() {}
}
