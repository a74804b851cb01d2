import AcrCore
import AcrLanguage

extension Evaluator {
  // MARK: `def`

  /// Calls a `def` and gives the value of its `return` or last statement.
  /// - Parameter index: the call's number in ``Code/callSites`` and ``Code/calls``.
  func call(_ index: Int32, _ frame: inout Frame) throws -> Value {
    let site = code.callSites[Int(index)]
    guard site.isPlain else { return try call(index, &frame, input: nil) }
    guard frame.depth < depthLimit else { throw tooDeep(index, frame) }
    try step(frame, code.calls[Int(index)].nameSpan)
    let entry = code.entries[Int(site.function)]
    return try withUnsafeTemporaryAllocation(of: Value.self, capacity: entry.slotCount) { slots in
      for slot in 0..<entry.slotCount { slots.initializeElement(at: slot, to: .null) }
      meter.enter(slots)
      do {
        let first = Int(site.arguments.first)
        for slot in 0..<Int(site.arguments.count) {
          let value = try value(code.lists[first + slot], &frame)
          slots[slot] =
            value.fits(code.types[first + slot])
            ? value : try plainArgument(value, code.calls[Int(index)], slot, frame)
        }
        let result = try run(entry, slots, index, frame)
        leave(slots)
        return result
      } catch let error {
        leave(slots)
        throw error
      }
    }
  }

  /// Lets the values of a call go. Most are ints and the like, for which nothing has to be done.
  @inline(__always)
  private func leave(_ slots: UnsafeMutableBufferPointer<Value>) {
    meter.leave()
    for slot in slots.indices { slots[slot] = .null }
  }

  /// Calls a `def` whose parameters need more than a value each.
  /// - Parameter input: the value before the pipe, for a `def` that takes one.
  func call(_ index: Int32, _ frame: inout Frame, input: Value?) throws -> Value {
    guard frame.depth < depthLimit else { throw tooDeep(index, frame) }
    let call = code.calls[Int(index)]
    try step(frame, call.nameSpan)
    let entry = code.entries[call.function]
    return try withUnsafeTemporaryAllocation(of: Value.self, capacity: entry.slotCount) { slots in
      slots.initialize(repeating: .null)
      defer { slots.deinitialize() }
      meter.enter(slots)
      defer { meter.leave() }
      let place = meter.place
      defer { meter.release(place) }
      var inner = Frame(slots: slots, source: entry.source, depth: frame.depth + 1)
      try bind(call, &inner, &frame, input: input)
      return try run(entry, slots, index, frame)
    }
  }

  /// Runs the body of a `def` whose parameters have their values.
  @inline(__always)
  private func run(
    _ entry: Callee.Entry, _ slots: UnsafeMutableBufferPointer<Value>, _ index: Int32, _ frame: borrowing Frame
  ) throws -> Value {
    var inner = Frame(slots: slots, source: entry.source, depth: frame.depth + 1)
    do {
      if try execute(entry.body, &inner, keepsValue: true) == .exited { throw ExitRequest(inner.result) }
      return inner.result
    } catch var error as RuntimeError {
      let call = code.calls[Int(index)]
      error.pass(through: "`\(call.name)`", frame.source, call.nameSpan)
      throw error
    }
  }

  private func tooDeep(_ index: Int32, _ frame: borrowing Frame) -> RuntimeError {
    let call = code.calls[Int(index)]
    if depthLimit < RunLimits.deepest {
      return RuntimeError(run.budget.reach(.depth), source: frame.source, span: call.nameSpan)
    }
    return failure(
      "`\(call.name)` is called \(depthLimit) calls deep", frame, call.nameSpan,
      help: "a `def` that calls itself needs a case that ends it")
  }

