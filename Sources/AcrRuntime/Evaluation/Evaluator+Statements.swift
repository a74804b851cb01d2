import AcrCore
import AcrLanguage

extension Evaluator {
  /// Runs the statements of a block.
  /// - Parameter keepsValue: whether the value of the last statement is wanted; the frame's `result` has it then, and is
  ///   left alone otherwise.
  func execute(_ block: Block, _ frame: inout Frame, keepsValue: Bool) throws -> Completion {
    if keepsValue { frame.result = .null }
    let end = Int(block.first + block.count)
    for index in Int(block.first)..<end {
      let completion = try execute(index, &frame, keepsValue: keepsValue && index + 1 == end)
      if completion != .normal { return completion }
    }
    return .normal
  }

  /// Runs a statement.
  private func execute(_ index: Int, _ frame: inout Frame, keepsValue: Bool) throws -> Completion {
    if isTracing { trace(code.statementSpans[index], frame) }
    switch code.statements[index] {
    case .set(let slot, let expression):
      try step(frame, code.statementSpans[index])
      frame.slots[Int(slot)] = try value(expression, &frame)
    case .grow(let slot, let expression):
      try step(frame, code.statementSpans[index])
      switch frame.slots[Int(slot)] {
      case .list, .string: try grow(.slot(Int(slot)), by: expression, &frame)
      default: frame.slots[Int(slot)] = try value(expression, &frame)
      }
    case .add(let slot, let expression, let assignment):
      try step(frame, code.statementSpans[index])
      let value = try value(expression, &frame)
      if case .int(let amount) = value, case .int(let old) = frame.slots[Int(slot)] {
        let (sum, overflow) = old.addingReportingOverflow(amount)
        if !overflow {
          frame.slots[Int(slot)] = .int(sum)
          return .normal
        }
      }
      try assign(value, code.assignments[Int(assignment)], &frame)
    case .if(let condition, let then, let otherwise):
      try step(frame, code.statementSpans[index])
      let holds = try self.condition(condition, &frame, of: "`if`")
      return try execute(holds ? then : otherwise, &frame, keepsValue: keepsValue)
    case .return(let expression):
      frame.result = try value(expression, &frame)
      return .returned
    case .declare(let variable, let expression):
      try step(frame, code.statementSpans[index])
      store(try value(expression, &frame), variable, frame)
    case .assign(let assignment):
      try step(frame, code.statementSpans[index])
      let assignment = code.assignments[Int(assignment)]
      if assignment.growsGlobal {
        try grow(assignment.variable, by: assignment.value, &frame)
      } else if let growth = assignment.growth {
        try grow(assignment, growth.place, adding: growth.sum, &frame)
      } else {
        try assign(try value(assignment.value, &frame), assignment, &frame)
      }
    case .expression(let expression):
      try step(frame, code.statementSpans[index])
      if keepsValue { frame.result = try value(expression, &frame) } else { try perform(expression, &frame) }
    case .while(let condition, let block):
      while try self.condition(condition, &frame, of: "`while`") {
        try step(frame, code.statementSpans[index])
        switch try execute(block, &frame, keepsValue: false) {
        case .normal, .continued: continue
        case .broke: return .normal
        case .returned: return .returned
        case .exited: return .exited
        }
      }
    default: return try executeOther(index, &frame, keepsValue: keepsValue)
    }
    return .normal
  }

  /// Says which statement runs (`--trace-script`): its first line as it is written, without the secrets in it. Values are not
  /// shown, since any of them may be secret.
  @inline(never)
  private func trace(_ span: Span, _ frame: borrowing Frame) {
    let source = frame.source
    guard span.end > span.start else { return }
    let lineEnd = source.bytes[Int(span.start)..<Int(span.end)].firstIndex(of: 0x0A) ?? Int(span.end)
    var text: [UInt8] = []
    var position = Int(span.start)
    for secret in source.secretSpans where Int(secret.end) > position && Int(secret.start) < lineEnd {
      if Int(secret.start) > position { text += source.bytes[position..<Int(secret.start)] }
      text += Array("…".utf8)
      position = min(lineEnd, Int(secret.end))
    }
    if position < lineEnd { text += source.bytes[position..<lineEnd] }
    let place = source.position(of: span.start)
    run.sink.message("+ \(source.name):\(place.line)  \(String(decoding: text, as: UTF8.self))")
  }

