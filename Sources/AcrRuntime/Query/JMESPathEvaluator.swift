import AcrCore

/// Evaluates an expression: a walk over its tree.
struct JMESPathEvaluator {
  /// The expression's text, for errors.
  let text: String
  var meter: Meter?

  /// What an expression makes of a value.
  func evaluate(_ node: JMESPathNode, _ value: Value) throws(JMESPathError) -> Value {
    try step()
    switch node {
    case .current: return value
    case .literal(let literal): return literal
    case .field(let name):
      guard case .record(let record) = value else { return .null }
      return record[name] ?? .null
    case .index(let index):
      guard case .list(let items) = value else { return .null }
      let position = index < 0 ? items.count + index : index
      return items.indices.contains(position) ? items[position] : .null
    case .slice(let start, let stop, let step):
      guard case .list(let items) = value else { return .null }
      try take(list: items.count)
      return .list(JMESPathEvaluator.slice(items, start, stop, step))
    case .chain(let left, let right): return try evaluate(right, try evaluate(left, value))
    case .listProjection(let left, let right):
      guard case .list(let items) = try evaluate(left, value) else { return .null }
      return try project(items, right)
    case .valueProjection(let left, let right):
      guard case .record(let record) = try evaluate(left, value) else { return .null }
      return try project(record.values, right)
    case .filterProjection(let left, let condition, let right):
      guard case .list(let items) = try evaluate(left, value) else { return .null }
      var kept: [Value] = []
      for item in items where try evaluate(condition, item).isJMESPathTrue { kept.append(item) }
      try take(list: kept.count)
      return try project(kept, right)
    case .flatten(let left):
      guard case .list(let items) = try evaluate(left, value) else { return .null }
      let count = items.reduce(0) { if case .list(let inner) = $1 { $0 + inner.count } else { $0 + 1 } }
      try step(count)
      try take(list: count)
      return .list(items.flatMap { if case .list(let inner) = $0 { inner } else { [$0] } })
    case .multiselectList(let nodes):
      if value.isNull { return .null }
      var items: [Value] = []
      try take(list: nodes.count)
      for node in nodes { items.append(try evaluate(node, value)) }
      return .list(items)
    case .multiselectHash(let entries):
      if value.isNull { return .null }
      var fields = JMESPathFields()
      try take(list: entries.count, bytes: entries.reduce(HeapSize.header) { $0 + HeapSize.name($1.name) })
      for entry in entries { fields.set(entry.name, try evaluate(entry.value, value)) }
      return fields.value
    case .comparison(let comparison, let left, let right):
      return try compare(comparison, try evaluate(left, value), try evaluate(right, value))
    case .or(let left, let right):
      let first = try evaluate(left, value)
      return first.isJMESPathTrue ? first : try evaluate(right, value)
    case .and(let left, let right):
      let first = try evaluate(left, value)
      return first.isJMESPathTrue ? try evaluate(right, value) : first
    case .not(let inner): return .bool(!(try evaluate(inner, value).isJMESPathTrue))
    case .call(let function, let arguments): return try call(function, arguments, value)
    }
  }

  /// - Throws: ``JMESPathError`` that says so after ^C.
  func step(_ count: Int = 1) throws(JMESPathError) {
    guard let meter else { return }
    do throws(AcrError) {
      try meter.step(count)
    } catch {
      throw stopped(error)
    }
  }

  /// - Throws: ``JMESPathError`` that says so after ^C.
  func check() throws(JMESPathError) {
    guard let meter, meter.isInterrupted else { return }
    throw stopped(meter.run.stopError)
  }

  /// Counts the memory of a list of so many values, or of other bytes, until the search ends.
  func take(list count: Int = 0, bytes: Int = 0) throws(JMESPathError) {
    guard let meter, meter.isCounting else { return }
    do throws(AcrError) {
      try meter.take(bytes + (count > 0 ? 2 * HeapSize.list(count) : 0))
    } catch {
      throw stopped(error)
    }
  }

  private func stopped(_ error: AcrError) -> JMESPathError {
    var stopped = JMESPathError(error.message, text, 0..<0)
    stopped.stop = error
    return stopped
  }

  /// The right side of a projection for each item; null results are left out.
  private func project(_ items: [Value], _ node: JMESPathNode) throws(JMESPathError) -> Value {
    var results: [Value] = []
    try take(list: items.count)
    for item in items {
      let result = try evaluate(node, item)
      if !result.isNull { results.append(result) }
    }
    return .list(results)
  }

  /// The items of a slice, whose bounds may be negative or outside the list.
  private static func slice(_ items: [Value], _ start: Int?, _ stop: Int?, _ step: Int) -> [Value] {
    let count = items.count
    let (lowest, highest) = step > 0 ? (0, count) : (-1, count - 1)
    let bound = { (bound: Int) in min(max(bound < 0 ? bound + count : bound, lowest), highest) }
    let first = start.map(bound) ?? (step > 0 ? lowest : highest)
    let end = stop.map(bound) ?? (step > 0 ? highest : lowest)
    return stride(from: first, to: end, by: min(max(step, -count - 1), count + 1)).map { items[$0] }
  }

  private func compare(
    _ comparison: JMESPathNode.Comparison, _ left: Value, _ right: Value
  ) throws(JMESPathError) -> Value {
    switch comparison {
    case .equal, .notEqual:
      let isEqual = left.isJMESPathEqual(to: right, meter)
      try check()
      return .bool(isEqual == (comparison == .equal))
    default: break
    }
    guard let order = left.jmespathOrder(right) else { return .null }
    return switch comparison {
    case .less: .bool(order < 0)
    case .lessOrEqual: .bool(order <= 0)
    case .greater: .bool(order > 0)
    default: .bool(order >= 0)
    }
  }

  private func call(
    _ function: JMESPathFunction, _ arguments: [JMESPathNode.Argument], _ value: Value
  ) throws(JMESPathError) -> Value {
    var values: [Value] = []
    for (index, argument) in arguments.enumerated() {
      // A reference is evaluated by the function, once for each item.
      guard !argument.isReference else {
        values.append(.null)
        continue
      }
      let given = try evaluate(argument.node, value)
      let parameter = function.parameter(index)
      guard parameter.accepts(given) else {
        throw JMESPathError(
          "`\(function.name)` takes \(parameter.phrase), and this is \(given.jmespathPhrase)", text, argument.range,
          help: given.isNull ? "`not_null(…)` gives another value for null" : nil)
      }
      values.append(given)
    }
    try take(bytes: function.size(of: values))
    return try function.body(JMESPathCall(function: function, arguments: arguments, values: values, evaluator: self))
  }
}

/// Names and values under construction; of a repeated name the last value counts.
struct JMESPathFields {
  private var names: [String] = []
  private var values: [Value] = []
  private var places: [String: Int] = [:]

  mutating func set(_ name: String, _ value: Value) {
    if let place = places[name] {
      values[place] = value
    } else {
      places[name] = names.count
      names.append(name)
      values.append(value)
    }
  }

  var value: Value { .record(Record(shape: Shape(names), values: values)) }
}
