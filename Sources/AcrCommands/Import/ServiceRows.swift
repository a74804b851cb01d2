import AcrCore
import AzureRegistry
import ImportCore
import OCIRegistry
import Synchronization

/// Imports of rows by the service. Operations are noted when they start; a run that follows one that was killed finds them,
/// follows them, and asks for nothing twice.
final class ServiceRows: Sendable {
  /// How long a killed run's request, whose answer nobody saw, is given to show at the target.
  private static let patience = Duration.seconds(10)

  private let session: CommandContext
  private let journal: ImportJournal?
  private let looksFirst: Bool
  private let slow: @Sendable (String) -> Void
  /// The operations of earlier runs, by their keys.
  private let earlier: Mutex<[String: ImportOperation]>
  /// The imports that an earlier run may have asked for, and had no answer yet.
  private let asked: Set<String>

  init(
    session: CommandContext, journal: ImportJournal?, looksFirst: Bool, slow: @escaping @Sendable (String) -> Void
  ) {
    self.session = session
    self.journal = journal
    self.looksFirst = looksFirst
    self.slow = slow
    var found: [String: ImportOperation] = [:]
    for operation in (try? session.operations.all()) ?? [] { found[operation.key] = operation }
    var asked: Set<String> = []
    for (key, facts) in journal?.operations ?? [:] {
      if let operation = ImportOperation(json: facts) { found[key] = operation } else { asked.insert(key) }
    }
    earlier = Mutex(found)
    self.asked = asked
  }

  /// Imports one row.
  func run(_ order: ImportOrder, observer: @escaping ImportObserver) async throws -> ImportResult {
    let services = try await session.azure.signedIn()
    let (engine, request) = (services.engine, order.request)
    var followed: ImportResult?
    if earlier.withLock({ !$0.isEmpty }) || !asked.isEmpty {
      followed = try await follow(order, engine, observer)
      if let followed, !looksFirst { return followed }
    }
    let (plan, report) = try await ImportCommand(session: session).planned(order, looksFirst: looksFirst, slow: slow)
    if let followed, report?.differs != true { return followed }
    if let digest = report?.present { return .unchanged(request, digest, report?.mediaType) }
    if asked.contains(plan.key), let digest = report?.source, try await appears(digest, request) {
      journal?.note(ended: plan.key)
      return .unchanged(request, digest, report?.mediaType)
    }
    if var error = report?.error {
      error.activity = "importing \(request.source.displayName)"
      throw error
    }
    journal?.note(operation: plan.key, ["asked": true])
    do {
      return try await engine.run(
        request, plan: plan, readsResult: looksFirst, observer: observer, started: { note($0) }, ended: { forget($0) })
    } catch let error as AcrError where error.kind != .cancelled && error.kind != .timeout && error.kind != .network {
      journal?.note(ended: plan.key)
      throw error
    }
  }

  /// Follows what an earlier run began, if it still runs.
  private func follow(
    _ order: ImportOrder, _ engine: ServiceImport, _ observer: @escaping ImportObserver
  ) async throws -> ImportResult? {
    let plan = try await engine.plan(
      order.request, credentials: order.credentials ?? .anonymous, sourceID: order.sourceID, target: order.target)
    guard let operation = earlier.withLock({ $0.removeValue(forKey: plan.key) }) else { return nil }
    do {
      guard try await engine.isRunning(operation) else {
        forget(operation)
        return nil
      }
    } catch let error as AcrError where error.kind == .notFound || error.kind == .invalid {
      forget(operation)
      return nil
    }
    observer(.note("continued from an earlier run"))
    return try await engine.run(
      order.request, plan: plan, readsResult: looksFirst, following: operation, observer: observer,
      ended: { forget($0) })
  }

  /// Whether the target gets the digest within a while.
  private func appears(_ digest: Digest, _ request: ImportRequest) async throws -> Bool {
    let end = ContinuousClock.now + ServiceRows.patience
    while ContinuousClock.now < end {
      var isThere = true
      for target in request.targets {
        guard let tag = target.tag else { return false }
        if try await target.store.digest(of: tag) != digest { isThere = false }
      }
      if isThere { return true }
      try await Task.sleep(for: .seconds(1))
    }
    return false
  }

  private func note(_ operation: ImportOperation) {
    try? session.operations.keep(operation)
    if let facts = operation.json { journal?.note(operation: operation.key, facts) }
  }

  private func forget(_ operation: ImportOperation) {
    if let id = operation.id { session.operations.remove(id) }
    journal?.note(ended: operation.key)
  }
}
