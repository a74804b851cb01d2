/// A script after the check: names have become slots, flags are bound to parameters, and nothing is left to look up.
/// The evaluator runs this tree; the syntax tree stays behind for the formatter and completion.
public struct CheckedScript: Sendable {
  /// The text it was made from.
  public let source: Source
  /// The `##` comment at the top, for `--help`.
  public let documentation: String
  /// The declared parameters, in order; each has a slot or global it is stored in.
  public let parameters: [CheckedParameter]
  /// The top-level statements.
  public let body: CheckedBlock
  /// How many slots the top-level frame needs.
  public let slotCount: Int
  /// Every `def`, of this script and of what it uses; calls refer to them by index.
  /// The `let`s of a module are the body of a function of their own, called where the module is first used.
  public let functions: [CheckedFunction]
  /// How many globals there are after this script: top-level variables that a `def` reads, and at the prompt all of them.
  public let globalCount: Int

  public init(
    source: Source, documentation: String, parameters: [CheckedParameter], body: CheckedBlock, slotCount: Int,
    functions: [CheckedFunction], globalCount: Int
  ) {
    self.source = source
    self.documentation = documentation
    self.parameters = parameters
    self.body = body
    self.slotCount = slotCount
    self.functions = functions
    self.globalCount = globalCount
  }
}

/// A `def`.
public struct CheckedFunction: Sendable {
  public let name: String
  public let documentation: String
  public let source: Source
  public let span: Span
  public let parameters: [CheckedParameter]
  public let body: CheckedBlock
  /// How many slots its frame needs, parameters included.
  public let slotCount: Int

  public init(
    name: String, documentation: String, source: Source, span: Span, parameters: [CheckedParameter], body: CheckedBlock,
    slotCount: Int
  ) {
    self.name = name
    self.documentation = documentation
    self.source = source
    self.span = span
    self.parameters = parameters
    self.body = body
    self.slotCount = slotCount
  }
}

/// A parameter of a script or `def`.
public struct CheckedParameter: Sendable {
  /// The variable's name, with `_` for `-`.
  public let name: String
  public let kind: Kind
  public let type: ValueType
  /// The default, evaluated at each call in the callee's frame; nil when the parameter is required (or a switch or rest).
  public let defaultValue: CheckedExpression?
  /// The values of which one has to be given; empty where any may.
  public let choices: [Constant]
  public let documentation: String
  public let variable: VariableReference
  public let span: Span

  /// How it is given. `input` is what stands before the pipe, or the first value of `f(x)`.
  public enum Kind: Sendable, Equatable { case positional, flag, `switch`, rest, input }

  public init(
    name: String, kind: Kind, type: ValueType, defaultValue: CheckedExpression?, choices: [Constant] = [],
    documentation: String, variable: VariableReference, span: Span
  ) {
    self.name = name
    self.kind = kind
    self.type = type
    self.defaultValue = defaultValue
    self.choices = choices
    self.documentation = documentation
    self.variable = variable
    self.span = span
  }
}

/// Where a variable lives.
public enum VariableReference: Hashable, Sendable {
  /// A slot of the current frame.
  case slot(Int)
  /// A global of the session or script.
  case global(Int)
}

/// Statements with a scope of their own (slots are numbered through the whole frame, so a scope costs nothing).
public struct CheckedBlock: Sendable {
  public let statements: [CheckedStatement]
  public let span: Span

  public init(statements: [CheckedStatement], span: Span) {
    self.statements = statements
    self.span = span
  }
}

/// A statement whose names are resolved.
public indirect enum CheckedStatement: Sendable {
  /// `let`, `var`.
  case declare(VariableReference, CheckedExpression, Span)
  /// `$x = …`, `$x.a[0] += …`.
  case assign(CheckedPlace, AssignmentOperator, CheckedExpression, Span)
  /// `let {a, b} = …`: the parts of a value get names.
  case destructure(CheckedPattern, CheckedExpression, Span)
  case `if`([CheckedBranch], otherwise: CheckedBlock?, Span)
  /// The value is put into the variable, and the branches look at it.
  case match(VariableReference, CheckedExpression, [CheckedBranch], otherwise: CheckedBlock?, Span)
  case assert(CheckedExpression, message: CheckedExpression?, Span)
  case `for`(VariableReference, in: CheckedExpression, CheckedBlock, Span)
  case `while`(CheckedExpression, CheckedBlock, Span)
  case `try`(CheckedBlock, catch: CheckedCatch?, finally: CheckedBlock?, Span)
  case `throw`(CheckedExpression, Span)
  /// Only in a `def`, never inside a block given to a command.
  case `return`(CheckedExpression?, Span)
  case exit(CheckedExpression?, Span)
  case `break`(Span)
  case `continue`(Span)
  /// A pipeline on its own. `isShown`: its value is printed (top level, also inside top-level `if`, `for`, `while`, `try`).
  case expression(CheckedExpression, isShown: Bool, Span)
}

