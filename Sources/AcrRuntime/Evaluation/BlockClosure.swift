import AcrCore
import AcrLanguage

/// A block that is a value: its code, and the values it read when it was made. It never changes, so that threads may share
/// it.
public final class BlockClosure: Sendable {
  let code: Code
  let block: ClosureCode
  /// The values of ``ClosureCode/captures``.
  let captured: [Value]
  /// How many slots a call needs: as many as the frame it was made in.
  let slotCount: Int
  let source: Source

  init(_ block: ClosureCode, of code: Code, captured: [Value], slotCount: Int, source: Source) {
    self.code = code
    self.block = block
    self.captured = captured
    self.slotCount = slotCount
    self.source = source
  }
}

extension Evaluator {
  /// Makes a block that is a value; it gets copies of what it reads.
  func closure(_ block: ClosureCode, _ frame: borrowing Frame, _ span: Span) throws -> Value {
    try charge(HeapSize.list(block.captures.count) + HeapSize.header, frame, span)
    let slots = frame.slots
    return .block(
      BlockClosure(
        block, of: code, captured: block.captures.map { slots[$0] }, slotCount: slots.count, source: frame.source))
  }

  /// `$f(x)`.
  func apply(_ called: NodeID, _ range: NodeRange, _ id: NodeID, _ frame: inout Frame) throws -> Value {
    let value = try value(called, &frame)
    guard case .block(let closure) = value else {
      throw failure(
        "\(operand(value, called)) cannot be called", frame, code.span(called),
        help: "a block can: `let f = { |x| … }`")
    }
    return try holding(value) {
      let arguments = try spreadValues(range, &frame)
      let place = meter.place
      defer { meter.release(place) }
      for argument in arguments { meter.hold(argument) }
      let count = closure.block.parameters.count
      guard arguments.count == count else {
        throw failure(
          .usage,
          "\(subject(called) ?? "the block") takes \(Evaluator.values(count)), not \(arguments.count)", frame,
          code.span(id))
      }
      return try call(closure, arguments, depth: frame.depth, from: frame.source, code.span(id))
    }
  }

  /// "one value", "2 values".
  static func values(_ count: Int) -> String { count == 1 ? "one value" : "\(count) values" }

  /// Calls a block that is a value.
  /// - Parameters:
  ///   - depth: how many calls are open.
  ///   - caller: the text of the call, and where it stands in it.
  func call(
    _ closure: BlockClosure, _ arguments: [Value], depth: Int, from caller: Source, _ span: Span
  ) throws -> Value {
    // One that was made by an earlier entry at the prompt has code of its own.
    guard closure.code === code else {
      let other = Evaluator(code: closure.code, commands: commands, globals: globals, run: run, meter: meter)
      return try other.call(closure, arguments, depth: depth, from: caller, span)
    }
    guard depth < depthLimit else {
      if depthLimit < RunLimits.deepest { throw RuntimeError(run.budget.reach(.depth), source: caller, span: span) }
      throw RuntimeError(
        AcrError(
          .invalid, "blocks and `def`s are called \(depthLimit) calls deep",
          help: "a block that calls itself needs a case that ends it"), source: caller, span: span)
    }
    let block = closure.block
    guard block.parameters.count <= max(1, arguments.count) else {
      throw RuntimeError(
        AcrError(.usage, "the block names \(block.parameters.count) values, and gets \(arguments.count)"),
        source: closure.source, span: block.span)
    }
    return try withUnsafeTemporaryAllocation(of: Value.self, capacity: closure.slotCount) { slots in
      slots.initialize(repeating: .null)
      defer { slots.deinitialize() }
      meter.enter(slots)
      defer { meter.leave() }
      for (slot, value) in zip(block.captures, closure.captured) { slots[slot] = value }
      if let own = block.ownSlot { slots[own] = .block(closure) }
      var inner = Frame(slots: slots, source: .passUnretained(closure.source), depth: depth + 1)
      for (parameter, value) in zip(block.parameters, arguments) { store(value, parameter, inner) }
      do {
        try step(inner, block.span)
        if try execute(block.body, &inner, keepsValue: true) == .exited { throw ExitRequest(inner.result) }
        return inner.result
      } catch var error as RuntimeError {
        error.pass(through: "block", caller, span)
        throw error
      }
    }
  }

  /// A block that is a value, as commands take blocks.
  func blockValue(_ closure: BlockClosure, of call: CommandCode, _ box: FrameBox) -> BlockValue {
    BlockValue(
      parameterCount: max(1, closure.block.parameters.count),
      call: { [self] arguments in
        try self.call(closure, arguments, depth: box.frame.depth, from: box.frame.source, call.nameSpan)
      },
      detached: { [self] run in
        let other = detached(run)
        let storage = SlotStorage(copying: closure.captured)
        other.meter.inherit(storage.slots)
        let (depth, source) = (box.frame.depth, box.frame.source)
        return { arguments in
          defer { withExtendedLifetime(storage) {} }
          return try other.call(closure, arguments, depth: depth, from: source, call.nameSpan)
        }
      })
  }
}