  /// The value for a parameter that has no default and another type.
  private func plainArgument(
    _ value: Value, _ call: CallCode, _ index: Int, _ frame: borrowing Frame
  ) throws -> Value {
    let argument = call.arguments[index]
    if value.isNull { throw nullRefused(argument, of: call.name, isFlag: false, frame) }
    if let converted = ArgumentConversion.convert(value, to: argument.type) { return converted }
    guard case .expression(let expression) = argument.value else { return value }
    throw ArgumentConversion.failure(
      value, to: argument.type, parameter: argument.parameter, of: call.name, described: operand(value, expression),
      frame.source, code.span(expression))
  }

  /// Gives the parameters of a call their values: arguments, or defaults.
  private func bind(_ call: CallCode, _ inner: inout Frame, _ frame: inout Frame, input: Value?) throws {
    var given: [String: Value] = [:]
    if !call.values.isEmpty { given = try positionals(of: call, &frame) }
    for declared in code.callees[call.function].parameters {
      let parameter = declared.declaration
      if let value = given[parameter.name] ?? (parameter.kind == .input ? input : nil) {
        let mayBe = !value.isNull || parameter.type == .any
        if mayBe, let converted = ArgumentConversion.convert(value, to: parameter.type) {
          try refuseOther(converted, than: parameter, call.name, frame, call.nameSpan)
          store(converted, parameter.variable, inner)
          continue
        }
        if !value.isNull || declared.defaultValue == nil {
          throw ArgumentConversion.failure(
            value, to: parameter.type, parameter: parameter.name, of: call.name, described: value.typePhrase,
            frame.source, call.nameSpan)
        }
      }
      if let argument = call.arguments.first(where: { $0.parameter == parameter.name }) {
        let isFlag = parameter.kind == .flag
        let value = try argumentValue(
          argument, of: call.name, isFlag: isFlag, isCollecting: parameter.kind == .rest, &frame)
        if !value.isNull || parameter.type == .any {
          try refuseOther(value, than: parameter, call.name, frame, argument.span)
          store(value, parameter.variable, inner)
          continue
        }
        // As with commands, null for what has a default is as if it were left out.
        if declared.defaultValue == nil { throw nullRefused(argument, of: call.name, isFlag: isFlag, frame) }
      }
      switch parameter.kind {
      case .switch: store(.bool(false), parameter.variable, inner)
      case .rest: store(.list([]), parameter.variable, inner)
      case .positional, .flag, .input:
        guard let expression = declared.defaultValue else {
          throw failure(
            .usage, "`\(call.name)` needs \(Evaluator.name(of: parameter))", frame, call.nameSpan)
        }
        store(try defaultValue(expression, of: parameter, call.name, &inner), parameter.variable, inner)
      }
    }
  }

  /// - Throws: an error for a value that is none of the parameter's choices.
  private func refuseOther(
    _ value: Value, than parameter: CheckedParameter, _ name: String, _ frame: borrowing Frame, _ span: Span
  ) throws {
    guard !parameter.allows(value) else { return }
    throw failure(
      .usage, "\(Evaluator.name(of: parameter)) of `\(name)` takes \(parameter.choiceList)", frame, span)
  }

  /// The values of `f(...$x)` for the positionals in order.
  private func positionals(of call: CallCode, _ frame: inout Frame) throws -> [String: Value] {
    var values: [Value] = []
    for node in call.values {
      if case .spread(let inner) = code[node] {
        values += try spreadItems(inner, &frame)
      } else {
        values.append(try value(node, &frame))
      }
      for value in values { meter.hold(value) }
    }
    let parameters = code.callees[call.function].parameters.map(\.declaration)
    let single = parameters.filter { $0.kind == .positional || $0.kind == .input }
    var given: [String: Value] = [:]
    for (parameter, value) in zip(single, values) { given[parameter.name] = value }
    if let rest = parameters.first(where: { $0.kind == .rest }) {
      given[rest.name] = .list(Array(values.dropFirst(single.count)))
    } else if values.count > single.count {
      throw failure(
        .usage, "`\(call.name)` takes \(Evaluator.values(single.count)), not \(values.count)", frame, call.nameSpan)
    }
    return given
  }

