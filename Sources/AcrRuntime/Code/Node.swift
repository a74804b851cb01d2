import AcrLanguage

/// Where an expression stands in ``Code/nodes``.
struct NodeID: Sendable {
  let index: Int32

  /// Stands where there is no expression.
  static let none = NodeID(index: -1)
  var isNone: Bool { index < 0 }
}

/// Expressions that belong together, such as the arguments of a call: a stretch of ``Code/lists``.
struct NodeRange: Sendable {
  let first: Int32
  let count: Int32
}

/// Statements with a scope of their own: a stretch of ``Code/statements``.
struct Block: Sendable {
  let first: Int32
  let count: Int32
}

/// An expression as the evaluator walks it: numbers that refer to other nodes and to the tables of ``Code``. Looking at one
/// counts no references; the boxes of the checked tree cost two atomic operations for each step.
enum Node: Sendable {
  case integer(Int64)
  /// In ``Code/constants``.
  case constant(Int32)
  /// The name, in ``Code/names``, is for messages.
  case slot(Int32, name: Int32)
  case global(Int32, name: Int32)
  /// `$env.NAME`, `$env?.NAME`.
  case environment(name: Int32, isOptional: Bool)
  /// `x.name`, `x?.name`; the inner span is the name's.
  case field(NodeID, name: Int32, isOptional: Bool)
  /// `$env[name]`.
  case environmentItem(NodeID, isOptional: Bool)
  case item(of: NodeID, at: NodeID, isOptional: Bool)
  /// `x[from..to]`; an end that is left out is no node.
  case slice(NodeID, from: NodeID, to: NodeID)
  case not(NodeID)
  case minus(NodeID)
  case and(NodeID, NodeID)
  case or(NodeID, NodeID)
  case coalesce(NodeID, NodeID)
  /// Any operator that evaluates both sides; the inner span is the operator's.
  case binary(BinaryOperator, NodeID, NodeID)
  /// A function of the language, in ``Code/functions``.
  case function(Int32, NodeRange)
  /// A `def`, in ``Code/callSites`` and ``Code/calls``.
  case call(Int32)
  /// In ``Code/texts``.
  case text(Int32)
  case list(NodeRange)
  /// The fields stand in ``Code/lists`` from `first` on, as many as the shape has names.
  case record(shape: Int32, first: Int32)
  /// In ``Code/pipelines``.
  case pipeline(Int32)
  /// `...x`; only in the three that follow, in arguments, and in calls.
  case spread(NodeID)
  /// A list with a spread in it.
  case spreadList(NodeRange)
  /// A record with a spread in it: the names in ``Code/spreadNames``.
  case spreadRecord(NodeRange, names: Int32)
  /// A function with a spread among its arguments.
  case spreadFunction(Int32, NodeRange)
  /// A block that is called.
  case apply(NodeID, NodeRange)
  /// In ``Code/closures``.
  case closure(Int32)
  /// `if`, `match` or `try`, in ``Code/statements``.
  case statement(Int32)
  /// Whether the value of a slot fits a pattern of ``Code/takings``.
  case fits(Int32, slot: Int32)
  /// Fails: no arm of a `match` fits the value of this slot.
  case unmatched(slot: Int32)
}

/// A statement as the evaluator walks it.
enum StatementNode: Sendable {
  case declare(VariableReference, NodeID)
  /// `let x = if …`: the variable gets the value of the block, which `return` and `break` may leave.
  case declareFrom(VariableReference, Block)
  /// The parts of a value, by a pattern of ``Code/takings``.
  case destructure(Int32, NodeID)
  /// `$x = …` of a slot, the form loops are made of.
  case set(slot: Int32, NodeID)
  /// `$x = $x + …` of a slot: a list or text grows where it is.
  case grow(slot: Int32, NodeID)
  /// `$x += …` of a slot; what is not a sum of ints goes the general way, by the number in ``Code/assignments``.
  case add(slot: Int32, NodeID, assignment: Int32)
  /// In ``Code/assignments``.
  case assign(Int32)
  /// An `else if` is an `otherwise` of one `if`.
  case `if`(NodeID, then: Block, otherwise: Block)
  case `while`(NodeID, Block)
  /// The value is put into the slot, and the block looks at it.
  case match(slot: Int32, NodeID, Block)
  case assertion(NodeID, message: NodeID)
  case `for`(VariableReference, in: NodeID, Block)
  /// In ``Code/attempts``.
  case attempt(Int32)
  case `throw`(NodeID)
  case `return`(NodeID)
  /// `return if …`.
  case returnFrom(Block)
  case returnNothing
  case exit(NodeID)
  case exitNothing
  case `break`
  case `continue`
  /// A pipeline at the top level: its value is printed.
  case show(NodeID)
  case expression(NodeID)
}
