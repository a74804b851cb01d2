import AcrCore
import AcrLanguage

/// Values of flags and positionals: live ones, fixed ones, files.
extension CompletionSearch {
  func values(
    for completer: Completer, type: ValueType?, typed: String, _ call: CommandCall
  ) -> Completion {
    switch completer {
    case .none: return answer(type == .bool ? quoted(["true", "false"], typed) : [], for: typed)
    case .file: return answer(files(typed), for: typed)
    case .fixed(let texts): return answer(quoted(texts.map { LiveValue($0) }, typed), for: typed)
    case .registry: return answer(quoted(values(.registries), typed), for: typed)
    case .repository(let holder):
      guard let registry = known(call, holder) else { return none }
      return answer(quoted(values(.repositories(registry: registry)), typed), for: typed)
    case .tag(let registry, let repository):
      guard let registry = known(call, registry), let repository = known(call, repository) else { return none }
      return answer(quoted(values(.tags(registry: registry, repository: repository)), typed), for: typed)
    case .image(let holder):
      guard let registry = known(call, holder) else { return none }
      return answer(images(typed, in: registry, lead: ""), for: typed)
    case .reference:
      // As with az, `--registry` takes the place of the host in `--source`.
      if let registry = known(call, "registry") { return answer(images(typed, in: registry, lead: ""), for: typed) }
      return answer(references(typed, withTags: true), for: typed)
    case .repositoryReference: return answer(references(typed, withTags: false), for: typed)
    case .place: return answer(places(typed), for: typed)
    case .column:
      return answer(quoted(inputColumns(of: scan.earlierStages), typed), for: typed)
    case .command:
      return answer(commandWords(after: "", typed: typed, isPiped: false), for: typed)
    }
  }

  private func quoted(_ texts: [LiveValue], _ typed: String) -> [Completion.Candidate] {
    WordQuoting(typed).candidates(texts.map { .init($0.text, description: $0.description) })
  }

  /// `host/`, then `host/repository`, then `host/repository:tag` or `@digest`.
  private func references(_ typed: String, withTags: Bool) -> [Completion.Candidate] {
    let plain = WordQuoting(typed).value
    if plain.hasPrefix("oci:") { return files(typed, behind: "oci:") }
    if plain.hasPrefix("./"), request.place != nil { return steps(typed, behind: "./", withTags: withTags) }
    guard let slash = plain.firstIndex(of: "/") else {
      let hosts = values(.hosts).map { WordQuoting.Item($0.text + "/", isFinal: false) }
      return WordQuoting(typed).candidates(hosts)
    }
    let lead = String(plain[...slash])
    guard let host = resolved(String(plain[..<slash])) else { return [] }
    guard withTags else {
      let names = values(.repositories(registry: host)).map { WordQuoting.Item("\(lead)\($0.text)") }
      return WordQuoting(typed).candidates(names, shownFrom: lead.contains("$") ? lead : "")
    }
    return images(typed, in: host, lead: lead)
  }

  /// What `cd` takes: the next part of names here, or a whole reference.
  private func places(_ typed: String) -> [Completion.Candidate] {
    let plain = WordQuoting(typed).value
    guard request.place != nil, !RegistryHost.looksLikeHost(plain.prefix { $0 != "/" }) || plain.hasPrefix(":") else {
      return references(typed, withTags: true)
    }
    return steps(typed, behind: plain.hasPrefix("./") ? "./" : "", withTags: true)
  }

