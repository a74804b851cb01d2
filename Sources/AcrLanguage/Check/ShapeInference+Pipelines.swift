/// The shapes of rows on their way through a pipeline.
extension ShapeInference {
  func infer(_ pipeline: CheckedPipeline) -> ValueShape {
    var shape: ValueShape?
    for stage in pipeline.stages { shape = infer(stage, from: shape) }
    return shape ?? .any
  }

  /// - Parameter input: what comes from the pipe; nil for the first stage.
  private func infer(_ stage: CheckedStage, from input: ValueShape?) -> ValueShape {
    switch stage {
    case .expression(let value): return infer(value)
    case .call(let call, _): return infer(call, from: input)
    case .where(let condition, let row, let span):
      let rows = rows(input, for: "where", Span(span.start, span.start + 5))
      set(row, rows.item)
      check(condition, of: "`where`")
      return rows
    case .extend(let entries, let row, _):
      let input = (input ?? .any).withoutNull
      var record = input.row
      for entry in entries {
        set(row, record.map { .record($0) } ?? .any)
        let value = infer(entry.value)
        record?.set(entry.name, value)
      }
      return with(record, in: input)
    case .command(let command): return infer(command, from: input)
    }
  }

  /// The input of a word that needs rows.
  private func rows(_ input: ValueShape?, for word: String, _ span: Span) -> ValueShape {
    guard let input else { return .any }
    if input.isCertain, !input.isList {
      report(
        .misfit(
          "`\(word)` works on rows, but the pipe gives \(input.phrase)",
          help: input == .null ? "`?? []` replaces null" : "`[…]` makes a list of one value", isCertain: false), span)
    }
    return input.listed
  }

  /// The same kind of input with other rows.
  private func with(_ row: RecordShape?, in input: ValueShape) -> ValueShape {
    guard let row else { return .any }
    switch input {
    case .rows: return .rows(row)
    case .list: return .listing(.record(row))
    case .record: return .record(row)
    default: return .any
    }
  }

  // MARK: Commands

  /// Words whose input has to be rows.
  private static let wordsOfRows: Set<String> = [
    "sort-by", "unique", "group-by", "first", "last", "skip", "slice", "reverse", "enumerate", "zip", "chunk", "window",
    "flatten", "each", "count", "fold", "latest",
  ]

  private func infer(_ command: CheckedCommand, from input: ValueShape?) -> ValueShape {
    let signature = program.catalog.command(named: command.name)
    let input = input.map { given in
      Self.wordsOfRows.contains(command.name) ? rows(given, for: command.name, command.nameSpan) : given.withoutNull
    }
    let keepsGoing = command.arguments.contains { $0.parameter == "keep-going" }
    let item = input?.item ?? .any
    let blockValues: [ValueShape] =
      switch command.name {
      case "each", "par-each": [item]
      case "fold": [.any, item]
      // Blocks of other commands get other values.
      default: []
      }
    var values: [String: ValueShape] = [:]
    for argument in command.arguments {
      let isFlag = signature?.allFlags.contains { $0.name == argument.parameter } ?? false
      values[argument.parameter] = handled(keepsGoing ? .perhaps : .none) {
        look(argument, of: command.name, isFlag: isFlag, values: blockValues)
      }
      if command.name == "print" { checkPrinted(argument) }
    }
    guard let signature else { return .any }
    let columns = columns(of: command, signature)
    if let known = input?.row {
      for (index, column) in columns.enumerated() where command.name != "rename" || index % 2 == 0 {
        checkColumn(column, known)
      }
    }
    // A query makes other values.
    if command.arguments.contains(where: { $0.parameter == "query" }) { return .any }
    let blockResult =
      command.arguments.contains { if case .block = $0.value { true } else { false } }
      ? values["block"] ?? .any : .any
    return result(of: command, signature, from: input ?? .any, columns, blockResult, keepsGoing: keepsGoing)
  }

