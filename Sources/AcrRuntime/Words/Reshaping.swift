import AcrCore
import AcrLanguage
import AcrText

/// `rename`: columns by other names.
struct Rename: Command {
  struct Parameters: ParameterSet {
    let names = Rest<String>(
      "names", isRequired: true, help: "a column and its new name, and so on in pairs", completer: .column)
  }

  let signature = Signature(
    "rename", summary: "Gives columns other names",
    group: .rows,
    examples: [.init("Two columns", "[{digest: \"a\", imageSize: 1MB}] | rename digest id imageSize size")],
    input: .required, columns: .open([]))

  func run(_ call: Call<Parameters>) throws -> Output {
    let names = call[\.names]
    guard names.count % 2 == 0 else {
      throw ArgumentError(
        call.parameters.names,
        AcrError(.usage, "`rename` takes pairs, and `\(names.last ?? "")` has no new name", help: "`rename OLD NEW`"))
    }
    let pairs = stride(from: 0, to: names.count, by: 2).map { (old: names[$0], new: names[$0 + 1]) }
    var shapes = DerivedShapes { (shape: Shape) throws(AcrError) in
      var result = shape.names
      for pair in pairs {
        guard let index = shape.index(of: pair.old) else { throw Reshaping.missing(pair.old, shape.names) }
        result[index] = pair.new
      }
      if let twice = result.indices.first(where: { result[..<$0].contains(result[$0]) }) {
        throw AcrError(
          .invalid, "two columns would be called `\(result[twice])`",
          help: "`drop \(result[twice])` first, or another name")
      }
      return (Shape(result), nil)
    }
    return try Reshaping.map(call, "rename") { try shapes.record($0) }
  }
}

/// `drop`: all columns but some.
struct Drop: Command {
  struct Parameters: ParameterSet {
    let column = Rest<String>("column", isRequired: true, help: "columns to leave out", completer: .column)
  }

  let signature = Signature(
    "drop", summary: "Leaves columns out",
    group: .rows,
    examples: [.init("A table without a column", "[{a: 1, b: 2, c: 3}] | drop b")],
    input: .required, columns: .open([]))

  func run(_ call: Call<Parameters>) throws -> Output {
    let dropped = call[\.column]
    var shapes = DerivedShapes { (shape: Shape) throws(AcrError) in
      for name in dropped where shape.index(of: name) == nil { throw Reshaping.missing(name, shape.names) }
      let kept = shape.names.indices.filter { !dropped.contains(shape.names[$0]) }
      return (Shape(kept.map { shape.names[$0] }), kept)
    }
    return try Reshaping.map(call, "drop") { try shapes.record($0) }
  }
}

/// Shapes that are made of others, once for the rows of a table.
struct DerivedShapes {
  private let derive: (Shape) throws(AcrError) -> (shape: Shape, places: [Int]?)
  private var last: (base: Shape, shape: Shape, places: [Int]?)?

  /// - Parameter derive: the new shape, and where its values stand in the old one (nil for all, in order).
  init(_ derive: @escaping (Shape) throws(AcrError) -> (shape: Shape, places: [Int]?)) { self.derive = derive }

  mutating func record(_ record: Record) throws(AcrError) -> Record {
    if last?.base !== record.shape {
      let derived = try derive(record.shape)
      last = (record.shape, derived.shape, derived.places)
    }
    guard let last else { return record }
    return Record(shape: last.shape, values: last.places.map { $0.map { record.values[$0] } } ?? record.values)
  }
}

/// What words that change every row share.
enum Reshaping {
  /// Changes every record of the input; one record stays one.
  static func map<Parameters>(
    _ call: Call<Parameters>, _ name: String, _ body: @escaping (Record) throws -> Record
  ) throws -> Output {
    let change = { (row: Value) throws -> Value in
      guard case .record(let record) = row else {
        throw AcrError(.invalid, "`\(name)` changes the columns of records, and this row is \(row.typePhrase)")
      }
      try call.meter.charge(HeapSize.list(record.values.count))
      return .record(try body(record))
    }
    if case .value(.record(let record)) = call.input { return .value(try change(.record(record))) }
    let rows = try call.rows(for: name)
    return .rows(RowStream { try rows.next().map(change) })
  }

  static func missing(_ name: String, _ names: [String]) -> AcrError {
    let near = Suggestion.nearest(to: name, in: names).map { "; did you mean `\($0)`?" } ?? ""
    return AcrError(
      .invalid, "no column `\(name)` in this row\(near)",
      help: names.isEmpty ? "it has no columns" : "its columns: \(names.joined(separator: ", "))")
  }
}

/// `reverse`: the rows, the last one first.
struct Reverse: Command {
  let signature = Signature(
    "reverse", summary: "Gives the rows in the opposite order",
    group: .rows,
    examples: [.init("The last item first", "[1, 2, 3] | reverse")],
    input: .required, columnFlow: .same)

  func run(_ call: Call<NoParameters>) throws -> Output {
    let items = try call.items(for: "reverse")
    try call.meter.charge(HeapSize.list(items.count))
    return .value(.list(items.reversed()))
  }
}

/// `slice`: rows by their positions.
struct Slice: Command {
  struct Parameters: ParameterSet {
    let start = Positional<Int64>("start", help: "the first row, from 0; negative ones count from the end")
    let end = Positional<Int64?>("end", help: "the row behind the last one (to the end)")
  }

  let signature = Signature(
    "slice", summary: "Takes rows from one position up to another",
    description: "`slice 1 3` is the second and the third row. Behind the end there is nothing, which is no error.",
    group: .rows,
    examples: [.init("The second and the third item", "[\"a\", \"b\", \"c\", \"d\"] | slice 1 3")],
    input: .required, columnFlow: .same)

