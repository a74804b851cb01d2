import AcrCore
import AcrLanguage

extension Evaluator {
  /// Runs the statements of a block.
  /// - Parameter keepsValue: whether the value of the last statement is wanted; the frame's `result` has it then.
  func execute(_ block: CheckedBlock, _ frame: inout Frame, keepsValue: Bool) throws -> Completion {
    frame.result = .null
    let last = block.statements.count - 1
    for index in block.statements.indices {
      let completion = try execute(block.statements[index], &frame, keepsValue: keepsValue && index == last)
      if completion != .normal { return completion }
    }
    return .normal
  }

  func execute(_ statement: CheckedStatement, _ frame: inout Frame, keepsValue: Bool) throws -> Completion {
    switch statement {
    case .declare(let variable, let expression, let span):
      try checkInterrupt(frame, span)
      store(try value(expression, &frame), variable, &frame)
      frame.result = .null
    case .assign(let place, let assignment, let expression, let span):
      try checkInterrupt(frame, span)
      try assign(place, assignment, expression, &frame)
      frame.result = .null
    case .expression(let expression, let isShown, let span):
      try checkInterrupt(frame, span)
      if isShown {
        try show(expression, &frame)
        frame.result = .null
      } else if keepsValue {
        frame.result = try value(expression, &frame)
      } else {
        try perform(expression, &frame)
        frame.result = .null
      }
    case .if(let branches, let otherwise, let span):
      try checkInterrupt(frame, span)
      for branch in branches where try condition(branch.condition, &frame, of: "`if`") {
        return try execute(branch.block, &frame, keepsValue: keepsValue)
      }
      if let otherwise { return try execute(otherwise, &frame, keepsValue: keepsValue) }
      frame.result = .null
    case .while(let expression, let block, let span):
      while try condition(expression, &frame, of: "`while`") {
        try checkInterrupt(frame, span)
        switch try execute(block, &frame, keepsValue: false) {
        case .normal, .continued: continue
        case .broke:
          frame.result = .null
          return .normal
        case .returned: return .returned
        case .exited: return .exited
        }
      }
      frame.result = .null
    case .for(let variable, let expression, let block, let span):
      try checkInterrupt(frame, span)
      return try loop(variable, expression, block, &frame)
    case .try(let block, let handler, let finally, _):
      return try attempt(block, handler, finally, &frame, keepsValue: keepsValue)
    case .throw(let expression, let span):
      throw thrown(try value(expression, &frame), &frame, Span(span.start, expression.span.end))
    case .return(let expression, _):
      if let expression { frame.result = try value(expression, &frame) } else { frame.result = .null }
      return .returned
    case .exit(let expression, let span):
      frame.result = .int(try exitCode(expression, &frame, span))
      return .exited
    case .break: return .broke
    case .continue: return .continued
    }
    return .normal
  }

  /// A condition's value, which must be a bool.
  func condition(_ expression: CheckedExpression, _ frame: inout Frame, of what: String) throws -> Bool {
    let value = try value(expression, &frame)
    if case .bool(let flag) = value { return flag }
    throw failure(
      "a condition is true or false, and \(what) got \(operand(value, expression))", frame, expression.span,
      help: Evaluator.conditionHelp(value))
  }

  private static func conditionHelp(_ value: Value) -> String {
    switch value {
    case .null: "compare it, for example `… != null`"
    case .list: "ask for its length, for example `count(…) > 0`"
    case .string: "compare it, for example `… != \"\"`"
    default: "compare it with something"
    }
  }

  private func loop(
    _ variable: VariableReference, _ expression: CheckedExpression, _ block: CheckedBlock, _ frame: inout Frame
  ) throws -> Completion {
    guard case .pipeline(let pipeline) = expression else {
      let value = try value(expression, &frame)
      return try loop(variable, over: value, block, &frame, expression)
    }
    return try FrameBox.with(&frame) { box in
      switch try output(pipeline, box) {
      case .value(let value): return try box.withFrame { try loop(variable, over: value, block, &$0, expression) }
      case .rows(let stream):
        // The rows are pulled as the loop goes, so that `break` stops what makes them. Making a row and the loop's body
        // take turns with the frame, so no access to it may last longer than one of them.
        while let item = try stream.next() {
          store(item, variable, &box.frame)
          let completion = try box.withFrame { try execute(block, &$0, keepsValue: false) }
          if completion == .broke { break }
          if completion == .returned || completion == .exited { return completion }
        }
        box.frame.result = .null
        return .normal
      }
    }
  }

  private func loop(
    _ variable: VariableReference, over value: Value, _ block: CheckedBlock, _ frame: inout Frame,
    _ expression: CheckedExpression
  ) throws -> Completion {
    guard case .list(let items) = value else {
      throw failure(
        "`for` goes through a list, and this is \(operand(value, expression))", frame, expression.span,
        help: value.isNull ? "`?? []` stands in for null" : "`[…]` makes a list of one value")
    }
    for item in items {
      try checkInterrupt(frame, expression.span)
      store(item, variable, &frame)
      let completion = try execute(block, &frame, keepsValue: false)
      if completion == .broke { break }
      if completion == .returned || completion == .exited { return completion }
    }
    frame.result = .null
    return .normal
  }

  private func attempt(
    _ block: CheckedBlock, _ handler: CheckedCatch?, _ finally: CheckedBlock?, _ frame: inout Frame, keepsValue: Bool
  ) throws -> Completion {
    var completion = Completion.normal
    var failure: (any Error)?
    do {
      completion = try execute(block, &frame, keepsValue: keepsValue)
    } catch let error as RuntimeError where handler != nil && !run.isInterrupted {
      // ^C is no error a script could catch and go on from.
      do {
        if let variable = handler?.variable { store(run.caughtErrors.record(of: error), variable, &frame) }
        if let handler { completion = try execute(handler.block, &frame, keepsValue: keepsValue) }
      } catch let error {
        failure = error
      }
    } catch let error {
      failure = error
    }
    if let finally {
      let result = frame.result
      let override = try run.withCleanup { try with($0).execute(finally, &frame, keepsValue: false) }
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

  private func exitCode(_ expression: CheckedExpression?, _ frame: inout Frame, _ span: Span) throws -> Int64 {
    guard let expression else { return 0 }
    let value = try value(expression, &frame)
    guard case .int(let code) = value, (0...255).contains(code) else {
      let found = if case .int(let code) = value { String(code) } else { operand(value, expression) }
      throw failure("`exit` takes a number from 0 to 255, and this is \(found)", frame, expression.span)
    }
    return code
  }

  /// Shows the value of a top-level statement, unless it is null.
  private func show(_ expression: CheckedExpression, _ frame: inout Frame) throws {
    let place = expression.span
    do {
      guard case .pipeline(let pipeline) = expression else {
        let value = try value(expression, &frame)
        if !value.isNull { try run.sink.show(.value(value)) }
        return
      }
      try FrameBox.with(&frame) { box in
        let output = try output(pipeline, box)
        if let shown = try worthShowing(output) { try run.sink.show(shown) }
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
    case .value: return output
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
  private func perform(_ expression: CheckedExpression, _ frame: inout Frame) throws {
    guard case .pipeline(let pipeline) = expression else {
      _ = try value(expression, &frame)
      return
    }
    try FrameBox.with(&frame) { box in
      if case .rows(let stream) = try output(pipeline, box) {
        while try stream.next() != nil {}
      }
    }
  }
}
