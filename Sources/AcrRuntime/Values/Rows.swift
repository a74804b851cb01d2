import AcrCore

/// What pipeline words do with their input.
enum Rows {
  /// The error for an input that is not a list.
  static func needed(by command: String, _ value: Value) -> AcrError {
    AcrError(
      .invalid, "`\(command)` works on rows, but the pipe gives \(value.typePhrase)",
      help: value.isNull ? "`?? []` replaces null" : "`[…]` makes a list of one value")
  }

  /// Rows of a list.
  static func stream(_ items: [Value]) -> RowStream {
    var index = 0
    return RowStream {
      guard index < items.count else { return nil }
      defer { index += 1 }
      return items[index]
    }
  }
}

extension Call {
  /// The input as rows.
  /// - Throws: ``AcrError`` when there is none, or it is not a list.
  func rows(for command: String) throws -> RowStream {
    switch input {
    case .rows(let stream): return stream
    case .value(.list(let items)): return Rows.stream(items)
    case .value(let value): throw Rows.needed(by: command, value)
    case .bytes(let stream): throw Rows.needed(by: command, .string(try stream.text()))
    case nil: throw AcrError(.usage, "`\(command)` needs rows from a pipe", help: "`… | \(command)`")
    }
  }

  /// The input as a list.
  /// - Throws: ``AcrError`` when there is none, or it is not a list, and what making the rows throws.
  func items(for command: String) throws -> [Value] {
    if case .value(.list(let items)) = input { return items }
    let gathered = Gathered(meter)
    let stream = try rows(for: command)
    while let item = try stream.next() { try gathered.append(item) }
    // Held until the pipeline ends, like every argument.
    meter.hold(.list(gathered.items))
    return gathered.items
  }

  /// The input as one value; rows become a list.
  /// - Throws: ``AcrError`` when there is none, and what making the rows throws.
  func inputValue(for command: String) throws -> Value {
    guard let input else { throw AcrError(.usage, "`\(command)` needs a value from a pipe", help: "`… | \(command)`") }
    let value = try input.collected(meter)
    if case .value = input {} else { meter.hold(value) }
    return value
  }
}
