import AcrLanguage

/// What the names in a text stand for: its variables, `def`s and modules, and where they are used.
struct SymbolIndex {
  /// Something a text declares.
  struct Symbol {
    enum Kind { case variable, parameter, definition(Definition), module(path: String) }

    let name: String
    let kind: Kind
    let nameSpan: Span
    /// The whole statement or parameter.
    let span: Span
    var documentation = ""

    var isModule: Bool { if case .module = kind { true } else { false } }
  }

  /// A place where something is named.
  struct Reference {
    enum Target {
      case symbol(Int)
      /// One of the first words of a command; a leading `az` is left out. Which of them are its name is for who knows the
      /// commands to say.
      case command([String], at: Int)
      /// A flag of the command with these first words.
      case flag(String, command: [String])
      /// `name` of `name(…)`.
      case function(String)
    }

    let span: Span
    let target: Target
    /// True where it is declared or gets a value.
    var isWrite = false
  }

  let tree: SyntaxTree
  private(set) var symbols: [Symbol] = []
  private(set) var references: [Reference] = []
  /// The `def`s by name.
  private(set) var definitions: [String: Int] = [:]
  /// The loaded modules: the name they have here, if any, and their paths.
  let modules: [(alias: String?, path: String)]
  /// The modules by the names they have here.
  private(set) var moduleNames: [String: Int] = [:]
  private var scopes: [[String: Int]] = [[:]]
  private var bodies: [Definition] = []

  init(_ source: Source) {
    tree = SyntaxTree.parseUnfinished(source)
    modules = tree.statements.compactMap { statement in
      if case .use(let path, let alias, _) = statement { (alias?.text, path.text) } else { nil }
    }
    for case .definition(let definition) in tree.statements {
      definitions[definition.name.text] = symbols.count
      add(
        Symbol(
          name: definition.name.text, kind: .definition(definition), nameSpan: definition.name.span,
          span: definition.span, documentation: definition.documentation))
    }
    visit(tree.statements)
    // A `def` sees every variable of the top level, also those below it.
    for definition in bodies {
      scopes.append([:])
      for parameter in definition.parameters { declare(parameter) }
      visit(definition.body)
      scopes.removeLast()
    }
  }

  /// The innermost reference at an offset; its end counts, so that a cursor behind a name finds it.
  func reference(at offset: Int) -> Reference? {
    let around = references.filter { Int($0.span.start) <= offset && offset <= Int($0.span.end) }
    return around.min { ($0.span.end - $0.span.start) < ($1.span.end - $1.span.start) }
  }

  // MARK: Declarations

  @discardableResult
  private mutating func add(_ symbol: Symbol) -> Int {
    symbols.append(symbol)
    if symbol.isModule, moduleNames[symbol.name] == nil { moduleNames[symbol.name] = symbols.count - 1 }
    references.append(Reference(span: symbol.nameSpan, target: .symbol(symbols.count - 1), isWrite: true))
    return symbols.count - 1
  }

  private mutating func declare(_ name: Name, _ span: Span) {
    scopes[scopes.count - 1][name.text] = add(
      Symbol(name: name.text, kind: .variable, nameSpan: name.span, span: span))
  }

  private mutating func declare(_ parameter: Parameter) {
    let variable = String(parameter.name.text.map { $0 == "-" ? "_" : $0 })
    scopes[scopes.count - 1][variable] = add(
      Symbol(
        name: variable, kind: .parameter, nameSpan: parameter.name.span, span: parameter.span,
        documentation: parameter.documentation))
    if let choices = parameter.choices { visit(choices) }
    if let value = parameter.defaultValue { visit(value) }
  }

  private mutating func refer(to name: String, _ span: Span, isWrite: Bool = false) {
    guard let index = scopes.reversed().lazy.compactMap({ $0[name] }).first else { return }
    references.append(Reference(span: span, target: .symbol(index), isWrite: isWrite))
  }

  // MARK: Statements

  private mutating func visit(_ statements: [Statement]) {
    for statement in statements { visit(statement) }
  }

  private mutating func visit(_ block: Block) {
    scopes.append([:])
    visit(block.statements)
    scopes.removeLast()
  }

