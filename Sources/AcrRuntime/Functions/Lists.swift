import AcrCore
import AcrLanguage

extension Builtins {
  static let listFunctions: [Function] = [
    Function("count", 1...1, "list", "How many items a list has") { call in
      guard case .list(let items) = call.arguments[0] else {
        throw call.wrong(
          0, "a list",
          help: call.arguments[0].isNull ? "`?? []` replaces null" : "`len(…)` measures a text or record")
      }
      return .int(Int64(items.count))
    },
    Function("len", 1...1, "value", "Characters of a text, items of a list, fields of a record") { call in
      switch call.arguments[0] {
      case .string(let text): return .int(Int64(text.count))
      case .list(let items): return .int(Int64(items.count))
      case .record(let record): return .int(Int64(record.values.count))
      default: throw call.wrong(0, "a string, list or record")
      }
    },
    Function("sum", 1...2, "list, column", "The sum of a list, or of a column; nulls do not count") { call in
      let values = try call.summands("sum")
      guard var total = values.first else { return .int(0) }
      for value in values.dropFirst() {
        total = try call.combined { () throws(OperationFailure) in try total.adding(value) }
      }
      return total
    },
    Function("avg", 1...2, "list, column", "The average of a list, or of a column; null when it is empty") { call in
      let values = try call.summands("avg")
      guard var total = values.first else { return .null }
      for value in values.dropFirst() {
        total = try call.combined { () throws(OperationFailure) in try total.adding(value) }
      }
      return try call.combined { () throws(OperationFailure) in try total.divided(by: .int(Int64(values.count))) }
    },
    Function("min", 1...2, "list, column", "The least item of a list, or of a column; null when it is empty") { call in
      try call.extreme(-1)
    },
    Function("max", 1...2, "list, column", "The greatest item of a list, or of a column; null when it is empty") {
      call in
      try call.extreme(1)
    },
    Function(
      "percentile", 2...3, "list, percent, column",
      "The item that so many percent of a list, or of a column, do not exceed; null when it is empty"
    ) { call in
      let percent = try call.number(1)
      guard (0...100).contains(percent) else {
        throw AcrError(.invalid, "`percentile` takes a number from 0 to 100, not \(Value.text(of: percent))")
      }
      let items = try call.list(0)
      let path = call.arguments.count > 2 ? ColumnPath(try call.string(2)) : nil
      let values = try items.map { try path?.value(in: $0) ?? $0 }.filter { !$0.isNull }
      return try PercentileStage.value(percent, of: values, call.meter)
    },
    Function("any", 1...2, "list, pattern", "Whether some item is true, equals a value, or is a text like the pattern")
    {
      call in
      for item in try call.list(0) where try call.holds(item) { return .bool(true) }
      return .bool(false)
    },
    Function("all", 1...2, "list, pattern", "Whether every item is true, equals a value, or is a text like the pattern")
    {
      call in
      for item in try call.list(0) where try !call.holds(item) { return .bool(false) }
      return .bool(true)
    },
    Function(
      "merge", 1...Int.max, "record, …", "One record with the fields of all; of a repeated field the last counts"
    ) {
      call in
      var result = Record([:])
      let shapes = ShapeCache()
      for index in call.arguments.indices {
        guard case .record(let record) = call.arguments[index] else {
          throw call.wrong(index, "a record", help: call.arguments[index].isNull ? "`?? {}` replaces null" : nil)
        }
        try call.meter.charge(HeapSize.list(record.values.count))
        for (name, value) in zip(record.shape.names, record.values) { result.set(name, value, shapes) }
      }
      return .record(result)
    },
    Function("keys", 1...1, "record", "The names of a record's fields") { call in
      guard case .record(let record) = call.arguments[0] else { throw call.wrong(0, "a record") }
      try call.meter.charge(HeapSize.list(record.values.count))
      return .list(record.shape.names.map(Value.string))
    },
    Function("range", 1...3, "start, end, step", "The ints from start (0) up to and without end") { call in
      let start = call.arguments.count == 1 ? 0 : try call.int(0)
      let end = try call.int(call.arguments.count == 1 ? 0 : 1)
      let step = call.arguments.count == 3 ? try call.int(2) : 1
      guard step != 0 else { throw AcrError(.invalid, "the step of `range` is 0") }
      guard start != end, (start < end) == (step > 0) else { return .list([]) }
      // The distance of two ints fits UInt64, and so does its quotient; only rounding up could overflow.
      let distance = start < end ? UInt64(bitPattern: end &- start) : UInt64(bitPattern: start &- end)
      let (whole, rest) = distance.quotientAndRemainder(dividingBy: step.magnitude)
      let count = whole + (rest > 0 ? 1 : 0)
      guard count <= 10_000_000 else { throw AcrError(.invalid, "`range` makes at most 10000000 items") }
      try call.meter.charge(HeapSize.list(Int(count)))
      var items: [Value] = []
      items.reserveCapacity(Int(count))
      var item = start
      for index in 0..<count {
        if index & 0xFFF == 0 { try call.meter.step() }
        items.append(.int(item))
        // The step behind the last item may leave 64 bits; that item is not used.
        item &+= step
      }
      return .list(items)
    },
  ]
}

