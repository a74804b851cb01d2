import AcrLanguage

extension CompletionRequest {
  /// One line about what the command at the end of the text lacks, or what the value at the cursor is; nil for nothing.
  public var advice: String? { CompletionSearch(request: self) { _ in [] }.advice }

  /// What `?` at the end of the text asks about; nil where it is a character of a text, a word or an expression.
  public var question: Question? { CompletionSearch(request: self) { _ in [] }.question }

  /// What there is to explain.
  public enum Question: Sendable {
    /// Everything.
    case overview
    /// What can stand behind a `|`.
    case stages
    /// The commands whose names begin with these words.
    case family(String)
    case command(Signature)
  }
}

extension CompletionSearch {
  /// The words of the command around the cursor, the unfinished one too; nil where no command is.
  var wordsOfCommand: [String]? {
    guard !scan.endsInComment, case .words(var words, _) = stageStart else { return nil }
    switch scan.bracket {
    case .script, .block, .paren: break
    case .call, .list, .interpolation, .doubleQuote, .singleQuote: return nil
    }
    if !scan.word.raw.isEmpty { words.append(scan.word.raw) }
    if words.first == "az" { words.removeFirst() }
    guard let first = words.first else { return [] }
    guard !Self.expressionWords.contains(first), first.utf8.first.map(Self.startsCommand) ?? false else { return nil }
    return words
  }

  var advice: String? {
    guard let words = wordsOfCommand, let (signature, length) = longestCommand(words) else { return nil }
    let unfinished = scan.word.raw
    if words.count == length, !unfinished.isEmpty { return signature.summary }
    let later = StatementScanner.firstWords(of: request.text.after)
    var arguments = words.dropFirst(length)
    if !unfinished.isEmpty { arguments = arguments.dropLast() }
    let finished = CommandCall(signature, arguments: Array(arguments), later: later, isCmdlet: isCmdlet(words))
    if let flag = finished.flagAwaitingValue {
      return "\(finished.written(flag)) \(flag.type?.placeholder ?? ""): \(flag.help)"
    }
    let call = CommandCall(
      signature, arguments: Array(words.dropFirst(length)), later: later, isCmdlet: isCmdlet(words))
    if signature.input == .required, !scan.stage.isPiped {
      return "`\(signature.name)` needs rows from a pipe before it"
    }
    let missing =
      call.openFlags.filter { $0.isRequired && !call.isGiven($0) }
      .map { ("\(call.written($0)) \($0.type?.placeholder ?? "")", $0.help) }
      + call.missingPositionals.map { (label($0), $0.help) }
    guard let first = missing.first else {
      // What may come next.
      guard unfinished.isEmpty, !call.isCmdlet, !call.hasFlags, let next = call.nextPositional else { return nil }
      return next.help.isEmpty ? "[\(label(next))]" : "[\(label(next))]: \(next.help)"
    }
    if missing.count == 1 { return first.1.isEmpty ? "needs \(first.0)" : "needs \(first.0): \(first.1)" }
    return "needs \(missing.map(\.0).joined(separator: ", "))"
  }

  /// A value as hints name it: with its type, where it is no text.
  private func label(_ value: Signature.Positional) -> String {
    switch value.type {
    case .block: "{ … }"
    case .string, .any: value.name.uppercased()
    default: "\(value.name.uppercased()) (\(value.type))"
    }
  }

  var question: CompletionRequest.Question? {
    guard scan.word.raw.isEmpty, !scan.innermost.isQuote, let words = wordsOfCommand else { return nil }
    if words.isEmpty { return scan.stage.isPiped ? .stages : .overview }
    if let (signature, _) = longestCommand(words) { return .command(signature) }
    let name = words.joined(separator: " ")
    return catalog.isPrefix(name) ? .family(name) : nil
  }

  /// True when the command is written as a cmdlet.
  func isCmdlet(_ words: [String]) -> Bool {
    guard let first = words.first else { return false }
    return catalog.command(named: first) == nil && catalog.command(ofCmdlet: first) != nil
  }
}
