import AcrCore
import AcrLanguage
import AcrRuntime

/// What scope maps allow, as `--repository NAME ACTION…` writes it.
enum ScopeMapActions {
  /// The actions on a repository that there are.
  static let names = ["content/delete", "content/read", "content/write", "metadata/read", "metadata/write"]

  /// The service's own words: `repositories/NAME/content/read`, one for each action.
  /// - Parameter words: repositories, each with the actions behind it; or the service's own words.
  /// - Throws: ``AcrError`` of kind `usage` for a repository without an action and for an action without a repository.
  static func read(_ words: [String], flag: String) throws(AcrError) -> [String] {
    var actions: [String] = []
    var repository: (name: String, count: Int)?
    for word in words {
      let lower = word.lowercased()
      if names.contains(lower) {
        guard let name = repository?.name else {
          throw AcrError(.usage, "`--\(flag) \(word)` names no repository", help: help(flag))
        }
        actions.append("repositories/\(name)/\(lower)")
        repository?.count += 1
        continue
      }
      if let repository, repository.count == 0 { throw missing(repository.name, flag) }
      if isWhole(lower) {
        actions.append(lower)
        repository = nil
      } else {
        repository = (lower, 0)
      }
    }
    if let repository, repository.count == 0 { throw missing(repository.name, flag) }
    return actions
  }

  /// True for a word of the service, which cmdlets of Azure PowerShell take (`-Action`).
  private static func isWhole(_ word: String) -> Bool {
    let prefix = "repositories/"
    return word.hasPrefix(prefix)
      && names.contains { word.hasSuffix("/" + $0) && word.utf8.count > prefix.utf8.count + $0.utf8.count + 1 }
  }

  private static func missing(_ name: String, _ flag: String) -> AcrError {
    AcrError(.usage, "`--\(flag) \(name)` says no action", help: help(flag))
  }

  private static func help(_ flag: String) -> String {
    "for example `--\(flag) samples/app content/read metadata/read`; the actions are \(names.joined(separator: ", "))"
  }
}
