import AcrCore

/// Finds where a pattern matches, and where its groups do, by trying one way after the other, the preferred ones first. It
/// remembers where it has been in vain, so that no place of the pattern is tried twice at a place of the text: time grows
/// with the product of the two lengths at most, and the memory for it is what limits it to short texts. It is several times
/// quicker there than following all ways side by side (``PatternThreads``), and finds the same. Used by one thread.
struct BacktrackMatcher {
  private let program: PatternProgram
  private var alphabet: PatternAlphabet
  /// Which ASCII scalars each set has.
  private let ascii: [(low: UInt64, high: UInt64)]
  private let slotCount: Int
  /// Which bytes a match can begin with; nil where it can be empty.
  private let firstBytes: [Bool]?
  /// True when every match begins at the start of the text.
  private let isAnchored: Bool
  private var visited: [UInt64] = []
  private var jobs: [Job] = []
  private var slots: [Int] = []

  private struct Job {
    /// An instruction, or for a place to be put back the number of its slot and 1, below zero.
    let target: Int
    let position: Int
  }

  /// How many places of pattern and text are remembered at most: 64 KiB.
  private static let mostPlaces = 512 << 10

  init(_ program: PatternProgram) {
    self.program = program
    alphabet = PatternAlphabet(program.sets)
    slotCount = 2 * program.captureCount + 2
    ascii = program.sets.map { set in
      var bits: (low: UInt64, high: UInt64) = (0, 0)
      for value in UInt8(0)..<128 where set.contains(Unicode.Scalar(value)) {
        if value < 64 { bits.low |= 1 << UInt64(value) } else { bits.high |= 1 << UInt64(value - 64) }
      }
      return bits
    }
    let beginning = BacktrackMatcher.beginning(of: program, passesStart: true)
    isAnchored = BacktrackMatcher.beginning(of: program, passesStart: false).map(\.isEmpty) ?? false
    firstBytes = beginning.map { [ascii] sets in
      (0..<256).map { byte in byte >= 128 || sets.contains { BacktrackMatcher.holds(ascii[$0], UInt8(byte)) } }
    }
  }

  /// True when a text of so many bytes is short enough.
  func takes(_ count: Int) -> Bool {
    let (places, overflow) = program.instructions.count.multipliedReportingOverflow(by: count + 1)
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

  @inline(__always)
  private static func holds(_ set: (low: UInt64, high: UInt64), _ byte: UInt8) -> Bool {
    byte < 64 ? set.low >> UInt64(byte) & 1 != 0 : set.high >> UInt64(byte &- 64) & 1 != 0
  }

  /// The first match from a place on, as ``PatternThreads/match(in:from:_:)`` gives it.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  mutating func match(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ meter: Meter?
  ) throws(AcrError) -> [Int]? {
    let width = bytes.count + 1
    let words = (program.instructions.count * width + 63) / 64
    if visited.count < words {
      visited = [UInt64](repeating: 0, count: words)
    } else {
      for index in 0..<words { visited[index] = 0 }
    }
    slots.removeAll(keepingCapacity: true)
    slots.append(contentsOf: repeatElement(-1, count: slotCount))
    var position = start
    var work = 0
    while position <= bytes.count {
      if isAnchored, position > 0 { return nil }
      if let firstBytes {
        while position < bytes.count, !firstBytes[Int(bytes[position])] { position += 1 }
        if position == bytes.count { return nil }
      }
      if try run(bytes, position, width, &work) { return slots }
      if work > 4096 {
        try meter?.step(work / 16)
        work = 0
      }
      position += position < bytes.count && bytes[position] >= 0x80 ? PatternText.scalar(bytes, position).1 : 1
    }
    try meter?.step(1 + work / 16)
    return nil
  }

  /// Tries all ways from one place.
  private mutating func run(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ width: Int, _ work: inout Int
  ) throws(AcrError) -> Bool {
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
        switch program.instructions[index] {
        case .set(let set):
          guard position < bytes.count else { break way }
          let byte = bytes[position]
          if byte < 0x80 {
            guard BacktrackMatcher.holds(ascii[set], byte) else { break way }
            position += 1
          } else {
            let (scalar, length) = PatternText.scalar(bytes, position)
            guard alphabet.sets(of: scalar).contains(set) else { break way }
            position += length
          }
          index += 1
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

  /// The first set of every program is that of words.
  private mutating func isWord(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
    bytes[position] < 0x80
      ? BacktrackMatcher.holds(ascii[0], bytes[position])
      : alphabet.sets(of: PatternText.scalar(bytes, position).0).contains(0)
  }
}
