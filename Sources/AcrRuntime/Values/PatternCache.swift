import AcrCore

/// Compiled regular expressions by their text, so that a pattern in a loop or `where` is compiled once. `Regex` is not
/// `Sendable`: each evaluator has a cache of its own.
final class PatternCache {
  private var patterns: [String: Regex<AnyRegexOutput>] = [:]

  /// The compiled pattern.
  /// - Throws: ``AcrError`` of kind `invalid` with what is wrong with it.
  func pattern(_ text: String) throws(AcrError) -> Regex<AnyRegexOutput> {
    if let pattern = patterns[text] { return pattern }
    do {
      let pattern = try Regex(text)
      // A script that builds patterns from data must not fill the memory with them.
      if patterns.count >= 256 { patterns.removeAll() }
      patterns[text] = pattern
      return pattern
    } catch {
      throw AcrError(.invalid, "`\(text)` is not a regular expression: \(error)")
    }
  }

  /// `text =~ pattern`: true when the pattern matches some part of the text.
  func matches(_ text: Value, _ pattern: Value) throws(OperationFailure) -> Bool {
    guard case .string(let text) = text, case .string(let source) = pattern else { throw .mismatch }
    do throws(AcrError) {
      return text.firstMatch(of: try self.pattern(source)) != nil
    } catch {
      throw .other(error)
    }
  }
}