extension FunctionCall {
  /// The items of the list, or of its column, without nulls.
  fileprivate func amounts() throws -> [Value] {
    let items = try list(0)
    try meter.step(items.count / 64)
    try meter.charge(HeapSize.list(items.count))
    guard arguments.count > 1 else { return items.filter { !$0.isNull } }
    let path = ColumnPath(try string(1))
    return try items.map { try path.value(in: $0) }.filter { !$0.isNull }
  }

  /// The amounts that can be added up: texts and lists have a `+`, and no sum.
  fileprivate func summands(_ name: String) throws -> [Value] {
    let values = try amounts()
    for value in values {
      switch value {
      case .int, .number, .duration, .size: continue
      default:
        guard values.count > 1, values.contains(where: { $0.typeName != value.typeName }) else {
          throw AcrError(
            .invalid, "`\(name)` takes numbers, durations or sizes, and the list holds \(value.typePhrase)")
        }
      }
    }
    return values
  }

  /// The result of an operator on two items.
  fileprivate func combined(_ body: () throws(OperationFailure) -> Value) throws -> Value {
    do throws(OperationFailure) {
      return try body()
    } catch {
      guard case .mismatch = error else { throw error }
      throw AcrError(.invalid, "the items have incompatible types: \(typesPhrase(try amounts()))")
    }
  }

  fileprivate func extreme(_ sign: Int) throws -> Value {
    let values = try amounts()
    guard var best = values.first else { return .null }
    for value in values.dropFirst() {
      do throws(OperationFailure) {
        if try value.order(best) == sign { best = value }
      } catch {
        throw AcrError(.invalid, "the items have no order: \(typesPhrase(values))")
      }
    }
    return best
  }

  private func typesPhrase(_ values: [Value]) -> String {
    var names: [String] = []
    for value in values where !names.contains(value.typeName) { names.append(value.typeName) }
    return names.joined(separator: ", ")
  }

  fileprivate func holds(_ item: Value) throws -> Bool {
    if arguments.count == 1 {
      guard case .bool(let flag) = item else {
        throw AcrError(.invalid, "with one argument the list holds bools, and this one holds \(item.typePhrase)")
      }
      return flag
    }
    do throws(OperationFailure) {
      if case .string = item, case .string = arguments[1] { return try item.isLike(arguments[1]) }
      return try item.equals(arguments[1], meter)
    } catch {
      if case .other(let error) = error { throw error }
      throw AcrError(.invalid, "a secret cannot be compared with \(arguments[1].typePhrase)")
    }
  }
}
