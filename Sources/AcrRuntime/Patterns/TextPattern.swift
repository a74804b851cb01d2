import AcrCore
import AcrLanguage
import Synchronization

/// A pattern for names as people write it: a glob (`v1.*`), a regular expression between slashes (`/^v[0-9]+$/`), or a
/// range of versions (`>=1.2 <2`, `^1.4`, `1.x || 2.x`).
public final class TextPattern: Sendable {
  private enum Rule: Sendable {
    case glob(String)
    case versions(VersionRange)
    case expression
  }

  private let rule: Rule
  /// One thread at a time uses it.
  private let expression: Mutex<TextExpression?>

  /// Reads a pattern.
  /// - Throws: ``AcrError`` of kind `invalid` with what is wrong with it.
  public init(_ text: String) throws(AcrError) {
    if text.count >= 2, text.hasPrefix("/"), text.hasSuffix("/") {
      let source = String(text.dropFirst().dropLast())
      let read = try TextExpression(source)
      expression = Mutex(read)
      rule = .expression
    } else {
      expression = Mutex(nil)
      rule = TextPattern.isRange(text) ? .versions(try VersionRange(text)) : .glob(text)
    }
  }

  /// Reads a range of versions, also one that looks like a glob (`1.x`).
  /// - Throws: ``AcrError`` of kind `invalid` with what is wrong with it.
  public init(versions text: String) throws(AcrError) {
    expression = Mutex(nil)
    rule = .versions(try VersionRange(text))
  }

  /// Looks at a pattern that a script writes out.
  public static let check: TextCheck = { text in
    do throws(AcrError) {
      _ = try TextPattern(text)
      return nil
    } catch {
      return TextProblem(error.message, help: error.help)
    }
  }

  /// True when the whole name is described by the pattern. A name that is no version is in no range of versions; `3.18` is 3.18.0.
  public func matches(_ name: String) -> Bool {
    switch rule {
    case .glob(let pattern): return Glob.matches(name, pattern: pattern)
    case .versions(let range): return TextPattern.version(name).map { range.contains($0) } ?? false
    case .expression: return expression.withLock { (try? $0?.matches(name)) ?? false }
    }
  }

  /// What an expression finds in a name: the text of its first group, or of the whole match where it has none.
  /// - Returns: nil where it finds nothing, and for a pattern that is no expression.
  public func group(in name: String) -> String? {
    expression.withLock { expression in
      guard let match = (try? expression?.all(in: name))?.first else { return nil }
      guard let group = match.groups.first else { return String(match.text) }
      return group.map(String.init)
    }
  }

  /// True for a pattern between slashes.
  public var isExpression: Bool { if case .expression = rule { true } else { false } }

  /// The version a tag stands for. Tags leave parts out (`3.18`, `v2`) where versions have three numbers.
  static func version(_ name: String) -> SemanticVersion? {
    if let version = SemanticVersion(name) { return version }
    let end = name.firstIndex { $0 == "-" || $0 == "+" } ?? name.endIndex
    let missing = 3 - name[..<end].split(separator: ".", omittingEmptySubsequences: false).count
    guard missing > 0 else { return nil }
    return SemanticVersion(name[..<end] + String(repeating: ".0", count: missing) + name[end...])
  }

  /// No tag can hold a comparison sign, so a text with one is a range.
  private static func isRange(_ text: String) -> Bool {
    text.contains { "<>=^~|".contains($0) } || text.contains(" ")
  }
}
