import AcrText

/// The columns that rows of a pipe are known to have.
struct PipelineColumns {
  /// The command that gives them, as its signature names it.
  let command: String
  /// Their names, in order.
  var names: [String]
}

/// Names of columns, where the command that gives the rows declares all of them. Rows of variables, of files, and of commands
/// that may give further columns are not looked at.
extension Checker {
  /// Checks the columns that a stage names, and gives those of its output; nil where they are not known.
  func checkColumns(_ stage: CheckedStage, from known: PipelineColumns?) -> PipelineColumns? {
    switch stage {
    case .expression, .call: return nil
    case .where(let condition, let row, _):
      if let known { checkFields(of: row, in: condition, known) }
      return known
    case .extend(let entries, let row, _):
      guard var known else { return nil }
      for entry in entries {
        checkFields(of: row, in: entry.value, known)
        if !known.names.contains(entry.name) { known.names.append(entry.name) }
      }
      return known
    case .command(let command):
      guard let signature = program.catalog.command(named: command.name) else { return nil }
      let chosen = signature.positionals.filter { $0.completer == .column }.flatMap { positional in
        command.arguments.filter { $0.parameter == positional.name }.flatMap(Self.expressions)
      }
      if let known { for column in chosen { checkColumn(column, known) } }
      return columns(from: known, through: signature, command, chosen)
    }
  }

  private func columns(
    from known: PipelineColumns?, through signature: Signature, _ command: CheckedCommand, _ chosen: [CheckedExpression]
  ) -> PipelineColumns? {
    // A query makes other rows.
    if command.arguments.contains(where: { $0.parameter == "query" }) { return nil }
    switch signature.columnFlow {
    case .same: return known
    case .chosen:
      guard let known else { return nil }
      let names = chosen.compactMap { column -> String? in
        guard case .constant(.string(let path), _) = column else { return nil }
        return path.split(separator: ".").last.map(String.init)
      }
      return names.count == chosen.count ? PipelineColumns(command: known.command, names: names) : nil
    case .declared:
      guard !signature.columns.declared.isEmpty, !signature.columns.isOpen else { return nil }
      return PipelineColumns(
        command: signature.name, names: signature.columns.names + (signature.changes ? ["dry_run"] : []))
    }
  }

  private static func expressions(of argument: CheckedArgument) -> [CheckedExpression] {
    switch argument.value {
    case .expression(let expression): [expression]
    case .expressions(let expressions): expressions
    case .on, .block: []
    }
  }

  /// A column as words take it: `name`, `.name`, `name.field`, or a position.
  private func checkColumn(_ column: CheckedExpression, _ known: PipelineColumns) {
    guard case .constant(.string(let path), let span) = column, let first = path.split(separator: ".").first,
      Int(first) == nil
    else { return }
    check(String(first), span, known)
  }

  private func check(_ name: String, _ span: Span, _ known: PipelineColumns) {
    guard !known.names.contains(name) else { return }
    report(
      .unknownColumn(
        name, command: known.command, nearest: Suggestion.nearest(to: name, in: known.names),
        known: known.names.filter { $0 != "dry_run" }), span)
  }

  /// Checks the fields of a row that an expression reads. `.name?` may be missing.
  private func checkFields(of row: VariableReference, in expression: CheckedExpression, _ known: PipelineColumns) {
    let go = { (inner: CheckedExpression) in checkFields(of: row, in: inner, known) }
    switch expression {
    case .field(.variable(row, _, _), let name, let isOptional, let nameSpan, _):
      if !isOptional { check(name, nameSpan, known) }
    case .field(let inner, _, _, _, _), .unary(_, let inner, _): go(inner)
    case .index(let left, let right, _, _), .binary(_, let left, let right, _, _):
      go(left)
      go(right)
    case .slice(let inner, let from, let to, _): [inner, from, to].compactMap(\.self).forEach(go)
    case .spread(let inner, _), .environmentItem(let inner, _, _): go(inner)
    case .apply(let inner, let items, _): ([inner] + items).forEach(go)
    case .builtin(_, let items, _), .list(let items, _): items.forEach(go)
    case .record(let entries, _): for entry in entries { go(entry.value) }
    case .text(let pieces, _): for case .value(let value) in pieces { go(value) }
    case .call(let call, _): (call.arguments.flatMap(Self.expressions) + call.values).forEach(go)
    case .pipeline(let pipeline):
      for stage in pipeline.stages {
        switch stage {
        case .expression(let inner), .where(let inner, _, _): go(inner)
        case .extend(let entries, _, _): for entry in entries { go(entry.value) }
        case .command(let command): command.arguments.flatMap(Self.expressions).forEach(go)
        case .call(let call, _): call.arguments.flatMap(Self.expressions).forEach(go)
        }
      }
    case .constant, .variable, .environment, .closure, .statement, .fits, .unmatched: break
    }
  }
}
