import AcrLanguage

/// Works out one ``Completion`` from signatures: which command the cursor is in, which part of it, and what fits there.
struct CompletionSearch {
  let request: CompletionRequest
  let values: (ValueQuery) -> [LiveValue]
  let scan: StatementScanner
  /// Bytes of the pending lines; the scanner's offsets count them, a replacement does not.
  private let offset: Int

  init(request: CompletionRequest, values: @escaping (ValueQuery) -> [LiveValue]) {
    self.request = request
    self.values = values
    scan = StatementScanner(request.text.pending + request.text.before)
    offset = request.text.pending.utf8.count
  }

  var catalog: Catalog { request.catalog }
  var end: Int { request.text.before.utf8.count }

  func completion() -> Completion {
    let word = scan.word
    // A word that began on an earlier line cannot be replaced from this one.
    guard !scan.endsInComment, word.start >= offset || variableStart != nil else { return none }
    if let start = variableStart { return variables(from: start) }
    if let completion = fields() { return completion }
    switch scan.bracket {
    case .interpolation:
      var found = variables(from: end - word.raw.utf8.count)
      found.candidates += functions(word.raw)
      return found
    case .call, .list: return answer(functions(word.raw), for: word.raw)
    case .script, .block, .paren, .doubleQuote, .singleQuote: return pipeline(word)
    }
  }

  var none: Completion { Completion(replacement: end..<end, candidates: []) }

  /// Candidates for the last bytes before the cursor.
  func answer(_ candidates: [Completion.Candidate], for typed: String) -> Completion {
    Completion(replacement: end - typed.utf8.count..<end, candidates: candidates)
  }

  // MARK: - Variables

  /// Where the name behind a `$` starts, in the text before the cursor.
  private var variableStart: Int? {
    guard scan.innermost != .singleQuote else { return nil }
    let line = Array(request.text.before.utf8)
    var start = line.count
    while start > 0, StatementScanner.isNameByte(line[start - 1]) { start -= 1 }
    return start > 0 && line[start - 1] == UInt8(ascii: "$") ? start : nil
  }

  private func variables(from start: Int) -> Completion {
    let typed = String(decoding: request.text.before.utf8.dropFirst(start), as: UTF8.self)
    var names = Set(request.variables + scan.names + ["env"])
    if scan.isInBlock || ["where", "extend"].contains(scan.stage.words.first?.raw) { names.insert("it") }
    let found = names.filter { $0.utf8.starts(with: typed.utf8) }.sorted()
    return answer(found.map { Completion.Candidate($0, display: "$" + $0, isFinal: false) }, for: typed)
  }

  // MARK: - Pipelines

  private func pipeline(_ word: StatementScanner.Word) -> Completion {
    guard case .words(var words, let isStatement) = stageStart else {
      return stageStart == .file ? answer(files(word.raw), for: word.raw) : none
    }
    let isStart = words.isEmpty
    if words.first == "az" { words.removeFirst() }
    guard let first = words.first else {
      let names = commandWords(after: "", typed: word.raw, isPiped: scan.stage.isPiped)
      guard isStart, !word.raw.isEmpty else { return answer(names, for: word.raw) }
      let keywords = isStatement && scan.stage.words.isEmpty ? Self.keywords(word.raw) : []
      // A `def` is both: where a command can stand, it is one.
      let others = functions(word.raw).filter { function in !names.contains { $0.text + "(" == function.text } }
      return answer(names + keywords + (scan.stage.isPiped ? [] : others), for: word.raw)
    }
    guard !Self.expressionWords.contains(first), first.utf8.first.map(Self.startsCommand) ?? false else {
      return answer(functions(word.raw), for: word.raw)
    }
    return command(words, word)
  }

  /// What the stage around the cursor begins with, apart from the words of its statement.
  enum StageStart: Equatable {
    /// The finished words of a pipeline's stage; whether keywords may stand there too.
    case words([String], isStatement: Bool)
    /// The path behind `use`.
    case file
    /// A name that is being given, or something else that nothing can be offered for.
    case other
  }

