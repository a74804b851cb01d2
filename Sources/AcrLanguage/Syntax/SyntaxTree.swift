/// What the parser makes of a text: statements as they were written, with a span for every part. The check reads it; the
/// formatter and completion work on it.
public struct SyntaxTree: Sendable {
  /// The text it was made from.
  public let source: Source
  /// The `##` comment at the top, without the marks.
  public let documentation: String
  /// The statements of the top level.
  public let statements: [Statement]
  /// Every comment, in order.
  public let comments: [Span]
  /// The names of all variables that stand inside some `def`; top-level variables of these names become globals.
  let namesInDefinitions: Set<String>
}

/// A name with its place.
public struct Name: Sendable {
  public let text: String
  public let span: Span
}

/// One statement.
public indirect enum Statement: Sendable {
  case param(Parameter, Span)
  case variable(ValuePattern, isMutable: Bool, Pipeline, Span)
  case assign(Place, AssignmentOperator, Pipeline, Span)
  case `if`([Branch], otherwise: Block?, Span)
  case `for`(ValuePattern, in: Expression, Block, Span)
  case `while`(Expression, Block, Span)
  case match(Match)
  case assert(Expression, message: Expression?, Span)
  case definition(Definition)
  case `try`(Block, catch: CatchClause?, finally: Block?, Span)
  case `throw`(Expression, Span)
  case `return`(Pipeline?, Span)
  case exit(Pipeline?, Span)
  case `break`(Span)
  case `continue`(Span)
  case use(path: Name, alias: Name?, Span)
  case pipeline(Pipeline)

  /// The whole statement.
  public var span: Span {
    switch self {
    case .param(_, let span), .variable(_, _, _, let span), .assign(_, _, _, let span), .if(_, _, let span),
      .for(_, _, _, let span), .while(_, _, let span), .try(_, _, _, let span), .throw(_, let span),
      .return(_, let span), .exit(_, let span), .break(let span), .continue(let span), .use(_, _, let span),
      .assert(_, _, let span):
      span
    case .match(let match): match.span
    case .definition(let definition): definition.span
    case .pipeline(let pipeline): pipeline.span
    }
  }
}

/// `{ … }`, the statements between two braces.
public struct Block: Sendable {
  public let statements: [Statement]
  public let span: Span
}

/// A condition and what happens when it holds.
public struct Branch: Sendable {
  public let condition: Expression
  public let block: Block
}

/// `match SUBJECT { PATTERN { … } else { … } }`.
public struct Match: Sendable {
  /// What is looked at; a pipeline where one stands.
  public let subject: Expression
  public let arms: [MatchArm]
  public let otherwise: Block?
  /// From `{` to `}`.
  public let armsSpan: Span
  public let span: Span
}

/// A pattern, its condition, and what happens when both hold.
public struct MatchArm: Sendable {
  public let pattern: ValuePattern
  /// What stands behind `if`.
  public let condition: Expression?
  public let block: Block

  /// From the pattern to the block's end.
  public var span: Span { pattern.span.to(block.span) }
}

/// What a value is compared with, or taken apart by: in `match`, `let`, `for` and the parameters of blocks.
public indirect enum ValuePattern: Sendable {
  /// A name, which gets the value.
  case name(Name)
  /// `_`, which takes any value.
  case anything(Span)
  /// A value that is equal.
  case value(Expression)
  /// `like "v1.*"`, `> 5`, `in $list`.
  case comparison(BinaryOperator, Expression, Span)
  /// `1..5`, `1..`, `..5`; both ends belong to it.
  case range(from: Expression?, to: Expression?, Span)
  /// - Parameter rest: `...rest` or `...` at the end, which gets the fields that are left.
  case record([FieldPattern], rest: ValuePattern?, Span)
  case list([ValuePattern], Span)
  /// `...rest` or `...` at the end of a list or record.
  case rest(Name?, Span)
  /// Several, of which one has to fit.
  case oneOf([ValuePattern], Span)

  /// The whole pattern.
  public var span: Span {
    switch self {
    case .name(let name): name.span
    case .value(let value): value.span
    case .anything(let span), .comparison(_, _, let span), .range(_, _, let span), .record(_, _, let span),
      .list(_, let span), .rest(_, let span), .oneOf(_, let span):
      span
    }
  }

  /// The names it declares, in order.
  public var names: [Name] {
    switch self {
    case .name(let name): [name]
    case .anything, .value, .comparison, .range: []
    case .record(let fields, let rest, _): fields.flatMap(\.pattern.names) + (rest?.names ?? [])
    case .list(let items, _), .oneOf(let items, _): items.flatMap(\.names)
    case .rest(let name, _): name.map { [$0] } ?? []
    }
  }

  /// The expressions in it, in order.
  public var expressions: [Expression] {
    switch self {
    case .name, .anything, .rest: []
    case .value(let value), .comparison(_, let value, _): [value]
    case .range(let from, let to, _): [from, to].compactMap(\.self)
    case .record(let fields, _, _): fields.flatMap(\.pattern.expressions)
    case .list(let items, _), .oneOf(let items, _): items.flatMap(\.expressions)
    }
  }
}

/// A field of a record's pattern: `tag`, `tag?`, `digest as d`, `os: "linux"`.
public struct FieldPattern: Sendable {
  public let name: Name
  /// True with `?`: a field that is not there is null.
  public let isOptional: Bool
  /// What its value has to fit; the field's own name where nothing else stands.
  public let pattern: ValuePattern
  public let span: Span
}

/// `catch e { … }`.
public struct CatchClause: Sendable {
  public let name: Name?
  public let block: Block
}

/// `def name(parameters) { … }`.
public struct Definition: Sendable {
  public let name: Name
  public let parameters: [Parameter]
  public let body: Block
  /// The `##` lines above it.
  public let documentation: String
  public let span: Span
}

