import AcrCore
import AzureRegistry
import OCIRegistry

/// Lets Azure's service import: it copies from registry to registry itself, and reaches sources that this machine does
/// not. Only an Azure registry can be the target.
public struct ServiceImport: Sendable {
  private let service: ImportService
  private let finder: RegistryFinder
  private let silent: SilentHosts
  private let deadline: Duration

  /// Creates an engine.
  /// - Parameters:
  ///   - silent: registries that did not answer before, which are not waited for again.
  ///   - deadline: how long reading what an import brought may take.
  public init(
    service: ImportService, finder: RegistryFinder, silent: SilentHosts = SilentHosts(),
    deadline: Duration = .seconds(3)
  ) {
    self.service = service
    self.finder = finder
    self.silent = silent
    self.deadline = deadline
  }

  /// What the service will be asked.
  public struct Plan: Sendable {
    /// The registry that is imported into.
    public let target: AzureRegistryInfo
    /// The source and the targets, in the service's terms.
    public let parameters: ServiceImportParameters
    /// What is imported where, as ``ImportOperation/key`` has it.
    public var key: String { parameters.key(in: target) }
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
      throw ServiceImport.needsDirect("the source \(request.source.displayName) is a local folder")
    }
    let locations = request.targets.compactMap(\.location)
    guard let registry = locations.first?.registry, locations.count == request.targets.count else {
      throw ServiceImport.needsDirect("a target is a local folder")
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
        // A tag that was not given is left to the service, as az does.
        target.tag.map { RepositoryReference(repository: location.repository, tag: target.isTagImplied ? nil : $0) }
      },
      untaggedRepositories: zip(request.targets, locations).compactMap { target, location in
        target.tag == nil ? location.repository : nil
      }, isForced: request.isForced)
    return Plan(target: target, parameters: parameters)
  }

  /// Starts an import without waiting for its end (`--no-wait`).
  /// - Returns: what it takes to follow it later.
  /// - Throws: ``AcrError``, with the side that refused.
  public func start(_ plan: Plan) async throws -> ImportOperation {
    try await service.start(plan.parameters, into: plan.target)
  }

  /// Starts an import and waits for its end.
  /// - Parameters:
  ///   - timeout: after what time to give up waiting; the import continues in Azure then.
  ///   - readsResult: whether the target is asked what it has now. Where it cannot be (the service may reach registries
  ///     that this machine does not), the result has no digest.
  ///   - operation: one that an earlier run began for the same import: it is followed, and the service is not asked again.
  ///   - started: told of the operation as soon as the service has begun it, so that it can be found again.
  ///   - ended: told of the operation when the service has said what became of it.
  /// - Throws: ``AcrError``, with the side that refused. A tag that points at the same image already is none.
  public func run(
    _ request: ImportRequest, plan: Plan, timeout: Duration? = nil, readsResult: Bool = true,
    following operation: ImportOperation? = nil, observer: @escaping ImportObserver = { _ in },
    started: @Sendable (ImportOperation) -> Void = { _ in }, ended: @Sendable (ImportOperation) -> Void = { _ in }
  ) async throws -> ImportResult {
    do {
      var running = operation
      if running == nil {
        let operation = try await start(plan)
        started(operation)
        running = operation
      }
      if let running {
        let reporter = ArtifactReporter(observer)
        try await service.follow(
          running, timeout: timeout, observer: { reporter.report($0) }, ended: { ended(running) })
      }
    } catch var error as AcrError {
      if error.kind == .conflict, readsResult,
        let wanted = try await known(
          request.source.location, { try await digest(of: request.source.selector, in: request.source.store) }),
        let result = try await known(request.targets.first?.location, { try await unchanged(request, wanted) })
      {
        return result
      }
      if error.activity == nil { error.activity = "importing \(request.source.displayName)" }
      throw error
    }
    for target in request.targets where target.tag != nil { observer(.tagged(target.displayName)) }
    if readsResult, let result = try await known(request.targets.first?.location, { try await result(request) }) {
      return result
    }
    return ImportResult(
      source: request.source.displayName, targets: request.targets.map(\.displayName), digest: nil, mediaType: nil,
      isUnchanged: false, manifests: 0, blobs: .init())
  }

  /// True where an operation of an earlier run still goes on.
  public func isRunning(_ operation: ImportOperation) async throws -> Bool {
    if case .running = try await service.state(of: operation) { return true }
    return false
  }

  // MARK: The result

  /// What a look at the registries tells within its time; nil where it tells nothing.
  /// - Throws: `cancelled` only.
  private func known<Value: Sendable>(
    _ location: RepositoryLocation?, _ look: @escaping @Sendable () async throws -> Value?
  ) async throws -> Value? {
    do {
      return try await silent.look(at: location?.registry.name ?? "", within: deadline, look) ?? nil
    } catch let error where error is CancellationError || (error as? AcrError)?.kind == .cancelled {
      throw AcrError(.cancelled, "interrupted")
    } catch {
      return nil
    }
  }

  /// The service refuses tags that exist, even where they point at the same image; that is a success here.
  private func unchanged(_ request: ImportRequest, _ wanted: Digest) async throws -> ImportResult? {
    for target in request.targets {
      if let tag = target.tag {
        guard try await target.store.digest(of: tag) == wanted else { return nil }
      } else {
        guard try await target.store.hasManifest(wanted) else { return nil }
      }
    }
    var result = try await result(request)
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

extension ImportResult {
  /// The result of an import whose targets have the image already, as a look at them told.
  public static func unchanged(_ request: ImportRequest, _ digest: Digest, _ mediaType: String?) -> ImportResult {
    ImportResult(
      source: request.source.displayName, targets: request.targets.map(\.displayName), digest: digest,
      mediaType: mediaType, isUnchanged: true, manifests: 0, blobs: .init())
  }
}
