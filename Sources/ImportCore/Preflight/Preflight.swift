import AcrCore
import AcrHTTP
import AzureRegistry
import OCIRegistry

/// Looks at what would make an import by the service fail, before the service is asked: what Microsoft's article "Import
/// container images to a container registry" warns of.
///
/// Everything that can be asked at the same time is. Beside the questions of ``ServiceImport/plan(_:credentials:sourceID:)``
/// it takes two round trips more at most, not counting the sign-in at registries: the root manifest is read while the
/// resource manager is asked; then one of an index's images, where the source has to be tried with ranges; then a range.
public struct Preflight: Sendable {
  /// The service's limit (the article, "Limitations").
  public static let maximumManifests = 50

  let registries: RegistryClients
  let finder: RegistryFinder
  let pulls: HubPulls
  private let http: HTTPClient
  private let deadline: Duration
  private let silent: SilentHosts
  private let slow: @Sendable (String) -> Void

  /// Creates a preflight for the imports of a session.
  /// - Parameters:
  ///   - http: exchanges an access token at the source's registry.
  ///   - registries: reads what the account reads, and has the clients for other credentials.
  ///   - pulls: what the session knows of Docker Hub's limit.
  ///   - silent: registries that did not answer before, which are not waited for again.
  ///   - deadline: how long a registry may take; what is not known then is skipped.
  ///   - slow: told, in a sentence, which registry is waited for when it takes its time.
  public init(
    http: HTTPClient, registries: RegistryClients, finder: RegistryFinder, pulls: HubPulls = HubPulls(),
    silent: SilentHosts = SilentHosts(),
    deadline: Duration = .seconds(5), slow: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.slow = slow
    self.silent = silent
    self.http = http
    self.pulls = pulls
    self.registries = registries
    self.finder = finder
    self.deadline = deadline
  }

  /// Plans an import by the service, and looks at what is in its way meanwhile.
  /// - Parameters: as those of ``ServiceImport``'s plan; `start` is what was begun earlier for the same source.
  /// - Throws: what planning throws, and `cancelled`. What a check finds is in the report and never thrown.
  public func plan(
    _ request: ImportRequest, with engine: ServiceImport, credentials: Credentials = .anonymous,
    sourceID: AzureResourceID? = nil, target: AzureRegistryInfo? = nil, start: PreflightStart? = nil
  ) async throws -> (plan: ServiceImport.Plan, report: PreflightReport) {
    // The checks need the plan only at their end, so both ask at the same time.
    let planning = Task {
      try await engine.plan(request, credentials: credentials, sourceID: sourceID, target: target)
    }
    return try await withTaskCancellationHandler {
      async let report = check(request, credentials: credentials, sourceID: sourceID, start) {
        try await planning.value
      }
      let plan = try await planning.value
      return (plan, try await report)
    } onCancel: {
      planning.cancel()
    }
  }

  /// Looks at what is in the way of an import that is planned already.
  /// - Throws: `cancelled` only.
  public func check(
    _ request: ImportRequest, plan: ServiceImport.Plan, credentials: Credentials = .anonymous,
    sourceID: AzureResourceID? = nil
  ) async throws -> PreflightReport {
    try await check(request, credentials: credentials, sourceID: sourceID, nil) { plan }
  }

  /// Begins to read a source that the service will come to by its host, while it is not known yet which registry is
  /// imported into. Dropping what is returned ends it.
  /// - Returns: nil for a source whose reading depends on what the resource manager says.
  public func start(_ source: ImportSource, credentials: Credentials = .anonymous) -> PreflightStart? {
    guard let location = source.location, !Preflight.isOutsideLibrary(location) else { return nil }
    let selector = source.selector
    return PreflightStart(
      Task {
        guard await isReadByHost(location, credentials, nil) else { return .none }
        return .some(
          try await read(repository(location, credentials), selector, location, credentials, isByHost: true))
      })
  }

