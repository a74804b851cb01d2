/// Parts of syntax trees that mean the same, wherever they stand: places are not compared. The formatter compares what it
/// read with what it wrote by this.
///
/// An enum's case or value that is missing here does not compile or is never the same; the fields of structs are counted by
/// a test.
protocol SyntaxSameness {
  func isSame(as other: Self) -> Bool
}

extension Array: SyntaxSameness where Element: SyntaxSameness {
  func isSame(as other: [Element]) -> Bool {
    guard count == other.count else { return false }
    for index in indices where !self[index].isSame(as: other[index]) { return false }
    return true
  }
}

extension Optional: SyntaxSameness where Wrapped: SyntaxSameness {
  func isSame(as other: Wrapped?) -> Bool {
    switch (self, other) {
    case (nil, nil): true
    case (let one?, let other?): one.isSame(as: other)
    default: false
    }
  }
}

extension Name: SyntaxSameness {
  func isSame(as other: Name) -> Bool { text == other.text }
}

// MARK: Statements

extension Statement: SyntaxSameness {
  func isSame(as other: Statement) -> Bool {
    switch (self, other) {
    case (.param(let one, _), .param(let two, _)): one.isSame(as: two)
    case (.variable(let one, let isMutable, let value, _), .variable(let two, let isOther, let otherValue, _)):
      isMutable == isOther && one.isSame(as: two) && value.isSame(as: otherValue)
    case (.assign(let one, let operation, let value, _), .assign(let two, let otherOperation, let otherValue, _)):
      operation == otherOperation && one.isSame(as: two) && value.isSame(as: otherValue)
    case (.if(let one, let otherwise, _), .if(let two, let other, _)):
      one.isSame(as: two) && otherwise.isSame(as: other)
    case (.for(let one, let list, let block, _), .for(let two, let otherList, let otherBlock, _)):
      one.isSame(as: two) && list.isSame(as: otherList) && block.isSame(as: otherBlock)
    case (.while(let one, let block, _), .while(let two, let otherBlock, _)):
      one.isSame(as: two) && block.isSame(as: otherBlock)
    case (.match(let one), .match(let two)): one.isSame(as: two)
    case (.assert(let one, let message, _), .assert(let two, let otherMessage, _)):
      one.isSame(as: two) && message.isSame(as: otherMessage)
    case (.definition(let one), .definition(let two)): one.isSame(as: two)
    case (.try(let one, let clause, let cleanup, _), .try(let two, let otherClause, let otherCleanup, _)):
      one.isSame(as: two) && clause.isSame(as: otherClause) && cleanup.isSame(as: otherCleanup)
    case (.throw(let one, _), .throw(let two, _)): one.isSame(as: two)
    case (.return(let one, _), .return(let two, _)), (.exit(let one, _), .exit(let two, _)): one.isSame(as: two)
    case (.break(_), .break(_)), (.continue(_), .continue(_)): true
    case (.use(let one, let alias, _), .use(let two, let otherAlias, _)):
      one.isSame(as: two) && alias.isSame(as: otherAlias)
    case (.pipeline(let one), .pipeline(let two)): one.isSame(as: two)
    default: false
    }
  }
}

extension Block: SyntaxSameness {
  func isSame(as other: Block) -> Bool { statements.isSame(as: other.statements) }
}

extension Branch: SyntaxSameness {
  func isSame(as other: Branch) -> Bool { condition.isSame(as: other.condition) && block.isSame(as: other.block) }
}

extension Match: SyntaxSameness {
  func isSame(as other: Match) -> Bool {
    subject.isSame(as: other.subject) && arms.isSame(as: other.arms) && otherwise.isSame(as: other.otherwise)
  }
}

extension MatchArm: SyntaxSameness {
  func isSame(as other: MatchArm) -> Bool {
    pattern.isSame(as: other.pattern) && condition.isSame(as: other.condition) && block.isSame(as: other.block)
  }
}

extension CatchClause: SyntaxSameness {
  func isSame(as other: CatchClause) -> Bool { name.isSame(as: other.name) && block.isSame(as: other.block) }
}

extension Definition: SyntaxSameness {
  func isSame(as other: Definition) -> Bool {
    name.isSame(as: other.name) && parameters.isSame(as: other.parameters) && body.isSame(as: other.body)
      && documentation == other.documentation
  }
}

extension Parameter: SyntaxSameness {
  func isSame(as other: Parameter) -> Bool {
    name.isSame(as: other.name) && kind == other.kind && type == other.type
      && defaultValue.isSame(as: other.defaultValue) && choices.isSame(as: other.choices)
      && documentation == other.documentation
  }
}

extension Place: SyntaxSameness {
  func isSame(as other: Place) -> Bool { name.isSame(as: other.name) && path.isSame(as: other.path) }
}

extension Place.Step: SyntaxSameness {
  func isSame(as other: Place.Step) -> Bool {
    switch (self, other) {
    case (.field(let one, _), .field(let two, _)): one == two
    case (.index(let one, _), .index(let two, _)): one.isSame(as: two)
    default: false
    }
  }
}

// MARK: Patterns

extension ValuePattern: SyntaxSameness {
  func isSame(as other: ValuePattern) -> Bool {
    switch (self, other) {
    case (.name(let one), .name(let two)): one.isSame(as: two)
    case (.anything(_), .anything(_)): true
    case (.value(let one), .value(let two)): one.isSame(as: two)
    case (.comparison(let operation, let one, _), .comparison(let otherOperation, let two, _)):
      operation == otherOperation && one.isSame(as: two)
    case (.range(let from, let to, _), .range(let otherFrom, let otherTo, _)):
      from.isSame(as: otherFrom) && to.isSame(as: otherTo)
    case (.record(let one, let rest, _), .record(let two, let otherRest, _)):
      one.isSame(as: two) && rest.isSame(as: otherRest)
    case (.list(let one, _), .list(let two, _)), (.oneOf(let one, _), .oneOf(let two, _)): one.isSame(as: two)
    case (.rest(let one, _), .rest(let two, _)): one.isSame(as: two)
    default: false
    }
  }
}