  /// Runs a statement of the kinds that are not at home in hot loops.
  @inline(never)
  private func executeOther(_ index: Int, _ frame: inout Frame, keepsValue: Bool) throws -> Completion {
    switch code.statements[index] {
    case .show(let expression):
      try step(frame, code.statementSpans[index])
      try show(expression, &frame)
    case .for(let variable, in: let expression, let block):
      try step(frame, code.statementSpans[index])
      return try loop(variable, expression, block, &frame)
    case .declareFrom(let variable, let block):
      try step(frame, code.statementSpans[index])
      let completion = try execute(block, &frame, keepsValue: true)
      guard completion == .normal else { return completion }
      store(frame.result, variable, frame)
      frame.result = .null
    case .returnFrom(let block):
      try step(frame, code.statementSpans[index])
      let completion = try execute(block, &frame, keepsValue: true)
      return completion == .normal ? .returned : completion
    case .destructure(let taking, let expression):
      try step(frame, code.statementSpans[index])
      let value = try value(expression, &frame)
      try holding(value) { try take(code.takings[Int(taking)], value, &frame) }
    case .match(let slot, let subject, let block):
      try step(frame, code.statementSpans[index])
      frame.slots[Int(slot)] = try value(subject, &frame)
      return try execute(block, &frame, keepsValue: keepsValue)
    case .assertion(let condition, let message):
      try step(frame, code.statementSpans[index])
      try assert(condition, message, &frame, code.statementSpans[index])
    case .attempt(let attempt):
      return try self.attempt(code.attempts[Int(attempt)], &frame, keepsValue: keepsValue)
    case .throw(let expression):
      let span = Span(code.statementSpans[index].start, code.span(expression).end)
      throw thrown(try value(expression, &frame), &frame, span)
    case .returnNothing:
      frame.result = .null
      return .returned
    case .exit(let expression):
      frame.result = .int(try exitCode(expression, &frame))
      return .exited
    case .exitNothing:
      frame.result = .int(0)
      return .exited
    case .break: return .broke
    case .continue: return .continued
    case .set, .grow, .add, .if, .return, .declare, .assign, .expression, .while: break
    }
    return .normal
  }

  /// A condition's value, which must be a bool.
  func condition(_ expression: NodeID, _ frame: inout Frame, of what: StaticString) throws -> Bool {
    let value = try value(expression, &frame)
    if case .bool(let flag) = value { return flag }
    throw noCondition(value, expression, "\(what)", frame)
  }

  private func noCondition(
    _ value: Value, _ expression: NodeID, _ what: String, _ frame: borrowing Frame
  ) -> RuntimeError {
    failure(
      "a condition is true or false, and \(what) got \(operand(value, expression))", frame, code.span(expression),
      help: Evaluator.conditionHelp(value, of: what))
  }

  private static func conditionHelp(_ value: Value, of what: String) -> String {
    switch value {
    case .null: "compare it, for example `… != null`"
    case .list: "ask for its length, for example `count(…) > 0`"
    case .string: "compare it, for example `… != \"\"`"
    // It binds tighter than the comparison that was meant.
    default: what == "`not`" ? "put the comparison into brackets: `not (… == …)`" : "compare it with something"
    }
  }