  /// The next part of repositories' names from where the person is, as in folders, and a repository's tags.
  /// - Parameter lead: what stands before the way in the word.
  private func steps(_ typed: String, behind lead: String, withTags: Bool) -> [Completion.Candidate] {
    guard let place = request.place else { return [] }
    let slash = place.firstIndex(of: "/")
    let host = String(slash.map { place[..<$0] } ?? place[...])
    let path = slash.map { String(place[place.index(after: $0)...]) } ?? ""
    let quoting = WordQuoting(typed)
    let way = String(quoting.value.dropFirst(lead.count))
    if withTags, let colon = way.lastIndex(of: ":") {
      let repository = [path, String(way[..<colon])].filter { !$0.isEmpty }.joined(separator: "/")
      let tags = values(.tags(registry: host, repository: repository))
      return quoting.candidates(
        tags.map { .init("\(lead)\(way[...colon])\($0.text)", description: $0.description) },
        shownFrom: "\(lead)\(way[...colon])")
    }
    let folder = way.lastIndex(of: "/").map { String(way[...$0]) } ?? ""
    let prefix = [path, folder].filter { !$0.isEmpty }.joined(separator: "/")
    let start = prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
    let names = values(.repositories(registry: host)).map(\.text)
    let known = Set(names)
    var seen: Set<Substring> = []
    var items: [WordQuoting.Item] = []
    for name in names where name.hasPrefix(start) && name.count > start.count {
      let part = name.dropFirst(start.count).prefix { $0 != "/" }
      guard seen.insert(part).inserted else { continue }
      // What is no repository itself leads on.
      items.append(.init("\(lead)\(folder)\(part)" + (known.contains(start + part) ? "" : "/"), isFinal: false))
    }
    let found = quoting.candidates(items, shownFrom: lead + folder)
    guard withTags, found.count <= 1,
      known.contains(start + way.dropFirst(folder.count)) || way.isEmpty && known.contains(path)
    else { return found }
    let repository = way.isEmpty ? path : start + way.dropFirst(folder.count)
    let tags = values(.tags(registry: host, repository: repository))
    return found.filter { $0.text != quoting.value }
      + quoting.candidates(
        tags.map { .init("\(lead)\(way):\($0.text)", description: $0.description) }, shownFrom: "\(lead)\(way):")
  }

  /// `repository`, then `repository:tag` or `repository@digest`.
  /// - Parameter lead: what stands before the repository in the word.
  private func images(_ typed: String, in registry: String, lead: String) -> [Completion.Candidate] {
    let quoting = WordQuoting(typed)
    let path = String(quoting.value.dropFirst(lead.count))
    if let at = path.lastIndex(of: "@") {
      let repository = String(path[..<at])
      let digests = values(.digests(registry: registry, repository: repository))
      return quoting.candidates(
        digests.map { .init("\(lead)\(repository)@\($0.text)", description: $0.description) },
        shownFrom: "\(lead)\(repository)@")
    }
    if let colon = path.lastIndex(of: ":") { return tags(String(path[..<colon]), in: registry, lead, quoting) }
    let repositories = values(.repositories(registry: registry))
    let found = quoting.candidates(repositories.map { .init("\(lead)\($0.text)", isFinal: false) }, shownFrom: lead)
    // A whole name leads on to its tags.
    let isWhole = found.count == 1 && repositories.contains { $0.text == path }
    let tagged = isWhole ? tags(path, in: registry, lead, quoting) : []
    return tagged.isEmpty ? found : tagged
  }

  private func tags(
    _ repository: String, in registry: String, _ lead: String, _ quoting: WordQuoting
  ) -> [Completion.Candidate] {
    let tags = values(.tags(registry: registry, repository: repository))
    return quoting.candidates(
      tags.map { .init("\(lead)\(repository):\($0.text)", description: $0.description) },
      shownFrom: "\(lead)\(repository):")
  }

  /// What a flag or positional holds, with the values of variables.
  private func known(_ call: CommandCall, _ name: String) -> String? { call.written(name).flatMap(resolved) }

  /// A word with the texts of the session's variables in it; nil where one is not known before the run.
  func resolved(_ word: String) -> String? {
    guard word.contains("$") else { return word }
    var result = ""
    var rest = word[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      var name = rest[rest.index(after: dollar)...].prefix { $0.utf8.allSatisfy(StatementScanner.isNameByte) }
      var end = name.endIndex
      if name.isEmpty, rest[dollar...].hasPrefix("${"), let close = rest[dollar...].firstIndex(of: "}") {
        name = rest[rest.index(dollar, offsetBy: 2)..<close]
        end = rest.index(after: close)
      }
      guard !name.isEmpty, let value = request.value(String(name)) else { return nil }
      result += value
      rest = rest[end...]
    }
    return result + rest
  }

  /// - Parameter lead: what stands before the path in the word.
  func files(_ typed: String, behind lead: String = "") -> [Completion.Candidate] {
    let quoting = WordQuoting(typed)
    let plain = quoting.value.dropFirst(lead.count)
    let folder = plain.lastIndex(of: "/").map { String(plain[...$0]) } ?? ""
    // Hidden files only for who asks for them.
    let isHiddenWanted = plain.dropFirst(folder.count).hasPrefix(".")
    let names = values(.files(folder: folder)).map(\.text).filter { isHiddenWanted || !$0.hasPrefix(".") }
    return quoting.candidates(
      names.sorted().map { .init(lead + folder + $0, isFinal: !$0.hasSuffix("/") && lead.isEmpty) },
      shownFrom: lead + folder)
  }
}
