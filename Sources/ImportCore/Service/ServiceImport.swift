import AcrCore
import AzureRegistry
import OCIRegistry

/// Lets Azure's service import: it copies from registry to registry itself, and reaches sources that this machine does
/// not. Only an Azure registry can be the target.
public struct ServiceImport: Sendable {
  private let service: ImportService
  private let finder: RegistryFinder

  /// Creates an engine.
  public init(service: ImportService, finder: RegistryFinder) {
    self.service = service
    self.finder = finder
  }

  /// What the service will be asked.
  public struct Plan: Sendable {
    /// The registry that is imported into.
    public let target: AzureRegistryInfo
    /// The source and the targets, in the service's terms.
    public let parameters: ServiceImportParameters
  }

  /// Translates a request. Only the resource manager is asked; nothing is read from the registries, which may be out of
  /// this machine's reach.
  /// - Parameters:
  ///   - credentials: what the service shows at the source; anonymous lets it come with the rights of the account, where
  ///     the source is an Azure registry that the account can see.
  ///   - sourceID: the source's registry, where it was named by its id.
  ///   - target: the registry to import into, where it is known already; it is looked for otherwise.
  /// - Throws: ``AcrError``: `usage` for what only ``DirectImport`` can do; `not-found` for a target that is no Azure
  ///   registry of the account's.
  public func plan(
    _ request: ImportRequest, credentials: Credentials = .anonymous, sourceID: AzureResourceID? = nil,
    target: AzureRegistryInfo? = nil
  ) async throws -> Plan {
    guard let location = request.source.location else {
      throw ServiceImport.needsDirect("the source \(request.source.displayName) is a folder of this machine")
    }
    let locations = request.targets.compactMap(\.location)
    guard let registry = locations.first?.registry, locations.count == request.targets.count else {
      throw ServiceImport.needsDirect("a target is a folder of this machine")
    }
    guard locations.allSatisfy({ $0.registry == registry }) else {
      throw ServiceImport.needsDirect("the targets are in different registries")
    }
    var known = target
    if known == nil { known = try await finder.registry(at: registry) }
    guard let target = known else {
      throw AcrError(
        .notFound, "`\(registry)` is not an Azure registry that this account can see",
        help: "sign in to its subscription, or import with --engine direct", target: registry.name)
    }
    let source: ServiceImportParameters.Source =
      if let sourceID { .registry(sourceID) } else {
        try await finder.source(at: location.registry, credentials: credentials)
      }
    var image = RepositoryReference(repository: location.repository)
    switch request.source.selector {
    case .tag(let tag): image.tag = request.source.isTagImplied ? nil : tag
    case .digest(let digest): image.digest = digest
    }
    let parameters = try ServiceImportParameters(
      source: source, image: image,
      targetTags: zip(request.targets, locations).compactMap { target, location in
        // A tag that nobody wrote is left to the service, as az does.
        target.tag.map { RepositoryReference(repository: location.repository, tag: target.isTagImplied ? nil : $0) }
      },
      untaggedRepositories: zip(request.targets, locations).compactMap { target, location in
        target.tag == nil ? location.repository : nil
      }, isForced: request.isForced)
    return Plan(target: target, parameters: parameters)
  }

  /// How long a registry may take to tell what an import that has succeeded brought. The import is done: a registry that only
  /// Azure reaches (a private endpoint) must not hold the result back.
  private static let lookAtResult = Duration.seconds(10)
  /// The wait after 429 where the service names none.
  private static let usualPause = Duration.seconds(5)

  /// Starts an import without waiting for its end (`--no-wait`).
  /// - Parameter isPatient: true for one of many. The resource manager's limits are rates (200 writes of a subscription, then
  ///   10 a second): who is refused for them waits as long as it takes, and asks again.
  /// - Returns: what it takes to follow it later.
  /// - Throws: ``AcrError``, with the side that refused.
  public func start(_ plan: Plan, isPatient: Bool = false) async throws -> ImportOperation {
    while true {
      do {
        return try await service.start(plan.parameters, into: plan.target)
      } catch let error as AcrError where isPatient && error.kind == .throttled {
        try await Task.sleep(for: error.retryAfter ?? ServiceImport.usualPause)
      }
    }
  }

