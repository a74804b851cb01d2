import AcrCore
import AcrLanguage

/// `sort-by`: rows in the order of their columns.
struct SortBy: Command {
  struct Parameters: ParameterSet {
    let column = Rest<String>("column", help: "columns, the first counts most", completer: .column)
    let desc = Switch("desc", help: "greatest first")
  }

  let signature = Signature(
    "sort-by", summary: "Sorts rows by columns, or a list of plain values",
    description: """
      Numbers, sizes, durations and datetimes sort by value, texts by character. Rows that are equal in all columns keep \
      their order. Nulls come last, also with `--desc`.
      """,
    group: .rows,
    examples: [
      .init("Largest first", "[{n: \"a\", size: 1MB}, {n: \"b\", size: 2MB}] | sort-by size --desc"),
      .init("Plain values", "[3, 1, 2] | sort-by"),
    ],
    input: .required, columnFlow: .same)

  func run(_ call: Call<Parameters>) throws -> Output {
    let rows = try call.items(for: "sort-by")
    let paths = call[\.column].map(ColumnPath.init)
    let isDescending = call[\.desc]
    let keys = try rows.map { row in paths.isEmpty ? [row] : try paths.map { try $0.value(in: row) } }
    let names = paths.isEmpty ? ["value"] : paths.map(\.text)
    let interrupts = InterruptCheck(call.run)
    let order = try rows.indices.sorted { left, right in
      try interrupts.step()
      for (index, name) in names.enumerated() {
        let (a, b) = (keys[left][index], keys[right][index])
        if a.isNull || b.isNull {
          if a.isNull != b.isNull { return b.isNull }
          continue
        }
        let order: Int
        do throws(OperationFailure) {
          order = try a.order(b)
        } catch {
          throw AcrError(
            .invalid,
            "`sort-by` cannot compare \(a.typePhrase) with \(b.typePhrase)"
              + (paths.isEmpty ? "" : " (column `\(name)`)"))
        }
        if order != 0 { return (order < 0) != isDescending }
      }
      return left < right
    }
    return .value(.list(order.map { rows[$0] }))
  }
}

/// `unique`: rows without those that occurred before.
struct Unique: Command {
  struct Parameters: ParameterSet {
    let column = Rest<String>("column", help: "columns that make two rows the same (all)", completer: .column)
  }

  let signature = Signature(
    "unique", summary: "Removes duplicate rows",
    group: .rows,
    examples: [.init("Each value once", "[1, 2, 1] | unique")],
    input: .required, columnFlow: .same)

  func run(_ call: Call<Parameters>) throws -> Output {
    let rows = try call.rows(for: "unique")
    let paths = call[\.column].map(ColumnPath.init)
    let interrupts = InterruptCheck(call.run)
    var seen: Set<ValueKey> = []
    return .rows(
      RowStream {
        while let row = try rows.next() {
          let key = try paths.isEmpty ? row : .list(paths.map { try $0.value(in: row) })
          let isNew = seen.insert(ValueKey(key, interrupts)).inserted
          try call.run.checkInterrupt()
          if isNew { return row }
        }
        return nil
      })
  }
}

/// `group-by`: rows with the same value in a column, together.
struct GroupBy: Command {
  struct Parameters: ParameterSet {
    let column = Positional<String>("column", help: "the column", completer: .column)
  }

  let signature = Signature(
    "group-by", summary: "Groups rows by a column, as `{key, rows}`",
    group: .rows,
    examples: [
      .init(
        "Count by a column",
        "[{os: \"linux\"}, {os: \"windows\"}, {os: \"linux\"}] | group-by os | extend n = count(.rows) | select key n")
    ],
    input: .required, columns: OutputColumns(columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let path = ColumnPath(call[\.column])
    var groups: [(key: Value, rows: [Value])] = []
    var index: [ValueKey: Int] = [:]
    let interrupts = InterruptCheck(call.run)
    let rows = try call.rows(for: "group-by")
    while let row = try rows.next() {
      let value = try path.value(in: row)
      let key = ValueKey(value, interrupts)
      if let group = index[key] {
        groups[group].rows.append(row)
      } else {
        index[key] = groups.count
        groups.append((value, [row]))
      }
      try call.run.checkInterrupt()
    }
    return .value(.list(groups.map { .record(Record(shape: GroupBy.shape, values: [$0.key, .list($0.rows)])) }))
  }

  private static let columns = [
    Column("key", .any, null: "for rows whose column is null", help: "the value that the rows have in common"),
    Column("rows", .list, help: "the rows"),
  ]
  private static let shape = Shape(columns)
}

/// `join-by`: rows of two tables with the same value in a column, side by side.
struct JoinBy: Command {
  struct Parameters: ParameterSet {
    let column = Positional<String>("column", help: "the column both tables have")
    let left = Positional<[Value]>("left", help: "the first table")
    let right = Positional<[Value]>("right", help: "the second table")
    let outer = Switch("outer", help: "also rows without a partner")
  }

  let signature = Signature(
    "join-by",
    summary: "Joins two tables by a column, as `{COLUMN, left, right}`",
    description: """
      Without `--outer` only rows that have a partner are given. With it all are; `left` or `right` is null where there is \
      no partner. A row with several partners is given once for each.
      """,
    group: .rows,
    examples: [
      .init(
        "What differs between two tables",
        "join-by tag [{tag: \"1\", digest: \"a\"}] [{tag: \"1\", digest: \"b\"}, {tag: \"2\", digest: \"c\"}] --outer")
    ],
    columns: .open([
      Column("left", .record, null: "where the first table has no such row", help: "the row of the first table"),
      Column("right", .record, null: "where the second table has no such row", help: "the row of the second table"),
    ]))

  func run(_ call: Call<Parameters>) throws -> Output {
    let path = ColumnPath(call[\.column])
    let left = try rows(call[\.left], call.parameters.left, path)
    let right = try rows(call[\.right], call.parameters.right, path)
    var partners: [ValueKey: [Int]] = [:]
    let interrupts = InterruptCheck(call.run)
    for (index, row) in right.enumerated() {
      partners[ValueKey(row.key, interrupts), default: []].append(index)
      try call.run.checkInterrupt()
    }
    let shape = Shape([path.text, "left", "right"])
    var matched = Array(repeating: false, count: right.count)
    var result: [Value] = []
    for (key, row) in left {
      let found = partners[ValueKey(key, interrupts)] ?? []
      try call.run.checkInterrupt()
      if found.isEmpty, call[\.outer] { result.append(.record(Record(shape: shape, values: [key, row, .null]))) }
      for index in found {
        matched[index] = true
        result.append(.record(Record(shape: shape, values: [key, row, right[index].row])))
      }
    }
    if call[\.outer] {
      for (index, (key, row)) in right.enumerated() where !matched[index] {
        result.append(.record(Record(shape: shape, values: [key, .null, row])))
      }
    }
    return .value(.list(result))
  }

  private func rows(
    _ items: [Value], _ parameter: any DeclaredParameter, _ path: ColumnPath
  ) throws -> [(key: Value, row: Value)] {
    do throws(AcrError) {
      var rows: [(key: Value, row: Value)] = []
      for item in items { rows.append((try path.value(in: item), item)) }
      return rows
    } catch {
      throw ArgumentError(parameter, error)
    }
  }
}
