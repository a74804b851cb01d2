import AcrLanguage

/// Makes ``Code`` of a checked script: each node of the tree becomes an entry of a table.
struct CodeBuilder {
  private(set) var nodes: [Node] = []
  private(set) var spans: [Span] = []
  private(set) var innerSpans: [Span] = []
  private(set) var lists: [NodeID] = []
  private(set) var types: [ValueType] = []
  var statements: [StatementNode] = []
  var statementSpans: [Span] = []
  private(set) var names: [String] = []
  private(set) var constants: [Value] = []
  private(set) var shapes: [Shape] = []
  private(set) var texts: [[TextPart]] = []
  private(set) var functions: [Function] = []
  var callSites: [CallSite] = []
  var calls: [CallCode] = []
  var assignments: [AssignmentCode] = []
  var attempts: [AttemptCode] = []
  var pipelines: [PipelineCode] = []
  private(set) var callees: [Callee] = []
  private(set) var closures: [ClosureCode] = []
  private(set) var takings: [Taking] = []
  private(set) var spreadNames: [[String]] = []

  /// Which `def`s are plain, known before their bodies are built: a `def` may call one that stands below it.
  let plainFunctions: [Bool]
  /// The parameters of each `def`.
  let parameterNames: [[String]]
  private var nameIndex: [String: Int32] = [:]
  private var shapeIndex: [[String]: Int32] = [:]
  private var functionIndex: [String: Int32] = [:]

  /// The code of a script.
  static func code(of script: CheckedScript) -> Code {
    var builder = CodeBuilder(script.functions)
    for function in script.functions {
      let parameters = function.parameters.map { builder.parameter($0) }
      builder.callees.append(Callee(function, parameters: parameters, body: builder.block(function.body)))
    }
    let parameters = script.parameters.map { builder.parameter($0) }
    let body = builder.block(script.body)
    return Code(builder, source: script.source, body: body, parameters: parameters)
  }

  private init(_ functions: [CheckedFunction]) {
    plainFunctions = functions.map(Callee.isPlain)
    parameterNames = functions.map { $0.parameters.map(\.name) }
  }

  private mutating func parameter(_ parameter: CheckedParameter) -> ParameterCode {
    ParameterCode(declaration: parameter, defaultValue: parameter.defaultValue.map { expression($0) })
  }

  // MARK: Expressions

  mutating func expression(_ expression: CheckedExpression) -> NodeID {
    switch expression {
    case .constant(.int(let value), let span): return add(.integer(value), span)
    case .constant(let constant, let span):
      constants.append(Value(constant))
      return add(.constant(Int32(constants.count - 1)), span)
    case .text(let pieces, let span):
      let parts = pieces.map { piece -> TextPart in
        switch piece {
        case .literal(let text): .literal(text)
        case .value(let value): .value(self.expression(value))
        }
      }
      texts.append(parts)
      return add(.text(Int32(texts.count - 1)), span)
    case .variable(.slot(let index), let name, let span):
      return add(.slot(Int32(index), name: self.name(name)), span)
    case .variable(.global(let index), let name, let span):
      return add(.global(Int32(index), name: self.name(name)), span)
    case .environment(let name, let isOptional, let span):
      return add(.environment(name: self.name(name), isOptional: isOptional), span)
    case .field(let base, let name, let isOptional, let nameSpan, let span):
      return add(.field(self.expression(base), name: self.name(name), isOptional: isOptional), span, inner: nameSpan)
    case .environmentItem(let name, let isOptional, let span):
      return add(.environmentItem(self.expression(name), isOptional: isOptional), span)
    case .index(let container, let index, let isOptional, let span):
      let container = self.expression(container)
      return add(.item(of: container, at: self.expression(index), isOptional: isOptional), span)
    case .slice(let container, let from, let to, let span):
      let container = self.expression(container)
      let start = from.map { self.expression($0) } ?? .none
      return add(.slice(container, from: start, to: to.map { self.expression($0) } ?? .none), span)
    case .unary(let operation, let operand, let span):
      let operand = self.expression(operand)
      return add(operation == .not ? .not(operand) : .minus(operand), span)
    case .binary(let operation, let left, let right, let operatorSpan, let span):
      let left = self.expression(left)
      let right = self.expression(right)
      switch operation {
      case .and: return add(.and(left, right), span)
      case .or: return add(.or(left, right), span)
      case .coalesce: return add(.coalesce(left, right), span)
      default: return add(.binary(operation, left, right), span, inner: operatorSpan)
      }
    case .builtin(let name, let arguments, let span):
      let range = list(arguments.map { self.expression($0) })
      if Self.isSpread(arguments) { return add(.spreadFunction(function(name), range), span) }
      return add(.function(function(name), range), span)
    case .call(let call, let span): return add(.call(self.call(call)), span)
    case .list(let items, let span):
      let range = list(items.map { self.expression($0) })
      return add(Self.isSpread(items) ? .spreadList(range) : .list(range), span)
    case .spread(let inner, let span): return add(.spread(self.expression(inner)), span)
    case .apply(let called, let arguments, let span):
      let called = self.expression(called)
      return add(.apply(called, list(arguments.map { self.expression($0) })), span)
    case .closure(let closure, let span):
      closures.append(ClosureCode(closure, body: block(closure.body), span: span))
      return add(.closure(Int32(closures.count - 1)), span)
    case .statement(let statement, let span):
      let block = block(CheckedBlock(statements: [statement], span: span))
      return add(.statement(block.first), span)
    case .fits(let pattern, let variable, let span):
      guard case .slot(let slot) = variable else { return add(.constant(0), span) }
      return add(.fits(taking(pattern), slot: Int32(slot)), span)
    case .unmatched(let variable, let span):
      guard case .slot(let slot) = variable else { return add(.constant(0), span) }
      return add(.unmatched(slot: Int32(slot)), span)
    case .record(let entries, let span):
      let range = list(entries.map { self.expression($0.value) })
      if Self.isSpread(entries.map(\.value)) {
        spreadNames.append(entries.map(\.name))
        return add(.spreadRecord(range, names: Int32(spreadNames.count - 1)), span)
      }
      return add(.record(shape: shape(entries.map(\.name)), first: range.first), span)
    case .pipeline(let pipeline):
      return add(.pipeline(self.pipeline(pipeline)), pipeline.span)
    }
  }

