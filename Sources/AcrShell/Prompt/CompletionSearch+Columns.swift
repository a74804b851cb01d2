import AcrLanguage

/// Columns of rows and fields of records: behind a `.`, and where a command takes a column's name.
extension CompletionSearch {
  /// The candidates when the cursor stands behind `.`, `$name.` or `name.` in `${…}`; nil when it does not.
  func fields() -> Completion? {
    guard scan.innermost != .singleQuote else { return nil }
    let chain = chainAtEnd
    guard let dot = chain.lastIndex(of: ".") else { return nil }
    let typed = String(chain[chain.index(after: dot)...])
    let names = columns(of: chain[..<dot])
    guard let names else { return nil }
    let found = names.filter {
      $0.text.hasPrefix(typed) && !$0.text.isEmpty && $0.text.utf8.allSatisfy(StatementScanner.isNameByte)
    }
    return answer(
      found.map {
        Completion.Candidate($0.text, display: "." + $0.text, description: $0.description, isFinal: false)
      }, for: typed)
  }

  /// The names, dots, `?` and brackets directly before the cursor, with a `$` in front if there is one.
  private var chainAtEnd: Substring {
    let line = request.text.before
    var start = line.endIndex
    while start > line.startIndex {
      let before = line.index(before: start)
      let character = line[before]
      let isPart = character.utf8.allSatisfy(StatementScanner.isNameByte) || ".?[]".contains(character)
      guard isPart || character == "$" else { break }
      start = before
      if character == "$" { break }
    }
    return line[start...]
  }

  /// The names behind a chain such as `$m`, `$m.error`, or the empty one, which is the row; nil where it is none.
  private func columns(of chain: Substring) -> [LiveValue]? {
    var parts = chain.split(separator: ".", omittingEmptySubsequences: false)
      .map { String($0.prefix { $0 != "?" && $0 != "[" }) }
    guard let first = parts.first else { return nil }
    if first.hasPrefix("$") {
      parts.removeFirst()
      return variableColumns(String(first.dropFirst()), parts)
    }
    if !first.isEmpty {
      // `lib.` is a module.
      let isVariable =
        first == "it" || request.variables.contains(first) || scan.names.contains(first)
        || !request.columns(.variable(first, path: [])).isEmpty
      guard scan.bracket == .interpolation, isVariable else { return nil }
      parts.removeFirst()
      return variableColumns(first, parts)
    }
    // What is in a nested field of a row is not known before the run.
    return parts.count <= 1 ? rowColumns : []
  }

  private func variableColumns(_ name: String, _ path: [String]) -> [LiveValue] {
    if name == "it" || scan.blockParameters.contains(name), path.isEmpty, let row = rowColumns { return row }
    return named(request.columns(.variable(name, path: path)))
  }

  /// The columns of the row an expression is about: in `where` and `extend` those of the pipe, in a block those of the rows
  /// it runs for; nil where there is no row.
  private var rowColumns: [LiveValue]? {
    for (depth, stages) in scan.surroundings.map(\.stages).enumerated() {
      guard let last = stages.last, last.isPiped, let word = last.words.first?.raw else { continue }
      let isRowExpression = word == "where" || word == "extend"
      // In a block, the words around the cursor are those of its own statement.
      let isRowBlock = depth > 0 && (word == "each" || word == "par-each")
      if isRowExpression || isRowBlock { return inputColumns(of: Array(stages.dropLast())) }
    }
    return nil
  }

  /// The columns that come out of stages; empty when they are not known.
  func inputColumns(of stages: [StatementScanner.Stage]) -> [LiveValue] {
    guard let first = stages.first else { return [] }
    var columns = sourceColumns(first)
    for stage in stages.dropFirst() { columns = passed(columns, through: stage) }
    // What the same text gave before is as it is now; the declarations say what its columns mean.
    let known = entryColumns(stages)
    if known.isEmpty { return columns }
    return known.map { name in columns.first { $0.text == name } ?? LiveValue(name) }
  }

  private func named(_ names: [String]) -> [LiveValue] { names.map { LiveValue($0) } }

  private func declared(_ columns: OutputColumns) -> [LiveValue] {
    columns.declared.map { LiveValue($0.name, description: "\($0.type.rawValue): \($0.help)") }
  }

  /// The columns of the same text run before as an entry of its own.
  private func entryColumns(_ stages: [StatementScanner.Stage]) -> [String] {
    guard let start = stages.first?.words.first?.start, let end = stages.last?.words.last else { return [] }
    return request.columns(.entry(scan.text(from: start, to: end.start + end.raw.utf8.count)))
  }

  private func sourceColumns(_ stage: StatementScanner.Stage) -> [LiveValue] {
    var words = stage.words.map(\.raw)
    if ["let", "var"].contains(words.first), words.count > 3, words[2] == "=" { words.removeFirst(3) }
    if words.first == "for", let place = words.firstIndex(of: "in") { words.removeFirst(place + 1) }
    guard let first = words.first else { return [] }
    if first.hasPrefix("$") {
      let parts = first.dropFirst().split(separator: ".").map { String($0.prefix { $0 != "?" && $0 != "[" }) }
      return named(parts.first.map { request.columns(.variable($0, path: Array(parts.dropFirst()))) } ?? [])
    }
    if first.hasPrefix("[") || first.hasPrefix("{") { return named(Self.literalColumns(first)) }
    if words.first == "az" { words.removeFirst() }
    return declared(longestCommand(words)?.0.columns ?? [])
  }

  private func passed(_ columns: [LiveValue], through stage: StatementScanner.Stage) -> [LiveValue] {
    let words = stage.words.map(\.raw)
    guard let word = words.first else { return [] }
    switch word {
    case "where": return columns
    case "extend":
      let added = words.indices.dropFirst().filter { words[$0] == "=" }.map { words[$0 - 1] }
      return columns + named(added.filter { name in !columns.contains { $0.text == name } })
    case "join-by": return words.count > 1 ? named([words[1], "left", "right"]) : []
    case "each", "par-each":
      return words.contains("--keep-going") ? declared(catalog.command(named: word)?.columns ?? []) : []
    default: break
    }
    guard let signature = catalog.command(named: word) else { return [] }
    switch signature.columnFlow {
    case .same: return columns
    case .declared: return declared(signature.columns)
    case .chosen:
      return words.dropFirst().filter { !$0.hasPrefix("-") }.map { path in
        let name = String(path.split(separator: ".").last ?? "")
        return columns.first { $0.text == name } ?? LiveValue(name)
      }
    }
  }

  /// The names in a list of records that is written out.
  private static func literalColumns(_ text: String) -> [String] {
    var names: [String] = []
    var name = ""
    var mayStart = false
    for character in text {
      if character == "{" || character == "," || (character == " " && mayStart) {
        mayStart = true
        name = ""
      } else if character == ":", !name.isEmpty {
        if !names.contains(name) { names.append(name) }
        (name, mayStart) = ("", false)
      } else if mayStart, character.utf8.allSatisfy(StatementScanner.isNameByte) {
        name.append(character)
      } else {
        (name, mayStart) = ("", false)
      }
    }
    return names
  }
}
