/// Looks at the text of an argument that a script writes out, before anything runs; nil when nothing is wrong with it.
/// The types of values are checked without it; this is for texts with a grammar of their own, such as queries.
public typealias TextCheck = @Sendable (String) -> TextProblem?

/// What is wrong with the text of an argument.
public struct TextProblem: Sendable, Equatable {
  /// One sentence without a final full stop.
  public var message: String
  /// What to do about it.
  public var help: String?
  /// Where in the text, in UTF-8 offsets; nil for all of it.
  public var range: Range<Int>?

  /// Creates a problem.
  public init(_ message: String, help: String? = nil, range: Range<Int>? = nil) {
    self.message = message
    self.help = help
    self.range = range
  }
}

extension Source {
  /// The place of a part of an argument's text: exact where the text stands in the script as it is, in quotes or
  /// without, and otherwise the whole argument.
  public func span(of range: Range<Int>, in text: String, writtenAt whole: Span) -> Span {
    let written = self.text(whole).utf8
    let offset: Int
    if written.elementsEqual(text.utf8) {
      offset = 0
    } else if written.count == text.utf8.count + 2, written.dropFirst().dropLast().elementsEqual(text.utf8) {
      offset = 1
    } else {
      return whole
    }
    // The end of the text has no character to point at: a quote behind it stands for it, or its last character.
    let writtenStart = whole.start + Int32(offset + range.lowerBound)
    let start = min(writtenStart, max(whole.start, whole.end - 1))
    return Span(start, min(max(start + 1, writtenStart + Int32(range.count)), Int32(bytes.count)))
  }
}
