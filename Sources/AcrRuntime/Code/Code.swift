import AcrLanguage

/// A checked script in the form the evaluator walks: tables of plain nodes, made once a run by ``CodeBuilder`` and shared by
/// all threads of the run.
final class Code: Sendable {
  let nodes: [Node]
  /// The span of each node.
  let spans: [Span]
  /// A second span of some nodes: an operator's, the name's of a field.
  let innerSpans: [Span]
  /// The parts of nodes that have any number of them.
  let lists: [NodeID]
  /// Beside each of the `lists` that is an argument of a `def`: the parameter's type.
  let types: [ValueType]
  let statements: [StatementNode]
  let statementSpans: [Span]

  let names: [String]
  let constants: [Value]
  let shapes: [Shape]
  let texts: [[TextPart]]
  let functions: [Function]
  let callSites: [CallSite]
  let calls: [CallCode]
  let assignments: [AssignmentCode]
  let attempts: [AttemptCode]
  let pipelines: [PipelineCode]
  let closures: [ClosureCode]
  let takings: [Taking]
  let spreadNames: [[String]]

  /// Every `def`, as the checked script numbers them.
  let callees: [Callee]
  /// What a plain call needs of each `def`.
  let entries: [Callee.Entry]

  /// The script itself.
  let source: Source
  let body: Block
  let parameters: [ParameterCode]

  init(_ builder: consuming CodeBuilder, source: Source, body: Block, parameters: [ParameterCode]) {
    nodes = builder.nodes
    spans = builder.spans
    innerSpans = builder.innerSpans
    lists = builder.lists
    types = builder.types
    statements = builder.statements
    statementSpans = builder.statementSpans
    names = builder.names
    constants = builder.constants
    shapes = builder.shapes
    texts = builder.texts
    functions = builder.functions
    callSites = builder.callSites
    calls = builder.calls
    assignments = builder.assignments
    attempts = builder.attempts
    pipelines = builder.pipelines
    closures = builder.closures
    takings = builder.takings
    spreadNames = builder.spreadNames
    callees = builder.callees
    entries = callees.map(\.entry)
    self.source = source
    self.body = body
    self.parameters = parameters
  }

  subscript(_ id: NodeID) -> Node { nodes[Int(id.index)] }

  func span(_ id: NodeID) -> Span { spans[Int(id.index)] }

  func innerSpan(_ id: NodeID) -> Span { innerSpans[Int(id.index)] }

  func name(_ index: Int32) -> String { names[Int(index)] }

  /// The parts of a node.
  func parts(_ range: NodeRange) -> ArraySlice<NodeID> { lists[Int(range.first)..<Int(range.first + range.count)] }
}

/// A part of a word or string.
enum TextPart: Sendable {
  case literal(String)
  case value(NodeID)
}

/// A parameter of a script or `def` and its default.
struct ParameterCode: Sendable {
  let declaration: CheckedParameter
  let defaultValue: NodeID?
}

/// A `def` as calls use it.
final class Callee: Sendable {
  let parameters: [ParameterCode]
  let source: Source
  let entry: Entry
  /// True when its parameters are positional, have no default, and stand in the first slots in order.
  let isPlain: Bool

  /// What every call needs; it counts no references.
  struct Entry: Sendable {
    let body: Block
    let slotCount: Int
    /// The callee holds it.
    let source: Unmanaged<Source>
  }

  init(_ function: CheckedFunction, parameters: [ParameterCode], body: Block) {
    self.parameters = parameters
    source = function.source
    entry = Entry(body: body, slotCount: function.slotCount, source: .passUnretained(function.source))
    isPlain = Callee.isPlain(function)
  }

  static func isPlain(_ function: CheckedFunction) -> Bool {
    function.parameters.enumerated().allSatisfy { index, parameter in
      parameter.kind == .positional && parameter.defaultValue == nil && parameter.choices.isEmpty
        && parameter.variable == .slot(index)
    }
  }
}

/// What a call of a `def` needs when it gives each parameter one value, in order.
struct CallSite: Sendable {
  let function: Int32
  let isPlain: Bool
  let arguments: NodeRange
}