  private mutating func visit(_ statement: Statement) {
    switch statement {
    case .param(let parameter, _): declare(parameter)
    case .variable(let pattern, _, let value, let span):
      // A block that is a value may call itself.
      if case .name(let name) = pattern, value.stages.count == 1, case .expression(.closure) = value.stages[0] {
        declare(name, span)
        visit(value)
      } else {
        visit(value)
        for name in pattern.names { declare(name, span) }
      }
    case .assign(let place, _, let value, _):
      refer(to: place.name.text, place.name.span, isWrite: true)
      for case .index(let index, _) in place.path { visit(index) }
      visit(value)
    case .if(let branches, let otherwise, _):
      for branch in branches {
        visit(branch.condition)
        visit(branch.block)
      }
      if let otherwise { visit(otherwise) }
    case .match(let match):
      visit(match.subject)
      for arm in match.arms {
        scopes.append([:])
        for expression in arm.pattern.expressions { visit(expression) }
        for name in arm.pattern.names { declare(name, name.span) }
        if let condition = arm.condition { visit(condition) }
        visit(arm.block)
        scopes.removeLast()
      }
      if let otherwise = match.otherwise { visit(otherwise) }
    case .assert(let condition, let message, _):
      visit(condition)
      if let message { visit(message) }
    case .for(let pattern, let list, let body, _):
      visit(list)
      scopes.append([:])
      for name in pattern.names { declare(name, name.span) }
      visit(body)
      scopes.removeLast()
    case .while(let condition, let body, _):
      visit(condition)
      visit(body)
    case .definition(let definition): bodies.append(definition)
    case .try(let body, let clause, let cleanup, _):
      visit(body)
      if let clause {
        scopes.append([:])
        if let name = clause.name { declare(name, name.span) }
        visit(clause.block)
        scopes.removeLast()
      }
      if let cleanup { visit(cleanup) }
    case .throw(let value, _): visit(value)
    case .return(let value, _), .exit(let value, _): if let value { visit(value) }
    case .break, .continue: break
    case .use(let path, let alias, let span):
      let index = add(
        Symbol(name: alias?.text ?? path.text, kind: .module(path: path.text), nameSpan: path.span, span: span))
      if let alias { references.append(Reference(span: alias.span, target: .symbol(index))) }
    case .pipeline(let pipeline): visit(pipeline)
    }
  }

  private mutating func visit(_ pipeline: Pipeline) {
    for stage in pipeline.stages {
      switch stage {
      case .expression(let value), .where(let value, _): visit(value)
      case .extend(let columns, _): for column in columns { visit(column.value) }
      case .command(let call): visit(call)
      }
    }
  }

  private mutating func visit(_ call: AcrLanguage.CommandCall) {
    var words = [call.head.text]
    var spans = [call.head.span]
    // No command's name has more words.
    for argument in call.arguments.prefix(4) {
      guard case .value(.word(let word)) = argument, let text = word.constant else { break }
      words.append(text)
      spans.append(word.span)
    }
    if words[0] == "az", words.count > 1 {
      words.removeFirst()
      spans.removeFirst()
    }
    for (index, span) in spans.enumerated() {
      references.append(Reference(span: span, target: .command(words, at: index)))
    }
    for argument in call.arguments {
      switch argument {
      case .flag(let flag):
        references.append(Reference(span: flag.name.span, target: .flag(flag.name.text, command: words)))
        if let value = flag.value { visit(value) }
      case .value(let value): visit(value)
      case .endOfFlags: break
      }
    }
  }

  private mutating func visit(_ value: ArgumentValue) {
    switch value {
    case .word(let text): visit(text)
    case .expression(let expression): visit(expression)
    case .block(let literal): visit(literal)
    }
  }

  private mutating func visit(_ literal: BlockLiteral) {
    scopes.append([:])
    for name in literal.parameters.flatMap(\.names) { declare(name, name.span) }
    visit(literal.block)
    scopes.removeLast()
  }

  // MARK: Expressions

  private mutating func visit(_ text: TextLiteral) {
    for piece in text.pieces {
      switch piece {
      case .literal: break
      case .variable(let name, let span): refer(to: name, span)
      case .expression(let expression, _): visit(expression)
      }
    }
  }

  private mutating func visit(_ expression: Expression) {
    switch expression {
    case .constant, .rowField: break
    case .text(let text): visit(text)
    case .variable(let name, let span): refer(to: name, span)
    case .field(let inner, _, _, _), .unary(_, let inner, _), .spread(let inner, _): visit(inner)
    case .index(let one, let other, _, _), .binary(_, let one, let other, _, _):
      visit(one)
      visit(other)
    case .slice(let value, let from, let to, _):
      visit(value)
      if let from { visit(from) }
      if let to { visit(to) }
    case .apply(let called, let arguments, _):
      visit(called)
      for argument in arguments { visit(argument) }
    case .closure(let literal): visit(literal)
    case .statement(let statement): visit(statement)
    case .call(let name, let arguments, _):
      references.append(Reference(span: name.span, target: .function(name.text)))
      for argument in arguments { visit(argument) }
    case .pipeline(let pipeline, _): visit(pipeline)
    case .list(let entries, _): for entry in entries { visit(entry) }
    case .record(let entries, _): for entry in entries { visit(entry.value) }
    }
  }
}
