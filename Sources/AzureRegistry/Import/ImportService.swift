import AcrCore
import AcrHTTP
import AzureIdentity
import OCIRegistry

/// Lets Azure import: the service copies from registry to registry, and nothing passes this machine.
public struct ImportService: Sendable {
  /// The wait between two questions where the service asks for none.
  private static let usualWait = Duration.seconds(5)
  /// The longest wait between two questions of a service that is not busy: asking costs nothing, and a wrong answer must not
  /// hide the end of an import for an hour.
  private static let longestWait = Duration.seconds(60)

  private let manager: ResourceManager
  private let clock: IdentityClock

  /// Creates a client of the service.
  public init(_ manager: ResourceManager, clock: IdentityClock = .system) {
    self.manager = manager
    self.clock = clock
  }

  /// Starts an import. It is sent again only after answers by which the service says that it did nothing (429, 503), and
  /// where not a byte of it was sent.
  /// - Throws: ``AcrError``, with the side that refused and what to do about it.
  public func start(
    _ parameters: ServiceImportParameters, into target: AzureRegistryInfo
  ) async throws -> ImportOperation {
    guard target.sku.lowercased() != "classic" else {
      throw AcrError(
        .usage, "the registry `\(target.name)` is a classic one, which cannot import",
        help: "import to a registry of the tier Basic, Standard or Premium")
    }
    let subscription = target.id.subscription.lowercased()
    let tenant = await manager.identity.subscriptions.first { $0.id.lowercased() == subscription }?.tenantID
    let source = ImportFailure.Source(parameters)
    let answer: ManagerAnswer
    do {
      answer = try await manager.post(
        "\(target.id.path)/importImage", body: parameters.body, secrets: parameters.secrets,
        tenant: tenant, isPatient: true)
    } catch var error as AcrError where error.kind == .cancelled {
      // The request may have arrived: only its answer would tell.
      error.help = "Azure may have started the import: check `\(target.loginServer)` before you import again"
      throw error
    }
    guard answer.isSuccess else {
      throw ImportFailure(answer, path: target.id.path, source: source, target: target).error
    }
    guard answer.status == 202 || answer.saysSucceeded(evenIfEmpty: true) else {
      throw AcrError(
        .invalid, "`\(answer.host)` did not confirm that the import started",
        help: "check `\(target.loginServer)`, and try again", status: answer.status, target: answer.host,
        requestID: answer.requestID)
    }
    let location = answer.headers.first("Location").map { ImportService.address($0, from: answer.url) }
    if answer.status == 202, location == nil {
      throw AcrError(
        .invalid, "`\(answer.host)` started the import but did not say how to follow it",
        help: "check `\(target.loginServer)` in a while", target: answer.host, requestID: answer.requestID)
    }
    return ImportOperation(
      id: location.flatMap(ImportService.operationID), target: target, sourceName: parameters.sourceName,
      targetNames: parameters.targetNames(in: target), source: source,
      location: answer.status == 202 ? location : nil, tenant: tenant, retryAfter: answer.retryAfter)
  }

  /// Asks for an import until it has ended.
  /// - Parameters:
  ///   - timeout: after what time to give up asking; the import itself goes on then.
  ///   - ended: told when the service has said what became of the import, be it a success or not.
  ///   - observer: told how far it is, after each question.
  /// - Throws: ``AcrError``: why the import failed; `timeout`; `cancelled`.
  public func follow(
    _ operation: ImportOperation, timeout: Duration? = nil,
    observer: @escaping @Sendable (ServiceProgress) -> Void = { _ in }, ended: @Sendable () -> Void = {}
  ) async throws {
    guard var location = operation.location else { return ended() }
    let start = clock.now()
    do {
      while true {
        let answer = try await manager.operation(at: location, tenant: operation.tenant, isPatient: true)
        let progress = ServiceProgress(answer.json)
        if answer.status == 429 || answer.status == 503 {
          // A busy service says nothing of the import, which goes on.
          let pause = max(answer.retryAfter ?? ImportService.usualWait, .milliseconds(200))
          if let timeout, clock.now().duration(since: start) + pause > timeout { throw timedOut(operation, timeout) }
          try await clock.sleep(pause)
          continue
        }
        let isRunning: Bool
        do {
          isRunning = try self.isRunning(answer, progress, operation)
        } catch {
          if ImportService.isEnd(answer) { ended() }
          throw error
        }
        guard isRunning else {
          ended()
          return observer(progress)
        }
        observer(progress)
        if let next = answer.headers.first("Location") { location = ImportService.address(next, from: answer.url) }
        // A wait of zero means "ask again", not "ask without a pause".
        let asked = answer.retryAfter ?? operation.retryAfter ?? ImportService.usualWait
        let wait = min(max(asked, .milliseconds(200)), ImportService.longestWait)
        if let timeout, clock.now().duration(since: start) + wait > timeout { throw timedOut(operation, timeout) }
        try await clock.sleep(wait)
      }
    } catch is CancellationError {
      throw AcrError(.cancelled, "interrupted", notes: [ImportService.goesOn])
    } catch var error as AcrError where error.kind == .cancelled && error.notes.isEmpty {
      error.notes.append(ImportService.goesOn)
      throw error
    }
  }

