import AcrLanguage

/// Works out one ``Completion`` from signatures: which command the cursor is in, which part of it, and what fits there.
struct CompletionSearch {
  let request: CompletionRequest
  let values: (ValueQuery) -> [String]
  private let scan: StatementScanner
  /// Bytes of the pending lines; the scanner's offsets count them, a replacement does not.
  private let offset: Int

  init(request: CompletionRequest, values: @escaping (ValueQuery) -> [String]) {
    self.request = request
    self.values = values
    scan = StatementScanner(request.text.pending + request.text.before)
    offset = request.text.pending.utf8.count
  }

  private var catalog: Catalog { request.catalog }
  private var end: Int { request.text.before.utf8.count }

  func completion() -> Completion {
    let word = scan.word
    // A word that began on an earlier line cannot be replaced from this one.
    guard !scan.endsInComment, word.start >= offset || variableStart != nil else { return none }
    if let start = variableStart { return variables(from: start) }
    switch scan.bracket {
    case .interpolation: return variables(from: end - word.raw.utf8.count)
    case .call, .list: return answer(functions(word.raw), for: word.raw)
    case .script, .block, .paren, .doubleQuote, .singleQuote: return pipeline(word)
    }
  }

  private var none: Completion { Completion(replacement: end..<end, candidates: []) }

  /// Candidates for the last bytes before the cursor.
  private func answer(_ candidates: [Completion.Candidate], for typed: String) -> Completion {
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
    var words = scan.stage.words.map(\.raw)
    let isStatement = !scan.stage.isPiped && scan.bracket != .paren
    if isStatement {
      while ["else", "try", "finally"].contains(words.first) { words.removeFirst() }
      switch words.first {
      case "let", "var":
        guard words.count >= 3, words[2] == "=" else { return none }
        words.removeFirst(3)
      case "return", "exit": words.removeFirst()
      case let first? where first.hasPrefix("$") && words.count > 1 && ["=", "+=", "-="].contains(words[1]):
        words.removeFirst(2)
      case "use": return words.count == 1 ? answer(files(word.raw), for: word.raw) : none
      case "def", "param": return none
      default: break
      }
    }
    let isStart = words.isEmpty
    if words.first == "az" { words.removeFirst() }
    guard let first = words.first else {
      let names = commandWords(after: "", typed: word.raw, isPiped: scan.stage.isPiped)
      guard isStart, !word.raw.isEmpty else { return answer(names, for: word.raw) }
      let keywords = isStatement && scan.stage.words.isEmpty ? Self.keywords(word.raw) : []
      return answer(names + keywords + (scan.stage.isPiped ? [] : functions(word.raw)), for: word.raw)
    }
    guard !Self.expressionWords.contains(first), first.utf8.first.map(Self.startsCommand) ?? false else {
      return answer(functions(word.raw), for: word.raw)
    }
    return command(words, word)
  }

  /// Words behind which an expression stands.
  private static let expressionWords: Set<String> = ["if", "while", "for", "throw", "where", "extend", "not"]

