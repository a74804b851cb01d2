import AcrLanguage

/// Knows which lines hold a secret as plain text, so that they stay out of the history. It looks at words only, so that a
/// line that does not parse is protected too.
struct SecretLines: Sendable {
  /// Flags, and parameters of cmdlets in lower case. Made for the first line: most runs have no prompt.
  private let names: Lazy<(flags: Set<String>, parameters: Set<String>)>

  init(_ catalog: Catalog) { names = Lazy { Self.names(in: catalog) } }

  private static func names(in catalog: Catalog) -> (flags: Set<String>, parameters: Set<String>) {
    var flags: Set<String> = []
    var parameters: Set<String> = []
    for command in catalog.commands {
      let secrets = command.flags.filter { $0.type == .secret }
      for flag in secrets {
        flags.insert("--\(flag.name)")
        if let short = flag.short { flags.insert("-\(short)") }
      }
      for parameter in command.cmdlet?.parameters ?? [] {
        guard case .flag(let name) = parameter.meaning, secrets.contains(where: { $0.name == name }) else { continue }
        parameters.insert("-\(parameter.name.lowercased())")
      }
    }
    return (flags, parameters)
  }

  func contains(_ line: String) -> Bool {
    // Ten thousand entries pass here when the prompt starts, so bytes are looked at, and most lines have no flags.
    guard line.utf8.contains(UInt8(ascii: "-")) else { return false }
    let words = line.utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }.map { Substring($0) }
    for (index, word) in words.enumerated() where word.utf8.first == UInt8(ascii: "-") {
      if let equals = word.firstIndex(of: "="), isSecret(word[..<equals]) {
        if isLiteral(word[word.index(after: equals)...]) { return true }
      } else if isSecret(word), let value = words.dropFirst(index + 1).first(where: { $0 != "\\" }), isLiteral(value) {
        return true
      }
    }
    return false
  }

  private func isSecret(_ word: Substring) -> Bool {
    let (flags, parameters) = names.value
    return flags.contains(String(word)) || !parameters.isEmpty && parameters.contains(word.lowercased())
  }

  private func isLiteral(_ value: Substring) -> Bool { !value.hasPrefix("$") && !value.hasPrefix("(") }
}
