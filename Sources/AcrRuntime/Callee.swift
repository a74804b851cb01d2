import AcrLanguage

/// A `def` as calls use it: made once a run, so that a call counts one reference instead of copying a description.
final class Callee: Sendable {
  let parameters: [CheckedParameter]
  let body: CheckedBlock
  let source: Source
  let slotCount: Int
  /// The slots of its parameters when a call needs nothing but their values: all are positional and none has a default.
  let plainSlots: [Int]?
  /// The names of its parameters, in order.
  let names: [String]

  init(_ function: CheckedFunction) {
    parameters = function.parameters
    body = function.body
    source = function.source
    slotCount = function.slotCount
    names = function.parameters.map(\.name)
    let slots = function.parameters.compactMap { parameter -> Int? in
      guard parameter.kind == .positional, parameter.defaultValue == nil, case .slot(let slot) = parameter.variable
      else {
        return nil
      }
      return slot
    }
    plainSlots = slots.count == function.parameters.count ? slots : nil
  }

  /// True when a call gives each parameter one value, in order.
  func isPlain(_ call: CheckedCall) -> Bool {
    guard plainSlots != nil, call.arguments.count == names.count else { return false }
    for index in names.indices {
      guard case .expression = call.arguments[index].value, call.arguments[index].parameter == names[index] else {
        return false
      }
    }
    return true
  }
}
