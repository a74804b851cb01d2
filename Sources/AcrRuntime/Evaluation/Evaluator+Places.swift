import AcrCore
import AcrLanguage

extension Evaluator {
  /// `$x = …`, `$x.a[0] += …`. The value is changed where it is: parts of it are moved out, changed and put back, so that
  /// adding to a list costs the same however long it is.
  func assign(_ new: Value, _ place: AssignmentCode, _ frame: inout Frame) throws {
    if place.path.isEmpty {
      if place.operation == .set {
        store(new, place.variable, frame)
      } else {
        try growing(place.variable, at: [], by: new, &frame, place.span) { try change(place, by: new, $0) }
      }
      return
    }
    if place.path.count == 1, !meter.isCounting, case .slot(let slot) = place.variable {
      let step = try self.step(place.path[0], &frame)
      if changePart(of: &frame.slots[slot], step.kind, place.operation, new) { return }
      return try assign(new, place, [step], &frame)
    }
    let held = meter.place
    defer { meter.release(held) }
    meter.hold(new)
    var steps: [PlaceStep] = []
    steps.reserveCapacity(place.path.count)
    for step in place.path { steps.append(try self.step(step, &frame)) }
    try assign(new, place, steps, &frame)
  }

  /// A step of a place with its index evaluated.
  private func step(_ step: AssignmentCode.Step, _ frame: inout Frame) throws -> PlaceStep {
    switch step {
    case .field(let name, let span): return PlaceStep(.field(name), span)
    case .index(let index, let span):
      switch try value(index, &frame) {
      case .int(let number): return PlaceStep(.index(number), span)
      case .string(let name): return PlaceStep(.field(name), span)
      case let other:
        throw failure("an index is an int or a string, not \(operand(other, index))", frame, span)
      }
    }
  }

  /// Changes a field or item of a variable's value, where nothing can go wrong.
  /// - Returns: false when nothing was changed, and the general way has to be gone.
  private func changePart(
    of variable: inout Value, _ step: PlaceStep.Kind, _ operation: AssignmentOperator, _ new: Value
  ) -> Bool {
    switch step {
    case .field(let name):
      guard case .record(var record) = variable else { return false }
      // The variable is without its value meanwhile, so that nothing else holds it.
      variable = .null
      defer { variable = .record(record) }
      if let place = record.shape.index(of: name) {
        return Evaluator.change(&record.values[place], operation, new)
      }
      guard case .set = operation else { return false }
      record.append(name, new, shapes)
      return true
    case .index(let number):
      guard case .list(var items) = variable else { return false }
      let place = number < 0 ? Int(clamping: number) + items.count : Int(clamping: number)
      guard items.indices.contains(place) else { return false }
      variable = .null
      defer { variable = .list(items) }
      return Evaluator.change(&items[place], operation, new)
    }
  }

  @inline(__always)
  private static func change(_ part: inout Value, _ operation: AssignmentOperator, _ new: Value) -> Bool {
    switch operation {
    case .set:
      part = new
      return true
    case .add:
      if case .int(let more) = new, case .int(let old) = part {
        let (sum, overflow) = old.addingReportingOverflow(more)
        if !overflow { part = .int(sum) }
        return !overflow
      }
      guard canGrow(part, new) else { return false }
      // Two lists or two texts: this does not fail.
      return (try? part.add(new)) != nil
    case .subtract: return false
    }
  }

  private func assign(_ new: Value, _ place: AssignmentCode, _ steps: [PlaceStep], _ frame: inout Frame) throws {
    try growing(
      place.variable, at: steps.map(\.growth), by: place.operation == .add ? new : nil, &frame, place.span
    ) { frame in
      // The variable is without its value meanwhile, so that nothing else holds it.
      var value = Value.null
      swapValue(&value, place.variable, frame)
      defer { swapValue(&value, place.variable, frame) }
      try change(&value, steps[...], { "`$\(place.name)`" }, frame) { part throws(OperationFailure) in
        switch place.operation {
        case .set: part = new
        case .add: try part.add(new)
        case .subtract: part = try part.subtracting(new)
        }
      } explain: { error, part in
        explain(error, place, part, new, frame)
      }
    }
  }

  /// Puts a value into a variable and takes the variable's out.
  @inline(__always)
  private func swapValue(_ value: inout Value, _ variable: VariableReference, _ frame: borrowing Frame) {
    switch variable {
    case .slot(let index): swap(&frame.slots[index], &value)
    case .global(let index): swap(&globals.values[index], &value)
    }
  }

  /// Counts what a variable's value takes more while `body` changes it where it is.
  @inline(__always)
  private func growing(
    _ variable: VariableReference, at path: @autoclosure () -> [Growth.Step], by more: Value?, _ frame: inout Frame,
    _ span: Span, _ body: (inout Frame) throws -> Void
  ) throws {
    guard meter.isCounting else { return try body(&frame) }
    let path = path()
    do {
      let growth = try Growth(of: load(variable, frame), at: path, by: more, meter)
      try body(&frame)
      try growth.finish(load(variable, frame), at: path, meter)
    } catch let error {
      throw located(error, frame.source, span)
    }
  }

