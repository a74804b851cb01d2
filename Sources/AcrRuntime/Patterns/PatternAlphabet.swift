/// The scalars of texts, put into classes: a pattern's sets tell those of one class not apart.
struct PatternAlphabet {
  private let sets: [ScalarSet]
  /// The class of each ASCII scalar.
  private(set) var ascii = [Int](repeating: 0, count: 128)
  private var others: [UInt32: Int] = [:]
  private var numbers: [[Int]: Int] = [:]
  /// The sets that the scalars of a class are in. Class 0 is the end of the text.
  private(set) var members: [[Int]] = [[]]

  init(_ sets: [ScalarSet]) {
    self.sets = sets
    for value in UInt8(0)..<128 { ascii[Int(value)] = add(Unicode.Scalar(value)) }
  }

  /// The class of a scalar.
  mutating func number(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return ascii[Int(scalar.value)] }
    if let number = others[scalar.value] { return number }
    // A text in which every character occurs must not fill the memory.
    if others.count >= 65_536 { others.removeAll() }
    let number = add(scalar)
    others[scalar.value] = number
    return number
  }

  /// The sets that a scalar is in.
  mutating func sets(of scalar: Unicode.Scalar) -> [Int] {
    // Asking for the number may add a class, so it comes before the look into the list of them.
    let number = number(scalar)
    return members[number]
  }

  private mutating func add(_ scalar: Unicode.Scalar) -> Int {
    let signature = sets.indices.filter { sets[$0].contains(scalar) }
    if let number = numbers[signature] { return number }
    members.append(signature)
    numbers[signature] = members.count - 1
    return members.count - 1
  }
}

/// What stands on both sides of a place in a text, as far as assertions ask.
struct PatternPlace {
  var isStart: Bool
  var isAfterWord: Bool
  var isAfterNewline: Bool
  var isEnd: Bool
  var isBeforeWord: Bool
  var isBeforeNewline: Bool

  func holds(_ assertion: PatternAssertion) -> Bool {
    switch assertion {
    case .textStart: isStart
    case .textEnd: isEnd
    case .lineStart: isStart || isAfterNewline
    case .lineEnd: isEnd || isBeforeNewline
    case .wordBoundary: isAfterWord != isBeforeWord
    case .noWordBoundary: isAfterWord == isBeforeWord
    }
  }
}
