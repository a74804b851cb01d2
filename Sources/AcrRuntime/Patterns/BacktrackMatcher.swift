import AcrCore

/// Finds where a pattern matches, and where its groups do, by trying one way after the other, the preferred ones first. It
/// remembers where it has been in vain, so that no place of the pattern is tried twice at a place of the text: time grows
/// with the product of the two lengths at most, and the memory for it is what limits it to short texts. It is several times
/// quicker there than following all ways side by side (``PatternThreads``), and finds the same. Used by one thread.
struct BacktrackMatcher {
  private var alphabet: PatternAlphabet
  private let operations: [Operation]
  /// Which ASCII scalars are of words.
  private let wordBits: Bits
  /// Which bytes a match can begin with; nil where it can be empty.
  private let firstBytes: [Bool]?
  /// True when every match begins at the start of the text.
  private let isAnchored: Bool
  private var visited: [UInt64] = []
  private var jobs: [Job] = []
  /// Start and end of the latest match and of each group in it, in bytes; -1 for groups that took no part.
  private(set) var slots: [Int]

  /// Which ASCII scalars a set has.
  private struct Bits {
    var low: UInt64 = 0
    var high: UInt64 = 0

    init(_ set: ScalarSet) {
      for value in UInt8(0)..<128 where set.contains(Unicode.Scalar(value)) {
        if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
      }
    }

    @inline(__always)
    func holds(_ byte: UInt8) -> Bool {
      byte < 64 ? low >> UInt64(byte) & 1 != 0 : high >> UInt64(byte &- 64) & 1 != 0
    }

    func meets(_ other: Bits) -> Bool { low & other.low != 0 || high & other.high != 0 }
  }

  /// An instruction of the program, as it is tried.
  private enum Operation {
    case set(Bits, number: Int)
    case split(Int, Int)
    case jump(Int)
    case save(Int)
    case assert(PatternAssertion)
    case match
    /// A `split` that begins a loop over one set, such as `\w*`, where what follows the loop can begin with no ASCII scalar
    /// of the set: to leave the loop earlier than at its end is in vain.
    case loop(Bits, exit: Int)
  }

  private struct Job {
    /// An instruction, or for a place to be put back the number of its slot and 1, below zero.
    let target: Int
    let position: Int
  }

  /// How many places of pattern and text are remembered at most: 64 KiB.
  private static let mostPlaces = 512 << 10

  init(_ program: PatternProgram) {
    alphabet = PatternAlphabet(program.sets)
    slots = [Int](repeating: -1, count: 2 * program.captureCount + 2)
    let bits = program.sets.map(Bits.init)
    // The first set of every program is that of words.
    wordBits = bits[0]
    operations = program.instructions.indices.map { index in
      switch program.instructions[index] {
      case .set(let set): .set(bits[set], number: set)
      case .split(let first, let second):
        BacktrackMatcher.loopSet(at: index, exit: second, in: program, bits)
          .map { .loop($0, exit: second) } ?? .split(first, second)
      case .jump(let target): .jump(target)
      case .save(let slot): .save(slot)
      case .assert(let assertion): .assert(assertion)
      case .match: .match
      }
    }
    let beginning = BacktrackMatcher.beginning(of: program, passesStart: true)
    isAnchored = BacktrackMatcher.beginning(of: program, passesStart: false).map(\.isEmpty) ?? false
    firstBytes = beginning.map { sets in
      (0..<256).map { byte in byte >= 128 || sets.contains { bits[$0].holds(UInt8(byte)) } }
    }
  }

  /// The set of a greedy loop over one set that can be gone through at once; nil for any other `split`.
  private static func loopSet(at index: Int, exit: Int, in program: PatternProgram, _ bits: [Bits]) -> Bits? {
    let instructions = program.instructions
    guard index + 2 < instructions.count, case .split(let first, _) = instructions[index], first == index + 1,
      case .set(let set) = instructions[first], case .jump(let back) = instructions[first + 1], back == index
    else { return nil }
    var following: [Int] = []
    var isEnd = false
    var seen = [Bool](repeating: false, count: instructions.count)
    var stack = [exit]
    while let next = stack.popLast() {
      guard !seen[next] else { continue }
      seen[next] = true
      switch instructions[next] {
      case .match: isEnd = true
      case .jump(let target): stack.append(target)
      case .split(let first, let second): stack += [first, second]
      case .save: stack.append(next + 1)
      // It may hold at an earlier place only.
      case .assert: return nil
      case .set(let set): following.append(set)
      }
    }
    // Where the end of the pattern follows at once, the match ends behind the loop whatever else could follow.
    guard isEnd || following.allSatisfy({ !bits[set].meets(bits[$0]) }) else { return nil }
    return bits[set]
  }

  /// True when a text of so many bytes is short enough.
  func takes(_ count: Int) -> Bool {
    let (places, overflow) = operations.count.multipliedReportingOverflow(by: count + 1)
    return !overflow && places <= BacktrackMatcher.mostPlaces
  }

