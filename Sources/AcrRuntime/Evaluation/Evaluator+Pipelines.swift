import AcrCore
import AcrLanguage

extension Evaluator {
  /// The value of a pipeline: what its last stage gives, rows collected into a list.
  func value(_ pipeline: PipelineCode, _ frame: inout Frame) throws -> Value {
    if pipeline.stages.count == 1 {
      if case .expression(let expression) = pipeline.stages[0] { return try value(expression, &frame) }
      if case .call(let call, _) = pipeline.stages[0] { return try self.call(call, &frame) }
    }
    return try withBox(&frame) { box in try output(pipeline, box).collected(meter) }
  }

  /// Puts the frame into a box while `body` runs. What the stages of a pipeline hold is let go afterwards.
  func withBox<Result>(_ frame: inout Frame, _ body: (FrameBox) throws -> Result) rethrows -> Result {
    let place = meter.place
    defer { meter.release(place) }
    return try FrameBox.with(&frame, body)
  }

  /// What a pipeline gives, rows not yet pulled. It may be used as long as the frame is in the box.
  func output(_ pipeline: PipelineCode, _ box: FrameBox) throws -> Output {
    try outputAndFlags(pipeline, box).output
  }

  /// What a pipeline gives, and the global flags of its last stage, which say how it is shown.
  func outputAndFlags(_ pipeline: PipelineCode, _ box: FrameBox) throws -> (output: Output, flags: GlobalFlags) {
    var current: Output?
    var flags = GlobalFlags.none
    for stage in pipeline.stages {
      flags = .none
      switch stage {
      case .expression(let expression):
        current = .value(try box.withFrame { try value(expression, &$0) })
      case .where(let condition, let row, let span):
        current = try filter(current ?? .nothing, condition, row, span, box)
      case .extend(let entries, let row, let span):
        current = try extend(current ?? .nothing, entries, row, span, box)
      case .command(let command):
        let output: Output
        (output, flags) = try invoke(command, input: current, box)
        current = output
      case .call(let call, let span):
        let takesInput = code.calls[Int(call)].takesInput
        if let output = current, takesInput {
          let input = try output.collected(meter)
          meter.hold(input)
          current = .value(try box.withFrame { try self.call(call, &$0, input: input) })
          break
        }
        if current != nil {
          let name = code.calls[Int(call)].name
          throw failure(
            .usage, "`\(name)` takes no input from a pipe", box.frame, span,
            help: "give it as an argument: `\(name) (…)`")
        }
        current = .value(try box.withFrame { try self.call(call, &$0) })
      }
      if meter.isCounting, case .value(let value)? = current { meter.hold(value) }
    }
    return (current ?? .nothing, flags)
  }

  /// `where`: the rows for which the condition holds.
  private func filter(
    _ input: Output, _ condition: NodeID, _ row: VariableReference, _ span: Span, _ box: FrameBox
  ) throws -> Output {
    let keeps = { [self] (item: Value) throws -> Bool in
      var frame = box.inner
      try step(frame, span)
      store(item, row, frame)
      return try self.condition(condition, &frame, of: "`where`")
    }
    switch input {
    case .value(.list(let items)):
      try charge(HeapSize.list(items.count), box.frame, span)
      return .value(.list(try items.filter(keeps)))
    case .rows(let stream):
      return .rows(
        RowStream {
          while let item = try stream.next() {
            if try keeps(item) { return item }
          }
          return nil
        })
    case .value, .bytes:
      throw RuntimeError(Rows.needed(by: "where", try input.collected()), source: box.frame.source, span: span)
    }
  }

  /// `extend`: every row with further columns; later columns see the earlier ones. A record stays one record.
  private func extend(
    _ input: Output, _ entries: [(name: String, value: NodeID)], _ row: VariableReference, _ span: Span, _ box: FrameBox
  ) throws -> Output {
    let extended = { [self] (item: Value) throws -> Value in
      var frame = box.inner
      try step(frame, span)
      guard case .record(var record) = item else {
        throw failure("`extend` adds columns to records, and this row is \(item.typePhrase)", frame, span)
      }
      store(item, row, frame)
      try charge(HeapSize.list(record.values.count + entries.count), frame, span)
      for (offset, entry) in entries.enumerated() {
        record.set(entry.name, try value(entry.value, &frame), shapes)
        if offset + 1 < entries.count { store(.record(record), row, frame) }
      }
      return .record(record)
    }
    switch input {
    case .value(.list(let items)):
      try charge(HeapSize.list(items.count), box.frame, span)
      guard meter.isCounting else { return .value(.list(try items.map(extended))) }
      let rows = Gathered(meter)
      for item in items { try rows.append(try extended(item)) }
      return .value(.list(rows.items))
    case .value(.record(let record)): return .value(try extended(.record(record)))
    case .rows(let stream): return .rows(RowStream { try stream.next().map(extended) })
    case .value, .bytes:
      throw RuntimeError(Rows.needed(by: "extend", try input.collected()), source: box.frame.source, span: span)
    }
  }

