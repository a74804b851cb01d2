import AcrLanguage

/// The arguments of an unfinished command, told apart with its signature.
struct CommandCall {
  let signature: Signature
  /// True when it is written as a cmdlet, whose parameters have one dash and names of their own.
  let isCmdlet: Bool
  /// Values by the name of the flag or positional.
  private var given: [String: String] = [:]
  private var flagsGiven: Set<String> = []
  private var positionalCount = 0
  private var laterCount = 0
  /// The flag at the end that still needs its value.
  private(set) var flagAwaitingValue: Signature.Flag?

  /// - Parameters:
  ///   - arguments: the finished words before the cursor, without the command's name.
  ///   - later: the words behind the cursor.
  init(_ signature: Signature, arguments: [String], later: [String], isCmdlet: Bool = false) {
    self.signature = signature
    self.isCmdlet = isCmdlet
    for word in arguments { add(word) }
    let awaiting = flagAwaitingValue
    let positionals = positionalCount
    flagAwaitingValue = nil
    for word in later { add(word) }
    flagAwaitingValue = awaiting
    laterCount = positionalCount - positionals
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
      guard let name = parts.first, let flag = signature.allFlags.first(where: { $0.name == name }) else { return nil }
      return (flag, parts.count == 2 ? String(parts[1]) : nil)
    }
    if isCmdlet, word.hasPrefix("-") {
      let name = word.dropFirst().lowercased()
      let parameter = signature.cmdlet?.parameters.first { $0.name.lowercased() == name }
      return parameter.flatMap { flag(meaning: $0.meaning) }.map { ($0, nil) }
    }
    guard word.hasPrefix("-"), word.count == 2, let letter = word.last,
      let flag = signature.allFlags.first(where: { $0.short == letter })
    else { return nil }
    return (flag, nil)
  }

  /// The flag behind a cmdlet's parameter; nil for a choice, which sets switches.
  private func flag(meaning: Signature.Cmdlet.Meaning) -> Signature.Flag? {
    switch meaning {
    case .flag(let name), .part(of: let name, order: _): signature.allFlags.first { $0.name == name }
    case .choice, .nothing: nil
    }
  }

  /// The positional the next value without a flag belongs to.
  var nextPositional: Signature.Positional? {
    if positionalCount < signature.positionals.count { return signature.positionals[positionalCount] }
    return signature.positionals.last.flatMap { $0.isRest ? $0 : nil }
  }

  /// The required positionals that no word stands for.
  var missingPositionals: [Signature.Positional] {
    signature.positionals.dropFirst(positionalCount + laterCount).filter(\.isRequired)
  }

  /// Flags that may still be given.
  var openFlags: [Signature.Flag] { signature.allFlags.filter { $0.isRepeatable || !flagsGiven.contains($0.name) } }

  /// Parameters of the cmdlet that may still be given, those for required flags first.
  var openParameters: [(parameter: Signature.Cmdlet.Parameter, flag: Signature.Flag?)] {
    let all = (signature.cmdlet?.parameters ?? []).map { (parameter: $0, flag: flag(meaning: $0.meaning)) }
    let open = all.filter { $0.flag.map { !flagsGiven.contains($0.name) || $0.isRepeatable } ?? true }
    return open.filter { $0.flag?.isRequired ?? false } + open.filter { !($0.flag?.isRequired ?? false) }
  }

  /// Whether any flag is given.
  var hasFlags: Bool { !flagsGiven.isEmpty }

  /// Whether a flag is given.
  func isGiven(_ flag: Signature.Flag) -> Bool { flagsGiven.contains(flag.name) }

  /// A flag in the spelling of the call.
  func written(_ flag: Signature.Flag) -> String {
    let parameter = isCmdlet ? signature.cmdlet?.parameters.first { $0.meaning == .flag(flag.name) } : nil
    return parameter.map { "-\($0.name)" } ?? "--\(flag.name)"
  }

  /// What a flag or positional holds as it is written, when that is a word or a text.
  func written(_ name: String) -> String? {
    guard let raw = given[name], !raw.hasPrefix("("), !(raw.hasPrefix("'") && raw.contains("$")) else { return nil }
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