  var stageStart: StageStart {
    var words = scan.stage.words.map(\.raw)
    let isStatement = !scan.stage.isPiped && scan.bracket != .paren
    guard isStatement else { return .words(words, isStatement: false) }
    while ["else", "try", "finally"].contains(words.first) { words.removeFirst() }
    switch words.first {
    case "let", "var":
      guard words.count >= 3, words[2] == "=" else { return .other }
      words.removeFirst(3)
    case "return", "exit": words.removeFirst()
    case let first? where first.hasPrefix("$") && words.count > 1 && ["=", "+=", "-="].contains(words[1]):
      words.removeFirst(2)
    case "use": return words.count == 1 ? .file : .other
    case "def", "param": return .other
    default: break
    }
    return .words(words, isStatement: true)
  }

  /// Words behind which an expression stands.
  static let expressionWords: Set<String> = ["if", "while", "for", "throw", "where", "extend", "not"]

  static func startsCommand(_ byte: UInt8) -> Bool {
    StatementScanner.isNameByte(byte) && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func keywords(_ typed: String) -> [Completion.Candidate] {
    let all = [
      ("let", "name a value"), ("var", "name a value that can change"), ("if", "run a block on a condition"),
      ("for", "run a block for each item"), ("while", "run a block as long as a condition holds"),
      ("def", "define a command"), ("try", "catch errors of a block"), ("throw", "raise an error"),
      ("return", "leave a `def` with a value"), ("exit", "leave with an exit code"), ("use", "load a module"),
      ("break", "leave a loop"), ("continue", "continue with the next item"),
    ]
    return all.filter { $0.0.hasPrefix(typed) }.map { Completion.Candidate($0.0, description: $0.1) }
  }

  func functions(_ typed: String) -> [Completion.Candidate] {
    guard typed.utf8.first.map(Self.startsCommand) ?? false else { return [] }
    return catalog.functions.filter { $0.name.hasPrefix(typed) }.map {
      Completion.Candidate(
        $0.name + "(", display: "\($0.name)(\($0.parameters))", description: $0.summary, isFinal: false)
    }
  }

  // MARK: - Commands

  /// The next words of commands whose names go on after `path`. Without anything typed, only the names people are shown.
  func commandWords(after path: String, typed: String, isPiped: Bool) -> [Completion.Candidate] {
    let lead = path.isEmpty ? "" : path.lowercased() + " "
    let wanted = typed.lowercased()
    var found: [Completion.Candidate] = []
    for signature in catalog.commands where isPiped ? signature.input != .none : signature.input != .required {
      let spellings = signature.names + (signature.cmdlet.map { [$0.name] } ?? [])
      for name in path.isEmpty && typed.isEmpty ? [signature.name] : spellings {
        let rest = name.dropFirst(lead.count)
        guard name.lowercased().hasPrefix(lead), rest.lowercased().hasPrefix(wanted), !rest.isEmpty else { continue }
        // PowerShell's names, whose capitals matter only to the eye, are for those who have begun to type one.
        let isCmdlet = rest.contains(where: \.isUppercase)
        guard isCmdlet ? typed.contains(where: { $0.isUppercase || $0 == "-" }) : rest.hasPrefix(typed) else {
          continue
        }
        let word = String(rest.prefix { $0 != " " })
        let isWhole = word.count == rest.count
        if let index = found.firstIndex(where: { $0.text == word }) {
          if isWhole { found[index].description = signature.summary }
        } else {
          found.append(Completion.Candidate(word, description: isWhole ? signature.summary : ""))
        }
      }
    }
    if found.isEmpty, path.isEmpty, typed.count > 2 {
      // A word out of the middle, as in `tags` for `repository show-tags`.
      found = catalog.commands.filter { isPiped ? $0.input != .none : $0.input != .required }
        .filter { Self.hasWord($0.name, typed) }.map { Completion.Candidate($0.name, description: $0.summary) }
    }
    if isPiped, path.isEmpty {
      for (name, summary) in [("where", "keep the rows that match a condition"), ("extend", "add columns")]
      where name.hasPrefix(typed) && !found.contains(where: { $0.text == name }) {
        found.append(Completion.Candidate(name, description: summary))
      }
    }
    return found.sorted { $0.text < $1.text }
  }

  /// Whether one of the words of a name begins with a text.
  private static func hasWord(_ name: String, _ typed: some StringProtocol) -> Bool {
    !typed.isEmpty && name.split(whereSeparator: { $0 == " " || $0 == "-" }).contains { $0.hasPrefix(typed) }
  }

  private func command(_ words: [String], _ word: StatementScanner.Word) -> Completion {
    let typed = word.raw
    let path = words.joined(separator: " ")
    var candidates: [Completion.Candidate] = []
    if !typed.hasPrefix("-"), !typed.hasPrefix("\""), !typed.hasPrefix("'") {
      candidates = commandWords(after: path, typed: typed, isPiped: scan.stage.isPiped)
    }
    guard let (signature, length) = longestCommand(words) else { return answer(candidates, for: typed) }
    let later = StatementScanner.firstWords(of: request.text.after)
    let call = CommandCall(
      signature, arguments: Array(words.dropFirst(length)), later: later, isCmdlet: isCmdlet(words))

    if let flag = call.flagAwaitingValue { return values(for: flag.completer, type: flag.type, typed: typed, call) }
    if typed.hasPrefix("--"), let equals = typed.firstIndex(of: "=") {
      guard let flag = signature.allFlags.first(where: { typed.dropFirst(2)[..<equals] == $0.name[...] }) else {
        return none
      }
      return values(for: flag.completer, type: flag.type, typed: String(typed[typed.index(after: equals)...]), call)
    }
    if typed.hasPrefix("-") { return answer(flags(call, typed: typed), for: typed) }
    if let positional = call.nextPositional {
      candidates += values(for: positional.completer, type: positional.type, typed: typed, call).candidates
    }
    // Where a value has to come first, the line below says which; flags are for who begins one.
    if typed.isEmpty, candidates.isEmpty, call.missingPositionals.isEmpty { candidates = flags(call, typed: typed) }
    return answer(candidates, for: typed)
  }

  /// The command whose name takes the most of the words.
  func longestCommand(_ words: [String]) -> (Signature, Int)? {
    for length in stride(from: words.count, to: 0, by: -1) {
      let name = words.prefix(length).joined(separator: " ")
      if let signature = catalog.command(named: name) { return (signature, length) }
      guard length == 1, name.contains("-") else { continue }
      if let signature = catalog.command(ofCmdlet: name) { return (signature, 1) }
      let folded = name.lowercased()
      let alias = catalog.commandNames.first { $0.contains(where: \.isUppercase) && $0.lowercased() == folded }
      if let signature = alias.flatMap(catalog.command(named:)) { return (signature, 1) }
    }
    return nil
  }

  private func flags(_ call: CommandCall, typed: String) -> [Completion.Candidate] {
    if call.isCmdlet {
      let wanted = typed.lowercased()
      return call.openParameters.filter { "-\($0.parameter.name)".lowercased().hasPrefix(wanted) }.map { name, flag in
        let isRequired = flag?.isRequired ?? false
        return Completion.Candidate(
          "-\(name.name)", description: (isRequired ? "(required) " : "") + (flag?.help ?? ""))
      }
    }
    let open = call.openFlags
    let ordered = open.filter(\.isRequired) + open.filter { !$0.isRequired }
    var fitting = ordered.filter { "--\($0.name)".hasPrefix(typed) }
    if fitting.isEmpty, typed.hasPrefix("--") {
      fitting = ordered.filter { Self.hasWord($0.name, typed.dropFirst(2)) }
    }
    let long = fitting.map { flag in
      Completion.Candidate(
        "--\(flag.name)", display: "--\(flag.name)" + (flag.short.map { ", -\($0)" } ?? ""),
        description: (flag.isRequired ? "(required) " : "") + flag.help)
    }
    if long.isEmpty, let flag = open.first(where: { flag in flag.short.map { "-\($0)" == typed } ?? false }) {
      return [Completion.Candidate(typed, description: flag.help)]
    }
    return long
  }
}