  /// The value of a parameter's default, converted to its type; null passes.
  func defaultValue(
    _ expression: NodeID, of parameter: CheckedParameter, _ command: String, _ frame: inout Frame
  ) throws -> Value {
    let value = try value(expression, &frame)
    if value.isNull { return value }
    if let converted = ArgumentConversion.convert(value, to: parameter.type) { return converted }
    throw ArgumentConversion.failure(
      value, to: parameter.type,
      parameter: Evaluator.spelling(parameter.name, isFlag: parameter.kind == .flag), of: command,
      described: operand(value, expression), frame.source, code.span(expression))
  }

  /// How a parameter is named in messages.
  static func name(of parameter: CheckedParameter) -> String {
    switch parameter.kind {
    case .flag, .switch: "`--\(parameter.name.flagSpelling)`"
    case .positional, .rest, .input: "`\(parameter.name)`"
    }
  }

  // MARK: Arguments

  /// Makes the arguments of a command: values converted to the declared types, blocks made callable.
  func bind(
    _ call: CommandCode, _ entry: CommandTable.Entry, _ box: FrameBox
  ) throws -> Arguments {
    var arguments = Arguments()
    for argument in call.arguments {
      if case .block(let literal) = argument.value {
        arguments.blocks[argument.parameter] = block(literal, of: call, box)
        continue
      }
      let isFlag = entry.flags.contains(argument.parameter)
      let isCollecting = entry.collecting.contains(argument.parameter)
      let value = try box.withFrame {
        try argumentValue(argument, of: call.name, isFlag: isFlag, isCollecting: isCollecting, &$0)
      }
      if case .block(let closure) = value, argument.type == .block {
        arguments.blocks[argument.parameter] = blockValue(closure, of: call, box)
        continue
      }
      if value.isNull, argument.type != .any {
        // Null for what may be left out is as if it were left out.
        guard !entry.required.contains(argument.parameter) else {
          throw nullRefused(argument, of: call.name, isFlag: isFlag, box.frame)
        }
        continue
      }
      arguments.values[argument.parameter] =
        entry.references.contains(argument.parameter) ? try whole(value, argument, box) : value
    }
    return arguments
  }

  /// References that count from where the person is, made whole.
  private func whole(_ value: Value, _ argument: ArgumentCode, _ box: FrameBox) throws -> Value {
    guard let reference = run.host.reference else { return value }
    switch value {
    case .list(let values): return .list(try values.map { try whole($0, argument, box) })
    case .string(let text) where text.utf8.first == UInt8(ascii: "."):
      do throws(AcrError) {
        return .string(try reference(text))
      } catch {
        throw RuntimeError(error, source: box.frame.source, span: argument.span)
      }
    default: return value
    }
  }

  /// The value of an argument, converted to its type. Null passes: who may leave an argument out decides what it means.
  private func argumentValue(
    _ argument: ArgumentCode, of command: String, isFlag: Bool, isCollecting: Bool, _ frame: inout Frame
  ) throws -> Value {
    switch argument.value {
    case .on: return .bool(true)
    case .block: return .null
    case .expression(let expression):
      let value = try converted(expression, argument, of: command, isFlag: isFlag, &frame)
      return isCollecting ? .list([value]) : value
    case .expressions(let expressions):
      var values: [Value] = []
      for expression in expressions {
        if case .spread(let inner) = code[expression] {
          for item in try spreadItems(inner, &frame) {
            let mayBe = !item.isNull || argument.type == .any
            guard mayBe, let converted = ArgumentConversion.convert(item, to: argument.type) else {
              throw ArgumentConversion.failure(
                item, to: argument.type, parameter: Evaluator.spelling(argument.parameter, isFlag: isFlag), of: command,
                described: "\(item.typePhrase) (an item of what is spread)", frame.source, code.span(inner))
            }
            values.append(converted)
            meter.hold(converted)
          }
          continue
        }
        let value = try converted(expression, argument, of: command, isFlag: isFlag, &frame)
        if value.isNull, argument.type != .any {
          throw nullRefused(argument, of: command, isFlag: isFlag, frame, expression)
        }
        values.append(value)
      }
      return .list(values)
    }
  }

