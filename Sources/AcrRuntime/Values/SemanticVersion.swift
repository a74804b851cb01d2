import AcrCore

/// A version by Semantic Versioning 2.0.0. A leading `v`, as image tags often have, is allowed.
struct SemanticVersion: Comparable, Sendable {
  let major: Int64
  let minor: Int64
  let patch: Int64
  /// The identifiers of the pre-release part; empty for a release.
  let prerelease: [String]
  let build: String?

  init(major: Int64, minor: Int64, patch: Int64, prerelease: [String] = [], build: String? = nil) {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.prerelease = prerelease
    self.build = build
  }

  /// Reads `1.2.3`, `v1.2.3-rc.1+build`; nil for anything else, such as `1.2` or `latest`.
  init?(_ text: some StringProtocol) {
    var rest = Substring(text)
    if rest.first == "v" { rest.removeFirst() }
    var build: String?
    if let plus = rest.firstIndex(of: "+") {
      let identifiers = rest[rest.index(after: plus)...]
      guard SemanticVersion.identifiers(identifiers, areNumbersPlain: false) != nil else { return nil }
      build = String(identifiers)
      rest = rest[..<plus]
    }
    var prerelease: [String] = []
    if let dash = rest.firstIndex(of: "-") {
      guard let identifiers = SemanticVersion.identifiers(rest[rest.index(after: dash)...], areNumbersPlain: true)
      else {
        return nil
      }
      prerelease = identifiers
      rest = rest[..<dash]
    }
    let numbers = rest.split(separator: ".", omittingEmptySubsequences: false).map(SemanticVersion.number)
    guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else { return nil }
    self.init(major: major, minor: minor, patch: patch, prerelease: prerelease, build: build)
  }

  /// A number without leading zeros (rule 2).
  static func number(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text == "0" || text.first != "0" else {
      return nil
    }
    return Int64(text)
  }

