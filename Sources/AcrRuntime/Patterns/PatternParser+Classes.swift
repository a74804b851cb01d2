extension PatternParser {
  // MARK: Escapes

  /// What follows a backslash outside brackets.
  mutating func escape() throws(PatternError) -> PatternSyntax? {
    switch next {
    case "b": return assertion(.wordBoundary)
    case "B": return assertion(.noWordBoundary)
    case "A": return assertion(.textStart)
    case "z": return assertion(.textEnd)
    case "Q": return quoted()
    default: break
    }
    if let member = try namedClass() { return .set(ScalarSet(classes: [member])) }
    return .set(.one(try scalar(), ignoresCase: options.ignoresCase))
  }

  private mutating func assertion(_ assertion: PatternAssertion) -> PatternSyntax {
    position += 1
    return .assertion(assertion)
  }

  /// `\Q…\E`: characters that stand for themselves.
  private mutating func quoted() -> PatternSyntax {
    position += 1
    var parts: [PatternSyntax] = []
    while let scalar = next, !take("\\E") {
      parts.append(.set(.one(scalar, ignoresCase: options.ignoresCase)))
      position += 1
    }
    return .sequence(parts)
  }

  /// `\d`, `\w`, `\s`, `\p{…}` and their opposites; nil when something else is escaped.
  private mutating func namedClass() throws(PatternError) -> ScalarSet.Member? {
    let member: ScalarSet.Member
    switch next {
    case "d": member = .init(class: .digit, isNegated: false)
    case "D": member = .init(class: .digit, isNegated: true)
    case "w": member = .init(class: .word, isNegated: false)
    case "W": member = .init(class: .word, isNegated: true)
    case "s": member = .init(class: .space, isNegated: false)
    case "S": member = .init(class: .space, isNegated: true)
    case "p", "P":
      let isNegated = next == "P"
      position += 1
      var name = ""
      if take("{") {
        while let scalar = next, scalar != "}" {
          name.unicodeScalars.append(scalar)
          position += 1
        }
      }
      guard ScalarSet.categories.contains(name) else {
        throw PatternError(
          message: "`\\p{\(name)}` is not a general category of Unicode", help: "for example `\\p{L}` or `\\p{Lu}`")
      }
      member = .init(class: .category(name), isNegated: isNegated)
    default: return nil
    }
    position += 1
    return member
  }

  /// An escaped character.
  private mutating func scalar() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = next else { throw PatternError(message: "nothing follows the last `\\`") }
    position += 1
    switch scalar {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "f": return "\u{0C}"
    case "v": return "\u{0B}"
    case "a": return "\u{07}"
    case "e": return "\u{1B}"
    case "0": return "\0"
    case "x": return try code(digits: 2)
    case "u": return try code(digits: 4)
    case "U": return try code(digits: 8)
    case "1"..."9", "k", "g":
      throw PatternError(
        message: "`\\\(scalar)` refers back to a group, which is not supported: matching takes linear time")
    case "a"..."z", "A"..."Z": throw PatternError(message: "`\\\(scalar)` has no meaning")
    default: return scalar
    }
  }

  /// The hexadecimal digits of a scalar, bare or in braces.
  private mutating func code(digits: Int) throws(PatternError) -> Unicode.Scalar {
    var text = ""
    let isBraced = take("{")
    while let scalar = next, scalar.properties.isASCIIHexDigit, isBraced ? text.count < 8 : text.count < digits {
      text.unicodeScalars.append(scalar)
      position += 1
    }
    guard isBraced ? take("}") : text.count == digits, let value = UInt32(text, radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw PatternError(message: "expected the hexadecimal number of a character") }
    return scalar
  }

  // MARK: Classes in brackets

  /// `[…]`, from behind its bracket.
  mutating func customClass() throws(PatternError) -> ScalarSet {
    var set = ScalarSet(ignoresCase: options.ignoresCase)
    set.isNegated = take("^")
    var isFirst = true
    while let scalar = next, scalar != "]" || isFirst {
      if isFirst, scalar == "]", !scalars[(position + 1)...].contains("]") { break }
      isFirst = false
      for operation in ["&&", "--", "~~"] where take(operation) {
        throw PatternError(
          message: "`\(operation)` in brackets is not supported", help: "name the characters that are wanted")
      }
      if scalar == "[" {
        try posixClass(&set)
        continue
      }
      if scalar == "\\" {
        position += 1
        if let member = try namedClass() {
          set.classes.append(member)
          continue
        }
        position -= 1
      }
      let low = try classScalar()
      guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
        set.ranges.append(low.value...low.value)
        continue
      }
      if scalars[position + 1] == "-" { continue }
      position += 1
      let high = try classScalar()
      guard low.value <= high.value else { throw PatternError(message: "the range `\(low)-\(high)` is reversed") }
      set.ranges.append(low.value...high.value)
    }
    guard take("]") else { throw PatternError(message: "expected ']'", help: "`\\[` is a bracket") }
    return set
  }

  private mutating func classScalar() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = next else { throw PatternError(message: "expected ']'") }
    position += 1
    guard scalar == "\\" else { return scalar }
    if take("b") { return "\u{08}" }
    return try self.scalar()
  }

  /// `[:alpha:]`.
  private mutating func posixClass(_ set: inout ScalarSet) throws(PatternError) {
    let classes: [(String, [ClosedRange<UInt32>], ScalarSet.Class?)] = [
      ("alpha", [], .category("L")), ("digit", [], .digit), ("alnum", [], .digit), ("upper", [], .category("Lu")),
      ("lower", [], .category("Ll")), ("space", [], .space), ("word", [], .word), ("punct", [], .punctuation),
      ("xdigit", [0x30...0x39, 0x41...0x46, 0x61...0x66], nil), ("blank", [0x20...0x20, 0x09...0x09], nil),
    ]
    for (name, ranges, member) in classes where take("[:\(name):]") {
      set.ranges += ranges
      if let member { set.classes.append(.init(class: member, isNegated: false)) }
      if name == "alnum" { set.classes.append(.init(class: .category("L"), isNegated: false)) }
      return
    }
    throw PatternError(message: "a class in a class is not supported", help: "`\\[` is a bracket")
  }
}
