import AcrCore
import AcrLanguage

/// `sort-by`: rows in the order of their columns.
struct SortBy: Command {
  struct Parameters: ParameterSet {
    let column = Rest<String>("column", help: "columns, the first counts most", completer: .column)
    let desc = Switch("desc", help: "greatest first")
    let semver = Switch("semver", help: "texts as versions: 1.10 behind 1.9")
  }

  let signature = Signature(
    "sort-by", summary: "Sorts rows by columns, or a list of plain values",
    description: """
      Numbers, sizes, durations and datetimes sort by value, texts by character. With `--semver`, texts sort as versions \
      (`1.9`, `v1.10.0`, `2.0.0-rc.1`), and those that are none come behind them. Rows that are equal in all columns keep \
      their order. Nulls come last, also with `--desc`.
      """,
    group: .rows,
    examples: [
      .init("Largest first", "[{n: \"a\", size: 1MB}, {n: \"b\", size: 2MB}] | sort-by size --desc"),
      .init("Plain values", "[3, 1, 2] | sort-by"),
      .init("Tags as versions", "[\"1.10.0\", \"1.9.0\"] | sort-by --semver"),
    ],
    input: .required, columnFlow: .same)

  func run(_ call: Call<Parameters>) throws -> Output {
    let rows = try call.items(for: "sort-by")
    let paths = call[\.column].map(ColumnPath.init)
    let (isDescending, asVersions, meter) = (call[\.desc], call[\.semver], call.meter)
    try meter.take(rows.count * (max(1, paths.count) * 2 * HeapSize.value + 4 * HeapSize.value))
    let keys =
      try paths.isEmpty
      ? [SortKeys(rows, name: nil, asVersions: asVersions, isDescending: isDescending, meter)]
      : paths.map { path in
        // Among other columns those of texts alone are versions.
        let values = try rows.map { try path.value(in: $0) }
        let isText = asVersions && values.contains { if case .string = $0 { true } else { false } }
        return try SortKeys(
          values, name: path.text, asVersions: asVersions && (isText || paths.count == 1), isDescending: isDescending,
          meter)
      }
    let order =
      keys.count == 1
      ? try keys[0].order(meter)
      : try rows.indices.sorted { left, right in
        try meter.step()
        for key in keys {
          let order = try key.order(left, right)
          if order != 0 { return order < 0 }
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
    let meter = call.meter
    var seen: Set<ValueKey> = []
    let keys = meter.isCounting ? Gathered(meter) : nil
    return .rows(
      RowStream {
        while let row = try rows.next() {
          let key = try paths.isEmpty ? row : .list(paths.map { try $0.value(in: row) })
          let isNew = seen.insert(ValueKey(key, meter)).inserted
          try meter.check()
          if isNew {
            try keys?.append(key)
            try meter.charge(2 * MemoryLayout<ValueKey>.stride)
            return row
          }
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
    let meter = call.meter
    let rows = try call.rows(for: "group-by")
    let gathered = meter.isCounting ? Gathered(meter) : nil
    while let row = try rows.next() {
      try gathered?.append(row)
      // Its place in the group, which grows by doubling.
      try meter.take(2 * HeapSize.value)
      let value = try path.value(in: row)
      let key = ValueKey(value, meter)
      if let group = index[key] {
        groups[group].rows.append(row)
      } else {
        try meter.take(4 * HeapSize.value + 2 * HeapSize.header + 2 * MemoryLayout<ValueKey>.stride)
        index[key] = groups.count
        groups.append((value, [row]))
      }
      try meter.check()
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
    let left = try rows(call[\.left], call.parameters.left, path, call.meter)
    let right = try rows(call[\.right], call.parameters.right, path, call.meter)
    var partners: [ValueKey: [Int]] = [:]
    let meter = call.meter
    for (index, row) in right.enumerated() {
      try meter.take(2 * MemoryLayout<ValueKey>.stride + HeapSize.header + 16)
      partners[ValueKey(row.key, meter), default: []].append(index)
      try meter.check()
    }
    let shape = Shape([path.text, "left", "right"])
    var matched = Array(repeating: false, count: right.count)
    var result: [Value] = []
    for (key, row) in left {
      let found = partners[ValueKey(key, meter)] ?? []
      try meter.check()
      try meter.step(found.count)
      try meter.take((found.count + 1) * (HeapSize.list(3) + 2 * HeapSize.value))
      if found.isEmpty, call[\.outer] { result.append(.record(Record(shape: shape, values: [key, row, .null]))) }
      for index in found {
        matched[index] = true
        result.append(.record(Record(shape: shape, values: [key, row, right[index].row])))
      }
    }
    if call[\.outer] {
      try meter.take(right.count * (HeapSize.list(3) + 2 * HeapSize.value))
      for (index, (key, row)) in right.enumerated() where !matched[index] {
        result.append(.record(Record(shape: shape, values: [key, .null, row])))
      }
    }
    return .value(.list(result))
  }

  private func rows(
    _ items: [Value], _ parameter: any DeclaredParameter, _ path: ColumnPath, _ meter: Meter
  ) throws -> [(key: Value, row: Value)] {
    do throws(AcrError) {
      var rows: [(key: Value, row: Value)] = []
      try meter.take(items.count * 4 * HeapSize.value)
      for item in items { rows.append((try path.value(in: item), item)) }
      return rows
    } catch {
      throw ArgumentError(parameter, error)
    }
  }
}
