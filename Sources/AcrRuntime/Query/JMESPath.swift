import AcrCore
import AcrLanguage

/// An expression of JMESPath (https://jmespath.org/specification.html), the query language of the Azure CLI's `--query`.
///
/// It works on values of the language: a size is a number, durations and datetimes are strings, as in their JSON. What a
/// query only passes on keeps its type. Where the specification and the Python library the Azure CLI uses differ, the
/// library decides, because that is what people's queries were tried with: texts have an order (`lastUpdateTime <
/// '2024-01-01'`), and a literal in backticks that is not JSON is a text.
public struct JMESPath: Sendable {
  /// The expression as it was written.
  public let text: String
  let node: JMESPathNode

  /// Reads an expression. Unknown functions and wrong numbers of arguments are found here.
  public init(_ text: String) throws(JMESPathError) {
    self.text = text
    var parser = JMESPathParser(text, try JMESPathLexer.tokens(of: text))
    node = try parser.parse()
  }

  /// What the expression finds in a value; null when it finds nothing.
  /// - Throws: ``JMESPathError`` when a function cannot work on what it is given.
  public func search(_ value: Value) throws(JMESPathError) -> Value { try search(value, nil) }

  /// The same, and ^C stops it: a short expression can take very long.
  func search(_ value: Value, _ meter: Meter?) throws(JMESPathError) -> Value {
    let place = meter?.place
    defer { if let place { meter?.release(place) } }
    return try JMESPathEvaluator(text: text, meter: meter).evaluate(node, value)
  }

  /// What is wrong with an expression before it runs, for the check of a script.
  static let check: TextCheck = { text in
    do throws(JMESPathError) {
      _ = try JMESPath(text)
      return nil
    } catch {
      return TextProblem(error.sentence, help: error.help, range: error.range)
    }
  }
}

/// What is wrong with an expression, or with what it does to a value.
public struct JMESPathError: Error, Sendable {
  /// What is wrong, without the place.
  public let message: String
  /// What to do about it.
  public let help: String?
  /// The expression.
  public let text: String
  /// Where in it, in UTF-8 offsets.
  public let range: Range<Int>
  /// Why it ended where the expression is not to blame: ^C, or a limit.
  var stop: AcrError?

  init(_ message: String, _ text: String, _ range: Range<Int>, help: String? = nil) {
    self.message = message
    self.help = help
    self.text = text
    self.range = range
  }

  /// The message with the place, counted in characters from 1.
  public var sentence: String {
    let before = text.utf8.prefix(range.lowerBound).reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    return "\(message), at character \(before + 1) of the query `\(excerpt)`"
  }

  /// The expression, or of a long one the part around the place.
  private var excerpt: String {
    let room = 60
    let scalars = Array(text.unicodeScalars)
    guard scalars.count > room else { return text }
    let offset = String(decoding: text.utf8.prefix(range.lowerBound), as: UTF8.self).unicodeScalars.count
    let start = min(max(0, offset - room / 2), scalars.count - room)
    var part = String.UnicodeScalarView()
    part.append(contentsOf: scalars[start..<start + room])
    return (start > 0 ? "…" : "") + String(part) + (start + room < scalars.count ? "…" : "")
  }
}
