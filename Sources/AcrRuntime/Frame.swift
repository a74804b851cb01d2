import AcrLanguage

/// The variables of one call, handed down as `inout` so that reading a slot costs no reference counting of the frame.
struct Frame {
  /// The variables by slot number.
  var slots: [Value]
  /// The value of the last statement, of `return`, or the code of `exit`.
  var result: Value = .null
  /// The text of the code that runs in it, for the places of errors.
  let source: Source
  /// How many `def` calls are open.
  let depth: Int
}

/// Holds a frame while a pipeline runs: blocks and row expressions run in the frame of the code around them, but are
/// called by commands, which cannot hand an `inout` frame through. Used by one thread at a time.
final class FrameBox: @unchecked Sendable {
  var frame: Frame

  init(_ frame: Frame) { self.frame = frame }

  /// Runs `body` with the frame taken out of the box. A plain `inout` access to the property would be open for as long as
  /// `body` runs, and Swift's exclusivity check goes through all open accesses: deep recursion would take quadratic time.
  func withFrame<Result>(_ body: (inout Frame) throws -> Result) rethrows -> Result {
    var taken = frame
    frame.slots = []
    defer { frame = taken }
    return try body(&taken)
  }

  /// Moves the frame into a box while `body` runs and back afterwards, without copying its slots.
  static func with<Result>(_ frame: inout Frame, _ body: (FrameBox) throws -> Result) rethrows -> Result {
    let box = FrameBox(frame)
    frame.slots = []
    defer {
      frame.slots = box.frame.slots
      frame.result = box.frame.result
      box.frame.slots = []
    }
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
