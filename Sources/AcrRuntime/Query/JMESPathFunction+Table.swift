import AcrCore

extension JMESPathFunction {
  static let numberFunctions: [JMESPathFunction] = [
    JMESPathFunction("abs", [.types([.number])]) { call throws(JMESPathError) in
      let value = call.values[0]
      if let number = value.jmespathInteger, number != .min { return .int(abs(number)) }
      return .number(abs(value.jmespathNumber ?? 0))
    },
    JMESPathFunction("avg", [.array(of: [.number])]) { call throws(JMESPathError) in
      let numbers = call.items(0).compactMap(\.jmespathNumber)
      return numbers.isEmpty ? .null : .number(numbers.reduce(0, +) / Double(numbers.count))
    },
    JMESPathFunction("ceil", [.types([.number])]) { call throws(JMESPathError) in rounded(call.values[0], .up) },
    JMESPathFunction("floor", [.types([.number])]) { call throws(JMESPathError) in rounded(call.values[0], .down) },
    JMESPathFunction("sum", [.array(of: [.number])]) { call throws(JMESPathError) in
      var total: Int64 = 0
      for item in call.items(0) {
        let (sum, overflow) = total.addingReportingOverflow(item.jmespathInteger ?? 0)
        guard item.jmespathInteger != nil, !overflow else {
          return .number(call.items(0).compactMap(\.jmespathNumber).reduce(0, +))
        }
        total = sum
      }
      return .int(total)
    },
    JMESPathFunction("to_number", [.any]) { call throws(JMESPathError) in
      guard call.values[0].jmespathType != .number else { return call.values[0] }
      guard let text = call.values[0].jmespathText, let value = try? Value(json: Array(text.utf8)),
        value.jmespathType == .number
      else { return .null }
      return value
    },
  ]

  private static func rounded(_ value: Value, _ rule: FloatingPointRoundingRule) -> Value {
    if let number = value.jmespathInteger { return .int(number) }
    let number = (value.jmespathNumber ?? 0).rounded(rule)
    return Int64(exactly: number).map(Value.int) ?? .number(number)
  }

  static let textFunctions: [JMESPathFunction] = [
    JMESPathFunction("ends_with", [.types([.string]), .types([.string])]) { call throws(JMESPathError) in
      .bool(call.text(0).utf8.reversed().starts(with: call.text(1).utf8.reversed()))
    },
    JMESPathFunction("join", [.types([.string]), .array(of: [.string])]) { call throws(JMESPathError) in
      .string(call.items(1).compactMap(\.jmespathText).joined(separator: call.text(0)))
    },
    JMESPathFunction("starts_with", [.types([.string]), .types([.string])]) { call throws(JMESPathError) in
      .bool(call.text(0).utf8.starts(with: call.text(1).utf8))
    },
    JMESPathFunction("to_string", [.any]) { call throws(JMESPathError) in
      if call.values[0].jmespathType == .secret { return call.values[0] }
      if let text = call.values[0].jmespathText { return .string(text) }
      do throws(AcrError) {
        let text = try call.values[0].json(call.evaluator.meter)
        try call.evaluator.meter?.take(HeapSize.text(text))
        return .string(text)
      } catch {
        try call.evaluator.check()
        throw JMESPathError(error.message, call.evaluator.text, call.arguments[0].range, help: error.help)
      }
    },
  ]