  private func check(
    _ request: ImportRequest, credentials: Credentials, sourceID: AzureResourceID?, _ start: PreflightStart?,
    _ plan: @escaping @Sendable () async throws -> ServiceImport.Plan
  ) async throws -> PreflightReport {
    guard let location = request.source.location else { return PreflightReport([]) }
    async let tags = existingTags(request.targets)
    async let described = describe(location.registry, sourceID)
    async let reading = read(request, location, credentials, sourceID, start, plan)
    let (found, info, source) = (try await tags, try await described, try await reading)
    let target = try await plan()
    let rules = AzureRules(
      target: target.target, parameters: target.parameters, source: info,
      targetTenant: await finder.tenant(of: target.target.id), sourceTenant: await tenant(of: info, sourceID))
    let wanted: Digest? = if case .digest(let digest) = request.source.selector { digest } else { source.digest }
    let isKnown = wanted != nil && found.allSatisfy { if case .success = $0 { true } else { false } }
    let isPresent =
      wanted != nil && request.targets.allSatisfy { $0.tag != nil }
      && found.allSatisfy { if case .success(let digest?) = $0 { digest == wanted } else { false } }
    return PreflightReport(
      rules.checks(isAzure: await finder.mayBeAzure(location.registry)) + source.checks
        + [tagCheck(request, found, source.digest)], source: wanted, present: isPresent ? wanted : nil,
      differs: isKnown && !isPresent,
      mediaType: source.digest == wanted ? source.mediaType : nil)
  }

  /// The source's registry as the resource manager describes it; nil where it does not.
  private func describe(_ host: RegistryHost, _ id: AzureResourceID?) async throws -> AzureRegistryInfo? {
    do {
      if let id { return try await finder.find(id) }
      guard await finder.mayBeAzure(host) else { return nil }
      return try await finder.registry(at: host)
    } catch {
      try Preflight.passOnCancellation(error)
      return nil
    }
  }

  private func tenant(of info: AzureRegistryInfo?, _ id: AzureResourceID?) async -> String? {
    guard let id = info?.id ?? id else { return nil }
    return await finder.tenant(of: id)
  }

  // MARK: The source

  /// Reads the source as the service will: with the credentials it is given, or with the account's rights.
  private func read(
    _ request: ImportRequest, _ location: RepositoryLocation, _ credentials: Credentials, _ id: AzureResourceID?,
    _ start: PreflightStart?, _ plan: @Sendable () async throws -> ServiceImport.Plan
  ) async throws -> SourceReading {
    if id == nil, Preflight.isOutsideLibrary(location) {
      return .unread(
        "Docker Hub has no such repository", [.failed(.dockerLibrary, missingLibrary(location.repository))])
    }
    var store: any ArtifactSource = request.source.store
    var isByHost = await isReadByHost(location, credentials, id)
    if isByHost {
      // Known at once, so the resource manager need not be waited for.
      store = repository(location, credentials)
    } else {
      let parameters = try await plan().parameters
      if case .host = parameters.source {
        store = repository(location, .anonymous)
        isByHost = true
      } else {
        let info = try await describe(location.registry, id)
        guard let info else { return .unread("this account cannot see the registry that the id names") }
        guard info.isPublicNetworkAccessEnabled else {
          return .unread("`\(info.name)` can be reached over private endpoints only; the service reads it by its id")
        }
      }
    }
    // What was begun and got no answer in time is not begun again.
    var reading: SourceReading?
    if let start, case .some(let outcome) = try await start.reading.value {
      reading = outcome
      if reading == nil { return unanswered(location.registry) }
    } else {
      reading = try await read(store, request.source.selector, location, credentials, isByHost: isByHost)
    }
    guard let reading else { return unanswered(location.registry) }
    guard let refusal = reading.refusal else { return reading }
    let parameters = try await plan().parameters
    return reading.explained(refusal, parameters)
  }

  private func unanswered(_ host: RegistryHost) -> SourceReading {
    .unread("`\(host)` did not answer within \(deadline.components.seconds) s")
  }

  /// True for a source that the service comes to by its host, whatever the resource manager knows.
  private func isReadByHost(
    _ location: RepositoryLocation, _ credentials: Credentials, _ id: AzureResourceID?
  ) async -> Bool {
    if credentials != .anonymous { return true }
    guard id == nil else { return false }
    return await !finder.mayBeAzure(location.registry)
  }

  private func read(
    _ store: any ArtifactSource, _ selector: ManifestSelector, _ location: RepositoryLocation,
    _ credentials: Credentials, isByHost: Bool
  ) async throws -> SourceReading? {
    let reader = SourceReader(
      store: store, selector: selector, location: location, isByHost: isByHost, pulls: pulls, credentials: credentials)
    return try await withDeadline(location.registry.name) { try await reader.read() }
  }

