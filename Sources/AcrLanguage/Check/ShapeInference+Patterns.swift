/// What the names of patterns get.
extension ShapeInference {
  /// Takes a value apart where it has to fit.
  func take(_ pattern: CheckedPattern, _ shape: ValueShape, _ value: CheckedExpression) {
    switch pattern {
    case .bind(let variable): set(variable, shape)
    case .record(let fields, let rest, let span):
      guard case .record(let record) = shape.withoutNull else {
        if shape.isCertain {
          report(
            .misfit("`{ … }` takes the fields of a record, and this is \(phrase(shape, value))", isCertain: false),
            span)
        }
        return match(pattern, .any)
      }
      for field in fields {
        if !field.isOptional, record.lacks(field.name) {
          reportMissing(field.name, of: record, subject(value), field.span)
        }
        let found = record[field.name] ?? .any
        take(field.pattern, field.isOptional ? found.orNull : found, .constant(.null, field.span))
      }
      if let rest { match(rest, .record(record.without(fields))) }
    case .list(let items, let rest, let span):
      let list = shape.withoutNull
      guard case .list(let item) = list else {
        if shape.isCertain {
          report(
            .misfit("`[ … ]` takes the items of a list, and this is \(phrase(shape, value))", isCertain: false), span)
        }
        return match(pattern, .any)
      }
      for part in items { take(part, item, .constant(.null, span)) }
      if let rest { take(rest, list, .constant(.null, span)) }
    case .anything, .value, .comparison, .range, .oneOf: match(pattern, shape)
    }
  }

  /// Gives the names of a pattern their shapes where it may fit.
  func match(_ pattern: CheckedPattern, _ shape: ValueShape) {
    switch pattern {
    case .bind(let variable): set(variable, shape)
    case .anything: break
    case .value(let value): _ = infer(value)
    case .comparison(let operation, let value):
      _ = infer(value)
      if operation == .matches || operation == .notMatches { checkPattern(value) }
    case .range(let from, let to):
      for end in [from, to].compactMap(\.self) { _ = infer(end) }
    case .record(let fields, let rest, _):
      let record: RecordShape? = if case .record(let record) = shape.withoutNull { record } else { nil }
      for field in fields {
        let found = record?[field.name] ?? .any
        match(field.pattern, field.isOptional ? found.orNull : found)
      }
      if let rest { match(rest, .record(record?.without(fields) ?? RecordShape([], isOpen: true))) }
    case .list(let items, let rest, _):
      let list: ValueShape = shape.withoutNull.isList ? shape.withoutNull : .list(.any)
      for item in items { match(item, list.item) }
      if let rest { match(rest, list) }
    case .oneOf(let patterns): for pattern in patterns { match(pattern, shape) }
    }
  }
}

extension RecordShape {
  /// What is left when a pattern took its fields.
  fileprivate func without(_ taken: [CheckedPattern.Field]) -> RecordShape {
    var rest = self
    rest.remove(Set(taken.map(\.name)))
    rest.command = nil
    return rest
  }
}
