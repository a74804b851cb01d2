import AcrCore

/// Answers whether a pattern matches some part of a text, by an automaton whose states are made when a text first leads to
/// them: one look into a table for each character. Used by one thread.
struct LazyAutomaton {
  private let program: PatternProgram
  private var alphabet: PatternAlphabet
  private var states: [State] = []
  private var numbers: [State: Int32] = [:]
  /// Where each class leads from each state: `stride` entries a state.
  private var table: [Int32] = []
  private var stride = 16
  private var weight = 0
  /// The state at the start of a text; -1 before it is made.
  private var start: Int32 = -1
  private var scratch: Scratch

  private static let unknown: Int32 = -1
  private static let accepted: Int32 = -2
  private static let refused: Int32 = -3
  /// How much the states may hold before they are forgotten.
  private static let mostStates = 1000
  private static let mostWeight = 200_000

  /// The instructions that are next, before assertions are asked, and what stands before the place.
  private struct State: Hashable {
    var instructions: [Int32]
    var isStart = false
    var isAfterWord = false
    var isAfterNewline = false
  }

  /// Marks of one step.
  private struct Scratch {
    var visited: [Int]
    var generation = 0
    var stack: [Int] = []
    var sets: [Bool]
  }

  init(_ program: PatternProgram) {
    self.program = program
    alphabet = PatternAlphabet(program.sets)
    while stride < alphabet.members.count { stride *= 2 }
    scratch = Scratch(
      visited: [Int](repeating: 0, count: program.instructions.count),
      sets: [Bool](repeating: false, count: program.sets.count))
  }

  /// True when the pattern matches some part of the text.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  mutating func matches(_ text: String, _ meter: Meter?) throws(AcrError) -> Bool {
    var text = text
    text.makeContiguousUTF8()
    var outcome: Result<Bool, AcrError>?
    text.utf8.withContiguousStorageIfAvailable { bytes in
      do throws(AcrError) {
        outcome = .success(try run(bytes, meter))
      } catch {
        outcome = .failure(error)
      }
    }
    return try outcome?.get() ?? false
  }

  private mutating func run(
    _ bytes: UnsafeBufferPointer<UInt8>, _ meter: Meter?
  ) throws(AcrError) -> Bool {
    if start < 0 { start = number(State(instructions: [0], isStart: true)) }
    var state = start
    var position = 0
    while position < bytes.count {
      skip(bytes, &position, &state)
      if position > 0, position & 0xFFFF == 0 { try meter?.step(256) }
      guard position < bytes.count else { break }
      let number: Int
      let byte = bytes[position]
      if byte < 0x80 {
        number = alphabet.ascii[Int(byte)]
        position += 1
      } else {
        let (scalar, length) = PatternText.scalar(bytes, position)
        number = alphabet.number(scalar)
        position += length
      }
      if number >= stride {
        let kept = states[Int(state)]
        forget()
        while number >= stride { stride *= 2 }
        state = self.number(kept)
      }
      var following = table[Int(state) * stride + number]
      if following == LazyAutomaton.unknown {
        try meter?.step(16 + states[Int(state)].instructions.count)
        following = step(&state, number)
      }
      if following == LazyAutomaton.accepted { return true }
      state = following
    }
    var last = table[Int(state) * stride]
    if last == LazyAutomaton.unknown { last = step(&state, 0) }
    return last == LazyAutomaton.accepted
  }

  /// Goes on as long as there are ASCII characters whose way is known.
  @inline(__always)
  private func skip(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ state: inout Int32) {
    // So far, and then the steps are counted.
    let end = min(bytes.count, (position | 0xFFFF) + 1)
    var place = position
    var current = Int(state) * stride
    alphabet.ascii.withUnsafeBufferPointer { ascii in
      table.withUnsafeBufferPointer { table in
        while place < end {
          let byte = bytes[place]
          guard byte < 0x80 else { return }
          let following = table[current + ascii[Int(byte)]]
          guard following >= 0 else { return }
          current = Int(following) * stride
          place += 1
        }
      }
    }
    position = place
    state = Int32(truncatingIfNeeded: current / stride)
  }

  private mutating func forget() {
    start = -1
    states.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    table.removeAll(keepingCapacity: true)
    weight = 0
  }

  private mutating func number(_ state: State) -> Int32 {
    if let number = numbers[state] { return number }
    let number = Int32(states.count)
    states.append(state)
    numbers[state] = number
    weight += state.instructions.count
    table.append(contentsOf: repeatElement(LazyAutomaton.unknown, count: stride))
    return number
  }

  /// Makes the way from a state by a class. When the states are forgotten meanwhile, `state` becomes its new number.
  private mutating func step(_ state: inout Int32, _ number: Int) -> Int32 {
    let present = states[Int(state)]
    let members = alphabet.members[number]
    for set in members { scratch.sets[set] = true }
    defer { for set in members { scratch.sets[set] = false } }
    let place = PatternPlace(
      isStart: present.isStart, isAfterWord: present.isAfterWord, isAfterNewline: present.isAfterNewline,
      isEnd: number == 0, isBeforeWord: scratch.sets[0], isBeforeNewline: scratch.sets[1])
    let following: Int32
    if let instructions = follow(present.instructions, place) {
      guard number != 0 else { return remember(state, number, LazyAutomaton.refused) }
      if states.count >= LazyAutomaton.mostStates || weight > LazyAutomaton.mostWeight {
        forget()
        state = self.number(present)
      }
      following = self.number(
        State(
          instructions: instructions, isAfterWord: place.isBeforeWord, isAfterNewline: place.isBeforeNewline))
    } else {
      following = LazyAutomaton.accepted
    }
    return remember(state, number, following)
  }

  private mutating func remember(_ state: Int32, _ number: Int, _ following: Int32) -> Int32 {
    table[Int(state) * stride + number] = following
    return following
  }

  /// The instructions behind those that take the scalar, and the start of another try; nil when the pattern matches here.
  private mutating func follow(_ instructions: [Int32], _ place: PatternPlace) -> [Int32]? {
    scratch.generation += 1
    scratch.stack.removeAll(keepingCapacity: true)
    for instruction in instructions { scratch.stack.append(Int(instruction)) }
    // Another try starts at each place.
    var following: [Int32] = [0]
    while let index = scratch.stack.popLast() {
      guard scratch.visited[index] != scratch.generation else { continue }
      scratch.visited[index] = scratch.generation
      switch program.instructions[index] {
      case .match: return nil
      case .jump(let target): scratch.stack.append(target)
      case .split(let first, let second):
        scratch.stack.append(second)
        scratch.stack.append(first)
      case .save: scratch.stack.append(index + 1)
      case .assert(let assertion): if place.holds(assertion) { scratch.stack.append(index + 1) }
      case .set(let set): if scratch.sets[set] { following.append(Int32(index + 1)) }
      }
    }
    following.sort()
    return following
  }
}

/// The scalars of UTF-8.
enum PatternText {
  /// The scalar at a place of valid UTF-8, and its length in bytes.
  static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> (Unicode.Scalar, Int) {
    let first = UInt32(bytes[position])
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard position + length <= bytes.count else { return ("\u{FFFD}", 1) }
    var value = length == 1 ? first : first & (0x7F >> UInt32(length))
    for offset in 1..<max(1, length) { value = value << 6 | UInt32(bytes[position + offset] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }
}
