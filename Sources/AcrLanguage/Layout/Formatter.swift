/// Writes a text in the one layout of acr (docs/manual.md, "Layout"). Only white space, `;`, `\` and trailing commas
/// change: words, quoted texts and comments stay as they are.
public enum Formatter {
  /// Columns a line may take where it can be broken.
  public static let lineWidth = 100

  /// What became of a text.
  public enum Outcome: Sendable {
    /// The text in its layout; it may be what it was before.
    case formatted(String)
    /// It does not parse, and these are the reasons.
    case refused([Diagnostic])
  }

  /// Lays out a text. A result that does not mean exactly what the text meant is refused, so that a mistake in the layout
  /// cannot damage a script.
  public static func format(_ source: Source) -> Outcome {
    let (tree, diagnostics) = SyntaxTree.parse(source)
    guard diagnostics.isEmpty else { return .refused(diagnostics) }
    let text = FormatBuilder(tree).text
    let after = SyntaxTree.parse(Source(name: source.name, text: text))
    guard after.diagnostics.isEmpty, tree.hasSameStructure(as: after.tree), tree.hasSameComments(as: after.tree) else {
      return .refused([
        Diagnostic(
          .error, "the layout of this text would change its meaning, so it is left as it is", source: source,
          span: nil, help: "this is a mistake in acrsh; please report it with the text")
      ])
    }
    return .formatted(text)
  }
}

extension SyntaxTree {
  /// Parses a text. Names are not looked up. Where there are diagnostics, the tree holds the statements that are right.
  public static func parse(_ source: Source) -> (tree: SyntaxTree, diagnostics: [Diagnostic]) {
    var parser = Parser(source)
    let tree = parser.parse()
    return (tree, parser.failures.map { $0.diagnostic(in: source) })
  }

  /// True when both hold the same statements and documentation, wherever they stand.
  func hasSameStructure(as other: SyntaxTree) -> Bool {
    documentation == other.documentation && namesInDefinitions == other.namesInDefinitions
      && statements.isSame(as: other.statements)
  }

  /// True when both hold the same comments, but for blanks at their ends.
  func hasSameComments(as other: SyntaxTree) -> Bool {
    let texts = [self, other].map { tree in
      tree.comments.map { FormatBuilder.withoutBlanks(tree.source.text($0)) }.sorted()
    }
    return texts[0] == texts[1]
  }
}
