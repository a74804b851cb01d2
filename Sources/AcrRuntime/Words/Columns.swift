import AcrCore
import AcrLanguage

/// `select`: some columns of every row.
struct Select: Command {
  struct Parameters: ParameterSet {
    let column = Rest<String>("column", isRequired: true, help: "columns, in the order wanted", completer: .column)
  }

  let signature = Signature(
    "select", summary: "Selects columns",
    description: "A path such as `error.kind` reaches into nested records; the column is then called by its last part.",
    group: .rows,
    examples: [
      .init("Two columns of a table", "[{a: 1, b: 2, c: 3}] | select c a"),
      .init("A nested field", "[{item: \"x\", error: {kind: \"network\"}}] | select item error.kind"),
    ],
    input: .required, columnFlow: .chosen)

  func run(_ call: Call<Parameters>) throws -> Output {
    let paths = call[\.column].map(ColumnPath.init)
    var names: [String] = []
    for path in paths {
      let last = path.text.split(separator: ".").last.map(String.init) ?? path.text
      names.append(names.contains(last) ? path.text : last)
    }
    let shape = Shape(names)
    let pick = { (row: Value) throws -> Value in
      guard case .record = row else {
        throw AcrError(.invalid, "`select` takes columns of records, and this row is \(row.typePhrase)")
      }
      try call.meter.charge(HeapSize.list(paths.count))
      return .record(Record(shape: shape, values: try paths.map { try $0.value(in: row) }))
    }
    if case .value(.record(let record)) = call.input { return .value(try pick(.record(record))) }
    let rows = try call.rows(for: "select")
    return .rows(RowStream { try rows.next().map(pick) })
  }
}

/// `get`: one column of every row, one field of a record, or one item of a list.
struct Get: Command {
  struct Parameters: ParameterSet {
    let path = Positional<String>(
      "path", help: "a column such as `tags` or `error.kind`, or a position such as `0`", completer: .column)
  }

  let signature = Signature(
    "get", summary: "Gets one column of each row, one field of a record, or one item of a list",
    group: .rows,
    examples: [
      .init("All tags of a table, one list", "[{tags: [\"a\", \"b\"]}, {tags: []}] | get tags | flatten"),
      .init("A field of a record", "{a: {b: 1}} | get a.b"),
    ],
    input: .required)

  func run(_ call: Call<Parameters>) throws -> Output {
    let path = ColumnPath(call[\.path])
    let isPosition = path.text.split(separator: ".").first.map { Int($0) != nil } ?? false
    switch call.input {
    case .value(.list) where !isPosition, .rows where !isPosition:
      let rows = try call.rows(for: "get")
      return .rows(RowStream { try rows.next().map { try path.value(in: $0) } })
    default: return .value(try path.value(in: try call.inputValue(for: "get")))
    }
  }
}

/// `flatten`: takes lists in a list apart.
struct Flatten: Command {
  let signature = Signature(
    "flatten", summary: "Flattens nested lists",
    group: .rows,
    examples: [.init("One level of lists", "[[1, 2], [3], 4] | flatten")],
    input: .required)

  func run(_ call: Call<NoParameters>) throws -> Output {
    let rows = try call.rows(for: "flatten")
    var open: RowStream?
    return .rows(
      RowStream {
        while true {
          if let item = try open?.next() { return item }
          open = nil
          guard let row = try rows.next() else { return nil }
          guard case .list(let items) = row else { return row }
          open = Rows.stream(items)
        }
      })
  }
}
