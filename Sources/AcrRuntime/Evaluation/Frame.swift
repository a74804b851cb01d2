import AcrLanguage

/// The variables of one call. The slots are memory of whoever runs the code: the stack for a `def`, a ``SlotStorage`` for a
/// script or a thread of `par-each`. A frame is handed down as `inout` and ends before its slots do.
struct Frame {
  /// The variables by slot number.
  let slots: UnsafeMutableBufferPointer<Value>
  /// The value of `return`, the code of `exit`, or the value of a block whose value is wanted.
  var result: Value = .null
  /// How many `def` calls are open.
  let depth: Int
  /// The code holds it for as long as the run lasts.
  fileprivate let unmanagedSource: Unmanaged<Source>

  /// The text of the code that runs in it, for the places of errors.
  var source: Source { unmanagedSource.takeUnretainedValue() }

  init(slots: UnsafeMutableBufferPointer<Value>, source: Unmanaged<Source>, depth: Int) {
    self.slots = slots
    self.depth = depth
    unmanagedSource = source
  }
}

/// Slots that live as long as this object.
final class SlotStorage: @unchecked Sendable {
  let slots: UnsafeMutableBufferPointer<Value>

  /// Makes so many slots, all null.
  init(count: Int) {
    slots = .allocate(capacity: count)
    slots.initialize(repeating: .null)
  }

  /// Makes slots with the values that others have now.
  init(copying other: UnsafeMutableBufferPointer<Value>) {
    slots = .allocate(capacity: other.count)
    _ = slots.initialize(from: other)
  }

  /// Makes slots with these values.
  init(copying values: [Value]) {
    slots = .allocate(capacity: values.count)
    _ = slots.initialize(from: values)
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }
}

/// Holds a frame while a pipeline runs: blocks and row expressions run in the frame of the code around them, but are
/// called by commands, which cannot hand an `inout` frame through. Used by one thread at a time, and not after the pipeline.
final class FrameBox: @unchecked Sendable {
  var frame: Frame
  private let slots: UnsafeMutableBufferPointer<Value>
  private let source: Unmanaged<Source>
  private let depth: Int
  /// Holds the slots where they are the box's own.
  private let storage: SlotStorage?

  init(_ frame: Frame, storage: SlotStorage? = nil) {
    self.frame = frame
    self.storage = storage
    slots = frame.slots
    source = frame.unmanagedSource
    depth = frame.depth
  }

  /// A frame with the same variables and a result of its own, for a block or a condition that runs for one row. It costs no
  /// access to `frame`, which Swift would check.
  var inner: Frame {
    @inline(__always) get { Frame(slots: slots, source: source, depth: depth) }
  }

  /// A box with a copy of the variables, for another thread.
  func copy() -> FrameBox {
    let storage = SlotStorage(copying: frame.slots)
    let copy = Frame(slots: storage.slots, source: .passUnretained(frame.source), depth: frame.depth)
    return FrameBox(copy, storage: storage)
  }

  /// Runs `body` with a copy of the frame, which has the same slots. A plain `inout` access to the property would be open
  /// for as long as `body` runs, and Swift's exclusivity check goes through all open accesses: deep recursion would take
  /// quadratic time.
  func withFrame<Result>(_ body: (inout Frame) throws -> Result) rethrows -> Result {
    var taken = frame
    defer { frame = taken }
    return try body(&taken)
  }

  /// Puts the frame into a box while `body` runs.
  static func with<Result>(_ frame: inout Frame, _ body: (FrameBox) throws -> Result) rethrows -> Result {
    let box = FrameBox(frame)
    defer { frame.result = box.frame.result }
    return try body(box)
  }
}

/// The variables that outlive a frame: at the prompt all of the top level, in a script those a `def` reads.
final class Globals {
  var values: [Value]

  init(_ values: [Value] = []) { self.values = values }
}

/// How a statement ended. Swift errors are for failures only: a `return` in a hot loop must stay cheap.
enum Completion {
  case normal
  /// `return`; the value is the frame's result.
  case returned
  case broke
  case continued
  /// `exit`; the code is the frame's result.
  case exited
}