  private func loop(
    _ variable: VariableReference, _ expression: NodeID, _ block: Block, _ frame: inout Frame
  ) throws -> Completion {
    guard case .pipeline(let pipeline) = code[expression] else {
      let value = try value(expression, &frame)
      return try loop(variable, over: value, block, &frame, expression)
    }
    return try withBox(&frame) { box in
      switch try output(code.pipelines[Int(pipeline)], box) {
      case .value(let value): return try box.withFrame { try loop(variable, over: value, block, &$0, expression) }
      case .bytes(let stream):
        let text = Value.string(try stream.text())
        return try box.withFrame { try loop(variable, over: text, block, &$0, expression) }
      case .rows(let stream):
        // The rows are pulled as the loop goes, so that `break` stops what makes them. Making a row and the loop's body
        // take turns with the frame, so no access to it may last longer than one of them.
        while let item = try stream.next() {
          store(item, variable, box.frame)
          let completion = try box.withFrame { try execute(block, &$0, keepsValue: false) }
          if completion == .broke { break }
          if completion == .returned || completion == .exited { return completion }
        }
        return .normal
      }
    }
  }

  private func loop(
    _ variable: VariableReference, over value: Value, _ block: Block, _ frame: inout Frame, _ expression: NodeID
  ) throws -> Completion {
    guard case .list(let items) = value else {
      throw failure(
        "`for` goes through a list, and this is \(operand(value, expression))", frame, code.span(expression),
        help: value.isNull ? "`?? []` replaces null" : "`[…]` makes a list of one value")
    }
    let place = meter.place
    meter.hold(value)
    defer { meter.release(place) }
    for item in items {
      try step(frame, code.span(expression))
      store(item, variable, frame)
      let completion = try execute(block, &frame, keepsValue: false)
      if completion == .broke { break }
      if completion == .returned || completion == .exited { return completion }
    }
    return .normal
  }

  private func attempt(_ attempt: AttemptCode, _ frame: inout Frame, keepsValue: Bool) throws -> Completion {
    let handler = attempt.handler
    var completion = Completion.normal
    var failure: (any Error)?
    do {
      completion = try execute(attempt.body, &frame, keepsValue: keepsValue)
    } catch let error as RuntimeError where handler != nil && !run.isInterrupted {
      // ^C is no error a script could catch and go on from.
      do {
        if let variable = handler?.variable {
          let record = run.caughtErrors.record(of: error)
          try charge(HeapSize.whole(record), frame, error.span)
          store(record, variable, frame)
        }
        if let handler { completion = try execute(handler.block, &frame, keepsValue: keepsValue) }
      } catch let error {
        failure = error
      }
    } catch let error {
      failure = error
    }
    // A limit ends the run as it stands: a `finally` could go on for ever.
    if let cleanup = attempt.cleanup, run.budget.reached == nil {
      let result = frame.result
      let override = try run.withCleanup { run in
        try with(run) { try $0.execute(cleanup, &frame, keepsValue: false) }
      }
      if override != .normal { return override }
      frame.result = result
    }
    if let failure { throw failure }
    return completion
  }

  /// What `throw` throws: a text, an error record made by hand, or a caught error, which keeps its place.
  private func thrown(_ value: Value, _ frame: inout Frame, _ span: Span) -> RuntimeError {
    switch value {
    case .string(let message):
      return failure(.thrown, message, frame, span)
    case .record(let record):
      if let original = run.caughtErrors.original(of: record) { return original }
      guard case .string(let message)? = record["message"] else {
        return failure(
          "an error record needs a `message`", frame, span, help: "`throw { kind: \"thrown\", message: \"…\" }`")
      }
      var error = AcrError(.thrown, message)
      if case .string(let name)? = record["kind"] {
        guard let kind = ErrorKind(name: name) else {
          let kinds = ErrorKind.all.map(\.name).joined(separator: ", ")
          return failure("`\(name)` is not a kind of error", frame, span, help: "the kinds are \(kinds)")
        }
        error.kind = kind
      }
      if case .int(let status)? = record["status"] { error.status = Int(clamping: status) }
      if case .string(let text)? = record["code"] { error.code = text }
      if case .string(let text)? = record["target"] { error.target = text }
      if case .string(let text)? = record["request_id"] { error.requestID = text }
      if case .string(let text)? = record["help"] { error.help = text }
      if case .duration(let wait)? = record["retry_after"] { error.retryAfter = .nanoseconds(wait) }
      return RuntimeError(error, source: frame.source, span: span)
    default:
      return failure("`throw` takes a text or an error record, and this is \(value.typePhrase)", frame, span)
    }
  }