extension FieldPattern: SyntaxSameness {
  func isSame(as other: FieldPattern) -> Bool {
    name.isSame(as: other.name) && isOptional == other.isOptional && pattern.isSame(as: other.pattern)
  }
}

// MARK: Pipelines

extension Pipeline: SyntaxSameness {
  func isSame(as other: Pipeline) -> Bool { stages.isSame(as: other.stages) }
}

extension Stage: SyntaxSameness {
  func isSame(as other: Stage) -> Bool {
    switch (self, other) {
    case (.expression(let one), .expression(let two)), (.where(let one, _), .where(let two, _)): one.isSame(as: two)
    case (.extend(let one, _), .extend(let two, _)): one.isSame(as: two)
    case (.command(let one), .command(let two)): one.isSame(as: two)
    default: false
    }
  }
}

extension CommandCall: SyntaxSameness {
  func isSame(as other: CommandCall) -> Bool { head.isSame(as: other.head) && arguments.isSame(as: other.arguments) }
}

extension Argument: SyntaxSameness {
  func isSame(as other: Argument) -> Bool {
    switch (self, other) {
    case (.flag(let one), .flag(let two)): one.isSame(as: two)
    case (.value(let one), .value(let two)): one.isSame(as: two)
    case (.endOfFlags(_), .endOfFlags(_)): true
    default: false
    }
  }
}

extension FlagArgument: SyntaxSameness {
  func isSame(as other: FlagArgument) -> Bool { name.isSame(as: other.name) && value.isSame(as: other.value) }
}

extension ArgumentValue: SyntaxSameness {
  func isSame(as other: ArgumentValue) -> Bool {
    switch (self, other) {
    case (.word(let one), .word(let two)): one.isSame(as: two)
    case (.expression(let one), .expression(let two)): one.isSame(as: two)
    case (.block(let one), .block(let two)): one.isSame(as: two)
    default: false
    }
  }
}

extension BlockLiteral: SyntaxSameness {
  func isSame(as other: BlockLiteral) -> Bool {
    parameters.isSame(as: other.parameters) && hasBars == other.hasBars && block.isSame(as: other.block)
  }
}

// MARK: Expressions

extension Expression: SyntaxSameness {
  func isSame(as other: Expression) -> Bool {
    switch (self, other) {
    case (.constant(let one, _), .constant(let two, _)): one == two
    case (.text(let one), .text(let two)): one.isSame(as: two)
    case (.variable(let one, _), .variable(let two, _)): one == two
    case (.rowField(let one, _), .rowField(let two, _)): one.isSame(as: two)
    case (.field(let one, let name, let isOptional, _), .field(let two, let otherName, let isOther, _)):
      isOptional == isOther && name.isSame(as: otherName) && one.isSame(as: two)
    case (.index(let one, let index, let isOptional, _), .index(let two, let otherIndex, let isOther, _)):
      isOptional == isOther && one.isSame(as: two) && index.isSame(as: otherIndex)
    case (.slice(let one, let from, let to, _), .slice(let two, let otherFrom, let otherTo, _)):
      one.isSame(as: two) && from.isSame(as: otherFrom) && to.isSame(as: otherTo)
    case (.unary(let operation, let one, _), .unary(let otherOperation, let two, _)):
      operation == otherOperation && one.isSame(as: two)
    case (
      .binary(let operation, let left, let right, operatorSpan: _, _),
      .binary(let otherOperation, let otherLeft, let otherRight, operatorSpan: _, _)
    ):
      operation == otherOperation && left.isSame(as: otherLeft) && right.isSame(as: otherRight)
    case (.call(let name, let one, _), .call(let otherName, let two, _)):
      name.isSame(as: otherName) && one.isSame(as: two)
    case (.apply(let called, let one, _), .apply(let otherCalled, let two, _)):
      called.isSame(as: otherCalled) && one.isSame(as: two)
    case (.pipeline(let one, _), .pipeline(let two, _)): one.isSame(as: two)
    case (.closure(let one), .closure(let two)): one.isSame(as: two)
    case (.statement(let one), .statement(let two)): one.isSame(as: two)
    case (.spread(let one, _), .spread(let two, _)): one.isSame(as: two)
    case (.list(let one, _), .list(let two, _)): one.isSame(as: two)
    case (.record(let one, _), .record(let two, _)): one.isSame(as: two)
    default: false
    }
  }
}

extension RecordEntry: SyntaxSameness {
  func isSame(as other: RecordEntry) -> Bool { name.isSame(as: other.name) && value.isSame(as: other.value) }
}

extension TextLiteral: SyntaxSameness {
  func isSame(as other: TextLiteral) -> Bool { quoting == other.quoting && pieces.isSame(as: other.pieces) }
}

extension TextLiteral.Piece: SyntaxSameness {
  func isSame(as other: TextLiteral.Piece) -> Bool {
    switch (self, other) {
    // Swift's `==` takes texts with differently composed characters for one.
    case (.literal(let one), .literal(let two)): one.utf8.elementsEqual(two.utf8)
    case (.variable(let one, _), .variable(let two, _)): one == two
    case (.expression(let one, _), .expression(let two, _)): one.isSame(as: two)
    default: false
    }
  }
}