  /// `$x = $x + …`: a list or text that nothing else holds grows where it is.
  func grow(_ variable: VariableReference, by expression: NodeID, _ frame: inout Frame) throws {
    guard case .binary(let operation, let left, let right) = code[expression] else { return }
    var value = load(variable, frame)
    let more = try self.value(right, &frame)
    guard Evaluator.canGrow(value, more) else {
      store(try result(of: operation, value, more, left, right, expression, frame), variable, frame)
      return
    }
    try growing(variable, at: [], by: more, &frame, code.span(expression)) { frame in
      // Nothing fails from here on, so the variable may be without its value for a moment.
      store(.null, variable, frame)
      defer {
        store(value, variable, frame)
        value = .null
      }
      try value.add(more)
    }
  }

  /// `$x.a = $x.a + …`: the same for a part of a variable's value.
  func grow(
    _ assignment: AssignmentCode, _ place: NodeID, adding sum: AssignmentCode, _ frame: inout Frame
  ) throws {
    let left = try value(place, &frame)
    let right = try holding(left) { try value(sum.value, &frame) }
    guard Evaluator.canGrow(left, right) else {
      return try assign(
        try result(of: .add, left, right, place, sum.value, assignment.value, frame), assignment, &frame)
    }
    // What was read of the place is let go first, or it would be copied.
    _ = consume left
    try assign(right, sum, &frame)
  }

  private static func canGrow(_ value: Value, _ more: Value) -> Bool {
    switch (value, more) {
    case (.list, .list), (.string, .string): true
    default: false
    }
  }

  /// `$x += …`, the form loops count with.
  private func change(_ place: AssignmentCode, by new: Value, _ frame: borrowing Frame) throws {
    var value = Value.null
    swapValue(&value, place.variable, frame)
    defer { swapValue(&value, place.variable, frame) }
    do throws(OperationFailure) {
      if place.operation == .add { try value.add(new) } else { value = try value.subtracting(new) }
    } catch {
      throw explain(error, place, value, new, frame)
    }
  }

  private func explain(
    _ error: OperationFailure, _ place: AssignmentCode, _ part: Value, _ new: Value, _ frame: borrowing Frame
  ) -> RuntimeError {
    explain(
      error, place.operation == .add ? .add : .subtract, "\(part.typePhrase) (`\(frame.source.text(place.span))`)",
      operand(new, place.value),
      part, new, frame, place.span)
  }

  private func change(
    _ value: inout Value, _ steps: ArraySlice<PlaceStep>, _ subject: () -> String, _ frame: borrowing Frame,
    _ body: (inout Value) throws(OperationFailure) -> Void, explain: (OperationFailure, Value) -> RuntimeError
  ) throws {
    guard let step = steps.first else {
      do throws(OperationFailure) {
        try body(&value)
      } catch {
        throw explain(error, value)
      }
      return
    }
    switch step.kind {
    case .field(let name):
      guard case .record(var record) = value else {
        throw failure("\(subject()) is \(value.typePhrase): it has no `.\(name)`", frame, step.span)
      }
      value = .null
      defer { value = .record(record) }
      guard let index = record.shape.index(of: name) else {
        // A last field that is not there yet is added; on the way to another one it is a mistake.
        guard steps.count == 1 else {
          throw missingField(name, in: record.shape.names, of: subject(), step.span, frame)
        }
        var field = Value.null
        try change(&field, [], subject, frame, body, explain: explain)
        record.append(name, field, shapes)
        return
      }
      try change(
        &record.values[index], steps.dropFirst(), { "\(subject().dropLast()).\(name)`" }, frame, body, explain: explain)
    case .index(let number):
      guard case .list(var items) = value else {
        throw failure("\(subject()) is \(value.typePhrase): it has no items", frame, step.span)
      }
      value = .null
      defer { value = .list(items) }
      let index = try position(number, in: items.count, frame, step.span)
      try change(
        &items[index], steps.dropFirst(), { "\(subject().dropLast())[\(number)]`" }, frame, body, explain: explain)
    }
  }

  /// A step into a value with its index evaluated.
  private struct PlaceStep {
    enum Kind {
      case field(String)
      case index(Int64)
    }
    let kind: Kind
    let span: Span

    var growth: Growth.Step {
      switch kind {
      case .field(let name): .field(name)
      case .index(let number): .index(number)
      }
    }

    init(_ kind: Kind, _ span: Span) {
      self.kind = kind
      self.span = span
    }
  }
}

extension Value {
  /// `+=`: appends to a list or text where it is, when nothing else holds it.
  mutating func add(_ other: Value) throws(OperationFailure) {
    if case .list(let more) = other, case .list(var items) = self {
      self = .null
      items.append(contentsOf: more)
      self = .list(items)
    } else if case .string(let more) = other, case .string(var text) = self {
      self = .null
      text += more
      self = .string(text)
    } else {
      self = try adding(other)
    }
  }
}
