import AcrLanguage

/// The arguments of an unfinished command, told apart with its signature.
struct CommandCall {
  let signature: Signature
  /// Values by the name of the flag or positional.
  private var given: [String: String] = [:]
  private var flagsGiven: Set<String> = []
  private var positionalCount = 0
  /// The flag at the end that still needs its value.
  private(set) var flagAwaitingValue: Signature.Flag?

  /// - Parameters:
  ///   - arguments: the finished words before the cursor, without the command's name.
  ///   - later: the words behind the cursor.
  init(_ signature: Signature, arguments: [String], later: [String]) {
    self.signature = signature
    for word in arguments { add(word) }
    let awaiting = flagAwaitingValue
    let positionals = positionalCount
    flagAwaitingValue = nil
    for word in later { add(word) }
    flagAwaitingValue = awaiting
    positionalCount = positionals
  }

  private mutating func add(_ word: String) {
    if let flag = flagAwaitingValue {
      given[flag.name] = word
      flagAwaitingValue = nil
      return
    }
    if let (flag, value) = flag(of: word) {
      flagsGiven.insert(flag.name)
      if let value { given[flag.name] = value } else if flag.type != nil { flagAwaitingValue = flag }
    } else if !word.hasPrefix("-") {
      if let positional = nextPositional { given[positional.name] = word }
      positionalCount += 1
    }
  }

  private func flag(of word: String) -> (Signature.Flag, String?)? {
    if word.hasPrefix("--") {
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = parts.first, let flag = signature.flags.first(where: { $0.name == name }) else { return nil }
      return (flag, parts.count == 2 ? String(parts[1]) : nil)
    }
    guard word.hasPrefix("-"), word.count == 2, let letter = word.last,
      let flag = signature.flags.first(where: { $0.short == letter })
    else { return nil }
    return (flag, nil)
  }

  /// The positional the next value without a flag belongs to.
  var nextPositional: Signature.Positional? {
    if positionalCount < signature.positionals.count { return signature.positionals[positionalCount] }
    return signature.positionals.last.flatMap { $0.isRest ? $0 : nil }
  }

  /// Flags that may still be given.
  var openFlags: [Signature.Flag] { signature.flags.filter { $0.isRepeatable || !flagsGiven.contains($0.name) } }

  /// What a flag or positional holds, when that is known before the run.
  func value(of name: String) -> String? {
    guard let raw = given[name], !raw.contains("$"), !raw.hasPrefix("(") else { return nil }
    let value = WordQuoting(raw).value
    return value.isEmpty ? nil : value
  }
}

extension StatementScanner {
  /// The words of the first stage of a text, for what stands behind the cursor.
  static func firstWords(of text: String) -> [String] {
    let separators = text.indices.filter { "|;\n".contains(text[$0]) }
    let end = separators.first { StatementScanner(String(text[..<$0])).innermost == .script } ?? text.endIndex
    return StatementScanner(text[..<end] + " ").stage.words.map(\.raw)
  }
}
