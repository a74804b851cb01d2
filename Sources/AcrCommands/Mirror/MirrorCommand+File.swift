import AcrCore
import AcrDocuments
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `mirror --file`: what a file says, in place of source and target.
extension MirrorCommand {
  /// One thing to mirror, and how.
  struct Work: Sendable {
    let pair: MirrorPair
    let options: MirrorOptions
    /// The one image that is copied, and the tag that it gets.
    var image: (selector: ManifestSelector, tag: TagName)?
    /// Tags that the source has to have.
    var exact: Set<String> = []
  }

  /// Reads the file of `--file`, and finds out what there is to mirror.
  func works(file path: String, _ call: Call<Parameters>, _ long: LongRun) throws -> [Work] {
    let chosen: [any DeclaredParameter] = [
      call.parameters.tags, call.parameters.exceptTags, call.parameters.newest, call.parameters.newerThan,
      call.parameters.allRepositories, call.parameters.repositories, call.parameters.exceptRepositories,
    ]
    if let flag = chosen.first(where: call.isGiven) {
      throw ArgumentError(
        flag, AcrError(.usage, "`--\(flag.name)` and `--file` both say what is copied", help: "write it into the file"))
    }
    if let extra = call[\.target] {
      throw ArgumentError(
        call.parameters.target,
        AcrError(.usage, "with `--file` the only place on the line is the target, not also `\(extra)`"))
    }
    var context = MirrorFile.Context()
    context.target = call[\.source]
    context.isScoped = call[\.scoped]
    let environment = call.run.host.environment
    context.variable = { environment[$0] }
    let (file, reader) = try locate(call.parameters.file) { () throws -> (MirrorFile, DocumentReader) in
      do {
        return try MirrorFile.read(path, context)
      } catch let error as DocumentError {
        throw error.error
      }
    }
    for warning in reader.warnings {
      let line = warning.span.map { reader.document.source.position(of: $0.start).line } ?? 1
      call.run.sink.message("warning: \(path):\(line): \(warning.message)\(warning.help.map { "; \($0)" } ?? "")")
    }
    switch file.form {
    case .skopeo where context.target == nil:
      throw ArgumentError(
        call.parameters.file,
        AcrError(
          .usage, "a file of `skopeo sync` does not say where its images go",
          help: "write the target behind `mirror`: mirror myregistry.azurecr.io/mirror --file \(path)"))
    case .own, .regsync:
      if let target = context.target {
        throw ArgumentError(
          call.parameters.source, AcrError(.usage, "the file says where images go, and so does `\(target)`"))
      }
    default: break
    }
    return try file.entries.flatMap { try works($0, file, call, long) }
  }

  private func works(
    _ entry: MirrorEntry, _ file: MirrorFile, _ call: Call<Parameters>, _ long: LongRun
  ) throws -> [Work] {
    let options = try options(entry, call)
    switch entry.kind {
    case .repository:
      let from = try place(entry.source, .pull, file.credentials)
      let to = try place(entry.target, .push, file.credentials)
      let pair = MirrorPair(
        source: from.store, sourceLocation: from.location, target: to.store, targetLocation: to.location)
      return [Work(pair: pair, options: options, exact: Set(entry.tagSets.flatMap(\.exact)))]
    case .image:
      let from = try image(entry.source, .pull, file.credentials)
      let to = try image(entry.target, .push, file.credentials)
      guard let tag = to.tag ?? from.tag else {
        throw AcrError(.usage, "`\(entry.target)` has no tag, and neither has `\(entry.source)`")
      }
      let pair = MirrorPair(
        source: from.store, sourceLocation: from.location, target: to.store, targetLocation: to.location)
      return [Work(pair: pair, options: options, image: (from.selector, tag))]
    case .registry:
      let isMeant = try entry.repositories.test()
      let (host, prefix) = try registryWithPrefix(entry.target)
      return try repositories(
        of: entry.source, file.credentials, into: host, prefix, long
      ) { isMeant($0) }.map { Work(pair: $0, options: options) }
    }
  }

  /// Every repository of a registry that is meant, with its place in another.
  func repositories(
    of source: String, _ credentials: [String: Credentials] = [:], into targetHost: RegistryHost, _ prefix: String?,
    _ long: LongRun, _ isMeant: (String) -> Bool
  ) throws -> [MirrorPair] {
    let host = try registry(source)
    let client =
      credentials[host.name].map { session.registries.client(host, credentials: $0, origin: "the file") }
      ?? session.registries.client(host)
    let names = try long.wait { try await client.catalog().all() }
    return try names.filter { isMeant($0.name) }.map { name in
      let from = session.store(.registry(host), name, .pull, credentials: credentials[host.name])
      let to = session.store(
        .registry(targetHost), try RepositoryName(prefix.map { "\($0)/\(name)" } ?? name.name), .push,
        credentials: credentials[targetHost.name])
      return MirrorPair(
        source: from.store, sourceLocation: from.location, target: to.store, targetLocation: to.location)
    }
  }

  private func options(_ entry: MirrorEntry, _ call: Call<Parameters>) throws -> MirrorOptions {
    var options = try options(call)
    if !entry.platforms.isEmpty {
      guard call[\.engine] != "service" else {
        throw ArgumentError(
          call.parameters.engine,
          AcrError(.usage, "Azure imports images whole, and the file names platforms of `\(entry.source)`"))
      }
      options.platforms = PlatformChoice(try entry.platforms.map { try PlatformChoice.platform($0) })
    }
    if !entry.tagSets.isEmpty {
      let tests = try entry.tagSets.map { try $0.test() }
      options.selects = { tag in tests.contains { $0(tag.name) } }
    }
    options.newest = entry.newest.map { Int(clamping: $0) }
    options.newerThan = entry.newerThan.map {
      Timestamp(nanoseconds: Timestamp.now().nanoseconds - $0.nanoseconds)
    }
    if let referrers = entry.referrers, !call.isGiven(call.parameters.referrers),
      !call.isGiven(call.parameters.noReferrers)
    {
      options.listsReferrers = referrers
    }
    options.prunes = entry.prunes || call[\.prune]
    return options
  }

  /// An image of a file: where it is, and which one.
  private func image(
    _ text: String, _ access: Access, _ credentials: [String: Credentials]
  ) throws -> (store: any ArtifactTarget, location: RepositoryLocation?, selector: ManifestSelector, tag: TagName?) {
    let named = try session.store(try ArtifactArgument(text), access)
    guard let location = named.location, let credentials = credentials[location.registry.name] else {
      return (named.store, named.location, named.selector, named.tag)
    }
    let store = session.store(.registry(location.registry), location.repository, access, credentials: credentials)
    return (store.store, store.location, named.selector, named.tag)
  }

  /// The rows of tags that the file names and the source does not have.
  static func missing(_ work: Work, _ plan: MirrorPlan) -> [MirrorRow] {
    let found = Set(plan.items.map(\.tag.name))
    return work.exact.subtracting(found).sorted().compactMap { name in
      guard let tag = try? TagName(name) else { return nil }
      return MirrorRow(
        plan, tag, AcrError(.notFound, "\(plan.pair.source.displayName) has no tag `\(name)`"))
    }
  }
}