  func run(_ call: Call<Parameters>) throws -> Output {
    let (start, end) = (call[\.start], call[\.end])
    if start >= 0, end.map({ $0 >= 0 }) ?? true {
      let rows = try call.rows(for: "slice")
      var index: Int64 = 0
      return .rows(
        RowStream {
          while index < start {
            index += 1
            guard try rows.next() != nil else { return nil }
          }
          if let end, index >= end { return nil }
          index += 1
          return try rows.next()
        })
    }
    let items = try call.items(for: "slice")
    return .value(.list(Array(items[Slice.range(start, end, in: items.count)])))
  }

  /// The positions that are meant; what lies outside is left out.
  static func range(_ start: Int64, _ end: Int64?, in count: Int) -> Range<Int> {
    func position(_ index: Int64) -> Int {
      let index = Int(clamping: index)
      return index < 0 ? max(0, count + index) : min(index, count)
    }
    let first = position(start)
    return first..<max(first, end.map(position) ?? count)
  }
}

/// `enumerate`: rows with their numbers.
struct Enumerate: Command {
  struct Parameters: ParameterSet {
    let from = Flag<Int64>("from", default: 0, help: "the number of the first row")
  }

  let signature = Signature(
    "enumerate", summary: "Numbers the rows, as `{index, item}`",
    group: .rows,
    examples: [.init("Lines with their numbers", "[\"a\", \"b\"] | enumerate --from 1")],
    input: .required, columns: OutputColumns(columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let rows = try call.rows(for: "enumerate")
    var index = call[\.from]
    return .rows(
      RowStream {
        guard let row = try rows.next() else { return nil }
        try call.meter.charge(HeapSize.list(2))
        defer { index &+= 1 }
        return .record(Record(shape: Enumerate.shape, values: [.int(index), row]))
      })
  }

  private static let columns = [
    Column("index", .int, help: "the number of the row"),
    Column("item", .any, null: "for a row that is null", help: "the row"),
  ]
  private static let shape = Shape(columns)
}

/// `zip`: rows of two lists side by side.
struct Zip: Command {
  struct Parameters: ParameterSet {
    let other = Positional<[Value]>("list", help: "the other list")
  }

  let signature = Signature(
    "zip", summary: "Puts each row beside the one of another list, as `{left, right}`",
    description: "It ends with the shorter of the two.",
    group: .rows,
    examples: [.init("Names with their sizes", "[\"a\", \"b\"] | zip [1MB, 2MB]")],
    input: .required, columns: OutputColumns(columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let rows = try call.rows(for: "zip")
    var others = call[\.other][...]
    return .rows(
      RowStream {
        // The other list first: what makes the rows is not asked for one too many.
        guard !others.isEmpty, let left = try rows.next(), let right = others.popFirst() else { return nil }
        try call.meter.charge(HeapSize.list(2))
        return .record(Record(shape: Zip.shape, values: [left, right]))
      })
  }

  private static let columns = [
    Column("left", .any, null: "for a row that is null", help: "the row from the pipe"),
    Column("right", .any, null: "for an item that is null", help: "the item of the other list"),
  ]
  private static let shape = Shape(columns)
}

/// `chunk`: rows in lists of so many.
struct Chunk: Command {
  struct Parameters: ParameterSet {
    let size = Positional<Int64>("size", help: "how many rows a list has")
  }

  let signature = Signature(
    "chunk", summary: "Gathers the rows in lists of so many",
    description: "The last list has what is left.",
    group: .rows,
    examples: [.init("Three at a time", "range(7) | chunk 3")],
    input: .required, columns: .open([]))

  func run(_ call: Call<Parameters>) throws -> Output {
    let size = try call.positive(call[\.size], call.parameters.size, "chunk")
    let rows = try call.rows(for: "chunk")
    return .rows(
      RowStream {
        var items: [Value] = []
        while items.count < size, let row = try rows.next() {
          if items.count == items.capacity { try call.meter.charge(HeapSize.list(2 * items.count + 4)) }
          items.append(row)
        }
        return items.isEmpty ? nil : .list(items)
      })
  }
}

/// `window`: every so many rows that follow each other.
struct Window: Command {
  struct Parameters: ParameterSet {
    let size = Positional<Int64>("size", help: "how many rows a list has")
    let step = Flag<Int64>("step", default: 1, help: "how many rows the next list begins later")
  }

  let signature = Signature(
    "window", summary: "Gives every list of so many rows that follow each other",
    description: "`window 2` puts each row beside the one before it.",
    group: .rows,
    examples: [.init("Differences", "[1, 4, 9] | window 2 | each { |w| $w[1] - $w[0] }")],
    input: .required, columns: .open([]))

  func run(_ call: Call<Parameters>) throws -> Output {
    let size = try call.positive(call[\.size], call.parameters.size, "window")
    let step = try call.positive(call[\.step], call.parameters.step, "window --step")
    let rows = try call.rows(for: "window")
    var items: [Value] = []
    var isFirst = true
    return .rows(
      RowStream {
        if !isFirst {
          if step >= items.count {
            for _ in items.count..<step { guard try rows.next() != nil else { return nil } }
            items.removeAll(keepingCapacity: true)
          } else {
            items.removeFirst(step)
          }
        }
        isFirst = false
        while items.count < size {
          guard let row = try rows.next() else { return nil }
          items.append(row)
        }
        try call.meter.charge(HeapSize.list(size))
        return .list(items)
      })
  }
}

extension Call {
  /// A number of rows, from 1 up.
  func positive(_ number: Int64, _ parameter: any DeclaredParameter, _ name: String) throws -> Int {
    guard number >= 1 else {
      throw ArgumentError(parameter, AcrError(.usage, "`\(name)` takes a number from 1 up, not \(number)"))
    }
    return Int(clamping: number)
  }
}
