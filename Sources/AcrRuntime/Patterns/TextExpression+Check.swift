import AcrLanguage

extension TextExpression {
  /// What is wrong with a regular expression that a script writes out, and where in it.
  static let problem: TextCheck = { text in
    var parser = PatternParser(text)
    do throws(PatternError) {
      _ = try parser.parse()
      _ = try PatternProgram(text)
      return nil
    } catch {
      let before = text.unicodeScalars.prefix(parser.position)
      let start = before.reduce(0) { $0 + UTF8.width($1) }
      let isInside = parser.position < text.unicodeScalars.count
      let width = isInside ? text.unicodeScalars.dropFirst(parser.position).first.map { UTF8.width($0) } ?? 0 : 0
      return TextProblem(
        "`\(text)` is not a regular expression: \(error.message)", help: error.help, range: start..<start + width)
    }
  }
}
