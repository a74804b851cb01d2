import AcrCore
import AcrRuntime
import AcrText
import Synchronization

/// Writes what a run shows: data to standard output in the session's format, messages to standard error.
final class ShownValues: OutputSink {
  private let output: StandardStream
  private let errors: StandardStream
  private let format: OutputFormat
  private let isAsked: Bool
  private let isColored: Bool
  /// Takes progress lines away before something else is written.
  private let clearProgress: @Sendable () -> Void
  /// Takes messages where standard error is for a program; nil for lines of text.
  private let note: (@Sendable (String) -> Void)?
  private let prompt = Mutex(PromptNeeds())

  /// What only a prompt wants.
  private struct PromptNeeds {
    /// Shows tables that are longer than the screen.
    var pager: Pager?
    /// The columns of the table shown last.
    var columns: [String] = []
  }
  /// True once a secret was shown by a text in its place.
  private let hasHidden = Atomic(false)

  init(
    output: StandardStream, errors: StandardStream, format: OutputFormat?, isColored: Bool,
    clearProgress: @escaping @Sendable () -> Void, note: (@Sendable (String) -> Void)? = nil
  ) {
    self.output = output
    self.errors = errors
    self.format = format ?? (output.isTerminal ? .table : .json)
    isAsked = format != nil
    self.isColored = isColored
    self.clearProgress = clearProgress
    self.note = note
  }

  /// Shows tables that are longer than the screen through a pager from now on.
  func use(_ pager: Pager?) { prompt.withLock { $0.pager = pager } }

  /// The columns of the table shown since the last call.
  func takeColumns() -> [String] {
    prompt.withLock { needs in
      defer { needs.columns = [] }
      return needs.columns
    }
  }

  func place(as format: OutputFormat?) -> ShownPlace? {
    ShownPlace(format: format ?? self.format, isTerminal: output.isTerminal)
  }

  func show(_ shown: Output, as format: OutputFormat?) throws {
    if case .bytes(let stream) = shown { return try show(stream, as: format ?? self.format) }
    switch format ?? self.format {
    case .none: try drain(shown)
    case .jsonc where isColored:
      let value = try shown.collected()
      if !value.isNull { try show(try ColoredJSON.text(hidingSecrets(value)) + "\n") }
    case .json, .jsonc: try showJSON(shown)
    case .jsonl: try eachRow(shown) { try self.write(try self.hidingSecrets($0).json() + "\n") }
    case .tsv: try eachRow(shown) { try self.write(try TabSeparated.line($0) + "\n") }
    case .yaml: try showYAML(shown)
    case .table, .wide, .list, .grid:
      try showTable(shown, (format ?? self.format).form ?? .table, isAsked: format != nil || isAsked)
    }
  }

  func print(_ text: String) throws { try write(text + "\n") }

  func printRaw(_ text: String, toErrors: Bool) throws {
    clearProgress()
    try (toErrors ? errors : output).writeRaw(Array((text + "\n").utf8))
  }

  func message(_ text: String) {
    if let note { return note(text) }
    clearProgress()
    errors.tell(data: text + "\n")
  }

  /// Bytes go to pipes and files as they are, whatever the format. A terminal gets them as text, or not at all.
  private func show(_ bytes: ByteStream, as format: OutputFormat) throws {
    if format == .none {
      while try bytes.next() != nil {}
    } else if output.isTerminal {
      let text = try bytes.text()
      clearProgress()
      try output.write(Array((text.hasSuffix("\n") || text.isEmpty ? text : text + "\n").utf8))
    } else {
      while let piece = try bytes.next() {
        clearProgress()
        try output.write(piece)
      }
    }
  }

  private func write(_ text: String) throws {
    clearProgress()
    try output.write(Array(text.utf8))
  }

  private func show(_ text: TerminalText) throws {
    clearProgress()
    try output.write(text)
  }

  /// A field that is a secret is shown by a text that says so. Who reads the output with a program is told, once.
  private func hidingSecrets(_ value: Value) -> Value {
    guard let hidden = value.withoutSecrets else { return value }
    if !hasHidden.exchange(true, ordering: .relaxed) {
      message(
        "note: secrets are shown as `\(Secret(""))`; `--reveal`, where a command has it, or `reveal(…)` gives their text"
      )
    }
    return hidden
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
    case .bytes(let bytes): try body(.string(try bytes.text()))
    }
  }

  /// Rows are written as they come, so that a long table needs no memory.
  private func showJSON(_ shown: Output) throws {
    switch shown {
    case .value(.null): return
    case .value, .bytes: try write(try hidingSecrets(shown.collected()).json(indent: 2) + "\n")
    case .rows(let rows):
      var writer = JSONWriter(indent: 2)
      writer.startArray()
      while let row = try rows.next() {
        try hidingSecrets(row).write(to: &writer)
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

  private func showYAML(_ shown: Output) throws {
    switch shown {
    case .value(.null): return
    case .value, .bytes: try write(try hidingSecrets(shown.collected()).yaml())
    case .rows(let rows):
      var isEmpty = true
      while let row = try rows.next() {
        isEmpty = false
        try write(try hidingSecrets(row).yamlItem())
      }
      if isEmpty { try write("[]\n") }
    }
  }

  /// - Parameter isAsked: whether somebody named the format; then rows without names get headings, as the Azure CLI does.
  private func showTable(_ shown: Output, _ form: TableLayout.Form, isAsked: Bool) throws {
    let value = try shown.collected()
    guard !value.isNull else { return }
    let layout = TableLayout(
      width: output.columns, isColored: isColored, form: form, numbersColumns: isAsked,
      isASCII: TerminalStyle.isASCII)
    let lines = layout.lines(value)
    guard !lines.isEmpty else { return message("(nothing)") }
    prompt.withLock { $0.columns = value.columnNames }
    try showLong(
      lines.joined(separator: "\n") + "\n", isWide: form == .wide,
      fixedColumns: form == .wide ? Pager.firstColumn(ofHeadings: lines[0]) : 0)
  }

  /// Writes a text of whole lines, at the prompt through the pager when it is longer than the screen.
  /// - Parameters:
  ///   - isWide: true for lines that the pager is to scroll sideways.
  ///   - fixedColumns: how many columns of the screen stay where they are meanwhile.
  func showLong(_ text: TerminalText, isWide: Bool = false, fixedColumns: Int = 0) throws {
    let pager = prompt.withLock { $0.pager }
    if let pager, let rows = output.rows, text.bytes.count(where: { $0 == 0x0A }) >= rows {
      clearProgress()
      if pager.show(text, isWide: isWide, fixedColumns: fixedColumns) { return }
    }
    try show(text)
  }
}

extension Value {
  /// The fields of a record, or the columns of the first rows of a list.
  var columnNames: [String] {
    switch self {
    case .record(let record): return record.shape.names
    case .list(let items):
      var names: [String] = []
      var seen: Set<String> = []
      for case .record(let record) in items.prefix(20) {
        for name in record.shape.names where seen.insert(name).inserted { names.append(name) }
      }
      return names
    default: return []
    }
  }

  /// What is behind these fields; in a list, behind those of its first record.
  func field(_ path: [String]) -> Value? {
    guard let name = path.first else { return self }
    let rest = Array(path.dropFirst())
    switch self {
    case .record(let record): return record[name]?.field(rest)
    case .list(let items): return items.first?.field(path)
    default: return nil
    }
  }
}
