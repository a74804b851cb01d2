import AcrCore
import AcrLanguage

/// `match`, and what `let`, `for` and blocks take apart.
extension Evaluator {
  /// Whether a value fits a pattern; if so, the pattern's names have their values.
  func fits(_ taking: Taking, _ value: Value, _ frame: inout Frame) throws -> Bool {
    switch taking {
    case .bind(let variable):
      store(value, variable, frame)
      return true
    case .anything: return true
    case .value(let expression):
      let wanted = try self.value(expression, &frame)
      return try compared(value, expression, frame) { () throws(OperationFailure) in try value.equals(wanted, meter) }
    case .comparison(let operation, let expression):
      let operand = try self.value(expression, &frame)
      return try compared(value, expression, frame) { () throws(OperationFailure) in
        guard case .bool(let holds) = try apply(operation, value, operand) else { return false }
        return holds
      }
    case .range(let from, let to):
      if !from.isNone {
        let lower = try self.value(from, &frame)
        guard try compared(value, from, frame, { () throws(OperationFailure) in try value.order(lower) >= 0 }) else {
          return false
        }
      }
      if !to.isNone {
        let upper = try self.value(to, &frame)
        guard try compared(value, to, frame, { () throws(OperationFailure) in try value.order(upper) <= 0 }) else {
          return false
        }
      }
      return true
    case .record(let fields, let rest, let span):
      guard case .record(let record) = value else { return false }
      for field in fields {
        guard let part = record[field.name] ?? (field.isOptional ? .null : nil) else { return false }
        guard try fits(field.taking, part, &frame) else { return false }
      }
      guard let rest else { return true }
      return try fits(rest, .record(try self.rest(of: record, behind: fields, frame, span)), &frame)
    case .list(let items, let rest, _):
      guard case .list(let values) = value,
        rest == nil ? values.count == items.count : values.count >= items.count
      else { return false }
      for (item, part) in zip(items, values) where try !fits(item, part, &frame) { return false }
      guard let rest else { return true }
      return try fits(rest, .list(Array(values.dropFirst(items.count))), &frame)
    case .oneOf(let patterns):
      for pattern in patterns where try fits(pattern, value, &frame) { return true }
      return false
    }
  }

  /// What does not compare does not fit, but for secrets, which nobody may guess.
  private func compared(
    _ value: Value, _ expression: NodeID, _ frame: borrowing Frame, _ body: () throws(OperationFailure) -> Bool
  ) throws -> Bool {
    do throws(OperationFailure) {
      return try body()
    } catch {
      switch error {
      case .mismatch where value.holdsSecret:
        throw failure(
          "a secret fits only a secret or null", frame, code.span(expression),
          help: "a secret can only be passed on; `reveal(…)` gives its text")
      case .mismatch: return false
      case .other(let error): throw RuntimeError(error, source: frame.source, span: code.span(expression))
      case .overflow, .divisionByZero: return false
      }
    }
  }

  /// Takes a value apart where it has to fit.
  func take(_ taking: Taking, _ value: Value, _ frame: inout Frame) throws {
    switch taking {
    case .bind(let variable): store(value, variable, frame)
    case .record(let fields, let rest, let span):
      guard case .record(let record) = value else {
        throw failure(
          "`{ … }` takes the fields of a record, and this is \(value.typePhrase)", frame, span,
          help: value.isNull ? "`?? {}` replaces null" : nil)
      }
      for field in fields {
        guard let part = record[field.name] ?? (field.isOptional ? .null : nil) else {
          var error = missingField(field.name, in: record.shape.names, of: "the record", field.span, frame)
          if error.error.help != nil { error.error.notes.append("`\(field.name)?` gives null instead") }
          throw error
        }
        try take(field.taking, part, &frame)
      }
      if let rest { try take(rest, .record(try self.rest(of: record, behind: fields, frame, span)), &frame) }
    case .list(let items, let rest, let span):
      guard case .list(let values) = value else {
        throw failure(
          "`[ … ]` takes the items of a list, and this is \(value.typePhrase)", frame, span,
          help: value.isNull ? "`?? []` replaces null" : nil)
      }
      guard rest == nil ? values.count == items.count : values.count >= items.count else {
        let wanted = items.count == 1 ? "one item" : "\(items.count) items"
        throw failure(
          "`[ … ]` takes \(rest == nil ? "" : "at least ")\(wanted), and the list has \(values.count)", frame, span,
          help: rest == nil && values.count > items.count ? "`...rest` takes those that are left" : nil)
      }
      for (item, part) in zip(items, values) { try take(item, part, &frame) }
      if let rest { try take(rest, .list(Array(values.dropFirst(items.count))), &frame) }
    case .anything, .value, .comparison, .range, .oneOf: break
    }
  }

  /// The fields that a pattern leaves, in their order.
  private func rest(
    of record: Record, behind fields: [Taking.Field], _ frame: borrowing Frame, _ span: Span
  ) throws -> Record {
    let taken = Set(fields.map(\.name))
    try charge(HeapSize.list(record.values.count), frame, span)
    var rest = Record([:])
    for (name, value) in zip(record.shape.names, record.values) where !taken.contains(name) {
      rest.append(name, value, shapes)
    }
    return rest
  }

  /// The error of a `match` that no arm fits.
  func unmatched(_ value: Value, _ id: NodeID, _ frame: borrowing Frame) -> RuntimeError {
    var shown = value.typePhrase
    if case .string(let text) = value, text.utf8.count <= 60 {
      shown = "the string \"\(text)\""
    } else if let text = value.text, value.typeName != "string", !value.isNull {
      shown += " (\(text))"
    }
    return failure(
      "no arm of this `match` fits \(shown)", frame, code.span(id), help: "`else { … }` takes everything that is left")
  }

  // MARK: `assert`

  func assert(_ condition: NodeID, _ message: NodeID, _ frame: inout Frame, _ span: Span) throws {
    var sides: (left: Value, right: Value)?
    let holds: Bool
    if case .binary(let operation, let left, let right) = code[condition] {
      let leftValue = try value(left, &frame)
      let rightValue = try holding(leftValue) { try value(right, &frame) }
      sides = (leftValue, rightValue)
      let result = try result(of: operation, leftValue, rightValue, left, right, condition, frame)
      guard case .bool(let flag) = result else {
        throw failure(
          "a condition is true or false, and `assert` got \(result.typePhrase)", frame, code.span(condition),
          help: "compare it with something")
      }
      holds = flag
    } else {
      holds = try self.condition(condition, &frame, of: "`assert`")
    }
    if holds { return }
    var text = "the assertion does not hold"
    if !message.isNone, case .string(let given) = try value(message, &frame) { text = given }
    var error = AcrError(.thrown, text)
    if let sides, let left = Evaluator.brief(sides.left), let right = Evaluator.brief(sides.right) {
      error.notes.append("the left side is \(left), the right side \(right)")
    }
    throw RuntimeError(error, source: frame.source, span: span)
  }

  /// A plain value as it is shown beside an assertion.
  private static func brief(_ value: Value) -> String? {
    switch value {
    case .string(let text): text.utf8.count <= 80 ? "\"\(text)\"" : nil
    case .list(let items): "a list of \(items.count)"
    default: value.text
    }
  }
}
