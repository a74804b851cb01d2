/// The scalars that one place of a pattern takes.
struct ScalarSet: Hashable, Sendable {
  /// A class with a name, such as `\d`.
  enum Class: Hashable, Sendable {
    /// `\d`: the decimal digits of every script.
    case digit
    /// `\w`: letters, marks, digits and connecting punctuation such as `_`.
    case word
    /// `\s`: white space.
    case space
    /// `\p{…}`: a general category of Unicode, or a group of them, by its short name.
    case category(String)
    /// `[:punct:]`: the punctuation and symbols of ASCII.
    case punctuation
  }

  /// A class, or what is not in it.
  struct Member: Hashable, Sendable {
    let `class`: Class
    let isNegated: Bool
  }

  var ranges: [ClosedRange<UInt32>] = []
  var classes: [Member] = []
  var isNegated = false
  /// Whether `a` also takes `A`, and the other way round.
  var ignoresCase = false

  static let newline = ScalarSet(ranges: [0x0A...0x0A])
  static let word = ScalarSet(classes: [Member(class: .word, isNegated: false)])
  static let any = ScalarSet(ranges: [0...0x10FFFF])

  /// One scalar.
  static func one(_ scalar: Unicode.Scalar, ignoresCase: Bool) -> ScalarSet {
    ScalarSet(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase)
  }

  /// Whether a scalar is in it.
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    if holds(scalar) { return !isNegated }
    if ignoresCase {
      if let lower = ScalarSet.only(scalar.properties.lowercaseMapping), holds(lower) { return !isNegated }
      if let upper = ScalarSet.only(scalar.properties.uppercaseMapping), holds(upper) { return !isNegated }
    }
    return isNegated
  }

  private func holds(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar.value) }
      || classes.contains { ScalarSet.holds(scalar, $0.class) != $0.isNegated }
  }

  private static func only(_ text: String) -> Unicode.Scalar? {
    let scalars = text.unicodeScalars
    guard let first = scalars.first, scalars.count == 1 else { return nil }
    return first
  }

  private static func holds(_ scalar: Unicode.Scalar, _ name: Class) -> Bool {
    switch name {
    case .digit: return scalar.properties.generalCategory == .decimalNumber
    case .space: return scalar.properties.isWhitespace
    case .word:
      if scalar.properties.isAlphabetic { return true }
      switch scalar.properties.generalCategory {
      case .decimalNumber, .connectorPunctuation, .nonspacingMark, .spacingMark, .enclosingMark: return true
      default: return false
      }
    case .punctuation:
      return switch scalar.value {
      case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
      default: false
      }
    case .category(let name): return short(scalar.properties.generalCategory).hasPrefix(name)
    }
  }

  /// The short names that `\p{…}` takes.
  static let categories: Set<String> = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi",
    "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co", "Cn",
  ]

  private static func short(_ category: Unicode.GeneralCategory) -> String {
    switch category {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }
}