  /// Starts an import and waits for its end.
  /// - Parameters:
  ///   - timeout: after what time to give up waiting; the import goes on in Azure then.
  ///   - readsResult: whether the target is asked what it has now. Where it cannot be (the service may reach registries
  ///     that this machine does not), the result has no digest.
  ///   - isPatient: as that of ``start(_:isPatient:)``.
  ///   - begun: an operation that an earlier run started for this request; it is followed, and nothing is asked for.
  ///   - started: told of the operation as soon as the service has begun it, so that it can be found again.
  /// - Throws: ``AcrError``, with the side that refused. A tag that points at the same image already is none.
  public func run(
    _ request: ImportRequest, plan: Plan, timeout: Duration? = nil, readsResult: Bool = true,
    isPatient: Bool = false, following begun: ImportOperation? = nil, observer: @escaping ImportObserver = { _ in },
    started: @Sendable (ImportOperation) -> Void = { _ in }
  ) async throws -> ImportResult {
    do {
      var known = begun
      if known == nil {
        let operation = try await start(plan, isPatient: isPatient)
        started(operation)
        known = operation
      }
      let reporter = ArtifactReporter(observer)
      if let known { try await service.follow(known, timeout: timeout) { reporter.report($0) } }
    } catch var error as AcrError {
      // Without a look nothing is asked but what the service asks for.
      if error.kind == .conflict, readsResult, let result = await inTime({ await unchanged(request) }) ?? nil {
        return result
      }
      if error.activity == nil { error.activity = "importing \(request.source.displayName)" }
      throw error
    }
    for target in request.targets where target.tag != nil { observer(.tagged(target.displayName)) }
    if readsResult, let result = await inTime({ try? await self.result(request) }) ?? nil { return result }
    return ImportResult(
      source: request.source.displayName, targets: request.targets.map(\.displayName), digest: nil, mediaType: nil,
      isUnchanged: false, manifests: 0, blobs: .init())
  }

  // MARK: The result

  /// The value of `work`; nil where it takes too long.
  private func inTime<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
      group.addTask { await work() }
      group.addTask {
        try? await Task.sleep(for: ServiceImport.lookAtResult)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }

  /// The service refuses tags that exist, even where they point at the same image; that is a success here.
  private func unchanged(_ request: ImportRequest) async -> ImportResult? {
    guard let wanted = try? await digest(of: request.source.selector, in: request.source.store) else { return nil }
    for target in request.targets {
      if let tag = target.tag {
        guard let existing = try? await target.store.digest(of: tag), existing == wanted else { return nil }
      } else {
        guard (try? await target.store.hasManifest(wanted)) == true else { return nil }
      }
    }
    guard var result = try? await result(request) else { return nil }
    result.isUnchanged = true
    result.manifests = 0
    return result
  }

  /// What the target has now: the service itself does not tell.
  private func result(_ request: ImportRequest) async throws -> ImportResult {
    let tagged = request.targets.first { $0.tag != nil }
    let root: FetchedManifest
    if let tagged, let tag = tagged.tag {
      root = try await tagged.store.manifest(.tag(tag))
    } else if let target = request.targets.first {
      let digest = try await digest(of: request.source.selector, in: request.source.store)
      root = try await target.store.manifest(.digest(digest))
    } else {
      throw AcrError(.usage, "an import needs a target")
    }
    let image = try ImageManifest(root, name: tagged?.store.displayName ?? request.source.store.displayName)
    return ImportResult(
      source: request.source.displayName, targets: request.targets.map(\.displayName), digest: root.digest,
      mediaType: root.mediaType, isUnchanged: false, manifests: image.manifests.count + 1, blobs: .init())
  }

  private func digest(of selector: ManifestSelector, in store: any ArtifactSource) async throws -> Digest {
    switch selector {
    case .digest(let digest): return digest
    case .tag(let tag):
      guard let digest = try await store.digest(of: tag) else {
        throw AcrError(.notFound, "\(selector.appended(to: store.displayName)) does not exist")
      }
      return digest
    }
  }

  private static func needsDirect(_ reason: String) -> AcrError {
    AcrError(.usage, "\(reason), which the service cannot import", help: "import with --engine direct")
  }
}