  /// Asks once what became of an import.
  /// - Throws: ``AcrError`` where the service cannot be asked; what it tells of the import is the result.
  public func state(of operation: ImportOperation) async throws -> ImportState {
    guard let location = operation.location else { return .succeeded }
    let answer = try await manager.operation(at: location, tenant: operation.tenant)
    let progress = ServiceProgress(answer.json)
    if answer.status == 404 || answer.status == 410 {
      throw AcrError(
        .notFound, "the service does not know the operation `\(operation.id ?? "")` any more",
        help: "check `\(operation.target.loginServer)`: it keeps operations only for a while",
        status: answer.status,
        target: answer.host, requestID: answer.requestID)
    }
    // Neither a broken token nor a busy service says anything of the import.
    if answer.status == 401 || answer.status == 429 || answer.status >= 500 { throw answer.failure("operationResults") }
    do {
      return try isRunning(answer, progress, operation) ? .running(progress) : .succeeded
    } catch let error as AcrError {
      return .failed(error)
    }
  }

  private static let goesOn = "the import continues in Azure"

  /// Whether an answer that is an error says something of the import. Neither a broken token nor a busy service does.
  private static func isEnd(_ answer: ManagerAnswer) -> Bool {
    if answer.status == 200 { return !ServiceProgress(answer.json).status.isEmpty }
    return ![401, 403, 408, 429].contains(answer.status) && answer.status < 500
  }

  /// True for an import that has not ended; false for one that succeeded. The status in the body counts, not that of the
  /// answer: the service tells of failures with 200, too.
  private func isRunning(
    _ answer: ManagerAnswer, _ progress: ServiceProgress, _ operation: ImportOperation
  ) throws -> Bool {
    let failed = ["failed", "canceled", "cancelled"].contains(progress.status.lowercased())
    guard answer.isSuccess, !failed else {
      throw ImportFailure(
        answer, path: operation.target.id.path, source: operation.source, target: operation.target,
        operationID: operation.id
      ).error
    }
    guard progress.status.isEmpty else { return progress.status.lowercased() != "succeeded" }
    // A page, nothing, or something else than a word: only `Succeeded` is success.
    guard answer.status == 202 else {
      throw AcrError(
        .invalid, "`\(answer.host)` did not report the result of the import of `\(operation.sourceName)`",
        help: "the import may continue in Azure: check `\(operation.target.loginServer)`", status: answer.status,
        target: answer.host, requestID: answer.requestID,
        notes: operation.id.map { ["the operation is `\($0)`"] } ?? [])
    }
    return true
  }

  private func timedOut(_ operation: ImportOperation, _ timeout: Duration) -> AcrError {
    AcrError(
      .timeout, "the import of `\(operation.sourceName)` has not ended within \(timeout.components.seconds) s",
      help: "it continues in Azure: follow it again, or check `\(operation.target.loginServer)` later",
      notes: operation.id.map { ["the operation is `\($0)`"] } ?? [])
  }

  /// A location as it was written, which matters for its signature; only a relative one is completed.
  private static func address(_ location: String, from url: String) -> Secret {
    Secret(URLReference(location).scheme == nil ? URLReference.resolve(base: url, reference: location) : location)
  }

  /// The last part of the path of `…/operationResults/registries-<uuid>?…`.
  private static func operationID(_ location: Secret) -> String? {
    URLReference(location.reveal()).path.split(separator: "/").last.map { ServerText.cleaned(String($0), limit: 80) }
  }
}