/// What a value is compared with, or taken apart by.
public indirect enum CheckedPattern: Sendable {
  case bind(VariableReference)
  case anything
  case value(CheckedExpression)
  case comparison(BinaryOperator, CheckedExpression)
  case range(from: CheckedExpression?, to: CheckedExpression?)
  /// - Parameter rest: what takes the fields that are left, as a record; nil where they are passed over.
  case record([Field], rest: CheckedPattern?, Span)
  /// - Parameter rest: what takes the items that are left; nil where none may be left.
  case list([CheckedPattern], rest: CheckedPattern?, Span)
  case oneOf([CheckedPattern])

  /// A field of a record's pattern.
  public struct Field: Sendable {
    public let name: String
    public let isOptional: Bool
    public let pattern: CheckedPattern
    public let span: Span
  }
}

/// A block that is a value. Its call has variables of its own, with what the block reads of those around it.
public struct CheckedClosure: Sendable {
  public let parameters: [VariableReference]
  public let body: CheckedBlock
  /// The slots of the frame around it that the block reads.
  public let captures: [Int]
  /// The slot of the `let` that the block is the value of, when the block reads it: it calls itself.
  public let ownSlot: Int?
}

/// `if` or `else if`.
public struct CheckedBranch: Sendable {
  public let condition: CheckedExpression
  public let block: CheckedBlock

  public init(condition: CheckedExpression, block: CheckedBlock) {
    self.condition = condition
    self.block = block
  }
}

/// `catch`, and the variable that gets the error.
public struct CheckedCatch: Sendable {
  public let variable: VariableReference?
  public let block: CheckedBlock

  public init(variable: VariableReference?, block: CheckedBlock) {
    self.variable = variable
    self.block = block
  }
}

/// What an assignment changes: a variable, or a part of its value.
public struct CheckedPlace: Sendable {
  public let name: String
  public let variable: VariableReference
  public let path: [Step]
  public let span: Span

  /// A step into a value.
  public enum Step: Sendable {
    case field(String, Span)
    case index(CheckedExpression, Span)
  }

  public init(name: String, variable: VariableReference, path: [Step], span: Span) {
    self.name = name
    self.variable = variable
    self.path = path
    self.span = span
  }
}

/// `=`, `+=`, `-=`.
public enum AssignmentOperator: Sendable { case set, add, subtract }

/// An operator in front of its operand.
public enum UnaryOperator: String, Sendable { case not, minus = "-" }

/// An operator between two operands, by its spelling.
public enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case matches = "=~"
  case notMatches = "!~"
  case like
  case contained = "in"
  case notContained = "not in"
  case and
  case or
  /// `??`: the right side when the left is null.
  case coalesce = "??"
}

/// An expression whose names are resolved.
public indirect enum CheckedExpression: Sendable {
  case constant(Constant, Span)
  /// A word or string with `$name` or `${expr}` in it.
  case text([TextPiece], Span)
  /// The name is for messages ("attempt to … (variable `$x`)").
  case variable(VariableReference, name: String, Span)
  /// `$env.NAME`, `$env?.NAME`.
  case environment(String, isOptional: Bool, Span)
  /// `x.name`, `x?.name`; the span is the whole expression's, the name's own is `nameSpan`.
  case field(CheckedExpression, String, isOptional: Bool, nameSpan: Span, Span)
  /// `$env[name]`.
  case environmentItem(CheckedExpression, isOptional: Bool, Span)
  case index(CheckedExpression, CheckedExpression, isOptional: Bool, Span)
  case slice(CheckedExpression, from: CheckedExpression?, to: CheckedExpression?, Span)
  case unary(UnaryOperator, CheckedExpression, Span)
  case binary(BinaryOperator, CheckedExpression, CheckedExpression, operatorSpan: Span, Span)
  /// A function of the language by name.
  case builtin(String, [CheckedExpression], Span)
  /// A `def` called as `f(x)`, or as a command.
  case call(CheckedCall, Span)
  /// A block that is a value, called.
  case apply(CheckedExpression, [CheckedExpression], Span)
  case closure(CheckedClosure, Span)
  case list([CheckedExpression], Span)
  case record([CheckedEntry], Span)
  /// `...x`, only as an item of a list, an entry of a record, or an argument.
  case spread(CheckedExpression, Span)
  case pipeline(CheckedPipeline)
  /// `if`, `match` or `try` as a value. No `return`, `break` or `continue` leaves it, unless it is all of a statement's value.
  case statement(CheckedStatement, Span)
  /// Whether a variable's value fits a pattern, whose names it gets.
  case fits(CheckedPattern, VariableReference, Span)
  /// Fails: no arm of a `match` fits.
  case unmatched(VariableReference, Span)

  public var span: Span {
    switch self {
    case .constant(_, let span), .text(_, let span), .variable(_, _, let span), .environment(_, _, let span),
      .environmentItem(_, _, let span), .field(_, _, _, _, let span), .index(_, _, _, let span),
      .slice(_, _, _, let span), .unary(_, _, let span), .binary(_, _, _, _, let span), .builtin(_, _, let span),
      .call(_, let span), .apply(_, _, let span), .closure(_, let span), .list(_, let span), .record(_, let span),
      .spread(_, let span), .statement(_, let span), .fits(_, _, let span), .unmatched(_, let span):
      span
    case .pipeline(let pipeline): pipeline.span
    }
  }
}

