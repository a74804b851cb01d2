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
  case variable(Name, isMutable: Bool, Pipeline, Span)
  case assign(Place, AssignmentOperator, Pipeline, Span)
  case `if`([Branch], otherwise: Block?, Span)
  case `for`(Name, in: Expression, Block, Span)
  case `while`(Expression, Block, Span)
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
      .return(_, let span), .exit(_, let span), .break(let span), .continue(let span), .use(_, _, let span):
      span
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

/// `{ |a, b| … }` as an argument.
public struct BlockLiteral: Sendable {
  public let parameters: [Name]
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
  case index(Expression, Expression, Span)
  case unary(UnaryOperator, Expression, Span)
  case binary(BinaryOperator, Expression, Expression, operatorSpan: Span, Span)
  /// `name(…)` or `module.name(…)`; the name holds both parts.
  case call(Name, [Expression], Span)
  /// `( … )`, or `${ … }` alone as an argument.
  case pipeline(Pipeline, Span)
  case list([Expression], Span)
  case record([RecordEntry], Span)

  /// The whole expression.
  public var span: Span {
    switch self {
    case .constant(_, let span), .variable(_, let span), .rowField(_, let span), .field(_, _, _, let span),
      .index(_, _, let span), .unary(_, _, let span), .binary(_, _, _, _, let span), .call(_, _, let span),
      .pipeline(_, let span), .list(_, let span), .record(_, let span):
      span
    case .text(let text): text.span
    }
  }
}

/// `name: value` of a record, or `name = value` of `extend`.
public struct RecordEntry: Sendable {
  public let name: Name
  public let value: Expression
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
    /// `${expr}`; the span includes the braces.
    case expression(Expression, Span)
  }

  /// The text when nothing is interpolated.
  public var constant: String? {
    if pieces.isEmpty { return "" }
    if pieces.count == 1, case .literal(let text) = pieces[0] { return text }
    return nil
  }
}
