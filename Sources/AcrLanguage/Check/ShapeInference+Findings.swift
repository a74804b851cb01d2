import AcrText

/// What the shapes lead to say.
extension ShapeInference {
  /// Reports a type that does not fit.
  func report(_ finding: TypeFinding, _ span: Span) {
    guard program.reportsTypes, code.handling == .none else { return }
    add(.type(finding), span)
  }

  /// Reports a name that is not there: it fails wherever it is reached.
  private func reportName(_ finding: CheckFinding, _ span: Span) {
    if code.handling < .caught { add(finding, span) }
  }

  private func add(_ finding: CheckFinding, _ span: Span) {
    guard let tree = program.trees[ObjectIdentifier(code.source)] else { return }
    program.report(finding, span, in: tree)
  }

  /// Reports a condition that is never true or false.
  func check(_ condition: CheckedExpression, of what: String) {
    let shape = infer(condition)
    guard shape.isCertain, shape != .bool else { return }
    report(
      .condition(
        what, phrase(shape, condition), help: TypeFinding.conditionHelp(shape, what),
        isCertain: isWrittenOut(condition)), condition.span)
  }

  /// Reports a value of a shape that is certain and does not fit.
  func refuse(
    _ value: CheckedExpression, _ shape: ValueShape, unless fits: Bool, _ sentence: String, help: String? = nil
  ) {
    guard shape.isCertain, !fits else { return }
    report(
      .misfit(
        "\(sentence) \(phrase(shape, value))", help: shape == .null ? "`?? …` replaces null" : help,
        isCertain: isWrittenOut(value)), value.span)
  }

  // MARK: Names

  /// Reports a field that a record cannot have.
  func reportMissing(_ name: String, of record: RecordShape, _ subject: String?, _ span: Span) {
    if let command = record.command { return reportName(unknownColumn(name, command, record), span) }
    guard program.reportsTypes else { return }
    reportName(
      .type(
        .missingField(
          name, subject: subject ?? "the record", nearest: Suggestion.nearest(to: name, in: record.names),
          known: record.names)), span)
  }

  /// Checks a column as words and functions take it: `name`, `.name`, `name.field`, or a position.
  func checkColumn(_ column: CheckedExpression, _ known: RecordShape) {
    guard case .constant(.string(let path), let span) = column, known.lacks(path),
      let name = path.split(separator: ".").first.map(String.init), Int(name) == nil, known.lacks(name)
    else { return }
    if let command = known.command { return reportName(unknownColumn(name, command, known), span) }
    guard program.reportsTypes else { return }
    reportName(
      .type(.missingColumn(name, nearest: Suggestion.nearest(to: name, in: known.names), known: known.names)), span)
  }

  private func unknownColumn(_ name: String, _ command: String, _ record: RecordShape) -> CheckFinding {
    .unknownColumn(
      name, command: command, nearest: Suggestion.nearest(to: name, in: record.fields.map(\.name)), known: record.names)
  }

  // MARK: Words

  /// A shape as an operand: "a string (variable `$x`)".
  func phrase(_ shape: ValueShape, _ expression: CheckedExpression) -> String {
    if case .variable(_, let name, _) = expression, !name.isEmpty, name != "it" {
      return "\(shape.phrase) (variable `$\(name)`)"
    }
    return shape.phrase
  }

  /// How an expression is called where it is the subject of a message.
  func subject(_ expression: CheckedExpression) -> String? {
    switch expression {
    case .variable(_, let name, _): return name == "it" ? "the row" : name.isEmpty ? nil : "`$\(name)`"
    case .field(let base, let name, _, _, _):
      guard let outer = subject(base) else { return nil }
      return outer == "the row" ? "`.\(name)`" : "\(outer.dropLast()).\(name)`"
    default: return nil
    }
  }

  /// True for a value that stands in the text itself, so that no other text can have made it what it is.
  func isWrittenOut(_ expression: CheckedExpression) -> Bool {
    switch expression {
    case .constant(let constant, _): constant != .null
    case .text, .list, .record, .closure: true
    case .unary(_, let operand, _): isWrittenOut(operand)
    case .binary(_, let left, let right, _, _): isWrittenOut(left) && isWrittenOut(right)
    case .variable, .environment, .field, .environmentItem, .index, .slice, .builtin, .call, .apply, .spread, .pipeline,
      .statement, .fits, .unmatched:
      false
    }
  }
}

extension ValueShape {
  var isList: Bool { if case .list = self { true } else { false } }
}