  /// True for a name that Docker Hub has for nothing: its own images are in `library/`.
  private static func isOutsideLibrary(_ location: RepositoryLocation) -> Bool {
    location.registry == .dockerHub && !location.repository.name.contains("/")
  }

  private func repository(_ location: RepositoryLocation, _ credentials: Credentials) -> RegistryRepository {
    var identity: AccessTokenIdentity?
    if case .accessToken(let token) = credentials {
      identity = AccessTokenIdentity(token: token, for: location.registry, http: http)
    }
    let client = registries.client(
      location.registry, credentials: credentials, origin: "`--username` and `--password`", identity: identity)
    return RegistryRepository(client: client, name: location.repository, access: .pull)
  }

  private func missingLibrary(_ repository: RepositoryName) -> AcrError {
    AcrError(
      .auth, "the source would refuse: there is no public repository `\(repository)` in `docker.io`",
      help: "Docker Hub's own images are in `library`: --source docker.io/library/\(repository)")
  }

  // MARK: The target

  /// What the target's tags point at.
  private func existingTags(_ targets: [ImportTarget]) async throws -> [Result<Digest?, AcrError>] {
    try await withThrowingTaskGroup(of: (Int, Result<Digest?, AcrError>).self) { group in
      for (index, target) in targets.enumerated() {
        guard let tag = target.tag else { continue }
        group.addTask {
          do {
            let host = target.location?.registry.name ?? target.displayName
            let found = try await withDeadline(host) { try await target.store.digest(of: tag) }
            guard let found else {
              return (index, .failure(AcrError(.timeout, "`\(host)` did not answer in time")))
            }
            return (index, .success(found))
          } catch let error as AcrError where error.kind == .notFound {
            return (index, .success(nil))
          } catch {
            try Preflight.passOnCancellation(error)
            return (index, .failure(error as? AcrError ?? AcrError(.network, "\(error)")))
          }
        }
      }
      var found = [Result<Digest?, AcrError>](repeating: .success(nil), count: targets.count)
      for try await (index, result) in group { found[index] = result }
      return found
    }
  }

  /// Without `--force` the service refuses tags that exist, before it copies anything.
  private func tagCheck(
    _ request: ImportRequest, _ found: [Result<Digest?, AcrError>], _ source: Digest?
  ) -> PreflightCheck {
    let wanted: Digest? = if case .digest(let digest) = request.source.selector { digest } else { source }
    var unknown: AcrError?
    var isThere = false
    for (target, result) in zip(request.targets, found) where target.tag != nil {
      switch result {
      case .failure(let error): unknown = error
      case .success(nil): continue
      case .success(let existing?):
        isThere = true
        if request.isForced || existing == wanted { continue }
        var error = AcrError(
          .conflict, "`\(target.displayName)` already exists and is a different image", help: "--force moves the tag",
          target: target.location?.registry.name, notes: ["there: \(existing)"])
        if let wanted {
          error.notes.append("source: \(wanted)")
        } else {
          error.message = "`\(target.displayName)` already exists, and the source's digest is unknown here"
        }
        return .failed(.targetTags, error)
      }
    }
    if let unknown { return .skipped(.targetTags, "the tags cannot be checked: \(unknown.message)") }
    if !isThere { return .passed(.targetTags, "no tag conflicts") }
    return .passed(
      .targetTags, request.isForced ? "--force moves the existing tags" : "the tags already point at this image")
  }

  // MARK: Time and cancellation

  /// Runs `work`, and gives up on it after the deadline.
  /// - Returns: nil when the time was over first.
  private func withDeadline<Value: Sendable>(
    _ host: String, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value? {
    let slow = slow
    return try await silent.look(
      at: host, within: deadline,
      slow: { slow("waiting for `\(host)` to answer, to check whether Azure can import; --no-preflight skips it") },
      work)
  }

  /// A cancellation ends the whole preflight; every other error is something that was found.
  static func passOnCancellation(_ error: any Error) throws {
    if error is CancellationError || (error as? AcrError)?.kind == .cancelled {
      throw AcrError(.cancelled, "interrupted", notes: ["nothing was sent to the service"])
    }
  }
}

/// A source that is being read already.
public final class PreflightStart: Sendable {
  /// Nil where nothing was begun; a reading of nil got no answer in time.
  let reading: Task<SourceReading??, any Error>

  init(_ reading: Task<SourceReading??, any Error>) { self.reading = reading }

  deinit { reading.cancel() }
}
