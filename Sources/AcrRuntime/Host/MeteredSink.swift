import AcrCore

/// Counts what a run writes, and refuses values whose text would be larger than the run may write or hold: a small value
/// that shares parts can be the tree of a very long text.
struct MeteredSink: OutputSink {
  let sink: any OutputSink
  let budget: Budget

  func show(_ output: Output, as format: OutputFormat?) throws {
    switch output {
    case .value(let value):
      try count(value)
      try sink.show(output, as: format)
    case .rows(let stream):
      let rows = RowStream {
        guard let row = try stream.next() else { return nil }
        try count(row)
        return row
      }
      try sink.show(.rows(rows), as: format)
    case .bytes(let stream):
      let bytes = ByteStream {
        guard let piece = try stream.next() else { return nil }
        try budget.write(piece.count)
        return piece
      }
      try sink.show(.bytes(bytes), as: format)
    }
  }

  func place(as format: OutputFormat?) -> ShownPlace? { sink.place(as: format) }

  func print(_ text: String) throws {
    try budget.write(text.utf8.count + 1)
    try sink.print(text)
  }

  func printRaw(_ text: String, toErrors: Bool) throws {
    try budget.write(text.utf8.count + 1)
    try sink.printRaw(text, toErrors: toErrors)
  }

  func message(_ text: String) {
    guard (try? budget.write(text.utf8.count + 1)) != nil else { return }
    sink.message(text)
  }

  private func count(_ value: Value) throws(AcrError) {
    let room = budget.room
    guard let size = try TextSize.json(value, atMost: room) else {
      throw budget.reach(budget.limits.output == nil ? .memory : .output)
    }
    try budget.write(size + 1)
  }
}
