import AcrCore

/// The actions of scope maps, `repositories/NAME/content/read`, beside those of the registry's tokens
/// (learn, "Create a token with repository-scoped permissions").
enum ScopeAction {
  private static let words = [
    "content/read": "pull", "content/write": "push", "content/delete": "delete", "metadata/read": "metadata_read",
    "metadata/write": "metadata_write",
  ]

  /// The action of a scope map for one of a token; nil for one that scope maps do not have.
  static func text(_ repository: String, _ action: String) -> String? {
    words.first { $0.value == action }.map { "repositories/\(repository)/\($0.key)" }
  }

  /// The repository and the token's action that a scope map's action is about; nil for a text that is none.
  static func parse(_ text: String) -> (repository: String, action: String)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 4, parts[0] == "repositories", let action = words[parts.suffix(2).joined(separator: "/")]
    else {
      return nil
    }
    let repository = parts.dropFirst().dropLast(2).joined(separator: "/")
    let isWildcard = repository == "*" || repository.hasSuffix("/*")
    let name = isWildcard ? String(repository.dropLast(repository == "*" ? 1 : 2)) : repository
    guard name.isEmpty && isWildcard || (try? RepositoryName(name)) != nil else { return nil }
    return (repository, action)
  }

  /// What a scope map's actions allow in a repository; `catalog` with rights on all repositories.
  static func granted(by actions: [String], in repository: String?) -> Set<String> {
    var granted: Set<String> = []
    for (pattern, action) in actions.compactMap(parse) {
      if pattern == "*" { granted.formUnion([action, "catalog"]) }
      if matches(repository ?? "", pattern) { granted.insert(action) }
    }
    return granted
  }

  /// Compares a repository with a name, or with `*` or `NAME/*`, which stand for all and for all below a name.
  static func matches(_ repository: String, _ pattern: String) -> Bool {
    pattern == "*" || pattern == repository || pattern.hasSuffix("/*") && repository.hasPrefix(pattern.dropLast())
  }

  /// The scope maps that every registry has.
  static let systemMaps: [RegistryResources.ScopeMap] = [
    ("_repositories_admin", "Can perform all read, write and delete operations on the registry", Array(words.keys)),
    ("_repositories_pull", "Can pull any repository of the registry", ["content/read"]),
    (
      "_repositories_pull_metadata_read", "Can perform all read operations on the registry",
      ["content/read", "metadata/read"]
    ),
    ("_repositories_push", "Can push to any repository of the registry", ["content/read", "content/write"]),
    (
      "_repositories_push_metadata_write", "Can perform all read and write operations on the registry",
      ["content/read", "content/write", "metadata/read", "metadata/write"]
    ),
  ].map { name, description, actions in
    RegistryResources.ScopeMap(
      name: name, description: description, actions: actions.sorted().map { "repositories/*/\($0)" },
      created: Timestamp(seconds: 1_704_067_200), isSystem: true)
  }
}
