import AcrLanguage

/// The names in an unfinished text that nobody knows, by the check itself.
struct UnknownNames {
  let catalog: Catalog
  let scope: SessionScope
  let environment: Set<String>

  /// The bytes of those names. One that ends at the cursor may still become a known one, and counts only when none begins
  /// like it.
  /// - Parameter cursor: a byte of the text.
  func ranges(in text: String, cursor: Int) -> [Range<Int>] {
    let scan = StatementScanner(text)
    // Modules are not read at each key, and what they define is known only to them.
    guard
      !scan.allPieces.contains(where: {
        $0.isWord && scan.text(from: $0.range.lowerBound, to: $0.range.upperBound) == "use"
      })
    else { return [] }
    let source = Source(name: "<prompt>", text: text + scan.closings)
    let result = Checker.check(source: source, catalog: catalog, session: scope, environment: environment)
    return result.diagnostics.compactMap { diagnostic in
      guard diagnostic.isUnknownName, let span = diagnostic.span else { return nil }
      let range = Int(span.start)..<max(Int(span.start), min(Int(span.end), text.utf8.count))
      guard range.upperBound == cursor else { return range }
      let name = scan.text(from: range.lowerBound, to: range.upperBound)
      return isBeginning(name, scan: StatementScanner(scan.text(from: 0, to: cursor))) ? nil : range
    }
  }

  private func isBeginning(_ name: String, scan: StatementScanner) -> Bool {
    if name.hasPrefix("-") {
      let search = CompletionSearch(
        request: CompletionRequest(
          CompletionRequest.Text(before: scan.text(from: 0, to: scan.bytes.count)), catalog: catalog)
      ) { _ in [] }
      guard let words = search.wordsOfCommand, let (signature, _) = search.longestCommand(words) else { return true }
      let flags = signature.allFlags.flatMap { [$0.name] + $0.aliases }.map { "--\($0)" }
      let parameters = signature.cmdlet?.parameters.map { "-\($0.name)" } ?? []
      return (flags + parameters).contains { $0.lowercased().hasPrefix(name.lowercased()) } || name == "-"
    }
    let start = scan.text(from: 0, to: scan.bytes.count - name.utf8.count)
    if name.hasPrefix("$") || start.hasSuffix("$") || start.hasSuffix("${") {
      let typed = name.drop { $0 == "$" }
      return (scope.variables.keys + scan.names + ["it", "env"]).contains { $0.hasPrefix(typed) }
    }
    let typed = name.lowercased()
    let others = Array(LanguageWords.statements) + Array(LanguageWords.stages) + Array(LanguageWords.operators)
    return scope.functionIndex.keys.contains { $0.hasPrefix(name) }
      || catalog.commandNames.contains { $0.lowercased().hasPrefix(typed) }
      || catalog.commands.contains { command in
        ((command.cmdlet.map { [$0] } ?? []) + command.moreCmdlets).contains { $0.name.lowercased().hasPrefix(typed) }
      }
      || catalog.functions.contains { $0.name.hasPrefix(name) }
      || (others + LanguageWords.constants).contains { $0.hasPrefix(name) }
  }
}

extension StatementScanner.Piece {
  fileprivate var isWord: Bool { if case .word = kind { true } else { false } }
}
