import AcrCore
import AcrRuntime

/// Writes what a run shows: data to standard output in the session's format, talk to standard error.
final class ShownValues: OutputSink {
  private let output: StandardStream
  private let errors: StandardStream
  private let format: OutputFormat
  private let isColored: Bool
  /// Takes progress lines away before something else is written.
  private let clearProgress: @Sendable () -> Void

  init(
    output: StandardStream, errors: StandardStream, format: OutputFormat?, isColored: Bool,
    clearProgress: @escaping @Sendable () -> Void
  ) {
    self.output = output
    self.errors = errors
    self.format = format ?? (output.isTerminal ? .table : .json)
    self.isColored = isColored
    self.clearProgress = clearProgress
  }

  func show(_ shown: Output) throws {
    switch format {
    case .none: try drain(shown)
    case .json: try showJSON(shown)
    case .jsonl: try eachRow(shown) { try self.write(try $0.json() + "\n") }
    case .tsv: try eachRow(shown) { try self.write(TabSeparated.line($0) + "\n") }
    case .table: try showTable(shown)
    }
  }

  func print(_ text: String) throws { try write(text + "\n") }

  func talk(_ text: String) {
    clearProgress()
    errors.tell(text + "\n")
  }

  private func write(_ text: String) throws {
    clearProgress()
    try output.write(Array(text.utf8))
  }

  private func drain(_ shown: Output) throws {
    if case .rows(let rows) = shown { while try rows.next() != nil {} }
  }

  private func eachRow(_ shown: Output, _ body: (Value) throws -> Void) throws {
    switch shown {
    case .value(.null): return
    case .value(.list(let items)): for item in items { try body(item) }
    case .value(let value): try body(value)
    case .rows(let rows): while let row = try rows.next() { try body(row) }
    }
  }

  /// Rows are written as they come, so that a long table needs no memory.
  private func showJSON(_ shown: Output) throws {
    switch shown {
    case .value(.null): return
    case .value(let value): try write(try value.json(indent: 2) + "\n")
    case .rows(let rows):
      var writer = JSONWriter(indent: 2)
      writer.startArray()
      while let row = try rows.next() {
        try row.write(to: &writer)
        if writer.bytes.count > 1 << 16 {
          clearProgress()
          try output.write(writer.drain())
        }
      }
      writer.endArray()
      clearProgress()
      try output.write(writer.drain() + [0x0A])
    }
  }

  private func showTable(_ shown: Output) throws {
    let value: Value
    switch shown {
    case .value(.null): return
    case .value(let single): value = single
    case .rows(let rows):
      var items: [Value] = []
      while let row = try rows.next() { items.append(row) }
      value = .list(items)
    }
    let layout = TableLayout(width: output.columns, isColored: isColored)
    let lines = layout.lines(value)
    guard !lines.isEmpty else { return talk("(nothing)") }
    try write(lines.joined(separator: "\n") + "\n")
  }
}

/// Values as az writes them with `-o tsv`: no header, nested values as nothing but their place.
enum TabSeparated {
  static func line(_ value: Value) -> String {
    guard case .record(let record) = value else { return field(value) }
    return record.values.map(field).joined(separator: "\t")
  }

  private static func field(_ value: Value) -> String {
    switch value {
    case .null: return "None"
    case .bool(let flag): return flag ? "True" : "False"
    case .list(let items): return String(items.count)
    case .record(let record): return String(record.values.count)
    case .string(let text): return escaped(text)
    default: return escaped((try? value.json())?.trimmingQuotes ?? "")
    }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\n", with: "\\n").replacing(
      "\r", with: "\\r")
  }
}

extension String {
  fileprivate var trimmingQuotes: String {
    count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
  }
}