  static let collectionFunctions: [JMESPathFunction] = [
    JMESPathFunction("contains", [.types([.array, .string]), .any]) { call throws(JMESPathError) in
      guard call.values[0].jmespathType == .string else {
        let meter = call.evaluator.meter
        let holds = call.items(0).contains { $0.isJMESPathEqual(to: call.values[1], meter) }
        try call.evaluator.check()
        return .bool(holds)
      }
      guard let part = call.values[1].jmespathText else { return .bool(false) }
      return .bool(contains(Array(call.text(0).utf8), Array(part.utf8)))
    },
    JMESPathFunction("keys", [.types([.object])]) { call throws(JMESPathError) in
      guard case .record(let record) = call.values[0] else { return .null }
      return .list(record.shape.names.map(Value.string))
    },
    JMESPathFunction("length", [.types([.string, .array, .object])]) { call throws(JMESPathError) in
      switch call.values[0] {
      case .list(let items): .int(Int64(items.count))
      case .record(let record): .int(Int64(record.values.count))
      default: .int(Int64(call.text(0).unicodeScalars.count))
      }
    },
    JMESPathFunction("max", [.array(of: [.number, .string])]) { call throws(JMESPathError) in
      extreme(call.items(0), by: call.items(0), 1)
    },
    JMESPathFunction("merge", [.types([.object])], isVariadic: true) { call throws(JMESPathError) in
      var fields = JMESPathFields()
      for value in call.values {
        guard case .record(let record) = value else { continue }
        for (name, value) in zip(record.shape.names, record.values) { fields.set(name, value) }
      }
      return fields.value
    },
    JMESPathFunction("min", [.array(of: [.number, .string])]) { call throws(JMESPathError) in
      extreme(call.items(0), by: call.items(0), -1)
    },
    JMESPathFunction("not_null", [.any], isVariadic: true) { call throws(JMESPathError) in
      call.values.first { !$0.isNull } ?? .null
    },
    JMESPathFunction("reverse", [.types([.array, .string])]) { call throws(JMESPathError) in
      if case .list(let items) = call.values[0] { return .list(items.reversed()) }
      var scalars = String.UnicodeScalarView()
      scalars.append(contentsOf: call.text(0).unicodeScalars.reversed())
      return .string(String(scalars))
    },
    JMESPathFunction("sort", [.array(of: [.number, .string])]) { call throws(JMESPathError) in
      .list(sorted(call.items(0), by: call.items(0)))
    },
    JMESPathFunction("to_array", [.any]) { call throws(JMESPathError) in
      if case .list = call.values[0] { return call.values[0] }
      return .list([call.values[0]])
    },
    JMESPathFunction("type", [.any]) { call throws(JMESPathError) in .string(call.values[0].jmespathType.rawValue) },
    JMESPathFunction("values", [.types([.object])]) { call throws(JMESPathError) in
      guard case .record(let record) = call.values[0] else { return .null }
      return .list(record.values)
    },
  ]

  static let referenceFunctions: [JMESPathFunction] = [
    JMESPathFunction("map", [.reference, .types([.array])]) { call throws(JMESPathError) in
      var results: [Value] = []
      for item in call.items(1) { results.append(try call.apply(0, to: item)) }
      return .list(results)
    },
    JMESPathFunction("max_by", [.types([.array]), .reference]) { call throws(JMESPathError) in
      extreme(call.items(0), by: try call.keys(1, for: call.items(0)), 1)
    },
    JMESPathFunction("min_by", [.types([.array]), .reference]) { call throws(JMESPathError) in
      extreme(call.items(0), by: try call.keys(1, for: call.items(0)), -1)
    },
    JMESPathFunction("sort_by", [.types([.array]), .reference]) { call throws(JMESPathError) in
      .list(sorted(call.items(0), by: try call.keys(1, for: call.items(0))))
    },
  ]

  /// The first item whose key is the largest (1) or smallest (-1); null of an empty list.
  private static func extreme(_ items: [Value], by keys: [Value], _ direction: Int) -> Value {
    guard var best = items.indices.first else { return .null }
    for index in items.indices where (keys[index].jmespathOrder(keys[best]) ?? 0) * direction > 0 { best = index }
    return items[best]
  }

  /// The items in the order of their keys; equal ones stay in their order.
  private static func sorted(_ items: [Value], by keys: [Value]) -> [Value] {
    let order = items.indices.sorted { left, right in
      let order = keys[left].jmespathOrder(keys[right]) ?? 0
      return order == 0 ? left < right : order < 0
    }
    return order.map { items[$0] }
  }

  private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard part.count <= text.count else { return false }
    return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
  }
}
