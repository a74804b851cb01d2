import AcrCore

/// Regular expressions by their text, so that a pattern in a loop or `where` is read once. Each evaluator has a cache of
/// its own.
final class PatternCache {
  private var patterns: [String: TextExpression] = [:]
  /// The latest one: most loops and `where`s have one pattern.
  private var latest: (text: String, expression: TextExpression)?

  /// The expression of a pattern.
  /// - Throws: ``AcrError`` of kind `invalid` with what is wrong with it.
  func pattern(_ text: String) throws(AcrError) -> TextExpression {
    if let latest, latest.text == text { return latest.expression }
    let expression: TextExpression
    if let known = patterns[text] { expression = known } else { expression = try TextExpression(text) }
    // A script that builds patterns from data must not fill the memory with them.
    if patterns.count >= 64 { patterns.removeAll() }
    patterns[text] = expression
    latest = (text, expression)
    return expression
  }

  /// `text =~ pattern`: true when the pattern matches some part of the text.
  func matches(_ text: Value, _ pattern: Value, _ meter: Meter) throws(OperationFailure) -> Bool {
    guard case .string(let text) = text, case .string(let source) = pattern else { throw .mismatch }
    do throws(AcrError) {
      return try self.pattern(source).matches(text, meter)
    } catch {
      throw .other(error)
    }
  }
}