  private static func isSpread(_ items: [CheckedExpression]) -> Bool {
    items.contains { if case .spread = $0 { true } else { false } }
  }

  /// The number of a pattern.
  mutating func taking(_ pattern: CheckedPattern) -> Int32 {
    let built = built(pattern)
    takings.append(built)
    return Int32(takings.count - 1)
  }

  private mutating func built(_ pattern: CheckedPattern) -> Taking {
    switch pattern {
    case .bind(let variable): .bind(variable)
    case .anything: .anything
    case .value(let value): .value(expression(value))
    case .comparison(let operation, let operand): .comparison(operation, expression(operand))
    case .range(let from, let to):
      .range(from: from.map { expression($0) } ?? .none, to: to.map { expression($0) } ?? .none)
    case .record(let fields, let rest, let span):
      .record(
        fields.map {
          Taking.Field(name: $0.name, isOptional: $0.isOptional, taking: built($0.pattern), span: $0.span)
        }, rest: rest.map { built($0) }, span)
    case .list(let items, let rest, let span):
      .list(items.map { built($0) }, rest: rest.map { built($0) }, span)
    case .oneOf(let patterns): .oneOf(patterns.map { built($0) })
    }
  }

  private mutating func add(_ node: Node, _ span: Span, inner: Span = Span(0, 0)) -> NodeID {
    nodes.append(node)
    spans.append(span)
    innerSpans.append(inner)
    return NodeID(index: Int32(nodes.count - 1))
  }

  /// Puts nodes beside each other, with the types of the parameters they are for.
  mutating func list(_ items: [NodeID], types: [ValueType]? = nil) -> NodeRange {
    lists += items
    self.types += types ?? Array(repeating: .any, count: items.count)
    return NodeRange(first: Int32(lists.count - items.count), count: Int32(items.count))
  }

  private mutating func name(_ name: String) -> Int32 {
    if let index = nameIndex[name] { return index }
    names.append(name)
    nameIndex[name] = Int32(names.count - 1)
    return Int32(names.count - 1)
  }

  private mutating func shape(_ names: [String]) -> Int32 {
    if let index = shapeIndex[names] { return index }
    shapes.append(Shape(names))
    shapeIndex[names] = Int32(shapes.count - 1)
    return Int32(shapes.count - 1)
  }

  private mutating func function(_ name: String) -> Int32 {
    if let index = functionIndex[name] { return index }
    functions.append(Builtins.functionTable[name] ?? Function.unknown(name))
    functionIndex[name] = Int32(functions.count - 1)
    return Int32(functions.count - 1)
  }
}