  private func result(
    of command: CheckedCommand, _ signature: Signature, from input: ValueShape, _ columns: [CheckedExpression],
    _ blockResult: ValueShape, keepsGoing: Bool
  ) -> ValueShape {
    switch command.name {
    case "secret env", "secret file", "secret prompt": return .secret
    case "count": return .int
    case "lines", "glob": return .list(.string)
    case "to", "sha256", "sha512", "base64": return .string
    case "first", "last":
      return command.arguments.contains { $0.parameter == "count" } ? input.listed : input.item.orNull
    case "latest": return input.item.orNull
    case "sort-by", "unique", "reverse", "skip", "slice": return input.listed
    case "chunk", "window": return .listing(.listing(input.item))
    case "flatten":
      guard case .list(.list(let item)) = input else { return .list(.any) }
      return .list(item)
    case "enumerate": return .listing(.record(record("enumerate", ("index", .int), ("item", input.item))))
    case "zip": return .listing(.record(record("zip", ("left", input.item), ("right", .any))))
    case "group-by": return .listing(.record(record("group-by", ("key", .any), ("rows", .listing(input.item)))))
    case "each", "par-each":
      guard keepsGoing else { return .listing(blockResult) }
      let error = ValueShape.optional(.record(RecordShape([], isOpen: true)))
      return .listing(
        .record(
          record(
            command.name, ("item", input.item), ("ok", .bool), ("value", blockResult.orNull), ("error", error))))
    case "retry", "timeout": return blockResult == .never ? .any : blockResult
    case "get": return gotten(columns, input)
    case "rename": return renamed(columns, input)
    case "drop": return dropped(columns, input)
    default: break
    }
    switch signature.columnFlow {
    case .same: return input
    case .chosen: return selected(columns, input)
    case .declared:
      guard var record = signature.columns.shape(of: signature) else { return .any }
      // With this flag secrets are texts.
      if command.arguments.contains(where: { $0.parameter == "reveal" }) {
        for field in record.fields where field.shape.withoutNull == .secret { record.set(field.name, .any) }
      }
      return .rows(record)
    }
  }

  private func record(_ command: String, _ fields: (String, ValueShape)...) -> RecordShape {
    RecordShape(fields.map { RecordShape.Field($0, $1) }, isOpen: false, command: command)
  }

  // MARK: Columns

  /// What a command's call names of its input's columns.
  private func columns(of command: CheckedCommand, _ signature: Signature) -> [CheckedExpression] {
    signature.positionals.filter { $0.completer == .column }.flatMap { positional in
      command.arguments.filter { $0.parameter == positional.name }.flatMap(Self.expressions)
    }
  }

  private static func expressions(of argument: CheckedArgument) -> [CheckedExpression] {
    switch argument.value {
    case .expression(let expression): [expression]
    case .expressions(let expressions): expressions
    case .on, .block: []
    }
  }

  /// The names as they are written; nil where some are not.
  private static func names(_ columns: [CheckedExpression]) -> [String]? {
    let names = columns.compactMap { column -> String? in
      guard case .constant(.string(let path), _) = column else { return nil }
      return path.hasPrefix(".") ? String(path.dropFirst()) : path
    }
    return names.count == columns.count ? names : nil
  }

  private func selected(_ columns: [CheckedExpression], _ input: ValueShape) -> ValueShape {
    guard let known = input.row, let paths = Self.names(columns) else { return .any }
    var record = RecordShape([], isOpen: false, command: known.command)
    for path in paths {
      let steps = path.split(separator: ".").map(String.init)
      guard let last = steps.last else { return .any }
      // Of two columns of one name the second keeps its path.
      let name = record[last] == nil ? last : path
      record.set(name, known[path] ?? (steps.count == 1 ? .any : ValueShape.record(known).value(at: steps)))
    }
    return with(record, in: input)
  }

  private func gotten(_ columns: [CheckedExpression], _ input: ValueShape) -> ValueShape {
    guard let path = Self.names(columns)?.first else { return .any }
    let steps = path.split(separator: ".").map(String.init)
    switch input {
    case .list(let item):
      if let first = steps.first, let position = Int(first) { return position == 0 && steps.count == 1 ? item : .any }
      return .listing(item.value(at: steps))
    case .record: return input.value(at: steps)
    default: return .any
    }
  }

  private func renamed(_ columns: [CheckedExpression], _ input: ValueShape) -> ValueShape {
    guard var record = input.row, let names = Self.names(columns), names.count % 2 == 0 else { return .any }
    for index in stride(from: 0, to: names.count, by: 2) { record.rename(names[index], to: names[index + 1]) }
    return with(record, in: input)
  }

  private func dropped(_ columns: [CheckedExpression], _ input: ValueShape) -> ValueShape {
    guard var record = input.row, let names = Self.names(columns) else { return .any }
    record.remove(Set(names))
    return with(record, in: input)
  }

  private func checkPrinted(_ argument: CheckedArgument) {
    for value in Self.expressions(of: argument) {
      guard case .variable(let variable, _, let span) = value, shape(of: variable) == .secret else { continue }
      report(.printedSecret, span)
    }
  }
}

extension ValueShape {
  /// What stands at a path of fields.
  fileprivate func value(at steps: [String]) -> ValueShape {
    var shape = self
    var mayBeNull = false
    for step in steps {
      if case .optional = shape { mayBeNull = true }
      guard case .record(let record) = shape.withoutNull, let next = record[step] else { return .any }
      shape = next
    }
    return mayBeNull ? shape.orNull : shape
  }
}
