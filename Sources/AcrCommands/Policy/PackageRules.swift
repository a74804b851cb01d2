import AcrCore
import AcrRuntime
import ImageContents
import ImportCore

/// What a policy asks of the packages in a signed SBOM.
struct PackageRules: Sendable {
  /// A package that is not wanted: by name, and perhaps only some versions.
  struct Unwanted: Sendable {
    let name: TextTest
    /// Nil for every version.
    var versions: TextTest?
  }

  /// Packages that must not be there.
  var unwanted: [Unwanted] = []
  /// The licenses of which every package has to have one; empty for any.
  var allowed: [TextTest] = []
  /// Licenses that no package may need.
  var denied: [TextTest] = []

  /// The first problem of each kind; empty where everything is as wanted.
  func problems(_ list: PackageList) -> [String] {
    var problems: [String] = []
    let found = list.packages.filter { package in unwanted.contains { Self.fits(package, $0) } }
    if let first = found.first {
      let version = first.version.map { " \($0)" } ?? ""
      problems.append(
        "it has the package `\(first.name)\(version)`\(Self.more(found.count)), which the rule does not want")
    }
    guard !allowed.isEmpty || !denied.isEmpty else { return problems }
    let others = list.packages.filter { !accepts($0.license) }
    if let first = others.first {
      let license = first.license.map { "the license `\($0)`" } ?? "no known license"
      problems.append(
        "its package `\(first.name)` has \(license)\(Self.more(others.count)), which the rule does not accept")
    }
    return problems
  }

  private static func more(_ count: Int) -> String { count > 1 ? " (and \(count - 1) more)" : "" }

  private static func fits(_ package: ListedPackage, _ unwanted: Unwanted) -> Bool {
    guard unwanted.name.matches(package.name) else { return false }
    guard let versions = unwanted.versions else { return true }
    // A version that cannot be compared may be the unwanted one.
    guard let version = package.version.flatMap(comparable) else { return true }
    return versions.matches(version)
  }

  /// The numbers at the start of a version, which ranges compare: `2.36.0` of `2.36-9+deb12u4`, `1.2.3` of `1:1.2.3-r4`.
  static func comparable(_ version: String) -> String? {
    var rest = version[...]
    if let colon = rest.firstIndex(of: ":"), rest[..<colon].allSatisfy(\.isNumber) {
      rest = rest[rest.index(after: colon)...]
    }
    if rest.first == "v" { rest = rest.dropFirst() }
    let head = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    var numbers = head.split(separator: ".").prefix(3).compactMap { Int64($0) }
    guard !numbers.isEmpty else { return nil }
    while numbers.count < 3 { numbers.append(0) }
    return numbers.map(String.init).joined(separator: ".")
  }

  // MARK: Licenses

  /// Whether a license, or an expression of several (SPDX, annex D), is accepted: of `OR` one, of `AND` all.
  func accepts(_ license: String?) -> Bool {
    guard let license, !license.isEmpty else { return allowed.isEmpty }
    var parser = LicenseExpression(license)
    return parser.holds(for: acceptsOne) ?? acceptsOne(license)
  }

  private func acceptsOne(_ license: String) -> Bool {
    !denied.contains { $0.matches(license) } && (allowed.isEmpty || allowed.contains { $0.matches(license) })
  }
}

/// An expression of licenses: `MIT OR (GPL-2.0-only WITH Classpath-exception-2.0 AND BSD-3-Clause)`.
struct LicenseExpression {
  private var words: ArraySlice<String>
  private var depth = 0

  init(_ text: String) {
    let spaced = text.replacing("(", with: " ( ").replacing(")", with: " ) ")
    words = spaced.split(whereSeparator: \.isWhitespace).map(String.init)[...]
  }

  /// Whether it holds where each license does or does not; nil for a text that is no expression.
  mutating func holds(for accepts: (String) -> Bool) -> Bool? {
    guard let result = alternatives(accepts), words.isEmpty else { return nil }
    return result
  }

  private mutating func alternatives(_ accepts: (String) -> Bool) -> Bool? {
    guard var result = all(accepts) else { return nil }
    while words.first?.uppercased() == "OR" {
      words.removeFirst()
      guard let next = all(accepts) else { return nil }
      result = result || next
    }
    return result
  }

  private mutating func all(_ accepts: (String) -> Bool) -> Bool? {
    guard var result = one(accepts) else { return nil }
    while words.first?.uppercased() == "AND" {
      words.removeFirst()
      guard let next = one(accepts) else { return nil }
      result = result && next
    }
    return result
  }

  private mutating func one(_ accepts: (String) -> Bool) -> Bool? {
    guard let word = words.popFirst(), word != ")" else { return nil }
    if word == "(" {
      depth += 1
      guard depth <= 32, let result = alternatives(accepts), words.popFirst() == ")" else { return nil }
      depth -= 1
      return result
    }
    // An exception only adds permissions.
    if words.first?.uppercased() == "WITH" { words = words.dropFirst(2) }
    return accepts(word)
  }
}