  private func exitCode(_ expression: NodeID, _ frame: inout Frame) throws -> Int64 {
    let value = try value(expression, &frame)
    guard case .int(let code) = value, (0...255).contains(code) else {
      let found = if case .int(let code) = value { String(code) } else { operand(value, expression) }
      throw failure("`exit` takes a number from 0 to 255, and this is \(found)", frame, code.span(expression))
    }
    return code
  }

  /// Shows the value of a top-level statement, unless it is null.
  private func show(_ expression: NodeID, _ frame: inout Frame) throws {
    let place = code.span(expression)
    do {
      guard case .pipeline(let pipeline) = code[expression] else {
        let value = try value(expression, &frame)
        if !value.isNull { try run.sink.show(.value(value), as: nil) }
        return
      }
      try withBox(&frame) { box in
        let pipeline = code.pipelines[Int(pipeline)]
        var (output, flags) = try outputAndFlags(pipeline, box)
        // What `to` makes is the output itself, whatever the format of shown values.
        if case .command(let last)? = pipeline.stages.last, last.name == "to", case .value(.string(let text)) = output {
          let lineEnd = text.isEmpty ? "" : text.utf8.contains(0x0D) ? "\r\n" : "\n"
          var bytes: [UInt8]? = Array((text + lineEnd).utf8)
          output = .bytes(
            ByteStream {
              defer { bytes = nil }
              return bytes
            })
        }
        if case .command(let last)? = pipeline.stages.last, let manner = commands[last.name]?.azure, !manner.isEmpty,
          let place = run.sink.place(as: flags.format)
        {
          output = output.written(by: manner, to: place, isQuery: flags.query != nil)
        }
        if flags.query == nil {
          if let shown = try worthShowing(output) { try run.sink.show(shown, as: flags.format) }
        } else if case .value(.null) = output {
          // It may be a misspelt query, and an empty output would hide that.
          if flags.verbosity != .errorsOnly { run.sink.message("note: the query found nothing") }
        } else {
          try run.sink.show(output, as: flags.format)
        }
      }
    } catch let error {
      throw located(error, frame.source, place)
    }
  }

  /// What of an output is shown: all of it, unless it is null, or rows that are all null (an `each` that only prints).
  private func worthShowing(_ output: Output) throws -> Output? {
    switch output {
    case .value(.null): return nil
    case .value(.list(let items)): return items.isEmpty || items.contains { !$0.isNull } ? output : nil
    case .value, .bytes: return output
    case .rows(let stream):
      var nulls = 0
      while let row = try stream.next() {
        if row.isNull {
          nulls += 1
          continue
        }
        var pending = Array(repeating: Value.null, count: nulls) + [row]
        pending.reverse()
        return .rows(RowStream { try pending.popLast() ?? stream.next() })
      }
      return nulls > 0 ? nil : .value(.list([]))
    }
  }

  /// Runs an expression for what it does; rows are pulled and dropped.
  private func perform(_ expression: NodeID, _ frame: inout Frame) throws {
    guard case .pipeline(let pipeline) = code[expression] else {
      _ = try value(expression, &frame)
      return
    }
    try withBox(&frame) { box in
      switch try output(code.pipelines[Int(pipeline)], box) {
      case .rows(let stream): while try stream.next() != nil {}
      case .bytes(let stream): while try stream.next() != nil {}
      case .value: break
      }
    }
  }
}