  private static func startsCommand(_ byte: UInt8) -> Bool {
    StatementScanner.isNameByte(byte) && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func keywords(_ typed: String) -> [Completion.Candidate] {
    let all = [
      ("let", "name a value"), ("var", "name a value that can change"), ("if", "run a block on a condition"),
      ("for", "run a block for each item"), ("while", "run a block as long as a condition holds"),
      ("def", "define a command"), ("try", "catch errors of a block"), ("throw", "raise an error"),
      ("return", "leave a `def` with a value"), ("exit", "leave with an exit code"), ("use", "load a module"),
      ("break", "leave a loop"), ("continue", "go on with the next item"),
    ]
    return all.filter { $0.0.hasPrefix(typed) }.map { Completion.Candidate($0.0, description: $0.1) }
  }

  private func functions(_ typed: String) -> [Completion.Candidate] {
    guard typed.utf8.first.map(Self.startsCommand) ?? false else { return [] }
    return catalog.functions.filter { $0.name.hasPrefix(typed) }.map {
      Completion.Candidate(
        $0.name + "(", display: "\($0.name)(\($0.parameters))", description: $0.summary, isFinal: false)
    }
  }

  // MARK: - Commands

  /// The next words of commands whose names go on after `path`. Without anything typed, only the names people are shown.
  private func commandWords(after path: String, typed: String, isPiped: Bool) -> [Completion.Candidate] {
    let lead = path.isEmpty ? "" : path.lowercased() + " "
    let wanted = typed.lowercased()
    var found: [Completion.Candidate] = []
    for signature in catalog.commands where isPiped ? signature.input != .none : signature.input != .required {
      for name in path.isEmpty && typed.isEmpty ? [signature.name] : signature.names {
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
    if isPiped, path.isEmpty {
      for (name, summary) in [("where", "keep the rows a condition holds for"), ("extend", "add columns")]
      where name.hasPrefix(typed) && !found.contains(where: { $0.text == name }) {
        found.append(Completion.Candidate(name, description: summary))
      }
    }
    return found.sorted { $0.text < $1.text }
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
    let call = CommandCall(signature, arguments: Array(words.dropFirst(length)), later: later)

    if let flag = call.flagAwaitingValue { return values(for: flag.completer, type: flag.type, typed: typed, call) }
    if typed.hasPrefix("--"), let equals = typed.firstIndex(of: "=") {
      guard let flag = signature.flags.first(where: { typed.dropFirst(2)[..<equals] == $0.name[...] }) else {
        return none
      }
      return values(for: flag.completer, type: flag.type, typed: String(typed[typed.index(after: equals)...]), call)
    }
    if typed.hasPrefix("-") { return answer(flags(call, typed: typed), for: typed) }
    if let positional = call.nextPositional {
      candidates += values(for: positional.completer, type: positional.type, typed: typed, call).candidates
    }
    if typed.isEmpty, candidates.isEmpty { candidates = flags(call, typed: typed) }
    return answer(candidates, for: typed)
  }

  /// The command whose name takes the most of the words.
  private func longestCommand(_ words: [String]) -> (Signature, Int)? {
    for length in stride(from: words.count, to: 0, by: -1) {
      let name = words.prefix(length).joined(separator: " ")
      if let signature = catalog.command(named: name) { return (signature, length) }
      let folded = name.lowercased()
      if length == 1, name.contains("-"),
        let cmdlet = catalog.commandNames.first(where: {
          $0.contains(where: \.isUppercase) && $0.lowercased() == folded
        }),
        let signature = catalog.command(named: cmdlet)
      {
        return (signature, length)
      }
    }
    return nil
  }

  private func flags(_ call: CommandCall, typed: String) -> [Completion.Candidate] {
    let open = call.openFlags
    let ordered = open.filter(\.isRequired) + open.filter { !$0.isRequired }
    let long = ordered.filter { "--\($0.name)".hasPrefix(typed) }.map { flag in
      Completion.Candidate(
        "--\(flag.name)", display: "--\(flag.name)" + (flag.short.map { ", -\($0)" } ?? ""),
        description: (flag.isRequired ? "(required) " : "") + flag.help)
    }
    if long.isEmpty, let flag = open.first(where: { flag in flag.short.map { "-\($0)" == typed } ?? false }) {
      return [Completion.Candidate(typed, description: flag.help)]
    }
    return long
  }

  // MARK: - Values

  private func values(
    for completer: Completer, type: ValueType?, typed: String, _ call: CommandCall
  ) -> Completion {
    let plain = WordQuoting(typed).value
    switch completer {
    case .none: return answer(type == .bool ? quoted(["true", "false"], typed) : [], for: typed)
    case .file: return answer(files(typed), for: typed)
    case .fixed(let texts): return answer(quoted(texts, typed), for: typed)
    case .registry: return answer(quoted(values(.registries), typed), for: typed)
    case .repository(let holder):
      guard let registry = call.value(of: holder) else { return none }
      return answer(quoted(values(.repositories(registry: registry)), typed), for: typed)
    case .tag(let registry, let repository):
      guard let registry = call.value(of: registry), let repository = call.value(of: repository) else { return none }
      return answer(quoted(values(.tags(registry: registry, repository: repository)), typed), for: typed)
    case .reference: return answer(references(plain, typed), for: typed)
    case .command:
      return answer(commandWords(after: "", typed: typed, isPiped: false), for: typed)
    }
  }

  private func quoted(_ texts: [String], _ typed: String) -> [Completion.Candidate] {
    WordQuoting(typed).candidates(texts.map { ($0, true) })
  }

  /// `host/`, then `host/repository`, then `host/repository:tag`.
  private func references(_ plain: String, _ typed: String) -> [Completion.Candidate] {
    let quoting = WordQuoting(typed)
    guard let slash = plain.firstIndex(of: "/") else {
      return quoting.candidates(values(.registries).map { ($0 + "/", false) })
    }
    let host = String(plain[..<slash])
    let path = plain[plain.index(after: slash)...]
    guard let colon = path.lastIndex(of: ":") else {
      return quoting.candidates(values(.repositories(registry: host)).map { ("\(host)/\($0)", false) })
    }
    let repository = String(path[..<colon])
    return quoting.candidates(
      values(.tags(registry: host, repository: repository)).map { ("\(host)/\(repository):\($0)", true) })
  }

  private func files(_ typed: String) -> [Completion.Candidate] {
    let quoting = WordQuoting(typed)
    let plain = quoting.value
    let folder = plain.lastIndex(of: "/").map { String(plain[...$0]) } ?? ""
    // Hidden files only for who asks for them.
    let isHiddenWanted = plain.dropFirst(folder.count).hasPrefix(".")
    let names = values(.files(folder: folder)).filter { isHiddenWanted || !$0.hasPrefix(".") }
    return quoting.candidates(names.sorted().map { (folder + $0, !$0.hasSuffix("/")) }, shownFrom: folder)
  }
}