/// A value written in the script.
public enum Constant: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int64)
  case number(Double)
  case string(String)
  /// Nanoseconds.
  case duration(Int64)
  /// Bytes.
  case size(Int64)
}

/// A part of a word or string.
public enum TextPiece: Sendable {
  case literal(String)
  case value(CheckedExpression)
}

/// A field of a record, or a column of `extend`. The name of a spread record is empty.
public struct CheckedEntry: Sendable {
  public let name: String
  public let value: CheckedExpression

  public init(name: String, value: CheckedExpression) {
    self.name = name
    self.value = value
  }
}

/// Stages with rows or values flowing left to right. A pipeline of one command is one stage.
public struct CheckedPipeline: Sendable {
  public let stages: [CheckedStage]
  public let span: Span

  public init(stages: [CheckedStage], span: Span) {
    self.stages = stages
    self.span = span
  }
}

/// A stage of a pipeline.
public indirect enum CheckedStage: Sendable {
  /// Only as the first stage.
  case expression(CheckedExpression)
  /// `where expr`; `row` is `$it`.
  case `where`(CheckedExpression, row: VariableReference, Span)
  /// `extend a = …, b = …`; later columns see earlier ones.
  case extend([CheckedEntry], row: VariableReference, Span)
  case command(CheckedCommand)
  /// A `def` used as a command.
  case call(CheckedCall, Span)
}

/// A call of a command of the catalog.
public struct CheckedCommand: Sendable {
  /// The main name of its signature.
  public let name: String
  /// Arguments by parameter; each parameter occurs once.
  public let arguments: [CheckedArgument]
  public let nameSpan: Span
  public let span: Span

  public init(name: String, arguments: [CheckedArgument], nameSpan: Span, span: Span) {
    self.name = name
    self.arguments = arguments
    self.nameSpan = nameSpan
    self.span = span
  }
}

/// A call of a `def`. Arguments are by parameter index; parameters without one take their default.
public struct CheckedCall: Sendable {
  public let function: Int
  public let name: String
  public let arguments: [CheckedArgument]
  /// The values of `f(...$x)`, which are given to the positionals in order when the call is made; empty without a spread.
  public let values: [CheckedExpression]
  /// True behind a pipe, whose value is the input.
  public let takesInput: Bool
  public let nameSpan: Span

  public init(
    function: Int, name: String, arguments: [CheckedArgument], values: [CheckedExpression] = [],
    takesInput: Bool = false, nameSpan: Span
  ) {
    self.function = function
    self.name = name
    self.arguments = arguments
    self.values = values
    self.takesInput = takesInput
    self.nameSpan = nameSpan
  }
}

/// One parameter's argument.
public struct CheckedArgument: Sendable {
  /// The positional's or flag's name as its signature has it (without dashes); a `def`'s parameter name.
  public let parameter: String
  /// The type the value is converted to or checked against.
  public let type: ValueType
  public let value: Value
  public let span: Span

  /// What is given for the parameter.
  public indirect enum Value: Sendable {
    case expression(CheckedExpression)
    /// Several of a repeatable flag, or a rest.
    case expressions([CheckedExpression])
    /// A switch that is set.
    case on
    case block(CheckedBlockLiteral)
  }

  public init(parameter: String, type: ValueType, value: Value, span: Span) {
    self.parameter = parameter
    self.type = type
    self.value = value
    self.span = span
  }
}

/// `{ |a, b| … }` as an argument. It runs in the frame of the code around it.
public struct CheckedBlockLiteral: Sendable {
  /// The named parameters; when none are named, one: `$it`.
  public let parameters: [VariableReference]
  public let body: CheckedBlock

  public init(parameters: [VariableReference], body: CheckedBlock) {
    self.parameters = parameters
    self.body = body
  }
}
