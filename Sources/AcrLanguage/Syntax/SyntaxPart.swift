/// A part of a syntax tree of any kind. What looks at a whole text (folding, colours, links) goes through the tree with
/// ``SyntaxTree/walk(_:)`` and names only the parts that it is about.
public enum SyntaxPart: Sendable {
  case statement(Statement)
  case parameter(Parameter)
  case block(Block)
  /// A block with the names of its values, as an argument.
  case blockLiteral(BlockLiteral)
  case pipeline(Pipeline)
  case stage(Stage)
  case argument(Argument)
  case expression(Expression)
  /// A word or a quoted text.
  case text(TextLiteral)
  /// `name: value` of a record, or `name = value` of `extend`.
  case entry(RecordEntry)

  /// All of it.
  public var span: Span {
    switch self {
    case .statement(let statement): statement.span
    case .parameter(let parameter): parameter.span
    case .block(let block): block.span
    case .blockLiteral(let literal): literal.block.span
    case .pipeline(let pipeline): pipeline.span
    case .stage(let stage): stage.span
    case .argument(let argument): argument.span
    case .expression(let expression): expression.span
    case .text(let text): text.span
    case .entry(let entry): entry.name.span.to(entry.value.span)
    }
  }

  /// Passes the parts directly inside, in the order of the text.
  public func forEachChild(_ body: (SyntaxPart) -> Void) {
    switch self {
    case .statement(let statement): statement.forEachPart(body)
    case .parameter(let parameter):
      for value in [parameter.choices, parameter.defaultValue].compactMap(\.self) { body(.expression(value)) }
    case .block(let block): for statement in block.statements { body(.statement(statement)) }
    case .blockLiteral(let literal): for statement in literal.block.statements { body(.statement(statement)) }
    case .pipeline(let pipeline): for stage in pipeline.stages { body(.stage(stage)) }
    case .stage(let stage):
      switch stage {
      case .expression(let value), .where(let value, _): body(.expression(value))
      case .extend(let columns, _): for column in columns { body(.entry(column)) }
      case .command(let call): for argument in call.arguments { body(.argument(argument)) }
      }
    case .argument(let argument):
      switch argument {
      case .flag(let flag): if let value = flag.value { body(value.part) }
      case .value(let value): body(value.part)
      case .endOfFlags: break
      }
    case .expression(let expression): expression.forEachPart(body)
    case .text(let text):
      for case .expression(let value, _) in text.pieces { body(.expression(value)) }
    case .entry(let entry): body(.expression(entry.value))
    }
  }
}

extension SyntaxTree {
  /// Passes every part, the outer ones before what is in them.
  /// - Parameter visit: gets a part, and says whether the parts inside it are wanted too.
  public func walk(_ visit: (SyntaxPart) -> Bool) {
    func go(_ part: SyntaxPart) {
      if visit(part) { part.forEachChild(go) }
    }
    for statement in statements { go(.statement(statement)) }
  }

  /// The parts that hold an offset, the outermost first; both ends of a part count as inside.
  public func parts(around offset: Int) -> [SyntaxPart] {
    var found: [SyntaxPart] = []
    walk { part in
      guard Int(part.span.start) <= offset, offset <= Int(part.span.end) else { return false }
      found.append(part)
      return true
    }
    return found
  }
}

extension Statement {
  fileprivate func forEachPart(_ body: (SyntaxPart) -> Void) {
    switch self {
    case .param(let parameter, _): body(.parameter(parameter))
    case .variable(_, _, let value, _): body(.pipeline(value))
    case .assign(let place, _, let value, _):
      for case .index(let index, _) in place.path { body(.expression(index)) }
      body(.pipeline(value))
    case .match(let match):
      body(.expression(match.subject))
      for arm in match.arms {
        for expression in arm.pattern.expressions { body(.expression(expression)) }
        if let condition = arm.condition { body(.expression(condition)) }
        body(.block(arm.block))
      }
      if let otherwise = match.otherwise { body(.block(otherwise)) }
    case .assert(let condition, let message, _):
      body(.expression(condition))
      if let message { body(.expression(message)) }
    case .if(let branches, let otherwise, _):
      for branch in branches {
        body(.expression(branch.condition))
        body(.block(branch.block))
      }
      if let otherwise { body(.block(otherwise)) }
    case .for(_, let list, let block, _), .while(let list, let block, _):
      body(.expression(list))
      body(.block(block))
    case .definition(let definition):
      for parameter in definition.parameters { body(.parameter(parameter)) }
      body(.block(definition.body))
    case .try(let block, let clause, let cleanup, _):
      body(.block(block))
      if let clause { body(.block(clause.block)) }
      if let cleanup { body(.block(cleanup)) }
    case .throw(let value, _): body(.expression(value))
    case .return(let value, _), .exit(let value, _): if let value { body(.pipeline(value)) }
    case .pipeline(let pipeline): body(.pipeline(pipeline))
    case .break, .continue, .use: break
    }
  }
}

extension Expression {
  fileprivate func forEachPart(_ body: (SyntaxPart) -> Void) {
    switch self {
    case .constant, .variable, .rowField: break
    case .text(let text): body(.text(text))
    case .field(let inner, _, _, _), .unary(_, let inner, _), .spread(let inner, _): body(.expression(inner))
    case .slice(let inner, let from, let to, _):
      for value in [inner, from, to].compactMap(\.self) { body(.expression(value)) }
    case .apply(let called, let values, _): for value in [called] + values { body(.expression(value)) }
    case .closure(let literal): body(.blockLiteral(literal))
    case .statement(let statement): body(.statement(statement))
    case .index(let one, let other, _, _), .binary(_, let one, let other, _, _):
      body(.expression(one))
      body(.expression(other))
    case .call(_, let values, _), .list(let values, _): for value in values { body(.expression(value)) }
    case .pipeline(let pipeline, _): body(.pipeline(pipeline))
    case .record(let entries, _): for entry in entries { body(.entry(entry)) }
    }
  }
}

extension ArgumentValue {
  /// The value as a part of the tree.
  public var part: SyntaxPart {
    switch self {
    case .word(let text): .text(text)
    case .expression(let expression): .expression(expression)
    case .block(let literal): .blockLiteral(literal)
    }
  }
}
