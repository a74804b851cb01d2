import Testing

/// One text with a mark around each place that is found wrong, and what is said about each, in order.
struct MarkedCase: Sendable, CustomTestStringConvertible {
  let text: String
  /// `severity: message / label = help`.
  let findings: [String]
  let isPrompt: Bool

  init(_ text: String, _ findings: String..., isPrompt: Bool = false) {
    self.text = text
    self.findings = findings
    self.isPrompt = isPrompt
  }

  var testDescription: String { text }
}

extension MarkedCase {
  static let all = syntax + names + types
}