/// A parameter of a script or `def`.
public struct Parameter: Sendable {
  /// As written, without dashes or dots: `source-registry`.
  public let name: Name
  public let kind: CheckedParameter.Kind
  public let type: ValueType
  public let defaultValue: Expression?
  /// The values behind `in [ … ]`, one of which has to be given.
  public let choices: Expression?
  public let documentation: String
  public let span: Span
}

/// What stands on the left of an assignment.
public struct Place: Sendable {
  public let name: Name
  public let path: [Step]
  public let span: Span

  /// One step into a record or list.
  public enum Step: Sendable {
    case field(String, Span)
    case index(Expression, Span)
  }
}

/// Stages between `|`.
public struct Pipeline: Sendable {
  public let stages: [Stage]
  public let span: Span
}

/// One stage of a pipeline.
public indirect enum Stage: Sendable {
  case expression(Expression)
  case `where`(Expression, Span)
  case extend([RecordEntry], Span)
  case command(CommandCall)

  /// The whole stage.
  public var span: Span {
    switch self {
    case .expression(let expression): expression.span
    case .where(_, let span), .extend(_, let span): span
    case .command(let call): call.span
    }
  }
}

/// A command as written: its first word and what follows. Which of the words belong to the name is the check's to say.
public struct CommandCall: Sendable {
  public let head: Name
  public let arguments: [Argument]
  public let span: Span
}

/// One argument of a command.
public enum Argument: Sendable {
  /// `--name`, `-n`, `--name=value`.
  case flag(FlagArgument)
  /// A value without a flag's name before it.
  case value(ArgumentValue)
  /// `--` alone: only values follow.
  case endOfFlags(Span)

  /// The whole argument.
  public var span: Span {
    switch self {
    case .flag(let flag): flag.span
    case .value(let value): value.span
    case .endOfFlags(let span): span
    }
  }
}

/// A flag as written.
public struct FlagArgument: Sendable {
  /// With its dashes: `--name`, `-n`.
  public let name: Name
  /// What stands behind `=`.
  public let value: ArgumentValue?
  public let span: Span
}

/// The value of an argument.
public enum ArgumentValue: Sendable {
  /// A bare word, with or without interpolation.
  case word(TextLiteral)
  /// `$name`, `${ … }`, a quoted string, `( … )`, a list or a record.
  case expression(Expression)
  case block(BlockLiteral)

  /// The whole value.
  public var span: Span {
    switch self {
    case .word(let text): text.span
    case .expression(let expression): expression.span
    case .block(let block): block.block.span
    }
  }
}

/// `{ |a, b| … }` as an argument or a value.
public struct BlockLiteral: Sendable {
  public let parameters: [ValuePattern]
  /// True when there are bars, also with nothing between them.
  public let hasBars: Bool
  public let block: Block
}

/// An expression.
public indirect enum Expression: Sendable {
  case constant(Constant, Span)
  case text(TextLiteral)
  case variable(String, Span)
  /// `.x`, the field of the row.
  case rowField(Name, Span)
  case field(Expression, Name, isOptional: Bool, Span)
  case index(Expression, Expression, isOptional: Bool, Span)
  /// `x[from..to]`; both ends belong to it.
  case slice(Expression, from: Expression?, to: Expression?, Span)
  case unary(UnaryOperator, Expression, Span)
  case binary(BinaryOperator, Expression, Expression, operatorSpan: Span, Span)
  /// `name(…)` or `module.name(…)`; the name holds both parts.
  case call(Name, [Expression], Span)
  /// `$f(…)`: a block that is a value is called.
  case apply(Expression, [Expression], Span)
  /// `( … )`, or `${ … }` alone as an argument. A pipeline that stands as it is, as an item, an argument or a condition, has
  /// its own span.
  case pipeline(Pipeline, Span)
  /// `{ |x| … }` as a value.
  case closure(BlockLiteral)
  /// `if`, `match` or `try` as a value.
  case statement(Statement)
  /// `...x` in a list, a record or the arguments of a call.
  case spread(Expression, Span)
  case list([Expression], Span)
  case record([RecordEntry], Span)

  /// The whole expression.
  public var span: Span {
    switch self {
    case .constant(_, let span), .variable(_, let span), .rowField(_, let span), .field(_, _, _, let span),
      .index(_, _, _, let span), .slice(_, _, _, let span), .unary(_, _, let span), .binary(_, _, _, _, let span),
      .call(_, _, let span), .apply(_, _, let span), .pipeline(_, let span), .spread(_, let span),
      .list(_, let span), .record(_, let span):
      span
    case .text(let text): text.span
    case .closure(let literal): literal.block.span
    case .statement(let statement): statement.span
    }
  }
}

/// `name: value` of a record, or `name = value` of `extend`. `...x` of a record is a spread whose name is empty.
public struct RecordEntry: Sendable {
  public let name: Name
  public let value: Expression

  /// What is spread here, if anything.
  public var spread: Expression? { if case .spread(let inner, _) = value { inner } else { nil } }
}

/// A word or string with what is interpolated into it.
public struct TextLiteral: Sendable {
  public let pieces: [Piece]
  public let quoting: Quoting
  public let span: Span

  /// How it was written.
  public enum Quoting: Sendable { case word, raw, double }

  /// A part of it.
  public enum Piece: Sendable {
    case literal(String)
    /// `$name`.
    case variable(String, Span)
    /// `${ … }`, an expression or a pipeline; the span includes the braces.
    case expression(Expression, Span)
  }

  /// The text when nothing is interpolated.
  public var constant: String? {
    if pieces.isEmpty { return "" }
    if pieces.count == 1, case .literal(let text) = pieces[0] { return text }
    return nil
  }
}
