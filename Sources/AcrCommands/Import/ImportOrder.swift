import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry

/// What `import` was told, found and checked: the same for both engines.
struct ImportOrder: Sendable {
  /// Source and targets.
  private(set) var request: ImportRequest
  /// What the source's registry is to be shown, where it was given.
  let credentials: Credentials?
  /// The source's registry by its resource id, where it was given so.
  let sourceID: AzureResourceID?
  /// The registry to import into, where flags say where it is in Azure.
  let target: AzureRegistryInfo?
  /// The source, if it is being read already.
  let start: PreflightStart?

  /// The same order of exactly what a policy accepted.
  /// - Throws: ``AcrError`` of kind `rejected`.
  func accepted(by gate: PolicyGate?) async throws -> ImportOrder {
    guard let gate else { return self }
    var order = self
    order.request = try await gate.accept(request)
    return order
  }
}

extension ImportOrder {
  /// What decides which of several runs does it: images of one repository share layers.
  var shareName: String { request.targets.first?.store.displayName ?? request.source.displayName }

  /// The same order of exactly this digest.
  func pinned(to digest: Digest) -> ImportOrder {
    var order = self
    order.request = request.pinned(to: digest)
    return order
  }
}

/// Who copies.
enum ImportEngine {
  case direct
  case service

  static let names = ["auto", "service", "direct"]

  static let check: TextCheck = { text in
    guard !names.contains(text) else { return nil }
    return TextProblem("`--engine \(text)` is not an engine", help: "`service`, `direct`, or `auto` for whichever fits")
  }
}

extension ImportCommand {
  /// Decides who copies. `auto` takes the service for an Azure registry of the account, and this machine for all others.
  /// - Throws: ``ArgumentError`` for an unknown engine; ``AcrError`` of kind `auth` or `not-found` for an Azure registry
  ///   that the account cannot see and nobody has credentials for.
  func engine(for order: ImportOrder, _ given: GivenArguments<Parameters>) async throws -> ImportEngine {
    switch given[\.engine] {
    case "service": return .service
    case "direct": return .direct
    case "auto": break
    case let other:
      throw ArgumentError(given.parameters.engine, AcrError(.usage, ImportEngine.check(other)?.message ?? other))
    }
    if given[\.noWait] || given[\.timeout] != nil || order.target != nil { return .service }
    let request = order.request
    guard request.source.location != nil, let host = request.targets.first?.location?.registry,
      request.targets.allSatisfy({ $0.location?.registry == host })
    else { return .direct }
    guard try await session.azure.isAzure(host) else { return .direct }
    // Azure's own loopback is not this machine's.
    if let source = request.source.location?.registry, source.isLoopback, !host.isLoopback { return .direct }
    let services = try await session.azure.services()
    let hasCredentials = try await session.registries.credentials.credentials(for: host) != .anonymous
    guard await services.identity.account != nil else {
      if hasCredentials { return .direct }
      throw AcrError(
        .auth, "not signed in: Azure needs an account to import into `\(host)`",
        help:
          "sign in first: `login`; or `acr login --name \(host)` with a user and password, to copy on this machine")
    }
    if try await services.finder.registry(at: host) != nil { return .service }
    if hasCredentials { return .direct }
    var error: AcrError
    do {
      _ = try await services.finder.find(host.name)
      return .service
    } catch let failure as AcrError {
      error = failure
    }
    error.notes.append(
      "`--engine direct` lets this machine copy, with whatever rights the registry gives the account")
    throw error
  }

  /// Reads the flags.
  /// - Parameters:
  ///   - sink: where notes go.
  ///   - readsEarly: whether the source may be read while the registry to import into is looked for; one of many imports
  ///     waits until it is its turn.
  func order(
    _ given: GivenArguments<ImportParameters>, _ sink: any OutputSink, readsEarly: Bool = true
  ) async throws -> ImportOrder {
    var credentials = try credentials(given)
    if credentials != nil, given[\.registry]?.hasPrefix("/") == true {
      // az drops them without a word: Azure takes none beside an id.
      sink.message(
        "note: `--username` and `--password` are not used: a source that is named by its resource id is read with the "
          + "account's rights")
      credentials = nil
    }
    let (source, sourceID) = try await source(given, credentials, sink)
    let importSource = ImportSource(
      store: source.store, selector: source.selector, location: source.location,
      isTagImplied: source.tag == nil && source.digest == nil)
    // Reading the source takes as long as finding the registry to import into.
    let start = readsEarly ? try await startPreflight(importSource, credentials, sourceID, given) : nil
    let target = try await azureTarget(given)
    var targets = try await targets(given, source: source, target, sink)
    if given[\.allTags] { targets += try await siblings(of: source, beside: targets, given.parameters.allTags) }
    var request = ImportRequest(source: importSource, targets: targets, isForced: given[\.force])
    request.repairsFolders = request.isForced && request.targets.contains { $0.location == nil }
    return ImportOrder(
      request: request, credentials: credentials, sourceID: sourceID, target: target, start: start)
  }