  /// The sets that the first scalar of a match is in one of; nil where a match can be empty.
  private static func beginning(of program: PatternProgram, passesStart: Bool) -> [Int]? {
    var sets: [Int] = []
    var seen = [Bool](repeating: false, count: program.instructions.count)
    var stack = [0]
    while let index = stack.popLast() {
      guard !seen[index] else { continue }
      seen[index] = true
      switch program.instructions[index] {
      case .match: return nil
      case .jump(let target): stack.append(target)
      case .split(let first, let second): stack += [first, second]
      case .save: stack.append(index + 1)
      case .assert(let assertion): if passesStart || assertion != .textStart { stack.append(index + 1) }
      case .set(let set): sets.append(set)
      }
    }
    return sets
  }

  /// The first match from a place on, as ``PatternThreads/match(in:from:_:)`` gives it.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  mutating func match(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ meter: Meter?
  ) throws(AcrError) -> [Int]? {
    try find(in: bytes, from: start, meter) ? slots : nil
  }

  /// Finds the first match from a place on; ``slots`` has it then.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  mutating func find(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ meter: Meter?
  ) throws(AcrError) -> Bool {
    let width = bytes.count + 1
    let words = (operations.count * width + 63) / 64
    if visited.count < words {
      visited = [UInt64](repeating: 0, count: words)
    } else {
      visited.withUnsafeMutableBufferPointer { visited in
        for index in 0..<words { visited[index] = 0 }
      }
    }
    for index in slots.indices { slots[index] = -1 }
    var position = start
    var work = 0
    while position <= bytes.count {
      if isAnchored, position > 0 { return false }
      if let firstBytes {
        while position < bytes.count, !firstBytes[Int(bytes[position])] { position += 1 }
        if position == bytes.count { return false }
      }
      if run(bytes, position, width, &work) { return true }
      if work > 4096 {
        try meter?.step(work / 16)
        work = 0
      }
      position += position < bytes.count && bytes[position] >= 0x80 ? PatternText.scalar(bytes, position).1 : 1
    }
    try meter?.step(1 + work / 16)
    return false
  }

  /// Tries all ways from one place.
  private mutating func run(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ width: Int, _ work: inout Int
  ) -> Bool {
    jobs.append(Job(target: 0, position: start))
    while let job = jobs.popLast() {
      if job.target < 0 {
        slots[-1 - job.target] = job.position
        continue
      }
      var index = job.target
      var position = job.position
      way: while true {
        let pair = index * width + position
        let bit = UInt64(1) << UInt64(pair & 63)
        if visited[pair >> 6] & bit != 0 { break way }
        visited[pair >> 6] |= bit
        work += 1
        switch operations[index] {
        case .set(let bits, let number):
          guard position < bytes.count else { break way }
          let byte = bytes[position]
          if byte < 0x80 {
            guard bits.holds(byte) else { break way }
            position += 1
          } else {
            let (scalar, length) = PatternText.scalar(bytes, position)
            guard alphabet.sets(of: scalar).contains(number) else { break way }
            position += length
          }
          index += 1
        case .loop(let bits, let exit):
          let from = position
          while position < bytes.count, bytes[position] < 0x80, bits.holds(bytes[position]) {
            position += 1
            let pair = index * width + position
            let bit = UInt64(1) << UInt64(pair & 63)
            // What the loop was left for from here was in vain.
            if visited[pair >> 6] & bit != 0 { break way }
            visited[pair >> 6] |= bit
          }
          work += position - from
          if position < bytes.count, bytes[position] >= 0x80 {
            jobs.append(Job(target: exit, position: position))
            index += 1
          } else {
            index = exit
          }
        case .jump(let target): index = target
        case .split(let first, let second):
          jobs.append(Job(target: second, position: position))
          index = first
        case .save(let slot):
          jobs.append(Job(target: -1 - slot, position: slots[slot]))
          slots[slot] = position
          index += 1
        case .assert(let assertion):
          guard place(bytes, position).holds(assertion) else { break way }
          index += 1
        case .match:
          slots[0] = start
          slots[1] = position
          jobs.removeAll(keepingCapacity: true)
          return true
        }
      }
    }
    return false
  }

  private mutating func place(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> PatternPlace {
    var (isAfterWord, isAfterNewline, isBeforeWord, isBeforeNewline) = (false, false, false, false)
    if position > 0 {
      var start = position - 1
      while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
      isAfterWord = isWord(bytes, start)
      isAfterNewline = bytes[start] == 0x0A
    }
    if position < bytes.count {
      isBeforeWord = isWord(bytes, position)
      isBeforeNewline = bytes[position] == 0x0A
    }
    return PatternPlace(
      isStart: position == 0, isAfterWord: isAfterWord, isAfterNewline: isAfterNewline, isEnd: position == bytes.count,
      isBeforeWord: isBeforeWord, isBeforeNewline: isBeforeNewline)
  }

  private mutating func isWord(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
    bytes[position] < 0x80
      ? wordBits.holds(bytes[position])
      : alphabet.sets(of: PatternText.scalar(bytes, position).0).contains(0)
  }
}
