import AcrCore
import AcrLanguage

/// `first`: the first rows; what makes the others is not asked for them.
struct First: Command {
  typealias Parameters = RowCount

  let signature = Signature(
    "first", summary: "Takes the first N rows",
    group: .rows,
    examples: [.init("The first two items", "[1, 2, 3] | first 2")],
    input: .required, columnFlow: .same)

  func run(_ call: Call<Parameters>) throws -> Output {
    var left = try call.rowCount(for: "first")
    let rows = try call.rows(for: "first")
    return .rows(
      RowStream {
        guard left > 0 else { return nil }
        left -= 1
        return try rows.next()
      })
  }
}

/// `last`: the last rows.
struct Last: Command {
  typealias Parameters = RowCount

  let signature = Signature(
    "last", summary: "Takes the last N rows",
    group: .rows,
    examples: [.init("The last two items", "[1, 2, 3] | last 2")],
    input: .required, columnFlow: .same)

  func run(_ call: Call<Parameters>) throws -> Output {
    let count = try call.rowCount(for: "last")
    return .value(.list(try call.items(for: "last").suffix(count)))
  }
}

/// `skip`: all rows but the first.
struct Skip: Command {
  typealias Parameters = RowCount

  let signature = Signature(
    "skip", summary: "Skips the first N rows",
    group: .rows,
    examples: [.init("All but the first two items", "[1, 2, 3] | skip 2")],
    input: .required, columnFlow: .same)

  func run(_ call: Call<Parameters>) throws -> Output {
    var left = try call.rowCount(for: "skip")
    let rows = try call.rows(for: "skip")
    return .rows(
      RowStream {
        while left > 0 {
          left -= 1
          guard try rows.next() != nil else { return nil }
        }
        return try rows.next()
      })
  }
}

/// `count`: how many rows there are.
struct Count: Command {
  let signature = Signature(
    "count", summary: "Counts the rows", group: .rows,
    examples: [.init("How many items", "[1, 2, 3] | count")],
    input: .required)

  func run(_ call: Call<NoParameters>) throws -> Output {
    if case .value(.list(let items)) = call.input { return .value(.int(Int64(items.count))) }
    let rows = try call.rows(for: "count")
    var count: Int64 = 0
    while try rows.next() != nil { count += 1 }
    return .value(.int(count))
  }
}

/// `lines`: the lines of a text.
struct Lines: Command {
  let signature = Signature(
    "lines", summary: "Splits text into lines, without empty lines at the end",
    group: .rows,
    examples: [.init("Lines of a text", "\"a\\nb\\n\" | lines")],
    input: .required)

  func run(_ call: Call<NoParameters>) throws -> Output {
    let value = try call.inputValue(for: "lines")
    guard case .string(let text) = value else {
      throw AcrError(.invalid, "`lines` takes a text apart, but the pipe gives \(value.typePhrase)")
    }
    try call.meter.chargeParts(of: text, at: "\n")
    // Swift sees CR LF as one character, which is a line end like LF.
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return .value(.list(lines.map { .string(String($0)) }))
  }
}

/// The number of rows that `first`, `last` and `skip` take.
struct RowCount: ParameterSet {
  let count = Positional<Int64>("count", default: 1, help: "how many (1)")
}

extension Call<RowCount> {
  /// The number of rows.
  fileprivate func rowCount(for command: String) throws -> Int {
    let count = self[\.count]
    guard count >= 0 else {
      throw ArgumentError(parameters.count, AcrError(.usage, "`\(command)` takes a number from 0 up, not \(count)"))
    }
    return Int(clamping: count)
  }
}
