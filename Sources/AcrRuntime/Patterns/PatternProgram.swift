/// A regular expression as instructions for a machine that follows all ways at once, so that matching takes time in
/// proportion to the text, whatever the pattern (Thompson 1968; Cox, https://swtch.com/~rsc/regexp/).
struct PatternProgram: Sendable {
  enum Instruction: Sendable {
    /// Takes a scalar of the set of that number, and goes on with the next instruction.
    case set(Int)
    /// Goes on at both; the first is preferred.
    case split(Int, Int)
    case jump(Int)
    /// Notes the place in the text: 2 × the group for its start, and one more for its end.
    case save(Int)
    case assert(PatternAssertion)
    case match
  }

  private(set) var instructions: [Instruction] = []
  /// The sets of the pattern. The first is that of words and the second the newline, which assertions ask for.
  private(set) var sets: [ScalarSet] = [.word, .newline]
  let captureCount: Int
  /// The numbers of the groups that have names.
  let captureNames: [String: Int]

  private var numbers: [ScalarSet: Int] = [.word: 0, .newline: 1]
  private var work = 0
  private static let mostInstructions = 10_000

  /// Reads and translates a pattern.
  /// - Throws: ``PatternError`` for what is no pattern, is not supported, or is too large.
  init(_ text: String) throws(PatternError) {
    var parser = PatternParser(text)
    let syntax = try parser.parse()
    captureCount = parser.captureCount
    captureNames = parser.names
    try add(syntax)
    instructions.append(.match)
  }

  private mutating func add(_ syntax: PatternSyntax) throws(PatternError) {
    work += 1
    guard instructions.count < PatternProgram.mostInstructions, work < 10 * PatternProgram.mostInstructions else {
      throw PatternError(
        message: "the pattern is too large: repeats count as often as they repeat",
        help: "smaller numbers in `{…}`, or several patterns")
    }
    switch syntax {
    case .empty: break
    case .set(let set): instructions.append(.set(number(of: set)))
    case .sequence(let parts): for part in parts { try add(part) }
    case .choice(let parts): try addChoice(parts)
    case .capture(let part, let number):
      instructions.append(.save(2 * number))
      try add(part)
      instructions.append(.save(2 * number + 1))
    case .repeated(let part, let least, let most, let isLazy): try addRepeat(part, least, most, isLazy)
    case .assertion(let assertion): instructions.append(.assert(assertion))
    }
  }

  private mutating func number(of set: ScalarSet) -> Int {
    if let number = numbers[set] { return number }
    numbers[set] = sets.count
    sets.append(set)
    return sets.count - 1
  }

  private mutating func addChoice(_ parts: [PatternSyntax]) throws(PatternError) {
    var jumps: [Int] = []
    for (index, part) in parts.enumerated() {
      guard index + 1 < parts.count else {
        try add(part)
        continue
      }
      let split = instructions.count
      instructions.append(.split(split + 1, 0))
      try add(part)
      jumps.append(instructions.count)
      instructions.append(.jump(0))
      instructions[split] = .split(split + 1, instructions.count)
    }
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
  }

  private mutating func addRepeat(
    _ part: PatternSyntax, _ least: Int, _ most: Int?, _ isLazy: Bool
  ) throws(PatternError) {
    for _ in 0..<least { try add(part) }
    if let most {
      var splits: [Int] = []
      for _ in least..<max(least, most) {
        splits.append(instructions.count)
        instructions.append(.split(0, 0))
        try add(part)
      }
      for split in splits { instructions[split] = choice(split + 1, instructions.count, isLazy) }
      return
    }
    // `x*` of an x that can be empty is `(x+)?`, so that an empty turn ends the loop as it does when ways are tried one
    // after the other.
    let split = instructions.count
    instructions.append(.split(0, 0))
    try add(part)
    if part.canBeEmpty {
      let loop = instructions.count
      instructions.append(choice(split + 1, loop + 1, isLazy))
    } else {
      instructions.append(.jump(split))
    }
    instructions[split] = choice(split + 1, instructions.count, isLazy)
  }

  private func choice(_ more: Int, _ end: Int, _ isLazy: Bool) -> Instruction {
    isLazy ? .split(end, more) : .split(more, end)
  }
}