  /// The registry to import into where `--resource-group` or `--subscription` say where it is: no search is needed then.
  private func azureTarget(_ given: GivenArguments<ImportParameters>) async throws -> AzureRegistryInfo? {
    let group = try given[\.resourceGroup] ?? session.defaults.value(of: Defaults.resourceGroup)
    let subscription = given[\.subscription]
    guard group != nil || subscription != nil, let name = try session.registryText(given, \.name),
      case .azureName = try locate(given.parameters.name, { () throws(AcrError) in try RegistryText(name) })
    else { return nil }
    return try await locate(given.parameters.name) {
      let services = try await session.azure.signedIn()
      return try await services.finder.find(
        name, resourceGroup: group,
        in: try await subscription.asyncMap { try await services.identity.subscription(named: $0) })
    }
  }

  // MARK: The source

  private func source(
    _ given: GivenArguments<ImportParameters>, _ credentials: Credentials?, _ sink: any OutputSink
  ) async throws -> (source: NamedArtifact, id: AzureResourceID?) {
    let parameter: any DeclaredParameter = given[\.from] == nil ? given.parameters.source : given.parameters.from
    guard let text = given[\.from] ?? given[\.source] else {
      throw AcrError(
        .usage, "`import` needs a source",
        help: "`import FROM TO`, or `import --name REGISTRY --source SOURCE --image REPOSITORY:TAG`")
    }
    if given[\.from] != nil, given[\.source] != nil {
      throw ArgumentError(
        given.parameters.from, AcrError(.usage, "the source is given twice: as `\(text)`, and by `--source`"))
    }
    if let registryText = given[\.registry] {
      let registry = try locate(given.parameters.registry) { () throws(AcrError) in try RegistryText(registryText) }
      var id: AzureResourceID?
      if case .azureID(let given) = registry { id = given }
      let found = try await locate(given.parameters.registry) { try await session.registry(registry) }
      return (try source(in: found, text, parameter, credentials, sink), id)
    }
    let artifact = try locate(parameter) { () throws -> NamedArtifact in
      guard text.hasPrefix("oci:") || text.contains("/") || given[\.name] == nil else {
        throw AcrError(
          .usage, "`\(text)` does not name its registry",
          help: "write it in full, for example `docker.io/library/\(text)`, or name the registry with --registry")
      }
      let artifact = try ArtifactArgument(text)
      guard case .image(let image) = artifact, let credentials else { return try session.store(artifact, .pull) }
      let found = session.store(.registry(image.registry), image.repository, .pull, credentials: credentials)
      return NamedArtifact(store: found.store, location: found.location, tag: image.tag, digest: image.digest)
    }
    return (artifact, nil)
  }

  /// The login server of a regional endpoint (`NAME.REGION.geo.azurecr.io`); other hosts as they are.
  private static func withoutRegion(_ host: String) -> String {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 4, parts[2] == "geo", parts[3] == "azurecr" else { return host }
    return ([parts[0]] + parts[3...]).joined(separator: ".")
  }

  /// A source in the registry that `--registry` names: the source is then written without it, as with az.
  private func source(
    in registry: RegistryArgument, _ text: String, _ parameter: any DeclaredParameter, _ credentials: Credentials?,
    _ sink: any OutputSink
  ) throws -> NamedArtifact {
    var path = Substring(text)
    let first = path.prefix { $0 != "/" }
    if case .registry(let host) = registry, first.count < path.count,
      Self.withoutRegion(first.lowercased()) == Self.withoutRegion(host.name)
    {
      path = path.dropFirst(first.count + 1)
      sink.message("note: with `--registry`, give the source without the registry's name: `--source \(path)`")
    }
    return try locate(parameter) {
      let image = try RepositoryReference(path)
      let found = session.store(registry, image.repository, .pull, credentials: credentials)
      return NamedArtifact(store: found.store, location: found.location, tag: image.tag, digest: image.digest)
    }
  }

  private func credentials(_ given: GivenArguments<ImportParameters>) throws -> Credentials? {
    // az takes an empty password, as an unset variable leaves it, for none.
    guard let password = given[\.password], !password.isEmpty else {
      guard given[\.username].map(\.isEmpty) != false else {
        throw ArgumentError(
          given.parameters.username,
          AcrError(
            .usage, "`--username` needs `--password` beside it", help: "`--password (secret prompt \"Password\")`"))
      }
      return nil
    }
    guard let user = given[\.username], !user.isEmpty else { return .accessToken(password) }
    return .user(user, password: password)
  }

  // MARK: The targets