  /// Identifiers joined by points (rules 9 and 10).
  private static func identifiers(_ text: Substring, areNumbersPlain: Bool) -> [String]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    for part in parts {
      let isAllowed = part.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
      }
      guard !part.isEmpty, isAllowed else { return nil }
      let isNumber = part.utf8.allSatisfy { (0x30...0x39).contains($0) }
      if areNumbersPlain, isNumber, part.count > 1, part.first == "0" { return nil }
    }
    return parts.map(String.init)
  }

  static func == (left: SemanticVersion, right: SemanticVersion) -> Bool { left.order(right) == 0 }
  static func < (left: SemanticVersion, right: SemanticVersion) -> Bool { left.order(right) < 0 }

  /// Precedence (rule 11): the build part does not count, a release is above its pre-releases.
  private func order(_ other: SemanticVersion) -> Int {
    for (left, right) in [(major, other.major), (minor, other.minor), (patch, other.patch)] where left != right {
      return left < right ? -1 : 1
    }
    if prerelease.isEmpty || other.prerelease.isEmpty {
      return prerelease.isEmpty == other.prerelease.isEmpty ? 0 : prerelease.isEmpty ? 1 : -1
    }
    for (left, right) in zip(prerelease, other.prerelease) where left != right {
      return SemanticVersion.isBelow(left, right) ? -1 : 1
    }
    let (count, otherCount) = (prerelease.count, other.prerelease.count)
    return count == otherCount ? 0 : count < otherCount ? -1 : 1
  }

  private static func isBelow(_ left: String, _ right: String) -> Bool {
    let (leftIsNumber, rightIsNumber) = (left.utf8.allSatisfy(isDigit), right.utf8.allSatisfy(isDigit))
    switch (leftIsNumber, rightIsNumber) {
    // Numbers without leading zeros: the longer one is greater, whatever its length.
    case (true, true): return (left.utf8.count, left) < (right.utf8.count, right)
    case (true, false): return true
    case (false, true): return false
    case (false, false): return left < right
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

/// A range of versions in npm's notation (node-semver, "Ranges"): comparators joined by spaces, alternatives by `||`,
/// hyphen ranges, `x`, `~`, `^`. As there, a pre-release is in a range only when a comparator of the same three numbers
/// has a pre-release part too.
struct VersionRange: Sendable {
  private let alternatives: [[Comparator]]

  fileprivate struct Comparator {
    enum Kind { case less, lessOrEqual, greater, greaterOrEqual, equal }
    let kind: Kind
    let version: SemanticVersion
  }

  /// Reads a range.
  /// - Throws: ``AcrError`` of kind `invalid` that names the part it cannot read.
  init(_ text: String) throws(AcrError) {
    var alternatives: [[Comparator]] = []
    for alternative in text.split(separator: "||", omittingEmptySubsequences: false) {
      alternatives.append(try VersionRange.comparators(alternative, in: text))
    }
    self.alternatives = alternatives
  }

  /// True when the version is in the range.
  func contains(_ version: SemanticVersion) -> Bool {
    alternatives.contains { comparators in
      guard comparators.allSatisfy({ $0.holds(for: version) }) else { return false }
      return version.prerelease.isEmpty
        || comparators.contains { comparator in
          let bound = comparator.version
          return !bound.prerelease.isEmpty
            && (bound.major, bound.minor, bound.patch) == (version.major, version.minor, version.patch)
        }
    }
  }

  private static func comparators(_ text: Substring, in whole: String) throws(AcrError) -> [Comparator] {
    var words = text.split(whereSeparator: \.isWhitespace)
    if words.count == 3, words[1] == "-" {
      let low = try Partial(words[0], in: whole)
      let high = try Partial(words[2], in: whole)
      return [Comparator(kind: .greaterOrEqual, version: low.lowest)] + high.upTo
    }
    var result: [Comparator] = []
    while !words.isEmpty {
      let word = words.removeFirst()
      let sign = word.prefix { "<>=~^".contains($0) }
      var version = word[sign.endIndex...]
      // The sign may stand apart: `>= 1.2`.
      if version.isEmpty, !sign.isEmpty, !words.isEmpty { version = words.removeFirst() }
      result += try comparators(sign, try Partial(version, in: whole), in: whole)
    }
    return result
  }

  private static func comparators(
    _ sign: Substring, _ partial: Partial, in whole: String
  ) throws(AcrError) -> [Comparator] {
    switch sign {
    case "", "=": return partial.isFull ? [Comparator(kind: .equal, version: partial.lowest)] : partial.within
    case ">":
      if partial.isFull { return [Comparator(kind: .greater, version: partial.lowest)] }
      return partial.next.map { [Comparator(kind: .greaterOrEqual, version: $0)] } ?? [.never]
    case ">=": return [Comparator(kind: .greaterOrEqual, version: partial.lowest)]
    case "<": return [Comparator(kind: .less, version: partial.isFull ? partial.lowest : partial.floor)]
    case "<=": return partial.upTo
    case "~", "~>": return partial.from(upTo: partial.minor == nil ? partial.nextMajor : partial.nextMinor)
    case "^": return partial.from(upTo: partial.nextBreaking)
    default: throw AcrError(.invalid, "`\(sign)` is not a comparison in the version range `\(whole)`")
    }
  }

  /// A version of which the last numbers may be missing or `x`.
  private struct Partial {
    let major: Int64?
    let minor: Int64?
    let patch: Int64?
    let prerelease: [String]

    init(_ text: Substring, in whole: String) throws(AcrError) {
      // The greatest number has no next one, which a range may end before.
      if let version = SemanticVersion(text), max(version.major, version.minor, version.patch) < .max {
        (major, minor, patch, prerelease) = (version.major, version.minor, version.patch, version.prerelease)
        return
      }
      let parts = (text.first == "v" ? text.dropFirst() : text).split(separator: ".", omittingEmptySubsequences: false)
      var numbers: [Int64?] = []
      for part in parts {
        if part == "x" || part == "X" || part == "*" || (part.isEmpty && parts.count == 1) {
          numbers.append(nil)
        } else if let number = SemanticVersion.number(part), number < .max {
          // After an `x` further numbers say nothing.
          numbers.append(numbers.contains(nil) ? nil : number)
        } else {
          throw AcrError(
            .invalid, "`\(text)` is not a version in the range `\(whole)`",
            help: "as in `>=1.2.0 <2.0.0`, `^1.4`, `1.x`")
        }
      }
      guard numbers.count <= 3 else { throw AcrError(.invalid, "`\(text)` is not a version in the range `\(whole)`") }
      numbers += repeatElement(nil, count: 3 - numbers.count)
      (major, minor, patch, prerelease) = (numbers[0], numbers[1], numbers[2], [])
    }

    var isFull: Bool { patch != nil }
    var lowest: SemanticVersion {
      SemanticVersion(major: major ?? 0, minor: minor ?? 0, patch: patch ?? 0, prerelease: prerelease)
    }
    /// Below every pre-release of the lowest version, so that `<2` leaves out `2.0.0-rc.1`.
    var floor: SemanticVersion {
      SemanticVersion(major: major ?? 0, minor: minor ?? 0, patch: patch ?? 0, prerelease: ["0"])
    }
    var nextMajor: SemanticVersion? { major.map { SemanticVersion(major: $0 + 1, minor: 0, patch: 0) } }
    var nextMinor: SemanticVersion? {
      guard let major, let minor else { return nextMajor }
      return SemanticVersion(major: major, minor: minor + 1, patch: 0)
    }
    /// The first version behind all those the missing numbers stand for.
    var next: SemanticVersion? { minor == nil ? nextMajor : nextMinor }
    /// Where `^` ends: the leftmost number that is not zero changes.
    var nextBreaking: SemanticVersion? {
      guard let major, major == 0, let minor else { return nextMajor }
      guard minor == 0, let patch else { return SemanticVersion(major: 0, minor: minor + 1, patch: 0) }
      return SemanticVersion(major: 0, minor: 0, patch: patch + 1)
    }

    var within: [Comparator] { from(upTo: next) }
    var upTo: [Comparator] {
      if isFull { return [Comparator(kind: .lessOrEqual, version: lowest)] }
      return next.map { [Comparator(kind: .less, version: $0.floor)] } ?? []
    }

    func from(upTo end: SemanticVersion?) -> [Comparator] {
      [Comparator(kind: .greaterOrEqual, version: lowest)]
        + (end.map { [Comparator(kind: .less, version: $0.floor)] } ?? [])
    }
  }
}

extension SemanticVersion {
  /// The version below every pre-release of this one.
  fileprivate var floor: SemanticVersion {
    SemanticVersion(major: major, minor: minor, patch: patch, prerelease: ["0"])
  }
}

extension VersionRange.Comparator {
  /// `>*`: nothing is above every version.
  fileprivate static var never: VersionRange.Comparator {
    VersionRange.Comparator(kind: .less, version: SemanticVersion(major: 0, minor: 0, patch: 0, prerelease: ["0"]))
  }

  fileprivate func holds(for version: SemanticVersion) -> Bool {
    switch kind {
    case .less: version < self.version
    case .lessOrEqual: version <= self.version
    case .greater: version > self.version
    case .greaterOrEqual: version >= self.version
    case .equal: version == self.version
    }
  }
}
