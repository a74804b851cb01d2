import AcrCore
import AcrLanguage

/// `first`: the first rows; what makes the others is not asked for them.
struct First: Command {
  typealias Parameters = RowCount

  let signature = Signature(
    "first", summary: "Takes the first row, or a list of the first N rows",
    description: "Without a number the row itself is the value; of no rows it is null.",
    group: .rows,
    examples: [.init("The first item", "[1, 2, 3] | first"), .init("The first two items", "[1, 2, 3] | first 2")],
    input: .required, columnFlow: .same)

  func run(_ call: Call<Parameters>) throws -> Output {
    let rows = try call.rows(for: "first")
    guard call.isGiven(call.parameters.count) else { return .value(try rows.next() ?? .null) }
    var left = try call.rowCount(for: "first")
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
    "last", summary: "Takes the last row, or a list of the last N rows",
    description: "Without a number the row itself is the value; of no rows it is null.",
    group: .rows,
    examples: [.init("The last item", "[1, 2, 3] | last"), .init("The last two items", "[1, 2, 3] | last 2")],
    input: .required, columnFlow: .same)

  func run(_ call: Call<Parameters>) throws -> Output {
    guard call.isGiven(call.parameters.count) else {
      if case .value(.list(let items)) = call.input { return .value(items.last ?? .null) }
      let rows = try call.rows(for: "last")
      var last = Value.null
      while let row = try rows.next() { last = row }
      return .value(last)
    }
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
    description: "Of standard input and other bytes the lines come as they are read.",
    group: .rows,
    examples: [.init("Lines of a text", "\"a\\nb\\n\" | lines")],
    input: .required)

  func run(_ call: Call<NoParameters>) throws -> Output {
    if case .bytes(let stream)? = call.input { return .rows(Lines.rows(of: stream, call.meter)) }
    let value = try call.inputValue(for: "lines")
    guard case .string(let text) = value else {
      throw AcrError(.invalid, "`lines` takes a text apart, but the pipe gives \(value.typePhrase)")
    }
    try call.meter.chargeParts(of: text, at: "\n")
    return .value(.list(ByteText.lines(text)))
  }

  /// The lines of bytes as they come; empty ones at the end are left out.
  private static func rows(of stream: ByteStream, _ meter: Meter) -> RowStream {
    let window = ByteWindow(name: nil, meter) { try stream.next() }
    var empty = 0
    var waiting: Value?
    var number = 0
    return RowStream {
      while true {
        if empty > 0, waiting != nil {
          empty -= 1
          return .string("")
        }
        if let line = waiting {
          waiting = nil
          return line
        }
        var searched = 0
        while window.lineEnd(from: window.position + searched) == nil {
          searched = window.bytes.count - window.position
          guard try window.more() else { break }
        }
        let end = window.lineEnd(from: window.position) ?? window.bytes.count
        guard window.position < window.bytes.count else { return nil }
        var line = UnsafeBufferPointer(rebasing: window.bytes[window.position..<end])
        if line.last == 0x0D { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
        number += 1
        try meter.charge(HeapSize.text(bytes: line.count))
        guard let text = String(validating: line, as: UTF8.self) else {
          throw AcrError(.invalid, "line \(number) is not UTF-8 text")
        }
        window.position = min(end + 1, window.bytes.count)
        if text.isEmpty { empty += 1 } else { waiting = .string(text) }
      }
    }
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
