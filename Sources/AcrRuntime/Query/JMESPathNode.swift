/// An expression after parsing. Sub-expressions and pipes are the same to evaluate: the right side works on what the left
/// side gives; what differs is where a projection ends, and that the parser has settled.
indirect enum JMESPathNode: Sendable {
  /// `@`, and the empty right side of a projection.
  case current
  case field(String)
  case literal(Value)
  case index(Int)
  case slice(start: Int?, stop: Int?, step: Int)
  case chain(JMESPathNode, JMESPathNode)
  /// `left[*]right`: the right side for each item of a list.
  case listProjection(JMESPathNode, JMESPathNode)
  /// `left.*right`: the right side for each value of an object.
  case valueProjection(JMESPathNode, JMESPathNode)
  /// `left[?condition]right`.
  case filterProjection(JMESPathNode, condition: JMESPathNode, JMESPathNode)
  /// `left[]`, the list on whose items the projection then works.
  case flatten(JMESPathNode)
  case multiselectList([JMESPathNode])
  case multiselectHash([(name: String, value: JMESPathNode)])
  case comparison(Comparison, JMESPathNode, JMESPathNode)
  case or(JMESPathNode, JMESPathNode)
  case and(JMESPathNode, JMESPathNode)
  case not(JMESPathNode)
  case call(JMESPathFunction, [Argument])

  enum Comparison: Sendable { case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual }

  /// What a function is given.
  struct Argument: Sendable {
    let node: JMESPathNode
    /// True for `&expression`, which the function evaluates itself.
    let isReference: Bool
    /// Its place in UTF-8 offsets.
    let range: Range<Int>
  }
}
