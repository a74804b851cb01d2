import AcrCore
import AcrLanguage

/// Slices, `?[ ]`, and what `...` puts into lists, records and calls.
extension Evaluator {
  /// The values of several expressions, of which some may be spread.
  func spreadValues(_ range: NodeRange, _ frame: inout Frame) throws -> [Value] {
    var values: [Value] = []
    let place = meter.place
    defer { meter.release(place) }
    for position in Int(range.first)..<Int(range.first + range.count) {
      let node = code.lists[position]
      if case .spread(let inner) = code[node] {
        let items = try spreadItems(inner, &frame)
        try charge(HeapSize.list(items.count), frame, code.span(inner))
        for item in items {
          values.append(item)
          meter.hold(item)
        }
      } else {
        let value = try value(node, &frame)
        values.append(value)
        meter.hold(value)
      }
    }
    return values
  }

  /// The items of `...x`.
  func spreadItems(_ inner: NodeID, _ frame: inout Frame) throws -> [Value] {
    let value = try value(inner, &frame)
    guard case .list(let items) = value else {
      throw failure(
        "`...` spreads a list, and this is \(operand(value, inner))", frame, code.span(inner),
        help: value.isNull ? "`?? []` replaces null" : nil)
    }
    return items
  }

  /// A record with others spread into it. What comes later counts; a field stays where it first stood.
  func spreadRecord(_ range: NodeRange, _ names: [String], _ frame: inout Frame) throws -> Value {
    var result = Record([:])
    let place = meter.place
    defer { meter.release(place) }
    for (offset, name) in names.enumerated() {
      let node = code.lists[Int(range.first) + offset]
      guard case .spread(let inner) = code[node] else {
        let value = try value(node, &frame)
        meter.hold(value)
        result.set(name, value, shapes)
        continue
      }
      let value = try value(inner, &frame)
      guard case .record(let record) = value else {
        throw failure(
          "`...` in a record spreads a record, and this is \(operand(value, inner))", frame, code.span(inner),
          help: value.isNull ? "`?? {}` replaces null" : nil)
      }
      try charge(HeapSize.list(record.values.count), frame, code.span(inner))
      for (index, field) in record.shape.names.enumerated() { result.set(field, record.values[index], shapes) }
      meter.hold(.record(result))
    }
    return .record(result)
  }

  /// A function with spread arguments, whose number only the run knows.
  func spreadFunction(_ function: Function, _ range: NodeRange, _ id: NodeID, _ frame: inout Frame) throws -> Value {
    let arguments = try spreadValues(range, &frame)
    let signature = function.signature
    guard signature.arity.contains(arguments.count) else {
      throw failure(
        .usage, "`\(signature.name)` does not take \(arguments.count) arguments", frame, code.span(id),
        help: "call it as `\(signature.name)(\(signature.parameters))`")
    }
    return try self.function(function, arguments, range, id, frame)
  }

  // MARK: Slices

  func slice(
    _ base: NodeID, _ from: NodeID, _ to: NodeID, _ id: NodeID, _ frame: inout Frame
  ) throws -> Value {
    let container = try value(base, &frame)
    return try holding(container) {
      let lower = try end(from, &frame)
      let upper = try end(to, &frame)
      switch container {
      case .list(let items):
        guard let range = Evaluator.positions(lower, upper, in: items.count) else { return .list([]) }
        try charge(HeapSize.list(range.count), frame, code.span(id))
        return .list(Array(items[range]))
      case .string(let text):
        try take(text.utf8.count, frame, code.span(id))
        let characters = Array(text)
        guard let range = Evaluator.positions(lower, upper, in: characters.count) else { return .string("") }
        return .string(String(characters[range]))
      default:
        throw failure(
          "\(operand(container, base)) has no part `[from..to]`", frame, code.span(id),
          help: "lists and strings have")
      }
    }
  }

  /// An end of a slice; nil where it is left out.
  private func end(_ expression: NodeID, _ frame: inout Frame) throws -> Int64? {
    if expression.isNone { return nil }
    let value = try value(expression, &frame)
    guard case .int(let number) = value else {
      throw failure(
        "the ends of `[from..to]` are ints, not \(operand(value, expression))", frame, code.span(expression))
    }
    return number
  }

  /// The positions from one item to another, both included; negative ends count from the end, and what is outside is left
  /// out. Nil for none.
  static func positions(_ from: Int64?, _ to: Int64?, in count: Int) -> Range<Int>? {
    func position(_ end: Int64) -> Int {
      let position = end < 0 ? Int(clamping: end).addingReportingOverflow(count).partialValue : Int(clamping: end)
      return end < 0 && position > count ? -1 : position
    }
    let lower = max(0, from.map(position) ?? 0)
    let upper = min(count - 1, to.map(position) ?? count - 1)
    return lower <= upper ? lower..<upper + 1 : nil
  }
}
