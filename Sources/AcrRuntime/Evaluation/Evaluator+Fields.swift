import AcrCore
import AcrLanguage
import AcrText

/// Fields of records, items of lists, and what is said where they are not there.
extension Evaluator {
  func field(
    _ name: String, of value: Value, _ base: NodeID, isOptional: Bool, _ id: NodeID, _ frame: borrowing Frame
  ) throws -> Value {
    if case .record(let record) = value, let field = record[name] { return field }
    let nameSpan = code.innerSpan(id)
    switch value {
    case .record(let record):
      if isOptional { return .null }
      throw missingField(name, in: record.shape.names, of: subject(base) ?? "the record", nameSpan, frame)
    case .null:
      if isOptional { return .null }
      throw failure(
        "\(subject(base) ?? "this") is null: it has no `.\(name)`", frame, nameSpan,
        help: "`?.\(name)` gives null instead")
    case .list:
      throw failure(
        "\(operand(value, base)) has no fields", frame, nameSpan,
        help: "`… | get \(name)` takes `.\(name)` of every row, `[0]` takes one row")
    default:
      throw failure("\(operand(value, base)) has no fields", frame, nameSpan)
    }
  }

  /// The error for a field that is not there.
  func missingField(
    _ name: String, in names: [String], of subject: String, _ span: Span, _ frame: borrowing Frame
  ) -> RuntimeError {
    let near = Suggestion.nearest(to: name, in: names)
    return failure(
      "\(subject) has no field `\(name)`", frame, span, label: near.map { "did you mean `\($0)`?" },
      help: names.isEmpty ? "it has no fields" : "its fields: \(names.joined(separator: ", "))")
  }

  /// How an expression is called where it is the subject of a message.
  func subject(_ expression: NodeID) -> String? {
    switch code[expression] {
    case .slot(_, let name), .global(_, let name):
      return code.name(name) == "it" ? "the row" : "`$\(code.name(name))`"
    case .field(let base, let name, _):
      guard let outer = subject(base) else { return nil }
      return outer == "the row" ? "`.\(code.name(name))`" : "\(outer.dropLast()).\(code.name(name))`"
    default: return nil
    }
  }

  func item(
    at index: Value, of container: Value, _ base: NodeID, _ indexExpression: NodeID,
    _ frame: borrowing Frame
  ) throws -> Value {
    switch (container, index) {
    case (.list(let items), .int(let index)):
      return items[try position(index, in: items.count, frame, code.span(indexExpression))]
    case (.record(let record), .string(let name)):
      if let value = record[name] { return value }
      throw missingField(
        name, in: record.shape.names, of: subject(base) ?? "the record", code.span(indexExpression), frame)
    case (.list, _):
      throw failure(
        "a list is indexed by an int, not by \(operand(index, indexExpression))", frame, code.span(indexExpression))
    case (.record, _):
      throw failure(
        "a record is indexed by a string, not by \(operand(index, indexExpression))", frame, code.span(indexExpression))
    default:
      throw failure("\(operand(container, base)) has no items", frame, code.span(indexExpression))
    }
  }

  /// The position an index means; negative ones count from the end.
  func position(_ index: Int64, in count: Int, _ frame: borrowing Frame, _ span: Span) throws -> Int {
    let position = index < 0 ? Int(clamping: index) + count : Int(clamping: index)
    if (0..<count).contains(position) { return position }
    let range =
      count == 0 ? "the list is empty" : "the list has \(count) item\(count == 1 ? "" : "s"), 0 to \(count - 1)"
    throw failure("there is no item \(index): \(range)", frame, span)
  }
}
