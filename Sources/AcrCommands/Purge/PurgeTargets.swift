import AcrCore
import AcrRuntime
import ImportCore
import OCIRegistry

/// The repositories that a command is to look at: `HOST`, `HOST/REPOSITORY`, `HOST/dev/*`.
struct PurgeTargets: Sendable {
  /// The repositories, each once.
  let repositories: [RegistryRepository]
  /// True where these are all that the registry has.
  let isWholeRegistry: Bool

  /// Repositories that are known already.
  init(_ repositories: [RegistryRepository], isWholeRegistry: Bool) {
    self.repositories = repositories
    self.isWholeRegistry = isWholeRegistry
  }

  /// Finds them. The list of repositories is asked for only where a name is none by itself.
  /// - Throws: ``AcrError``: `usage` for texts that are no such names, `not-found` where nothing fits.
  init(_ texts: [String], _ session: CommandContext, _ run: RunContext) throws {
    var found: [RegistryRepository] = []
    var seen: Set<StoreID> = []
    var isWhole = false
    var catalogs: [RegistryHost: [RepositoryName]] = [:]
    for text in texts {
      let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard case .registry(let host) = try session.registry(RegistryText(parts[0]), run) else {
        throw AcrError(.usage, "`\(text)` is a folder, and this needs a registry", help: "give HOST or HOST/REPOSITORY")
      }
      let client = session.registries.client(host)
      var names: [RepositoryName]
      if parts.count == 2, let name = try? RepositoryName(parts[1]) {
        names = [name]
      } else {
        let all: [RepositoryName]
        if let known = catalogs[host] {
          all = known
        } else {
          all = try Blocking.wait(run) { try await client.catalog().all() }
          catalogs[host] = all
        }
        names = all
        if parts.count == 2 {
          let pattern = try PurgeTargets.pattern(parts[1], text)
          names = all.filter { pattern.matches($0.name) }
        } else {
          isWhole = texts.count == 1
        }
        guard !names.isEmpty else {
          throw AcrError(
            .notFound, parts.count == 2 ? "no repository of \(host) fits `\(parts[1])`" : "\(host) has no repositories",
            help: parts.count == 2 ? "see them with `repository list --name \(host)`" : nil)
        }
      }
      for name in names {
        let repository = RegistryRepository(client: client, name: name, access: .pull)
        if seen.insert(repository.id).inserted { found.append(repository) }
      }
    }
    repositories = found
    isWholeRegistry = isWhole
  }

  /// Those that belong to a shard.
  func part(_ shard: Shard?) -> PurgeTargets {
    guard let shard, shard.count > 1 else { return self }
    return PurgeTargets(repositories.filter { shard.contains($0.displayName) }, isWholeRegistry: false)
  }

  private static func pattern(_ pattern: String, _ text: String) throws(AcrError) -> TextPattern {
    guard pattern.contains(where: { "*?/".contains($0) }), !pattern.isEmpty else {
      // The grammar of names tells what is wrong.
      _ = try RepositoryName(pattern)
      throw AcrError(.usage, "`\(text)` names no repository", help: "give HOST/REPOSITORY, or a glob: HOST/dev/*")
    }
    return try TextPattern(pattern)
  }
}