/// A call of a `def` with all that messages and other forms of calls need.
final class CallCode: Sendable {
  let function: Int
  let name: String
  let nameSpan: Span
  let arguments: [ArgumentCode]
  /// The values of `f(...$x)`, for the positionals in order; empty without a spread.
  let values: [NodeID]
  /// True behind a pipe, whose value is the input.
  let takesInput: Bool

  init(
    function: Int, name: String, nameSpan: Span, arguments: [ArgumentCode], values: [NodeID] = [],
    takesInput: Bool = false
  ) {
    self.values = values
    self.takesInput = takesInput
    self.function = function
    self.name = name
    self.nameSpan = nameSpan
    self.arguments = arguments
  }
}

/// One parameter's argument.
struct ArgumentCode: Sendable {
  let parameter: String
  /// The type the value is converted to.
  let type: ValueType
  let value: Value
  let span: Span

  enum Value: Sendable {
    case expression(NodeID)
    /// Several of a repeatable flag, or a rest.
    case expressions([NodeID])
    /// A switch that is set.
    case on
    case block(BlockCode)
  }
}

/// A block given to a command.
struct BlockCode: Sendable {
  let parameters: [VariableReference]
  let body: Block
}

/// A block that is a value.
final class ClosureCode: Sendable {
  let parameters: [VariableReference]
  let body: Block
  /// The slots of the frame around it that it reads.
  let captures: [Int]
  /// The slot by which it calls itself.
  let ownSlot: Int?
  let span: Span

  init(_ closure: CheckedClosure, body: Block, span: Span) {
    parameters = closure.parameters
    self.body = body
    captures = closure.captures
    ownSlot = closure.ownSlot
    self.span = span
  }
}

/// What a value is compared with, or taken apart by.
indirect enum Taking: Sendable {
  case bind(VariableReference)
  case anything
  case value(NodeID)
  case comparison(BinaryOperator, NodeID)
  case range(from: NodeID, to: NodeID)
  case record([Field], rest: Taking?, Span)
  case list([Taking], rest: Taking?, Span)
  case oneOf([Taking])

  struct Field: Sendable {
    let name: String
    let isOptional: Bool
    let taking: Taking
    let span: Span
  }
}

/// `$x = …`, `$x.a[0] += …`.
final class AssignmentCode: Sendable {
  let name: String
  let variable: VariableReference
  let path: [Step]
  /// The place's.
  let span: Span
  let operation: AssignmentOperator
  let value: NodeID
  /// Of `$x.a = $x.a + …`: the place as an expression, and the same as `$x.a += …`.
  let growth: (place: NodeID, sum: AssignmentCode)?
  /// True for `$x = $x + …` of a global.
  let growsGlobal: Bool

  init(
    name: String, variable: VariableReference, path: [Step], span: Span, operation: AssignmentOperator, value: NodeID,
    growth: (place: NodeID, sum: AssignmentCode)? = nil, growsGlobal: Bool = false
  ) {
    self.name = name
    self.variable = variable
    self.path = path
    self.span = span
    self.operation = operation
    self.value = value
    self.growth = growth
    self.growsGlobal = growsGlobal
  }

  enum Step: Sendable {
    case field(String, Span)
    case index(NodeID, Span)
  }
}

/// `try`.
struct AttemptCode: Sendable {
  let body: Block
  let handler: (variable: VariableReference?, block: Block)?
  let cleanup: Block?
}

/// Stages with rows or values flowing left to right.
final class PipelineCode: Sendable {
  let stages: [Stage]

  init(_ stages: [Stage]) { self.stages = stages }

  enum Stage: Sendable {
    /// Only as the first stage.
    case expression(NodeID)
    case `where`(NodeID, row: VariableReference, Span)
    case extend([(name: String, value: NodeID)], row: VariableReference, Span)
    case command(CommandCode)
    /// A `def`, by the number of its call.
    case call(Int32, Span)
  }
}

/// A call of a command.
final class CommandCode: Sendable {
  let name: String
  let nameSpan: Span
  let arguments: [ArgumentCode]

  init(name: String, nameSpan: Span, arguments: [ArgumentCode]) {
    self.name = name
    self.nameSpan = nameSpan
    self.arguments = arguments
  }
}