  private func targets(
    _ given: GivenArguments<ImportParameters>, source: NamedArtifact, _ found: AzureRegistryInfo?,
    _ sink: any OutputSink
  ) async throws -> [ImportTarget] {
    let images = given[\.image]
    let repositories = given[\.repository]
    if let text = given[\.to] {
      guard given[\.name] == nil, images.isEmpty, repositories.isEmpty else {
        throw ArgumentError(
          given.parameters.to,
          AcrError(.usage, "the target is given twice: as `\(text)`, and by `--name`, `--image` or `--repository`"))
      }
      return [try target(whole: text, source: source, given.parameters.to)]
    }
    guard let name = try session.registryText(given, \.name) else {
      throw AcrError(
        .usage, "`import` needs a target",
        help: "a second whole reference (`import FROM TO`), or `--name REGISTRY`")
    }
    let registry = try await locate(given.parameters.name) { () async throws -> RegistryArgument in
      if let found { return .registry(found.loginServer) }
      return try await session.registry(RegistryText(name))
    }
    if images.isEmpty, repositories.isEmpty { return [try targetAsSource(registry, source, sink)] }
    let tagged = try locate(given.parameters.image) {
      try images.map { text in
        let image = try RepositoryReference(text)
        if let digest = image.digest {
          throw AcrError(
            .usage, "`--image \(text)` has a digest, and a target's digest cannot be chosen (\(digest.short))",
            help: "`--repository \(image.repository)` imports the image by digest, without a tag")
        }
        return target(
          registry, image.repository, tag: image.tag ?? source.tag ?? .latest, isTagImplied: image.tag == nil)
      }
    }
    let untagged = try locate(given.parameters.repository) {
      try repositories.map { text in
        if text.contains(":") || text.contains("@") {
          throw AcrError(
            .usage, "`--repository \(text)` has a tag or digest; it takes only a repository",
            help: "`--image \(text)` gives it a tag")
        }
        return target(registry, try RepositoryName(text), tag: nil)
      }
    }
    return tagged + untagged
  }

  /// The targets for the other tags of the source that point at the same image: in the repository of the first target.
  private func siblings(
    of source: NamedArtifact, beside targets: [ImportTarget], _ parameter: any DeclaredParameter
  ) async throws -> [ImportTarget] {
    guard let first = targets.first(where: { $0.tag != nil }) else {
      throw ArgumentError(
        parameter, AcrError(.usage, "`--all-tags` is about tags, and the target has none", help: "name it with --image")
      )
    }
    let digest =
      if let digest = source.digest { digest } else { try await source.store.manifest(source.selector).digest }
    let reader = MetadataReader(store: source.store, limit: session.limit)
    let found = try await reader.taggedManifests().first { $0.digest == digest }
    return try (found?.tags ?? []).compactMap { name in
      let tag = try TagName(name)
      let isThere = targets.contains { $0.tag == tag && $0.store.id == first.store.id } || source.tag == tag
      guard !isThere else { return nil }
      return ImportTarget(store: first.store, tag: tag, location: first.location)
    }
  }

  /// Without a word about the target, it is named as the source is. A digest alone has no tag to take over, so the tag is
  /// `latest`, as the service does it; that is said aloud since nobody wrote it.
  private func targetAsSource(
    _ registry: RegistryArgument, _ source: NamedArtifact, _ sink: any OutputSink
  ) throws -> ImportTarget {
    guard let repository = source.location?.repository else {
      throw AcrError(
        .usage, "a source in a folder has no repository name to use", help: "name it: `--image REPOSITORY:TAG`")
    }
    let target = target(
      registry, repository, tag: source.tag ?? .latest, isTagImplied: source.tag == nil)
    if source.tag == nil { sink.message("note: no tag was given, so the target is \(target.displayName)") }
    return target
  }

  private func target(
    whole text: String, source: NamedArtifact, _ parameter: any DeclaredParameter
  ) throws -> ImportTarget {
    try locate(parameter) {
      let artifact = try ArtifactArgument(text)
      if case .image(let image) = artifact, !text.lowercased().hasPrefix(image.registry.name),
        image.registry == .dockerHub
      {
        throw AcrError(
          .usage, "the target `\(text)` does not name its registry",
          help: "write it in full, for example `myregistry.azurecr.io/\(text)`")
      }
      let named = try session.store(artifact, .push)
      if let digest = named.digest {
        throw AcrError(
          .usage, "the target `\(text)` has a digest, and a target's digest cannot be chosen (\(digest.short))",
          help: "leave out `@\(digest.short)…`")
      }
      let tag = named.tag ?? source.tag ?? .latest
      return ImportTarget(
        store: named.store, tag: tag, location: named.location, isTagImplied: named.tag == nil)
    }
  }

  private func target(
    _ registry: RegistryArgument, _ repository: RepositoryName, tag: TagName?, isTagImplied: Bool = false
  ) -> ImportTarget {
    let found = session.store(registry, repository, .push)
    return ImportTarget(store: found.store, tag: tag, location: found.location, isTagImplied: isTagImplied)
  }
}
