import AcrCore
import AcrLanguage

extension Builtins {
  static let numberFunctions: [Function] = [
    Function("abs", 1...1, "number", "A number, size or duration without its sign") { call in
      switch call.arguments[0] {
      case .int(let value): return .int(value < 0 ? try Value.subtract(0, value) : value)
      case .number(let value): return .number(value.magnitude)
      case .size(let value): return .size(value < 0 ? try Value.subtract(0, value) : value)
      case .duration(let value): return .duration(value < 0 ? try Value.subtract(0, value) : value)
      default: throw call.wrong(0, "a number, size or duration")
      }
    },
    Function("round", 1...2, "number, digits", "The nearest int, or a number with so many digits after the point") {
      call in
      guard call.arguments.count > 1 else { return try call.whole(.toNearestOrAwayFromZero) }
      let digits = try call.int(1)
      guard (0...15).contains(digits) else { throw call.wrong(1, "an int from 0 to 15") }
      let value = try call.number(0)
      var scale = 1.0
      for _ in 0..<digits { scale *= 10 }
      let scaled = (value * scale).rounded()
      return .number(scaled.isFinite ? scaled / scale : value)
    },
    Function("floor", 1...1, "number", "The next int below") { try $0.whole(.down) },
    Function("ceil", 1...1, "number", "The next int above") { try $0.whole(.up) },
  ]
}

extension FunctionCall {
  func number(_ index: Int) throws -> Double {
    switch arguments[index] {
    case .int(let value): return Double(value)
    case .number(let value): return value
    default: throw wrong(index, "a number")
    }
  }

  fileprivate func whole(_ rule: FloatingPointRoundingRule) throws -> Value {
    if case .int = arguments[0] { return arguments[0] }
    guard let value = Int64(exactly: try number(0).rounded(rule)) else { throw OperationFailure.overflow }
    return .int(value)
  }
}