  private func converted(
    _ expression: NodeID, _ argument: ArgumentCode, of command: String, isFlag: Bool, _ frame: inout Frame
  ) throws -> Value {
    let value = try value(expression, &frame)
    if value.isNull { return value }
    meter.hold(value)
    if let converted = ArgumentConversion.convert(value, to: argument.type) { return converted }
    throw ArgumentConversion.failure(
      value, to: argument.type, parameter: Evaluator.spelling(argument.parameter, isFlag: isFlag), of: command,
      described: operand(value, expression), frame.source, code.span(expression))
  }

  private func nullRefused(
    _ argument: ArgumentCode, of command: String, isFlag: Bool, _ frame: borrowing Frame,
    _ item: NodeID? = nil
  ) -> RuntimeError {
    var expression = item
    if expression == nil, case .expression(let whole) = argument.value { expression = whole }
    return ArgumentConversion.failure(
      .null, to: argument.type, parameter: Evaluator.spelling(argument.parameter, isFlag: isFlag), of: command,
      described: expression.map { operand(.null, $0) } ?? "null", frame.source,
      expression.map { code.span($0) } ?? argument.span)
  }

  private static func spelling(_ parameter: String, isFlag: Bool) -> String {
    isFlag ? "--\(parameter.flagSpelling)" : parameter
  }

  // MARK: Blocks

  /// Makes a block callable. It runs in the boxed frame, and its `return` ends the block with that value.
  private func block(_ literal: BlockCode, of call: CommandCode, _ box: FrameBox) -> BlockValue {
    BlockValue(
      parameterCount: max(1, literal.parameters.count),
      call: { [self] arguments in try perform(literal, arguments, of: call, box) },
      detached: { [self] run in
        let other = detached(run)
        let otherBox = box.copy()
        other.meter.inherit(otherBox.frame.slots)
        return { arguments in try other.perform(literal, arguments, of: call, otherBox) }
      },
      within: { [self] run, arguments in try with(run) { try $0.perform(literal, arguments, of: call, box) } }
    )
    .with { [self] value in
      var frame = box.inner
      if literal.parameters.count == 1 {
        store(value, literal.parameters[0], frame)
      } else {
        for (index, parameter) in literal.parameters.enumerated() {
          store(index == 0 ? value : .null, parameter, frame)
        }
      }
      return try perform(literal, of: call, &frame)
    }
  }

  private func perform(
    _ literal: BlockCode, _ arguments: [Value], of call: CommandCode, _ box: FrameBox
  ) throws -> Value {
    var frame = box.inner
    for (index, parameter) in literal.parameters.enumerated() {
      store(index < arguments.count ? arguments[index] : .null, parameter, frame)
    }
    return try perform(literal, of: call, &frame)
  }

  /// Runs a block whose parameters have their values.
  @inline(__always)
  private func perform(_ literal: BlockCode, of call: CommandCode, _ frame: inout Frame) throws -> Value {
    do {
      if try execute(literal.body, &frame, keepsValue: true) == .exited { throw ExitRequest(frame.result) }
      return frame.result
    } catch var error as RuntimeError {
      error.pass(through: "block of `\(call.name)`", frame.source, call.nameSpan)
      throw error
    }
  }
}

extension ExitRequest {
  /// From the frame's result, which `exit` has checked.
  init(_ result: Value) {
    if case .int(let code) = result { self.init(code: Int32(clamping: code)) } else { self.init(code: 0) }
  }
}

extension String {
  /// A variable's name as a flag is written: `source_registry` is `source-registry`.
  var flagSpelling: String { String(map { $0 == "_" ? "-" : $0 }) }
}