  /// Runs a command of the catalog.
  private func invoke(
    _ call: CommandCode, input: Output?, _ box: FrameBox
  ) throws -> (output: Output, flags: GlobalFlags) {
    try step(box.frame, call.nameSpan)
    guard let entry = commands[call.name] else {
      throw failure(.usage, "`\(call.name)` is not a command of this session", box.frame, call.nameSpan)
    }
    let arguments = try bind(call, entry, box)
    if meter.isCounting, !entry.countsItself {
      do throws(AcrError) {
        for value in arguments.values.values { try TextSize.checkDepth(value) }
      } catch {
        throw located(error, box.frame.source, call.nameSpan)
      }
    }
    let source = box.frame.source
    let locate = { [self] (error: any Error) -> any Error in
      guard let error = error as? ArgumentError,
        let argument = call.arguments.first(where: { $0.parameter == error.parameter })
      else { return located(error, source, call.nameSpan) }
      let span = error.part.map { source.span(of: $0.range, in: $0.text, writtenAt: argument.span) }
      return RuntimeError(error.error, source: source, span: span ?? argument.span)
    }
    let output: Output
    let flags: GlobalFlags
    do {
      flags = entry.globalFlags.isEmpty ? .none : try GlobalFlags(arguments, named: entry.globalFlags)
      output = try flags.run(run, meter) { run in
        try entry.call(arguments, input, run, meter)
      }
      if case .value(let value) = output { try chargeResult(value, of: entry) }
    } catch let error {
      throw locate(error)
    }
    if case .bytes(let stream) = output {
      let bytes = ByteStream { [run, meter] in
        do {
          try run.checkInterrupt()
          try meter.step()
          return try stream.next()
        } catch let error {
          throw locate(error)
        }
      }
      return (.bytes(bytes), flags)
    }
    guard case .rows(let stream) = output else { return (output, flags) }
    // Whatever the command throws while a later stage pulls its rows is still this command's error.
    let rows = RowStream { [run, meter, self] in
      do {
        try run.checkInterrupt()
        try meter.step()
        guard let row = try stream.next() else { return nil }
        try chargeResult(row, of: entry)
        return row
      } catch let error {
        throw locate(error)
      }
    }
    return (.rows(rows), flags)
  }

  /// Counts what a command gives that does not count it itself: all but those of the language.
  private func chargeResult(_ value: Value, of entry: CommandTable.Entry) throws(AcrError) {
    if meter.isCounting, !entry.countsItself { try meter.charge(HeapSize.whole(value)) }
  }
}

extension Output {
  /// The value: rows are pulled into a list, bytes into a text.
  public func collected() throws -> Value {
    switch self {
    case .value(let value): return value
    case .bytes(let stream): return .string(try stream.text())
    case .rows(let stream):
      var items: [Value] = []
      while let item = try stream.next() { items.append(item) }
      return .list(items)
    }
  }

  /// The same, with its memory counted.
  func collected(_ meter: Meter) throws -> Value {
    if meter.isCounting, case .bytes = self {
      let value = try collected()
      try meter.charge(HeapSize.whole(value))
      return value
    }
    guard meter.isCounting, case .rows(let stream) = self else { return try collected() }
    let rows = Gathered(meter)
    while let item = try stream.next() { try rows.append(item) }
    return .list(rows.items)
  }
}

extension Record {
  /// Sets a field, or adds it at the end.
  mutating func set(_ name: String, _ value: Value, _ shapes: ShapeCache) {
    if let index = shape.index(of: name) {
      values[index] = value
    } else {
      append(name, value, shapes)
    }
  }
}
