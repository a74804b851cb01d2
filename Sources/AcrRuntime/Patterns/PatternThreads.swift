import AcrCore

/// Finds where a pattern matches, and where its groups do: all ways are followed side by side, the preferred ones first
/// (Pike's machine). Used by one thread.
struct PatternThreads {
  private let program: PatternProgram
  private var alphabet: PatternAlphabet
  private var current: Threads
  private var following: Threads
  private var stack: [Work] = []
  private var sets: [Bool]
  private let slotCount: Int

  /// The ways that are followed, the preferred ones first, with the places they noted.
  private struct Threads {
    var instructions: [Int] = []
    var slots: [Int] = []
    var visited: [Int]
    var generation = 1

    mutating func clear() {
      instructions.removeAll(keepingCapacity: true)
      slots.removeAll(keepingCapacity: true)
      generation += 1
    }
  }

  private enum Work {
    case visit(Int)
    case restore(Int, Int)
  }

  init(_ program: PatternProgram) {
    self.program = program
    alphabet = PatternAlphabet(program.sets)
    let visited = [Int](repeating: 0, count: program.instructions.count)
    current = Threads(visited: visited)
    following = Threads(visited: visited)
    sets = [Bool](repeating: false, count: program.sets.count)
    slotCount = 2 * program.captureCount + 2
  }

  /// The first match from a place on: start and end of the match and of each group, in bytes; -1 for groups that took no
  /// part. Nil when there is none.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  mutating func match(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ meter: Meter?
  ) throws(AcrError) -> [Int]? {
    current.clear()
    var found: [Int]?
    var position = start
    var (isAfterWord, isAfterNewline) = before(bytes, start)
    while true {
      var length = 0
      var members: [Int] = []
      if position < bytes.count {
        let (scalar, count) = PatternText.scalar(bytes, position)
        length = count
        members = alphabet.sets(of: scalar)
      }
      for set in members { sets[set] = true }
      defer { for set in members { sets[set] = false } }
      let place = PatternPlace(
        isStart: position == 0, isAfterWord: isAfterWord, isAfterNewline: isAfterNewline,
        isEnd: position == bytes.count, isBeforeWord: sets[0], isBeforeNewline: sets[1])
      try expand(place, position, startsHere: found == nil)
      try meter?.step(1 + current.instructions.count)
      if current.instructions.isEmpty, found != nil { return found }
      following.clear()
      for (index, instruction) in current.instructions.enumerated() {
        let slots = current.slots[index * slotCount..<(index + 1) * slotCount]
        switch program.instructions[instruction] {
        case .match: found = Array(slots)
        case .set(let set):
          if length > 0, sets[set] {
            following.instructions.append(instruction + 1)
            following.slots.append(contentsOf: slots)
          }
          continue
        default: continue
        }
        // The ways behind a match are less preferred.
        break
      }
      swap(&current, &following)
      if length == 0 { return found }
      position += length
      (isAfterWord, isAfterNewline) = (place.isBeforeWord, place.isBeforeNewline)
    }
  }

  private mutating func before(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> (Bool, Bool) {
    guard position > 0 else { return (false, false) }
    var start = position - 1
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    let members = alphabet.sets(of: PatternText.scalar(bytes, start).0)
    return (members.contains(0), members.contains(1))
  }

  /// Follows everything that takes no scalar, so that only sets and the match are left.
  private mutating func expand(_ place: PatternPlace, _ position: Int, startsHere: Bool) throws(AcrError) {
    let seeds = current
    current.clear()
    for (index, instruction) in seeds.instructions.enumerated() {
      add(instruction, Array(seeds.slots[index * slotCount..<(index + 1) * slotCount]), place, position)
    }
    guard startsHere else { return }
    var slots = [Int](repeating: -1, count: slotCount)
    slots[0] = position
    add(0, slots, place, position)
  }

  private mutating func add(_ instruction: Int, _ slots: [Int], _ place: PatternPlace, _ position: Int) {
    var slots = slots
    stack.append(.visit(instruction))
    while let work = stack.popLast() {
      switch work {
      case .restore(let slot, let old): slots[slot] = old
      case .visit(let index):
        guard current.visited[index] != current.generation else { continue }
        current.visited[index] = current.generation
        switch program.instructions[index] {
        case .jump(let target): stack.append(.visit(target))
        case .split(let first, let second):
          stack.append(.visit(second))
          stack.append(.visit(first))
        case .assert(let assertion): if place.holds(assertion) { stack.append(.visit(index + 1)) }
        case .save(let slot):
          stack.append(.restore(slot, slots[slot]))
          slots[slot] = position
          stack.append(.visit(index + 1))
        case .match:
          slots[1] = position
          current.instructions.append(index)
          current.slots.append(contentsOf: slots)
        case .set:
          current.instructions.append(index)
          current.slots.append(contentsOf: slots)
        }
      }
    }
  }
}
